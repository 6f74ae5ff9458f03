//! Ways in to the private parsers, for the feature `fuzz` alone: what comes from browsers.

use std::net::IpAddr;

use convoke_c2w::Role;
use convoke_http::ClientAddress;
use http::{HeaderMap, request::Parts};

use crate::{files::encodings_by_preference, relay::carried_headers, routing};

/// Who answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routed {
    /// A call bridge.
    CallBridge,
    /// A scheduler.
    Scheduler,
    /// The web bridge itself: with a file, or with a refusal.
    Here,
}

/// Who answers `path`.
pub fn route(path: &str) -> Routed {
    match routing::target(path) {
        routing::Target::Part(Role::CallBridge) => Routed::CallBridge,
        routing::Target::Part(Role::Scheduler) => Routed::Scheduler,
        _ => Routed::Here,
    }
}

/// The codings that an `Accept-Encoding` allows, best first.
pub fn encodings(accepted: &str) -> Vec<&'static str> {
    encodings_by_preference(accepted)
}

/// The fields that go to a call bridge for a request of the browser at `client`.
pub fn carried(mut request: Parts, client: IpAddr) -> HeaderMap {
    request.extensions.insert(ClientAddress((client, 1).into()));
    carried_headers(request)
}
