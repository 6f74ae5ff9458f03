//! How to reach the mail server, checked once.

use std::{fmt, sync::Arc, time::Duration};

use convoke_model::EmailAddress;
use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, ServerName},
};
use secrecy::SecretString;

/// SMTP in the clear or with STARTTLS, or TLS from the first byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// RFC 5321; usually port 25 or 587.
    Smtp,
    /// TLS at once (RFC 8314); usually port 465.
    Smtps,
}

/// A sign-in at the mail server.
#[derive(Debug, Clone)]
pub struct Auth {
    /// The name.
    pub username: String,
    /// The password.
    pub password: SecretString,
}

/// Whose certificates are believed.
#[derive(Clone)]
pub enum Trust {
    /// The CAs of the operating system.
    System,
    /// Only these: certificates of CAs, or a self-signed one of the server itself.
    Certificates(Vec<CertificateDer<'static>>),
    /// What the caller has made up.
    Config(Arc<ClientConfig>),
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::Certificates(certificates) => write!(f, "Certificates({})", certificates.len()),
            Self::Config(_) => f.write_str("Config"),
        }
    }
}

/// How long to wait at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// For a TCP connection, name lookup included.
    pub connect: Duration,
    /// For each answer, and for a TLS handshake.
    pub step: Duration,
    /// For the mail itself to be taken over (RFC 5321 4.5.3.2.6 wants patience here).
    pub data: Duration,
    /// For all of it together.
    pub session: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self { connect: seconds(10), step: seconds(30), data: seconds(120), session: seconds(180) }
    }
}

/// All that a mailer needs to know.
#[derive(Debug, Clone)]
pub struct MailerSettings {
    /// Host name or IP address of the server; the name that its certificate has to have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The protocol.
    pub protocol: Protocol,
    /// Whether SMTP has to change to TLS; then nothing goes out when the server can't. Must be `false` for SMTPS.
    pub starttls: bool,
    /// The sign-in, where there is one.
    pub auth: Option<Auth>,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// The name that this host says in EHLO.
    pub hello: String,
    /// The service's own address: the sender of every mail.
    pub from: EmailAddress,
    /// Domains whose people mails may come from by their own address, because this host may send for them (SPF, DKIM); all
    /// others' come from the service's address. In lower case.
    pub person_domains: Vec<String>,
    /// How many connections there are at most at the same time, from 1 on.
    pub connections: usize,
    /// How many mails go over one connection before it is ended; some servers refuse further ones.
    pub mails_a_connection: u32,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// Why settings can't work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsFault {
    /// A password would go over the network in the clear.
    #[error("a sign-in needs an encrypted connection; set starttls, or smtps as the protocol")]
    PasswordInClear,
    /// SMTPS has nothing to start.
    #[error("smtps is encrypted from the first byte; leave starttls off")]
    StartTlsWithSmtps,
    /// The host is neither a name nor an address.
    #[error("{0:?} is neither a host name nor an IP address")]
    BadHost(String),
    /// The name for EHLO can't stand in a command.
    #[error("{0:?} can't be said in EHLO; expected a host name")]
    BadHello(String),
    /// The certificates can't be used.
    #[error("the trust bundle of the mail server can't be used: {0}")]
    BadTrust(String),
}

impl MailerSettings {
    pub(crate) fn is_encrypted(&self) -> bool {
        self.starttls || self.protocol == Protocol::Smtps
    }

    pub(crate) fn check(&self) -> Result<ServerName<'static>, SettingsFault> {
        if self.auth.is_some() && !self.is_encrypted() {
            return Err(SettingsFault::PasswordInClear);
        }
        if self.starttls && self.protocol == Protocol::Smtps {
            return Err(SettingsFault::StartTlsWithSmtps);
        }
        if self.hello.is_empty() || !self.hello.chars().all(|c| c.is_ascii_graphic()) {
            return Err(SettingsFault::BadHello(self.hello.clone()));
        }
        ServerName::try_from(self.host.clone()).map_err(|_| SettingsFault::BadHost(self.host.clone()))
    }
}

impl Trust {
    /// How TLS is spoken with whom this believes.
    pub(crate) fn client_config(&self) -> Result<Arc<ClientConfig>, SettingsFault> {
        let bad = |text: String| SettingsFault::BadTrust(text);
        match self {
            Trust::Config(config) => Ok(config.clone()),
            Trust::System => mail_send::smtp::tls::build_tls_connector(false)
                .map(|connector| connector.config().clone())
                .map_err(bad),
            Trust::Certificates(certificates) => {
                let mut roots = RootCertStore::empty();
                for certificate in certificates {
                    roots.add(certificate.clone()).map_err(|error| bad(error.to_string()))?;
                }
                let provider = Arc::new(aws_lc_rs::default_provider());
                let config = ClientConfig::builder_with_provider(provider)
                    .with_safe_default_protocol_versions()
                    .map_err(|error| bad(error.to_string()))?;
                Ok(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
            }
        }
    }
}
