//! All meetings of somebody who leaves, on their way to another organizer: a row a meeting, so that a job that is killed goes on where
//! it was.

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx, Value, meetings};

/// A hand-over of all meetings of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandoverRow {
    /// Its id.
    pub id: Uuid,
    /// The id of the user whose meetings they were.
    pub former: String,
    /// The same user as `user@domain`, in lower case.
    pub former_jid: String,
    /// Whose they are to be.
    pub organizer_jid: String,
    /// Who is mailed.
    pub notify: String,
    /// Whether the former organizer stays as an attendee.
    pub stays: bool,
    /// Who asked for it.
    pub asked_by: String,
    /// From which address.
    pub address: Option<String>,
    /// When, in milliseconds since 1970.
    pub created_at: i64,
    /// When the last meeting was settled.
    pub finished_at: Option<i64>,
}

/// A meeting of a hand-over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MeetingOf {
    /// Which.
    pub meeting: MeetingId,
    /// Its name when the hand-over was asked for.
    pub summary: String,
    /// `organizer` or `coOrganizer`: what the user was.
    pub was: String,
}

/// A meeting that stays as it was, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The meeting.
    pub of: MeetingOf,
    /// Why, as a word.
    pub code: String,
    /// Why, in words.
    pub reason: String,
}

/// Organizers who were found, each as its id and what a list shows of a meeting of theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organizers {
    /// They.
    pub found: Vec<(String, String)>,
    /// After which meeting to look on; `None` when all were looked at.
    pub next: Option<String>,
}

const COLUMNS: &str =
    "id, former, former_jid, organizer_jid, notify, stays, asked_by, address, created_at, finished_at";
/// Meetings of one statement: beside 2 parameters for all, each takes 3.
const AT_ONCE: usize = 30;

/// The meetings that stand in the lists of `person` (`u:` and a user's id) and are not over at `now_ms`, at most `most`: each one's id, and
/// what the lists show of it.
pub fn ahead_of(
    tx: &mut Tx<'_>,
    person: &str,
    now_ms: i64,
    most: i64,
) -> Result<Vec<(MeetingId, String)>, DbFault> {
    let sql = "SELECT meeting, listing FROM meeting_listed WHERE person = $1 AND last_end_at > $2 ORDER BY meeting LIMIT $3";
    let rows = tx.query(sql, &[person.into(), now_ms.into(), most.into()])?;
    rows.iter().map(|row| Ok((row.id(0)?, row.text(1)?))).collect()
}

/// Those of them that were made last, the newest first.
pub fn newest_of(tx: &mut Tx<'_>, person: &str, now_ms: i64, most: i64) -> Result<Vec<MeetingId>, DbFault> {
    let sql = "SELECT meeting FROM meeting_listed WHERE person = $1 AND last_end_at > $2 ORDER BY meeting DESC LIMIT $3";
    tx.query(sql, &[person.into(), now_ms.into(), most.into()])?.iter().map(|row| row.id(0)).collect()
}

/// Organizers of meetings that are not over at `now_ms` whose lists say `words` somewhere, among the `most` meetings after `after` by
/// their ids. For what is asked seldom: all meetings are looked at, some in each statement, so that none takes long.
pub fn organizers_with(
    tx: &mut Tx<'_>,
    words: &str,
    now_ms: i64,
    (after, most): (&str, i64),
) -> Result<Organizers, DbFault> {
    let last = meetings::last_of_next(tx, after, most)?;
    // Both engines know this way of looking for a text as it is. Whether it recurs is the second column of the lists' key.
    let rows = tx.query(
        "SELECT m.organizer, l.listing FROM meeting m
         JOIN meeting_listed l ON l.person = 'u:' || m.organizer AND l.recurring IN (0, 1)
           AND l.first_start_at = m.first_start_at AND l.meeting = m.id
         WHERE m.id > $1 AND m.id <= $2 AND m.status = 'CONFIRMED' AND (m.last_end_at IS NULL OR m.last_end_at > $3)
           AND replace(l.listing, $4, '') <> l.listing",
        &[after.into(), last.as_deref().unwrap_or(meetings::BEYOND_IDS).into(), now_ms.into(), words.into()],
    )?;
    let found = rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect::<Result<_, DbFault>>()?;
    Ok(Organizers { found, next: last })
}

