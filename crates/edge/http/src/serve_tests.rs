//! Real listeners on free ports: versions, limits, panics, stop.

use std::{sync::atomic::AtomicBool, time::Duration};

use axum::{
    Extension, Router,
    body::Body,
    routing::{get, post},
};
use convoke_trust::Identity;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    sync::{Notify, oneshot},
    task::JoinHandle,
    time::Instant,
};
use tokio_rustls::TlsConnector;

use super::*;
use crate::{ClientAddress, bind, server_config};

struct Running {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Running {
    async fn start(transport: Transport, router: Router) -> Self {
        let bound = bind(([127, 0, 0, 1], 0).into()).await.unwrap();
        let address = bound.address();
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(bound.serve(transport, router, async move {
            let _ = stopped.await;
        }));
        Self { address, stop: Some(stop), task }
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends text and reads until the server closes.
    async fn say(&self, text: &str) -> String {
        let mut stream = self.connect().await;
        stream.write_all(text.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        timeout(Duration::from_secs(5), self.task).await.expect("stops within 5 s").unwrap();
    }
}

fn identity() -> (Transport, RootCertStore) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let identity =
        Identity::parse(made.cert.pem().as_bytes(), made.signing_key.serialize_pem().as_bytes()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    (Transport::Tls(server_config(&identity, false).unwrap()), roots)
}

async fn tls(
    running: &Running,
    roots: RootCertStore,
    alpn: &str,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![alpn.as_bytes().to_vec()];
    let name = ServerName::try_from("localhost").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, running.connect().await).await.unwrap()
}

fn hello() -> Router {
    Router::new().route(
        "/",
        get(|Extension(peer): Extension<ClientAddress>, request: axum::extract::Request| async move {
            format!("{:?} {}", request.version(), peer.0.ip())
        }),
    )
}

#[tokio::test]
async fn serves_http2_and_http1_by_alpn_and_names_the_client() {
    let (transport, roots) = identity();
    let running = Running::start(transport, hello()).await;
    let io = TokioIo::new(tls(&running, roots.clone(), "h2").await);
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), io).await.unwrap();
    let client = tokio::spawn(connection);
    let request = Request::get("https://localhost/").body(Body::empty()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "HTTP/2.0 127.0.0.1");

