//! Mails that came in: which were read already, and how far a mailbox is read.

use convoke_model::MeetingId;

use crate::{DbFault, Tx};

/// How far a mailbox is read (RFC 9051 2.3.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// Under which numbering.
    pub uid_validity: u32,
    /// The last mail that was read; 0 before the first.
    pub uid: u32,
}

/// Notes that a mail came in, before anything is done for it; `false` when it did before. Of two transactions that read the same
/// mail at the same time, the second waits for the first.
pub fn begin(tx: &mut Tx<'_>, digest: &str, now_ms: i64) -> Result<bool, DbFault> {
    let noted = tx.execute(
        "INSERT INTO mail_received (digest, outcome, received_at) VALUES ($1, '', $2) ON CONFLICT (digest) DO NOTHING",
        &[digest.into(), now_ms.into()],
    )?;
    Ok(noted == 1)
}

/// Notes what became of a mail.
pub fn finish(
    tx: &mut Tx<'_>,
    digest: &str,
    outcome: &str,
    meeting: Option<MeetingId>,
) -> Result<(), DbFault> {
    tx.send(
        "UPDATE mail_received SET outcome = $2, meeting = $3 WHERE digest = $1",
        &[digest.into(), outcome.into(), meeting.map(|meeting| meeting.to_string()).into()],
    )
}

/// What became of a mail, and the meeting that it was about; `None` when it never came.
pub fn outcome(tx: &mut Tx<'_>, digest: &str) -> Result<Option<(String, Option<String>)>, DbFault> {
    let row =
        tx.query_one("SELECT outcome, meeting FROM mail_received WHERE digest = $1", &[digest.into()])?;
    row.map(|row| Ok((row.text(0)?, row.optional_text(1)?))).transpose()
}

/// Forgets mails from before `before`, a bounded number at once; how many they were.
pub fn forget(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<u64, DbFault> {
    tx.execute(
        "DELETE FROM mail_received WHERE digest IN (SELECT digest FROM mail_received WHERE received_at < $1 LIMIT $2)",
        &[before.into(), most.into()],
    )
}

/// How far a mailbox is read.
pub fn cursor(tx: &mut Tx<'_>, mailbox: &str) -> Result<Option<Cursor>, DbFault> {
    let sql = "SELECT uid_validity, uid FROM mailbox_cursor WHERE name = $1";
    let row = tx.query_one(sql, &[mailbox.into()])?;
    let number =
        |number: i64| u32::try_from(number).map_err(|_| DbFault::Failed(format!("no UID: {number}")));
    row.map(|row| Ok(Cursor { uid_validity: number(row.integer(0)?)?, uid: number(row.integer(1)?)? }))
        .transpose()
}

/// Notes how far a mailbox is read. It never goes back under the same numbering, whoever reads beside.
pub fn move_cursor(tx: &mut Tx<'_>, mailbox: &str, to: Cursor, now_ms: i64) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO mailbox_cursor (name, uid_validity, uid, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO UPDATE SET uid_validity = excluded.uid_validity, uid = excluded.uid,
           updated_at = excluded.updated_at
         WHERE mailbox_cursor.uid_validity <> excluded.uid_validity OR mailbox_cursor.uid < excluded.uid",
        &[mailbox.into(), i64::from(to.uid_validity).into(), i64::from(to.uid).into(), now_ms.into()],
    )
}
