//! `GET /meetings/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use convoke_http::Refusal;
use convoke_scheduler_api::meeting::Meeting;

use super::{find, show};
use crate::{caller::Caller, state::Shared};

/// Shows a meeting to its organizer, an attendee or an operator.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings",
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses(
        (status = 200, description = "The meeting", body = Meeting),
        (status = 401, description = "Not signed in"),
        (status = 404, description = "There is no such meeting among the caller's"),
        (status = 503, description = "A part is not connected")),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Meeting>, Refusal> {
    let found = find(&state, &caller, &id).await?;
    Ok(Json(show(&state, &caller, &found).await?))
}
