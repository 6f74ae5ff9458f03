//! `/meetings/{id}/occurrences`: the dates of a meeting, and changes of one of them or of one and those after it.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use convoke_http::Refusal;
use convoke_meeting::plan::{Aim, Face, Plan, Planned, Scope};
use convoke_scheduler_api::{
    occurrence::{
        Changed, DEFAULT_OCCURRENCES, Decision, ExceptionDecision, MAX_OCCURRENCES, Occurrence,
        OccurrencePage, OccurrencePatch,
    },
    request::{AttendeeRequest, MeetingRequest},
};
use convoke_store::{DbFault, answers};
use convoke_web_api::{FieldFault, Problem};
use http::{HeaderValue, header};
use jiff::civil::DateTime;

use super::{
    Found,
    attendees::{Merged, Said, groups_of_change},
    change::{Change, carry_out, original, plan},
    create::judge,
    find, find_to_change,
    list::Window,
    missing,
    replace::{check_place, organizer_of},
    replayed,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    caller::Caller,
    handlers::json,
    meeting::{
        answers::Answers,
        body::{self, Time, local, parsed},
        groups::Group,
        place::{self, Place},
        plan::invitee,
        shown::{self, etag},
    },
    openapi::{BodyRefusals, ChangeRefusals, Conditioned, Noticed, ReadRefusals},
    state::{Shared, database},
};

/// People that one page of dates names at most, about 4 MB of text.
const MAX_SHOWN_PEOPLE: usize = 30_000;

/// How many dates a page has: each names everybody who is in it, so of a meeting of thousands there are fewer.
fn dates_of_page(asked: usize, people: usize) -> usize {
    asked.min(MAX_SHOWN_PEOPLE / people.max(1)).max(1)
}

