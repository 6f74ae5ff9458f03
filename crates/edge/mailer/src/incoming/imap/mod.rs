//! IMAP in (RFC 9051, RFC 3501): a mailbox is read, and nothing in it is changed.
//!
//! Own rather than a library's: what is said is eight commands, and what the server answers has to be read within limits, so that
//! a mail of any size, or a server out of its mind, costs a connection and no memory.

mod reply;
mod wire;

use std::{sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls::{ClientConfig, pki_types::ServerName};
use secrecy::ExposeSecret;
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::MAX_MAIL_BYTES;
use crate::{Auth, SettingsFault, Timeouts, Trust};

use reply::Reply;
use wire::Wire;

pub use reply::reads;
pub use wire::{MAX_REPLY_BYTES, MAX_REPLY_LINES};

/// Mails of a mailbox that are looked at together; those after them come with the next look.
pub const MAX_LISTED_MAILS: usize = 250;
/// A connection waits for news so long at most, then says so again: RFC 2177 wants that within 29 minutes, NAT devices earlier.
const IDLE_FOR: Duration = Duration::from_secs(300);
/// How often a server that can't tell of news is asked.
const POLL_EVERY: Duration = Duration::from_secs(30);

/// How the connection is encrypted; there is no way without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImapProtocol {
    /// TLS at once; usually port 993.
    Imaps,
    /// STARTTLS; usually port 143.
    StartTls,
}

/// All that is needed to read a mailbox.
#[derive(Debug, Clone)]
pub struct ImapSettings {
    /// Host name or IP address of the server; the name that its certificate has to have.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is encrypted.
    pub protocol: ImapProtocol,
    /// The sign-in.
    pub auth: Auth,
    /// The folder, such as `INBOX`, as the server spells it.
    pub folder: String,
    /// Whose certificates are believed.
    pub trust: Trust,
    /// How long to wait.
    pub timeouts: Timeouts,
}

/// Why a mailbox can't be read at the moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImapFault {
    /// There is no connection, or it ended.
    #[error("the IMAP server can't be reached: {0}")]
    Unreachable(String),
    /// It was silent for too long.
    #[error("the IMAP server was silent for too long ({0})")]
    Timeout(&'static str),
    /// The connection can't be encrypted, or its certificate is not believed.
    #[error("TLS with the IMAP server failed: {0}")]
    Tls(String),
    /// It refuses the sign-in.
    #[error("the IMAP server refuses the sign-in: {0}")]
    SignIn(String),
    /// It refuses a command.
    #[error("the IMAP server refuses {0}: {1}")]
    Refused(&'static str, String),
    /// What it says is not IMAP, or more than is read.
    #[error("the answer of the IMAP server is not understood ({0})")]
    NotUnderstood(&'static str),
}

/// A mailbox that can be opened.
pub struct Imap {
    settings: ImapSettings,
    name: ServerName<'static>,
    tls: Arc<ClientConfig>,
}

impl std::fmt::Debug for Imap {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Imap").field("settings", &self.settings).finish_non_exhaustive()
    }
}

/// A mail of the mailbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// Its number, for good (UID).
    pub uid: u32,
    /// Its octets.
    pub size: u64,
}

/// An open mailbox.
#[derive(Debug)]
pub struct Mailbox {
    wire: Wire,
    can_idle: bool,
    uid_validity: u32,
    /// Whether the server told of new mails since they were listed.
    has_news: bool,
}

impl Imap {
    /// A mailbox of these settings; nothing is connected yet.
    pub fn new(settings: ImapSettings) -> Result<Self, SettingsFault> {
        let name = ServerName::try_from(settings.host.clone())
            .map_err(|_| SettingsFault::BadHost(settings.host.clone()))?;
        let tls = settings.trust.client_config()?;
        Ok(Self { settings, name, tls })
    }

    /// What tells this mailbox from others.
    pub fn mailbox_name(&self) -> String {
        let settings = &self.settings;
        format!("{}@{}:{}/{}", settings.auth.username, settings.host, settings.port, settings.folder)
    }

    /// Connects, signs in and opens the folder without the right to change it.
    pub async fn open(&self) -> Result<Mailbox, ImapFault> {
        let mut wire = self.connected().await?;
        let offered = self.sign_in(&mut wire).await?;
        let folder = quoted(&self.settings.folder)
            .ok_or_else(|| ImapFault::Refused("EXAMINE", "the folder's name is not ASCII".to_owned()))?;
        let mut uid_validity = None;
        wire.command("EXAMINE", &format!("EXAMINE {folder}"), &mut |reply| {
            uid_validity = uid_validity.or_else(|| reply.number_in_code("UIDVALIDITY"));
        })
        .await?;
        let uid_validity = uid_validity.ok_or(ImapFault::NotUnderstood("EXAMINE"))?;
        Ok(Mailbox { wire, can_idle: offered.contains("IDLE"), uid_validity, has_news: false })
    }

