//! Mails that come in: answers of calendars, and reports on mails that did not arrive.
//!
//! Two ways, one handler: a mailbox that is read by IMAP, by one scheduler at a time, or LMTP, by which the mail server hands mails
//! to any of them. What a mail does, that it was read, and how far the mailbox is read are one transaction, so that each mail
//! counts once whenever a process ends.

mod answers;
mod mailbox;
mod reports;
mod settle;

use std::sync::Arc;

use convoke_mailer::incoming::{
    self,
    imap::{Imap, ImapProtocol, ImapSettings},
    lmtp::{self, LmtpListener, LmtpSettings, Verdict},
};
use convoke_mailer::{Auth, SettingsFault, Timeouts, Trust};
use convoke_runtime::{
    Shutdown,
    settings::{
        replies::{Replies, Way},
        scheduler::Email,
    },
};
use convoke_store::{DbFault, mail_in::Cursor};
use convoke_trust::Bundle;

use crate::state::Shared;
use settle::{Ours, settle};

/// How long a mail that came in is remembered: a mailbox whose numbering changes is read again from its beginning, and what is
/// older is over.
pub(crate) const RECEIVED_HOLD_MS: i64 = 90 * 24 * 3_600 * 1_000;

/// Characters of a sender's address in the log; an address that mail can be sent to has no more.
const MAX_LOGGED_CHARS: usize = 254;

/// The way by which mails come in, ready to be used.
#[derive(Debug)]
pub(crate) enum Intake {
    /// A mailbox.
    Mailbox(Imap),
    /// A listener that the mail server connects to.
    Listener(LmtpListener, LmtpSettings),
}

/// Mails can't come in as it is set.
#[derive(Debug, thiserror::Error)]
pub enum IntakeFault {
    /// The mailbox can't be read as it is set.
    #[error(transparent)]
    Settings(#[from] SettingsFault),
    /// The address can't be listened on.
    #[error("{0} can't be listened on: {1}")]
    Bind(std::net::SocketAddr, std::io::Error),
}

impl Intake {
    /// The way of these settings; a listener is bound, a mailbox is not opened yet.
    pub(crate) async fn open(replies: &Replies, email: Option<&Email>) -> Result<Self, IntakeFault> {
        match &replies.way {
            Way::Imap(imap) => {
                let settings = ImapSettings {
                    host: imap.host.clone(),
                    port: imap.port,
                    protocol: if imap.imaps { ImapProtocol::Imaps } else { ImapProtocol::StartTls },
                    auth: Auth { username: imap.username.clone(), password: imap.password.clone() },
                    folder: imap.folder.clone(),
                    trust: imap.trust.as_ref().map_or(Trust::System, certificates),
                    timeouts: Timeouts::default(),
                };
                Ok(Self::Mailbox(Imap::new(settings)?))
            }
            Way::Lmtp(lmtp) => {
                let address = lmtp.listen.address;
                let listener =
                    LmtpListener::bind(address).await.map_err(|fault| IntakeFault::Bind(address, fault))?;
                // Reports on mails of meetings that were made before come to the address that those come from.
                let from = email.map(|email| email.from.to_lowercase());
                let settings = LmtpSettings {
                    hello: email.map_or("localhost", |email| email.hello.as_str()).to_owned(),
                    addresses: std::iter::once(replies.address.key()).chain(from).collect(),
                    allow: lmtp.allow.clone(),
                };
                Ok(Self::Listener(listener, settings))
            }
        }
    }
}

/// Whom to believe by a bundle.
pub(crate) fn certificates(bundle: &Bundle) -> Trust {
    Trust::Certificates(bundle.certificates().iter().map(|c| c.der().clone()).collect())
}

/// Takes mails in until the stop.
pub(crate) async fn run(state: Shared, intake: Intake, shutdown: Shutdown) {
    match intake {
        Intake::Mailbox(imap) => mailbox::run(state, &imap, shutdown).await,
        Intake::Listener(listener, settings) => {
            tracing::info!(target: "EmailService", "takes answers by LMTP on {}", listener.address());
            let take = move |mail: Vec<u8>| handed_over(state.clone(), mail);
            lmtp::serve(listener, settings, take, async move { shutdown.asked().await }).await;
        }
    }
}

async fn handed_over(state: Shared, mail: Vec<u8>) -> Verdict {
    match take(&state, &mail, None).await {
        Ok(()) => Verdict::Done,
        Err(fault) => {
            tracing::warn!(target: "EmailService", "a mail is to come again: {fault}");
            Verdict::Later
        }
    }
}

/// Does what a mail asks for, once; with it the cursor of its mailbox moves.
async fn take(state: &Shared, mail: &[u8], place: Option<(String, Cursor)>) -> Result<(), DbFault> {
    let Some(replies) = &state.settings.replies else { return Ok(()) };
    let received = Arc::new(incoming::read(mail, replies.authserv_id.as_deref()));
    let ours = Ours {
        domain: state.mailer.as_ref().map(|mailer| mailer.from_address().domain().to_owned()),
        needs_proof: replies.authserv_id.is_some(),
    };
    let now = state.now_ms();
    let read = received.clone();
    let settled = state
        .store
        .write_rows(move |tx| {
            let settled = settle(tx, &read, &ours, now)?;
            if let Some((mailbox, cursor)) = &place {
                convoke_store::mail_in::move_cursor(tx, mailbox, *cursor, now)?;
            }
            Ok::<_, DbFault>(settled)
        })
        .await?;
    state.metrics.count_received(settled.outcome);
    let from = received.as_ref().as_ref().ok().and_then(|mail| mail.sender.from.first());
    let sender: String = from.map(|from| from.chars().take(MAX_LOGGED_CHARS).collect()).unwrap_or_default();
    tracing::info!(target: "EmailService", "a mail from <{sender}>: {}", settled.outcome);
    // Its answer or its refusal may have asked for a mail.
    state.mails.notify_one();
    Ok(())
}
