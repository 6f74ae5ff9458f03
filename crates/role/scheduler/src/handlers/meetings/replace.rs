//! `PUT /meetings/{id}`: replaces what can be edited of a meeting and queues the mails that tell of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{history::Operation, meeting::Meeting, request::MeetingRequest};
use convoke_web_api::Problem;
use http::StatusCode;

use super::{
    answer, check_expected,
    create::judge,
    find_to_change, instead,
    keep::{KeepFault, Step, keep},
    replayed, show,
};
use crate::{
    asked::Asked,
    handlers::json,
    meeting::{
        body::Body,
        kept::body_of,
        mails,
        place::{self, Place},
        shown,
    },
    openapi::{BodyRefusals, ChangeRefusals},
    state::Shared,
};

/// Replaces what can be edited of a meeting.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings", request_body = MeetingRequest,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the meeting was shown with, or *; needed"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Meeting,
            headers(("ETag" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn replace(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let mut request: MeetingRequest = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "change").await?;
    if found.row.is_cancelled {
        let words = "This meeting is cancelled and can't be changed.";
        return Err(Problem::new(409, "Cancelled", words).coded("cancelled").into());
    }
    let stays = stays_in_its_space(&request, &found.body);
    if stays {
        // The space is judged as an existing one, so that the template need not be the organizer's any more.
        request.co_space = Some(found.body.space.clone());
        request.co_space_template = None;
    }
    let organizer = organizer_of(&state, &found.body, &request).await?;
    let (checked, place) = judge(&request, &organizer)?;
    let user = &organizer.user;
    let after = |space, sequence| {
        let mut after = body_of(&request, &checked, &place, space, user, sequence);
        if stays {
            after.template.clone_from(&found.body.template);
        }
        after
    };
    if let Place::Existing(space) = &place
        && found.body == after(space, found.body.sequence)
    {
        // What is asked for is so already, whoever did it: nobody is told of anything.
        return Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?));
    }
    check_expected(&state, &asked, &found).await?;
    let made = matches!(place, Place::Template(..)).then(|| MeetingId(random::guid_at(state.now_ms())));
    let space = match (&place, made) {
        (Place::Template(template, _), Some(made)) => {
            match place::make_space(&state, made, template, &checked.summary, user).await {
                Ok(space) => space,
                Err(problem) => {
                    return Err(KeepFault::from(problem).unmaking(&state, Some(made)).await.into());
                }
            }
        }
        (Place::Existing(space), _) => space.clone(),
        (Place::Template(..), None) => return Err(Problem::internal().into()),
    };
    let body = after(&space, found.body.sequence + 1);
    let mut row = found.row.clone();
    row.is_temporary = if stays { row.is_temporary } else { made.is_some() };
    let mails = mails::of_change(Some(&found.body), &body);
    let step = Step { op: Operation::Changed, row, body, mails, made };
    let (kept, outcomes) = match keep(&state, &asked, &found, step).await {
        Ok(kept) => kept,
        Err(fault) => return Ok(instead(&state, &asked, fault.unmaking(&state, made).await).await?),
    };
    tracing::info!(target: "MeetingService", "meeting {} changed by {} (sequence {})", kept.row.id, asked.caller.name(), kept.row.sequence);
    let meeting = shown::meeting(&kept.row, &kept.body, &outcomes, &asked.caller, &kept.access);
    Ok(answer(StatusCode::OK, meeting))
}

/// The organizer as the directory knows them now, with the place that is asked for.
pub(super) async fn organizer_of(
    state: &Shared,
    body: &Body,
    request: &MeetingRequest,
) -> Result<Organizer, Problem> {
    let found = place::organizer_of(state, UserAsked::Id(&body.organizer.id), request).await?;
    found.ok_or_else(|| {
        Problem::new(409, "Conflict", "The organizer of this meeting is no longer in the directory.")
    })
}

fn stays_in_its_space(request: &MeetingRequest, body: &Body) -> bool {
    let same = |given: &Option<String>, known: &str| {
        given.as_ref().is_some_and(|given| given.eq_ignore_ascii_case(known))
    };
    match (&request.co_space, &request.co_space_template) {
        (Some(_), None) => same(&request.co_space, &body.space),
        (None, Some(_)) => {
            body.template.as_ref().is_some_and(|known| same(&request.co_space_template, known))
        }
        _ => false,
    }
}