/// Adds a hand-over of these meetings, all of which wait.
pub fn insert(tx: &mut Tx<'_>, row: &HandoverRow, meetings: &[MeetingOf]) -> Result<(), DbFault> {
    tx.send(
        &format!("INSERT INTO handover ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"),
        &[
            row.id.to_string().into(),
            row.former.as_str().into(),
            row.former_jid.as_str().into(),
            row.organizer_jid.as_str().into(),
            row.notify.as_str().into(),
            row.stays.into(),
            row.asked_by.as_str().into(),
            row.address.clone().into(),
            row.created_at.into(),
            row.finished_at.into(),
        ],
    )?;
    for some in meetings.chunks(AT_ONCE) {
        let mut sql =
            "INSERT INTO handover_meeting (handover, next_at, state, attempts, meeting, summary, was) VALUES "
                .to_owned();
        let mut values: Vec<Value> = vec![row.id.to_string().into(), row.created_at.into()];
        for (number, of) in some.iter().enumerate() {
            let separator = if number == 0 { "" } else { ", " };
            let at = values.len();
            sql.push_str(&format!(
                "{separator}($1, $2, 'waiting', 0, ${}, ${}, ${})",
                at + 1,
                at + 2,
                at + 3
            ));
            values.extend([
                of.meeting.to_string().into(),
                of.summary.as_str().into(),
                of.was.as_str().into(),
            ]);
        }
        tx.send(&sql, &values)?;
    }
    Ok(())
}

/// The hand-over of a user (`user@domain` in lower case) that was asked for last.
pub fn last_of(tx: &mut Tx<'_>, former_jid: &str) -> Result<Option<HandoverRow>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM handover WHERE former_jid = $1 ORDER BY created_at DESC, id DESC LIMIT 1"
    );
    tx.query_one(&sql, &[former_jid.into()])?.as_ref().map(handover).transpose()
}

/// Those that are not finished, of which something is due at `now_ms` or nothing waits any more; the oldest first.
pub fn unfinished(tx: &mut Tx<'_>, now_ms: i64, most: i64) -> Result<Vec<HandoverRow>, DbFault> {
    let sql = format!(
        "SELECT {COLUMNS} FROM handover WHERE finished_at IS NULL AND (EXISTS (
           SELECT 1 FROM handover_meeting m WHERE m.handover = handover.id AND m.state = 'waiting' AND m.next_at <= $1)
           OR NOT EXISTS (SELECT 1 FROM handover_meeting m WHERE m.handover = handover.id AND m.state = 'waiting'))
         ORDER BY created_at LIMIT $2"
    );
    tx.query(&sql, &[now_ms.into(), most.into()])?.iter().map(handover).collect()
}

/// Meetings of a hand-over whose turn it is at `now_ms`, each with how often it was tried.
pub fn due(tx: &mut Tx<'_>, id: Uuid, now_ms: i64, most: i64) -> Result<Vec<(MeetingOf, i64)>, DbFault> {
    let sql = "SELECT meeting, summary, was, attempts FROM handover_meeting
               WHERE handover = $1 AND state = 'waiting' AND next_at <= $2 ORDER BY next_at, meeting LIMIT $3";
    let rows = tx.query(sql, &[id.to_string().into(), now_ms.into(), most.into()])?;
    rows.iter().map(|row| Ok((of(row)?, row.integer(3)?))).collect()
}