/// Lists the dates of a meeting that the caller is in.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/occurrences", tag = "occurrences",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("fromTime" = Option<String>, Query, description = "A UTC instant such as 2026-12-01T00:00:00Z; now when absent"),
        ("untilTime" = Option<String>, Query, description = "A UTC instant, at most 366 days later; 31 days later when absent"),
        ("maxMeetings" = Option<u32>, Query, description = "1 to 500; 50 when absent")),
    responses((status = 200, description = "The dates, by start", body = OccurrencePage), ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<OccurrencePage>, Refusal> {
    let query = query.as_deref().unwrap_or_default();
    let window = Window::parse_up_to(query, state.clock.now(), (DEFAULT_OCCURRENCES, MAX_OCCURRENCES))?;
    let found = find(&state, &caller, &id).await?;
    let plan = plan(&found)?;
    let most = dates_of_page(window.most, plan.face.people.len());
    let mut shown = plan.occurrences_in(window.from, window.until, most.saturating_add(1));
    let next = (shown.len() > most).then(|| shown.pop()).flatten();
    let answers = answers(&state, &found).await?;
    let to = (&caller, &found.access);
    let show = |planned: &Planned| shown::occurrence(&found.body, &plan, planned, Some(&answers), to);
    Ok(Json(OccurrencePage {
        occurrences: shown.iter().filter_map(show).collect(),
        next: next.map(|next| body::instant(next.time.start)),
    }))
}

/// Shows one date of a meeting.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/occurrences/{recurrence}", tag = "occurrences",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("recurrence" = String, Path, description = "The original local start, such as 2026-12-08T10:00:00")),
    responses(
        (status = 200, description = "The occurrence", body = Occurrence, headers(("ETag" = String))),
        ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path((id, recurrence)): Path<(String, String)>,
) -> Result<Response, Refusal> {
    let original = original(&recurrence)?;
    let found = find(&state, &caller, &id).await?;
    let plan = plan(&found)?;
    let planned = plan.occurrence(original).ok_or_else(no_such)?;
    let answers = answers(&state, &found).await?;
    let to = (&caller, &found.access);
    let shown = shown::occurrence(&found.body, &plan, &planned, Some(&answers), to).ok_or_else(missing)?;
    let mut response = Json(shown).into_response();
    if let Ok(tag) = HeaderValue::from_str(&etag(&found.row)) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Changes one date of a meeting, or it and those after it. What follows becomes a meeting of its own then, which is answered.
#[utoipa::path(patch, path = "/api/v1/scheduler/meetings/{id}/occurrences/{recurrence}", tag = "occurrences",
    request_body = OccurrencePatch,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("recurrence" = String, Path, description = "The original local start, such as 2026-12-08T10:00:00"),
        ("range" = Option<String>, Query, description = "THISANDFUTURE: this one and those after it"),
        Noticed,
        ("exceptions" = Option<String>, Query, description = "keep or drop: what becomes of occurrences of their own that find no place"),
        Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now, or the one that follows; mails that tell of the change are queued",
            body = Changed, headers(("ETag" = String), ("Content-Location" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn change(
    State(state): State<Shared>,
    Path((id, recurrence)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let patch: OccurrencePatch = json(&asked.body)?;
    let (found, original) = of(&state, &asked, &id, &recurrence).await?;
    let plan = plan(&found)?;
    let planned = plan.occurrence(original).ok_or_else(no_such)?;
    let groups = groups_of_change(&state, &found.body, &patch.groups).await?;
    let (request, merged) = request(&found, &plan, &planned, (&patch, &groups), wishes.follows)?;
    let organizer = organizer_of(&state, &found.body, &request).await?;
    let judged = judge(&request, &organizer, Some(&found.body), &state.settings.limits);
    let (checked, place) = judged.map_err(|problem| merged.told(problem))?;
    let Place::Existing(space) = &place else { return Err(Problem::internal().into()) };
    check_place(&asked.caller, &found, Some(&space.id))?;
    let (own, people) = place::people(&place, &request, &checked, &organizer.user);
    let face = Face {
        summary: checked.summary,
        description: checked.description,
        place: space.id.clone(),
        organizer_role: own.role,
        people: people.iter().map(invitee).collect(),
    };
    let (scope, aim) = if wishes.follows {
        (Scope::Following(original), Aim::Series(Box::new(checked.series), face))
    } else {
        let (start, end) = (checked.series.start(), checked.series.end());
        (Scope::One(original), Aim::Occurrence { start, end, face })
    };
    let ways = place::ways(space);
    let place = body::Place { space: space.id.clone(), space_name: space.name.clone(), ways };
    let decisions = decisions(&patch.exceptions)?;
    let change = Change { decisions, place: Some(place), people, ..Change::new(scope, aim) };
    let changed = carry_out(&state, &asked, &found, change, &wishes).await;
    Ok(changed.map_err(|problem| merged.told(problem))?)
}

/// Cancels one date of a meeting, or it and those after it.
#[utoipa::path(delete, path = "/api/v1/scheduler/meetings/{id}/occurrences/{recurrence}", tag = "occurrences",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("recurrence" = String, Path, description = "The original local start, such as 2026-12-08T10:00:00"),
        ("range" = Option<String>, Query, description = "THISANDFUTURE: this one and those after it"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn cancel(
    State(state): State<Shared>,
    Path(path): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    simple(&state, path, &asked, Aim::Cancelled).await
}

/// Takes back the cancellation of one date of a meeting.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/occurrences/{recurrence}/restore", tag = "occurrences",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("recurrence" = String, Path, description = "The original local start, such as 2026-12-08T10:00:00"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn restore(
    State(state): State<Shared>,
    Path(path): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    simple(&state, path, &asked, Aim::Restored).await
}

/// What people answered.
async fn answers(state: &Shared, found: &Found) -> Result<Answers, Problem> {
    let id = found.row.id;
    let read = state.store.read(move |tx| Ok::<_, DbFault>(Answers::of(answers::of_meeting(tx, id)?)));
    read.await.map_err(database)
}

/// A change without a body.
async fn simple(
    state: &Shared,
    (id, recurrence): (String, String),
    asked: &Asked,
    aim: Aim,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(state, asked).await? {
        return Ok(answer);
    }
    let (found, original) = of(state, asked, &id, &recurrence).await?;
    let scope = if wishes.follows { Scope::Following(original) } else { Scope::One(original) };
    Ok(carry_out(state, asked, &found, Change::new(scope, aim), &wishes).await?)
}

async fn of(state: &Shared, asked: &Asked, id: &str, recurrence: &str) -> Result<(Found, DateTime), Problem> {
    let original = original(recurrence)?;
    Ok((find_to_change(state, &asked.caller, id, "change").await?, original))
}

fn no_such() -> Problem {
    Problem::not_found("The meeting has no occurrence with this recurrence.")
}

/// What is asked for as a whole meeting, so that it is checked as every other: the occurrence alone, or the series from it on.
fn request(
    found: &Found,
    plan: &Plan,
    planned: &Planned,
    (patch, groups): (&OccurrencePatch, &[Group]),
    follows: bool,
) -> Result<(MeetingRequest, Merged), Problem> {
    let only_following = [
        ("timeZone", patch.time_zone.is_some()),
        ("rrule", patch.rrule.is_some()),
        ("rdate", patch.rdate.is_some()),
        ("exdate", patch.exdate.is_some()),
    ];
    let faults: Vec<FieldFault> = only_following
        .iter()
        .filter(|(_, given)| *given && !follows)
        .map(|(name, _)| {
            FieldFault::new(
                *name,
                "conflict",
                "One occurrence can't repeat; add range=THISANDFUTURE to the address.",
            )
        })
        .collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let (all_day, face) = (plan.series.is_all_day(), &planned.face);
    let time = if follows {
        let series = plan.series_from(planned.time.original).ok_or_else(|| {
            let words = convoke_meeting::plan::SurgeryFault::CannotCut.to_string();
            Problem::new(409, "Can't be parted", words).coded("cannotCut")
        })?;
        Time::of(&series)
    } else {
        Time {
            start: local(planned.time.local_start, all_day),
            end: local(planned.time.local_end, all_day),
            zone: found.body.time.zone.clone(),
            all_day,
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
        }
    };
    // What follows says what the series says; one date says what it says itself.
    let face = if follows { &plan.face } else { face };
    let same_space = patch.co_space.as_ref().is_none_or(|space| space.eq_ignore_ascii_case(&face.place));
    let attendee = |person: &convoke_meeting::plan::Invitee| AttendeeRequest {
        email: person.email.clone(),
        name: Some(person.name.clone()),
        role: same_space.then(|| person.role.clone()),
        ..AttendeeRequest::default()
    };
    let invited = face.people.iter().map(attendee).collect();
    let said = Said {
        instead: patch.attendees.as_ref(),
        add: &patch.add_attendees,
        remove: &patch.remove_attendees,
        groups,
    };
    let people = Merged::of(invited, &said)?;
    let dt_end = match (&patch.dt_start, &patch.dt_end) {
        (Some(start), None) => moved_end(&time, start, time.all_day).unwrap_or_else(|| time.end.clone()),
        (_, Some(end)) => end.clone(),
        (None, None) => time.end.clone(),
    };
    let request = MeetingRequest {
        summary: patch.summary.clone().unwrap_or_else(|| face.summary.clone()),
        description: patch.description.clone().unwrap_or_else(|| face.description.clone()),
        dt_start: Some(patch.dt_start.clone().unwrap_or_else(|| time.start.clone())),
        dt_end: Some(dt_end),
        time_zone: Some(patch.time_zone.clone().unwrap_or(time.zone)),
        is_full_day_meeting: all_day,
        rrule: patch.rrule.clone().or(time.rrule),
        rdate: patch.rdate.clone().unwrap_or(time.rdate),
        exdate: patch.exdate.clone().unwrap_or(time.exdate),
        attendees: people.all.clone(),
        organizer_role: patch
            .organizer_role
            .clone()
            .or_else(|| same_space.then(|| face.organizer_role.clone())),
        co_space: Some(patch.co_space.clone().unwrap_or_else(|| face.place.clone())),
        language: Some(found.body.language.clone()),
        ..MeetingRequest::default()
    };
    Ok((request, people))
}

/// The end that keeps the length when the start moves; one that becomes a full-day meeting takes the days that it touches.
pub(super) fn moved_end(time: &Time, start: &str, all_day: bool) -> Option<String> {
    let length = parsed(&time.start)?.duration_until(parsed(&time.end)?);
    let start = parsed(start.trim())?;
    let end = match all_day && !time.all_day {
        true => {
            let days = length.as_hours().max(0) / 24 + i64::from(length.as_secs() % 86_400 > 0);
            start
                .date()
                .to_datetime(jiff::civil::Time::midnight())
                .checked_add(jiff::Span::new().days(days))
                .ok()?
        }
        false => start.checked_add(length).ok()?,
    };
    Some(local(end, all_day))
}

/// What is to become of the exceptions that are named.
pub(super) fn decisions(
    exceptions: &[ExceptionDecision],
) -> Result<Vec<(DateTime, convoke_meeting::plan::Decision)>, Problem> {
    let decided = exceptions.iter().enumerate().map(|(number, exception)| {
        let original = parsed(&exception.recurrence).ok_or_else(|| {
            let field = format!("exceptions[{number}].recurrence");
            let reason = "It is the original local start of an occurrence, such as 2026-12-08T10:00:00.";
            Problem::invalid(vec![FieldFault::new(field, "invalid", reason)])
        })?;
        let decision = match exception.decision {
            Decision::Keep => convoke_meeting::plan::Decision::Keep,
            Decision::Drop => convoke_meeting::plan::Decision::Drop,
        };
        Ok((original, decision))
    });
    decided.collect()
}

#[cfg(test)]
mod tests {
    use super::dates_of_page;

    #[test]
    fn a_page_of_a_meeting_of_thousands_has_fewer_dates_and_always_one() {
        let pages = [(500, 0), (500, 60), (500, 3_000), (5, 3_000), (500, 100_000)];
        assert_eq!(pages.map(|(asked, people)| dates_of_page(asked, people)), [500, 500, 10, 5, 1]);
    }
}
