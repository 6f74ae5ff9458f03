//! The call bridge's figures for Prometheus: requests answered, and links by state.

use axum::{
    Router,
    extract::{Request, State},
    middleware::{Next, from_fn_with_state},
    response::Response,
};
use convoke_c2w::{LinkSet, LinkState};
use http::StatusCode;
use prometheus_client::{
    collector::Collector,
    encoding::{DescriptorEncoder, EncodeMetric},
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

use crate::state::Shared;

type Label = (&'static str, &'static str);

/// Requests answered, by listener and class of status. Clones count together.
#[derive(Debug, Clone, Default)]
pub struct Requests(Family<[Label; 2], Counter>);

impl Requests {
    /// Counts what `router` answers as `listener`.
    pub fn counted(&self, listener: &'static str, router: Router) -> Router {
        router.layer(from_fn_with_state((self.clone(), listener), count))
    }

    fn note(&self, listener: &'static str, status: StatusCode) {
        let class = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.0.get_or_create(&[("listener", listener), ("status", class)]).inc();
    }
}

async fn count(
    State((requests, listener)): State<(Requests, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    let response = next.run(request).await;
    requests.note(listener, response.status());
    response
}

/// All figures of this call bridge.
pub fn registry(state: &Shared) -> Registry {
    let mut registry = Registry::default();
    let requests = state.requests.0.clone();
    registry.register(
        "convoke_http_requests",
        "Requests answered, by listener and class of status",
        requests,
    );
    registry.register_collector(Box::new(Links(state.clone())));
    registry
}

/// Reads the links' states whenever it is asked.
#[derive(Debug)]
struct Links(Shared);

impl Collector for Links {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), std::fmt::Error> {
        let links = self.0.links.get().map(LinkSet::status).unwrap_or_default();
        let family = Family::<[Label; 1], Gauge>::default();
        for state in ["up", "connecting", "down"] {
            let count = links.iter().filter(|link| named(&link.state) == state).count();
            family.get_or_create(&[("state", state)]).set(i64::try_from(count).unwrap_or(i64::MAX));
        }
        let help = "Links to web bridges, by state";
        let metric = encoder.encode_descriptor("convoke_c2w_links", help, None, family.metric_type())?;
        family.encode(metric)
    }
}

fn named(state: &LinkState) -> &'static str {
    match state {
        LinkState::Up => "up",
        LinkState::Connecting => "connecting",
        LinkState::Down { .. } => "down",
    }
}
