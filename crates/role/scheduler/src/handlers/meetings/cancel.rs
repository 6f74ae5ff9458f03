//! `DELETE /meetings/{id}`: cancels what lies ahead of a meeting and queues the mails that tell of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::plan::{Aim, Scope};
use convoke_scheduler_api::occurrence::Changed;

use super::{
    change::{Change, carry_out},
    find_to_change, replayed, unchanged,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    openapi::{ChangeRefusals, Conditioned, Noticed},
    state::Shared,
};

/// Cancels a meeting. Cancelling it again answers the same and sends nothing. Of a series that has begun only what lies
/// ahead is cancelled.
#[utoipa::path(delete, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting, cancelled; mails that tell of it are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn cancel(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "cancel").await?;
    // What is asked for is so already, whoever did it.
    if found.row.is_cancelled && !wishes.is_dry {
        return Ok(unchanged(&state, &asked, &found).await?);
    }
    let change = Change::new(Scope::All, Aim::Cancelled);
    Ok(carry_out(&state, &asked, &found, change, &wishes).await?)
}
