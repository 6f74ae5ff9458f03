//! Users who were removed lately, so that schedulers refuse their tokens.

use axum::{
    Json,
    extract::{Query, State},
};
use convoke_callbridge_api::loopback::{MAX_REMOVED_USERS, RemovedUser, RemovedUsers};
use convoke_http::Refusal;
use convoke_store::removed_users;
use serde::Deserialize;

use crate::{objects::Refused, state::Shared, web::refusal};

#[derive(Debug, Deserialize)]
pub(super) struct Asked {
    since: i64,
}

pub(super) async fn list(
    State(state): State<Shared>,
    Query(asked): Query<Asked>,
) -> Result<Json<RemovedUsers>, Refusal> {
    let most = i64::try_from(MAX_REMOVED_USERS).unwrap_or(i64::MAX);
    let found = state.store.read(move |tx| Ok::<_, Refused>(removed_users::since(tx, asked.since, most)?));
    let users = found.await.map_err(refusal)?;
    let users = users.into_iter().map(|(id, removed_at)| RemovedUser { id, removed_at }).collect();
    Ok(Json(RemovedUsers { users }))
}
