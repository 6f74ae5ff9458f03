//! Users who may act for other users.

use crate::{DbFault, Row, Tx};

/// A user as the directory knew them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Somebody {
    /// The user's id.
    pub id: String,
    /// `user@domain`.
    pub jid: String,
    /// As people call them.
    pub name: String,
    /// Where mail goes.
    pub email: String,
}

/// One of two users who act for one another, and since when (milliseconds since 1970).
pub type Since = (Somebody, i64);

/// Who may act for a user, by name, at most `most`.
pub fn of_owner(tx: &mut Tx<'_>, owner: &str, most: i64) -> Result<Vec<Since>, DbFault> {
    let sql = "SELECT delegate, delegate_jid, delegate_name, delegate_email, created_at FROM delegate
               WHERE owner = $1 ORDER BY delegate_name, delegate LIMIT $2";
    tx.query(sql, &[owner.into(), most.into()])?.iter().map(read).collect()
}

/// For whom a user may act, by name, at most `most`.
pub fn of_delegate(tx: &mut Tx<'_>, delegate: &str, most: i64) -> Result<Vec<Since>, DbFault> {
    let sql = "SELECT owner, owner_jid, owner_name, owner_email, created_at FROM delegate
               WHERE delegate = $1 ORDER BY owner_name, owner LIMIT $2";
    tx.query(sql, &[delegate.into(), most.into()])?.iter().map(read).collect()
}

/// Whether a user may act for another one.
pub fn may_act(tx: &mut Tx<'_>, delegate: &str, owner: &str) -> Result<bool, DbFault> {
    let sql = "SELECT 1 FROM delegate WHERE owner = $1 AND delegate = $2";
    Ok(tx.query_one(sql, &[owner.into(), delegate.into()])?.is_some())
}

/// Lets a user act for another one; what the directory says of both is brought up to date when that is so already.
pub fn put(tx: &mut Tx<'_>, owner: &Somebody, delegate: &Somebody, now_ms: i64) -> Result<(), DbFault> {
    let names = [owner, delegate].map(|one| [one.jid.as_str(), one.name.as_str(), one.email.as_str()]);
    let [[owner_jid, owner_name, owner_email], [jid, name, email]] = names;
    tx.execute(
        "INSERT INTO delegate (owner, delegate, owner_jid, owner_name, owner_email, delegate_jid, delegate_name, delegate_email, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT (owner, delegate) DO UPDATE SET owner_jid = excluded.owner_jid, owner_name = excluded.owner_name,
           owner_email = excluded.owner_email, delegate_jid = excluded.delegate_jid, delegate_name = excluded.delegate_name,
           delegate_email = excluded.delegate_email",
        &[
            owner.id.as_str().into(),
            delegate.id.as_str().into(),
            owner_jid.into(),
            owner_name.into(),
            owner_email.into(),
            jid.into(),
            name.into(),
            email.into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}

/// A user does not act for another one any more.
pub fn remove(tx: &mut Tx<'_>, owner: &str, delegate: &str) -> Result<(), DbFault> {
    tx.execute("DELETE FROM delegate WHERE owner = $1 AND delegate = $2", &[owner.into(), delegate.into()])?;
    Ok(())
}

/// A user neither acts for anybody any more nor does anybody act for them.
pub fn forget(tx: &mut Tx<'_>, user: &str) -> Result<(), DbFault> {
    tx.execute("DELETE FROM delegate WHERE owner = $1 OR delegate = $1", &[user.into()])?;
    Ok(())
}

fn read(row: &Row) -> Result<Since, DbFault> {
    let somebody = Somebody { id: row.text(0)?, jid: row.text(1)?, name: row.text(2)?, email: row.text(3)? };
    Ok((somebody, row.integer(4)?))
}
