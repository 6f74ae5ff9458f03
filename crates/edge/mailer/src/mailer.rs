//! Mails handed to the server, over connections that are kept for the next mail.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_model::EmailAddress;
use rustls::ClientConfig;

use crate::{Line, MailerSettings, SendFault, SettingsFault, Timeouts, pace::Pace, session::Session};

/// How long an unused connection is kept; servers end them after minutes (Postfix: 300 s).
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);

/// From where to where one mail goes (RFC 5321), whatever its headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports of failure go.
    pub from: EmailAddress,
    /// The one recipient.
    pub to: EmailAddress,
    /// What reports name the mail by (RFC 3461 4.4), where the server passes it on: letters, digits and `-` only.
    pub id: Option<String>,
}

/// The server has taken the mail over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    /// What it said, usually with the number of the mail in its queue.
    pub reply: String,
}

/// A mail server to send to. Cheap to share by reference; several mails may be sent at once.
pub struct Mailer {
    settings: MailerSettings,
    tls: Arc<ClientConfig>,
    idle: Mutex<Vec<Session>>,
    pace: Mutex<Pace>,
}

impl std::fmt::Debug for Mailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mailer").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Mailer {
    /// A mailer for a server; nothing is connected yet.
    pub fn new(settings: MailerSettings) -> Result<Self, SettingsFault> {
        settings.check()?;
        let tls = settings.trust.client_config()?;
        let pace = Mutex::new(Pace::new(settings.connections));
        Ok(Self { settings, tls, idle: Mutex::new(Vec::new()), pace })
    }

    /// The address that mails come from.
    pub fn from_address(&self) -> &EmailAddress {
        &self.settings.from
    }

    /// Whether mails may come from this person's own address.
    pub fn speaks_for(&self, person: &EmailAddress) -> bool {
        self.settings.person_domains.iter().any(|domain| domain == person.domain())
    }

    /// Mails one after the other over one connection.
    pub fn line(&self) -> Line<'_> {
        Line::new(self)
    }

    /// How many lines there may be, as the settings say.
    pub fn most_connections(&self) -> usize {
        self.settings.connections
    }

    /// How many lines may be in use now: as many as the settings say, fewer for a while after the server refused one.
    pub fn connections(&self) -> usize {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner).at(Instant::now())
    }

    /// Hands one mail over; see [`Line::send`].
    pub async fn send(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        self.line().send(envelope, mail, None, may_go_on).await
    }

    /// Ends the connections that are kept.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for session in idle {
            session.quit().await;
        }
    }

    pub(crate) fn timeouts(&self) -> Timeouts {
        self.settings.timeouts
    }

    pub(crate) fn mails_a_connection(&self) -> u32 {
        self.settings.mails_a_connection
    }

    /// A new connection; a refusal of one is remembered.
    pub(crate) async fn opened(&self) -> Result<Session, SendFault> {
        let opened = Session::open(&self.settings, &self.tls).await;
        if matches!(opened, Err(SendFault::NoConnection { .. })) {
            self.pace.lock().unwrap_or_else(PoisonError::into_inner).refused(Instant::now());
        }
        opened
    }

    /// A connection that is open and not in use.
    pub(crate) fn kept(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| session.used_at.elapsed() < MAX_IDLE_TIME);
        idle.pop()
    }

    /// Keeps a connection for the next mail.
    pub(crate) fn keep(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < self.settings.connections {
            idle.push(session);
        }
    }
}
