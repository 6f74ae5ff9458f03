//! Events on their way to [`crate::webhooks`]: queued in the transaction of what they tell of, claimed by one scheduler at a time.
//!
//! They are written where a meeting's revision and an answer are ([`crate::meetings`], [`crate::answers`]), so that no way of
//! changing a meeting can forget them; where nobody listens that costs one statement that nobody waits for.

use std::time::Duration;

use convoke_model::{MeetingId, Uuid};
use convoke_runtime::random;

use crate::{DbFault, Row, Tx, Value};

/// How long an event is tried to be delivered, in milliseconds.
pub const TRIED_FOR_MS: i64 = 3 * 24 * 3_600 * 1_000;

/// An event on its way to one address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeliveryRow {
    /// Where to.
    pub webhook: Uuid,
    /// The event's id.
    pub id: Uuid,
    /// `created`, `changed`, `cancelled`, `answered` or `test`.
    pub event: String,
    /// Of which meeting; none for a test.
    pub meeting: Option<MeetingId>,
    /// The meeting's revision when it happened.
    pub revision: i64,
    /// Which answer, by its id in the log; empty for others.
    pub about: String,
    /// `queued`, `deferred`, `delivered` or `failed`.
    pub state: String,
    /// Failed tries.
    pub attempts: i64,
    /// What became of the last try.
    pub detail: Option<String>,
    /// When it is tried next, if it is, in milliseconds since 1970, as all instants here.
    pub next_at: i64,
    /// When it is given up.
    pub gives_up_at: i64,
    /// When it happened.
    pub created_at: i64,
    /// When it was tried last.
    pub updated_at: i64,
}

const COLUMNS: &str = "webhook, id, event, meeting, revision, about, state, attempts, detail, next_at, gives_up_at, \
                       created_at, updated_at";

/// What a new row is, from the parameters event id, event, revision, instant, end of tries.
const NEW: &str =
    "INSERT INTO webhook_delivery (webhook, id, event, meeting, revision, about, state, attempts, next_at,
                     gives_up_at, created_at, updated_at)";

/// Queues that a meeting was `created`, `changed` or `cancelled`, for those who listen to its organizer's meetings or to all.
pub(crate) fn queue_change(
    tx: &mut Tx<'_>,
    event: &'static str,
    (meeting, revision): (MeetingId, i64),
    organizers: [&str; 2],
    now_ms: i64,
) -> Result<(), DbFault> {
    tx.send(
        &format!(
            "{NEW} SELECT w.id, CAST($1 AS TEXT), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT), '', 'queued', 0,
               CAST($5 AS BIGINT), CAST($6 AS BIGINT), CAST($5 AS BIGINT), CAST($5 AS BIGINT)
             FROM webhook w WHERE w.is_enabled = 1 AND w.owner IN ('', $7, $8) AND w.events LIKE '%,' || CAST($2 AS TEXT) || ',%'"
        ),
        &[
            random::guid_at(now_ms).to_string().into(),
            event.into(),
            meeting.to_string().into(),
            revision.into(),
            now_ms.into(),
            now_ms.saturating_add(TRIED_FOR_MS).into(),
            organizers[0].into(),
            organizers[1].into(),
        ],
    )
}

/// Queues that an answer was taken, named by its id in the log.
pub(crate) fn queue_answer(
    tx: &mut Tx<'_>,
    meeting: MeetingId,
    answer: Uuid,
    now_ms: i64,
) -> Result<(), DbFault> {
    tx.send(
        &format!(
            "{NEW} SELECT w.id, CAST($1 AS TEXT), 'answered', m.id, m.revision, CAST($2 AS TEXT), 'queued', 0,
               CAST($3 AS BIGINT), CAST($4 AS BIGINT), CAST($3 AS BIGINT), CAST($3 AS BIGINT)
             FROM webhook w, meeting m
             WHERE m.id = $5 AND w.is_enabled = 1 AND w.owner IN ('', m.organizer) AND w.events LIKE '%,answered,%'"
        ),
        &[
            random::guid_at(now_ms).to_string().into(),
            answer.to_string().into(),
            now_ms.into(),
            now_ms.saturating_add(TRIED_FOR_MS).into(),
            meeting.to_string().into(),
        ],
    )
}

