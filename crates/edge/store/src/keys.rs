//! The cluster's key: one row, made by whichever call bridge starts first.

use crate::{DbFault, Tx};

/// The key that web-app tokens are signed with, and the cluster that it belongs to.
#[derive(Clone, PartialEq, Eq)]
pub struct ClusterKey {
    /// The key's id, as tokens name it.
    pub kid: String,
    /// The cluster's id (a GUID).
    pub cluster_id: String,
    /// PKCS#8 in PEM form.
    pub private_key: String,
}

impl std::fmt::Debug for ClusterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ClusterKey({} of {})", self.kid, self.cluster_id)
    }
}

/// The newest key, if there is one.
pub fn newest(tx: &mut Tx<'_>) -> Result<Option<ClusterKey>, DbFault> {
    let sql = "SELECT kid, cluster_id, private_key FROM cluster_key ORDER BY created_at DESC, kid LIMIT 1";
    let row = tx.query_one(sql, &[])?;
    row.map(|row| Ok(ClusterKey { kid: row.text(0)?, cluster_id: row.text(1)?, private_key: row.text(2)? }))
        .transpose()
}

/// Adds a key.
pub fn insert(tx: &mut Tx<'_>, key: &ClusterKey, now_ms: i64) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO cluster_key (kid, cluster_id, private_key, created_at) VALUES ($1, $2, $3, $4)",
        &[
            key.kid.as_str().into(),
            key.cluster_id.as_str().into(),
            key.private_key.as_str().into(),
            now_ms.into(),
        ],
    )?;
    Ok(())
}
