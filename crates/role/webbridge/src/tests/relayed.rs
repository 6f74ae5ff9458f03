//! What goes through the web bridge to the parts, and what becomes of it when a part fails.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::Request as Received,
    routing::{any, get, post},
};
use bytes::Bytes;
use convoke_c2w::Role;
use futures_util::StreamExt;
use http::{HeaderMap, Request, StatusCode, header::CACHE_CONTROL};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::system::{System, bytes, json as read_json};
use crate::limits::MAX_BODY_BYTES;

/// Answers with what it got.
fn mirror(name: &'static str) -> Router {
    Router::new().fallback(any(move |received: Received| async move {
        let (parts, body) = received.into_parts();
        let headers: BTreeMap<String, String> = parts
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
            .collect();
        let size = body.collect().await.map_or(0, |body| body.to_bytes().len());
        let (method, path) = (parts.method.to_string(), parts.uri.path_and_query().unwrap().to_string());
        Json(json!({ "name": name, "method": method, "path": path, "headers": headers, "size": size }))
    }))
}

#[tokio::test]
async fn requests_go_to_their_part_with_the_browsers_identity_and_no_forgery() {
    let system = System::start().await;
    let _call_bridge = system.part(Role::CallBridge, mirror("call bridge")).await;
    let _scheduler = system.part(Role::Scheduler, mirror("scheduler")).await;
    let browser = system.browser().await;
    let request = Request::post(format!("https://{}/api/cospaces?a=b%20c", browser.host))
        .header("authorization", "Bearer x")
        .header("x-convoke-client-address", "10.9.9.9")
        .header("x-forwarded-for", "10.9.9.9")
        .header("forwarded", "for=10.9.9.9")
        .body(Body::from("{}"))
        .unwrap();
    let answer = browser.request(request).await;
    assert_eq!(answer.headers()[CACHE_CONTROL], "no-store");
    let (_, seen) = read_json(answer).await;
    assert_eq!(seen["name"], "call bridge");
    assert_eq!((&seen["method"], &seen["path"]), (&json!("POST"), &json!("/api/cospaces?a=b%20c")));
    assert_eq!(seen["size"], 2);
    let mut headers: BTreeMap<String, Value> = serde_json::from_value(seen["headers"].clone()).unwrap();
    headers.remove("content-length");
    let wanted = [
        ("authorization", "Bearer x"),
        ("x-convoke-client-address", "127.0.0.1"),
        ("x-convoke-host", browser.host.as_str()),
    ];
    assert_eq!(headers, wanted.map(|(name, value)| (name.to_owned(), json!(value))).into());
    assert_eq!(browser.get("/api/v1/scheduler/meetings").await.1["name"], "scheduler");
    assert_eq!(browser.get("/api/v1/scheduler").await.1["name"], "scheduler");
    assert_eq!(system.ops("/readyz").await.0, StatusCode::OK);
    system.stop().await;
}

#[tokio::test]
async fn status_and_events_follow_the_links() {
    let system = System::start().await;
    let browser = system.browser().await;
    assert_eq!(browser.get("/api/status").await.1, json!({ "callBridge": false, "scheduler": false }));
    let mut events = browser.send("GET", "/api/events", Body::empty()).await.into_body().into_data_stream();
    let mut next = async || String::from_utf8(events.next().await.unwrap().unwrap().to_vec()).unwrap();
    assert_eq!(next().await, "event: status\ndata: {\"callBridge\":false,\"scheduler\":false}\n\n");
    let scheduler = system.part(Role::Scheduler, Router::new()).await;
    assert_eq!(next().await, "event: status\ndata: {\"callBridge\":false,\"scheduler\":true}\n\n");
    assert_eq!(browser.get("/api/status").await.1, json!({ "callBridge": false, "scheduler": true }));
    let _second = system.part(Role::Scheduler, Router::new()).await;
    let _call_bridge = system.part(Role::CallBridge, Router::new()).await;
    assert_eq!(
        next().await,
        "event: status\ndata: {\"callBridge\":true,\"scheduler\":true}\n\n",
        "the second scheduler changed nothing"
    );
    assert!(system.ops("/metrics").await.1.contains("convoke_webbridge_event_streams 1"));
    scheduler.stop().await;
    system.stop().await;
    let rest = events.filter_map(|end| async { end.ok().filter(|bytes| !bytes.is_empty()) });
    assert!(rest.collect::<Vec<_>>().await.is_empty(), "the stream ended with the stop");
}

#[tokio::test]
async fn bodies_stream_up_and_down_within_the_limit() {
    let system = System::start().await;
    let large = get(|| async { Bytes::from(vec![7; 5 * MAX_BODY_BYTES]) });
    let router = mirror("call bridge").route("/api/large", large);
    let _call_bridge = system.part(Role::CallBridge, router).await;
    let browser = system.browser().await;
    let down = browser.send("GET", "/api/large", Body::empty()).await;
    assert_eq!(bytes(down).await.len(), 5 * MAX_BODY_BYTES);
    let (_, seen) = read_json(browser.send("POST", "/api/x", vec![1; MAX_BODY_BYTES]).await).await;
    assert_eq!(seen["size"], MAX_BODY_BYTES);
    let (status, problem) =
        read_json(browser.send("POST", "/api/x", vec![1; MAX_BODY_BYTES + 1]).await).await;
    assert_eq!((status, &problem["status"]), (StatusCode::PAYLOAD_TOO_LARGE, &json!(413)));
    let pieces = futures_util::stream::iter(
        (0..17).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![1; MAX_BODY_BYTES / 16]))),
    );
    let (status, _) = read_json(browser.send("POST", "/api/x", Body::from_stream(pieces)).await).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE, "a body that did not say how large it is");
    system.stop().await;
}

