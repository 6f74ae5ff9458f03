//! A small HTTPS client for seeding and for tests: one connection a request, trusting one CA and nothing else.

use std::{sync::Arc, time::Duration};

use anyhow::{Context as _, bail};
use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::TlsConnector;

/// How long an answer may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A client.
#[derive(Clone)]
pub struct Client {
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client that trusts the CA of this PEM text.
    pub fn trusting(ca: &str) -> anyhow::Result<Self> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(ca.as_bytes())?)?;
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls) })
    }

    /// Sends a request to an absolute `https://` or `http://` address and reads the whole answer.
    pub async fn send(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let uri = request.uri().clone();
        timeout(PATIENCE, self.exchange(request))
            .await
            .with_context(|| format!("{uri} did not answer within {PATIENCE:?}"))?
            .with_context(|| format!("{uri} could not be asked"))
    }

    async fn exchange(&self, request: Request<Bytes>) -> anyhow::Result<Response<Bytes>> {
        let uri = request.uri();
        let host = uri.host().context("the address has no host")?.to_owned();
        let stream = |default: u16| TcpStream::connect((host.clone(), uri.port_u16().unwrap_or(default)));
        match uri.scheme_str() {
            Some("http") => over(stream(80).await?, request).await,
            Some("https") => {
                let name = ServerName::try_from(host.clone())?;
                let tls = TlsConnector::from(self.tls.clone()).connect(name, stream(443).await?).await?;
                over(tls, request).await
            }
            _ => bail!("not an address of HTTP"),
        }
    }
}

async fn over<S>(stream: S, mut request: Request<Bytes>) -> anyhow::Result<Response<Bytes>>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let authority = request.uri().authority().context("the address has no host")?.to_string();
    request.headers_mut().insert(header::HOST, HeaderValue::from_str(&authority)?);
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    *request.uri_mut() = path.parse::<Uri>()?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    let (parts, body) = sender.send_request(request.map(Full::new)).await?.into_parts();
    let body = body.collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}
