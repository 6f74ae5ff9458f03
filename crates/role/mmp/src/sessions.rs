//! Who is signed in now, by SSH or at the machine's own console, so that it can be shown, and ended. By SSH it is the connection that
//! counts, whatever shells and files it has open.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_runtime::ShutdownTrigger;
use jiff::Timestamp;

/// The open connections and consoles; clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Sessions {
    all: Arc<Mutex<All>>,
}

#[derive(Debug, Default)]
struct All {
    next: u64,
    open: BTreeMap<u64, Open>,
}

#[derive(Debug)]
struct Open {
    name: String,
    from: String,
    since: Timestamp,
    end: Arc<ShutdownTrigger>,
}

/// A session that is open, until this is dropped.
#[derive(Debug)]
pub struct Entry {
    number: u64,
    sessions: Sessions,
}

/// A session as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The account.
    pub name: String,
    /// From where.
    pub from: String,
    /// Since when.
    pub since: Timestamp,
}

impl Sessions {
    /// Notes a session, and what ends it.
    pub fn enter(&self, name: &str, from: &str, since: Timestamp, end: Arc<ShutdownTrigger>) -> Entry {
        let mut all = self.locked();
        let number = all.next;
        all.next += 1;
        all.open.insert(number, Open { name: name.to_owned(), from: from.to_owned(), since, end });
        Entry { number, sessions: self.clone() }
    }

    /// All sessions, the oldest first.
    pub fn list(&self) -> Vec<Seen> {
        let seen = |open: &Open| Seen { name: open.name.clone(), from: open.from.clone(), since: open.since };
        self.locked().open.values().map(seen).collect()
    }

    /// Ends all sessions of an account; how many there were.
    pub fn evict(&self, name: &str) -> usize {
        let all = self.locked();
        let of_account = all.open.values().filter(|open| open.name == name);
        of_account.inspect(|open| open.end.ask()).count()
    }

    fn locked(&self) -> std::sync::MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.sessions.locked().open.remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use convoke_runtime::Shutdown;

    use super::*;

    #[tokio::test]
    async fn sessions_are_seen_and_ended_by_the_accounts_name() {
        let sessions = Sessions::default();
        let at = Timestamp::UNIX_EPOCH;
        let ((alices, end_alice), (bobs, end_bob)) = (Shutdown::new(), Shutdown::new());
        let alice = sessions.enter("alice", "192.0.2.1:5", at, Arc::new(end_alice));
        let _bob = sessions.enter("bob", "console", at, Arc::new(end_bob));
        assert_eq!(sessions.list().len(), 2);
        assert_eq!((sessions.evict("alice"), sessions.evict("carol")), (1, 0));
        alices.asked().await;
        assert!(!bobs.is_asked());
        drop(alice);
        assert_eq!(sessions.list()[0].name, "bob");
    }
}
