//! Many requests at once: none blocks another, load is spread.

use std::time::Duration;

use axum::{Router, body::Bytes, routing::get};
use convoke_c2w::Role;
use futures_util::future::join_all;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use tokio::time::{Instant, timeout};

use crate::{
    bench::{Bridge, counts, dialler, ping, text},
    pki::Ca,
};

const MEGABYTE: usize = 1024 * 1024;

fn large() -> Router {
    ping()
        .route("/large", get(|| async { Bytes::from(vec![7; MEGABYTE]) }))
        .route("/size", axum::routing::put(|body: Bytes| async move { body.len().to_string() }))
}

async fn linked(routers: Vec<Router>) -> (Bridge, Vec<convoke_c2w::LinkSet>) {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let links = routers.len();
    let sets: Vec<_> = routers
        .into_iter()
        .map(|router| {
            let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), router);
            set.set_wanted(vec![bridge.url()]);
            set
        })
        .collect();
    bridge.until_counts(counts(links, 0)).await;
    (bridge, sets)
}

#[tokio::test]
async fn three_hundred_unread_answers_do_not_block_another() {
    let (bridge, _sets) = linked(vec![large()]).await;
    let unread = join_all((0..300).map(|_| bridge.get(Role::CallBridge, "/large"))).await;
    assert!(unread.iter().all(Result::is_ok));
    let asked = Instant::now();
    assert_eq!(text(bridge.get(Role::CallBridge, "/ping").await.unwrap()).await, "pong");
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(bridge.registry.counts(), counts(1, 0), "the link lives");
    for answer in unread.into_iter().take(20) {
        assert_eq!(answer.unwrap().into_body().collect().await.unwrap().to_bytes().len(), MEGABYTE);
    }
}

#[tokio::test]
async fn large_bodies_go_up_and_down() {
    let (bridge, _sets) = linked(vec![large()]).await;
    let link = bridge.registry.pick(Role::CallBridge, &[]).unwrap();
    let up =
        link.send(Request::put("http://c2w/size").body(vec![1; MEGABYTE].into()).unwrap()).await.unwrap();
    assert_eq!(text(up).await, MEGABYTE.to_string());
    let down = bridge.get(Role::CallBridge, "/large").await.unwrap();
    assert_eq!(down.into_body().collect().await.unwrap().to_bytes().len(), MEGABYTE);
}

#[tokio::test]
async fn a_full_link_is_not_picked_and_none_is_none() {
    let (bridge, _sets) = linked(vec![large()]).await;
    let mut held = Vec::new();
    while let Some(link) = bridge.registry.pick(Role::CallBridge, &[]) {
        held.push(
            link.send(Request::get("http://c2w/large").body(axum::body::Body::empty()).unwrap())
                .await
                .unwrap(),
        );
    }
    assert_eq!(
        held.len(),
        (convoke_c2w::limits::MAX_STREAMS - convoke_c2w::limits::RESERVED_STREAMS) as usize
    );
    held.pop();
    assert!(bridge.registry.pick(Role::CallBridge, &[]).is_some());
    assert!(bridge.registry.pick(Role::Scheduler, &[]).is_none());
}

#[tokio::test]
async fn load_is_spread_over_the_links_and_a_panic_ends_one_request() {
    let named = |name: &'static str| {
        let router = Router::new().route("/name", get(move || async move { name }));
        router.route("/panic", get(|| async { panic!("boom") as &'static str }))
    };
    let (bridge, _sets) = linked(vec![named("one"), named("two")]).await;
    let answers = join_all(
        (0..200).map(|_| async { text(bridge.get(Role::CallBridge, "/name").await.unwrap()).await }),
    );
    let answers = timeout(Duration::from_secs(10), answers).await.unwrap();
    let ones = answers.iter().filter(|name| *name == "one").count();
    assert!((80..=120).contains(&ones), "{ones} of 200");
    let answer = bridge.get(Role::CallBridge, "/panic").await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(bridge.registry.counts(), counts(2, 0));
    let first = bridge.registry.pick(Role::CallBridge, &[]).unwrap();
    let second = bridge.registry.pick(Role::CallBridge, &[first.id()]).unwrap();
    assert_ne!(first.id(), second.id());
    assert!(bridge.registry.pick(Role::CallBridge, &[first.id(), second.id()]).is_none());
}
