//! The zone data that the database follows, changes of it, and the meetings that move by them.

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx, meetings};

/// Zone data as it was looked at last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// Its name.
    pub version: String,
    /// A line a zone: its name, a tab, its rules.
    pub rules: String,
}

/// Other data that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its own id.
    pub id: Uuid,
    /// When, in milliseconds since 1970.
    pub found_at: i64,
    /// What held before.
    pub from_version: String,
    /// What holds.
    pub to_version: String,
    /// The former rules of the zones that differ, as in [`Data::rules`].
    pub rules: String,
    /// Up to which id meetings were looked at; empty for none.
    pub looked_up_to: String,
    /// Whether all were.
    pub is_looked_through: bool,
    /// Who asked for people to be told.
    pub told_by: Option<String>,
}

/// A meeting that moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub meeting: MeetingId,
    /// How many of its dates.
    pub occurrences: i64,
    /// The first of them, by its original local start.
    pub recurrence: String,
    /// When that one was to start, in milliseconds since 1970.
    pub was_at: i64,
    /// When it starts.
    pub is_at: i64,
    /// When its people were told.
    pub told_at: Option<i64>,
}

/// A meeting ahead, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ahead {
    /// Which.
    pub meeting: MeetingId,
    /// Its revision.
    pub revision: i64,
    /// What it says there.
    pub body: String,
}

/// The data that was looked at last, if any was.
pub fn data(tx: &mut Tx<'_>) -> Result<Option<Data>, DbFault> {
    let row = tx.query_one("SELECT version, rules FROM zone_data WHERE id = 1", &[])?;
    row.map(|row| Ok(Data { version: row.text(0)?, rules: row.text(1)? })).transpose()
}

/// The name of that data.
pub fn version(tx: &mut Tx<'_>) -> Result<Option<String>, DbFault> {
    let row = tx.query_one("SELECT version FROM zone_data WHERE id = 1", &[])?;
    row.map(|row| row.text(0)).transpose()
}

/// Follows other data from now on.
pub fn follow(tx: &mut Tx<'_>, data: &Data, now_ms: i64) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO zone_data (id, version, rules, seen_at) VALUES (1, $1, $2, $3)
         ON CONFLICT (id) DO UPDATE SET version = excluded.version, rules = excluded.rules, seen_at = excluded.seen_at",
        &[data.version.as_str().into(), data.rules.as_str().into(), now_ms.into()],
    )
}

/// Adds a change.
pub fn insert(tx: &mut Tx<'_>, change: &Change) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO zone_change (id, found_at, from_version, to_version, rules, looked_up_to, is_looked_through)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        &[
            change.id.to_string().into(),
            change.found_at.into(),
            change.from_version.as_str().into(),
            change.to_version.as_str().into(),
            change.rules.as_str().into(),
            change.looked_up_to.as_str().into(),
            change.is_looked_through.into(),
        ],
    )
}

const COLUMNS: &str =
    "id, found_at, from_version, to_version, rules, looked_up_to, is_looked_through, told_by";

/// All changes, the newest first.
pub fn changes(tx: &mut Tx<'_>, most: i64) -> Result<Vec<Change>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM zone_change ORDER BY found_at DESC, id DESC LIMIT $1");
    tx.query(&sql, &[most.into()])?.iter().map(change).collect()
}

/// One of them.
pub fn change_of(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<Change>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM zone_change WHERE id = $1");
    tx.query_one(&sql, &[id.to_string().into()])?.as_ref().map(change).transpose()
}

/// Those that are not settled: meetings are still to be looked at, or people to be told. The oldest first.
pub fn unsettled(tx: &mut Tx<'_>) -> Result<Vec<Change>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM zone_change WHERE is_looked_through = 0 OR (tell_at IS NOT NULL AND EXISTS (
           SELECT 1 FROM zone_moved WHERE change_id = zone_change.id AND told_at IS NULL)) ORDER BY found_at, id"
    );
    tx.query(&sql, &[])?.iter().map(change).collect()
}

/// Goes on from where a change was looked at; `false` when somebody else has.
pub fn go_on(tx: &mut Tx<'_>, change: &Change, up_to: &str, is_through: bool) -> Result<bool, DbFault> {
    let count = tx.execute(
        "UPDATE zone_change SET looked_up_to = $1, is_looked_through = $2
         WHERE id = $3 AND looked_up_to = $4 AND is_looked_through = 0",
        &[up_to.into(), is_through.into(), change.id.to_string().into(), change.looked_up_to.as_str().into()],
    )?;
    Ok(count == 1)
}

/// Has people told; `false` when that was asked for before.
pub fn tell(tx: &mut Tx<'_>, id: Uuid, by: &str, now_ms: i64) -> Result<bool, DbFault> {
    let count = tx.execute(
        "UPDATE zone_change SET told_by = $1, tell_at = $2 WHERE id = $3 AND tell_at IS NULL",
        &[by.into(), now_ms.into(), id.to_string().into()],
    )?;
    Ok(count == 1)
}

