//! Passwords of the built-in directory's users, and when who signed in last.

use convoke_model::UserId;

use crate::{DbFault, Tx};

/// A sign-in: when (milliseconds since 1970) and from which address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// When.
    pub at: i64,
    /// The browser's address.
    pub address: String,
}

/// Sets a user's password hash (argon2id in PHC form).
pub fn put(tx: &mut Tx<'_>, user: UserId, hash: &str, now_ms: i64) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO user_password (user_id, hash, updated_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, updated_at = excluded.updated_at",
        &[user.to_string().into(), hash.into(), now_ms.into()],
    )?;
    Ok(())
}

/// A user's password hash.
pub fn find(tx: &mut Tx<'_>, user: UserId) -> Result<Option<String>, DbFault> {
    let row =
        tx.query_one("SELECT hash FROM user_password WHERE user_id = $1", &[user.to_string().into()])?;
    row.map(|row| row.text(0)).transpose()
}

/// Forgets a user's password and sign-ins.
pub fn delete(tx: &mut Tx<'_>, user: UserId) -> Result<(), DbFault> {
    tx.execute("DELETE FROM user_password WHERE user_id = $1", &[user.to_string().into()])?;
    tx.execute("DELETE FROM user_sign_in WHERE user_id = $1", &[user.to_string().into()])?;
    Ok(())
}

/// Notes a sign-in; the one before it, if any.
pub fn note_sign_in(tx: &mut Tx<'_>, user: UserId, sign_in: &SignIn) -> Result<Option<SignIn>, DbFault> {
    let user = user.to_string();
    let sql = format!("SELECT at, address FROM user_sign_in WHERE user_id = $1{}", tx.for_update());
    let before = tx.query_one(&sql, &[user.as_str().into()])?;
    let before = before
        .map(|row| Ok::<_, DbFault>(SignIn { at: row.integer(0)?, address: row.text(1)? }))
        .transpose()?;
    tx.execute(
        "INSERT INTO user_sign_in (user_id, at, address) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET previous_at = user_sign_in.at, previous_address = user_sign_in.address,
           at = excluded.at, address = excluded.address",
        &[user.into(), sign_in.at.into(), sign_in.address.as_str().into()],
    )?;
    Ok(before)
}