/// Two parts of which the first to be asked never answers, and says when it was asked.
struct Pair {
    asked: Arc<Notify>,
    router: Router,
}

fn dying() -> Pair {
    let asked = Arc::new(Notify::new());
    let tell = Arc::clone(&asked);
    let hang = move |_: HeaderMap| {
        let tell = Arc::clone(&tell);
        async move {
            tell.notify_one();
            std::future::pending::<&'static str>().await
        }
    };
    Pair { asked, router: Router::new().fallback(any(hang)) }
}

#[tokio::test]
async fn an_idempotent_request_is_tried_on_another_link_when_one_dies() {
    let system = System::start().await;
    for method in ["GET", "PUT", "DELETE"] {
        let pair = dying();
        let dying = system.part(Role::Scheduler, pair.router).await;
        let browser = system.browser().await;
        let path = "/api/v1/scheduler/meetings/1";
        let waiting = tokio::spawn(async move { read_json(browser.send(method, path, "body").await).await });
        pair.asked.notified().await;
        let living = system.part(Role::Scheduler, mirror("living")).await;
        drop(dying);
        let (status, seen) = waiting.await.unwrap();
        assert_eq!(
            (status, &seen["name"], &seen["size"]),
            (StatusCode::OK, &json!("living"), &json!(4)),
            "{method}"
        );
        drop(living);
        system.until_links(Role::Scheduler, 0).await;
    }
    system.stop().await;
}

#[tokio::test]
async fn a_post_that_a_part_could_not_begin_is_carried_to_another_one() {
    let system = System::start().await;
    let unable = || async {
        let problem = convoke_web_api::Problem::not_connected("database", "It is out of reach.");
        convoke_http::Refusal(problem)
    };
    let unable = || Router::new().fallback(any(unable));
    let first = system.part(Role::Scheduler, unable()).await;
    let browser = system.browser().await;
    let path = "/api/v1/scheduler/meetings";
    let answer = browser.send("POST", path, "{}").await;
    assert!(!answer.headers().contains_key("x-convoke-undone"));
    let (status, problem) = read_json(answer).await;
    assert_eq!((status, &problem["part"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("database")));
    let _able = system.part(Role::Scheduler, mirror("able")).await;
    for _ in 0..20 {
        let (status, seen) = read_json(browser.send("POST", path, "{}").await).await;
        assert_eq!((status, &seen["name"], &seen["size"]), (StatusCode::OK, &json!("able"), &json!(2)));
    }
    drop(first);
    system.stop().await;
}

#[tokio::test]
async fn a_post_that_may_have_been_carried_out_is_not_tried_again() {
    let system = System::start().await;
    let pair = dying();
    let dying = system.part(Role::Scheduler, pair.router).await;
    let browser = system.browser().await;
    let path = "/api/v1/scheduler/meetings";
    let waiting = tokio::spawn(async move { read_json(browser.send("POST", path, "{}").await).await });
    pair.asked.notified().await;
    let _living = system.part(Role::Scheduler, mirror("living")).await;
    drop(dying);
    let (status, problem) = waiting.await.unwrap();
    assert_eq!((status, &problem["part"]), (StatusCode::BAD_GATEWAY, &json!("scheduler")));
    assert!(problem["detail"].as_str().unwrap().contains("whether it carried the request out is not known"));
    system.stop().await;
}

#[tokio::test]
async fn a_part_that_stops_in_order_loses_no_request_of_any_method() {
    let system = System::start().await;
    let counted = || Router::new().route("/api/x", post(|| async { "done" }));
    let first = system.part(Role::CallBridge, counted()).await;
    let _second = system.part(Role::CallBridge, counted()).await;
    let browser = system.browser().await;
    let asking = async {
        for _ in 0..300 {
            assert_eq!(browser.send("POST", "/api/x", "{}").await.status(), StatusCode::OK);
        }
    };
    tokio::join!(asking, first.stop());
    system.until_links(Role::CallBridge, 1).await;
    system.stop().await;
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_a_504() {
    let system = System::start().await;
    let _hanging = system.part(Role::CallBridge, dying().router).await;
    let browser = system.browser().await;
    let (status, problem) = browser.get("/api/cospaces").await;
    assert_eq!((status, &problem["part"]), (StatusCode::GATEWAY_TIMEOUT, &json!("callBridge")));
    assert_eq!(problem["detail"], "The call bridge did not answer within 2 seconds.");
    assert_eq!(browser.get("/api/status").await.1["callBridge"], true, "the link lives");
    system.stop().await;
}
