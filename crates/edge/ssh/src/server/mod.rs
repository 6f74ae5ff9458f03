//! The SSH server: listens, counts, and runs each connection as a task of its own.

mod channel;
mod connection;
mod life;
mod places;
mod stream;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use convoke_runtime::Shutdown;
use russh::{SshId, server};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::Instant,
};

use crate::{
    Gate, HostKey, Session, algorithms,
    limits::{
        KEEPALIVE, MAX_AUTH_ATTEMPTS, MAX_KEEPALIVES, MAX_OUTPUT_BYTES, REJECTION_TIME, STALLED, STOP_GRACE,
    },
    server::places::Places,
    sftp::Folder,
};

/// After the system refused to accept a connection (no descriptors left), the next try.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// Messages of a channel that wait for its task; each is at most a packet.
const CHANNEL_BUFFER: usize = 64;
/// What a client may send of a channel before it is told that there is room again, in bytes.
const WINDOW: u32 = 1024 * 1024;

/// How the server is to be.
#[derive(Debug)]
pub struct Config {
    /// Where to listen; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// What it proves itself with.
    pub host_key: HostKey,
    /// What stands before the password is asked for.
    pub banner: Option<String>,
    /// The folder of SFTP; none has no SFTP.
    pub files: Option<Folder>,
}

/// An address can't be listened on.
#[derive(Debug, thiserror::Error)]
#[error("SSH can't listen on {address}: {cause}")]
pub struct StartError {
    /// The address.
    pub address: SocketAddr,
    /// What the system says.
    pub cause: io::Error,
}

/// A running server. It stops by the signal that it was started with.
#[derive(Debug)]
pub struct Server {
    addresses: Vec<SocketAddr>,
    listening: JoinSet<()>,
}

/// What every connection shares.
pub(crate) struct Shared<G: Gate> {
    pub(crate) gate: Arc<G>,
    pub(crate) banner: Option<String>,
    pub(crate) files: Option<Folder>,
    pub(crate) sessions: mpsc::Sender<Session<G::Who>>,
    pub(crate) shutdown: Shutdown,
    ssh: Arc<server::Config>,
    places: Places,
}

impl Server {
    /// Listens, and sends each session to `sessions` until the stop is asked for.
    pub async fn start<G: Gate>(
        config: Config,
        gate: Arc<G>,
        sessions: mpsc::Sender<Session<G::Who>>,
        shutdown: Shutdown,
    ) -> Result<Self, StartError> {
        let mut listeners = Vec::with_capacity(config.listen.len());
        for address in config.listen {
            let failed = |cause| StartError { address, cause };
            listeners.push(TcpListener::bind(address).await.map_err(failed)?);
        }
        let addresses = listeners.iter().filter_map(|listener| listener.local_addr().ok()).collect();
        let shared = Arc::new(Shared {
            gate,
            banner: config.banner,
            files: config.files,
            sessions,
            shutdown,
            ssh: Arc::new(ssh_config(config.host_key)),
            places: Places::default(),
        });
        let mut listening = JoinSet::new();
        for listener in listeners {
            listening.spawn(listen(listener, Arc::clone(&shared)));
        }
        Ok(Self { addresses, listening })
    }

    /// Where it listens.
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.addresses
    }

    /// Ends when all connections have ended after the stop.
    pub async fn stopped(mut self) {
        while self.listening.join_next().await.is_some() {}
    }
}

fn ssh_config(host_key: HostKey) -> server::Config {
    server::Config {
        // No version: an attacker learns nothing from it.
        server_id: SshId::Standard("SSH-2.0-Convoke".into()),
        methods: algorithms::methods(),
        auth_rejection_time: REJECTION_TIME,
        // OpenSSH asks first which methods there are; that is no guess.
        auth_rejection_time_initial: Some(Duration::ZERO),
        keys: vec![host_key.key],
        limits: algorithms::rekeying(),
        preferred: algorithms::preferred(),
        window_size: WINDOW,
        maximum_packet_size: MAX_OUTPUT_BYTES as u32,
        channel_buffer_size: CHANNEL_BUFFER,
        max_auth_attempts: MAX_AUTH_ATTEMPTS,
        // Also what a handshake and a stuck write may take.
        inactivity_timeout: Some(STALLED),
        keepalive_interval: Some(KEEPALIVE),
        keepalive_max: MAX_KEEPALIVES,
        nodelay: true,
        ..server::Config::default()
    }
}

async fn listen<G: Gate>(listener: TcpListener, shared: Arc<Shared<G>>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, from)) => begin(stream, from, &shared, &mut connections),
                Err(cause) => {
                    tracing::warn!("SSH: no connection can be accepted: {cause}");
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
    match shared.places.begin(from.ip(), Instant::now()) {
        Some(place) => {
            // Keys are typed one by one; without it each would wait for others.
            drop(stream.set_nodelay(true));
            connections.spawn(connection::run(stream, from, place, Arc::clone(shared)));
        }
        None => {
            tracing::warn!("SSH: too many connections; one from {from} is refused");
            connections.spawn(refuse(stream));
        }
    }
}

/// Clients show what stands before the server's own line.
async fn refuse(mut stream: TcpStream) {
    const TEXT: &[u8] = b"There are too many connections; try again later.\r\n";
    let told = async {
        stream.write_all(TEXT).await?;
        stream.shutdown().await
    };
    drop(tokio::time::timeout(STOP_GRACE, told).await);
}

fn note_panic(ended: Option<Result<(), tokio::task::JoinError>>) {
    if let Some(Err(cause)) = ended
        && cause.is_panic()
    {
        tracing::error!("SSH: a connection's task panicked");
    }
}
