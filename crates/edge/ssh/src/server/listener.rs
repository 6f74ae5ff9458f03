//! One address that is listened on: bound, now or later, and its connections begun. Each address is for itself: one that another program
//! has, or that no interface has yet, keeps nobody from the others.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::Instant,
};

use super::{Shared, connection, life::Life};
use crate::{
    Gate,
    limits::{LISTEN_FIRST_PAUSE, LISTEN_LONGEST_PAUSE, REFUSALS_TOLD_EVERY, STOP_GRACE},
};

/// After the system refused to accept a connection (no descriptors left), the next try.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Listens on it, and says so, with what a client is to be shown (the host key's fingerprint).
pub(super) async fn bind(address: SocketAddr, fingerprint: &str) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(address).await?;
    let address = listener.local_addr().unwrap_or(address);
    tracing::info!(target: "Mmp", "SSH listening on {address}, host key {fingerprint}");
    Ok(listener)
}

/// Serves an address, once it can be listened on, until the stop.
pub(super) async fn run<G: Gate>(
    address: SocketAddr,
    bound: io::Result<TcpListener>,
    shared: Arc<Shared<G>>,
) {
    let listener = match bound {
        Ok(listener) => Some(listener),
        Err(cause) => bind_later(address, &cause, &shared).await,
    };
    if let Some(listener) = listener {
        serve(listener, &shared).await;
    }
}

/// Tries again, with pauses that grow; none when the server stops. A reason is told once.
async fn bind_later<G: Gate>(
    address: SocketAddr,
    cause: &io::Error,
    shared: &Shared<G>,
) -> Option<TcpListener> {
    let (mut told, mut pause) = (String::new(), LISTEN_FIRST_PAUSE);
    let mut tell = |cause: &io::Error| {
        let why = cause.to_string();
        if why != told {
            tracing::error!(target: "Mmp", "SSH can't listen on {address}: {why}; it is tried again");
            told = why;
        }
    };
    tell(cause);
    while shared.shutdown.sleep(pause).await {
        match bind(address, &shared.fingerprint).await {
            Ok(listener) => return Some(listener),
            Err(cause) => tell(&cause),
        }
        pause = (pause * 2).min(LISTEN_LONGEST_PAUSE);
    }
    None
}

async fn serve<G: Gate>(listener: TcpListener, shared: &Arc<Shared<G>>) {
    let mut connections = JoinSet::new();
    let mut told: Option<Instant> = None;
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => begin(stream, from, shared, &mut connections),
                Err(cause) => {
                    if told.is_none_or(|told| told.elapsed() >= REFUSALS_TOLD_EVERY) {
                        told = Some(Instant::now());
                        tracing::warn!("SSH: no connection can be accepted: {cause}");
                    }
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            ended = connections.join_next(), if !connections.is_empty() => note_panic(ended),
            () = shared.shutdown.asked() => break,
        }
    }
    drop(listener);
    // Each says goodbye by itself; what takes longer is ended.
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_GRACE * 2, all).await.is_err() {
        connections.shutdown().await;
    }
}

fn begin<G: Gate>(
    stream: TcpStream,
    from: SocketAddr,
    shared: &Arc<Shared<G>>,
    connections: &mut JoinSet<()>,
) {
    let now = Instant::now();
    let life = Arc::new(Life::new(now));
    match shared.places.begin(from.ip(), &life, now) {
        Some(place) => {
            // Keys are typed one by one; without it each would wait for others.
            drop(stream.set_nodelay(true));
            connections.spawn(connection::run(stream, from, place, life, Arc::clone(shared)));
        }
        None => shared.refusals.refuse(stream, from),
    }
}

fn note_panic(ended: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(cause)) = ended
        && cause.is_panic()
    {
        tracing::error!("SSH: a connection's task panicked");
    }
}
