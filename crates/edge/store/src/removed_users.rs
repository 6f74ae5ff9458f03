//! Users who were removed lately: what is still signed in their name is to be refused everywhere.

use convoke_model::UserId;

use crate::{DbFault, Tx, delegates, feeds, webhooks};

/// Notes that a user was removed now, ends what goes out in their name, and forgets those who were before the last `keep_ms` milliseconds. By the database's
/// clock: those who ask for what is new compare the instants, whichever machine noted them.
pub fn note(tx: &mut Tx<'_>, user: UserId, keep_ms: i64) -> Result<(), DbFault> {
    let clock = tx.clock();
    tx.execute(&format!("DELETE FROM user_removed WHERE removed_at < {clock} - $1"), &[keep_ms.into()])?;
    tx.execute(
        &format!(
            "INSERT INTO user_removed (user_id, removed_at) VALUES ($1, {clock})
             ON CONFLICT (user_id) DO UPDATE SET removed_at = excluded.removed_at"
        ),
        &[user.to_string().into()],
    )?;
    delegates::forget(tx, &user.to_string())?;
    feeds::delete_of(tx, user)?;
    webhooks::delete_of(tx, user)
}

/// Who was removed at `since` (milliseconds since 1970) or later, oldest first, at most `most`; each with the instant.
pub fn since(tx: &mut Tx<'_>, since: i64, most: i64) -> Result<Vec<(String, i64)>, DbFault> {
    let sql = "SELECT user_id, removed_at FROM user_removed WHERE removed_at >= $1 ORDER BY removed_at, user_id LIMIT $2";
    tx.query(sql, &[since.into(), most.into()])?
        .iter()
        .map(|row| Ok((row.text(0)?, row.integer(1)?)))
        .collect()
}
