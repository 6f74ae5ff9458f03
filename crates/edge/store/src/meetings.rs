//! Meetings: their state and their revisions.

use convoke_model::MeetingId;

use crate::{
    DbFault, Row, Tx,
    lists::{self, Standing},
    webhook_deliveries,
};

/// A meeting's state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingRow {
    /// The id.
    pub id: MeetingId,
    /// The calendar's name of it.
    pub uid: String,
    /// The organizer's user id.
    pub organizer: String,
    /// Counts every change.
    pub revision: i64,
    /// Counts what calendars must know of.
    pub sequence: i64,
    /// Whether it takes place.
    pub is_cancelled: bool,
    /// The space's id.
    pub space: String,
    /// Whether the space goes some time after the end.
    pub is_temporary: bool,
    /// Start of the first occurrence, in milliseconds since 1970, as all instants here.
    pub first_start_at: i64,
    /// End of the last occurrence; `None` for a series without end.
    pub last_end_at: Option<i64>,
    /// When it was cancelled.
    pub cancelled_at: Option<i64>,
    /// When it was made.
    pub created_at: i64,
    /// When it was changed last.
    pub updated_at: i64,
    /// When its temporary space was given up.
    pub space_removed_at: Option<i64>,
    /// The meeting that it was parted from.
    pub follows: Option<MeetingId>,
    /// The meeting that was parted from it last.
    pub followed_by: Option<MeetingId>,
}

/// What a meeting said at one revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// JSON.
    pub body: String,
    /// Who made it so.
    pub changed_by: String,
    /// When.
    pub changed_at: i64,
    /// By which way: `web` or `api`; empty when nobody noted it.
    pub via: String,
    /// From which address.
    pub address: Option<String>,
    /// What was done, as JSON; empty when nobody noted it.
    pub change: String,
}

pub(crate) const COLUMNS: &str = "id, uid, organizer, revision, sequence, status, space, temporary, first_start_at, last_end_at, \
                       cancelled_at, created_at, updated_at, space_removed_at, follows, followed_by";
/// How many these are.
pub(crate) const COLUMN_COUNT: usize = 16;

/// Adds a meeting with its first revision and its people.
pub fn insert(
    tx: &mut Tx<'_>,
    row: &MeetingRow,
    revision: &Revision,
    standing: &Standing,
) -> Result<(), DbFault> {
    tx.send(
        &format!(
            "INSERT INTO meeting ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, NULL, $14, $15)"
        ),
        &[
            row.id.to_string().into(),
            row.uid.as_str().into(),
            row.organizer.as_str().into(),
            row.revision.into(),
            row.sequence.into(),
            status(row.is_cancelled).into(),
            row.space.as_str().into(),
            row.is_temporary.into(),
            row.first_start_at.into(),
            row.last_end_at.into(),
            row.cancelled_at.into(),
            row.created_at.into(),
            row.updated_at.into(),
            row.follows.map(|id| id.to_string()).into(),
            row.followed_by.map(|id| id.to_string()).into(),
        ],
    )?;
    insert_revision(tx, row, revision, "created", &row.organizer)?;
    lists::put(tx, row, standing)
}

/// Changes a meeting that is still as in `former`; `false` when somebody else changed it first, or when it was to stay in
/// a space that was given up meanwhile.
pub fn update(
    tx: &mut Tx<'_>,
    row: &MeetingRow,
    revision: &Revision,
    standing: &Standing,
    former: (&MeetingRow, &Standing),
) -> Result<bool, DbFault> {
    let changed = tx.execute(
        "UPDATE meeting SET revision = $1, sequence = $2, status = $3, space = $4, temporary = $5, first_start_at = $6,
           last_end_at = $7, cancelled_at = $8, updated_at = $9, followed_by = $12, organizer = $13,
           space_removed_at = CASE WHEN space = $4 THEN space_removed_at ELSE NULL END
         WHERE id = $10 AND revision = $11 AND (space <> $4 OR space_removed_at IS NULL OR $3 = 'CANCELLED')",
        &[
            row.revision.into(),
            row.sequence.into(),
            status(row.is_cancelled).into(),
            row.space.as_str().into(),
            row.is_temporary.into(),
            row.first_start_at.into(),
            row.last_end_at.into(),
            row.cancelled_at.into(),
            row.updated_at.into(),
            row.id.to_string().into(),
            former.0.revision.into(),
            row.followed_by.map(|id| id.to_string()).into(),
            row.organizer.as_str().into(),
        ],
    )?;
    if changed == 0 {
        return Ok(false);
    }
    let event = if row.is_cancelled && !former.0.is_cancelled { "cancelled" } else { "changed" };
    insert_revision(tx, row, revision, event, &former.0.organizer)?;
    lists::take_out(tx, former.0, former.1)?;
    lists::put(tx, row, standing)?;
    Ok(true)
}

