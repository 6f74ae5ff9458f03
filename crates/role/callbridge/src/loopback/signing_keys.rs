//! The public keys of web-app tokens.

use axum::{Json, extract::State};
use convoke_callbridge_api::loopback::{SigningKey, SigningKeys};

use crate::state::Shared;

pub(super) async fn show(State(state): State<Shared>) -> Json<SigningKeys> {
    let key = SigningKey { kid: state.signer.kid().to_owned(), x: state.signer.public_key().to_owned() };
    Json(SigningKeys { cluster: state.cluster.clone(), keys: vec![key] })
}
