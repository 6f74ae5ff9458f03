//! The outbox: mails to be sent, claimed by one scheduler at a time.

use std::{collections::HashMap, time::Duration};

use convoke_model::{MeetingId, Uuid};

use crate::{DbFault, Row, Tx, Value};

/// A mail to be sent, or that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailRow {
    /// Its id, from which its Message-ID is made.
    pub id: Uuid,
    /// The meeting that it tells of.
    pub meeting: MeetingId,
    /// The meeting's revision that it tells of.
    pub revision: i64,
    /// Where it goes.
    pub recipient: String,
    /// `invitation`, `update`, `cancellation` or `removal`.
    pub kind: String,
    /// Failed tries so far.
    pub attempts: i64,
    /// When it was queued, in milliseconds since 1970.
    pub created_at: i64,
}

/// What became of a person's last mail about a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailOutcome {
    /// Whose.
    pub recipient: String,
    /// `queued`, `sent`, `deferred` or `failed`.
    pub state: String,
    /// Why, in the mail server's words.
    pub detail: Option<String>,
    /// Since when.
    pub at: i64,
}

/// Rows of one statement at most: each takes 6 of the 24 parameters that a statement may have.
const AT_ONCE: usize = 4;
/// Claims that one statement renews: beside them it has two more of the 24 parameters.
const RENEWED_AT_ONCE: usize = 22;

/// Queues mails.
pub fn insert(tx: &mut Tx<'_>, mails: &[MailRow]) -> Result<(), DbFault> {
    insert_as(tx, mails, "queued")
}

/// Notes mails that were sent elsewhere, as the history of a database that is filled from outside.
pub fn insert_sent(tx: &mut Tx<'_>, mails: &[MailRow]) -> Result<(), DbFault> {
    insert_as(tx, mails, "sent")
}

fn insert_as(tx: &mut Tx<'_>, mails: &[MailRow], state: &'static str) -> Result<(), DbFault> {
    for chunk in mails.chunks(AT_ONCE) {
        let mut sql = "INSERT INTO outbox (id, meeting, revision, recipient, kind, state, attempts, next_at, created_at, updated_at) VALUES ".to_owned();
        let mut values: Vec<Value> = Vec::new();
        for mail in chunk {
            let first = values.len();
            let separator = if first == 0 { "" } else { ", " };
            let at = |n: usize| format!("${}", first + n);
            sql.push_str(&format!(
                "{separator}({}, {}, {}, {}, {}, '{state}', 0, {time}, {time}, {time})",
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
                mail.recipient.as_str().into(),
                mail.kind.as_str().into(),
                mail.created_at.into(),
            ]);
        }
        tx.send(&sql, &values)?;
    }
    Ok(())
}

/// Claims mails that are due, oldest first, for the time of `lease` by the database's clock. A mail waits for earlier ones
/// to the same person about the same meeting, so that an update never overtakes its invitation.
pub fn claim(
    tx: &mut Tx<'_>,
    claim: &str,
    now_ms: i64,
    lease: Duration,
    most: i64,
) -> Result<Vec<MailRow>, DbFault> {
    let sql = format!(
        "UPDATE outbox SET claim = $1, claimed_until = {clock} + $2 WHERE id IN (
           SELECT o.id FROM outbox o
           WHERE o.state IN ('queued', 'deferred') AND o.next_at <= $3
             AND (o.claimed_until IS NULL OR o.claimed_until <= {clock})
             AND NOT EXISTS (
               SELECT 1 FROM outbox e
               WHERE e.meeting = o.meeting AND lower(e.recipient) = lower(o.recipient) AND e.revision < o.revision
                 AND e.state IN ('queued', 'deferred'))
           ORDER BY o.next_at LIMIT $4{skip_locked})
         RETURNING id, meeting, revision, recipient, kind, attempts, created_at",
        clock = tx.clock(),
        skip_locked = tx.skip_locked()
    );
    let rows = tx.query(&sql, &[claim.into(), millis(lease).into(), now_ms.into(), most.into()])?;
    rows.iter().map(mail).collect()
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

/// Ends a claim: the mail was sent, or will not be.
pub fn settle(
    tx: &mut Tx<'_>,
    id: Uuid,
    claim: &str,
    sent: bool,
    detail: &str,
    now_ms: i64,
) -> Result<bool, DbFault> {
    let state = if sent { "sent" } else { "failed" };
    let sql = "UPDATE outbox SET state = $1, detail = $2, updated_at = $3, claim = NULL, claimed_until = NULL
               WHERE id = $4 AND claim = $5";
    let values = [state.into(), detail.into(), now_ms.into(), id.to_string().into(), claim.into()];
    Ok(tx.execute(sql, &values)? > 0)
}

/// Ends a claim: the mail is to be tried again at `next_at`.
pub fn defer(
    tx: &mut Tx<'_>,
    id: Uuid,
    claim: &str,
    next_at: i64,
    detail: &str,
    now_ms: i64,
) -> Result<bool, DbFault> {
    let sql = "UPDATE outbox SET state = 'deferred', attempts = attempts + 1, next_at = $1, detail = $2, updated_at = $3,
                 claim = NULL, claimed_until = NULL
               WHERE id = $4 AND claim = $5";
    let values = [next_at.into(), detail.into(), now_ms.into(), id.to_string().into(), claim.into()];
    Ok(tx.execute(sql, &values)? > 0)
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
    let sql = "UPDATE outbox SET next_at = $1
               WHERE state IN ('queued', 'deferred') AND next_at > $1 AND (state = 'queued' OR next_at > $1 + $2)";
    tx.execute(sql, &[now_ms.into(), longest_ms.into()])
}

/// What became of the last mail to each person about a meeting.
///
/// The last ones are chosen here: asked of the database, each row would look at all others of the meeting.
pub fn outcomes(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<Vec<MailOutcome>, DbFault> {
    let rows = tx.query(
        "SELECT recipient, state, detail, updated_at, revision FROM outbox WHERE meeting = $1",
        &[meeting.to_string().into()],
    )?;
    let mut last: HashMap<String, i64> = HashMap::new();
    for row in &rows {
        let revision = row.integer(4)?;
        let known = last.entry(row.text(0)?.to_lowercase()).or_insert(revision);
        *known = revision.max(*known);
    }
    let mut told = Vec::with_capacity(last.len());
    for row in &rows {
        let recipient = row.text(0)?;
        if last.get(&recipient.to_lowercase()) == Some(&row.integer(4)?) {
            let (state, detail, at) = (row.text(1)?, row.optional_text(2)?, row.integer(3)?);
            told.push(MailOutcome { recipient, state, detail, at });
        }
    }
    Ok(told)
}

/// How many mails wait, and since when the oldest does.
pub fn waiting(tx: &mut Tx<'_>) -> Result<(i64, Option<i64>), DbFault> {
    let sql = "SELECT COUNT(*), MIN(created_at) FROM outbox WHERE state IN ('queued', 'deferred')";
    let row = tx.query_one(sql, &[])?;
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
    })
}
