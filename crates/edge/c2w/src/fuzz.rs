//! Ways in to the private parsers, for the feature `fuzz` alone: what comes from the other side of a link.

use convoke_model::Uuid;
use http::HeaderMap;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::{WebSocketStream, tungstenite::protocol};

use crate::{
    hello::{read_hello, read_upgrade},
    role::Role,
    ws_io::{LinkPulse, WsIo, web_socket_config},
};

/// The GUID in a web bridge's first message.
pub fn hello(text: &str) -> Option<Uuid> {
    read_hello(text)
}

/// Who dials, by an upgrade request.
pub fn upgrade(path: &str, headers: &HeaderMap) -> Option<(Role, String)> {
    read_upgrade(path, headers).ok().map(|caller| (caller.role, caller.node))
}

/// Reads these bytes as a web bridge does after the upgrade; how many bytes for HTTP/2 there were in them.
pub fn frames(bytes: &[u8]) -> usize {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return 0 };
    runtime.block_on(async {
        let (near, mut far) = tokio::io::duplex(bytes.len().max(1));
        // What is answered (pongs, a close) goes nowhere, and must not be waited for.
        if far.write_all(bytes).await.is_err() || far.shutdown().await.is_err() {
            return 0;
        }
        let (_answers, near) = (far, tokio::io::join(near, tokio::io::sink()));
        let config = Some(web_socket_config());
        let socket = WebSocketStream::from_raw_socket(near, protocol::Role::Server, config).await;
        let (mut io, mut read) = (WsIo::new(socket, LinkPulse::new()), Vec::new());
        let _ended = io.read_to_end(&mut read).await;
        read.len()
    })
}
