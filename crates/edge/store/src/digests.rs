//! Mails that gather what happens for a while: rows of the outbox that wait for their time.

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Tx, outbox, outbox::MailRow};

/// A digest that waits to be sent: the one that what happens now still belongs into, or when the next one may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Digest {
    /// This one waits, and nobody has begun to send it.
    Waits(Uuid),
    /// The last one went, or goes, at this time (milliseconds since 1970).
    Last(i64),
    /// There was none.
    First,
}

/// The newest mail of this kind to somebody about a meeting, which stays as it is until the end of the transaction.
pub fn newest(tx: &mut Tx<'_>, meeting: MeetingId, recipient: &str, kind: &str) -> Result<Digest, DbFault> {
    let sql = format!(
        "SELECT id, next_at, state, attempts, claim FROM outbox WHERE meeting = $1 AND recipient = $2 AND kind = $3
         ORDER BY id DESC LIMIT 1{}",
        tx.for_update()
    );
    let values = [meeting.to_string().into(), recipient.to_lowercase().into(), kind.into()];
    let Some(row) = tx.query_one(&sql, &values)? else { return Ok(Digest::First) };
    let is_untouched = row.text(2)? == "queued" && row.integer(3)? == 0 && row.optional_text(4)?.is_none();
    if is_untouched { Ok(Digest::Waits(row.id(0)?)) } else { row.integer(1).map(Digest::Last) }
}

/// Queues a mail that is to be sent at `due_at` (milliseconds since 1970) and not before.
pub fn queue(tx: &mut Tx<'_>, mail: &MailRow, due_at: i64) -> Result<(), DbFault> {
    outbox::insert(tx, std::slice::from_ref(mail))?;
    tx.send("UPDATE outbox SET next_at = $1 WHERE id = $2", &[due_at.into(), mail.id.to_string().into()])
}