/// Notes what a meeting says from now on, and tells those who listen what happened to it, its former organizer among them.
fn insert_revision(
    tx: &mut Tx<'_>,
    row: &MeetingRow,
    revision: &Revision,
    event: &'static str,
    former_organizer: &str,
) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO meeting_revision (meeting, revision, body, changed_by, changed_at, via, address, change)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        &[
            row.id.to_string().into(),
            row.revision.into(),
            revision.body.as_str().into(),
            revision.changed_by.as_str().into(),
            revision.changed_at.into(),
            revision.via.as_str().into(),
            revision.address.clone().into(),
            revision.change.as_str().into(),
        ],
    )?;
    let organizers = [row.organizer.as_str(), former_organizer];
    let named = (row.id, row.revision);
    webhook_deliveries::queue_change(tx, event, named, organizers, revision.changed_at)
}

/// What sorts behind every id.
pub(crate) const BEYOND_IDS: &str = "g";

/// The last of the `most` meetings after this id, in order; `None` when there are fewer. Whoever looks at all of them does so by such
/// stretches: a statement that finds few among a million takes longer than statements may.
pub(crate) fn last_of_next(tx: &mut Tx<'_>, after: &str, most: i64) -> Result<Option<String>, DbFault> {
    let sql = "SELECT id FROM meeting WHERE id > $1 ORDER BY id LIMIT 1 OFFSET $2";
    tx.query_one(sql, &[after.into(), (most - 1).into()])?.map(|row| row.text(0)).transpose()
}

/// The meeting with this id.
pub fn find(tx: &mut Tx<'_>, id: MeetingId) -> Result<Option<MeetingRow>, DbFault> {
    let row =
        tx.query_one(&format!("SELECT {COLUMNS} FROM meeting WHERE id = $1"), &[id.to_string().into()])?;
    row.as_ref().map(meeting).transpose()
}

/// The meeting with this id, which stays as it is until the end of the transaction.
pub fn lock(tx: &mut Tx<'_>, id: MeetingId) -> Result<Option<MeetingRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM meeting WHERE id = $1{}", tx.for_update());
    tx.query_one(&sql, &[id.to_string().into()])?.as_ref().map(meeting).transpose()
}

/// What a meeting said at a revision.
pub fn revision(tx: &mut Tx<'_>, id: MeetingId, revision: i64) -> Result<Option<Revision>, DbFault> {
    let row = tx.query_one(
        "SELECT body, changed_by, changed_at, via, address, change FROM meeting_revision
         WHERE meeting = $1 AND revision = $2",
        &[id.to_string().into(), revision.into()],
    )?;
    let revision = |row: Row| {
        Ok(Revision {
            body: row.text(0)?,
            changed_by: row.text(1)?,
            changed_at: row.integer(2)?,
            via: row.text(3)?,
            address: row.optional_text(4)?,
            change: row.text(5)?,
        })
    };
    row.map(revision).transpose()
}

/// A change of a meeting, without what it said then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Which one.
    pub revision: i64,
    /// Who made it.
    pub changed_by: String,
    /// When.
    pub changed_at: i64,
    /// As [`Revision::via`].
    pub via: String,
    /// As [`Revision::address`].
    pub address: Option<String>,
    /// As [`Revision::change`].
    pub change: String,
}

/// The changes of a meeting before a revision, newest first.
pub fn history(tx: &mut Tx<'_>, id: MeetingId, before: i64, most: i64) -> Result<Vec<Change>, DbFault> {
    let rows = tx.query(
        "SELECT revision, changed_by, changed_at, via, address, change FROM meeting_revision
         WHERE meeting = $1 AND revision < $2 ORDER BY revision DESC LIMIT $3",
        &[id.to_string().into(), before.into(), most.into()],
    )?;
    let change = |row: &Row| {
        Ok(Change {
            revision: row.integer(0)?,
            changed_by: row.text(1)?,
            changed_at: row.integer(2)?,
            via: row.text(3)?,
            address: row.optional_text(4)?,
            change: row.text(5)?,
        })
    };
    rows.iter().map(change).collect()
}

