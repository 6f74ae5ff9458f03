//! `POST /meetings`: schedules a meeting and queues its invitations.

use axum::{extract::State, response::Response};
use convoke_callbridge_api::loopback::Organizer;
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::{random, settings::scheduler::Limits};
use convoke_scheduler_api::{meeting::Meeting, request::MeetingRequest};
use convoke_store::{DbFault, space_tasks};
use convoke_web_api::Problem;
use http::StatusCode;

use super::{answer, attendees::Merged, instead, keep::KeepFault, organizer, replayed};
use crate::{
    asked::{self, Asked, Whence},
    caller::Caller,
    handlers::json,
    meeting::{
        answers::Answers,
        asked_time,
        body::Body,
        check::{self, Checked},
        groups,
        kept::{NewMeeting, Parts},
        place::{self, Place},
        shown,
    },
    openapi::BodyRefusals,
    state::Shared,
};

/// Schedules a meeting.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings", tag = "meetings", request_body = MeetingRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 201, description = "The meeting; its invitations are queued", body = Meeting,
            headers(("ETag" = String), ("Location" = String))),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn create(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let mut request: MeetingRequest = json(&asked.body)?;
    asked_time::begin_now(&mut request, state.clock.now())?;
    let organizer = organizer(&state, &asked.caller, &request).await?;
    let groups = groups::asked_for(&state, &request.groups, &organizer.user.email).await?;
    let people = Merged::whole(&request, &groups)?;
    request.attendees.clone_from(&people.all);
    let judged = judge(&request, &organizer, None, &state.settings.limits);
    let (checked, place) = judged.map_err(|problem| people.told(problem))?;
    let user = &organizer.user;
    let counted = state.count_mails(&user.id, checked.attendees.len() + 1)?;
    let is_own = asked.caller.is_user(&user.id) || matches!(asked.caller, Caller::Operator(_));
    let whence = Whence { on_behalf_of: (!is_own).then(|| user.jid.clone()), ..asked.whence.clone() };
    let written = state.templates_of(&organizer).await;
    let id = MeetingId(random::guid_at(state.now_ms()));
    let space = match &place {
        Place::Existing(space) => space.clone(),
        Place::Template(template, _) => {
            match place::make_space(&state, id, template, &checked.summary, user).await {
                Ok(space) => space,
                Err(problem) => {
                    place::unmake_space(&state, id).await;
                    return Err(problem.into());
                }
            }
        }
    };
    let new = NewMeeting::of(&Parts {
        id,
        request: &request,
        checked: &checked,
        place: &place,
        space: &space,
        user,
        whence: &whence,
        now_ms: state.now_ms(),
        web_app_url: &state.settings.web_app_url,
        written: &written,
        answers_to: state.settings.replies.as_ref().map(|replies| replies.address.as_str()),
    })?;
    let made = matches!(place, Place::Template(..)).then_some(id);
    if let Err(fault) = keep(&state, &asked, new.clone()).await {
        if !fault.may_be_kept() {
            counted.give_back();
        }
        return Ok(instead(&state, &asked, fault.unmaking(&state, made).await).await?);
    }
    counted.used();
    state.mails.notify_one();
    state.metrics.meetings.inc();
    tracing::info!(target: "MeetingService", "meeting {id} created by {} with {} attendees", asked.caller.name(), new.body.attendees.len());
    Ok(answer(StatusCode::CREATED, shown::new_meeting(&new, Answers::default(), &asked.caller)))
}

/// Checks everything that a request says, of the meeting `own` when there is one already; all faults at once.
pub(crate) fn judge(
    request: &MeetingRequest,
    organizer: &Organizer,
    own: Option<&Body>,
    limits: &Limits,
) -> Result<(Checked, Place), Problem> {
    // A meeting that has more people or occurrences than a limit that was lowered since can still be changed; how many more people there
    // may be is judged with the change.
    let has = own.and_then(|own| own.time.series()?.count()).unwrap_or_default();
    let limits = Limits {
        attendees: limits.attendees.max(own.map_or(0, |own| own.everybody().len())),
        occurrences: limits.occurrences.max(has),
        ..*limits
    };
    let checked = check::check(request, &organizer.user.email, &limits);
    let mut faults = checked.as_ref().err().cloned().unwrap_or_default();
    let place = place::resolve(request, organizer, own, &mut faults);
    if let Some(place) = &place {
        place::check_roles(place, request, own, &mut faults);
    }
    match (checked, place) {
        (Ok(checked), Some(place)) if faults.is_empty() => Ok((checked, place)),
        _ => Err(Problem::invalid(faults)),
    }
}

async fn keep(state: &Shared, asked: &Asked, new: NewMeeting) -> Result<(), KeepFault> {
    let named = asked.name();
    let written = state.store.write_rows(move |tx| {
        if new.row.is_temporary && !space_tasks::settle_intent(tx, &new.row.id.to_string())? {
            return Ok(false);
        }
        new.insert_with_mails(tx)?;
        let shown = (new.row.id, new.row.revision);
        asked::note(tx, named.as_ref(), StatusCode::CREATED.as_u16(), shown, new.row.created_at)?;
        Ok::<_, DbFault>(true)
    });
    if written.await? { Ok(()) } else { Err(KeepFault::took_too_long()) }
}
