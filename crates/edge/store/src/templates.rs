//! Texts of invitations by their digests, so that a mail is written from the same text whenever it is tried.

use sha2::{Digest as _, Sha256};

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

/// The name under which the last text of addresses is kept: they may be secrets, and no more is kept of them.
pub fn source(addresses: &[String]) -> String {
    Sha256::digest(addresses.join("\n")).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Notes which text was found last at addresses, by the digest of the text and [`source`] of the addresses; of so many addresses at most, those that were found last.
pub fn note_last(tx: &mut Tx<'_>, source: &str, digest: &str, now_ms: i64, most: i64) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO invitation_template_last (source, digest, found_at) VALUES ($1, $2, $3)
         ON CONFLICT (source) DO UPDATE SET digest = excluded.digest, found_at = excluded.found_at",
        &[source.into(), digest.into(), now_ms.into()],
    )?;
    tx.execute(
        "DELETE FROM invitation_template_last WHERE source NOT IN
         (SELECT source FROM invitation_template_last ORDER BY found_at DESC, source LIMIT $1)",
        &[most.into()],
    )?;
    Ok(())
}

/// Forgets what was found last at addresses ([`source`]).
pub fn forget_last(tx: &mut Tx<'_>, source: &str) -> Result<(), DbFault> {
    tx.execute("DELETE FROM invitation_template_last WHERE source = $1", &[source.into()])?;
    Ok(())
}

/// The text that was found last at addresses ([`source`]).
pub fn last(tx: &mut Tx<'_>, source: &str) -> Result<Option<String>, DbFault> {
    let sql = "SELECT t.text FROM invitation_template_last l JOIN invitation_template t ON t.digest = l.digest \
               WHERE l.source = $1";
    tx.query_one(sql, &[source.into()])?.map(|row| row.text(0)).transpose()
}