/// Queues an event that nothing happened for, so that its receiver can be tried; `false` when there were `most` since `since`.
pub fn queue_test(
    tx: &mut Tx<'_>,
    webhook: Uuid,
    id: Uuid,
    (since, most): (i64, i64),
    now_ms: i64,
) -> Result<bool, DbFault> {
    let count = tx.query_one(
        "SELECT COUNT(*) FROM webhook_delivery WHERE webhook = $1 AND event = 'test' AND created_at > $2",
        &[webhook.to_string().into(), since.into()],
    )?;
    if count.map_or(Ok(0), |row| row.integer(0))? >= most {
        return Ok(false);
    }
    let values: [Value; 4] = [
        webhook.to_string().into(),
        id.to_string().into(),
        now_ms.into(),
        now_ms.saturating_add(TRIED_FOR_MS).into(),
    ];
    tx.execute(&format!("{NEW} VALUES ($1, $2, 'test', NULL, 0, '', 'queued', 0, $3, $4, $3, $3)"), &values)?;
    end_pause(tx, webhook)?;
    Ok(true)
}

/// The newest ones of a webhook.
pub fn list(tx: &mut Tx<'_>, webhook: Uuid, most: i64) -> Result<Vec<DeliveryRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_delivery WHERE webhook = $1 ORDER BY id DESC LIMIT $2");
    tx.query(&sql, &[webhook.to_string().into(), most.into()])?.iter().map(read).collect()
}

/// One of a webhook.
pub fn find(tx: &mut Tx<'_>, webhook: Uuid, id: Uuid) -> Result<Option<DeliveryRow>, DbFault> {
    let sql = format!("SELECT {COLUMNS} FROM webhook_delivery WHERE webhook = $1 AND id = $2");
    let values = [webhook.to_string().into(), id.to_string().into()];
    tx.query_one(&sql, &values)?.as_ref().map(read).transpose()
}

/// Tries one again that was delivered or given up; `false` when it is on its way anyhow.
pub fn retry(tx: &mut Tx<'_>, webhook: Uuid, id: Uuid, now_ms: i64) -> Result<bool, DbFault> {
    let retried = tx.execute(
        "UPDATE webhook_delivery SET state = 'queued', attempts = 0, detail = NULL, next_at = $3, gives_up_at = $4, updated_at = $3
         WHERE webhook = $1 AND id = $2 AND state IN ('delivered', 'failed')",
        &[
            webhook.to_string().into(),
            id.to_string().into(),
            now_ms.into(),
            now_ms.saturating_add(TRIED_FOR_MS).into(),
        ],
    )?;
    end_pause(tx, webhook)?;
    Ok(retried == 1)
}

/// Whoever asks for a try does not wait for it.
fn end_pause(tx: &mut Tx<'_>, webhook: Uuid) -> Result<(), DbFault> {
    tx.execute("UPDATE webhook SET next_at = 0 WHERE id = $1", &[webhook.to_string().into()]).map(drop)
}

/// Webhooks that do not pause and for which something is due that nobody is delivering, in any order, so that none is always last.
pub fn ready(tx: &mut Tx<'_>, now_ms: i64, most: i64) -> Result<Vec<Uuid>, DbFault> {
    let sql = format!(
        "SELECT w.id FROM webhook w WHERE w.is_enabled = 1 AND w.next_at <= $1 AND EXISTS (
           SELECT 1 FROM webhook_delivery d WHERE d.webhook = w.id AND d.state IN ('queued', 'deferred') AND d.next_at <= $1
             AND (d.claimed_until IS NULL OR d.claimed_until <= {})) ORDER BY random() LIMIT $2",
        tx.clock()
    );
    tx.query(&sql, &[now_ms.into(), most.into()])?.iter().map(|row| row.id(0)).collect()
}

