//! The outbox: mails to be sent, claimed by one scheduler at a time.

use std::{collections::HashMap, time::Duration};

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx, Value, sql::MAX_PARAMETERS};

/// A mail to be sent, or that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id, from which its Message-ID is made.
    pub id: Uuid,
    /// The meeting that it tells of.
    pub meeting: MeetingId,
    /// The meeting's revision that it tells of.
    pub revision: i64,
    /// Where it goes; kept in lower case, the meeting knows how it is spelt.
    pub recipient: String,
    /// `invitation`, `update` and so on.
    pub kind: String,
    /// 0 for what somebody waits for at this moment: it goes before all others.
    pub lane: i64,
    /// The revision that the recipient was told last; the one before, where nothing is said.
    pub told: Option<i64>,
    /// What it is about beyond its kind, as JSON.
    pub about: Option<String>,
    /// Failed tries so far.
    pub attempts: i64,
    /// When it was queued, in milliseconds since 1970.
    pub created_at: i64,
}

/// The lane of mails that nobody waits for at this moment.
pub const USUAL_LANE: i64 = 1;

/// Kinds of mails that tell of what people say about a meeting, or that it begins, and not of the meeting: they wait for no other mail and none waits
/// for them, and nobody knows a meeting by them.
pub(crate) const BESIDE: &str = "'answers', 'proposalDeclined', 'reminder'";
/// Those of them that may be meant to wait.
const FOR_LATER: &str = "'answers', 'proposalDeclined'";

/// What became of a try to send a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// Which mail.
    pub id: Uuid,
    /// How it stands now.
    pub state: TriedState,
    /// Why, in the mail server's words.
    pub detail: String,
    /// When it is to be tried again, if it is.
    pub next_at: i64,
}

/// How a mail stands after a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TriedState {
    /// The mail server has it.
    Sent,
    /// It is not tried any more.
    Failed,
    /// It is tried again.
    Deferred,
    /// What it tells of is not so any more: it was not sent.
    Withdrawn,
}

/// What became of a person's last mail about a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOutcome {
    /// Whose.
    pub recipient: String,
    /// `queued`, `sent`, `deferred`, `failed` or `bounced`.
    pub state: String,
    /// Why, in the mail server's words.
    pub detail: Option<String>,
    /// Since when.
    pub at: i64,
}

/// Rows of one statement, where there are so many; each size is a statement of its own that is prepared once.
const SIZES: [usize; 4] = [24, 8, 2, 1];
/// Plain mails of one statement: most meetings have a few, and one with many takes few statements.
const PLAIN_SIZES: [usize; 5] = [16, 4, 3, 2, 1];
/// Claims that one statement renews: beside them it has two more parameters.
const RENEWED_AT_ONCE: usize = MAX_PARAMETERS - 2;

