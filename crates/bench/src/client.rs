//! The bench's own client: kept connections to one of several addresses, as a browser has them.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::Context as _;
use bytes::Bytes;
use http::{HeaderValue, Request, Uri, header};
use http_body_util::{BodyExt as _, Empty};
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{net::TcpStream, time::timeout};
use tokio_rustls::TlsConnector;

/// TLS that trusts the CA of this PEM text and nothing else.
pub fn trusting(ca: &str) -> anyhow::Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca.as_bytes())?)?;
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Asks one address, and the next one when that does not answer.
pub struct Browser {
    tls: Arc<ClientConfig>,
    addresses: Vec<SocketAddr>,
    /// Which address is asked.
    current: usize,
    connection: Option<SendRequest<Empty<Bytes>>>,
    /// How long one address may take for an answer.
    patience: Duration,
}

impl Browser {
    /// A browser whose server's name leads to these addresses; it waits `patience` for each answer of one of them.
    pub fn new(tls: Arc<ClientConfig>, addresses: Vec<SocketAddr>, patience: Duration) -> Self {
        Self { tls, addresses, current: 0, connection: None, patience }
    }

    /// GETs a path; the status. Tries each address twice, in turns, before it gives up: the method is idempotent.
    pub async fn get(&mut self, path: &str, authorization: &str) -> anyhow::Result<u16> {
        let mut last = None;
        for _ in 0..2 * self.addresses.len() {
            match timeout(self.patience, self.ask(path, authorization)).await {
                Ok(Ok(status)) => return Ok(status),
                Ok(Err(fault)) => last = Some(fault),
                Err(_) => last = Some(anyhow::anyhow!("no answer within {:?}", self.patience)),
            }
            self.connection = None;
            self.current = (self.current + 1) % self.addresses.len();
        }
        Err(last.context("there is no address to ask")?)
    }

    async fn ask(&mut self, path: &str, authorization: &str) -> anyhow::Result<u16> {
        let address = *self.addresses.get(self.current).context("there is no address to ask")?;
        let mut sender = match self.connection.take().filter(|sender| !sender.is_closed()) {
            Some(sender) => sender,
            None => self.connect(address).await?,
        };
        sender.ready().await?;
        let mut request = Request::get(path.parse::<Uri>()?).body(Empty::new())?;
        request.headers_mut().insert(header::HOST, HeaderValue::from_str(&address.to_string())?);
        request.headers_mut().insert(header::AUTHORIZATION, HeaderValue::from_str(authorization)?);
        let (parts, body) = sender.send_request(request).await?.into_parts();
        body.collect().await?;
        self.connection = Some(sender);
        Ok(parts.status.as_u16())
    }

    async fn connect(&self, address: SocketAddr) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::IpAddress(address.ip().into());
        let stream = TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(sender)
    }
}