    let mut stream = tls(&running, roots, "http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("HTTP/1.1 127.0.0.1"), "{answer}");
    drop(sender);
    running.stop().await;
    client.await.unwrap().unwrap();
}

/// Announced or in chunks, and far more than lies in the buffers in between.
#[tokio::test]
async fn who_sends_too_much_comes_to_read_the_refusal() {
    let router = Router::new().route("/", post(|body: bytes::Bytes| async move { body.len().to_string() }));
    let running = Running::start(Transport::Plain, crate::limit_body(router, 1000)).await;
    let body = "x".repeat(limits::MAX_DISCARDED - 1000);
    let head = "POST / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n";
    for request in [
        format!("{head}content-length: {}\r\n\r\n{body}", body.len()),
        format!("{head}transfer-encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n0\r\n\r\n", body.len()),
    ] {
        let answer = running.say(&request).await;
        assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    }
    running.stop().await;
}

#[tokio::test(start_paused = true)]
async fn a_body_that_nobody_reads_and_that_does_not_end_is_not_waited_for_without_end() {
    let router = Router::new().route("/", post(|| async { "not read" }));
    let (mut client, server) = tokio::io::duplex(1 << 16);
    let (_stop, stopped) = watch::channel(false);
    let peer = ([127, 0, 0, 1], 1).into();
    let begun = Instant::now();
    let served = connection::serve(server, Version::Http1, peer, router, stopped);
    let asked = async {
        client.write_all(b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n1").await.unwrap();
        let mut answer = [0; 12];
        client.read_exact(&mut answer).await.unwrap();
        (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
    };
    let (_, asked) = tokio::join!(served, asked);
    assert_eq!(asked, ("HTTP/1.1 200".to_owned(), limits::DISCARD_TIMEOUT));
}

/// Tells when it is dropped.
struct Gone(Arc<Notify>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

/// Two events, the second once it is asked for, and the end; `gone` hears of the body's end.
fn events(second: &Arc<Notify>, gone: &Arc<Notify>) -> Router {
    let (second, gone) = (Arc::clone(second), Arc::clone(gone));
    let events = move || async move {
        let gone = Gone(gone);
        let later = futures_util::stream::once(async move {
            let _gone = gone;
            second.notified().await;
            Ok::<_, std::convert::Infallible>("second")
        });
        let first = futures_util::stream::once(async { Ok("first") });
        let body = Body::from_stream(futures_util::StreamExt::chain(first, later));
        (Extension(crate::Lasting), [("x-own", "1")], body)
    };
    Router::new().route("/", get(events))
}

#[tokio::test]
async fn an_answer_that_lasts_is_written_in_chunks_and_ends_the_connection() {
    let (transport, roots) = identity();
    let (second, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let running = Running::start(transport, events(&second, &gone)).await;
    let mut stream = tls(&running, roots.clone(), "http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"5\r\nfirst\r\n") {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    second.notify_one();
    stream.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("\r\nx-own: 1\r\n"), "{head}");
    assert!(head.contains("\r\ndate: ") && head.contains("\r\ntransfer-encoding: chunked"), "{head}");
    assert_eq!(body, "5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n");

    let mut stream = tls(&running, roots, "http/1.1").await;
    stream.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    second.notify_one();
    let mut old = String::new();
    stream.read_to_string(&mut old).await.unwrap();
    assert!(old.ends_with("\r\n\r\nfirstsecond"), "HTTP/1.0 knows no chunks: {old}");
    running.stop().await;
}

#[tokio::test]
async fn a_client_that_goes_ends_an_answer_that_lasts() {
    let (transport, roots) = identity();
    let (never, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let running = Running::start(transport, events(&never, &gone)).await;
    let mut stream = tls(&running, roots, "http/1.1").await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    stream.read_u8().await.unwrap();
    drop(stream);
    timeout(Duration::from_secs(5), gone.notified()).await.expect("the answer ends with its client");
    running.stop().await;
}

#[tokio::test]
async fn a_panic_ends_one_request_with_500() {
    let router = hello().route("/panic", get(|| async { panic!("boom") as &'static str }));
    let running = Running::start(Transport::Plain, router).await;
    let answer = running
        .say("GET /panic HTTP/1.1\r\nhost: a\r\n\r\nGET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await;
    assert!(answer.starts_with("HTTP/1.1 500") && answer.contains("HTTP/1.1 200 OK"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_request_head_that_is_too_large_is_refused() {
    let running = Running::start(Transport::Plain, hello()).await;
    let long = "x".repeat(limits::MAX_HEADER_BYTES + 1);
    let answer = running.say(&format!("GET / HTTP/1.1\r\nhost: a\r\nlong: {long}\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    running.stop().await;
}

#[tokio::test]
async fn a_stop_lets_running_requests_end_and_takes_no_more() {
    let (started, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (starts, finishes) = (Arc::clone(&started), Arc::clone(&finish));
    let slow = get(move || async move {
        starts.notify_one();
        finishes.notified().await;
        "done"
    });
    let mut running = Running::start(Transport::Plain, Router::new().route("/", slow)).await;
    let mut stream = running.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    started.notified().await;
    let _ = running.stop.take().unwrap().send(());
    let address = running.address;
    timeout(Duration::from_secs(3), async {
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
    })
    .await
    .expect("takes no more connections");
    finish.notify_one();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("connection: close") && answer.ends_with("done"), "{answer}");
    timeout(Duration::from_secs(5), running.task).await.expect("stops within 5 s").unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_silent_connection_is_closed_and_a_stuck_request_cut_at_the_stop() {
    let stuck = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&stuck);
    let forever = get(move || async move {
        seen.store(true, std::sync::atomic::Ordering::SeqCst);
        std::future::pending::<&'static str>().await
    });
    let running = Running::start(Transport::Plain, Router::new().route("/", forever)).await;
    assert_eq!(running.say("").await, "", "closed without a word after the limit");

    let mut stream = running.connect().await;
    stream.write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    while !stuck.load(std::sync::atomic::Ordering::SeqCst) {
        tokio::task::yield_now().await;
    }
    running.stop().await;
    assert_eq!(stream.read(&mut [0; 10]).await.unwrap_or(0), 0);
}

#[tokio::test]
async fn plain_http_is_refused_on_an_https_listener() {
    let (transport, _) = identity();
    let running = Running::start(transport, hello()).await;
    let answer = running.say("GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(!answer.contains(StatusCode::OK.as_str()), "{answer}");
    running.stop().await;
}

/// A client of HTTP/2 that asks and takes not one byte of the answer, and says that it lives whenever it is asked.
async fn reads_nothing(mut io: DuplexStream, window: u32) {
    let mut hello = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x06\x04\x00\x00\x00\x00\x00\x00\x04".to_vec();
    hello.extend_from_slice(&window.to_be_bytes());
    // GET https://a/ of stream 1 (RFC 7541, appendix A).
    hello.extend_from_slice(b"\x00\x00\x06\x01\x05\x00\x00\x00\x01\x82\x87\x84\x41\x01a");
    io.write_all(&hello).await.unwrap();
    let mut head = [0; 9];
    while io.read_exact(&mut head).await.is_ok() {
        let mut payload = vec![0; usize::from(head[1]) << 8 | usize::from(head[2])];
        if io.read_exact(&mut payload).await.is_err() {
            return;
        }
        let is_asked = head[4] & 1 == 0;
        if is_asked && [4, 6].contains(&head[3]) {
            let payload = if head[3] == 6 { payload } else { Vec::new() };
            let mut answer = vec![0, 0, payload.len() as u8, head[3], 1, 0, 0, 0, 0];
            answer.extend_from_slice(&payload);
            if io.write_all(&answer).await.is_err() {
                return;
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn answers_of_http2_that_nobody_reads_end_with_their_connection() {
    let lives = async |window: u32, router: Router| {
        let (client, server) = tokio::io::duplex(1 << 16);
        let peer = ([127, 0, 0, 1], 1).into();
        let (_stop, stopped) = watch::channel(false);
        let begun = Instant::now();
        let served = tokio::time::timeout(
            Duration::from_secs(1_000),
            connection::serve(server, Version::Http2, peer, router, stopped),
        );
        let (ended, ()) = tokio::join!(served, reads_nothing(client, window));
        ended.ok().map(|()| begun.elapsed())
    };
    let least = limits::KEEP_ALIVE_IDLE;
    let unread = lives(0, hello()).await.expect("it ends");
    assert!(unread >= least && unread <= 2 * least + limits::STOP_GRACE, "{unread:?}");
    // Nor is one cut that has much to think, or that says something now and then.
    let thinks = Router::new().route("/", get(async || tokio::time::sleep(Duration::from_secs(400)).await));
    let thinking = lives(0, thinks).await.expect("it ends");
    assert!(thinking >= Duration::from_secs(400) + least, "{thinking:?}");
    let lasts = Router::new().route(
        "/",
        get(async || {
            let pings = futures_util::stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_secs(15)).await;
                Some((Ok::<_, std::io::Error>(": ping\n\n"), ()))
            });
            Body::from_stream(pings)
        }),
    );
    assert_eq!(lives(1 << 20, lasts).await, None);
}
