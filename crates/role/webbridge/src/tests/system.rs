//! A web bridge, its browsers and its parts, for one test.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, body::Body};
use convoke_c2w::{C2wUrl, Dialler, LinkSet, Role};
use convoke_model::Uuid;
use convoke_trust::{Bundle, Certificate, Identity};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use hyper::{body::Incoming, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::oneshot,
    task::JoinHandle,
    time::timeout,
};
use tokio_rustls::TlsConnector;

use crate::{Addresses, StartError, WebBridgeSettings, run::run_with};

/// How long a test waits for what must come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The web bridge's wait for an answer in tests.
pub const ANSWER_TIMEOUT: Duration = Duration::from_secs(2);

/// A certificate authority.
pub struct Ca {
    params: CertificateParams,
    key: KeyPair,
    certificate: rcgen::Certificate,
}

impl Ca {
    pub fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "Test CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { params, key, certificate }
    }

    pub fn identity(&self) -> Identity {
        let params = CertificateParams::new(vec!["127.0.0.1".to_owned(), "localhost".to_owned()]).unwrap();
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Identity::parse(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }

    pub fn bundle(&self) -> Bundle {
        Bundle::new(vec![Certificate::from_der(self.certificate.der()).unwrap()])
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }
}

/// A web bridge that runs.
pub struct System {
    pub ca: Ca,
    pub at: Addresses,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<Result<(), StartError>>,
}

impl System {
    pub fn settings(ca: &Ca) -> WebBridgeSettings {
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        WebBridgeSettings {
            https_only_tls_1_3: false,
            control_socket: None,
            https_listen: vec![any],
            https_identity: ca.identity(),
            redirect_listen: Some(any),
            frame_ancestors: None,
            c2w_listen: vec![any],
            c2w_identity: ca.identity(),
            c2w_bundle: ca.bundle(),
            ops_listen: Some(any),
            guid: Uuid::nil(),
        }
    }

    pub async fn start() -> Self {
        let ca = Ca::new();
        let settings = Self::settings(&ca);
        let (ready, at) = oneshot::channel();
        let (stop, stopped) = oneshot::channel::<()>();
        let started = |addresses| ready.send(addresses).unwrap();
        let task = tokio::spawn(run_with(settings, ANSWER_TIMEOUT, started, async move {
            let _ = stopped.await;
        }));
        let at = timeout(PATIENCE, at).await.expect("starts in time").expect("starts");
        Self { ca, at, stop: Some(stop), task }
    }

    /// A part that is connected by the time this returns.
    pub async fn part(&self, role: Role, router: Router) -> LinkSet {
        let before = self.links(role).await;
        let (identity, bundle) = (self.ca.identity(), self.ca.bundle());
        let set = LinkSet::new(Dialler { role, node: "node1".into(), identity, bundle, router });
        set.set_wanted(vec![C2wUrl::new("127.0.0.1", self.at.c2w[0].port()).unwrap()]);
        self.until_links(role, before + 1).await;
        set
    }

    async fn links(&self, role: Role) -> usize {
        let page = self.ops("/metrics").await.1;
        let mark = format!("convoke_webbridge_links{{role=\"{}\"}} ", role.name());
        let line = page.lines().find_map(|line| line.strip_prefix(&mark));
        line.map_or(0, |count| count.parse().unwrap())
    }

    pub async fn until_links(&self, role: Role, wanted: usize) {
        let reached = async {
            while self.links(role).await != wanted {
                tokio::task::yield_now().await;
            }
        };
        timeout(PATIENCE, reached).await.expect("links in time");
    }

    pub async fn ops(&self, path: &str) -> (StatusCode, String) {
        let answer = plain(self.at.ops.unwrap(), path, "localhost").await;
        let status = answer.split(' ').nth(1).unwrap().parse().unwrap();
        (status, answer.split_once("\r\n\r\n").unwrap().1.to_owned())
    }

    /// An HTTP/2 connection of a browser.
    pub async fn browser(&self) -> Browser {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.ca.roots())
            .with_no_client_auth();
        config.alpn_protocols = vec![b"h2".to_vec()];
        let stream = TcpStream::connect(self.at.https[0]).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap();
        let (sender, connection) =
            http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        Browser { sender, host: format!("localhost:{}", self.at.https[0].port()) }
    }

    pub async fn stop(mut self) {
        let _ = self.stop.take().unwrap().send(());
        timeout(Duration::from_secs(5), self.task).await.expect("stops within 5 s").unwrap().unwrap();
    }
}

/// One request by plain HTTP/1.1; the whole answer as text.
pub async fn plain(address: SocketAddr, path: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// One connection of a browser.
#[derive(Clone)]
pub struct Browser {
    sender: http2::SendRequest<Body>,
    pub host: String,
}

impl Browser {
    pub async fn send(&self, method: &str, path: &str, body: impl Into<Body>) -> Response<Incoming> {
        let request = Request::builder().method(method).uri(format!("https://{}{path}", self.host));
        self.request(request.body(body.into()).unwrap()).await
    }

    pub async fn request(&self, request: Request<Body>) -> Response<Incoming> {
        timeout(PATIENCE, self.sender.clone().send_request(request)).await.expect("answer in time").unwrap()
    }

    pub async fn get(&self, path: &str) -> (StatusCode, Value) {
        json(self.send("GET", path, Body::empty()).await).await
    }
}

pub async fn bytes(response: Response<Incoming>) -> bytes::Bytes {
    timeout(PATIENCE, response.into_body().collect()).await.expect("body in time").unwrap().to_bytes()
}

pub async fn json(response: Response<Incoming>) -> (StatusCode, Value) {
    let status = response.status();
    (status, serde_json::from_slice(&bytes(response).await).unwrap_or_default())
}