    async fn connected(&self) -> Result<Wire, ImapFault> {
        let settings = &self.settings;
        let connecting = TcpStream::connect((settings.host.as_str(), settings.port));
        let stream = tokio::time::timeout(settings.timeouts.connect, connecting)
            .await
            .map_err(|_| ImapFault::Timeout("connecting"))?
            .map_err(|error| {
                ImapFault::Unreachable(format!("{}:{}: {error}", settings.host, settings.port))
            })?;
        let step = settings.timeouts.step;
        match settings.protocol {
            ImapProtocol::Imaps => {
                let mut wire = Wire::new(Box::new(self.encrypted(stream).await?), step);
                wire.greeting().await?;
                Ok(wire)
            }
            ImapProtocol::StartTls => {
                let mut wire = Wire::new(Box::new(stream), step);
                wire.greeting().await?;
                wire.command("STARTTLS", "STARTTLS", &mut |_| {}).await.map_err(|fault| match fault {
                    ImapFault::Refused(_, text) => ImapFault::Tls(format!("it refuses STARTTLS: {text}")),
                    other => other,
                })?;
                // What came in the clear behind the answer is nobody's word.
                let plain = wire.into_plain().ok_or(ImapFault::NotUnderstood("STARTTLS"))?;
                Ok(Wire::new(Box::new(self.encrypted(plain).await?), step))
            }
        }
    }

    async fn encrypted<S>(&self, stream: S) -> Result<tokio_rustls::client::TlsStream<S>, ImapFault>
    where
        S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin,
    {
        let connector = TlsConnector::from(self.tls.clone());
        let shaking = connector.connect(self.name.clone(), stream);
        let shaken = tokio::time::timeout(self.settings.timeouts.step, shaking).await;
        shaken
            .map_err(|_| ImapFault::Timeout("TLS handshake"))?
            .map_err(|error| ImapFault::Tls(error.to_string()))
    }

    /// Signs in, and answers what the server offers then.
    async fn sign_in(&self, wire: &mut Wire) -> Result<String, ImapFault> {
        let auth = &self.settings.auth;
        let offered = wire.capabilities().await?;
        let done = if offered.split(' ').any(|word| word == "AUTH=PLAIN") {
            let secret = format!("\0{}\0{}", auth.username, auth.password.expose_secret());
            wire.challenged("AUTHENTICATE PLAIN", &STANDARD.encode(secret)).await
        } else {
            let words = quoted(&auth.username).zip(quoted(auth.password.expose_secret()));
            let (name, password) = words
                .ok_or_else(|| ImapFault::SignIn("it takes only ASCII in names and passwords".to_owned()))?;
            wire.command("the sign-in", &format!("LOGIN {name} {password}"), &mut |_| {}).await
        };
        done.map_err(|fault| match fault {
            ImapFault::Refused(_, text) => ImapFault::SignIn(text),
            other => other,
        })?;
        wire.capabilities().await
    }
}

impl Mailbox {
    /// The numbering of its mails; another one than before makes all numbers that are known void.
    pub fn uid_validity(&self) -> u32 {
        self.uid_validity
    }

    /// The first mails after this one, by number, at most [`MAX_LISTED_MAILS`].
    pub async fn list(&mut self, after: u32) -> Result<Vec<Listed>, ImapFault> {
        self.has_news = false;
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let mut found: Vec<Listed> = Vec::new();
        let mut has_news = false;
        let text = format!("UID FETCH {first}:* (UID RFC822.SIZE)");
        self.wire
            .command("the list of mails", &text, &mut |reply| {
                has_news |= reply.is_of_new_mail();
                let uid = reply.number("UID").and_then(|uid| u32::try_from(uid).ok());
                let listed = uid.zip(reply.number("RFC822.SIZE")).map(|(uid, size)| Listed { uid, size });
                // `*` is the last mail, also where its number lies before the first that is asked for.
                found.extend(listed.filter(|listed| listed.uid > after));
                if found.len() > 2 * MAX_LISTED_MAILS {
                    found.sort_unstable();
                    found.truncate(MAX_LISTED_MAILS);
                }
            })
            .await?;
        found.sort_unstable();
        found.dedup_by_key(|listed| listed.uid);
        found.truncate(MAX_LISTED_MAILS);
        self.has_news |= has_news || found.len() == MAX_LISTED_MAILS;
        Ok(found)
    }

    /// A mail's bytes; `None` when it is gone. Ask for no larger ones than [`MAX_MAIL_BYTES`].
    pub async fn fetch(&mut self, uid: u32) -> Result<Option<Vec<u8>>, ImapFault> {
        let mut bytes = None;
        let mut has_news = false;
        let text = format!("UID FETCH {uid} (UID BODY.PEEK[])");
        self.wire
            .command("a mail", &text, &mut |mut reply| {
                has_news |= reply.is_of_new_mail();
                if reply.number("UID") == Some(u64::from(uid)) {
                    bytes = bytes.take().or_else(|| reply.take_literal());
                }
            })
            .await?;
        self.has_news |= has_news;
        Ok(bytes.filter(|bytes: &Vec<u8>| bytes.len() <= MAX_MAIL_BYTES))
    }

    /// Waits until there may be something new, some minutes at most.
    pub async fn wait(&mut self) -> Result<(), ImapFault> {
        if std::mem::take(&mut self.has_news) {
            return Ok(());
        }
        if self.can_idle {
            return self.wire.idle(IDLE_FOR).await;
        }
        tokio::time::sleep(POLL_EVERY).await;
        self.wire.command("NOOP", "NOOP", &mut |_: Reply| {}).await
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        // Nothing waits for the answer: a connection that ends without is as good.
        let _ended = self.wire.command("LOGOUT", "LOGOUT", &mut |_| {}).await;
    }
}

/// A text as a quoted string (RFC 9051 4.3); `None` for one that can't be.
fn quoted(text: &str) -> Option<String> {
    let is_printable = text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    is_printable.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}
