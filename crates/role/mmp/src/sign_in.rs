//! One sign-in by SSH, which everything of its connection shares: which password it had, and what ends it.
//!
//! Accounts are removed, get other passwords and roles, while somebody is signed in; what was true at the sign-in is asked again with each
//! line, each channel and each file.

use std::{
    net::IpAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use convoke_directory::{
    Accounts,
    accounts::{Generation, Standing},
};
use convoke_model::account::{AccountName, AccountRole};
use convoke_runtime::{Shutdown, ShutdownTrigger};
use jiff::Timestamp;

/// Wrong present passwords of one connection, of whoever wants another one.
pub const MAX_GUESSES: u32 = 3;

/// A sign-in; clones are the same.
#[derive(Debug, Clone)]
pub struct SignIn {
    shared: Arc<Shared>,
    /// When it is ended.
    pub ended: Shutdown,
}

#[derive(Debug)]
struct Shared {
    name: AccountName,
    role: AccountRole,
    address: IpAddr,
    end: Arc<ShutdownTrigger>,
    guesses: AtomicU32,
    password: Mutex<Password>,
}

/// What is known of the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Password {
    /// Which one it is.
    pub generation: Generation,
    /// Whether another one must be chosen before anything else.
    pub must_change: bool,
}

impl SignIn {
    /// A sign-in from this address.
    pub fn new(name: AccountName, role: AccountRole, address: IpAddr, password: Password) -> Self {
        let (ended, end) = Shutdown::new();
        let (end, guesses, password) = (Arc::new(end), AtomicU32::new(0), Mutex::new(password));
        let shared = Shared { name, role, address, end, guesses, password };
        Self { shared: Arc::new(shared), ended }
    }

    /// What ends the whole connection.
    pub fn end(&self) -> Arc<ShutdownTrigger> {
        Arc::clone(&self.shared.end)
    }

    /// From where.
    pub fn address(&self) -> IpAddr {
        self.shared.address
    }

    /// What is known of the password now.
    pub fn password(&self) -> Password {
        *self.shared.password.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its owner has chosen another password here, for all of the connection.
    pub fn renew(&self, generation: Generation) {
        let fresh = Password { generation, must_change: false };
        *self.shared.password.lock().unwrap_or_else(PoisonError::into_inner) = fresh;
    }

    /// The present password was typed wrong; the [`MAX_GUESSES`]th ends the connection.
    pub fn guessed_wrong(&self) {
        if self.shared.guesses.fetch_add(1, Ordering::AcqRel) + 1 >= MAX_GUESSES {
            self.shared.end.ask();
        }
    }

    /// Whether it holds at `now`.
    pub fn holds(&self, accounts: &Accounts, now: Timestamp) -> bool {
        let Password { generation, must_change } = self.password();
        let Shared { name, role, address, .. } = &*self.shared;
        accounts.still(&Standing { name, role: *role, generation, must_change, address: Some(*address) }, now)
    }
}
