//! What browsers and operators meet without any part connected.

use axum::body::Body;
use http::{
    StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, RETRY_AFTER,
        STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
    },
};
use serde_json::json;

use super::system::{Ca, System, bytes, plain};
use crate::run::run;

#[tokio::test]
async fn serves_the_web_app_with_careful_headers() {
    let system = System::start().await;
    let browser = system.browser().await;
    for path in ["/", "/meeting/12345"] {
        let answer = browser.send("GET", path, Body::empty()).await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        let value = |name| answer.headers()[name].to_str().unwrap();
        assert_eq!(value(CONTENT_TYPE), "text/html; charset=utf-8");
        assert_eq!(value(CACHE_CONTROL), "no-cache");
        assert_eq!(value(X_FRAME_OPTIONS), "DENY");
        assert_eq!(value(X_CONTENT_TYPE_OPTIONS), "nosniff");
        assert_eq!(value(REFERRER_POLICY), "no-referrer");
        assert!(value(STRICT_TRANSPORT_SECURITY).starts_with("max-age="));
        assert!(value(CONTENT_SECURITY_POLICY).starts_with("default-src 'self'; "));
        assert!(value(CONTENT_SECURITY_POLICY).ends_with("frame-ancestors 'none'"));
        assert!(String::from_utf8_lossy(&bytes(answer).await).contains("<title>Convoke</title>"));
    }
    assert_eq!(browser.get("/nothing.txt").await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.send("POST", "/", "x").await.status(), StatusCode::METHOD_NOT_ALLOWED);
    system.stop().await;
}

#[tokio::test]
async fn plain_http_is_redirected_and_never_to_a_host_that_is_none() {
    let system = System::start().await;
    let (redirect, port) = (system.at.redirect.unwrap(), system.at.https[0].port());
    let answer = plain(redirect, "/meeting/1?secret=x", "meet.test:80").await;
    assert!(answer.starts_with("HTTP/1.1 308 "), "{answer}");
    assert!(
        answer.contains(&format!("location: https://meet.test:{port}/meeting/1?secret=x\r\n")),
        "{answer}"
    );
    let answer = plain(redirect, "/", "evil.test/x").await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && !answer.contains("location"), "{answer}");
    system.stop().await;
}

#[tokio::test]
async fn a_part_that_is_not_connected_is_named() {
    let system = System::start().await;
    let browser = system.browser().await;
    let answer = browser.send("GET", "/api/v1/scheduler/meetings", Body::empty()).await;
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/problem+json");
    assert_eq!(answer.headers()[RETRY_AFTER], "2");
    let problem: serde_json::Value = serde_json::from_slice(&bytes(answer).await).unwrap();
    let wanted = json!({
        "type": "about:blank", "title": "Not connected", "status": 503, "part": "scheduler",
        "detail": "No scheduler is connected to this web bridge.", "code": "notConnected"
    });
    assert_eq!(problem, wanted);
    let (status, problem) = browser.get("/api/cospaces").await;
    assert_eq!((status, &problem["part"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("callBridge")));
    assert_eq!(browser.get("/api/v1/coSpaces").await.0, StatusCode::NOT_FOUND);
    assert_eq!(browser.get("/api/x/%2e%2e/v1/coSpaces").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(browser.send("POST", "/api/status", "x").await.status(), StatusCode::METHOD_NOT_ALLOWED);
    system.stop().await;
}

#[tokio::test]
async fn the_operators_pages_tell_health_readiness_and_figures() {
    let system = System::start().await;
    assert_eq!(system.ops("/healthz").await.0, StatusCode::OK);
    let (status, page) = system.ops("/readyz").await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(page.contains("\"notReady\":[\"callBridge\"]"), "{page}");
    system.browser().await.get("/api/cospaces").await;
    let page = system.ops("/metrics").await.1;
    assert!(page.contains("convoke_webbridge_links{role=\"scheduler\"} 0"), "{page}");
    assert!(
        page.contains("convoke_webbridge_requests_total{target=\"callBridge\",status=\"5xx\"} 1"),
        "{page}"
    );
    assert!(page.contains("convoke_webbridge_event_streams 0"), "{page}");
    system.stop().await;
}

#[tokio::test]
async fn a_start_tells_every_fault_at_once() {
    let system = System::start().await;
    let mut settings = System::settings(&Ca::new());
    settings.https_listen = vec![system.at.https[0]];
    settings.c2w_listen = vec![system.at.c2w[0]];
    settings.frame_ancestors = Some("a; b".into());
    let error = run(settings, |_| panic!("must not be ready"), std::future::pending()).await.unwrap_err();
    let (https, c2w) = (system.at.https[0].port(), system.at.c2w[0].port());
    assert_eq!(
        error.faults,
        [
            "frame ancestors must not hold ';'".to_owned(),
            format!("can't listen on 127.0.0.1 port {https}: another program listens there already"),
            format!("can't listen for C2W on 127.0.0.1 port {c2w}: another program listens there already"),
        ]
    );
    system.stop().await;
}
