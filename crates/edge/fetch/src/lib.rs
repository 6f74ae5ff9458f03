//! Requests to servers that people name: webhooks, texts of invitations.
//!
//! An edge crate (the outside system is whatever HTTP server a URL names). Who names a URL is not trusted with the network that
//! this host is in: the name is resolved here, the address is judged ([`Reach`]), and exactly that address is connected to, so
//! that a name which changes its mind leads nowhere else. No redirect is followed, all of it has one time limit, an answer is read
//! to a limit, and nothing of a URL but its server is ever said in a fault, since paths and queries may be secrets.

mod exchange;
mod reach;
mod signature;
mod target;
mod texts;

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use bytes::Bytes;
use convoke_trust::Bundle;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_platform_verifier::BuilderVerifierExt as _;

pub use reach::Reach;
pub use signature::{SIGNING_KEY_BYTES, SigningKey};
pub use target::{MAX_URL_CHARS, Target, TargetFault};
pub use texts::{FRESH, Text, Texts};

/// Longest time of a request: name, connection, handshake, question and answer together.
pub const TIMEOUT: Duration = Duration::from_secs(10);
/// Addresses of one name that are tried at most.
const MAX_ADDRESSES: usize = 4;
/// The head of an answer at most, in bytes.
const MAX_HEAD_BYTES: usize = 32 * 1024;

/// What is asked of a server.
#[derive(Debug)]
pub struct Question<'a> {
    /// How.
    pub method: Method,
    /// Of whom.
    pub target: &'a Target,
    /// Header fields beside `Host`, `User-Agent` and the body's length.
    pub fields: Vec<(HeaderName, HeaderValue)>,
    /// The body; empty where there is none.
    pub body: Bytes,
    /// How much of the answer's body is read at most, in bytes.
    pub read_at_most: usize,
    /// How long the body may take where the status is what counts; what fails then is no fault. `None` where it is wanted whole.
    pub body_within: Option<Duration>,
}

/// What a server answered.
#[derive(Debug)]
pub struct Answer {
    /// The status, whatever it is: a redirect is an answer like any other.
    pub status: u16,
    /// The header fields.
    pub fields: HeaderMap,
    /// The body, as far as it was read.
    pub body: Bytes,
    /// Whether that is all of it.
    pub is_whole: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchFault {
    /// The URL names a server by an address that is not to be asked.
    #[error("{0} leads to an address within this network, which is not allowed")]
    NotAllowed(String),
    /// The name is not known.
    #[error("{0} can't be found")]
    Unknown(String),
    /// Nobody answers there.
    #[error("{0} can't be reached: {1}")]
    Unreachable(String, String),
    /// TLS fails, in most cases for its certificate.
    #[error("TLS with {0} fails: {1}")]
    Tls(String, String),
    /// What it says is no HTTP.
    #[error("{0} does not answer as expected: {1}")]
    Answer(String, String),
    /// It took too long.
    #[error("{0} did not answer within {seconds} s", seconds = .1.as_secs_f32())]
    Timeout(String, Duration),
}

/// Asks servers.
#[derive(Clone)]
pub struct Fetcher {
    reach: Reach,
    trust: Option<Bundle>,
    timeout: Duration,
    tls: Arc<OnceLock<Result<Arc<ClientConfig>, String>>>,
}

impl std::fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fetcher").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl Fetcher {
    /// Asks whom it may reach, and believes certificates of `trust`; those that the system believes when unset.
    pub fn new(reach: Reach, trust: Option<Bundle>) -> Self {
        Self { reach, trust, timeout: TIMEOUT, tls: Arc::default() }
    }

    /// The same with another time limit than [`TIMEOUT`].
    #[must_use]
    pub fn within(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// Whether the URL itself says an address that is not asked; what a name leads to is found when it is asked.
    pub fn refuses(&self, target: &Target) -> bool {
        target.host.parse().is_ok_and(|address| !self.reach.allows(address))
    }

    /// Asks once, over a connection of its own.
    pub async fn ask(&self, question: Question<'_>) -> Result<Answer, FetchFault> {
        let server = question.target.server();
        let asked = tokio::time::timeout(self.timeout, exchange::ask(self, question)).await;
        asked.unwrap_or(Err(FetchFault::Timeout(server, self.timeout)))
    }

    /// Made when it is needed: a system without certificates sends webhooks to nobody, and does all else.
    fn tls(&self) -> Result<Arc<ClientConfig>, String> {
        self.tls.get_or_init(|| config(self.trust.as_ref())).clone()
    }
}

fn config(trust: Option<&Bundle>) -> Result<Arc<ClientConfig>, String> {
    let words = |fault: rustls::Error| fault.to_string();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(words)?;
    let Some(bundle) = trust else {
        return Ok(Arc::new(builder.with_platform_verifier().map_err(words)?.with_no_client_auth()));
    };
    let mut roots = RootCertStore::empty();
    for certificate in bundle.certificates() {
        roots.add(certificate.der().clone()).map_err(words)?;
    }
    Ok(Arc::new(builder.with_root_certificates(roots).with_no_client_auth()))
}
