//! `DELETE /meetings/{id}`: cancels a meeting and queues the mails that tell of it.

use axum::{
    Json,
    extract::{Path, State},
};
use convoke_http::Refusal;
use convoke_scheduler_api::meeting::Meeting;
use convoke_store::{
    DbFault, meetings,
    outbox::{self, MailOutcome},
};
use convoke_web_api::Problem;

use super::{Found, KeepFault, find, show};
use crate::{
    caller::{Access, Caller},
    meeting::{
        kept::{fit, revision, standing},
        mails, shown,
    },
    state::Shared,
};

/// Cancels a meeting. Cancelling it again answers the same and sends nothing.
#[utoipa::path(delete, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings",
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses(
        (status = 200, description = "The meeting, cancelled; mails that tell of it are queued", body = Meeting),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The caller is not the organizer"),
        (status = 404, description = "There is no such meeting among the caller's"),
        (status = 409, description = "Somebody else changed it at the same time"),
        (status = 503, description = "A part is not connected")),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn cancel(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Meeting>, Refusal> {
    let mut found = find(&state, &caller, &id).await?;
    if found.access != Access::Full {
        return Err(Problem::forbidden("Only the organizer can cancel this meeting.").into());
    }
    if !found.row.is_cancelled {
        let outcomes = keep(&state, &caller, &mut found).await.map_err(|fault| fault.problem)?;
        state.mails.notify_one();
        tracing::info!(target: "MeetingService", "meeting {} cancelled by {}", found.row.id, caller.name());
        return Ok(Json(shown::meeting(&found.row, &found.body, &outcomes, &caller, &found.access)));
    }
    Ok(Json(show(&state, &caller, &found).await?))
}

/// Keeps it, and answers what became of its mails: read with the change, because a read that fails after the commit would tell
/// of a change that was made as of one that was not.
async fn keep(state: &Shared, caller: &Caller, found: &mut Found) -> Result<Vec<MailOutcome>, KeepFault> {
    let now = state.now_ms();
    let former = (found.row.clone(), standing(&found.body));
    found.body.sequence += 1;
    found.row.revision += 1;
    found.row.is_cancelled = true;
    found.row.cancelled_at = Some(now);
    found.row.updated_at = now;
    fit(&mut found.row, &found.body)?;
    let revision = revision(&found.body, caller.name(), now)?;
    let now_stands = standing(&found.body);
    // Of a meeting that is over there is nothing to tell.
    let is_over = found.row.last_end_at.is_some_and(|end| end <= now);
    let mails = if is_over { Vec::new() } else { mails::of_cancellation(&found.body) };
    let queued = mails::rows(mails, found.row.id, found.row.revision, now);
    let row = found.row.clone();
    let written = state.store.write_rows(move |tx| {
        if !meetings::update(tx, &row, &revision, &now_stands, (&former.0, &former.1))? {
            return Err(DbFault::Duplicate("the meeting was changed by somebody else".into()));
        }
        outbox::insert(tx, &queued)?;
        outbox::outcomes(tx, row.id)
    });
    Ok(written.await?)
}