/// A temporary space that may go, and what the rule asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceDue {
    /// The meeting.
    pub meeting: MeetingId,
    /// Its space.
    pub space: String,
    /// End of the last occurrence.
    pub last_end_at: Option<i64>,
    /// When the meeting was cancelled.
    pub cancelled_at: Option<i64>,
}

/// Whether another meeting is in this temporary space too.
pub fn is_shared_space(tx: &mut Tx<'_>, space: &str, id: MeetingId) -> Result<bool, DbFault> {
    let sql = "SELECT 1 FROM meeting WHERE space = $1 AND temporary = 1 AND space_removed_at IS NULL AND id <> $2 LIMIT 1";
    Ok(tx.query_one(sql, &[space.into(), id.to_string().into()])?.is_some())
}

/// That no other meeting needs the temporary space of `m`: none that ends, and was not cancelled, at `$1` or before.
const NOBODY_ELSE_NEEDS_IT: &str = "NOT EXISTS (SELECT 1 FROM meeting o WHERE o.space = m.space AND o.temporary = 1 AND o.id <> m.id
             AND (o.last_end_at IS NULL OR o.last_end_at > $1) AND (o.cancelled_at IS NULL OR o.cancelled_at > $1))";

/// Meetings whose temporary space may go: those that ended, or were cancelled, at `ended_by` or before.
pub fn with_space_to_remove(tx: &mut Tx<'_>, ended_by: i64, most: i64) -> Result<Vec<SpaceDue>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT id, space, last_end_at, cancelled_at FROM meeting m
             WHERE temporary = 1 AND space_removed_at IS NULL AND (last_end_at <= $1 OR cancelled_at <= $1)
               AND {NOBODY_ELSE_NEEDS_IT} LIMIT $2"
        ),
        &[ended_by.into(), most.into()],
    )?;
    let due = |row: &Row| {
        Ok(SpaceDue {
            meeting: row.id(0)?,
            space: row.text(1)?,
            last_end_at: row.optional_integer(2)?,
            cancelled_at: row.optional_integer(3)?,
        })
    };
    rows.iter().map(due).collect()
}

/// Notes that a meeting's temporary space goes, if the meeting still is in it and still ended, or was cancelled, at
/// `ended_by` or before; whether that was so.
pub fn give_up_space(
    tx: &mut Tx<'_>,
    id: MeetingId,
    space: &str,
    ended_by: i64,
    now_ms: i64,
) -> Result<bool, DbFault> {
    let found = tx.query_one(
        &format!(
            "SELECT 1 FROM meeting m WHERE id = $2 AND space = $3 AND temporary = 1 AND space_removed_at IS NULL
               AND (last_end_at <= $1 OR cancelled_at <= $1) AND {NOBODY_ELSE_NEEDS_IT}{}",
            tx.for_update()
        ),
        &[ended_by.into(), id.to_string().into(), space.into()],
    )?;
    if found.is_none() {
        return Ok(false);
    }
    // Those that shared it have lost it as well.
    tx.execute(
        "UPDATE meeting SET space_removed_at = $1 WHERE space = $2 AND temporary = 1 AND space_removed_at IS NULL",
        &[now_ms.into(), space.into()],
    )?;
    Ok(true)
}

fn status(is_cancelled: bool) -> &'static str {
    if is_cancelled { "CANCELLED" } else { "CONFIRMED" }
}

pub(crate) fn meeting(row: &Row) -> Result<MeetingRow, DbFault> {
    Ok(MeetingRow {
        id: row.id(0)?,
        uid: row.text(1)?,
        organizer: row.text(2)?,
        revision: row.integer(3)?,
        sequence: row.integer(4)?,
        is_cancelled: row.text(5)? == "CANCELLED",
        space: row.text(6)?,
        is_temporary: row.integer(7)? == 1,
        first_start_at: row.integer(8)?,
        last_end_at: row.optional_integer(9)?,
        cancelled_at: row.optional_integer(10)?,
        created_at: row.integer(11)?,
        updated_at: row.integer(12)?,
        space_removed_at: row.optional_integer(13)?,
        follows: row.optional_id(14)?,
        followed_by: row.optional_id(15)?,
    })
}
