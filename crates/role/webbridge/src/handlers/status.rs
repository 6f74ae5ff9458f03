//! `GET /api/status`: which parts are connected, so that the web app shows what works.

use axum::{Json, extract::State};
use convoke_c2w::LinkCounts;
use http::{HeaderName, header::CACHE_CONTROL};
use serde_json::{Value, json};

use crate::state::Bridge;

pub(crate) async fn get(State(bridge): State<Bridge>) -> ([(HeaderName, &'static str); 1], Json<Value>) {
    ([(CACHE_CONTROL, "no-store")], Json(connected(bridge.links.counts())))
}

/// `{"callBridge":true,"scheduler":true}`.
pub(crate) fn connected(counts: LinkCounts) -> Value {
    json!({ "callBridge": counts.call_bridges > 0, "scheduler": counts.schedulers > 0 })
}
