//! What people answer: what holds of it, and every answer that ever came.

use std::collections::HashMap;

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx, Value, webhook_deliveries};

/// What somebody said last of a meeting, of an occurrence, or of one and those after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerRow {
    /// The address in lower case.
    pub person: String,
    /// Empty for all of it, else an original.
    pub recurrence: String,
    /// Whether those after it are meant too.
    pub following: bool,
    /// `NEEDS-ACTION`, `ACCEPTED`, `TENTATIVE` or `DECLINED`.
    pub partstat: String,
    /// `mail`, `link`, `web` or `organizer`.
    pub source: String,
    /// What was said with it.
    pub comment: String,
    /// The SEQUENCE that was answered.
    pub sequence: i64,
    /// When it was given, in milliseconds since 1970, as all instants here.
    pub stamped_at: i64,
    /// When the person last chose that all these dates are meant.
    pub meant_at: Option<i64>,
    /// When it came.
    pub answered_at: i64,
}

/// An answer that came, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedAnswer {
    /// Its id, which sorts by time.
    pub id: Uuid,
    /// What was said; `answered_at` is when it came.
    pub said: AnswerRow,
    /// `taken`, `older`, `outOfDate`, `late` or `refused`.
    pub outcome: String,
    /// Who entered it, when that was not the person.
    pub entered_by: Option<String>,
    /// For whom they entered it.
    pub on_behalf_of: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// The other time that was proposed with it, as JSON.
    pub proposal: Option<String>,
    /// The mail that tells the organizer of it.
    pub note: Option<Uuid>,
}

const COLUMNS: &str =
    "person, recurrence, following, partstat, source, comment, sequence, stamped_at, meant_at";

/// Keeps what somebody said, in place of what they said of the same before: earlier, or of an earlier SEQUENCE.
pub fn put(tx: &mut Tx<'_>, meeting: MeetingId, row: &AnswerRow) -> Result<(), DbFault> {
    let mut values: Vec<Value> = vec![meeting.to_string().into()];
    values.extend(said(row));
    values.push(row.answered_at.into());
    tx.send(
        &format!(
            "INSERT INTO answer (meeting, {COLUMNS}, answered_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
             ON CONFLICT (meeting, person, recurrence, following) DO UPDATE SET partstat = excluded.partstat,
               source = excluded.source, comment = excluded.comment, sequence = excluded.sequence,
               stamped_at = excluded.stamped_at, meant_at = excluded.meant_at, answered_at = excluded.answered_at
             WHERE excluded.sequence > answer.sequence OR excluded.stamped_at >= answer.stamped_at"
        ),
        &values,
    )
}

/// Adds an answer to all that ever came, and tells those who listen of one that was taken.
pub fn log(tx: &mut Tx<'_>, meeting: MeetingId, answer: &LoggedAnswer) -> Result<(), DbFault> {
    let mut values: Vec<Value> = vec![answer.id.to_string().into(), meeting.to_string().into()];
    values.extend(said(&answer.said));
    values.extend([
        answer.outcome.as_str().into(),
        answer.entered_by.clone().into(),
        answer.address.clone().into(),
        answer.proposal.clone().into(),
        answer.note.map(|note| note.to_string()).into(),
        answer.said.answered_at.into(),
        answer.on_behalf_of.clone().into(),
    ]);
    tx.send(
        &format!(
            "INSERT INTO answer_log (id, meeting, {COLUMNS}, outcome, entered_by, address, proposal, note, at, on_behalf_of)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)"
        ),
        &values,
    )?;
    if answer.outcome == "taken" {
        webhook_deliveries::queue_answer(tx, meeting, answer.id, answer.said.answered_at)?;
    }
    Ok(())
}

fn said(row: &AnswerRow) -> [Value; 9] {
    [
        row.person.as_str().into(),
        row.recurrence.as_str().into(),
        row.following.into(),
        row.partstat.as_str().into(),
        row.source.as_str().into(),
        row.comment.as_str().into(),
        row.sequence.into(),
        row.stamped_at.into(),
        row.meant_at.into(),
    ]
}

/// What a person said of a meeting.
pub fn of_person(tx: &mut Tx<'_>, meeting: MeetingId, person: &str) -> Result<Vec<AnswerRow>, DbFault> {
    let rows = tx.query(
        &format!("SELECT {COLUMNS}, answered_at FROM answer WHERE meeting = $1 AND person = $2"),
        &[meeting.to_string().into(), person.into()],
    )?;
    rows.iter().map(|row| answer(row, 0)).collect()
}

/// Meetings that one statement reads.
const AT_ONCE: usize = 64;

/// What a person said of these meetings.
pub fn of_person_in(
    tx: &mut Tx<'_>,
    meetings: &[MeetingId],
    person: &str,
) -> Result<HashMap<MeetingId, Vec<AnswerRow>>, DbFault> {
    let places: Vec<String> = (2..AT_ONCE + 2).map(|n| format!("${n}")).collect();
    let places = places.join(", ");
    let sql = format!(
        "SELECT {COLUMNS}, answered_at, meeting FROM answer WHERE person = $1 AND meeting IN ({places})"
    );
    let mut found: HashMap<MeetingId, Vec<AnswerRow>> = HashMap::new();
    for chunk in meetings.chunks(AT_ONCE) {
        // One statement for any number: what is left of its places is none of any meeting.
        let mut values: Vec<Value> = vec![person.into()];
        values.extend(chunk.iter().map(|id| Value::from(id.to_string())));
        values.resize(AT_ONCE + 1, Value::Text(String::new()));
        for row in tx.query(&sql, &values)? {
            found.entry(row.id(10)?).or_default().push(answer(&row, 0)?);
        }
    }
    Ok(found)
}

