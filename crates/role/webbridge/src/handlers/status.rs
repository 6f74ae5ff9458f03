//! `GET /api/status`: which parts are connected, so that the web app shows what works.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use convoke_c2w::LinkCounts;
use http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use crate::state::Bridge;

pub(crate) fn get(bridge: &Bridge) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(connected(bridge.links.counts()))).into_response()
}

/// `{"callBridge":true,"scheduler":true}`.
pub(crate) fn connected(counts: LinkCounts) -> Value {
    json!({ "callBridge": counts.call_bridges > 0, "scheduler": counts.schedulers > 0 })
}
