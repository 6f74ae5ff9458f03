//! The accept loop of one listener, and its stop.

use std::{
    future::Future,
    io,
    net::SocketAddr,
    sync::{
        Arc, Once,
        atomic::{AtomicUsize, Ordering},
    },
};

use nix::sys::socket::{setsockopt, sockopt};
use rustls::ServerConfig;
use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::{
    bind::Bound,
    connection::{self, Answers, Version},
    limits,
};

/// How a listener's bytes are carried.
#[derive(Clone)]
pub enum Transport {
    /// HTTPS: HTTP/2 or HTTP/1.1 by ALPN.
    Tls(Arc<ServerConfig>),
    /// Plain HTTP, for redirects and for the loopback.
    Plain,
}

/// Connections that this process holds, of all its listeners.
static HELD: AtomicUsize = AtomicUsize::new(0);

/// A place among them, given back when dropped.
struct Place;

impl Place {
    fn take(most: usize) -> Option<Self> {
        let more = |held: usize| (held < most).then_some(held + 1);
        HELD.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).ok().map(|_| Self)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Bound {
    /// Serves `answers`, such as a router, until `stop` resolves, then ends within [`limits::STOP_GRACE`]: no new connection, running requests
    /// may end. Each request carries a [`crate::ClientAddress`]. A panic of a handler is answered 500.
    pub async fn serve(
        self,
        transport: Transport,
        answers: impl Answers,
        stop: impl Future<Output = ()> + Send + 'static,
    ) {
        let (stopping, stopped) = watch::channel(false);
        let mut connections = JoinSet::new();
        let mut stop = std::pin::pin!(stop);
        let (full, most) = (Once::new(), limits::most_connections());
        loop {
            tokio::select! {
                () = stop.as_mut() => break,
                Some(_) = connections.join_next(), if !connections.is_empty() => {}
                accepted = self.listener.accept() => match accepted {
                    Ok((stream, peer)) => match Place::take(most) {
                        Some(place) => {
                            let opened = open(stream, peer, transport.clone(), answers.clone(), stopped.clone());
                            connections.spawn(async move {
                                opened.await;
                                drop(place);
                            });
                        }
                        None => full.call_once(|| {
                            tracing::warn!(address = %self.address(), most, "listener is full: further connections are closed");
                        }),
                    },
                    Err(error) => pause_after(&error, self.address()).await,
                },
            }
        }
        drop(self.listener);
        stopping.send_replace(true);
        let ended = async { while connections.join_next().await.is_some() {} };
        if timeout(limits::STOP_GRACE, ended).await.is_err() {
            connections.shutdown().await;
        }
    }
}

/// `accept` fails for the peer's reasons (it went away) or for want of descriptors; only the latter needs a pause.
async fn pause_after(error: &io::Error, address: SocketAddr) {
    let theirs =
        [io::ErrorKind::ConnectionAborted, io::ErrorKind::ConnectionReset, io::ErrorKind::ConnectionRefused];
    if !theirs.contains(&error.kind()) {
        tracing::warn!(%address, %error, "can't accept connections");
        sleep(limits::ACCEPT_PAUSE).await;
    }
}

/// [`limits::UNREAD`] as the system wants it.
const UNREAD_MS: u32 = limits::UNREAD.as_millis() as u32;

async fn open(
    stream: TcpStream,
    peer: SocketAddr,
    transport: Transport,
    answers: impl Answers,
    mut stop: watch::Receiver<bool>,
) {
    // Without it a small answer can wait 40 ms for the client's acknowledgement. Not possible only when already closed.
    let _ = stream.set_nodelay(true);
    let _ = setsockopt(&stream, sockopt::TcpUserTimeout, &UNREAD_MS);
    let config = match transport {
        Transport::Plain => {
            return connection::serve(stream, Version::ByFirstBytes, peer, answers, stop).await;
        }
        Transport::Tls(config) => config,
    };
    // Boxed: what a handshake needs is given back before the connection is held.
    let Some(tls) = Box::pin(handshake(stream, peer, config, &mut stop)).await else { return };
    let h2 = tls.get_ref().1.alpn_protocol() == Some(b"h2");
    let version = if h2 { Version::Http2 } else { Version::Http1 };
    connection::serve(tls, version, peer, answers, stop).await;
}

async fn handshake(
    stream: TcpStream,
    peer: SocketAddr,
    config: Arc<ServerConfig>,
    stop: &mut watch::Receiver<bool>,
) -> Option<Box<TlsStream<TcpStream>>> {
    let handshake = timeout(limits::HANDSHAKE_TIMEOUT, TlsAcceptor::from(config).accept(stream));
    let handshake = tokio::select! {
        handshake = handshake => handshake,
        _ = stop.wait_for(|&stop| stop) => return None,
    };
    match handshake {
        Ok(Ok(tls)) => return Some(Box::new(tls)),
        Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS handshake failed"),
        Err(_) => tracing::debug!(%peer, "TLS handshake timed out"),
    }
    None
}

#[cfg(test)]
#[path = "serve_tests.rs"]
mod tests;
