//! `POST /meetings`: schedules a meeting and queues its invitations.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::loopback::Organizer;
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{PREFIX, meeting::Meeting, request::MeetingRequest};
use convoke_store::{DbFault, space_tasks};
use convoke_web_api::Problem;
use http::{StatusCode, header};

use super::{KeepFault, organizer};
use crate::{
    caller::Caller,
    handlers::json,
    meeting::{
        check::{self, Checked},
        kept::{NewMeeting, Parts},
        place::{self, Place},
        shown,
    },
    state::Shared,
};

/// Schedules a meeting.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings", tag = "meetings", request_body = MeetingRequest,
    responses(
        (status = 201, description = "The meeting; its invitations are queued", body = Meeting),
        (status = 400, description = "The body is not the JSON that is expected"),
        (status = 401, description = "Not signed in"),
        (status = 409, description = "The space can't be made as the template asks"),
        (status = 413, description = "The body is too large"),
        (status = 422, description = "Fields are at fault"),
        (status = 503, description = "A part is not connected")),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn create(
    State(state): State<Shared>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: MeetingRequest = json(&body)?;
    let organizer = organizer(&state, &caller, &request).await?;
    let (checked, place) = judge(&request, &organizer)?;
    let user = &organizer.user;
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
        by: caller.name(),
        now_ms: state.now_ms(),
        web_app_url: &state.settings.web_app_url,
    })?;
    let made = matches!(place, Place::Template(..)).then_some(id);
    if let Err(fault) = keep(&state, new.clone()).await {
        return Err(fault.unmaking(&state, made).await.into());
    }
    state.mails.notify_one();
    state.metrics.meetings.inc();
    tracing::info!(target: "MeetingService", "meeting {id} created by {} with {} attendees", caller.name(), new.body.attendees.len());
    let meeting = shown::new_meeting(&new, &caller);
    let location = format!("{PREFIX}/meetings/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(meeting)).into_response())
}

/// Checks everything that a request says; all faults at once.
pub(crate) fn judge(request: &MeetingRequest, organizer: &Organizer) -> Result<(Checked, Place), Problem> {
    let checked = check::check(request, &organizer.user.email);
    let mut faults = checked.as_ref().err().cloned().unwrap_or_default();
    let place = place::resolve(request, organizer, &mut faults);
    if let Some(place) = &place {
        place::check_roles(place, request, &mut faults);
    }
    match (checked, place) {
        (Ok(checked), Some(place)) if faults.is_empty() => Ok((checked, place)),
        _ => Err(Problem::invalid(faults)),
    }
}

async fn keep(state: &Shared, new: NewMeeting) -> Result<(), KeepFault> {
    let written = state.store.write_rows(move |tx| {
        if new.row.is_temporary && !space_tasks::settle_intent(tx, &new.row.id.to_string())? {
            return Ok(false);
        }
        new.insert_with_mails(tx)?;
        Ok::<_, DbFault>(true)
    });
    if written.await? { Ok(()) } else { Err(KeepFault::took_too_long()) }
}
