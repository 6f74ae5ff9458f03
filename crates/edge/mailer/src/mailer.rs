//! Mails handed to the server, over connections that are kept for the next mail.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use convoke_model::EmailAddress;
use rustls::ClientConfig;

use crate::{MailerSettings, SendFault, SettingsFault, session::Session};

/// How many unused connections are kept.
const MAX_IDLE_CONNECTIONS: usize = 4;
/// How long an unused connection is kept; servers end them after minutes (Postfix: 300 s).
const MAX_IDLE_TIME: Duration = Duration::from_secs(30);
/// How many mails go over one connection; some servers end it after 100.
const MAX_MAILS_A_CONNECTION: u32 = 50;

/// From where to where one mail goes (RFC 5321), whatever its headers say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports of failure go.
    pub from: EmailAddress,
    /// The one recipient.
    pub to: EmailAddress,
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
        let tls = settings.client_config()?;
        Ok(Self { settings, tls, idle: Mutex::new(Vec::new()) })
    }

    /// The address that mails come from.
    pub fn from_address(&self) -> &EmailAddress {
        &self.settings.from
    }

    /// Hands one mail over.
    ///
    /// After [`SendFault::Timeout`] or [`SendFault::Unreachable`] the server may nevertheless have taken it; the same
    /// bytes sent again carry the same Message-ID, by which receivers know it.
    ///
    /// `may_go_on` is asked right before the mail's bytes go out, after all waits that come before: a sender that has lost
    /// the mail to another one answers `false`, and the server gets nothing.
    pub async fn send(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        let all = self.settings.timeouts.session;
        let sent = tokio::time::timeout(all, self.send_unlimited(envelope, mail, may_go_on)).await;
        sent.unwrap_or(Err(SendFault::Timeout { step: "the whole session" }))
    }

    /// Ends the connections that are kept.
    pub async fn close(&self) {
        let idle = std::mem::take(&mut *self.idle.lock().unwrap_or_else(PoisonError::into_inner));
        for session in idle {
            session.quit().await;
        }
    }

    async fn send_unlimited(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        let mut session = self.begun(envelope).await?;
        match session.finish(envelope, mail, may_go_on).await {
            Ok(accepted) => {
                self.keep(session).await;
                Ok(accepted)
            }
            Err(fault) => {
                if !fault.ends_connection() && session.reset().await {
                    self.keep(session).await;
                }
                Err(fault)
            }
        }
    }

    /// A connection that has taken MAIL FROM: a kept one if it still lives, else a new one.
    async fn begun(&self, envelope: &Envelope) -> Result<Session, SendFault> {
        while let Some(mut session) = self.kept() {
            match session.begin(envelope).await {
                Ok(()) => return Ok(session),
                Err(fault) if fault.ends_connection() => {}
                Err(fault) => {
                    if session.reset().await {
                        self.keep(session).await;
                    }
                    return Err(fault);
                }
            }
        }
        let mut session = Session::open(&self.settings, &self.tls).await?;
        session.begin(envelope).await?;
        Ok(session)
    }

    fn kept(&self) -> Option<Session> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|session| session.used_at.elapsed() < MAX_IDLE_TIME);
        idle.pop()
    }

    async fn keep(&self, mut session: Session) {
        session.rest();
        let surplus = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if session.mails < MAX_MAILS_A_CONNECTION && idle.len() < MAX_IDLE_CONNECTIONS {
                idle.push(session);
                None
            } else {
                Some(session)
            }
        };
        if let Some(session) = surplus {
            session.quit().await;
        }
    }
}
