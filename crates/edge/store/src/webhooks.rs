//! Addresses that want to be told what happens to meetings. What is on its way to them is in [`crate::webhook_deliveries`].

use convoke_model::{UserId, Uuid};

use crate::{DbFault, Row, Tx};

/// An address that wants to be told.
#[derive(Clone, PartialEq, Eq)]
pub struct WebhookRow {
    /// Its id.
    pub id: Uuid,
    /// The id of the user whose meetings they are; empty for an operator's, which hears of all meetings.
    pub owner: String,
    /// Who made it: `user@domain`, or an operator's name.
    pub made_by: String,
    /// Where to.
    pub url: String,
    /// What deliveries are signed with.
    pub secret: String,
    /// Of which events: `created`, `changed`, `cancelled`, `answered`.
    pub events: Vec<String>,
    /// Whether anything is sent.
    pub is_enabled: bool,
    /// Why nothing is, when nobody asked for that.
    pub disabled_because: Option<String>,
    /// Tries that failed since the last one that did not.
    pub failures: i64,
    /// When it was made, in milliseconds since 1970.
    pub created_at: i64,
    /// When the first of those tries failed.
    pub failing_since: Option<i64>,
    /// When it is told something again at the earliest.
    pub next_at: i64,
}

impl std::fmt::Debug for WebhookRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebhookRow").field("id", &self.id).field("owner", &self.owner).finish_non_exhaustive()
    }
}

const COLUMNS: &str = "id, owner, made_by, url, secret, events, is_enabled, disabled_because, failures, created_at, failing_since, next_at";

/// What became of one that was to be added.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Added {
    /// It is there.
    Done,
    /// Its owner has as many as they may have.
    TooMany,
    /// Its owner was removed while they asked.
    OwnerGone,
}

/// Adds one, unless its owner has `most` already.
pub fn insert(tx: &mut Tx<'_>, row: &WebhookRow, most: i64) -> Result<Added, DbFault> {
    let removed = "SELECT 1 FROM user_removed WHERE user_id = $1";
    if tx.query_one(removed, &[row.owner.as_str().into()])?.is_some() {
        return Ok(Added::OwnerGone);
    }
    let owned = "SELECT COUNT(*) FROM webhook WHERE owner = $1";
    let count = tx.query_one(owned, &[row.owner.as_str().into()])?.map_or(Ok(0), |row| row.integer(0))?;
    if count >= most {
        return Ok(Added::TooMany);
    }
    let sql =
        format!("INSERT INTO webhook ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)");
    tx.execute(
        &sql,
        &[
            row.id.to_string().into(),
            row.owner.as_str().into(),
            row.made_by.as_str().into(),
            row.url.as_str().into(),
            row.secret.as_str().into(),
            events(&row.events).into(),
            row.is_enabled.into(),
            row.disabled_because.clone().into(),
            row.failures.into(),
            row.created_at.into(),
            row.failing_since.into(),
            row.next_at.into(),
        ],
    )?;
    Ok(Added::Done)
}

/// Those of an owner, or all where none is named; the oldest first, at most `most`.
pub fn list(tx: &mut Tx<'_>, owner: Option<&str>, most: i64) -> Result<Vec<WebhookRow>, DbFault> {
    let rows = match owner {
        Some(owner) => tx.query(
            &format!("SELECT {COLUMNS} FROM webhook WHERE owner = $1 ORDER BY created_at, id LIMIT $2"),
            &[owner.into(), most.into()],
        ),
        None => tx.query(
            &format!("SELECT {COLUMNS} FROM webhook ORDER BY owner, created_at, id LIMIT $1"),
            &[most.into()],
        ),
    };
    rows?.iter().map(read).collect()
}

/// The one of this id.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<WebhookRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM webhook WHERE id = $1");
    tx.query_one(&sql, &[id.to_string().into()])?.as_ref().map(read).transpose()
}