const AHEAD: &str = "SELECT meeting.id, meeting.revision, meeting_revision.body FROM meeting
     JOIN meeting_revision ON meeting_revision.meeting = meeting.id AND meeting_revision.revision = meeting.revision
     WHERE meeting.id > $1 AND meeting.status = 'CONFIRMED' AND (meeting.last_end_at IS NULL OR meeting.last_end_at > $2)";

/// The meetings after this id, in order, that are on and not over at `now_ms`.
pub fn ahead(tx: &mut Tx<'_>, after: &str, now_ms: i64, most: i64) -> Result<Vec<Ahead>, DbFault> {
    let sql = format!("{AHEAD} ORDER BY meeting.id LIMIT $3");
    tx.query(&sql, &[after.into(), now_ms.into(), most.into()])?.iter().map(read_ahead).collect()
}

/// Those of them that were made or changed since (milliseconds since 1970), among the `most` meetings after this id; and after which to
/// look on, if there are more. No statement looks at all of them.
pub fn rewritten(
    tx: &mut Tx<'_>,
    after: &str,
    since_ms: i64,
    now_ms: i64,
    most: i64,
) -> Result<(Vec<Ahead>, Option<String>), DbFault> {
    let last = meetings::last_of_next(tx, after, most)?;
    let sql = format!("{AHEAD} AND meeting.id <= $3 AND meeting.updated_at >= $4 ORDER BY meeting.id");
    let up_to = last.as_deref().unwrap_or(meetings::BEYOND_IDS);
    let rows = tx.query(&sql, &[after.into(), now_ms.into(), up_to.into(), since_ms.into()])?;
    Ok((rows.iter().map(read_ahead).collect::<Result<_, _>>()?, last))
}

fn read_ahead(row: &Row) -> Result<Ahead, DbFault> {
    Ok(Ahead { meeting: row.id(0)?, revision: row.integer(1)?, body: row.text(2)? })
}

/// Notes that a meeting moves; what was noted of the same change before stays.
pub fn note(tx: &mut Tx<'_>, change: Uuid, moved: &Moved) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO zone_moved (change_id, meeting, occurrences, recurrence, was_at, is_at) VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (change_id, meeting) DO NOTHING",
        &[
            change.to_string().into(),
            moved.meeting.to_string().into(),
            moved.occurrences.into(),
            moved.recurrence.as_str().into(),
            moved.was_at.into(),
            moved.is_at.into(),
        ],
    )
}

/// The meetings after this id that move by a change, in order; all, or those whose people were not told.
pub fn moved(
    tx: &mut Tx<'_>,
    change: Uuid,
    after: &str,
    is_untold_only: bool,
    most: i64,
) -> Result<Vec<Moved>, DbFault> {
    let untold = if is_untold_only { "AND told_at IS NULL" } else { "" };
    let sql = format!(
        "SELECT meeting, occurrences, recurrence, was_at, is_at, told_at FROM zone_moved
         WHERE change_id = $1 AND meeting > $2 {untold} ORDER BY meeting LIMIT $3"
    );
    let rows = tx.query(&sql, &[change.to_string().into(), after.into(), most.into()])?;
    let read = |row: &Row| {
        Ok(Moved {
            meeting: row.id(0)?,
            occurrences: row.integer(1)?,
            recurrence: row.text(2)?,
            was_at: row.integer(3)?,
            is_at: row.integer(4)?,
            told_at: row.optional_integer(5)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many meetings move by a change, and of how many of them people were told.
pub fn count(tx: &mut Tx<'_>, change: Uuid) -> Result<(i64, i64), DbFault> {
    let sql = "SELECT COUNT(*), COUNT(told_at) FROM zone_moved WHERE change_id = $1";
    let row = tx.query_one(sql, &[change.to_string().into()])?;
    row.map_or(Ok((0, 0)), |row| Ok((row.integer(0)?, row.integer(1)?)))
}

/// Notes that the people of a meeting were told, or need not be any more.
pub fn is_told(tx: &mut Tx<'_>, change: Uuid, meeting: MeetingId, now_ms: i64) -> Result<(), DbFault> {
    tx.send(
        "UPDATE zone_moved SET told_at = $1 WHERE change_id = $2 AND meeting = $3",
        &[now_ms.into(), change.to_string().into(), meeting.to_string().into()],
    )
}

fn change(row: &Row) -> Result<Change, DbFault> {
    Ok(Change {
        id: row.id(0)?,
        found_at: row.integer(1)?,
        from_version: row.text(2)?,
        to_version: row.text(3)?,
        rules: row.text(4)?,
        looked_up_to: row.text(5)?,
        is_looked_through: row.integer(6)? != 0,
        told_by: row.optional_text(7)?,
    })
}
