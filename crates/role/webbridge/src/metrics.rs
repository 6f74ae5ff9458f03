//! The web bridge's figures.

use convoke_c2w::LinkCounts;
use http::StatusCode;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

type Label = (&'static str, &'static str);

/// The figures, counted as things happen. Clones count together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Metrics {
    links: Family<[Label; 1], Gauge>,
    requests: Family<[Label; 2], Counter>,
    /// Event streams that are held.
    pub event_streams: Gauge,
}

impl Metrics {
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("convoke_webbridge_links", "C2W links that are up, by role", self.links.clone());
        registry.register(
            "convoke_webbridge_requests",
            "Requests of browsers, by who answers and class of status",
            self.requests.clone(),
        );
        registry.register(
            "convoke_webbridge_event_streams",
            "Event streams held by browsers",
            self.event_streams.clone(),
        );
    }

    pub(crate) fn links(&self, counts: LinkCounts) {
        let set = |role, count: usize| {
            self.links.get_or_create(&[("role", role)]).set(i64::try_from(count).unwrap_or(i64::MAX))
        };
        set("callBridge", counts.call_bridges);
        set("scheduler", counts.schedulers);
    }

    pub(crate) fn request(&self, target: &'static str, status: StatusCode) {
        let class = match status.as_u16() / 100 {
            1 => "1xx",
            2 => "2xx",
            3 => "3xx",
            4 => "4xx",
            _ => "5xx",
        };
        self.requests.get_or_create(&[("target", target), ("status", class)]).inc();
    }
}
