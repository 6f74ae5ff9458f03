//! Every way in which a link does not come up, in the words of both sides.

use std::net::Ipv4Addr;

use convoke_c2w::{C2wUrl, DownReason, Failure, LinkState, Role};
use convoke_trust::{Bundle, Identity};
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
use tokio::net::{TcpListener, TcpSocket};

use crate::{
    bench::{Bridge, dialler, ping, until, until_up, url},
    logs::Logs,
    pki::{Ca, dated, leaf, pinned},
};

/// Dials a bridge that shows `shown` and trusts `trusted`; gives the dialler's and the bridge's words.
async fn refused(shown: Identity, trusted: Bundle, own: Identity, bundle: Bundle) -> (String, String) {
    let (logs, _guard) = Logs::start();
    let bridge = Bridge::start(shown, trusted).await;
    let set = dialler(Role::CallBridge, own, bundle, ping());
    set.set_wanted(vec![bridge.url()]);
    let after = |line: String, mark: &str| line.split_once(mark).unwrap().1.to_owned();
    let near = logs.wait_for("DOWN: ").await;
    assert!(
        near.starts_with(&format!(
            "WARN C2WSupervisor - C2W connection for webbridge {} DOWN: ",
            bridge.address
        )),
        "{near}"
    );
    let far = logs.wait_for("refused: ").await;
    assert!(far.starts_with("WARN C2WListener - C2W connection from 127.0.0.1:"), "{far}");
    assert_eq!(set.status()[0].failure(), Some(Failure::Connection));
    set.stop().await;
    (after(near, "DOWN: "), after(far, "refused: "))
}

#[tokio::test]
async fn a_bridge_of_an_unknown_issuer_is_refused() {
    let (ca, other) = (Ca::new("CA"), Ca::new("Other CA"));
    let (near, far) = refused(other.bridge(), ca.bundle(), ca.node(), ca.bundle()).await;
    assert_eq!(
        near,
        "unknown issuer: the certificate of wb1 was issued by Other CA, which the trust bundle does not hold"
    );
    assert_eq!(far, "own certificate refused by the peer: unknown issuer (TLS alert unknown_ca)");
}

#[tokio::test]
async fn a_bridge_of_another_name_is_refused() {
    let ca = Ca::new("CA");
    let shown = ca.issue(leaf("wb1", &["wb1.test", "10.0.0.1"]));
    let (near, far) = refused(shown.clone(), ca.bundle(), ca.node(), ca.bundle()).await;
    assert_eq!(
        near,
        "name not in certificate: 127.0.0.1 was dialled, but the certificate is for wb1.test, 10.0.0.1"
    );
    assert!(far.contains("name not in certificate"), "{far}");
    let (near, _) = refused(shown.clone(), ca.bundle(), ca.node(), pinned(&shown)).await;
    assert!(near.starts_with("name not in certificate"), "a pinned certificate is no exception: {near}");
}

#[tokio::test]
async fn a_bridge_whose_certificate_is_out_of_date_is_refused() {
    let ca = Ca::new("CA");
    let dated = |from, until| ca.issue(dated(leaf("wb1", &["127.0.0.1"]), from, until));
    let (near, far) = refused(dated(-9, -2), ca.bundle(), ca.node(), ca.bundle()).await;
    assert!(near.starts_with("expired: the certificate of wb1 expired at "), "{near}");
    assert!(far.starts_with("own certificate refused by the peer: expired or not yet valid"), "{far}");
    let (near, _) = refused(dated(2, 9), ca.bundle(), ca.node(), ca.bundle()).await;
    assert!(near.starts_with("not yet valid: the certificate of wb1 is valid from "), "{near}");
}

#[tokio::test]
async fn a_bridge_whose_certificate_is_for_clients_is_refused() {
    let ca = Ca::new("CA");
    let mut params = leaf("wb1", &["127.0.0.1"]);
    params.extended_key_usages = vec![ClientAuth];
    let (near, _) = refused(ca.issue(params), ca.bundle(), ca.node(), ca.bundle()).await;
    assert!(near.starts_with("wrong usage: the certificate of wb1 is not for servers"), "{near}");
}

#[tokio::test]
async fn a_dialler_of_an_unknown_issuer_hears_that_its_own_certificate_was_refused() {
    let (ca, other) = (Ca::new("CA"), Ca::new("Other CA"));
    let (near, far) = refused(ca.bridge(), ca.bundle(), other.node(), ca.bundle()).await;
    assert_eq!(near, "own certificate refused by the peer: unknown issuer (TLS alert unknown_ca)");
    assert_eq!(
        far,
        "unknown issuer: the certificate of node1 was issued by Other CA, which the trust bundle does not hold"
    );
}

