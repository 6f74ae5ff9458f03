//! What the co-located scheduler asks, over plain HTTP that never leaves the machine.
//!
//! Every request shows the token of this start, from a file that only the node's user can read; health and metrics
//! need none. Behind the token lies the whole public API too.

mod groups;
mod organizers;
mod removed_users;
mod sign_in;
mod signing_keys;
mod spaces;

use std::{fs, os::unix::fs::OpenOptionsExt, path::Path};

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use convoke_callbridge_api::loopback::{
    GROUP_MEMBERS, GROUPS, ORGANIZERS, REMOVED_USERS, SIGN_IN, SIGNING_KEYS, SPACES, TOKEN_HEADER,
};
use convoke_http::Refusal;
use convoke_runtime::random;
use convoke_web_api::Problem;
use subtle::ConstantTimeEq;

use crate::{admin, state::Shared};

/// The listener's router, less health and metrics.
pub fn router(state: Shared) -> Router {
    Router::new()
        .route(SIGNING_KEYS, get(signing_keys::show))
        .route(SPACES, post(spaces::create).delete(spaces::delete))
        .route(ORGANIZERS, get(organizers::show))
        .route(GROUPS, get(groups::list))
        .route(GROUP_MEMBERS, get(groups::members))
        .route(REMOVED_USERS, get(removed_users::list))
        .route(SIGN_IN, post(sign_in::check))
        .with_state(state.clone())
        .fallback_service(admin::trusted_router(state.clone()))
        .layer(from_fn_with_state(state, require_token))
}

async fn require_token(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let given =
        request.headers().get(TOKEN_HEADER).map(|value| value.as_bytes().to_vec()).unwrap_or_default();
    if bool::from(given.ct_eq(state.loopback_token.as_bytes())) {
        next.run(request).await
    } else {
        Refusal(Problem::unauthorized("The loopback token is missing or wrong.")).into_response()
    }
}

/// Makes this start's token and writes it where the scheduler reads it (mode 0600).
pub fn write_token(file: &Path) -> std::io::Result<String> {
    use std::io::Write;
    let token = random::text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", 43);
    let fresh = file.with_extension("new");
    drop(fs::remove_file(&fresh));
    let mut open = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    open.write_all(token.as_bytes())?;
    fs::rename(&fresh, file)?;
    Ok(token)
}
