//! Writes that their callers named (`Idempotency-Key`): what was asked under a name, and what was answered.

use convoke_model::MeetingId;

use crate::{DbFault, Row, Tx};

/// A write under its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// Whose name it is.
    pub caller: String,
    /// The name.
    pub key: String,
    /// A digest of the request.
    pub request: String,
}

/// What was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// A digest of the request.
    pub request: String,
    /// The HTTP status.
    pub status: i64,
    /// What was shown.
    pub shown: Shown,
}

/// What an answer shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Shown {
    /// A meeting, at this revision.
    Meeting(MeetingId, i64),
    /// This JSON.
    Text(String),
}

/// What was answered to the write that had this name at `since` or later (milliseconds since 1970).
pub fn answered(tx: &mut Tx<'_>, caller: &str, key: &str, since: i64) -> Result<Option<Answered>, DbFault> {
    let row = tx.query_one(
        "SELECT request, status, meeting, revision, answer FROM idempotency WHERE caller = $1 AND key = $2 AND created_at >= $3",
        &[caller.into(), key.into(), since.into()],
    )?;
    let answered = |row: Row| {
        Ok(Answered {
            request: row.text(0)?,
            status: row.integer(1)?,
            shown: match row.optional_text(4)? {
                Some(text) => Shown::Text(text),
                None => Shown::Meeting(row.id(2)?, row.integer(3)?),
            },
        })
    };
    row.map(answered).transpose()
}

/// Notes what is answered to a write; `false` when its name was taken at `since` or later.
pub fn note(
    tx: &mut Tx<'_>,
    named: &Named,
    status: i64,
    shown: &Shown,
    (since, now_ms): (i64, i64),
) -> Result<bool, DbFault> {
    let (meeting, revision, answer) = match shown {
        Shown::Meeting(meeting, revision) => (meeting.to_string(), *revision, None),
        Shown::Text(text) => (String::new(), 0, Some(text.as_str())),
    };
    let noted = tx.execute(
        "INSERT INTO idempotency (caller, key, request, status, meeting, revision, answer, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (caller, key) DO UPDATE SET request = excluded.request, status = excluded.status,
           meeting = excluded.meeting, revision = excluded.revision, answer = excluded.answer, created_at = excluded.created_at
         WHERE idempotency.created_at < $9",
        &[
            named.caller.as_str().into(),
            named.key.as_str().into(),
            named.request.as_str().into(),
            status.into(),
            meeting.into(),
            revision.into(),
            answer.into(),
            now_ms.into(),
            since.into(),
        ],
    )?;
    Ok(noted == 1)
}

/// Forgets names from before `before`, a bounded number at once; how many they were.
pub fn forget(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<u64, DbFault> {
    tx.execute(
        "DELETE FROM idempotency WHERE (caller, key) IN
           (SELECT caller, key FROM idempotency WHERE created_at < $1 LIMIT $2)",
        &[before.into(), most.into()],
    )
}
