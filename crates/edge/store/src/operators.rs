//! Operators: who used the API by Basic sign-in before servers had accounts of their own; read once, to be taken over.

use crate::{DbFault, Row, Tx};

/// An operator with the hash of the password.
#[derive(Clone, PartialEq, Eq)]
pub struct Operator {
    /// The name, in lower case.
    pub name: String,
    /// `admin` or `api`.
    pub role: String,
    /// argon2id in PHC form.
    pub hash: String,
}

impl std::fmt::Debug for Operator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Operator({}, {})", self.name, self.role)
    }
}

/// Adds an operator, or changes the role and password of the one of this name, as versions without accounts did.
pub fn put(tx: &mut Tx<'_>, operator: &Operator, now_ms: i64) -> Result<(), DbFault> {
    tx.execute(
        "INSERT INTO operator (name, role, hash, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
         ON CONFLICT (name) DO UPDATE SET role = excluded.role, hash = excluded.hash, updated_at = excluded.updated_at",
        &[operator.name.as_str().into(), operator.role.as_str().into(), operator.hash.as_str().into(), now_ms.into()],
    )?;
    Ok(())
}

/// Every operator, by name.
pub fn list(tx: &mut Tx<'_>) -> Result<Vec<Operator>, DbFault> {
    tx.query("SELECT name, role, hash FROM operator ORDER BY name", &[])?.iter().map(operator).collect()
}

fn operator(row: &Row) -> Result<Operator, DbFault> {
    Ok(Operator { name: row.text(0)?, role: row.text(1)?, hash: row.text(2)? })
}
