//! Whether what was true at a sign-in still is: accounts are removed, get other roles and passwords, while somebody is signed in.

use std::{fmt, net::IpAddr};

use convoke_model::account::{Account, AccountName, AccountRole, Denied, Purpose};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Accounts;

/// One password of an account: another one, also the same words set anew, is another generation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Generation([u8; 32]);

impl Generation {
    /// That of the account's present password.
    pub(super) fn of(account: &Account) -> Self {
        Self(Sha256::digest(account.hash.as_bytes()).into())
    }
}

impl fmt::Debug for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Generation")
    }
}

/// What a sign-in to the shell found.
#[derive(Debug, Clone)]
pub struct Standing<'s> {
    /// The account's name.
    pub name: &'s AccountName,
    /// What it might do.
    pub role: AccountRole,
    /// Which password it had.
    pub generation: Generation,
    /// Whether it was asked for another one, which it has not chosen yet.
    pub must_change: bool,
    /// From where.
    pub address: Option<IpAddr>,
}

impl Accounts {
    /// Whether a sign-in holds at `now`: there is the account with the same role and password, at an hour and from an address that it may
    /// use, and nobody asked it for a new password since. Host names are looked up at sign-ins alone: who mends the name service is
    /// not to be cut off by it. Accounts that can't be read leave everything as it is; nobody comes in by that.
    pub fn still(&self, standing: &Standing<'_>, now: Timestamp) -> bool {
        let Ok(book) = self.book() else { return true };
        let Some(account) = book.find(standing.name) else { return false };
        let is_same = account.role == standing.role
            && Generation::of(account) == standing.generation
            && (standing.must_change || !account.must_change);
        let is_known = |_: &str| standing.address.into_iter().collect();
        let attempt = account.judge_attempt(standing.address, &now.to_zoned(self.zone()), is_known);
        // A lock is for those who guess.
        let is_let_in = matches!(attempt, Ok(()) | Err(Denied::Locked { .. }));
        is_same && is_let_in && account.judge_entry(Purpose::Shell, now).is_ok()
    }
}
