//! LMTP in (RFC 2033): the mail server hands mails over, and hears of each whether it was taken.
//!
//! What is said stands in `dialogue`, without a socket; here is the listener with its limits.

mod dialogue;

use std::{
    future::Future,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};

use dialogue::{Dialogue, Step};

pub use dialogue::{MAX_FAULTS, MAX_LINE_BYTES, MAX_RECIPIENTS, Verdict, converse};

/// Connections at the same time; a mail server opens a few.
pub const MAX_LMTP_CONNECTIONS: usize = 20;
/// How long the mail server may be silent (RFC 5321 4.5.3.2.7 wants five minutes).
pub const LMTP_SILENCE: Duration = Duration::from_secs(300);
/// A pause where a connection can't be accepted.
const AFTER_A_FAULT: Duration = Duration::from_millis(50);
/// Octets that are read at once.
const READ_AT_ONCE: usize = 16 * 1024;

/// Who may hand mails over, and for whom.
#[derive(Debug, Clone)]
pub struct LmtpSettings {
    /// The name that this host says.
    pub hello: String,
    /// The addresses that mails are taken for, in lower case.
    pub addresses: Vec<String>,
    /// Who may connect, beside this host itself.
    pub allow: Vec<IpAddr>,
}

impl LmtpSettings {
    fn allows(&self, peer: SocketAddr) -> bool {
        let peer = peer.ip().to_canonical();
        peer.is_loopback() || self.allow.contains(&peer)
    }
}

/// An address that mail servers connect to.
#[derive(Debug)]
pub struct LmtpListener(TcpListener);

impl LmtpListener {
    /// Listens on an address.
    pub async fn bind(address: SocketAddr) -> std::io::Result<Self> {
        TcpListener::bind(address).await.map(Self)
    }

    /// Where it listens.
    pub fn address(&self) -> String {
        self.0.local_addr().map(|address| address.to_string()).unwrap_or_default()
    }
}

/// Takes mails until `stop` is done. `take` is given each mail; its answer goes to the mail server once it is known.
pub async fn serve<F, T>(
    listener: LmtpListener,
    settings: LmtpSettings,
    take: F,
    stop: impl Future<Output = ()>,
) where
    F: Fn(Vec<u8>) -> T + Clone + Send + Sync + 'static,
    T: Future<Output = Verdict> + Send,
{
    let settings = Arc::new(settings);
    let places = Arc::new(Semaphore::new(MAX_LMTP_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.0.accept() => accepted,
            Some(_ended) = connections.join_next() => continue,
        };
        let Ok((stream, peer)) = accepted else {
            // There are no descriptors at the moment, or the peer went before it was accepted.
            tokio::time::sleep(AFTER_A_FAULT).await;
            continue;
        };
        let place = places.clone().try_acquire_owned().ok().filter(|_| settings.allows(peer));
        let (settings, take) = (settings.clone(), take.clone());
        connections.spawn(async move {
            let Some(_place) = place else { return refuse(stream, settings.allows(peer)).await };
            // A connection that breaks is the mail server's to tell: it has every mail that was not answered still.
            let _ended = converse_over(stream, &settings, take).await;
        });
    }
    connections.shutdown().await;
}

async fn refuse(mut stream: TcpStream, is_allowed: bool) {
    let answer: &[u8] =
        if is_allowed { b"421 4.3.2 too many connections\r\n" } else { b"554 5.7.1 not from here\r\n" };
    // Who is refused need not hear it.
    let _said = timeout(Duration::from_secs(5), stream.write_all(answer)).await;
}

async fn converse_over<F, T>(stream: TcpStream, settings: &LmtpSettings, take: F) -> std::io::Result<()>
where
    F: Fn(Vec<u8>) -> T,
    T: Future<Output = Verdict>,
{
    let mut stream = BufReader::with_capacity(READ_AT_ONCE, stream);
    let mut dialogue = Dialogue::new(&settings.hello, &settings.addresses);
    let mut answer = dialogue.greeting().into_bytes();
    let mut bytes = vec![0; READ_AT_ONCE];
    loop {
        if !answer.is_empty() {
            timeout(LMTP_SILENCE, stream.write_all(&answer)).await??;
            timeout(LMTP_SILENCE, stream.flush()).await??;
            answer.clear();
        }
        let count = timeout(LMTP_SILENCE, stream.read(&mut bytes)).await??;
        if count == 0 {
            return Ok(());
        }
        let mut rest = bytes.get(..count).unwrap_or_default();
        loop {
            match dialogue.read(&mut rest) {
                Step::More => break,
                Step::Say(text) => answer.extend_from_slice(text.as_bytes()),
                Step::Take(mail) => {
                    let verdict = take(mail).await;
                    answer.extend_from_slice(dialogue.taken(&verdict).as_bytes());
                }
                Step::End(text) => {
                    answer.extend_from_slice(text.as_bytes());
                    timeout(LMTP_SILENCE, stream.write_all(&answer)).await??;
                    return stream.shutdown().await;
                }
            }
        }
    }
}