#[tokio::test]
async fn a_dialler_whose_certificate_is_out_of_date_hears_it() {
    let ca = Ca::new("CA");
    let dated = |from, until| ca.issue(dated(leaf("node1", &["node1.test"]), from, until));
    let (near, far) = refused(ca.bridge(), ca.bundle(), dated(-9, -2), ca.bundle()).await;
    assert!(near.starts_with("own certificate refused by the peer: expired or not yet valid"), "{near}");
    assert!(far.starts_with("expired: the certificate of node1 expired at "), "{far}");
    let (_, far) = refused(ca.bridge(), ca.bundle(), dated(2, 9), ca.bundle()).await;
    assert!(far.starts_with("not yet valid: the certificate of node1"), "{far}");
}

#[tokio::test]
async fn a_dialler_whose_certificate_is_for_servers_hears_it() {
    let ca = Ca::new("CA");
    let mut params = leaf("node1", &["node1.test"]);
    params.extended_key_usages = vec![ServerAuth];
    let (near, far) = refused(ca.bridge(), ca.bundle(), ca.issue(params), ca.bundle()).await;
    assert!(near.starts_with("own certificate refused by the peer: wrong usage"), "{near}");
    assert!(far.starts_with("wrong usage: the certificate of node1 is not for clients"), "{far}");
}

async fn down_reason(url: C2wUrl) -> (DownReason, Option<Failure>) {
    let ca = Ca::new("CA");
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![url]);
    let links = until(&set, |links| matches!(links[0].state, LinkState::Down { .. })).await;
    set.stop().await;
    match &links[0].state {
        LinkState::Down { reason } => (reason.clone(), links[0].failure()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn nobody_listening_is_connection_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let (reason, failure) = down_reason(url(address)).await;
    assert_eq!((reason.to_string().as_str(), failure), ("connection refused", Some(Failure::Connection)));
}

#[tokio::test]
async fn a_host_that_has_no_address_is_a_dns_failure() {
    let (reason, failure) = down_reason("c2w://no-such-host.invalid:8443".parse().unwrap()).await;
    assert_eq!(reason.to_string(), "host name not found: no-such-host.invalid");
    assert_eq!(failure, Some(Failure::Dns));
}

#[tokio::test]
async fn a_listener_that_speaks_no_tls_is_told_from_a_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"220 mail.test ESMTP\r\n").await;
        }
    });
    let (reason, _) = down_reason(url(address)).await;
    assert!(reason.to_string().starts_with("TLS failed: "), "{reason}");
}

#[tokio::test]
async fn a_repeated_failure_is_logged_once() {
    let (logs, _guard) = Logs::start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let ca = Ca::new("CA");
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![url(address)]);
    logs.wait_for("DOWN").await;
    let bridge = Bridge::start_at(address, ca.bridge(), ca.bundle()).await;
    bridge.until_counts(crate::bench::counts(1, 0)).await;
    logs.wait_for("UP").await;
    let count = |part: &str| logs.lines().iter().filter(|line| line.contains(part)).count();
    assert_eq!((count("Connecting to"), count("DOWN: connection refused")), (1, 1), "{:#?}", logs.lines());
    set.stop().await;
}

#[tokio::test]
async fn a_crowd_of_silent_strangers_keeps_no_dialler_out() {
    let ca = Ca::new("CA");
    let bridge = Bridge::start(ca.bridge(), ca.bundle()).await;
    let mut strangers = Vec::new();
    // Several addresses, for one alone is stopped at its share.
    for number in 0..2 * convoke_c2w::limits::MAX_LINKS {
        let socket = TcpSocket::new_v4().unwrap();
        let own = Ipv4Addr::new(127, 0, 10, u8::try_from(number % 10).unwrap());
        socket.bind((own, 0).into()).unwrap();
        strangers.push(socket.connect(bridge.address).await.unwrap());
    }
    let set = dialler(Role::CallBridge, ca.node(), ca.bundle(), ping());
    set.set_wanted(vec![bridge.url()]);
    // Less than a handshake may take, after which the strangers would be gone anyway.
    let reached = until_up(&set, 1);
    tokio::time::timeout(convoke_c2w::limits::HANDSHAKE_TIMEOUT / 2, reached).await.expect("a link in time");
    drop(strangers);
    set.stop().await;
}