/// Cuts rows into pieces of these sizes, the greatest first.
fn pieces<'r, T>(mut rows: &'r [T], sizes: &'static [usize]) -> impl Iterator<Item = &'r [T]> {
    std::iter::from_fn(move || {
        let size = *sizes.iter().find(|size| **size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}

/// Queues mails.
pub fn insert(tx: &mut Tx<'_>, mails: &[MailRow]) -> Result<(), DbFault> {
    insert_as(tx, mails, "queued")
}

/// Notes mails that were sent elsewhere, as the history of a database that is filled from outside.
pub fn insert_sent(tx: &mut Tx<'_>, mails: &[MailRow]) -> Result<(), DbFault> {
    insert_as(tx, mails, "sent")
}

fn insert_as(tx: &mut Tx<'_>, mails: &[MailRow], state: &'static str) -> Result<(), DbFault> {
    let is_plain = |mail: &MailRow| mail.lane == USUAL_LANE && mail.told.is_none() && mail.about.is_none();
    if mails.iter().all(is_plain) {
        return pieces(mails, &PLAIN_SIZES).try_for_each(|piece| insert_piece(tx, piece, state, ""));
    }
    pieces(mails, &SIZES[1..]).try_for_each(|piece| insert_piece(tx, piece, state, ", lane, told, about"))
}

fn insert_piece(
    tx: &mut Tx<'_>,
    mails: &[MailRow],
    state: &'static str,
    more: &'static str,
) -> Result<(), DbFault> {
    let mut sql = format!(
        "INSERT INTO outbox (id, meeting, revision, recipient, kind, state, attempts, next_at, created_at, updated_at{more}) VALUES "
    );
    let mut values: Vec<Value> = Vec::new();
    for mail in mails {
        let first = values.len();
        let separator = if first == 0 { "" } else { ", " };
        let at = |n: usize| format!("${}", first + n);
        sql.push_str(&format!(
            "{separator}({}, {}, {}, {}, {}, '{state}', 0, {time}, {time}, {time}",
            at(1),
            at(2),
            at(3),
            at(4),
            at(5),
            time = at(6)
        ));
        values.extend([
            mail.id.to_string().into(),
            mail.meeting.to_string().into(),
            mail.revision.into(),
            mail.recipient.to_lowercase().into(),
            mail.kind.as_str().into(),
            mail.created_at.into(),
        ]);
        if !more.is_empty() {
            sql.push_str(&format!(", {}, {}, {}", at(7), at(8), at(9)));
            values.extend([mail.lane.into(), mail.told.into(), mail.about.clone().into()]);
        }
        sql.push(')');
    }
    tx.send(&sql, &values)
}

/// Claims mails that are due, for the time of `lease` by the database's clock: those that somebody waits for first, then
/// the oldest. A mail waits for earlier ones to the same person about the same meeting, so that an update never overtakes
/// its invitation.
pub fn claim(
    tx: &mut Tx<'_>,
    claim: &str,
    now_ms: i64,
    lease: Duration,
    most: i64,
) -> Result<Vec<MailRow>, DbFault> {
    // A lane at a time: what waits for another day in the first one is not read for the second.
    let sql = format!(
        "UPDATE outbox SET claim = $1, claimed_until = {clock} + $2 WHERE id IN (
           SELECT o.id FROM outbox o
           WHERE o.lane = $5 AND o.state IN ('queued', 'deferred') AND o.next_at <= $3
             AND (o.claimed_until IS NULL OR o.claimed_until <= {clock})
             AND (o.kind IN ({BESIDE}) OR NOT EXISTS (
               SELECT 1 FROM outbox e
               WHERE e.meeting = o.meeting AND e.recipient = o.recipient AND e.revision < o.revision
                 AND e.state IN ('queued', 'deferred') AND e.kind NOT IN ({BESIDE})))
           ORDER BY o.next_at LIMIT $4{skip_locked})
         RETURNING id, meeting, revision, recipient, kind, attempts, created_at, lane, told, about",
        clock = tx.clock(),
        skip_locked = tx.skip_locked()
    );
    let mut claimed = Vec::new();
    for lane in [0, USUAL_LANE] {
        let left = most.saturating_sub(i64::try_from(claimed.len()).unwrap_or(i64::MAX));
        if left > 0 {
            let values = [claim.into(), millis(lease).into(), now_ms.into(), left.into(), lane.into()];
            let rows = tx.query(&sql, &values)?;
            claimed.extend(rows.iter().map(mail).collect::<Result<Vec<_>, DbFault>>()?);
        }
    }
    Ok(claimed)
}

/// Makes claims last for the time of `lease` from now on; answers those that have not been lost to another scheduler.
pub fn renew(tx: &mut Tx<'_>, ids: &[Uuid], claim: &str, lease: Duration) -> Result<Vec<Uuid>, DbFault> {
    let mut renewed = Vec::new();
    for ids in ids.chunks(RENEWED_AT_ONCE) {
        let places: Vec<String> = (0..ids.len()).map(|n| format!("${}", n + 3)).collect();
        let sql = format!(
            "UPDATE outbox SET claimed_until = {} + $1
             WHERE claim = $2 AND state IN ('queued', 'deferred') AND id IN ({}) RETURNING id",
            tx.clock(),
            places.join(", ")
        );
        let mut values: Vec<Value> = vec![millis(lease).into(), claim.into()];
        values.extend(ids.iter().map(|id| id.to_string().into()));
        for row in tx.query(&sql, &values)? {
            renewed.push(guid(&row, 0)?);
        }
    }
    Ok(renewed)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// Ends claims: notes what became of each try. Answers the mails whose claim was still ours; the others are another's.
pub fn note(tx: &mut Tx<'_>, claim: &str, tries: &[Tried], now_ms: i64) -> Result<Vec<Uuid>, DbFault> {
    let mut noted = Vec::with_capacity(tries.len());
    for state in [TriedState::Sent, TriedState::Failed, TriedState::Deferred, TriedState::Withdrawn] {
        let alike: Vec<&Tried> = tries.iter().filter(|tried| tried.state == state).collect();
        for piece in pieces(&alike, &SIZES) {
            note_piece(tx, claim, piece, state, now_ms, &mut noted)?;
        }
    }
    Ok(noted)
}

fn note_piece(
    tx: &mut Tx<'_>,
    claim: &str,
    tries: &[&Tried],
    state: TriedState,
    now_ms: i64,
    noted: &mut Vec<Uuid>,
) -> Result<(), DbFault> {
    let (state, failures) = match state {
        TriedState::Sent => ("sent", 0),
        TriedState::Failed => ("failed", 0),
        TriedState::Deferred => ("deferred", 1),
        TriedState::Withdrawn => ("withdrawn", 0),
    };
    let mut values: Vec<Value> = vec![claim.into(), now_ms.into()];
    let mut rows = String::new();
    for tried in tries {
        let first = values.len();
        let separator = if rows.is_empty() { "" } else { ", " };
        rows.push_str(&format!(
            "{separator}(${}, ${}, CAST(${} AS BIGINT))",
            first + 1,
            first + 2,
            first + 3
        ));
        values.extend([tried.id.to_string().into(), tried.detail.as_str().into(), tried.next_at.into()]);
    }
    let sql = format!(
        "UPDATE outbox SET state = '{state}', attempts = attempts + {failures}, next_at = tried.column3,
           detail = tried.column2, updated_at = $2, claim = NULL, claimed_until = NULL
         FROM (VALUES {rows}) AS tried WHERE outbox.id = tried.column1 AND outbox.claim = $1 RETURNING outbox.id"
    );
    for row in tx.query(&sql, &values)? {
        noted.push(guid(&row, 0)?);
    }
    Ok(())
}

/// Gives up the claims whose name begins with `prefix`: those of a process that has ended.
pub fn release(tx: &mut Tx<'_>, prefix: &str) -> Result<u64, DbFault> {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    let sql = "UPDATE outbox SET claim = NULL, claimed_until = NULL WHERE state IN ('queued', 'deferred') AND substr(claim, 1, $1) = $2";
    tx.execute(sql, &[Value::Integer(length), prefix.into()])
}

/// Makes due at once what can't be meant to wait: mails that were never tried and those that would wait for longer than
/// `longest_ms`, because a clock went ahead when they were noted and was set back since. Answers how many there were.
pub fn mend_times(tx: &mut Tx<'_>, now_ms: i64, longest_ms: i64) -> Result<u64, DbFault> {
    let sql = format!(
        "UPDATE outbox SET next_at = $1 WHERE state IN ('queued', 'deferred') AND next_at > $1
           AND ((state = 'queued' AND kind NOT IN ({FOR_LATER})) OR next_at > $1 + $2)"
    );
    tx.execute(&sql, &[now_ms.into(), longest_ms.into()])
}

/// What became of the last mail to each person about a meeting.
///
/// The last ones are chosen here: asked of the database, each row would look at all others of the meeting.
pub fn outcomes(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<Vec<MailOutcome>, DbFault> {
    let sql = format!(
        "SELECT recipient, state, detail, updated_at, revision FROM outbox WHERE meeting = $1 AND kind NOT IN ({BESIDE})"
    );
    let rows = tx.query(&sql, &[meeting.to_string().into()])?;
    let mut last: HashMap<String, i64> = HashMap::new();
    for row in &rows {
        let revision = row.integer(4)?;
        let known = last.entry(row.text(0)?).or_insert(revision);
        *known = revision.max(*known);
    }
    let mut told = Vec::with_capacity(last.len());
    for row in &rows {
        let recipient = row.text(0)?;
        if last.get(&recipient) == Some(&row.integer(4)?) {
            let (state, detail, at) = (row.text(1)?, row.optional_text(2)?, row.integer(3)?);
            told.push(MailOutcome { recipient, state, detail, at });
        }
    }
    Ok(told)
}

/// A mail that one person was sent of a meeting, or is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastMail {
    /// Which.
    pub id: Uuid,
    /// The revision that it told of.
    pub revision: i64,
    /// Whether the person may know it: it was not refused for good.
    pub is_told: bool,
}

/// The mails of a meeting up to this revision, by recipient in lower case, each person's in order.
pub fn past(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    revision: i64,
) -> Result<HashMap<String, Vec<PastMail>>, DbFault> {
    let sql = format!(
        "SELECT recipient, id, revision, state FROM outbox
         WHERE meeting = $1 AND revision <= $2 AND kind NOT IN ({BESIDE}) ORDER BY revision, id"
    );
    let rows = tx.query(&sql, &[meeting.to_string().into(), revision.into()])?;
    let mut past: HashMap<String, Vec<PastMail>> = HashMap::new();
    for row in &rows {
        let is_told = !matches!(row.text(3)?.as_str(), "failed" | "bounced" | "withdrawn");
        let mail = PastMail { id: guid(row, 1)?, revision: row.integer(2)?, is_told };
        past.entry(row.text(0)?).or_default().push(mail);
    }
    Ok(past)
}

/// The meeting that a mail told somebody of; `None` where no such mail went to this person, by the address in lower case.
pub fn meeting_of(tx: &mut Tx<'_>, mail: Uuid, recipient: &str) -> Result<Option<MeetingId>, DbFault> {
    let sql = "SELECT meeting FROM outbox WHERE id = $1 AND recipient = $2";
    let row = tx.query_one(sql, &[mail.to_string().into(), recipient.into()])?;
    row.map(|row| row.id(0)).transpose()
}

/// Notes that a mail to this person came back; answers its meeting, `None` when it does not matter: it never went there, or it
/// came back before. A mail that counts as waiting went out all the same, and is not sent again.
pub fn bounced(
    tx: &mut Tx<'_>,
    mail: Uuid,
    recipient: &str,
    detail: &str,
    now_ms: i64,
) -> Result<Option<MeetingId>, DbFault> {
    let row = tx.query_one(
        "UPDATE outbox SET state = 'bounced', detail = $3, updated_at = $4, claim = NULL, claimed_until = NULL
         WHERE id = $1 AND recipient = $2 AND state IN ('queued', 'deferred', 'sent') RETURNING meeting",
        &[mail.to_string().into(), recipient.into(), detail.into(), now_ms.into()],
    )?;
    row.map(|row| row.id(0)).transpose()
}

/// Notes why a mail that was handed over has not arrived yet; answers its meeting, `None` where no such mail is under way.
pub fn delayed(
    tx: &mut Tx<'_>,
    mail: Uuid,
    recipient: &str,
    detail: &str,
) -> Result<Option<MeetingId>, DbFault> {
    let row = tx.query_one(
        "UPDATE outbox SET detail = $3 WHERE id = $1 AND recipient = $2 AND state = 'sent' RETURNING meeting",
        &[mail.to_string().into(), recipient.into(), detail.into()],
    )?;
    row.map(|row| row.id(0)).transpose()
}

/// How many mails of a kind this person was to get about a meeting since `since` (milliseconds since 1970).
pub fn count(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    recipient: &str,
    kind: &str,
    since: i64,
) -> Result<i64, DbFault> {
    let row = tx.query_one(
        "SELECT COUNT(*) FROM outbox WHERE meeting = $1 AND recipient = $2 AND kind = $3 AND created_at >= $4",
        &[meeting.to_string().into(), recipient.into(), kind.into(), since.into()],
    )?;
    row.map_or(Ok(0), |row| row.integer(0))
}

/// How many mails wait, and since when the oldest does; digests, which are meant to wait, are not among them.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, Option<i64>), DbFault> {
    let sql = format!(
        "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE state IN ('queued', 'deferred') AND kind NOT IN ({FOR_LATER})"
    );
    let row = tx.query_one(&sql, &[])?;
    row.map_or(Ok((0, None)), |row| Ok((row.integer(0)?, row.optional_integer(1)?)))
}

fn guid(row: &Row, column: usize) -> Result<Uuid, DbFault> {
    let text = row.text(column)?;
    convoke_model::id::parse_guid(&text).map_err(|_| DbFault::Failed(format!("no GUID: {text:?}")))
}

fn mail(row: &Row) -> Result<MailRow, DbFault> {
    Ok(MailRow {
        id: guid(row, 0)?,
        meeting: row.id(1)?,
        revision: row.integer(2)?,
        recipient: row.text(3)?,
        kind: row.text(4)?,
        attempts: row.integer(5)?,
        created_at: row.integer(6)?,
        lane: row.integer(7)?,
        told: row.optional_integer(8)?,
        about: row.optional_text(9)?,
    })
}
