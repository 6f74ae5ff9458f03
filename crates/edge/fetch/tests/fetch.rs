//! Requests to real servers in this process: plain and TLS, willing and not.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use convoke_fetch::{Answer, FetchFault, Fetcher, Question, Reach, Target, Text, Texts};
use convoke_testkit::ca::{Ca, Request};
use convoke_trust::Bundle;
use http::{HeaderName, HeaderValue, Method};
use rustls_pki_types::pem::PemObject as _;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

/// A server that reads a head with the body that it announces, says `answer` and leaves the connection open for `keep`.
async fn server(answer: Vec<u8>) -> (SocketAddr, tokio::sync::mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (told, heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (told, answer) = (told.clone(), answer.clone());
            tokio::spawn(async move { serve(stream, told, answer).await });
        }
    });
    (address, heard)
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    told: tokio::sync::mpsc::UnboundedSender<String>,
    answer: Vec<u8>,
) {
    let mut read = Vec::new();
    let mut part = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                let _ = told.send(text);
                break;
            }
        }
        match stream.read(&mut part).await {
            Ok(0) | Err(_) => return,
            Ok(count) => read.extend_from_slice(&part[..count]),
        }
    }
    if stream.write_all(&answer).await.is_ok() {
        // Open until the client goes.
        while stream.read(&mut part).await.is_ok_and(|count| count > 0) {}
    }
}

async fn ask(fetcher: &Fetcher, url: &str) -> Result<Answer, FetchFault> {
    ask_within(fetcher, url, None).await
}

async fn ask_within(
    fetcher: &Fetcher,
    url: &str,
    body_within: Option<Duration>,
) -> Result<Answer, FetchFault> {
    let target = Target::parse(url, true).unwrap();
    fetcher
        .ask(Question {
            method: Method::POST,
            target: &target,
            fields: vec![(HeaderName::from_static("x-test"), HeaderValue::from_static("yes"))],
            body: Bytes::from_static(b"body"),
            read_at_most: 10,
            body_within,
        })
        .await
}

fn private() -> Fetcher {
    Fetcher::new(Reach::Private, None)
}

#[tokio::test]
async fn a_question_arrives_as_it_was_asked_and_its_answer_is_read_to_the_limit() {
    let (address, mut heard) =
        server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789".to_vec()).await;
    let answer = ask(&private(), &format!("http://localhost:{}/a/b?c=d", address.port())).await.unwrap();
    assert_eq!((answer.status, &answer.body[..], answer.is_whole), (200, &b"0123456789"[..], true));
    let question = heard.recv().await.unwrap();
    assert!(question.starts_with("POST /a/b?c=d HTTP/1.1\r\n"), "{question}");
    assert!(question.contains(&format!("\r\nhost: localhost:{}\r\n", address.port())), "{question}");
    assert!(question.contains("\r\nx-test: yes\r\n") && question.ends_with("\r\n\r\nbody"), "{question}");

    // Endless: no more is read than is asked for, and nobody waits for the rest.
    let (address, _heard) =
        server(b"HTTP/1.1 500 Oops\r\nContent-Length: 99999999\r\n\r\n0123456789a".to_vec()).await;
    let answer = ask(&private(), &format!("http://{address}/")).await.unwrap();
    assert_eq!((answer.status, &answer.body[..], answer.is_whole), (500, &b"0123456789"[..], false));
}

#[tokio::test]
async fn a_status_counts_though_its_body_never_comes_where_the_body_does_not() {
    let (address, _heard) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01".to_vec()).await;
    let url = format!("http://{address}/");
    let soon = Some(Duration::from_millis(20));
    let answer = ask_within(&private(), &url, soon).await.unwrap();
    assert_eq!((answer.status, answer.is_whole), (200, false));
    let fetcher = private().within(Duration::from_millis(200));
    assert!(matches!(ask(&fetcher, &url).await, Err(FetchFault::Timeout(..))));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let (other, mut followed) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let redirect =
        format!("HTTP/1.1 307 Elsewhere\r\nLocation: http://{other}/\r\nContent-Length: 0\r\n\r\n");
    let (address, _heard) = server(redirect.into_bytes()).await;
    let answer = ask(&private(), &format!("http://{address}/")).await.unwrap();
    assert_eq!(answer.status, 307);
    assert!(followed.try_recv().is_err());
}

#[tokio::test]
async fn addresses_within_this_network_are_not_asked_by_whatever_name() {
    let (address, mut heard) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let fetcher = Fetcher::new(Reach::Public, None);
    let port = address.port();
    for host in ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]"] {
        let fault = ask(&fetcher, &format!("http://{host}:{port}/secret?token=1")).await.unwrap_err();
        assert_eq!(fault, FetchFault::NotAllowed(format!("http://{host}:{port}")));
        assert!(!fault.to_string().contains("secret"), "{fault}");
    }
    let fault = ask(&private(), "http://169.254.169.254/latest/meta-data").await.unwrap_err();
    assert_eq!(fault, FetchFault::NotAllowed("http://169.254.169.254".to_owned()));
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn who_is_not_there_or_says_no_http_or_nothing_is_told_in_words() {
    let port = convoke_testkit::free_port(std::net::Ipv4Addr::LOCALHOST.into());
    let fault = ask(&private(), &format!("http://127.0.0.1:{port}/")).await.unwrap_err();
    assert!(matches!(&fault, FetchFault::Unreachable(..)), "{fault}");
    let fault = ask(&private(), "http://nobody.invalid/").await.unwrap_err();
    assert_eq!(fault, FetchFault::Unknown("http://nobody.invalid".to_owned()));
    let (address, _heard) = server(b"220 mail.example.com ESMTP\r\n".to_vec()).await;
    let fault = ask(&private(), &format!("http://{address}/")).await.unwrap_err();
    assert!(matches!(&fault, FetchFault::Answer(..)), "{fault}");
    let (address, _heard) = server(Vec::new()).await;
    let limit = Duration::from_millis(200);
    let fault = ask(&private().within(limit), &format!("http://{address}/")).await.unwrap_err();
    assert_eq!(fault, FetchFault::Timeout(format!("http://{address}"), limit));
    // A head without end.
    let (address, _heard) = server([b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'x'; 100_000]].concat()).await;
    let fault = ask(&private(), &format!("http://{address}/")).await.unwrap_err();
    assert!(matches!(&fault, FetchFault::Answer(..)), "{fault}");
}

