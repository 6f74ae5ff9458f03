//! What can become of a mail that was not accepted, told so that a person can act on it.

use mail_send::Error;
use rustls::CertificateError;
use smtp_proto::Response;

/// Longest text of a server that is passed on, in characters.
const MAX_REPLY_CHARS: usize = 300;

/// Why a mail was not accepted. Only [`SendFault::Permanent`] speaks of the mail itself; all others may pass.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendFault {
    /// The server refuses for now.
    #[error("the mail server refused for now: {code} {text}")]
    Temporary {
        /// 400 to 499.
        code: u16,
        /// What the server said, on one line.
        text: String,
    },
    /// The server refuses this mail for good.
    #[error("the mail server refused: {code} {text}")]
    Permanent {
        /// 500 to 599.
        code: u16,
        /// What the server said, on one line.
        text: String,
    },
    /// There is no server, or none that speaks SMTP, or the connection broke.
    #[error("the mail server can't be reached: {text}")]
    Unreachable {
        /// What happened.
        text: String,
    },
    /// The server takes no further connection now (RFC 5321 3.8: 421), whatever the mail: those that are open may go on.
    #[error("the mail server takes no more connections for now: {text}")]
    NoConnection {
        /// What the server said, on one line.
        text: String,
    },
    /// No encrypted connection came about.
    #[error("no encrypted connection to the mail server: {text}")]
    Tls {
        /// What is wrong, with the certificate for instance.
        text: String,
    },
    /// The server wants another sign-in, or a sign-in at all.
    #[error("the mail server refused the sign-in: {text}")]
    AuthRefused {
        /// What the server said, on one line.
        text: String,
    },
    /// Whoever sends it took it back before it was handed over; the server has not got it.
    #[error("the mail was taken back before it was handed over")]
    GivenUp,
    /// The server did not answer in time.
    #[error("the mail server did not answer in time ({step})")]
    Timeout {
        /// What was waited for.
        step: &'static str,
    },
}

impl SendFault {
    /// Whether trying again later can help.
    pub fn may_pass(&self) -> bool {
        !matches!(self, Self::Permanent { .. })
    }

    /// Whether the connection itself is gone or unusable, whatever the mail.
    pub(crate) fn ends_connection(&self) -> bool {
        match self {
            Self::Temporary { code, .. } => *code == 421,
            Self::Permanent { .. } | Self::AuthRefused { .. } => false,
            Self::Unreachable { .. }
            | Self::NoConnection { .. }
            | Self::Tls { .. }
            | Self::GivenUp
            | Self::Timeout { .. } => true,
        }
    }

    /// A refusal, by its code.
    pub(crate) fn refused(reply: &Response<String>) -> Self {
        let (code, text) = (reply.code, reply_text(reply));
        match code {
            530 | 534 | 535 | 538 => Self::AuthRefused { text: format!("{code} {text}") },
            400..=499 => Self::Temporary { code, text },
            500..=599 => Self::Permanent { code, text },
            _ => Self::Unreachable { text: format!("an answer that is not SMTP: {code} {text}") },
        }
    }

    pub(crate) fn from_error(error: Error, step: &'static str, host: &str) -> Self {
        match error {
            Error::UnexpectedReply(reply) => Self::refused(&reply),
            Error::AuthenticationFailed(reply) if (400..500).contains(&reply.code) => Self::refused(&reply),
            Error::AuthenticationFailed(reply) => {
                Self::AuthRefused { text: format!("{} {}", reply.code, reply_text(&reply)) }
            }
            Error::UnsupportedAuthMechanism
            | Error::MissingCredentials
            | Error::Auth(_)
            | Error::Base64(_) => {
                Self::AuthRefused { text: "it offers no sign-in by PLAIN or LOGIN".to_owned() }
            }
            Error::Timeout => Self::Timeout { step },
            Error::Tls(error) => Self::Tls { text: tls_text(&error, host) },
            Error::MissingStartTls => Self::Tls { text: "it does not offer STARTTLS".to_owned() },
            Error::InvalidTLSName => Self::Tls { text: format!("{host:?} is no name for a certificate") },
            Error::UnparseableReply => {
                Self::Unreachable { text: format!("the connection ended or the answer is not SMTP ({step})") }
            }
            Error::Io(error) => Self::Unreachable { text: format!("{error} ({step})") },
            other => Self::Unreachable { text: format!("{other} ({step})") },
        }
    }
}

/// The enhanced code and the text of an answer, on one line.
pub(crate) fn reply_text(reply: &Response<String>) -> String {
    let words: Vec<&str> = reply.message.split(|c: char| c.is_whitespace() || c.is_control()).collect();
    let text: String = words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let text: String = text.chars().take(MAX_REPLY_CHARS).collect();
    match reply.esc {
        [0, _, _] => text,
        [class, subject, detail] => format!("{class}.{subject}.{detail} {text}"),
    }
}

/// A TLS fault in words that name the remedy.
fn tls_text(error: &rustls::Error, host: &str) -> String {
    use CertificateError as Bad;
    let rustls::Error::InvalidCertificate(bad) = error else {
        return match error {
            rustls::Error::InvalidMessage(_) => "what answers there does not speak TLS".to_owned(),
            other => other.to_string(),
        };
    };
    match bad {
        Bad::UnknownIssuer => {
            "its certificate comes from an issuer that is not in the trust bundle".to_owned()
        }
        Bad::NotValidForName => format!("its certificate is not for the name {host}"),
        Bad::NotValidForNameContext { presented, .. } => {
            format!("its certificate is not for the name {host}, but for {}", presented.join(", "))
        }
        Bad::Expired | Bad::ExpiredContext { .. } => "its certificate has expired".to_owned(),
        Bad::NotValidYet | Bad::NotValidYetContext { .. } => "its certificate is not valid yet".to_owned(),
        Bad::BadSignature => {
            "its certificate is not signed with the key of the issuer of that name in the trust bundle"
                .to_owned()
        }
        Bad::Revoked => "its certificate is revoked".to_owned(),
        other => format!("its certificate can't be used: {other}"),
    }
}