/// What everybody said of a meeting, by person.
pub fn of_meeting(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<Vec<AnswerRow>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS}, answered_at FROM answer WHERE meeting = $1 ORDER BY person, recurrence, following"
        ),
        &[meeting.to_string().into()],
    )?;
    rows.iter().map(|row| answer(row, 0)).collect()
}

/// What everybody had said of a meeting at `at`.
pub fn as_of(tx: &mut Tx<'_>, meeting: MeetingId, at: i64) -> Result<Vec<AnswerRow>, DbFault> {
    let mut found = of_meeting(tx, meeting)?;
    if found.iter().all(|answer| answer.answered_at <= at) {
        return Ok(found);
    }
    let (known, newer): (Vec<AnswerRow>, Vec<AnswerRow>) =
        found.drain(..).partition(|answer| answer.answered_at <= at);
    found = known;
    let rows = tx.query(
        &format!(
            "SELECT {COLUMNS}, at FROM answer_log WHERE meeting = $1 AND at <= $2 AND outcome = 'taken' ORDER BY id DESC"
        ),
        &[meeting.to_string().into(), at.into()],
    )?;
    let earlier = rows.iter().map(|row| answer(row, 0)).collect::<Result<Vec<_>, DbFault>>()?;
    let is_about = |one: &AnswerRow, other: &AnswerRow| {
        (&one.person, &one.recurrence, one.following) == (&other.person, &other.recurrence, other.following)
    };
    found.extend(newer.iter().filter_map(|newer| earlier.iter().find(|then| is_about(then, newer)).cloned()));
    Ok(found)
}

/// The answers that came to a meeting, of everybody or of one person, before one of them (an id), newest first.
pub fn logged(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    person: Option<&str>,
    before: Option<&str>,
    most: i64,
) -> Result<Vec<LoggedAnswer>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT id, {COLUMNS}, at, outcome, entered_by, address, proposal, note, on_behalf_of FROM answer_log
             WHERE meeting = $1 AND id < $2 AND person = COALESCE($4, person) ORDER BY id DESC LIMIT $3"
        ),
        // No id begins with a letter beyond f.
        &[
            meeting.to_string().into(),
            before.unwrap_or("g").into(),
            most.into(),
            person.map(str::to_owned).into(),
        ],
    )?;
    rows.iter().map(logged_answer).collect()
}

/// The answers that a mail tells of, in the order in which they came.
pub fn told_by(tx: &mut Tx<'_>, note: Uuid) -> Result<Vec<LoggedAnswer>, DbFault> {
    let rows = tx.query(
        &format!(
            "SELECT id, {COLUMNS}, at, outcome, entered_by, address, proposal, note, on_behalf_of FROM answer_log
             WHERE note = $1 ORDER BY id"
        ),
        &[note.to_string().into()],
    )?;
    rows.iter().map(logged_answer).collect()
}

/// The answer of this id.
pub fn find_logged(tx: &mut Tx<'_>, id: Uuid) -> Result<Option<LoggedAnswer>, DbFault> {
    let sql = format!(
        "SELECT id, {COLUMNS}, at, outcome, entered_by, address, proposal, note, on_behalf_of FROM answer_log WHERE id = $1"
    );
    tx.query_one(&sql, &[id.to_string().into()])?.as_ref().map(logged_answer).transpose()
}

/// Forgets what people said who are not in a meeting any more; that they said it stays known.
pub fn forget(tx: &mut Tx<'_>, meeting: MeetingId, people: &[String]) -> Result<(), DbFault> {
    for person in people {
        let values = [meeting.to_string().into(), person.as_str().into()];
        tx.send("DELETE FROM answer WHERE meeting = $1 AND person = $2", &values)?;
    }
    Ok(())
}

/// Gives occurrences other names: what was said of them is said of the same ones.
pub fn rename(tx: &mut Tx<'_>, meeting: MeetingId, names: &[(String, String)]) -> Result<(), DbFault> {
    if names.is_empty() {
        return Ok(());
    }
    let all = of_meeting(tx, meeting)?;
    let is_named = |row: &&AnswerRow| {
        names.iter().any(|(from, to)| row.recurrence == *from || row.recurrence == *to) && !row.following
    };
    for row in all.iter().filter(is_named) {
        let values: [Value; 3] =
            [meeting.to_string().into(), row.person.as_str().into(), row.recurrence.as_str().into()];
        tx.send(
            "DELETE FROM answer WHERE meeting = $1 AND person = $2 AND recurrence = $3 AND following = 0",
            &values,
        )?;
    }
    for row in all.iter().filter(is_named) {
        if let Some((_, to)) = names.iter().find(|(from, _)| row.recurrence == *from) {
            put(tx, meeting, &AnswerRow { recurrence: to.clone(), ..row.clone() })?;
        }
    }
    Ok(())
}

fn answer(row: &Row, first: usize) -> Result<AnswerRow, DbFault> {
    Ok(AnswerRow {
        person: row.text(first)?,
        recurrence: row.text(first + 1)?,
        following: row.integer(first + 2)? == 1,
        partstat: row.text(first + 3)?,
        source: row.text(first + 4)?,
        comment: row.text(first + 5)?,
        sequence: row.integer(first + 6)?,
        stamped_at: row.integer(first + 7)?,
        meant_at: row.optional_integer(first + 8)?,
        answered_at: row.integer(first + 9)?,
    })
}

fn logged_answer(row: &Row) -> Result<LoggedAnswer, DbFault> {
    Ok(LoggedAnswer {
        id: row.id(0)?,
        said: answer(row, 1)?,
        outcome: row.text(11)?,
        entered_by: row.optional_text(12)?,
        address: row.optional_text(13)?,
        proposal: row.optional_text(14)?,
        note: row.optional_id(15)?,
        on_behalf_of: row.optional_text(16)?,
    })
}
