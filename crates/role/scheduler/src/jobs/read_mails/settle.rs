//! What a mail does, within the transaction that notes that it was read.

use convoke_mailer::incoming::{Content, MailFault, Received};
use convoke_model::MeetingId;
use convoke_store::{DbFault, Tx, mail_in};

use super::{answers, reports};

/// What is known of the service that mails come in to.
#[derive(Debug, Clone)]
pub(super) struct Ours {
    /// The domain of our Message-IDs.
    pub(super) domain: Option<String>,
    /// Whether the mail server has to vouch for senders.
    pub(super) needs_proof: bool,
}

/// What became of a mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Settled {
    /// A stable word.
    pub(super) outcome: &'static str,
}

/// Of which meeting a mail was, and what became of it.
pub(super) type Done = (&'static str, Option<MeetingId>);

/// Does what a mail asks for, unless it did so before.
pub(super) fn settle(
    tx: &mut Tx<'_>,
    read: &Result<Received, MailFault>,
    ours: &Ours,
    now_ms: i64,
) -> Result<Settled, DbFault> {
    let outcome = match read {
        Err(_) => "notRead",
        Ok(received) if received.content == Content::Nothing => "nothing",
        Ok(received) if !mail_in::begin(tx, &received.digest, now_ms)? => "again",
        Ok(received) => {
            let (outcome, meeting) = match &received.content {
                Content::Calendar { text, method } => {
                    answers::answered(tx, received, (text, method.as_deref()), ours, now_ms)?
                }
                Content::Report(report) => reports::reported(tx, report, ours, now_ms)?,
                Content::Unreadable => answers::unreadable(tx, received, ours, now_ms)?,
                Content::Nothing => ("nothing", None),
            };
            mail_in::finish(tx, &received.digest, outcome, meeting)?;
            outcome
        }
    };
    Ok(Settled { outcome })
}
