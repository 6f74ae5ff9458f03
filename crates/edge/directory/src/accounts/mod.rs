//! The accounts of a server, in a file of its folder: `accounts.json` (mode 0600).
//!
//! Several processes use it at once: the node (the shell), the call bridge (the APIs), `convoke admin`. Each reads it again when it
//! has changed; who changes it holds `accounts.lock` meanwhile, and puts a new file in the place of the old one, so that it is
//! whole at any moment. A file that can't be read is never written over.

mod change;
mod failures;
mod file;
mod keeper;
mod names;
mod sign_in;
mod still;

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{PoisonError, RwLock},
};

use convoke_model::account::{ExpiryFault, PasswordFinding, RuleFault};
use jiff::{Timestamp, tz::TimeZone};

pub use change::{Put, Taken};
pub use failures::MAX_WAITING;
pub use file::{Book, MAX_ACCOUNTS, MAX_FILE_BYTES};
pub use keeper::LOCK_WAIT;
pub use sign_in::{Accepted, Asked, NOTED_EVERY, Refused, Why};
pub use still::{Generation, Standing};

use failures::Failures;
use keeper::Keeper;
use names::Names;
use sign_in::Verified;

/// Largest dictionary that is read, in bytes.
pub const MAX_DICTIONARY_BYTES: u64 = 64 << 20;

/// The accounts of the server whose folder it was given.
#[derive(Debug)]
pub struct Accounts {
    keeper: Keeper,
    failures: Failures,
    dictionary: PathBuf,
    zone: RwLock<TimeZone>,
    verified: Verified,
    names: Names,
}

impl Accounts {
    /// The accounts in `data_dir`, which has to exist before the first of them is added. Duty hours are those of UTC until another
    /// zone is set.
    pub fn of(data_dir: &Path) -> Self {
        Self {
            keeper: Keeper::new(data_dir),
            failures: Failures::default(),
            dictionary: data_dir.join("files").join("dictionary"),
            zone: RwLock::new(TimeZone::UTC),
            verified: Verified::default(),
            names: Names::default(),
        }
    }

    /// Sets the zone of duty hours: that of the server.
    pub fn set_zone(&self, zone: TimeZone) {
        *self.zone.write().unwrap_or_else(PoisonError::into_inner) = zone;
    }

    fn zone(&self) -> TimeZone {
        self.zone.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Why accounts could not be read or changed.
#[derive(Debug)]
pub enum AccountsFault {
    /// A file can't be read or written.
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The account is removed, and its public keys can't be.
    KeysStay {
        /// Where they are.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The file is not what it should be; it is left as it is.
    Broken {
        /// Which.
        path: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Another process holds the lock for longer than [`LOCK_WAIT`].
    Busy {
        /// Which lock.
        path: PathBuf,
    },
    /// There are [`MAX_ACCOUNTS`] already.
    TooMany,
    /// There is an account of this name.
    Exists(String),
    /// There is no account of this name.
    Unknown(String),
    /// It would leave nobody of role admin.
    LastAdmin(String),
    /// The present password is wrong.
    WrongPassword,
    /// There were too many wrong passwords from that side, until then.
    Locked(Timestamp),
    /// The new password breaks these rules.
    Password(Vec<PasswordFinding>),
    /// The new password can't be hashed.
    Hash(crate::password::PasswordFault),
    /// The account's password was changed by somebody else at the same moment.
    ChangedMeanwhile(String),
    /// A rule can't be set.
    Rule(RuleFault),
    /// The account can't be asked for a new password.
    Expiry(ExpiryFault),
    /// The white list is full.
    TooManyHosts,
    /// The white list holds that entry already.
    HostThere(String),
    /// The white list does not hold that entry.
    NoSuchHost(String),
}

impl fmt::Display for AccountsFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::KeysStay { path, error } => write!(
                f,
                "the account is removed, but its public keys are not: {}: {error}; remove that file before another account has the name",
                path.display()
            ),
            Self::Broken { path, why } => write!(
                f,
                "{} can't be used: {why}; mend it or put back a copy (it is left as it is)",
                path.display()
            ),
            Self::Busy { path } => {
                write!(f, "another process holds {} for more than {} s", path.display(), LOCK_WAIT.as_secs())
            }
            Self::TooMany => {
                write!(f, "there are {MAX_ACCOUNTS} accounts, which is the most; remove one first")
            }
            Self::Exists(name) => write!(f, "there is an account {name} already"),
            Self::Unknown(name) => write!(f, "there is no account {name}"),
            Self::LastAdmin(name) => {
                write!(f, "{name} is the last account of role admin; add another one first")
            }
            Self::Locked(until) => write!(f, "locked until {until} after too many wrong passwords"),
            Self::WrongPassword => f.write_str("the present password is wrong"),
            Self::Password(findings) => {
                let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
                f.write_str(&all.join("; "))
            }
            Self::Hash(fault) => fault.fmt(f),
            Self::ChangedMeanwhile(name) => {
                write!(f, "the password of {name} was changed by somebody else meanwhile; nothing was done")
            }
            Self::Rule(fault) => fault.fmt(f),
            Self::Expiry(fault) => fault.fmt(f),
            Self::TooManyHosts => {
                write!(f, "an account has at most {} allowed hosts", convoke_model::account::MAX_HOSTS)
            }
            Self::HostThere(host) => write!(f, "{host} is among the allowed hosts already"),
            Self::NoSuchHost(host) => write!(f, "{host} is not among the allowed hosts"),
        }
    }
}

impl std::error::Error for AccountsFault {}

#[cfg(test)]
mod tests;
