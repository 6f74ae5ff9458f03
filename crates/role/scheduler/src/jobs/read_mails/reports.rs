//! A report on mails that did not arrive.

use std::collections::BTreeSet;

use convoke_mailer::incoming::{Outcome, Report};
use convoke_model::{Uuid, id::parse_guid};
use convoke_store::{DbFault, Tx, outbox};

use super::settle::{Done, Ours};

/// Notes what a report says of mails of ours. It is believed only for mails that went to the address that it names.
pub(super) fn reported(tx: &mut Tx<'_>, report: &Report, ours: &Ours, now_ms: i64) -> Result<Done, DbFault> {
    let by_envelope = report.envelope_id.as_deref().and_then(|id| parse_guid(id).ok());
    let by_name = report.message_ids.iter().filter_map(|id| mail_named(id, ours));
    let mails: BTreeSet<Uuid> = by_envelope.into_iter().chain(by_name).collect();
    for mail in mails {
        for one in &report.recipients {
            let (outcome, meeting) = match one.outcome {
                Outcome::Failed => {
                    ("bounced", outbox::bounced(tx, mail, &one.recipient, &one.detail, now_ms)?)
                }
                Outcome::Delayed => ("delayed", outbox::delayed(tx, mail, &one.recipient, &one.detail)?),
            };
            if meeting.is_some() {
                return Ok((outcome, meeting));
            }
        }
    }
    Ok(("unknownMail", None))
}

/// The mail of ours with this Message-ID.
pub(super) fn mail_named(message_id: &str, ours: &Ours) -> Option<Uuid> {
    let (id, domain) = message_id.rsplit_once('@')?;
    let is_ours = ours.domain.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(domain));
    is_ours.then(|| parse_guid(id).ok()).flatten()
}
