//! `GET /api/meetingEntry?callId=&secret=`: the name of what a join link leads to. Needs no sign-in, so guesses are
//! counted by address.

use std::time::Instant;

use axum::{Json, extract::State};
use convoke_directory::attempts::{Counted, network};
use convoke_http::Refusal;
use convoke_web_api::{Problem, spaces::MeetingEntry};
use http::HeaderMap;
use serde::Deserialize;

use super::{Asked, client_address, refusal};
use crate::{objects::Refused, spaces::entry, state::Shared};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wanted {
    #[serde(default)]
    call_id: String,
    #[serde(default)]
    secret: String,
}

pub(super) async fn show(
    State(state): State<Shared>,
    headers: HeaderMap,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<MeetingEntry>, Refusal> {
    let keys = [Counted::Name("entry from", network(&client_address(&headers)))];
    if !state.attempts.may_try(&keys, Instant::now()) {
        return Err(Problem::too_many("Too many tries; wait a minute.").into());
    }
    let found =
        state.store.read(move |tx| Ok::<_, Refused>(entry::by_call_id(tx, &wanted.call_id, &wanted.secret)?));
    match found.await.map_err(refusal)? {
        Some(space) => Ok(Json(MeetingEntry { name: space.get("name").unwrap_or_default().to_owned() })),
        None => {
            state.attempts.note_failure(&keys, Instant::now());
            Err(Problem::not_found("This link does not lead to a meeting; it may have been replaced.").into())
        }
    }
}