#[tokio::test]
async fn tls_is_believed_by_the_bundle_and_for_the_name_that_was_asked() {
    let ca = Ca::new("CA of receivers");
    let leaf = ca.issue(&Request::new("receiver", &["localhost"]));
    let chain: Vec<_> = rustls_pki_types::CertificateDer::pem_slice_iter(leaf.full_chain.as_bytes())
        .map(Result::unwrap)
        .collect();
    let key = rustls_pki_types::PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
    let provider = std::sync::Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(std::sync::Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let stream: TcpStream = stream;
                if let Ok(stream) = acceptor.accept(stream).await {
                    let (told, _heard) = tokio::sync::mpsc::unbounded_channel();
                    serve(stream, told, b"HTTP/1.1 204 Fine\r\n\r\n".to_vec()).await;
                }
            });
        }
    });
    let trusting = |ca: &Ca| Fetcher::new(Reach::Private, Some(Bundle::parse(ca.pem().as_bytes()).unwrap()));
    assert_eq!(ask(&trusting(&ca), &format!("https://localhost:{port}/")).await.unwrap().status, 204);
    for (fetcher, host) in [(trusting(&ca), "127.0.0.1"), (trusting(&Ca::new("Another CA")), "localhost")] {
        let fault = ask(&fetcher, &format!("https://{host}:{port}/")).await.unwrap_err();
        assert!(matches!(&fault, FetchFault::Tls(..)), "{fault}");
    }
}

#[tokio::test]
async fn a_text_is_fetched_once_and_what_is_none_is_told_in_words() {
    let texts = Texts::new(private(), 10);
    let answer = |status: &str, body: &str| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
    };
    let (address, mut heard) = server(answer("200 OK", "0123456789")).await;
    let url = format!("http://{address}/t?language=ko_KR");
    let both = tokio::join!(texts.at(&url), texts.at(&url));
    assert_eq!(both.0, Text::Found("0123456789".into(), None));
    assert_eq!(both.0, both.1);
    assert!(heard.recv().await.unwrap().starts_with("GET /t?language=ko_KR HTTP/1.1\r\n"));
    assert!(heard.try_recv().is_err(), "asked once");
    for (status, body, expected) in [
        ("404 No", "", None),
        ("410 Gone", "", None),
        ("500 Oops", "", Some("answered 500")),
        ("301 There", "", Some("answered 301")),
        ("200 OK", "0123456789a", Some("has more than 10 bytes")),
    ] {
        let (address, _heard) = server(answer(status, body)).await;
        let expected = match expected {
            None => Text::Absent,
            Some(words) => Text::Fault(format!("http://{address} {words}")),
        };
        assert_eq!(texts.at(&format!("http://{address}/t")).await, expected, "{status}");
    }
    let (address, _heard) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\xff".to_vec()).await;
    let found = texts.at(&format!("http://{address}/")).await;
    assert_eq!(found, Text::Fault(format!("http://{address} answered what is not UTF-8")));
}

#[tokio::test]
async fn a_text_whose_server_has_gone_is_the_one_from_before() {
    let texts = Texts::new(private(), 10).looking_again_after(Duration::ZERO);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (told, _heard) = tokio::sync::mpsc::unbounded_channel();
    let once = async {
        let (stream, _) = listener.accept().await.unwrap();
        serve(stream, told, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec()).await;
    };
    let (found, ()) = tokio::join!(texts.at(&url), once);
    assert_eq!(found, Text::Found("hi".into(), None));
    drop(listener);
    let Text::Found(text, Some(why)) = texts.at(&url).await else { panic!("it is still known") };
    assert!(&*text == "hi" && why.contains("can't be reached"), "{why}");
}

#[tokio::test]
async fn nobody_waits_for_a_server_that_gave_no_text_and_it_is_found_when_it_is_back() {
    let texts =
        Texts::new(private().within(Duration::from_millis(400)), 10).looking_again_after(Duration::ZERO);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let url = format!("http://{address}/");
    // It takes connections and says nothing: who asks first waits.
    let begun = std::time::Instant::now();
    assert!(matches!(texts.at(&url).await, Text::Fault(_)));
    let waited = begun.elapsed();
    let begun = std::time::Instant::now();
    assert!(matches!(texts.at(&url).await, Text::Fault(_)));
    assert!(begun.elapsed() < waited / 2, "{:?} and {waited:?}", begun.elapsed());
    let (told, _heard) = tokio::sync::mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let told = told.clone();
            let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".to_vec();
            tokio::spawn(async move { serve(stream, told, answer).await });
        }
    });
    let back = async {
        while !matches!(texts.at(&url).await, Text::Found(..)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), back).await.expect("it is back");
}