/// Changes where to, of what and whether anything is sent; what failed before is forgotten. `None` when it is gone.
pub fn change(
    tx: &mut Tx<'_>,
    id: Uuid,
    url: &str,
    of: &[String],
    is_enabled: bool,
) -> Result<Option<WebhookRow>, DbFault> {
    let sql = format!(
        "UPDATE webhook SET url = $2, events = $3, is_enabled = $4, disabled_because = NULL, failures = 0,
           failing_since = NULL, next_at = 0
         WHERE id = $1 RETURNING {COLUMNS}"
    );
    let values = [id.to_string().into(), url.into(), events(of).into(), is_enabled.into()];
    tx.query_one(&sql, &values)?.as_ref().map(read).transpose()
}

/// Removes one. What was on its way to it is nobody's then, and forgotten in its time: it can be millions.
pub fn delete(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbFault> {
    tx.execute("DELETE FROM webhook WHERE id = $1", &[id.to_string().into()]).map(drop)
}

/// Removes those of a user who is removed.
pub(crate) fn delete_of(tx: &mut Tx<'_>, owner: UserId) -> Result<(), DbFault> {
    tx.execute("DELETE FROM webhook WHERE owner = $1", &[owner.to_string().into()]).map(drop)
}

/// Notes a try that did not fail.
pub fn succeeded(tx: &mut Tx<'_>, id: Uuid) -> Result<(), DbFault> {
    let sql =
        "UPDATE webhook SET failures = 0, failing_since = NULL, next_at = 0 WHERE id = $1 AND failures > 0";
    tx.execute(sql, &[id.to_string().into()]).map(drop)
}

/// Notes a try that failed; the number of those in a row, and since when, in milliseconds since 1970.
pub fn failed(tx: &mut Tx<'_>, id: Uuid, now_ms: i64) -> Result<(i64, i64), DbFault> {
    let sql = "UPDATE webhook SET failures = failures + 1, failing_since = COALESCE(failing_since, $2)
               WHERE id = $1 RETURNING failures, failing_since";
    let row = tx.query_one(sql, &[id.to_string().into(), now_ms.into()])?;
    row.map_or(Ok((0, now_ms)), |row| Ok((row.integer(0)?, row.integer(1)?)))
}

/// Tells it nothing before this, while it fails.
pub fn pause(tx: &mut Tx<'_>, id: Uuid, until_ms: i64) -> Result<(), DbFault> {
    let sql = "UPDATE webhook SET next_at = $2 WHERE id = $1 AND failures > 0";
    tx.execute(sql, &[id.to_string().into(), until_ms.into()]).map(drop)
}

/// Sends nothing there any more, for this reason, until its owner enables it; `false` when that was so already.
pub fn disable(tx: &mut Tx<'_>, id: Uuid, because: &str) -> Result<bool, DbFault> {
    let disabled = tx.execute(
        "UPDATE webhook SET is_enabled = 0, disabled_because = $2 WHERE id = $1 AND is_enabled = 1",
        &[id.to_string().into(), because.into()],
    )?;
    Ok(disabled == 1)
}

fn events(of: &[String]) -> String {
    of.iter().fold(",".to_owned(), |all, event| all + event + ",")
}

fn read(row: &Row) -> Result<WebhookRow, DbFault> {
    let events = row.text(5)?;
    Ok(WebhookRow {
        id: row.id(0)?,
        owner: row.text(1)?,
        made_by: row.text(2)?,
        url: row.text(3)?,
        secret: row.text(4)?,
        events: events.split(',').filter(|event| !event.is_empty()).map(ToOwned::to_owned).collect(),
        is_enabled: row.integer(6)? == 1,
        disabled_because: row.optional_text(7)?,
        failures: row.integer(8)?,
        created_at: row.integer(9)?,
        failing_since: row.optional_integer(10)?,
        next_at: row.integer(11)?,
    })
}
