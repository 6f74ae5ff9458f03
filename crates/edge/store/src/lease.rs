//! What one process does at a time: a row with the holder's name, which holds for a time by the database's clock.

use std::time::Duration;

use crate::{DbFault, Tx, Value};

/// Takes a lease, or makes it hold for the time of `hold` from now on; `false` while somebody else has it.
pub fn take(tx: &mut Tx<'_>, name: &str, holder: &str, hold: Duration) -> Result<bool, DbFault> {
    let clock = tx.clock();
    let sql = format!(
        "INSERT INTO lease (name, holder, until) VALUES ($1, $2, {clock} + $3)
         ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, until = excluded.until
         WHERE lease.holder = excluded.holder OR lease.until <= {clock}"
    );
    let hold = i64::try_from(hold.as_millis()).unwrap_or(i64::MAX);
    Ok(tx.execute(&sql, &[name.into(), holder.into(), hold.into()])? == 1)
}

/// Gives a lease back.
pub fn release(tx: &mut Tx<'_>, name: &str, holder: &str) -> Result<(), DbFault> {
    tx.send("DELETE FROM lease WHERE name = $1 AND holder = $2", &[name.into(), holder.into()])
}

/// Gives a lease back whose holder's name begins with `prefix`: that of a process that has ended.
pub fn release_of(tx: &mut Tx<'_>, name: &str, prefix: &str) -> Result<(), DbFault> {
    let length = i64::try_from(prefix.chars().count()).unwrap_or(i64::MAX);
    tx.send(
        "DELETE FROM lease WHERE name = $1 AND substr(holder, 1, $2) = $3",
        &[name.into(), Value::Integer(length), prefix.into()],
    )
}