/// Claims what is due for a webhook, the oldest first, for the time of `lease` by the database's clock.
pub fn claim(
    tx: &mut Tx<'_>,
    webhook: Uuid,
    claim: &str,
    now_ms: i64,
    lease: Duration,
    most: i64,
) -> Result<Vec<DeliveryRow>, DbFault> {
    let (clock, skip_locked) = (tx.clock(), tx.skip_locked());
    let sql = format!(
        "UPDATE webhook_delivery SET claim = $1, claimed_until = {clock} + $2 WHERE webhook = $3 AND id IN (
           SELECT d.id FROM webhook_delivery d
           WHERE d.webhook = $3 AND d.state IN ('queued', 'deferred') AND d.next_at <= $4
             AND (d.claimed_until IS NULL OR d.claimed_until <= {clock})
           ORDER BY d.next_at, d.id LIMIT $5{skip_locked})
         RETURNING {COLUMNS}"
    );
    let lease = i64::try_from(lease.as_millis()).unwrap_or(i64::MAX);
    let values = [claim.into(), lease.into(), webhook.to_string().into(), now_ms.into(), most.into()];
    tx.query(&sql, &values)?.iter().map(read).collect()
}

/// Gives up the claims whose name begins with `prefix`: those of a process that has ended.
pub fn release(tx: &mut Tx<'_>, prefix: &str) -> Result<u64, DbFault> {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    let sql = "UPDATE webhook_delivery SET claim = NULL, claimed_until = NULL
               WHERE state IN ('queued', 'deferred') AND substr(claim, 1, $1) = $2";
    tx.execute(sql, &[length.into(), prefix.into()])
}

/// What became of a try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tried {
    /// It was taken.
    Delivered,
    /// It is tried again at this time, in milliseconds since 1970.
    Deferred(i64),
    /// It is not tried any more.
    Failed,
}

/// Ends a claim: notes what became of a try; `false` when the claim was another's by then.
pub fn note(
    tx: &mut Tx<'_>,
    claim: &str,
    of: &DeliveryRow,
    tried: &Tried,
    detail: &str,
    now_ms: i64,
) -> Result<bool, DbFault> {
    let (state, next_at, failures) = match tried {
        Tried::Delivered => ("delivered", of.next_at, 0),
        Tried::Deferred(next_at) => ("deferred", *next_at, 1),
        Tried::Failed => ("failed", of.next_at, 1),
    };
    let noted = tx.execute(
        "UPDATE webhook_delivery SET state = $1, next_at = $2, attempts = attempts + $3, detail = $4, updated_at = $5,
           claim = NULL, claimed_until = NULL
         WHERE webhook = $6 AND id = $7 AND claim = $8",
        &[
            state.into(),
            next_at.into(),
            failures.into(),
            detail.into(),
            now_ms.into(),
            of.webhook.to_string().into(),
            of.id.to_string().into(),
            claim.into(),
        ],
    )?;
    Ok(noted == 1)
}

/// Forgets what happened before `before`, a bounded number at once; how many they were.
pub fn forget(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<u64, DbFault> {
    let old = tx.query(
        "SELECT webhook, id FROM webhook_delivery WHERE created_at < $1 ORDER BY created_at LIMIT $2",
        &[before.into(), most.into()],
    )?;
    for row in &old {
        let values = [row.text(0)?.into(), row.text(1)?.into()];
        tx.send("DELETE FROM webhook_delivery WHERE webhook = $1 AND id = $2", &values)?;
    }
    Ok(old.len() as u64)
}

fn read(row: &Row) -> Result<DeliveryRow, DbFault> {
    Ok(DeliveryRow {
        webhook: row.id(0)?,
        id: row.id(1)?,
        event: row.text(2)?,
        meeting: row.optional_id(3)?,
        revision: row.integer(4)?,
        about: row.text(5)?,
        state: row.text(6)?,
        attempts: row.integer(7)?,
        detail: row.optional_text(8)?,
        next_at: row.integer(9)?,
        gives_up_at: row.integer(10)?,
        created_at: row.integer(11)?,
        updated_at: row.integer(12)?,
    })
}
