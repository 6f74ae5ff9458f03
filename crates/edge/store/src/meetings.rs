//! Meetings: their state, their revisions, and whose lists they stand in.

use convoke_model::MeetingId;

use crate::{DbFault, Row, Tx, Value, webhook_deliveries};

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

/// A person in whose lists a meeting stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// `u:` and the id of the organizer, or `e:` and the address of somebody invited in lower case.
    pub person: String,
    /// What this person's lists show.
    pub listing: String,
}

/// How a meeting stands in lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// In whose.
    pub people: Vec<PersonRow>,
    /// Whether it may take place more than once.
    pub recurring: bool,
}

/// A meeting in a list, for one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListedRow<'a> {
    /// The meeting's id.
    pub meeting: &'a str,
    /// Whose list it stands in, as [`PersonRow::person`].
    pub person: &'a str,
    /// What that person's lists show.
    pub listing: &'a str,
}

/// What [`MeetingRow::last_end_at`] is for a series without end, where a number is needed.
pub const ENDLESS: i64 = i64::MAX;

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
    insert_standing(tx, row, standing)
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
    delete_standing(tx, former.0, former.1)?;
    insert_standing(tx, row, standing)?;
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

/// People of one statement at most: beside 4 parameters for all, each takes 2; most meetings have few.
const PEOPLE_AT_ONCE: usize = 10;

/// Puts a meeting into lists, unless it is cancelled.
fn insert_standing(tx: &mut Tx<'_>, row: &MeetingRow, standing: &Standing) -> Result<(), DbFault> {
    if row.is_cancelled {
        return Ok(());
    }
    for chunk in standing.people.chunks(PEOPLE_AT_ONCE) {
        let mut sql =
            "INSERT INTO meeting_listed (meeting, recurring, first_start_at, last_end_at, person, listing) VALUES "
                .to_owned();
        let mut values: Vec<Value> = vec![
            row.id.to_string().into(),
            standing.recurring.into(),
            row.first_start_at.into(),
            row.last_end_at.unwrap_or(ENDLESS).into(),
        ];
        for (number, person) in chunk.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            let at = values.len();
            sql.push_str(&format!("{separator}($1, $2, $3, $4, ${}, ${})", at + 1, at + 2));
            values.extend([person.person.as_str().into(), person.listing.as_str().into()]);
        }
        tx.send(&sql, &values)?;
    }
    Ok(())
}

/// Takes a meeting out of lists by the very keys that it was put in with, so that no index by meeting has to be kept.
fn delete_standing(tx: &mut Tx<'_>, row: &MeetingRow, standing: &Standing) -> Result<(), DbFault> {
    for person in &standing.people {
        tx.send(
            "DELETE FROM meeting_listed WHERE person = $1 AND recurring = $2 AND first_start_at = $3 AND meeting = $4",
            &[
                person.person.as_str().into(),
                standing.recurring.into(),
                row.first_start_at.into(),
                row.id.to_string().into(),
            ],
        )?;
    }
    Ok(())
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

/// Tells `each` the meetings of a person, who is known by two keys, that may overlap the window.
///
/// `longest_ms` is how long one occurrence may last: a single meeting that starts earlier can't reach the window. A meeting
/// that stands under both keys is told twice.
pub fn list_of(
    tx: &mut Tx<'_>,
    keys: &[String; 2],
    from: i64,
    until: i64,
    longest_ms: i64,
    each: &mut dyn FnMut(ListedRow<'_>),
) -> Result<(), DbFault> {
    // Four looks into one tree, each at rows that lie side by side.
    tx.each(
        "SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $1 AND recurring = 0 AND first_start_at >= $3 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $1 AND recurring = 1 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $2 AND recurring = 0 AND first_start_at >= $3 AND first_start_at < $4 AND last_end_at > $5
         UNION ALL SELECT meeting, person, listing FROM meeting_listed
         WHERE person = $2 AND recurring = 1 AND first_start_at < $4 AND last_end_at > $5",
        &[
            keys[0].as_str().into(),
            keys[1].as_str().into(),
            from.saturating_sub(longest_ms).into(),
            until.into(),
            from.into(),
        ],
        &mut |[meeting, person, listing]| each(ListedRow { meeting, person, listing }),
    )
}

/// Tells `each` everybody's meetings that may overlap the window, as their organizers' lists have them, at most `most`.
pub fn list_all(
    tx: &mut Tx<'_>,
    from: i64,
    until: i64,
    most: i64,
    each: &mut dyn FnMut(ListedRow<'_>),
) -> Result<(), DbFault> {
    tx.each(
        "SELECT l.meeting, l.person, l.listing FROM meeting m
         JOIN meeting_listed l ON l.person = 'u:' || m.organizer AND l.recurring IN (0, 1)
           AND l.first_start_at = m.first_start_at AND l.meeting = m.id
         WHERE m.first_start_at < $1 AND (m.last_end_at IS NULL OR m.last_end_at > $2) AND m.status = 'CONFIRMED'
         ORDER BY m.first_start_at, m.id LIMIT $3",
        &[until.into(), from.into(), most.into()],
        &mut |[meeting, person, listing]| each(ListedRow { meeting, person, listing }),
    )
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
