//! Other times that people would rather have.

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx};

/// Another time that somebody would rather have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposalRow {
    /// Its id.
    pub id: Uuid,
    /// Who, by the address in lower case.
    pub person: String,
    /// Of which occurrence, by its original; empty for all of it.
    pub recurrence: String,
    /// Local start.
    pub start: String,
    /// Local end.
    pub end: String,
    /// The zone of both.
    pub zone: String,
    /// What was said with it.
    pub comment: String,
    /// `mail`, `link`, `web` or `organizer`.
    pub source: String,
    /// `open`, `accepted`, `declined` or `superseded`.
    pub state: String,
    /// The SEQUENCE that it is about.
    pub sequence: i64,
    /// When it came, in milliseconds since 1970.
    pub received_at: i64,
    /// When it was settled.
    pub settled_at: Option<i64>,
    /// Who settled it.
    pub settled_by: Option<String>,
}

const COLUMNS: &str = "id, person, recurrence, dt_start, dt_end, time_zone, comment, source, state, sequence, received_at, \
                       settled_at, settled_by";

/// Adds a proposal, in place of an open one of the same person for the same.
pub fn insert(tx: &mut Tx<'_>, meeting: MeetingId, row: &ProposalRow) -> Result<(), DbFault> {
    tx.send(
        "UPDATE proposal SET state = 'superseded', settled_at = $1
         WHERE meeting = $2 AND person = $3 AND recurrence = $4 AND state = 'open'",
        &[
            row.received_at.into(),
            meeting.to_string().into(),
            row.person.as_str().into(),
            row.recurrence.as_str().into(),
        ],
    )?;
    tx.send(
        &format!(
            "INSERT INTO proposal (meeting, {COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)"
        ),
        &[
            meeting.to_string().into(),
            row.id.to_string().into(),
            row.person.as_str().into(),
            row.recurrence.as_str().into(),
            row.start.as_str().into(),
            row.end.as_str().into(),
            row.zone.as_str().into(),
            row.comment.as_str().into(),
            row.source.as_str().into(),
            row.state.as_str().into(),
            row.sequence.into(),
            row.received_at.into(),
            row.settled_at.into(),
            row.settled_by.clone().into(),
        ],
    )
}

/// The newest proposals for a meeting, of everybody or of one person.
pub fn of_meeting(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    person: Option<&str>,
    most: i64,
) -> Result<Vec<ProposalRow>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS} FROM proposal WHERE meeting = $1 AND person = COALESCE($3, person)
             ORDER BY received_at DESC, id DESC LIMIT $2"
        ),
        &[meeting.to_string().into(), most.into(), person.map(str::to_owned).into()],
    )?;
    rows.iter().map(proposal).collect()
}

/// One of the proposals for a meeting.
pub fn find(tx: &mut Tx<'_>, meeting: MeetingId, id: Uuid) -> Result<Option<ProposalRow>, DbFault> {
    let row = tx.query_one(
        &format!("SELECT {COLUMNS} FROM proposal WHERE meeting = $1 AND id = $2"),
        &[meeting.to_string().into(), id.to_string().into()],
    )?;
    row.as_ref().map(proposal).transpose()
}

/// Settles a proposal that is open; whether it was.
pub fn settle(tx: &mut Tx<'_>, id: Uuid, state: &str, by: &str, now_ms: i64) -> Result<bool, DbFault> {
    let settled = tx.execute(
        "UPDATE proposal SET state = $1, settled_by = $2, settled_at = $3 WHERE id = $4 AND state = 'open'",
        &[state.into(), by.into(), now_ms.into(), id.to_string().into()],
    )?;
    Ok(settled == 1)
}

fn proposal(row: &Row) -> Result<ProposalRow, DbFault> {
    Ok(ProposalRow {
        id: row.id(0)?,
        person: row.text(1)?,
        recurrence: row.text(2)?,
        start: row.text(3)?,
        end: row.text(4)?,
        zone: row.text(5)?,
        comment: row.text(6)?,
        source: row.text(7)?,
        state: row.text(8)?,
        sequence: row.integer(9)?,
        received_at: row.integer(10)?,
        settled_at: row.optional_integer(11)?,
        settled_by: row.optional_text(12)?,
    })
}