/// Notes that a meeting is handed over, or why it is not (a word, and the reason).
pub fn settle(
    tx: &mut Tx<'_>,
    id: Uuid,
    meeting: MeetingId,
    refused: Option<(&str, &str)>,
) -> Result<(), DbFault> {
    let (code, reason) = refused.unzip();
    tx.execute(
        "UPDATE handover_meeting SET state = $3, code = $4, reason = $5 WHERE handover = $1 AND meeting = $2 AND state = 'waiting'",
        &[
            id.to_string().into(),
            meeting.to_string().into(),
            if code.is_some() { "refused" } else { "done" }.into(),
            code.into(),
            reason.into(),
        ],
    )?;
    Ok(())
}

/// Lets a meeting wait until `next_at` (milliseconds since 1970), after a try that counts or one that was none.
pub fn put_off(
    tx: &mut Tx<'_>,
    id: Uuid,
    meeting: MeetingId,
    next_at: i64,
    counts: bool,
) -> Result<(), DbFault> {
    tx.execute(
        "UPDATE handover_meeting SET next_at = $3, attempts = attempts + $4
         WHERE handover = $1 AND meeting = $2 AND state = 'waiting'",
        &[id.to_string().into(), meeting.to_string().into(), next_at.into(), i64::from(counts).into()],
    )?;
    Ok(())
}

/// Notes that a hand-over is finished, if no meeting of it waits any more; whether it is so since now.
pub fn finish(tx: &mut Tx<'_>, id: Uuid, now_ms: i64) -> Result<bool, DbFault> {
    let finished = tx.execute(
        "UPDATE handover SET finished_at = $2 WHERE id = $1 AND finished_at IS NULL AND NOT EXISTS
           (SELECT 1 FROM handover_meeting WHERE handover = $1 AND state = 'waiting')",
        &[id.to_string().into(), now_ms.into()],
    )?;
    Ok(finished == 1)
}

/// How many meetings of a hand-over there are: what the user was in them, where they stand, and their number.
pub fn counts(tx: &mut Tx<'_>, id: Uuid) -> Result<Vec<(String, String, i64)>, DbFault> {
    let sql = "SELECT was, state, COUNT(*) FROM handover_meeting WHERE handover = $1 GROUP BY was, state ORDER BY was, state";
    let rows = tx.query(sql, &[id.to_string().into()])?;
    rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?, row.integer(2)?))).collect()
}

/// The meetings of a hand-over that stay as they were.
pub fn refused(tx: &mut Tx<'_>, id: Uuid, most: i64) -> Result<Vec<Refused>, DbFault> {
    let sql = "SELECT meeting, summary, was, code, reason FROM handover_meeting
               WHERE handover = $1 AND state = 'refused' ORDER BY meeting LIMIT $2";
    let rows = tx.query(sql, &[id.to_string().into(), most.into()])?;
    rows.iter().map(|row| Ok(Refused { of: of(row)?, code: row.text(3)?, reason: row.text(4)? })).collect()
}

/// Forgets hand-overs that were finished before `before`, a bounded number at once; how many they were.
pub fn forget(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<u64, DbFault> {
    let old =
        tx.query("SELECT id FROM handover WHERE finished_at < $1 LIMIT $2", &[before.into(), most.into()])?;
    for row in &old {
        let id = row.text(0)?;
        tx.send("DELETE FROM handover_meeting WHERE handover = $1", &[id.as_str().into()])?;
        tx.send("DELETE FROM handover WHERE id = $1", &[id.into()])?;
    }
    Ok(u64::try_from(old.len()).unwrap_or(u64::MAX))
}

fn of(row: &Row) -> Result<MeetingOf, DbFault> {
    Ok(MeetingOf { meeting: row.id(0)?, summary: row.text(1)?, was: row.text(2)? })
}

fn handover(row: &Row) -> Result<HandoverRow, DbFault> {
    Ok(HandoverRow {
        id: row.id(0)?,
        former: row.text(1)?,
        former_jid: row.text(2)?,
        organizer_jid: row.text(3)?,
        notify: row.text(4)?,
        stays: row.integer(5)? == 1,
        asked_by: row.text(6)?,
        address: row.optional_text(7)?,
        created_at: row.integer(8)?,
        finished_at: row.optional_integer(9)?,
    })
}
