//! `GET /api/events`: the same as the status, at once and whenever it changes, as server-sent events.

use std::convert::Infallible;

use axum::{
    Extension,
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use convoke_c2w::LinkCounts;
use convoke_http::{Lasting, Refusal};
use convoke_web_api::Problem;
use futures_util::{Stream, stream::unfold};
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::watch;

use super::status::connected;
use crate::{
    limits::{EVENT_PING, MAX_EVENT_STREAMS},
    state::Bridge,
};

pub(crate) fn get(bridge: &Bridge) -> Response {
    let Some(held) = Held::new(&bridge.metrics.event_streams) else {
        let detail = "This web bridge holds as many event streams as it may. Ask /api/status instead.";
        return Refusal(Problem::new(503, "Too many event streams", detail)).into_response();
    };
    let (counts, stopping) = (bridge.links.watch_counts(), bridge.stopping.clone());
    let watching = Watching { counts, stopping, told: None, _held: held };
    let stream = Sse::new(events(watching)).keep_alive(KeepAlive::new().interval(EVENT_PING).text("ping"));
    (Extension(Lasting), stream).into_response()
}

struct Watching {
    counts: watch::Receiver<LinkCounts>,
    stopping: watch::Receiver<bool>,
    told: Option<LinkCounts>,
    _held: Held,
}

fn events(watching: Watching) -> impl Stream<Item = Result<Event, Infallible>> {
    unfold(watching, |mut watching| async move {
        let news = watching.next().await?;
        Some((Ok(Event::default().event("status").data(news)), watching))
    })
}

impl Watching {
    /// The next state that differs from what was told; `None` when the web bridge stops.
    async fn next(&mut self) -> Option<String> {
        loop {
            let now = *self.counts.borrow_and_update();
            // What was told is kept as counts: its JSON would be kept for each of the browsers.
            if self.told.is_none_or(|told| connected(told) != connected(now)) {
                self.told = Some(now);
                return Some(connected(now).to_string());
            }
            tokio::select! {
                changed = self.counts.changed() => changed.ok()?,
                _ = self.stopping.wait_for(|&stopping| stopping) => return None,
            }
        }
    }
}

/// One held stream, counted until it is dropped.
struct Held(Gauge);

impl Held {
    fn new(gauge: &Gauge) -> Option<Self> {
        if gauge.inc() >= MAX_EVENT_STREAMS {
            gauge.dec();
            return None;
        }
        Some(Self(gauge.clone()))
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.0.dec();
    }
}
