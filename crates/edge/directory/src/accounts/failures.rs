//! Wrong passwords that do not stand in the file yet. They count at once in this process, and are written beside whatever goes on: nobody
//! waits for the disk, who guesses least of all, since the wait would tell that there is an account of that name.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use convoke_model::account::{Account, AccountName};
use jiff::Timestamp;

use super::{Accounts, AccountsFault, Book};

/// Failures that wait to be written, while the disk is full or another process holds the file; beyond it the oldest are forgotten. Five of
/// an account lock it, and then none are looked at.
pub const MAX_WAITING: usize = 1000;
/// Reading is begun again when something was written meanwhile; not more often than this, as nobody guesses so fast.
const READS: usize = 10;

#[derive(Debug, Clone)]
struct Failure {
    name: AccountName,
    address: Option<IpAddr>,
    at: Timestamp,
}

/// What is not written yet.
#[derive(Debug, Default)]
pub(super) struct Failures {
    state: Mutex<State>,
    /// Held by whoever writes.
    turn: Mutex<()>,
}

#[derive(Debug, Clone, Default)]
struct State {
    waiting: Vec<Failure>,
    /// Those that are being written, and their accounts as the file then has them: who reads the file need not know whether it is done.
    underway: Vec<Failure>,
    after: HashMap<AccountName, Arc<Account>>,
    /// Grows whenever what is written, or known of it, changes.
    epoch: u64,
    has_writer: bool,
}

impl Failures {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.underway.is_empty()
    }

    /// The file's accounts with what it does not have yet.
    fn over(&self, book: &Book) -> Book {
        let mut whole = book.clone();
        for failure in &self.underway {
            let is_written =
                book.find(&failure.name).is_some_and(|now| self.after.get(&failure.name) == Some(now));
            if !is_written {
                note(&mut whole, failure);
            }
        }
        self.waiting.iter().for_each(|failure| note(&mut whole, failure));
        whole
    }
}

fn note(book: &mut Book, failure: &Failure) {
    // It may have been removed meanwhile.
    if let Some(account) = book.accounts.get_mut(&failure.name) {
        Arc::make_mut(account).note_failure(failure.address, failure.at, &book.rules);
    }
}

impl Accounts {
    /// The accounts and rules as they are now; none when there is no file yet.
    pub fn book(&self) -> Result<Arc<Book>, AccountsFault> {
        let mut book = Arc::default();
        for _ in 0..READS {
            let before = self.failures.locked().epoch;
            book = self.keeper.read()?.unwrap_or_default();
            let state = self.failures.locked();
            if state.epoch == before {
                return Ok(if state.is_empty() { book } else { Arc::new(state.over(&book)) });
            }
        }
        Ok(book)
    }

    /// Notes a wrong password. It counts from now on; nobody waits until it is written.
    pub(super) fn note_failure(self: &Arc<Self>, name: &AccountName, address: Option<IpAddr>, at: Timestamp) {
        let mut state = self.failures.locked();
        if state.waiting.len() >= MAX_WAITING {
            state.waiting.remove(0);
        }
        state.waiting.push(Failure { name: name.clone(), address, at });
        if !std::mem::replace(&mut state.has_writer, true) {
            let accounts = Arc::clone(self);
            tokio::task::spawn_blocking(move || accounts.write_all_failures());
        }
    }

    fn write_all_failures(&self) {
        loop {
            let written = self.write_failures();
            let mut state = self.failures.locked();
            match written {
                Ok(()) if !state.waiting.is_empty() => {}
                Ok(()) => return state.has_writer = false,
                Err(fault) => {
                    state.has_writer = false;
                    drop(state);
                    tracing::warn!(target: "Accounts", "wrong passwords can't be noted, and are kept in memory: {fault}");
                    return;
                }
            }
        }
    }

    /// Writes what waits; those that can't be written wait on. Blocks.
    pub(super) fn write_failures(&self) -> Result<(), AccountsFault> {
        let _turn = self.failures.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let mut state = self.failures.locked();
        if state.waiting.is_empty() {
            return Ok(());
        }
        state.underway = std::mem::take(&mut state.waiting);
        drop(state);
        let written = self.keeper.change(|book| {
            let mut state = self.failures.locked();
            state.underway.iter().for_each(|failure| note(book, failure));
            let names = state.underway.iter().map(|failure| &failure.name);
            let after = names.filter_map(|name| Some((name.clone(), Arc::clone(book.find(name)?)))).collect();
            state.after = after;
            state.epoch += 1;
            Ok(())
        });
        let mut state = self.failures.locked();
        let mut underway = std::mem::take(&mut state.underway);
        if written.is_err() {
            underway.append(&mut state.waiting);
            state.waiting = underway;
        }
        state.after.clear();
        state.epoch += 1;
        written
    }

    /// Changes the file, after what was noted before.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, AccountsFault>,
    ) -> Result<T, AccountsFault> {
        // What hinders it hinders the change too, and is told by it.
        drop(self.write_failures());
        self.keeper.change(change)
    }
}

impl Drop for Accounts {
    fn drop(&mut self) {
        // The process stops, and so may have the thread that was to write them.
        if let Err(fault) = self.write_failures() {
            tracing::warn!(target: "Accounts", "wrong passwords are not noted: {fault}");
        }
    }
}
