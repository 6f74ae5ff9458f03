//! Texts of invitations by their digests, so that a mail is written from the same text whenever it is tried.

use crate::{DbFault, Tx};

/// Keeps a text.
pub fn put(tx: &mut Tx<'_>, digest: &str, text: &str, now_ms: i64) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO invitation_template (digest, text, kept_at) VALUES ($1, $2, $3) ON CONFLICT (digest) DO NOTHING",
        &[digest.into(), text.into(), now_ms.into()],
    )?;
    Ok(())
}

/// The text of this digest.
pub fn text(tx: &mut Tx<'_>, digest: &str) -> Result<Option<String>, DbFault> {
    let sql = "SELECT text FROM invitation_template WHERE digest = $1";
    tx.query_one(sql, &[digest.into()])?.map(|row| row.text(0)).transpose()
}
