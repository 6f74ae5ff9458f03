//! Calendars to subscribe to: whose an address is, and the meetings that it shows.

use convoke_model::{MeetingId, UserId, Uuid};

use crate::{DbFault, Row, Tx, Value, meetings, meetings::MeetingRow};

/// A calendar to subscribe to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedRow {
    /// Its id, which is no secret.
    pub id: Uuid,
    /// SHA-256 of the address's secret part, in hexadecimal digits.
    pub digest: String,
    /// Whose meetings it shows.
    pub user: String,
    /// What its user calls it.
    pub name: String,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
}

const COLUMNS: &str = "id, digest, user_id, name, created_at";
/// Meetings that one statement reads.
const AT_ONCE: usize = 64;

/// Adds one, unless its user has `most` already.
pub fn insert(tx: &mut Tx<'_>, row: &FeedRow, most: i64) -> Result<bool, DbFault> {
    let owned = "SELECT COUNT(*) FROM feed WHERE user_id = $1";
    let count = tx.query_one(owned, &[row.user.as_str().into()])?.map_or(Ok(0), |row| row.integer(0))?;
    if count >= most {
        return Ok(false);
    }
    tx.execute(
        &format!("INSERT INTO feed ({COLUMNS}) VALUES ($1, $2, $3, $4, $5)"),
        &[
            row.id.to_string().into(),
            row.digest.as_str().into(),
            row.user.as_str().into(),
            row.name.as_str().into(),
            row.created_at.into(),
        ],
    )?;
    Ok(true)
}

/// Those of a user, the oldest first.
pub fn list(tx: &mut Tx<'_>, user: &str) -> Result<Vec<FeedRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM feed WHERE user_id = $1 ORDER BY created_at, id");
    tx.query(&sql, &[user.into()])?.iter().map(read).collect()
}

/// The one whose address has this secret part, by its digest.
pub fn find(tx: &mut Tx<'_>, digest: &str) -> Result<Option<FeedRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM feed WHERE digest = $1");
    tx.query_one(&sql, &[digest.into()])?.as_ref().map(read).transpose()
}

/// Revokes one of a user's; `false` when the user has no such one.
pub fn delete(tx: &mut Tx<'_>, user: &str, id: Uuid) -> Result<bool, DbFault> {
    let sql = "DELETE FROM feed WHERE user_id = $1 AND id = $2";
    Ok(tx.execute(sql, &[user.into(), id.to_string().into()])? == 1)
}

/// Revokes those of a user who is removed.
pub(crate) fn delete_of(tx: &mut Tx<'_>, user: UserId) -> Result<(), DbFault> {
    tx.execute("DELETE FROM feed WHERE user_id = $1", &[user.to_string().into()]).map(drop)
}

/// These meetings as they are, with what they say, but for those that are cancelled or gone.
pub fn meetings(tx: &mut Tx<'_>, ids: &[MeetingId]) -> Result<Vec<(MeetingRow, String)>, DbFault> {
    let places: Vec<String> = (1..=AT_ONCE).map(|n| format!("${n}")).collect();
    let sql = format!(
        "SELECT {}, (SELECT body FROM meeting_revision r WHERE r.meeting = meeting.id AND r.revision = meeting.revision)
         FROM meeting WHERE id IN ({}) AND status = 'CONFIRMED'",
        meetings::COLUMNS,
        places.join(", ")
    );
    let mut found = Vec::with_capacity(ids.len());
    for chunk in ids.chunks(AT_ONCE) {
        // One statement for any number: what is left of its places is none of any meeting.
        let mut values: Vec<Value> = chunk.iter().map(|id| id.to_string().into()).collect();
        values.resize(AT_ONCE, Value::Text(String::new()));
        for row in tx.query(&sql, &values)? {
            if let Some(body) = row.optional_text(meetings::COLUMN_COUNT)? {
                found.push((meetings::meeting(&row)?, body));
            }
        }
    }
    Ok(found)
}

fn read(row: &Row) -> Result<FeedRow, DbFault> {
    Ok(FeedRow {
        id: row.id(0)?,
        digest: row.text(1)?,
        user: row.text(2)?,
        name: row.text(3)?,
        created_at: row.integer(4)?,
    })
}
