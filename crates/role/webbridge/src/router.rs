//! The browser's side as one router.

use axum::{
    Extension, Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::get,
};
use convoke_http::{ClientAddress, Refusal, SecurityHeaders};
use convoke_web_api::Problem;

use crate::{
    handlers::{events, status},
    relay::relay,
    routing::{Target, target},
    state::Bridge,
};

/// Everything that browsers reach.
pub(crate) fn router(bridge: Bridge, headers: SecurityHeaders) -> Router {
    let router = Router::new()
        .route("/api/status", get(status::get))
        .route("/api/events", get(events::get))
        .fallback(dispatch)
        .layer(from_fn_with_state(bridge.clone(), count))
        .with_state(bridge);
    headers.layer(router)
}

async fn dispatch(
    State(bridge): State<Bridge>,
    Extension(client): Extension<ClientAddress>,
    request: Request,
) -> Response {
    match target(request.uri().path()) {
        Target::Part(role) => relay(&bridge, role, request, client).await,
        Target::App => bridge.files.answer(request.method(), request.uri().path(), request.headers()),
        Target::NoApi => Refusal(Problem::not_found("There is no such API on a web bridge.")).into_response(),
        Target::Malformed => Refusal(Problem::bad_request("The path is malformed.")).into_response(),
    }
}

async fn count(State(bridge): State<Bridge>, request: Request, next: Next) -> Response {
    let target = match request.uri().path() {
        "/api/status" | "/api/events" => "webBridge",
        path => target(path).name(),
    };
    let response = next.run(request).await;
    bridge.metrics.request(target, response.status());
    response
}
