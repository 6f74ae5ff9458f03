//! Whether the database is within reach, found out all the time: so that a process that is cut off says so on its page, and
//! refuses at once what another process can do. A database that has much to do is not one that is away: while any work is
//! answered, silence means that a question waits its turn.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use tokio::sync::watch;

use crate::{DbFault, Store};

/// How often it is asked.
const ASK_EVERY: Duration = Duration::from_millis(500);
/// Without an answer for so long it counts as away. A slow disk makes nobody wait for so long to read.
const SILENCE: Duration = Duration::from_secs(2);

/// What is known of it: why it is out of reach, when it is.
#[derive(Debug, Clone)]
pub(crate) struct Reach {
    lost: Arc<watch::Sender<Option<String>>>,
    answered: Arc<AtomicU64>,
}

impl Default for Reach {
    fn default() -> Self {
        Self { lost: Arc::new(watch::Sender::new(None)), answered: Arc::default() }
    }
}

impl Reach {
    /// Notes that the database has answered somebody.
    pub(crate) fn note_answer(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Why the database is out of reach, as far as [`Store::watch`] has found out.
    pub fn out_of_reach(&self) -> Option<String> {
        self.reach.lost.borrow().clone()
    }

    /// Resolves once the database is out of reach, at once when it is.
    pub async fn is_lost(&self) {
        // The sender lives as long as this store does.
        let _ = self.reach.lost.subscribe().wait_for(Option::is_some).await;
    }

    /// Finds out for ever.
    pub async fn watch(&self) {
        loop {
            let before = self.reach.answered.load(Ordering::Relaxed);
            let found = match tokio::time::timeout(SILENCE, self.ping()).await {
                Ok(Ok(()) | Err(DbFault::Busy | DbFault::Contention(_))) => None,
                Ok(Err(fault)) => Some(fault.why()),
                Err(_) if self.reach.answered.load(Ordering::Relaxed) != before => None,
                Err(_) => Some(format!("no answer for {} s", SILENCE.as_secs())),
            };
            self.note(found);
            tokio::time::sleep(ASK_EVERY).await;
        }
    }

    fn note(&self, found: Option<String>) {
        match (&*self.reach.lost.borrow(), &found) {
            (None, Some(fault)) => tracing::warn!(target: "Database", "out of reach: {fault}"),
            (Some(_), None) => tracing::info!(target: "Database", "within reach again"),
            _ => {}
        }
        self.reach.lost.send_if_modified(|known| std::mem::replace(known, found.clone()) != found);
    }
}
