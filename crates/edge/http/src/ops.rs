//! The operator's pages, for a loopback listener: is it alive, is it ready, what are its figures.

use std::sync::Arc;

use axum::{
    Json, Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{
    StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use prometheus_client::{encoding::text::encode, registry::Registry};
use serde_json::json;

/// One thing that a role needs in order to serve.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// A short stable name, such as `database`.
    pub name: &'static str,
    /// What is missing, in words; `None` when all is well.
    pub missing: Option<String>,
}

impl Check {
    /// A check that holds.
    pub fn ready(name: &'static str) -> Self {
        Self { name, missing: None }
    }

    /// A check that does not hold, and why.
    pub fn missing(name: &'static str, why: impl Into<String>) -> Self {
        Self { name, missing: Some(why.into()) }
    }
}

/// Tells what a role waits for. It is asked on each `/readyz`, so it must answer from memory.
pub trait Readiness: Send + Sync + 'static {
    /// All checks, ready or not.
    fn checks(&self) -> Vec<Check>;
}

impl<F: Fn() -> Vec<Check> + Send + Sync + 'static> Readiness for F {
    fn checks(&self) -> Vec<Check> {
        self()
    }
}

/// `/healthz` (200 while the process answers), `/readyz` (200, or 503 naming what is not ready), `/metrics` (OpenMetrics).
pub fn ops_router(readiness: impl Readiness, registry: Arc<Registry>) -> Router {
    let ready =
        Router::new().route("/readyz", get(readyz)).with_state(Arc::new(readiness) as Arc<dyn Readiness>);
    let metrics = Router::new().route("/metrics", get(metrics)).with_state(registry);
    let health = || async { ([(CACHE_CONTROL, "no-store")], Json(json!({ "status": "ok" }))) };
    Router::new().route("/healthz", get(health)).merge(ready).merge(metrics)
}

async fn readyz(State(readiness): State<Arc<dyn Readiness>>) -> Response {
    let checks = readiness.checks();
    let ready = checks.iter().all(|check| check.missing.is_none());
    let shown: Vec<_> = checks
        .iter()
        .map(|check| json!({ "name": check.name, "ready": check.missing.is_none(), "detail": check.missing }))
        .collect();
    let not_ready: Vec<_> =
        checks.iter().filter(|check| check.missing.is_some()).map(|check| check.name).collect();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = Json(json!({ "ready": ready, "notReady": not_ready, "checks": shown }));
    (status, [(CACHE_CONTROL, "no-store")], body).into_response()
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    match encode(&mut text, &registry) {
        Ok(()) => {
            let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-store")], text).into_response()
        }
        Err(_) => (StatusCode::INTERNAL_SERVER_ERROR, "the metrics can't be written\n").into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::{body::Body, extract::Request};
    use http_body_util::BodyExt;
    use prometheus_client::metrics::counter::Counter;
    use tower::ServiceExt;

    async fn get_page(router: &Router, path: &str) -> (StatusCode, String) {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        let status = answer.status();
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn readyz_names_what_is_not_ready() {
        let checks =
            || vec![Check::ready("settings"), Check::missing("database", "can't connect to 127.0.0.1:5432")];
        let router = ops_router(checks, Arc::new(Registry::default()));
        let (status, body) = get_page(&router, "/readyz").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["notReady"], json!(["database"]));
        assert_eq!(body["checks"][1]["detail"], "can't connect to 127.0.0.1:5432");
        assert_eq!(get_page(&router, "/healthz").await.0, StatusCode::OK);
    }

    #[tokio::test]
    async fn readyz_is_200_when_all_is_well() {
        let router = ops_router(|| vec![Check::ready("settings")], Arc::new(Registry::default()));
        let (status, body) = get_page(&router, "/readyz").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("\"ready\":true"), "{body}");
    }

    #[tokio::test]
    async fn metrics_are_openmetrics_text() {
        let mut registry = Registry::default();
        let counter: Counter = Counter::default();
        counter.inc();
        registry.register("convoke_test", "A test", counter);
        let (status, body) = get_page(&ops_router(Vec::new, Arc::new(registry)), "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        assert!(body.contains("convoke_test_total 1") && body.ends_with("# EOF\n"), "{body}");
    }
}
