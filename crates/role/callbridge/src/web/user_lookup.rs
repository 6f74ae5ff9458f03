//! `GET /api/userLookup?query=`: people by a part of their name, JID or address.

use axum::{Json, extract::State};
use convoke_callbridge_api::kinds::users::USERS;
use convoke_http::Refusal;
use convoke_store::objects;
use convoke_web_api::users::{Found, MAX_FOUND, MIN_QUERY_CHARS};
use serde::Deserialize;

use super::{Asked, User, refusal};
use crate::{objects::Refused, state::Shared, users};

#[derive(Debug, Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    query: String,
}

pub(super) async fn find(
    State(state): State<Shared>,
    _user: User,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<Found>, Refusal> {
    let text = wanted.query.trim().to_owned();
    if text.chars().count() < MIN_QUERY_CHARS {
        return Ok(Json(Found { users: Vec::new() }));
    }
    let found = state.store.read(move |tx| {
        let query =
            objects::Query { search: Some(text.clone()), limit: MAX_FOUND, ..objects::Query::default() };
        Ok::<_, Refused>(objects::list(tx, USERS.plural, &query)?.1)
    });
    let found = found.await.map_err(refusal)?;
    Ok(Json(Found { users: found.iter().map(users::shown).collect() }))
}
