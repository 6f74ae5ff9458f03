//! The browser's side as one service. No router: there are two paths of its own, and every layer of one costs each relayed
//! request some allocations.

use std::{convert::Infallible, sync::Arc};

use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use convoke_http::{AddedHeaders, Answers, Refusal, SecurityHeaders};
use convoke_web_api::Problem;
use http::{Method, Request, header::ALLOW};
use tower::service_fn;

use crate::{
    handlers::{events, status},
    relay::relay,
    routing::{Target, target},
    state::Bridge,
};

/// The web bridge's own answers in metrics.
const OWN: &str = "webBridge";

/// Everything that browsers reach.
pub(crate) fn front(bridge: Bridge, headers: SecurityHeaders) -> impl Answers {
    let front = Arc::new(Front { bridge, added: headers.list() });
    service_fn(move |request| {
        let front = Arc::clone(&front);
        async move { Ok::<_, Infallible>(front.answer(request).await) }
    })
}

struct Front {
    bridge: Bridge,
    added: AddedHeaders,
}

impl Front {
    async fn answer(&self, request: Request<Body>) -> Response {
        let (who, mut response) = match request.uri().path() {
            "/api/status" => (OWN, self.own(request.method(), || status::get(&self.bridge))),
            "/api/events" => (OWN, self.own(request.method(), || events::get(&self.bridge))),
            path => {
                let target = target(path);
                (target.name(), self.dispatch(target, request).await)
            }
        };
        self.bridge.metrics.request(who, response.status());
        self.added.add(response.headers_mut());
        response
    }

    /// What the web bridge tells itself, by GET; by HEAD without the body.
    fn own(&self, method: &Method, get: impl FnOnce() -> Response) -> Response {
        match *method {
            Method::GET => get(),
            Method::HEAD => get().map(|_| Body::empty()),
            _ => {
                let refusal = Problem::new(405, "Method not allowed", "Only GET and HEAD are possible here.");
                ([(ALLOW, "GET, HEAD")], Refusal(refusal)).into_response()
            }
        }
    }

    async fn dispatch(&self, target: Target, request: Request<Body>) -> Response {
        match target {
            // Boxed: it is by far the largest of these futures, and a browser that holds a stream needs no room for it.
            Target::Part(role) => Box::pin(relay(&self.bridge, role, request)).await,
            Target::App => {
                self.bridge.files.answer(request.method(), request.uri().path(), request.headers())
            }
            Target::NoApi => {
                Refusal(Problem::not_found("There is no such API on a web bridge.")).into_response()
            }
            Target::Malformed => Refusal(Problem::bad_request("The path is malformed.")).into_response(),
        }
    }
}
