//! Replies that were not taken, because nothing proves that they are from the person in whose name they come.

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx};

/// A reply that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// Its id.
    pub id: Uuid,
    /// In whose name it came, by the address in lower case.
    pub claimed: String,
    /// The address that sent it.
    pub sender: String,
    /// Why it was not taken: a stable word.
    pub reason: String,
    /// What it says, as JSON.
    pub said: String,
    /// When it came, in milliseconds since 1970.
    pub received_at: i64,
    /// When somebody said what becomes of it.
    pub settled_at: Option<i64>,
    /// Who did.
    pub settled_by: Option<String>,
}

const COLUMNS: &str = "id, claimed, sender, reason, said, received_at, settled_at, settled_by";

/// Notes a reply that was not taken.
pub fn insert(tx: &mut Tx<'_>, meeting: MeetingId, row: &RefusedRow) -> Result<(), DbFault> {
    tx.send(
        &format!(
            "INSERT INTO reply_refused (meeting, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
        ),
        &[
            meeting.to_string().into(),
            row.id.to_string().into(),
            row.claimed.as_str().into(),
            row.sender.as_str().into(),
            row.reason.as_str().into(),
            row.said.as_str().into(),
            row.received_at.into(),
            row.settled_at.into(),
            row.settled_by.clone().into(),
        ],
    )
}

/// How many refused replies to a meeting nobody has settled: of all senders, and of this one (an address in lower case).
pub fn unsettled(tx: &mut Tx<'_>, meeting: MeetingId, sender: &str) -> Result<(i64, i64), DbFault> {
    let row = tx.query_one(
        "SELECT COUNT(*), COUNT(CASE WHEN sender = $2 THEN 1 END) FROM reply_refused
         WHERE meeting = $1 AND settled_at IS NULL",
        &[meeting.to_string().into(), sender.into()],
    )?;
    row.map_or(Ok((0, 0)), |row| Ok((row.integer(0)?, row.integer(1)?)))
}

/// The refused replies to a meeting: those that nobody has settled first, the newest first.
pub fn of_meeting(tx: &mut Tx<'_>, meeting: MeetingId, most: i64) -> Result<Vec<RefusedRow>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM reply_refused WHERE meeting = $1
             ORDER BY CASE WHEN settled_at IS NULL THEN 0 ELSE 1 END, received_at DESC, id DESC LIMIT $2"
        ),
        &[meeting.to_string().into(), most.into()],
    )?;
    rows.iter().map(refused).collect()
}

/// One of the refused replies to a meeting.
pub fn find(tx: &mut Tx<'_>, meeting: MeetingId, id: Uuid) -> Result<Option<RefusedRow>, DbFault> {
    let row = tx.query_one(
        &format!("SELECT {COLUMNS} FROM reply_refused WHERE meeting = $1 AND id = $2"),
        &[meeting.to_string().into(), id.to_string().into()],
    )?;
    row.as_ref().map(refused).transpose()
}

/// Notes that somebody said what becomes of a refused reply; whether nobody had before.
pub fn settle(tx: &mut Tx<'_>, id: Uuid, by: &str, now_ms: i64) -> Result<bool, DbFault> {
    let settled = tx.execute(
        "UPDATE reply_refused SET settled_at = $1, settled_by = $2 WHERE id = $3 AND settled_at IS NULL",
        &[now_ms.into(), by.into(), id.to_string().into()],
    )?;
    Ok(settled == 1)
}

fn refused(row: &Row) -> Result<RefusedRow, DbFault> {
    Ok(RefusedRow {
        id: row.id(0)?,
        claimed: row.text(1)?,
        sender: row.text(2)?,
        reason: row.text(3)?,
        said: row.text(4)?,
        received_at: row.integer(5)?,
        settled_at: row.optional_integer(6)?,
        settled_by: row.optional_text(7)?,
    })
}
