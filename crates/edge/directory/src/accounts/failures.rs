//! Wrong passwords that do not stand in the file yet. They count at once in this process, and are written beside whatever goes on: nobody
//! waits for the disk, who guesses least of all, since the wait would tell that there is an account of that name.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use convoke_model::account::{Account, AccountName};
use jiff::Timestamp;

use super::{Accounts, AccountsFault, Book};

/// Failures that wait to be written or are being written, while the disk is full or another process holds the file; beyond it the oldest
/// are forgotten. Five of an account lock it, and then none are looked at.
pub const MAX_WAITING: usize = 1000;

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
}

#[derive(Debug, Default)]
struct State {
    waiting: VecDeque<Failure>,
    /// Those that are being written by whoever holds the file's lock, and their accounts as the file then has them: who reads the file
    /// need not know whether it is done.
    underway: VecDeque<Failure>,
    after: HashMap<AccountName, Arc<Account>>,
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

    fn push(&mut self, failure: Failure) {
        if self.waiting.len() + self.underway.len() >= MAX_WAITING {
            // One that is being written is written all the same, unless that fails.
            drop(self.underway.pop_front().or_else(|| self.waiting.pop_front()));
        }
        self.waiting.push_back(failure);
    }

    /// Notes what waits in what is about to be written.
    fn begin(&mut self, book: &mut Book) {
        self.underway.append(&mut self.waiting);
        self.underway.iter().for_each(|failure| note(book, failure));
    }

    /// This is what is written now.
    fn expect(&mut self, book: &Book) {
        let names = self.underway.iter().map(|failure| &failure.name);
        self.after = names.filter_map(|name| Some((name.clone(), Arc::clone(book.find(name)?)))).collect();
    }

    /// What could not be written waits on.
    fn settle(&mut self, is_written: bool) {
        let mut underway = std::mem::take(&mut self.underway);
        if !is_written {
            underway.append(&mut self.waiting);
            self.waiting = underway;
        }
        self.after.clear();
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
        // Held while the file is read: what is known of it and what it holds are then of the same moment.
        let state = self.failures.locked();
        let book = self.keeper.read()?.unwrap_or_default();
        Ok(if state.is_empty() { book } else { Arc::new(state.over(&book)) })
    }

    /// Notes a wrong password. It counts from now on; nobody waits until it is written.
    pub(super) fn note_failure(self: &Arc<Self>, name: &AccountName, address: Option<IpAddr>, at: Timestamp) {
        let mut state = self.failures.locked();
        state.push(Failure { name: name.clone(), address, at });
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
    fn write_failures(&self) -> Result<(), AccountsFault> {
        if self.failures.locked().waiting.is_empty() {
            return Ok(());
        }
        self.change(|_| Ok(()))
    }

    /// Changes the file. What waits is written with it and stands before it: an older failure that came after it would lock an account
    /// again that it unlocks. A change that is refused leaves what waits to be written.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, AccountsFault>,
    ) -> Result<T, AccountsFault> {
        // The file's lock is each writer's turn too; another one before it would be waited for twice.
        let held = self.keeper.hold()?;
        let done = held.change(|book| {
            self.failures.locked().begin(book);
            let mut changed = book.clone();
            let done = change(&mut changed);
            if done.is_ok() {
                *book = changed;
            }
            self.failures.locked().expect(book);
            Ok(done)
        });
        self.failures.locked().settle(done.is_ok());
        done.flatten()
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
