//! `POST /import`: meetings are made of the events of a calendar file.

mod wanted;

use axum::{extract::State, response::Response};
use convoke_callbridge_api::loopback::Organizer;
use convoke_http::Refusal;
use convoke_invite::incoming::{Event, EventFault, EventSaid, events};
use convoke_meeting::plan::{self, Face, Invitee, MAX_OVERRIDES, Notify, Plan, notices};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{
    import::{ImportFault, Imported, ImportedMeeting, MAX_IMPORT_FAULTS, MAX_IMPORTED},
    request::{AttendeeRequest, MeetingRequest},
};
use convoke_store::{DbFault, imports, space_tasks};
use convoke_web_api::{FieldFault, Problem};
use http::{HeaderMap, StatusCode};
use jiff::civil::DateTime;

use wanted::{Wanted, check_type, unreadable};

use super::meetings::{create::judge, keep::KeepFault, organizer, replayed};
use crate::{
    asked::{Asked, Whence},
    branding::Written,
    caller::Caller,
    meeting::{
        body::local,
        check::Checked,
        kept::{NewMeeting, Parts},
        mails,
        place::{self, Place},
    },
    named,
    openapi::BodyRefusals,
    state::{Shared, database},
};

/// Makes meetings of the events of a calendar file (text/calendar): series with what their single dates say, without those that do not take
/// place, and with everybody who is invited to them. Nobody is mailed unless `notify=all` says so. Meetings get UIDs of their own; those of the
/// file are remembered, so that the same file again makes nothing twice. What comes to nothing is told by its place in the file.
#[utoipa::path(post, path = "/api/v1/scheduler/import", tag = "meetings",
    request_body(description = "A calendar file of at most 512 KiB and 500 meetings", content_type = "text/calendar", content = String),
    params(
        ("organizer" = Option<String>, Query, description = "Whose meetings they are to be (user@domain): for operators, who must say so, and for delegates"),
        ("coSpace" = Option<String>, Query, description = "The space that all of them take place in"),
        ("coSpaceTemplate" = Option<String>, Query, description = "A template that each of them gets a space of; one of both is given"),
        ("timeZone" = Option<String>, Query, description = "The IANA zone of times that the file says none of"),
        ("language" = Option<String>, Query, description = "The language of their mails: en or ko"),
        ("notify" = Option<String>, Query, description = "none (when absent), or all: everybody is invited by mail"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "Nothing was made, and why", body = Imported),
        (status = 201, description = "What was made, what was there before, and what came to nothing", body = Imported),
        (status = 415, description = "The body is no calendar file", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn import(
    State(state): State<Shared>,
    headers: HeaderMap,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    check_type(&headers)?;
    let wanted = Wanted::parse(&asked.query)?;
    let text = std::str::from_utf8(&asked.body)
        .map_err(|_| Problem::bad_request("A calendar file is in UTF-8 (RFC 5545 3.1.4)."))?;
    let (events, faults) = events(text, wanted.zone.as_ref()).map_err(unreadable)?;
    if events.len() > MAX_IMPORTED {
        let reason = format!(
            "A file has at most {MAX_IMPORTED} meetings; these are {}. Import it in parts.",
            events.len()
        );
        return Err(Problem::invalid(vec![FieldFault::new("VEVENT", "tooMany", reason)]).into());
    }
    let organizer = organizer(&state, &asked.caller, &wanted.request).await?;
    let mut place_faults = Vec::new();
    if place::resolve(&wanted.request, &organizer, None, &mut place_faults).is_none() {
        return Err(Problem::invalid(place_faults).into());
    }
    let written = state.templates_of(&organizer).await;
    let importer =
        Importer { state: &state, asked: &asked, wanted: &wanted, organizer: &organizer, written: &written };
    let imported = importer.all(events, faults).await?;
    let status = if imported.made.is_empty() { StatusCode::OK } else { StatusCode::CREATED };
    tracing::info!(target: "MeetingService", "{} meetings of {} imported by {}", imported.made.len(), organizer.user.jid, asked.caller.name());
    state.mails.notify_one();
    Ok(named::write(&state, &asked, status, move |_| Ok(imported.clone())).await?)
}

struct Importer<'a> {
    state: &'a Shared,
    asked: &'a Asked,
    wanted: &'a Wanted,
    organizer: &'a Organizer,
    /// The texts of their invitations.
    written: &'a Written,
}

impl Importer<'_> {
    /// Makes what can be made. A part that is away ends it: what is made is remembered, and the file can be sent again.
    async fn all(&self, events: Vec<Event>, unread: Vec<(usize, EventFault)>) -> Result<Imported, Problem> {
        let uids: Vec<String> = events.iter().map(|event| event.uid.clone()).collect();
        let user = self.organizer.user.id.clone();
        let read = self.state.store.read(move |tx| imports::known(tx, &user, &uids)).await;
        let known = read.map_err(|fault: DbFault| database(fault))?;
        let mut imported = Imported::default();
        imported.faults.extend(unread.into_iter().map(|(component, fault)| ImportFault {
            component,
            summary: None,
            code: fault.code().to_owned(),
            reason: fault.to_string(),
        }));
        let mut events = events.into_iter();
        for event in events.by_ref() {
            let of = |meeting: MeetingId| ImportedMeeting {
                component: event.place,
                uid: event.uid.clone(),
                meeting: meeting.to_string(),
                summary: event.said.summary.clone(),
            };
            if let Some(meeting) = known.get(&event.uid) {
                imported.known.push(of(*meeting));
                continue;
            }
            match self.one(&event, &mut imported.faults).await {
                Ok(Some(meeting)) => imported.made.push(of(meeting)),
                Ok(None) => {}
                Err(problem) if problem.status >= 500 => return Err(problem),
                Err(problem) => {
                    let reason = told(&problem);
                    imported.faults.push(fault(&event.said, event.place, &problem.code, reason));
                    if problem.status == StatusCode::TOO_MANY_REQUESTS.as_u16() {
                        break;
                    }
                }
            }
        }
        imported.left = events.len();
        imported.faults.sort_by_key(|fault| fault.component);
        imported.fault_count = imported.faults.len();
        imported.faults.truncate(MAX_IMPORT_FAULTS);
        Ok(imported)
    }

    /// Makes a meeting of an event; what of it is missing is noted.
    async fn one(&self, event: &Event, faults: &mut Vec<ImportFault>) -> Result<Option<MeetingId>, Problem> {
        let said = &event.said;
        if said.is_cancelled {
            let words = "It does not take place (STATUS:CANCELLED).".to_owned();
            faults.push(fault(said, event.place, "cancelled", words));
            return Ok(None);
        }
        let request = MeetingRequest {
            rrule: event.rrule.clone(),
            rdate: event.rdates.iter().map(|date| local(*date, said.is_all_day)).collect(),
            exdate: event.exdates.iter().map(|date| local(*date, said.is_all_day)).collect(),
            ..self.request(said)
        };
        let limits = &self.state.settings.limits;
        let (checked, place) = judge(&request, self.organizer, None, limits)?;
        // A thousand people in hundreds of exceptions take a while to judge.
        let overrides = tokio::task::block_in_place(|| self.overrides(event, &checked, faults));
        let people =
            overrides.iter().map(|(_, own)| own.added.len()).sum::<usize>() + checked.attendees.len();
        if people > limits.attendees || overrides.len() > MAX_OVERRIDES {
            let reason = format!(
                "A meeting has at most {} attendees in all of its occurrences together, and {MAX_OVERRIDES} exceptions.",
                limits.attendees
            );
            return Err(Problem::invalid(vec![FieldFault::new("attendees", "tooMany", reason)]));
        }
        for name in &said.unreachable {
            let words = format!("“{name}” has no e-mail address, and is not invited.");
            faults.push(fault(said, event.place, "noAddress", words));
        }
        self.keep(event, (&request, &checked, &place), overrides).await
    }

    /// What is asked for of one event, or of one date.
    fn request(&self, said: &EventSaid) -> MeetingRequest {
        let own = self.organizer.user.email.to_lowercase();
        let people = said.people.iter().filter(|(email, _)| email.key() != own);
        let attendee = |(email, name): &(_, String)| AttendeeRequest {
            email: ToString::to_string(email),
            name: Some(name.clone()),
            ..AttendeeRequest::default()
        };
        // A meeting has a name; calendars show events without one by words of their own.
        let is_korean = self.wanted.request.language.as_deref().is_some_and(|tag| tag.starts_with("ko"));
        let untitled = if is_korean { "(제목 없음)" } else { "(no title)" };
        MeetingRequest {
            summary: if said.summary.is_empty() { untitled.to_owned() } else { said.summary.clone() },
            description: said.description.to_string(),
            dt_start: Some(local(said.start, said.is_all_day)),
            dt_end: Some(local(said.end, said.is_all_day)),
            time_zone: Some(said.zone.name().to_owned()),
            is_full_day_meeting: said.is_all_day,
            attendees: people.map(|(email, name)| attendee(&(email.clone(), name.clone()))).collect(),
            ..self.wanted.request.clone()
        }
    }

    /// What single dates say, each judged as a meeting is; those that can't be are told.
    fn overrides(
        &self,
        event: &Event,
        checked: &Checked,
        faults: &mut Vec<ImportFault>,
    ) -> Vec<(DateTime, plan::Override)> {
        let plan = Plan::new(checked.series.clone(), face(checked));
        let mut overrides = Vec::new();
        for exception in &event.exceptions {
            let said = &exception.said;
            let mut note = |code: &str, words: String| faults.push(fault(said, exception.place, code, words));
            let Some(regular) = plan.occurrence(exception.original) else {
                note("noSuchOccurrence", "Its series has no such occurrence.".to_owned());
                continue;
            };
            if said.is_cancelled {
                overrides.push((
                    regular.time.original,
                    plan::Override { is_cancelled: true, ..plan::Override::default() },
                ));
                continue;
            }
            if said.is_all_day != event.said.is_all_day {
                note(
                    "otherKind",
                    "It is of whole days and its series is not, or the other way round.".to_owned(),
                );
                continue;
            }
            match judge(&self.request(said), self.organizer, None, &self.state.settings.limits) {
                Err(problem) => note(&problem.code, told(&problem)),
                Ok((own, _)) => {
                    let time = (own.series.start(), own.series.end());
                    let is_moved = time != (regular.time.local_start, regular.time.local_end);
                    let own = plan::Override::between(&plan.face, &face(&own), is_moved.then_some(time));
                    overrides.push((regular.time.original, own));
                }
            }
        }
        overrides
    }

    /// Makes its space, and writes it; `None` when the same was imported at the same time.
    async fn keep(
        &self,
        event: &Event,
        (request, checked, place): (&MeetingRequest, &Checked, &Place),
        overrides: Vec<(DateTime, plan::Override)>,
    ) -> Result<Option<MeetingId>, Problem> {
        let (state, user) = (self.state, &self.organizer.user);
        let id = MeetingId(random::guid_at(state.now_ms()));
        let space = match place {
            Place::Existing(space) => space.clone(),
            Place::Template(template, _) => {
                match place::make_space(state, id, template, &checked.summary, user).await {
                    Ok(space) => space,
                    Err(problem) => return Err(KeepFault::from(problem).unmaking(state, Some(id)).await),
                }
            }
        };
        let is_own = self.asked.caller.is_user(&user.id) || matches!(self.asked.caller, Caller::Operator(_));
        let whence =
            Whence { on_behalf_of: (!is_own).then(|| user.jid.clone()), ..self.asked.whence.clone() };
        let parts = Parts {
            id,
            request,
            checked,
            place,
            space: &space,
            user,
            whence: &whence,
            now_ms: state.now_ms(),
            web_app_url: &state.settings.web_app_url,
            written: self.written,
            answers_to: state.settings.replies.as_ref().map(|replies| replies.address.as_str()),
        };
        let made = matches!(place, Place::Template(..)).then_some(id);
        match self.written(event, &parts, overrides).await {
            Ok(true) => Ok(Some(id)),
            Ok(false) => {
                if let Some(made) = made {
                    place::unmake_space(state, made).await;
                }
                Ok(None)
            }
            Err(fault) => Err(fault.unmaking(state, made).await),
        }
    }

    async fn written(
        &self,
        event: &Event,
        parts: &Parts<'_>,
        overrides: Vec<(DateTime, plan::Override)>,
    ) -> Result<bool, KeepFault> {
        let mut body = NewMeeting::body(parts);
        if !overrides.is_empty() {
            let mut plan = body.plan(false).ok_or_else(Problem::internal)?;
            for (original, mut own) in overrides {
                own.added.iter_mut().for_each(|person| person.role.clone_from(&body.organizer.role));
                plan.overrides.insert(original, own);
            }
            body = body.with_plan(&plan, &[]).with_roles_of_its_places();
        }
        let mails = if self.wanted.is_told {
            let plan = body.plan(false).ok_or_else(Problem::internal)?;
            let told = notices(None, &plan, Notify::All, self.state.clock.now());
            mails::of_notices(&told, None, &body)
        } else {
            Vec::new()
        };
        let count = mails.len();
        let new = NewMeeting::saying(parts, body, mails)?;
        let counted = self.state.count_mails(&parts.user.id, count)?;
        let (uid, user, now) = (event.uid.clone(), parts.user.id.clone(), parts.now_ms);
        let written = self.state.store.write_rows(move |tx| {
            if new.row.is_temporary && !space_tasks::settle_intent(tx, &new.row.id.to_string())? {
                return Err(Unmade::TookTooLong);
            }
            if !imports::note(tx, &user, &uid, new.row.id, now)? {
                return Err(Unmade::Known);
            }
            Ok(new.insert_with_mails(tx)?)
        });
        match written.await {
            Ok(()) => {
                counted.used();
                Ok(true)
            }
            Err(Unmade::Known) => {
                counted.give_back();
                Ok(false)
            }
            Err(Unmade::TookTooLong) => {
                counted.give_back();
                Err(KeepFault::took_too_long())
            }
            Err(Unmade::Database(fault)) => {
                let outcome = Err::<(), _>(fault);
                counted.used_by(&outcome);
                outcome.map(|()| true).map_err(KeepFault::from)
            }
        }
    }
}

