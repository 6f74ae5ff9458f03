//! `DELETE /meetings/{id}`: cancels a meeting and queues the mails that tell of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_scheduler_api::{history::Operation, meeting::Meeting};
use http::StatusCode;

use super::{
    answer, check_expected, find_to_change, instead,
    keep::{Step, keep},
    replayed, show,
};
use crate::{
    asked::Asked,
    meeting::{mails, shown},
    openapi::ChangeRefusals,
    state::Shared,
};

/// Cancels a meeting. Cancelling it again answers the same and sends nothing.
#[utoipa::path(delete, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the meeting was shown with, or *; needed"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting, cancelled; mails that tell of it are queued", body = Meeting,
            headers(("ETag" = String))),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn cancel(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "cancel").await?;
    // What is asked for is so already, whoever did it.
    if found.row.is_cancelled {
        return Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?));
    }
    check_expected(&state, &asked, &found).await?;
    let now = state.now_ms();
    let (mut row, mut body) = (found.row.clone(), found.body.clone());
    body.sequence += 1;
    row.is_cancelled = true;
    row.cancelled_at = Some(now);
    // Of a meeting that is over there is nothing to tell.
    let is_over = row.last_end_at.is_some_and(|end| end <= now);
    let mails = if is_over { Vec::new() } else { mails::of_cancellation(&body) };
    let step = Step { op: Operation::Cancelled, row, body, mails, made: None };
    let (kept, outcomes) = match keep(&state, &asked, &found, step).await {
        Ok(kept) => kept,
        Err(fault) => return Ok(instead(&state, &asked, fault.unmaking(&state, None).await).await?),
    };
    tracing::info!(target: "MeetingService", "meeting {} cancelled by {}", kept.row.id, asked.caller.name());
    let meeting = shown::meeting(&kept.row, &kept.body, &outcomes, &asked.caller, &kept.access);
    Ok(answer(StatusCode::OK, meeting))
}
