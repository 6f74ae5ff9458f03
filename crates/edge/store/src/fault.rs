//! What can go wrong between us and the database, as far as callers act differently on it.

use thiserror::Error;

/// A piece of work was not done. Nothing of it is kept unless it is [`DbFault::Unknown`].
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DbFault {
    /// More work is waiting than the queue holds, or the engine is stopping.
    #[error("the database is busy")]
    Busy,
    /// The database can't be reached.
    #[error("the database is out of reach: {0}")]
    Unreachable(String),
    /// Another transaction got in the way, several times in a row.
    #[error("the database is in contention: {0}")]
    Contention(String),
    /// A uniqueness rule of the schema.
    #[error("a value is taken already: {0}")]
    Duplicate(String),
    /// The connection was lost while the commit was under way: it may have happened or not.
    #[error("the outcome is unknown: {0}")]
    Unknown(String),
    /// The database refused a statement, or stored data does not convert.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl DbFault {
    /// Whether trying again, now or in a while, may help.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Busy | Self::Unreachable(_) | Self::Contention(_))
    }

    /// Why, for whoever says that the database is out of reach already.
    pub(crate) fn why(self) -> String {
        match self {
            Self::Unreachable(why) => why,
            other => other.to_string(),
        }
    }
}

impl From<DbFault> for OpenFault {
    fn from(fault: DbFault) -> Self {
        Self::Open(fault.why())
    }
}

/// The store could not be opened.
#[derive(Debug, Error)]
pub enum OpenFault {
    /// The file or the server.
    #[error("the database can't be opened: {0}")]
    Open(String),
    /// The schema is of a later version than this program.
    #[error("the database has schema version {found}, this program knows {known}; run a newer Convoke")]
    TooNew {
        /// The version found.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// A migration failed; the database is as it was before it.
    #[error("migration {version} failed: {reason}")]
    Migration {
        /// Which one.
        version: i64,
        /// Why.
        reason: String,
    },
}

impl From<rusqlite::Error> for DbFault {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(ErrorCode::ConstraintViolation) => Self::Duplicate(text),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Contention(text),
            Some(
                ErrorCode::CannotOpen
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::ReadOnly,
            ) => Self::Unreachable(text),
            _ => Self::Failed(text),
        }
    }
}

impl From<tokio_postgres::Error> for DbFault {
    fn from(error: tokio_postgres::Error) -> Self {
        use tokio_postgres::error::SqlState;
        let text = error.as_db_error().map_or_else(|| with_causes(&error), |e| e.message().to_owned());
        match error.code() {
            Some(code) if *code == SqlState::UNIQUE_VIOLATION => Self::Duplicate(text),
            Some(code)
                if [
                    SqlState::T_R_SERIALIZATION_FAILURE,
                    SqlState::T_R_DEADLOCK_DETECTED,
                    SqlState::LOCK_NOT_AVAILABLE,
                ]
                .contains(code) =>
            {
                Self::Contention(text)
            }
            // Class 57: the server is stopping, starting or ended the session; class 53: out of resources; class 08: the
            // connection; a server that has become a replica refuses changes.
            Some(code)
                if ["57", "53", "08"].iter().any(|class| code.code().starts_with(class))
                    || [
                        SqlState::READ_ONLY_SQL_TRANSACTION,
                        SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
                    ]
                    .contains(code) =>
            {
                Self::Unreachable(text)
            }
            Some(_) => Self::Failed(text),
            None => Self::Unreachable(text),
        }
    }
}

/// An error with what caused it: by itself it says that it could not connect, and not why.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
