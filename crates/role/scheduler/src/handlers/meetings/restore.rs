//! `POST /meetings/{id}/restore`: takes a cancellation back and invites everybody again.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{history::Operation, meeting::Meeting, request::MeetingRequest};
use convoke_web_api::Problem;
use http::StatusCode;

use super::{
    Found, answer, check_expected, find_to_change, instead,
    keep::{KeepFault, Step, keep},
    replace::organizer_of,
    replayed, show,
};
use crate::{
    asked::Asked,
    meeting::{body::Body, mails, place, shown},
    openapi::ChangeRefusals,
    state::Shared,
};

/// How long a cancellation can be taken back, in days.
pub(crate) const MAX_UNDO_DAYS: i64 = 30;

/// Takes back the cancellation of a meeting, up to 30 days later. A meeting that is not cancelled is answered as it is.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/restore", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the meeting was shown with, or *; needed"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting, which takes place again; invitations are queued", body = Meeting,
            headers(("ETag" = String))),
        (status = 410, description = "It was cancelled too long ago", body = Problem,
            content_type = "application/problem+json"),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn restore(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "restore").await?;
    if !found.row.is_cancelled {
        return Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?));
    }
    check_expected(&state, &asked, &found).await?;
    let now = state.now_ms();
    let longest = MAX_UNDO_DAYS * 24 * 3_600 * 1_000;
    if found.row.cancelled_at.is_none_or(|at| now - at > longest) {
        let words = format!("It was cancelled more than {MAX_UNDO_DAYS} days ago; schedule it anew.");
        return Err(Problem::new(410, "Too late", words).coded("tooLateToRestore").into());
    }
    let made = found.row.space_removed_at.map(|_| MeetingId(random::guid_at(now)));
    let mut body = match settled(&state, &found, made).await {
        Ok(body) => body,
        Err(problem) => return Err(KeepFault::from(problem).unmaking(&state, made).await.into()),
    };
    body.sequence += 1;
    let mut row = found.row.clone();
    row.is_cancelled = false;
    row.cancelled_at = None;
    let is_over = row.last_end_at.is_some_and(|end| end <= now);
    let mails = if is_over { Vec::new() } else { mails::of_change(None, &body) };
    let step = Step { op: Operation::Restored, row, body, mails, made };
    let (kept, outcomes) = match keep(&state, &asked, &found, step).await {
        Ok(kept) => kept,
        Err(fault) => return Ok(instead(&state, &asked, fault.unmaking(&state, made).await).await?),
    };
    tracing::info!(target: "MeetingService", "meeting {} restored by {}", kept.row.id, asked.caller.name());
    let meeting = shown::meeting(&kept.row, &kept.body, &outcomes, &asked.caller, &kept.access);
    Ok(answer(StatusCode::OK, meeting))
}

/// What the meeting says again, in its space; when that went with the cancellation, in a new one of the same template.
async fn settled(state: &Shared, found: &Found, made: Option<MeetingId>) -> Result<Body, Problem> {
    let mut body = found.body.clone();
    let Some(made) = made else { return Ok(body) };
    let request = MeetingRequest { co_space_template: body.template.clone(), ..MeetingRequest::default() };
    let organizer = organizer_of(state, &body, &request).await?;
    let template = body.template.clone().filter(|_| organizer.template_roles.is_some());
    let Some(template) = template else {
        let words = "Its space was removed, and its template is no longer the organizer's; schedule it anew.";
        return Err(Problem::new(409, "Space gone", words).coded("spaceGone"));
    };
    let space = place::make_space(state, made, &template, &body.summary, &organizer.user).await?;
    body.ways = place::ways(&space);
    body.space = space.id;
    body.space_name = space.name;
    let Some(default) = space.default_access_method.or_else(|| body.ways.first().map(|way| way.role.clone()))
    else {
        return Ok(body);
    };
    // A role that the template no longer has becomes the default.
    let has = |role: &str| body.ways.iter().any(|way| way.role == role);
    if !has(&body.organizer.role) {
        body.organizer.role.clone_from(&default);
    }
    let roles: Vec<bool> = body.attendees.iter().map(|attendee| has(&attendee.role)).collect();
    for (attendee, known) in body.attendees.iter_mut().zip(roles) {
        if !known {
            attendee.role.clone_from(&default);
        }
    }
    Ok(body)
}
