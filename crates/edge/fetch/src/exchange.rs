//! One question and its answer over a connection of its own.

use std::{net::SocketAddr, time::Duration};

use bytes::{Bytes, BytesMut};
use http::{HeaderValue, Request, header};
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, client::conn::http1};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    task::JoinHandle,
};
use tokio_rustls::TlsConnector;

use crate::{Answer, FetchFault, Fetcher, MAX_ADDRESSES, MAX_HEAD_BYTES, Question, Target};

/// How long one address of a server is tried.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// A task that ends with its owner: a connection outlives neither the answer nor the time limit.
struct Driver(JoinHandle<()>);

impl Drop for Driver {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Asks, without a time limit of its own.
pub(crate) async fn ask(fetcher: &Fetcher, question: Question<'_>) -> Result<Answer, FetchFault> {
    let target = question.target;
    let stream = connect(target, &allowed(fetcher, target).await?).await?;
    if !target.is_tls {
        return converse(stream, question).await;
    }
    let words = |fault: String| FetchFault::Tls(target.server(), fault);
    let config = fetcher.tls().map_err(words)?;
    let name = ServerName::try_from(target.host.clone()).map_err(|fault| words(fault.to_string()))?;
    let stream =
        TlsConnector::from(config).connect(name, stream).await.map_err(|fault| words(fault.to_string()))?;
    converse(stream, question).await
}

/// The addresses of the server that may be asked.
async fn allowed(fetcher: &Fetcher, target: &Target) -> Result<Vec<SocketAddr>, FetchFault> {
    let unknown = |_| FetchFault::Unknown(target.server());
    let found = tokio::net::lookup_host((target.host.as_str(), target.port)).await.map_err(unknown)?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        return Err(FetchFault::Unknown(target.server()));
    }
    let allowed: Vec<SocketAddr> =
        found.into_iter().filter(|address| fetcher.reach.allows(address.ip())).take(MAX_ADDRESSES).collect();
    if allowed.is_empty() { Err(FetchFault::NotAllowed(target.server())) } else { Ok(allowed) }
}

async fn connect(target: &Target, addresses: &[SocketAddr]) -> Result<TcpStream, FetchFault> {
    let mut last = String::new();
    for address in addresses {
        // One that swallows everything leaves time for the next.
        match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(fault)) => last = fault.to_string(),
            Err(_) => last = "connection timed out".to_owned(),
        }
    }
    Err(FetchFault::Unreachable(target.server(), last))
}

async fn converse<S>(stream: S, question: Question<'_>) -> Result<Answer, FetchFault>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let server = question.target.server();
    let words = |fault: &dyn std::error::Error| FetchFault::Answer(server.clone(), fault.to_string());
    let mut builder = http1::Builder::new();
    builder.max_buf_size(MAX_HEAD_BYTES);
    let (mut sender, connection) =
        builder.handshake(TokioIo::new(stream)).await.map_err(|fault| words(&fault))?;
    let _driver = Driver(tokio::spawn(async move {
        // What goes wrong here is told by the answer, or by there being none.
        drop(connection.await);
    }));
    let (read_at_most, body_within) = (question.read_at_most, question.body_within);
    let request = request(question).map_err(|fault| words(&fault))?;
    let response = sender.send_request(request).await.map_err(|fault| words(&fault))?;
    let (parts, body) = response.into_parts();
    // Whoever reads little wants to know the status; a body that does not come takes it back from nobody.
    let reading = read(body, read_at_most);
    let (body, is_whole) = match body_within {
        None => reading.await.map_err(|fault| words(&fault))?,
        Some(within) => match tokio::time::timeout(within, reading).await {
            Ok(Ok(read)) => read,
            Ok(Err(_)) | Err(_) => (Bytes::new(), false),
        },
    };
    Ok(Answer { status: parts.status.as_u16(), fields: parts.headers, body, is_whole })
}

fn request(question: Question<'_>) -> Result<Request<Full<Bytes>>, http::Error> {
    let Question { method, target, fields, body, .. } = question;
    let mut request = Request::builder()
        .method(method)
        .uri(target.path.as_str())
        .header(header::HOST, target.authority.as_str())
        .header(header::USER_AGENT, concat!("Convoke/", env!("CARGO_PKG_VERSION")))
        .header(header::CONNECTION, HeaderValue::from_static("close"));
    for (name, value) in fields {
        request = request.header(name, value);
    }
    request.body(Full::new(body))
}

/// The body as far as it may be read, and whether that is all.
async fn read(mut body: Incoming, most: usize) -> Result<(Bytes, bool), hyper::Error> {
    let mut read = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        let left = most - read.len();
        if data.len() > left {
            read.extend_from_slice(&data[..left]);
            return Ok((read.freeze(), false));
        }
        read.extend_from_slice(&data);
    }
    Ok((read.freeze(), true))
}
