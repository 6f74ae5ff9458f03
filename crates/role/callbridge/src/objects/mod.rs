//! Objects of every kind, by their declarations: made, changed, removed, found and listed within a transaction.

pub mod rules;
pub mod service;
pub mod values;

use convoke_callbridge_api::Failure;
use convoke_store::DbFault;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The request is at fault.
    Failure(Failure),
    /// The database is.
    Db(DbFault),
}

impl Refused {
    /// A code of the API.
    pub fn code(code: &'static str) -> Self {
        Self::Failure(Failure::Code(code))
    }
}

impl From<DbFault> for Refused {
    fn from(fault: DbFault) -> Self {
        Self::Db(fault)
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}
