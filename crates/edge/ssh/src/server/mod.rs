//! The SSH server: listens, counts, and runs each connection as a task of its own.

mod channel;
mod connection;
mod life;
mod listener;
mod places;
mod refusals;
mod stream;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use convoke_runtime::Shutdown;
use russh::{SshId, server};
use tokio::{sync::mpsc, task::JoinSet};

use crate::{
    Gate, HostKey, Session, algorithms,
    limits::{KEEPALIVE, MAX_AUTH_ATTEMPTS, MAX_KEEPALIVES, MAX_OUTPUT_BYTES, REJECTION_TIME, STALLED},
    queue::Shares,
    server::{places::Places, refusals::Refusals},
    sftp::Folder,
};

/// Messages of a channel that wait for its task; each is at most a packet.
const CHANNEL_BUFFER: usize = 64;
/// What a client may send of a channel before it is told that there is room again, in bytes.
const WINDOW: u32 = 1024 * 1024;

/// How the server is to be.
#[derive(Debug)]
pub struct Config {
    /// Where to listen, each for itself; port 0 takes a free one.
    pub listen: Vec<SocketAddr>,
    /// What it proves itself with.
    pub host_key: HostKey,
    /// What stands before the password is asked for.
    pub banner: Option<String>,
    /// The folder of SFTP; none has no SFTP.
    pub files: Option<Folder>,
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
    refusals: Arc<Refusals>,
    /// Of SFTP.
    queues: Shares,
    /// For the log.
    fingerprint: String,
}

impl Server {
    /// Listens, and sends each session to `sessions` until the stop is asked for. An address that can't be listened on is logged and
    /// tried again, and keeps none of the others from being served.
    pub async fn start<G: Gate>(
        config: Config,
        gate: Arc<G>,
        sessions: mpsc::Sender<Session<G::Who>>,
        shutdown: Shutdown,
    ) -> Self {
        let shared = Arc::new(Shared {
            gate,
            banner: config.banner,
            files: config.files,
            sessions,
            refusals: Arc::new(Refusals::new(shutdown.clone())),
            shutdown,
            fingerprint: config.host_key.fingerprint(),
            ssh: Arc::new(ssh_config(config.host_key)),
            places: Places::default(),
            queues: Shares::default(),
        });
        let (mut addresses, mut listening) = (Vec::new(), JoinSet::new());
        for address in config.listen {
            let bound = listener::bind(address, &shared.fingerprint).await;
            addresses.extend(bound.as_ref().ok().and_then(|listener| listener.local_addr().ok()));
            listening.spawn(listener::run(address, bound, Arc::clone(&shared)));
        }
        Self { addresses, listening }
    }

    /// Where it listened from the start.
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
