//! Figures for Prometheus.

use axum::body::Body;
use convoke_callbridge::{admin, metrics};
use http::Request;
use prometheus_client::encoding::text::encode;
use tower::ServiceExt;

use crate::support::on_sqlite;

#[test]
fn requests_are_counted_by_listener_and_status_and_links_by_state() {
    on_sqlite(async |bridge| {
        let router = bridge.state.requests.counted("https", admin::router(bridge.state.clone()));
        let request = Request::get("/api/v1/coSpaces").body(Body::empty()).unwrap();
        router.oneshot(request).await.unwrap();
        let mut text = String::new();
        encode(&mut text, &metrics::registry(&bridge.state)).unwrap();
        for line in [
            "convoke_http_requests_total{listener=\"https\",status=\"4xx\"} 1",
            "convoke_c2w_links{state=\"up\"} 0",
            "convoke_c2w_links{state=\"down\"} 0",
        ] {
            assert!(text.contains(line), "{line} in {text}");
        }
    });
}
