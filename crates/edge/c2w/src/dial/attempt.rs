//! One attempt to reach a web bridge: name, TCP, TLS, upgrade, hello. Each step has its limit and its own reason to fail.

use std::sync::Arc;

use convoke_model::Uuid;
use convoke_trust::Certificate;
use futures_util::StreamExt;
use rustls_pki_types::ServerName;
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{TlsConnector, client::TlsStream};
use tokio_tungstenite::{WebSocketStream, client_async_with_config, tungstenite::Message};

use crate::{
    fault::DownReason,
    hello::{Caller, read_hello, upgrade_request},
    limits::{CONNECT_TIMEOUT, HANDSHAKE_TIMEOUT, LOOKUP_TIMEOUT},
    read_ahead::ReadAhead,
    tls::LinkTls,
    url::C2wUrl,
    ws_io::web_socket_config,
};

/// A link that is open and carries nothing yet.
pub(crate) struct Opened {
    pub socket: WebSocketStream<TlsStream<ReadAhead<TcpStream>>>,
    pub guid: Uuid,
    pub certificate: Option<Certificate>,
}

pub(crate) async fn open(url: &C2wUrl, tls: &Arc<LinkTls>, caller: &Caller) -> Result<Opened, DownReason> {
    let stream = connect(url).await?;
    timeout(HANDSHAKE_TIMEOUT, upgrade(stream, url, tls, caller))
        .await
        .unwrap_or(Err(DownReason::TimedOut { step: "waiting for the handshake" }))
}

/// A TCP connection to the first address of the host that takes one.
async fn connect(url: &C2wUrl) -> Result<TcpStream, DownReason> {
    let not_found = || DownReason::HostNotFound { host: url.host().to_owned() };
    let looked_up = timeout(LOOKUP_TIMEOUT, lookup_host((url.host(), url.port()))).await;
    let addresses = looked_up
        .map_err(|_| DownReason::TimedOut { step: "looking up the host name" })?
        .map_err(|_| not_found())?;
    let mut reason = not_found();
    for address in addresses {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
            Ok(Ok(stream)) => {
                // Without it a heartbeat can wait 40 ms for an acknowledgement; fails only on a closed socket.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Ok(Err(error)) => reason = DownReason::connecting(&error),
            Err(_) => reason = DownReason::TimedOut { step: "connecting" },
        }
    }
    Err(reason)
}

async fn upgrade(
    stream: TcpStream,
    url: &C2wUrl,
    tls: &Arc<LinkTls>,
    caller: &Caller,
) -> Result<Opened, DownReason> {
    let internal = |words: String| DownReason::Tls { words };
    let (config, verdict) = tls.client(url.host()).map_err(|error| internal(error.to_string()))?;
    let name = ServerName::try_from(url.host().to_owned()).map_err(|error| internal(error.to_string()))?;
    let secured = TlsConnector::from(config).connect(name, ReadAhead::new(stream)).await;
    let secured = secured.map_err(|error| match verdict.fault() {
        Some(fault) => DownReason::PeerNotTrusted(fault),
        None => DownReason::secured(&error),
    })?;
    let request =
        upgrade_request(url, caller).map_err(|error| DownReason::NotUpgraded { words: error.to_string() })?;
    let upgraded = client_async_with_config(request, secured, Some(web_socket_config())).await;
    let (mut socket, _) = upgraded.map_err(|error| DownReason::upgrading(&error))?;
    let guid = match socket.next().await {
        Some(Ok(Message::Text(text))) => read_hello(text.as_str()),
        Some(Err(error)) => return Err(DownReason::upgrading(&error)),
        _ => None,
    };
    let guid = guid.ok_or(DownReason::NoHello)?;
    Ok(Opened { socket, guid, certificate: verdict.certificate() })
}