/// Why nothing was written.
enum Unmade {
    /// The same was imported at the same time.
    Known,
    /// The space was given up.
    TookTooLong,
    /// The database.
    Database(DbFault),
}

impl From<DbFault> for Unmade {
    fn from(fault: DbFault) -> Self {
        Self::Database(fault)
    }
}

/// What a meeting says besides its time; roles and the place are those of all.
fn face(checked: &Checked) -> Face {
    let person = |invited: &crate::meeting::check::Invited| Invitee {
        email: invited.email.to_string(),
        name: invited.name.clone(),
        role: String::new(),
    };
    Face {
        summary: checked.summary.clone(),
        description: checked.description.clone(),
        people: checked.attendees.iter().map(person).collect(),
        ..Face::default()
    }
}

fn fault(said: &EventSaid, component: usize, code: &str, reason: String) -> ImportFault {
    let summary = Some(said.summary.clone()).filter(|summary| !summary.is_empty());
    ImportFault { component, summary, code: code.to_owned(), reason }
}

/// Why something was refused: each field with its reason.
fn told(problem: &Problem) -> String {
    if problem.errors.is_empty() {
        return problem.detail.clone();
    }
    let one = |fault: &FieldFault| format!("{}: {}", fault.field, fault.reason);
    problem.errors.iter().map(one).collect::<Vec<_>>().join(" ")
}
