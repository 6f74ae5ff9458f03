//! Spaces that no meeting has yet, and spaces to be removed: what a scheduler that is killed in between leaves for
//! another to settle.

use crate::{DbFault, Tx};

/// Notes that a space was made under this request and that no meeting has it yet.
pub fn intend(tx: &mut Tx<'_>, request: &str, now_ms: i64) -> Result<(), DbFault> {
    tx.execute(
        // Two who note the same one at the same time are contention and not a fault.
        "INSERT INTO space_intent (request, created_at) VALUES ($1, $2) ON CONFLICT (request) DO NOTHING",
        &[request.into(), now_ms.into()],
    )?;
    Ok(())
}

/// Forgets an intent, because the meeting now has the space or the space is gone; whether it was there.
pub fn settle_intent(tx: &mut Tx<'_>, request: &str) -> Result<bool, DbFault> {
    Ok(tx.execute("DELETE FROM space_intent WHERE request = $1", &[request.into()])? > 0)
}

/// Requests whose meeting has not come about since `before`.
pub fn stale_intents(tx: &mut Tx<'_>, before: i64, most: i64) -> Result<Vec<String>, DbFault> {
    let sql = "SELECT request FROM space_intent WHERE created_at <= $1 ORDER BY created_at LIMIT $2";
    tx.query(sql, &[before.into(), most.into()])?.iter().map(|row| row.text(0)).collect()
}

/// Notes that a space is to be removed.
pub fn remove_later(tx: &mut Tx<'_>, space: &str, (now_ms, due_at): (i64, i64)) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO space_removal (space, created_at, due_at) VALUES ($1, $2, $3) ON CONFLICT (space) DO NOTHING",
        &[space.into(), now_ms.into(), due_at.into()],
    )?;
    Ok(())
}

/// Spaces to be removed by now.
pub fn to_remove(tx: &mut Tx<'_>, now_ms: i64, most: i64) -> Result<Vec<String>, DbFault> {
    let sql = "SELECT space FROM space_removal WHERE due_at <= $1 ORDER BY created_at LIMIT $2";
    tx.query(sql, &[now_ms.into(), most.into()])?.iter().map(|row| row.text(0)).collect()
}

/// Forgets a space that has been removed.
pub fn note_removed(tx: &mut Tx<'_>, space: &str) -> Result<(), DbFault> {
    tx.execute("DELETE FROM space_removal WHERE space = $1", &[space.into()])?;
    Ok(())
}
