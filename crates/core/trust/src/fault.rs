//! Why a peer is not trusted, in words that a person understands. Apart because logs, status and tests all speak them.

use std::fmt;

use jiff::Timestamp;

/// Why a peer's certificate was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PeerFault {
    /// The peer presented no certificate.
    NoCertificate,
    /// The peer's certificate can't be read.
    Malformed,
    /// Neither the certificate nor a CA above it stands in the bundle.
    UnknownIssuer {
        /// Whose certificate it is.
        subject: String,
        /// Who issued it.
        issuer: String,
    },
    /// The name that was dialled is not in the certificate.
    NameNotInCertificate {
        /// The name that was dialled.
        wanted: String,
        /// The names that are there.
        present: Vec<String>,
    },
    /// A certificate of the chain is no longer valid.
    Expired {
        /// Whose certificate it is.
        subject: String,
        /// Its last instant.
        at: Timestamp,
    },
    /// A certificate of the chain is not valid yet.
    NotYetValid {
        /// Whose certificate it is.
        subject: String,
        /// Its first instant.
        from: Timestamp,
    },
    /// The extended key usage does not allow it to be a TLS server.
    NoServerUsage {
        /// Whose certificate it is.
        subject: String,
    },
    /// The extended key usage does not allow it to be a TLS client.
    NoClientUsage {
        /// Whose certificate it is.
        subject: String,
    },
    /// A signature of the chain is wrong, or of a kind that is not accepted.
    BadSignature {
        /// Whose certificate it is.
        subject: String,
    },
    /// A certificate of the chain breaks another rule (path length, name constraints, an unknown critical extension).
    Refused {
        /// Whose certificate it is.
        subject: String,
        /// The rule.
        rule: String,
    },
}

impl fmt::Display for PeerFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCertificate => f.write_str("no certificate: the peer presented none"),
            Self::Malformed => f.write_str("malformed certificate: the peer's certificate can't be read"),
            Self::UnknownIssuer { subject, issuer } => write!(
                f,
                "unknown issuer: the certificate of {subject} was issued by {issuer}, which the trust bundle does not hold"
            ),
            Self::NameNotInCertificate { wanted, present } if present.is_empty() => {
                write!(f, "name not in certificate: {wanted} was dialled, but the certificate names no host")
            }
            Self::NameNotInCertificate { wanted, present } => write!(
                f,
                "name not in certificate: {wanted} was dialled, but the certificate is for {}",
                present.join(", ")
            ),
            Self::Expired { subject, at } => {
                write!(f, "expired: the certificate of {subject} expired at {at}")
            }
            Self::NotYetValid { subject, from } => {
                write!(f, "not yet valid: the certificate of {subject} is valid from {from}")
            }
            Self::NoServerUsage { subject } => write!(
                f,
                "wrong usage: the certificate of {subject} is not for servers (extended key usage lacks serverAuth)"
            ),
            Self::NoClientUsage { subject } => write!(
                f,
                "wrong usage: the certificate of {subject} is not for clients (extended key usage lacks clientAuth)"
            ),
            Self::BadSignature { subject } => {
                write!(
                    f,
                    "bad signature: the chain of the certificate of {subject} holds a signature that does not verify"
                )
            }
            Self::Refused { subject, rule } => {
                write!(f, "refused: the certificate of {subject} breaks a rule: {rule}")
            }
        }
    }
}

impl std::error::Error for PeerFault {}
