//! Why a link is down, in words that name the fault. Apart because the log, the status and the tests all speak them.

use std::{fmt, io};

use convoke_trust::PeerFault;
use tokio_tungstenite::tungstenite;

use crate::alert::alert_words;

/// The two kinds of failure that the Call Bridge's API tells apart (`/webBridges/{id}/status`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// `dnsFailure`: the host name was not found.
    Dns,
    /// `connectionFailure`: anything else.
    Connection,
}

/// Why a link is not up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DownReason {
    /// The host name was not found.
    HostNotFound {
        /// The name.
        host: String,
    },
    /// Nobody listens there.
    ConnectionRefused,
    /// A step took too long.
    TimedOut {
        /// The step.
        step: &'static str,
    },
    /// The network says that it can't be reached.
    Unreachable {
        /// The system's words.
        words: String,
    },
    /// The peer's certificate is not trusted.
    PeerNotTrusted(PeerFault),
    /// The peer refused our own certificate.
    OwnCertificateRefused {
        /// The peer's TLS alert, in words.
        alert: String,
    },
    /// TLS failed for another reason.
    Tls {
        /// The reason.
        words: String,
    },
    /// The peer did not upgrade to a link.
    NotUpgraded {
        /// What it did instead.
        words: String,
    },
    /// There are as many links as there may be.
    TooManyLinks,
    /// The peer did not name its GUID.
    NoHello,
    /// Nothing came from the peer for longer than a living one can be silent.
    NoHeartbeat,
    /// The peer closed the link in order.
    ClosedByPeer,
    /// The link broke.
    Broken {
        /// The system's words.
        words: String,
    },
    /// The web bridge is no longer wanted.
    Removed,
    /// This process stops.
    Stopping,
}

impl DownReason {
    /// Which failure the Call Bridge's API shows for it; `None` when the link ended as it should.
    pub fn failure(&self) -> Option<Failure> {
        match self {
            Self::HostNotFound { .. } => Some(Failure::Dns),
            Self::Removed | Self::Stopping => None,
            _ => Some(Failure::Connection),
        }
    }

    /// The reason in a TCP connection's error.
    pub(crate) fn connecting(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => Self::ConnectionRefused,
            io::ErrorKind::TimedOut => Self::TimedOut { step: "connecting" },
            _ => Self::Unreachable { words: error.to_string() },
        }
    }

    /// The reason in an error of TLS, or of reading and writing through it.
    pub(crate) fn secured(error: &io::Error) -> Self {
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::AlertReceived(alert)) => match alert_words(*alert) {
                Some(words) => Self::OwnCertificateRefused { alert: words.into() },
                None => Self::Tls { words: format!("the peer sent the TLS alert {alert:?}") },
            },
            Some(other) => Self::Tls { words: other.to_string() },
            None if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::Broken { words: "the peer closed the connection".into() }
            }
            None => Self::Broken { words: error.to_string() },
        }
    }

    /// The reason in an error of the WebSocket upgrade.
    pub(crate) fn upgrading(error: &tungstenite::Error) -> Self {
        match error {
            tungstenite::Error::Io(error) => Self::secured(error),
            tungstenite::Error::Http(response) => {
                Self::NotUpgraded { words: format!("it answered {}", response.status()) }
            }
            other => Self::NotUpgraded { words: other.to_string() },
        }
    }
}

impl fmt::Display for DownReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::HostNotFound { host } => write!(f, "host name not found: {host}"),
            Self::ConnectionRefused => f.write_str("connection refused"),
            Self::TimedOut { step } => write!(f, "timed out while {step}"),
            Self::Unreachable { words } => write!(f, "not reachable: {words}"),
            Self::PeerNotTrusted(fault) => fault.fmt(f),
            Self::OwnCertificateRefused { alert } => {
                write!(f, "own certificate refused by the peer: {alert}")
            }
            Self::Tls { words } => write!(f, "TLS failed: {words}"),
            Self::NotUpgraded { words } => write!(f, "the peer is no C2W listener: {words}"),
            Self::TooManyLinks => f.write_str("there are as many links as there may be"),
            Self::NoHello => f.write_str("the peer did not name its GUID"),
            Self::NoHeartbeat => f.write_str("no heartbeat"),
            Self::ClosedByPeer => f.write_str("closed by the peer"),
            Self::Broken { words } => write!(f, "connection lost: {words}"),
            Self::Removed => f.write_str("removed"),
            Self::Stopping => f.write_str("stopping"),
        }
    }
}
