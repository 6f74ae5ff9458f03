//! `GET /meetings/{id}`.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_scheduler_api::meeting::Meeting;
use http::StatusCode;

use super::{answer, find, show};
use crate::{caller::Caller, openapi::ReadRefusals, state::Shared};

/// Shows a meeting to its organizer, an attendee or an operator.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings",
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses(
        (status = 200, description = "The meeting", body = Meeting, headers(("ETag" = String))),
        ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let found = find(&state, &caller, &id).await?;
    Ok(answer(StatusCode::OK, show(&state, &caller, &found).await?))
}
