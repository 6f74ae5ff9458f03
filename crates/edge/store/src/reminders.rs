//! Which reminder of each meeting goes out next: whoever moves a row on sends it, so that it goes out once.

use convoke_model::MeetingId;

use crate::{DbFault, Row, Tx, Value};

/// A reminder that goes out next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReminderRow {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// So many minutes before the start.
    pub minutes: i64,
    /// The occurrence, by its original local start.
    pub recurrence: String,
    /// When it begins, in milliseconds since 1970.
    pub starts_at: i64,
    /// When the reminder goes out, in milliseconds since 1970.
    pub next_at: i64,
}

const COLUMNS: &str = "meeting, minutes, recurrence, starts_at, next_at";

/// Those that are due at `now_ms`, the oldest first.
pub fn due(tx: &mut Tx<'_>, now_ms: i64, most: i64) -> Result<Vec<ReminderRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM reminder WHERE next_at <= $1 ORDER BY next_at LIMIT $2");
    tx.query(&sql, &[now_ms.into(), most.into()])?.iter().map(read).collect()
}

/// When the next one is due, in milliseconds since 1970.
pub fn earliest(tx: &mut Tx<'_>) -> Result<Option<i64>, DbFault> {
    let row = tx.query_one("SELECT MIN(next_at) FROM reminder", &[])?;
    row.map_or(Ok(None), |row| row.optional_integer(0))
}

/// Those of a meeting.
pub fn of(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<Vec<ReminderRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM reminder WHERE meeting = $1");
    tx.query(&sql, &[meeting.to_string().into()])?.iter().map(read).collect()
}

/// Makes these those of a meeting.
pub fn put(tx: &mut Tx<'_>, meeting: MeetingId, rows: &[ReminderRow]) -> Result<(), DbFault> {
    tx.send("DELETE FROM reminder WHERE meeting = $1", &[meeting.to_string().into()])?;
    for row in rows {
        let sql = format!("INSERT INTO reminder ({COLUMNS}) VALUES ($1, $2, $3, $4, $5)");
        tx.send(&sql, &values(row))?;
    }
    Ok(())
}

/// Goes on from one to the next, or to none; `false` when somebody else has done so already.
pub fn go_on(tx: &mut Tx<'_>, from: &ReminderRow, to: Option<&ReminderRow>) -> Result<bool, DbFault> {
    let seen = "meeting = $1 AND minutes = $2 AND recurrence = $3 AND starts_at = $4 AND next_at = $5";
    let mut values = values(from);
    let changed = match to {
        None => tx.execute(&format!("DELETE FROM reminder WHERE {seen}"), &values)?,
        Some(to) => {
            values.extend([to.recurrence.as_str().into(), to.starts_at.into(), to.next_at.into()]);
            let set = "recurrence = $6, starts_at = $7, next_at = $8";
            tx.execute(&format!("UPDATE reminder SET {set} WHERE {seen}"), &values)?
        }
    };
    Ok(changed == 1)
}

fn values(row: &ReminderRow) -> Vec<Value> {
    vec![
        row.meeting.to_string().into(),
        row.minutes.into(),
        row.recurrence.as_str().into(),
        row.starts_at.into(),
        row.next_at.into(),
    ]
}

fn read(row: &Row) -> Result<ReminderRow, DbFault> {
    Ok(ReminderRow {
        meeting: row.id(0)?,
        minutes: row.integer(1)?,
        recurrence: row.text(2)?,
        starts_at: row.integer(3)?,
        next_at: row.integer(4)?,
    })
}
