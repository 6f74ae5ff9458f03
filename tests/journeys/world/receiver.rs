//! A receiver of webhooks: a real HTTPS server that notes what it is told and answers as a test wants.

use std::{
    collections::VecDeque,
    io::Write as _,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use convoke_testkit::ca::{Ca, Request};
use http::{HeaderMap, Response};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

/// What it was told once.
#[derive(Debug, Clone)]
pub struct Told {
    pub path: String,
    pub fields: HeaderMap,
    pub body: Bytes,
}

impl Told {
    pub fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// What it answers.
#[derive(Debug, Clone, Copy)]
pub enum Reply {
    Status(u16),
    /// This text.
    Text(&'static str),
    /// Nothing, ever.
    Hang,
}

/// The receiver.
pub struct Receiver {
    port: u16,
    told: Arc<Mutex<Vec<Told>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
    folder: TempDir,
}

impl Receiver {
    /// One that takes all that it is told.
    pub async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let ca = Ca::new("CA of receivers");
        convoke_testkit::ca::write(folder.path(), "ca.crt", ca.pem(), 0o644);
        let leaf = ca.issue(&Request::new("receiver", &["localhost"]));
        let chain = CertificateDer::pem_slice_iter(leaf.full_chain.as_bytes()).map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_slice(leaf.key.as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let told: Arc<Mutex<Vec<Told>>> = Arc::default();
        let replies: Arc<Mutex<VecDeque<Reply>>> = Arc::default();
        tokio::spawn(serve(listener, TlsAcceptor::from(Arc::new(config)), told.clone(), replies.clone()));
        Self { port, told, replies, folder }
    }

    /// Where it listens.
    pub fn url(&self, path: &str) -> String {
        format!("https://localhost:{}{path}", self.port)
    }

    /// The settings of a node that may reach it.
    pub fn settings(&self, node: usize) -> (usize, String, String) {
        let before = "[scheduler.email]".to_owned();
        let trust = self.folder.path().join("ca.crt");
        let section = format!(
            "[scheduler.webhooks]\nallow_private = true\n[outgoing]\ntrust_file = \"{}\"\n",
            trust.display()
        );
        (node, before.clone(), format!("{section}\n{before}"))
    }

    /// What it answers next, one after the other; then again that it takes what it is told.
    pub fn will_answer(&self, replies: &[Reply]) {
        self.replies.lock().unwrap().extend(replies);
    }

    /// Everything that it was told.
    pub fn told(&self) -> Vec<Told> {
        self.told.lock().unwrap().clone()
    }
}

async fn serve(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    told: Arc<Mutex<Vec<Told>>>,
    replies: Arc<Mutex<VecDeque<Reply>>>,
) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, told, replies) = (acceptor.clone(), told.clone(), replies.clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else { return };
            let service = service_fn(|request: http::Request<Incoming>| {
                let (told, replies) = (told.clone(), replies.clone());
                async move {
                    let (parts, body) = request.into_parts();
                    let body = body.collect().await?.to_bytes();
                    let path = parts.uri.path().to_owned();
                    let reply = replies.lock().unwrap().pop_front().unwrap_or(Reply::Status(204));
                    told.lock().unwrap().push(Told { path, fields: parts.headers, body });
                    match reply {
                        Reply::Hang => std::future::pending().await,
                        Reply::Status(status) => {
                            let answer = Response::builder().status(status).header("location", "/elsewhere");
                            Ok::<_, hyper::Error>(answer.body(Full::new(Bytes::new())).unwrap())
                        }
                        Reply::Text(text) => Ok(Response::new(Full::new(text.into()))),
                    }
                }
            });
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// What each of these should be signed with, by Python's own libraries.
pub fn signatures(secret: &str, told: &[Told]) -> Vec<String> {
    let script = "import base64, hashlib, hmac, json, sys\n\
        asked = json.load(sys.stdin)\n\
        key = base64.b64decode(asked['secret'].removeprefix('whsec_'))\n\
        for id, timestamp, body in asked['told']:\n\
        \x20   signed = f'{id}.{timestamp}.'.encode() + bytes.fromhex(body)\n\
        \x20   print('v1,' + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode())\n";
    let hex = |body: &Bytes| body.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let told: Vec<Value> = told
        .iter()
        .map(|told| json!([told.field("webhook-id"), told.field("webhook-timestamp"), hex(&told.body)]))
        .collect();
    let mut python = Command::new("python3")
        .args(["-c", script])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({"secret": secret, "told": told}).to_string();
    python.stdin.take().unwrap().write_all(asked.as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}
