//! What the scheduler counts.

use http::StatusCode;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

type Labels = [(&'static str, String); 1];

/// What the scheduler counts.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    /// Meetings created.
    pub(crate) meetings: Counter,
    /// Links that are up.
    pub(crate) links_up: Gauge,
    /// Mails that wait.
    pub(crate) mails_waiting: Gauge,
    /// Age of the oldest of them, in seconds.
    pub(crate) oldest_mail_seconds: Gauge,
    mails: Family<Labels, Counter>,
    received: Family<Labels, Counter>,
    requests: Family<Labels, Counter>,
}

impl Metrics {
    /// Puts everything into a registry.
    pub(crate) fn register(&self, registry: &mut Registry) {
        registry.register("convoke_meetings_created", "Meetings created", self.meetings.clone());
        registry.register("convoke_c2w_links_up", "C2W links that are up", self.links_up.clone());
        registry.register("convoke_mails_waiting", "Mails that wait to be sent", self.mails_waiting.clone());
        registry.register(
            "convoke_oldest_mail_seconds",
            "Age of the oldest mail that waits",
            self.oldest_mail_seconds.clone(),
        );
        registry.register("convoke_mails", "Tries to send a mail, by outcome", self.mails.clone());
        registry.register("convoke_mails_received", "Mails that came in, by outcome", self.received.clone());
        registry.register("convoke_http_requests", "Requests, by class of status", self.requests.clone());
    }

    /// Counts what became of a try to send a mail.
    pub(crate) fn count_mail(&self, outcome: &'static str) {
        self.mails.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    /// Counts what became of a mail that came in.
    pub(crate) fn count_received(&self, outcome: &'static str) {
        self.received.get_or_create(&[("outcome", outcome.to_owned())]).inc();
    }

    /// Counts an answer.
    pub(crate) fn count_request(&self, status: StatusCode) {
        self.requests.get_or_create(&[("status", format!("{}xx", status.as_u16() / 100))]).inc();
    }
}
