//! From a TCP connection to a link: TLS, the judgement of the dialler's certificate, upgrade, hello.

use std::{io, sync::Arc, time::Duration};

use convoke_model::Uuid;
use convoke_trust::Certificate;
use futures_util::SinkExt;
use http::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};
use tokio_tungstenite::{
    WebSocketStream, accept_hdr_async_with_config,
    tungstenite::{
        Message,
        handshake::server::{ErrorResponse, Request},
    },
};

use crate::{
    fault::DownReason,
    hello::{Caller, hello, read_upgrade},
    read_ahead::ReadAhead,
    tls::LinkTls,
    ws_io::web_socket_config,
};

/// How long a refused dialler may take to read why.
const LINGER: Duration = Duration::from_secs(1);

/// Most bytes of a refused dialler that are read and thrown away.
const LINGER_BYTES: u64 = 64 * 1024;

/// What a link's bytes come by, TLS included.
pub(super) type Secured = TlsStream<ReadAhead<TcpStream>>;

/// A dialler that was let in.
pub(super) struct Arrived {
    pub socket: WebSocketStream<Secured>,
    pub caller: Caller,
    pub certificate: Option<Certificate>,
}

pub(super) async fn handshake(
    stream: TcpStream,
    tls: &Arc<LinkTls>,
    guid: Uuid,
) -> Result<Arrived, DownReason> {
    let (config, verdict) = tls.server().map_err(|error| DownReason::Tls { words: error.to_string() })?;
    let secured = match TlsAcceptor::from(config).accept(ReadAhead::new(stream)).into_fallible().await {
        Ok(secured) => secured,
        Err((error, stream)) => {
            linger(stream.into_inner()).await;
            return Err(refusal(&error, verdict.fault().map(DownReason::PeerNotTrusted)));
        }
    };
    let mut caller = None;
    let upgrade = |request: &Request, response: Response<()>| -> Result<Response<()>, ErrorResponse> {
        caller = Some(read_upgrade(request.uri().path(), request.headers()).map_err(|refused| *refused)?);
        Ok(response)
    };
    let accepted = accept_hdr_async_with_config(secured, upgrade, Some(web_socket_config())).await;
    let mut socket = accepted.map_err(|error| DownReason::upgrading(&error))?;
    socket.send(Message::text(hello(guid))).await.map_err(|error| DownReason::upgrading(&error))?;
    let caller = caller.ok_or_else(|| DownReason::NotUpgraded { words: "it named no role".into() })?;
    Ok(Arrived { socket, caller, certificate: verdict.certificate() })
}

/// Why TLS failed on this side.
fn refusal(error: &io::Error, judged: Option<DownReason>) -> DownReason {
    let none_presented = || {
        let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
        matches!(inner, rustls::Error::NoCertificatesPresented)
            .then_some(DownReason::PeerNotTrusted(convoke_trust::PeerFault::NoCertificate))
    };
    judged.or_else(none_presented).unwrap_or_else(|| DownReason::secured(error))
}

/// Reads what the dialler still sends before closing: a close with unread bytes is a reset, which can overtake the alert
/// that tells the dialler why.
async fn linger(mut stream: TcpStream) {
    let _ = stream.shutdown().await;
    let mut rest = stream.take(LINGER_BYTES);
    let _ = timeout(LINGER, tokio::io::copy(&mut rest, &mut tokio::io::sink())).await;
}
