//! Personal links: the key that schedulers sign them with, and whose were revoked.

use std::collections::HashMap;

use convoke_model::MeetingId;

use crate::{DbFault, Tx};

/// The key of this name, if some scheduler has made it.
pub fn key(tx: &mut Tx<'_>, name: &str) -> Result<Option<String>, DbFault> {
    let row = tx.query_one("SELECT secret FROM scheduler_key WHERE name = $1", &[name.into()])?;
    row.map(|row| row.text(0)).transpose()
}

/// Keeps a key, unless another scheduler was quicker; answers the one that holds.
pub fn key_or(tx: &mut Tx<'_>, name: &str, secret: &str, now_ms: i64) -> Result<String, DbFault> {
    tx.execute(
        "INSERT INTO scheduler_key (name, secret, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
        &[name.into(), secret.into(), now_ms.into()],
    )?;
    key(tx, name)?.ok_or_else(|| DbFault::Failed(format!("the key {name} was not kept")))
}

/// The epochs of a meeting's people whose links were revoked, by address in lower case; all others are at 0.
pub fn epochs(tx: &mut Tx<'_>, meeting: MeetingId) -> Result<HashMap<String, i64>, DbFault> {
    let sql = "SELECT person, epoch FROM answer_link WHERE meeting = $1";
    let rows = tx.query(sql, &[meeting.to_string().into()])?;
    rows.iter().map(|row| Ok((row.text(0)?, row.integer(1)?))).collect()
}

/// Revokes the link of a person to a meeting.
pub fn revoke(tx: &mut Tx<'_>, meeting: MeetingId, person: &str) -> Result<(), DbFault> {
    tx.send(
        "INSERT INTO answer_link (meeting, person, epoch) VALUES ($1, $2, 1)
         ON CONFLICT (meeting, person) DO UPDATE SET epoch = answer_link.epoch + 1",
        &[meeting.to_string().into(), person.into()],
    )
}
