//! The seed's story of log lines, and what the status shows meanwhile.

use convoke_c2w::Role;

use crate::{
    bench::{Bridge, GUID, counts, dialler, ping, text, until_up},
    logs::Logs,
    pki::{Ca, dated, leaf, pinned},
};

#[tokio::test]
async fn a_scheduler_tells_the_seeds_story() {
    let (logs, _guard) = Logs::start();
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let set = dialler(Role::Scheduler, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![bridge.url()]);
    until_up(&set, 1).await;
    bridge.until_counts(counts(0, 1)).await;
    assert_eq!(text(bridge.get(Role::Scheduler, "/ping").await.unwrap()).await, "pong");
    let status = set.status();
    assert_eq!(status[0].guid.unwrap().to_string(), GUID);
    assert_eq!((status[0].url.clone(), status[0].failure()), (bridge.url(), None));

    set.set_wanted(vec![bridge.url()]);
    set.set_wanted(vec![]);
    assert!(set.status().is_empty());
    bridge.until_counts(counts(0, 0)).await;
    let address = bridge.address;
    logs.wait_for("DOWN: removed").await;
    let told: Vec<String> = logs.lines().into_iter().filter(|line| !line.contains("C2WListener")).collect();
    assert_eq!(
        told,
        [
            "INFO C2WSupervisor - getWebBridges - totalCount=1".to_owned(),
            "INFO C2WSupervisor - getWebBridges - added=1".to_owned(),
            format!("INFO C2WService - Connecting to webBridge={address}"),
            format!("INFO C2WService - Received guid {GUID} from webbridge {address}"),
            format!("INFO C2WSupervisor - C2W connection for webbridge {address} UP"),
            "INFO C2WSupervisor - getWebBridges - totalCount=0".to_owned(),
            "INFO C2WSupervisor - getWebBridges - removed=1".to_owned(),
            format!("INFO C2WSupervisor - C2W connection for webbridge {address} DOWN: removed"),
        ]
    );
    logs.wait_for("C2W connection from scheduler node1").await;
    bridge.stop().await;
}

#[tokio::test]
async fn a_web_bridge_that_is_added_is_dialled_and_one_that_is_removed_is_dropped() {
    let ca = Ca::new("CA");
    let (first, second) =
        (Bridge::start(ca.bridge(), ca.bundle()).await, Bridge::start(ca.bridge(), ca.bundle()).await);
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![first.url()]);
    first.until_counts(counts(1, 0)).await;
    set.set_wanted(vec![first.url(), second.url()]);
    second.until_counts(counts(1, 0)).await;
    until_up(&set, 2).await;
    set.set_wanted(vec![second.url()]);
    first.until_counts(counts(0, 0)).await;
    assert_eq!(second.registry.counts(), counts(1, 0), "the other link was left alone");
    set.stop().await;
    second.until_counts(counts(0, 0)).await;
}

#[tokio::test]
async fn bundles_may_hold_the_peers_own_certificates() {
    let ca = Ca::new("CA");
    let (own, peer) = (ca.node(), ca.bridge());
    let bridge = Bridge::start(peer.clone(), pinned(&own)).await;
    let set = dialler(Role::CallBridge, own, pinned(&peer), ping());
    set.set_wanted(vec![bridge.url()]);
    until_up(&set, 1).await;
    set.stop().await;
}

#[tokio::test]
async fn an_expiry_within_30_days_is_announced_on_both_sides() {
    let (logs, _guard) = Logs::start();
    let ca = Ca::new("CA");
    let short_lived = ca.issue(dated(leaf("wb1", &["127.0.0.1"]), -1, 12));
    let bridge = Bridge::start(short_lived, ca.bundle()).await;
    let node = ca.issue(dated(leaf("node1", &["node1.test"]), -1, 20));
    let set = dialler(Role::CallBridge, node, ca.bundle(), ping());
    set.set_wanted(vec![bridge.url()]);
    until_up(&set, 1).await;
    let address = bridge.address;
    let line = logs.wait_for(&format!("certificate of webbridge {address}")).await;
    assert!(line.starts_with("WARN C2WSupervisor") && line.contains("(wb1) expires in 11 days"), "{line}");
    let line = logs.wait_for("certificate of this node").await;
    assert!(line.contains("(node1) expires in 19 days"), "{line}");
    let line = logs.wait_for("certificate of this web bridge").await;
    assert!(line.starts_with("WARN C2WListener") && line.contains("expires in 11 days"), "{line}");
    logs.wait_for("certificate of callBridge node1").await;
    set.stop().await;
}
