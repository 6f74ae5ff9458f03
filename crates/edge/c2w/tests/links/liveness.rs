//! Peers that vanish, die, restart and stop.

use std::{sync::Arc, time::Duration};

use axum::{Router, body::Body, routing::get};
use convoke_c2w::{DownReason, LinkState, Role, SendError};
use http::Request;
use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

use crate::{
    bench::{Bridge, counts, dialler, ping, text, until, until_up, url},
    pki::Ca,
    proxy::Proxy,
};

/// A second and what a busy test machine may add; heartbeat.rs proves the exact times.
const WITHIN_A_SECOND: Duration = Duration::from_millis(1600);

fn slow(started: &Arc<Notify>, finish: &Arc<Notify>) -> Router {
    let (started, finish) = (Arc::clone(started), Arc::clone(finish));
    let handler = move || async move {
        started.notify_one();
        finish.notified().await;
        "done"
    };
    ping().route("/slow", get(handler))
}

#[tokio::test]
async fn a_vanished_peer_is_noticed_within_a_second_while_a_request_waits() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let proxy = Proxy::start(bridge.address).await;
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), slow(&started, &finish));
    set.set_wanted(vec![url(proxy.address)]);
    bridge.until_counts(counts(1, 0)).await;
    let registry = bridge.registry.clone();
    let waiting = tokio::spawn(async move {
        let link = registry.pick(Role::CallBridge, &[]).unwrap();
        link.send(Request::get("http://c2w/slow").body(Body::empty()).unwrap()).await.map(|_| ())
    });
    started.notified().await;
    proxy.freeze();
    let frozen = Instant::now();
    let error = timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap().unwrap_err();
    assert!(matches!(error, SendError::Lost), "{error:?}");
    assert!(frozen.elapsed() < WITHIN_A_SECOND, "{:?}", frozen.elapsed());
    assert_eq!(bridge.registry.counts(), counts(0, 0));
}

#[tokio::test]
async fn a_slow_answer_does_not_make_a_link_dead() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), slow(&started, &finish));
    set.set_wanted(vec![bridge.url()]);
    bridge.until_counts(counts(1, 0)).await;
    let answer = bridge.get(Role::CallBridge, "/slow");
    tokio::pin!(answer);
    let longer_than_any_limit = Duration::from_millis(2500);
    assert!(timeout(longer_than_any_limit, &mut answer).await.is_err(), "no answer yet");
    finish.notify_one();
    assert_eq!(text(answer.await.unwrap()).await, "done");
    assert_eq!(bridge.registry.counts(), counts(1, 0));
    set.stop().await;
}

#[tokio::test]
async fn a_vanished_peer_is_noticed_within_five_seconds_idle_by_both_sides_and_redialled() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let proxy = Proxy::start(bridge.address).await;
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![url(proxy.address)]);
    until_up(&set, 1).await;
    bridge.until_counts(counts(1, 0)).await;
    proxy.freeze();
    let frozen = Instant::now();
    let no_heartbeat = LinkState::Down { reason: DownReason::NoHeartbeat };
    tokio::join!(bridge.until_counts(counts(0, 0)), until(&set, |links| links[0].state == no_heartbeat));
    assert!(frozen.elapsed() < Duration::from_millis(5600), "{:?}", frozen.elapsed());
    proxy.thaw();
    until_up(&set, 1).await;
    bridge.until_counts(counts(1, 0)).await;
    assert_eq!(text(bridge.get(Role::CallBridge, "/ping").await.unwrap()).await, "pong");
    set.stop().await;
}

#[tokio::test]
async fn a_link_is_back_soon_after_the_web_bridge_is() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let address = bridge.address;
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![bridge.url()]);
    until_up(&set, 1).await;
    bridge.stop().await;
    let links = until(&set, |links| !links[0].is_up()).await;
    assert_eq!(links[0].state, LinkState::Down { reason: DownReason::ClosedByPeer });
    let bridge = Bridge::start_at(address, ca.bridge(), ca.bundle()).await;
    let listening = Instant::now();
    bridge.until_counts(counts(1, 0)).await;
    assert!(listening.elapsed() < Duration::from_secs(1), "{:?}", listening.elapsed());
    set.redial();
    until_up(&set, 1).await;
    set.stop().await;
}

#[tokio::test]
async fn a_stop_of_the_dialler_lets_running_requests_end() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), slow(&started, &finish));
    set.set_wanted(vec![bridge.url()]);
    bridge.until_counts(counts(1, 0)).await;
    let link = bridge.registry.pick(Role::CallBridge, &[]).unwrap();
    let running = bridge.get(Role::CallBridge, "/slow");
    let stopping = async {
        started.notified().await;
        let stopped = set.stop();
        tokio::pin!(stopped);
        // The link is taken out while the request runs, so that no new one meets the stop.
        tokio::select! {
            () = &mut stopped => panic!("stopped before the request ended"),
            () = bridge.until_counts(counts(0, 0)) => {}
        }
        let late = link.send(Request::post("http://c2w/ping").body(Body::empty()).unwrap()).await;
        assert!(matches!(late, Err(SendError::NotSent { .. })), "{late:?}");
        finish.notify_one();
        stopped.await;
    };
    let (answer, ()) = tokio::join!(async { text(running.await.unwrap()).await }, stopping);
    assert_eq!(answer, "done");
}

#[tokio::test]
async fn a_killed_dialler_fails_its_requests_at_once() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), slow(&started, &finish));
    set.set_wanted(vec![bridge.url()]);
    bridge.until_counts(counts(1, 0)).await;
    let killed = async {
        started.notified().await;
        drop(set);
    };
    let (answer, ()) = tokio::join!(bridge.get(Role::CallBridge, "/slow"), killed);
    assert!(matches!(answer, Err(SendError::Lost | SendError::BrokenOff { .. })), "{answer:?}");
    bridge.until_counts(counts(0, 0)).await;
}
