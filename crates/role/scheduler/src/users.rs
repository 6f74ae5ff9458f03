//! Whether a token's user is still in the directory: the call bridge is asked every now and then who was removed, rather
//! than at each request whether its user is there.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_callbridge_api::loopback::MAX_REMOVED_USERS;
use convoke_callbridge_client::{Client, OrganizerAsked, UserAsked};
use convoke_runtime::Shutdown;
use convoke_web_api::Problem;

use crate::state::{Shared, call_bridge};

/// How often it is asked who was removed.
const ASK_EVERY: Duration = Duration::from_secs(3);
/// How long an answer is believed; then each request asks for its own user.
const BELIEVED_FOR: Duration = Duration::from_secs(15);
/// Removals are asked for again from this long before the newest one known: transactions end in another order than they
/// begin, and clocks differ.
const OVERLAP_MS: i64 = 60_000;
/// Longest life of a token and more: what was removed before needs no remembering.
const REMEMBERED_MS: i64 = 25 * 3_600 * 1_000;

/// The users who were removed lately.
#[derive(Debug, Default)]
pub(crate) struct Users {
    removed: Mutex<Removed>,
}

#[derive(Debug, Default)]
struct Removed {
    /// When each was removed, in milliseconds since 1970.
    at: HashMap<String, i64>,
    newest: i64,
    asked: Option<Instant>,
}

impl Users {
    /// An error when the user is no longer in the directory.
    pub(crate) async fn check(&self, client: &Client, id: &str) -> Result<(), Problem> {
        let is_there = match self.is_removed(id) {
            Some(is_removed) => !is_removed,
            None => {
                let asked = OrganizerAsked { user: UserAsked::Id(id), space: None, template: None };
                client.organizer(&asked).await.map_err(call_bridge)?.is_some()
            }
        };
        if is_there { Ok(()) } else { Err(Problem::unauthorized("This user is no longer in the directory.")) }
    }

    /// `None` when that has not been asked for long.
    fn is_removed(&self, id: &str) -> Option<bool> {
        let removed = self.lock();
        let fresh = removed.asked.is_some_and(|asked| asked.elapsed() < BELIEVED_FOR);
        fresh.then(|| removed.at.contains_key(id))
    }

    /// Asks until everything that is new is known.
    async fn ask(&self, client: &Client, now_ms: i64) -> Result<(), Problem> {
        let mut since = match self.lock().newest {
            0 => now_ms - REMEMBERED_MS,
            // The instants are the database's; should its clock be set back, ours is still there.
            newest => newest.min(now_ms) - OVERLAP_MS,
        };
        loop {
            let asked = Instant::now();
            let found = client.removed_users(since).await.map_err(call_bridge)?.users;
            let mut removed = self.lock();
            let is_last =
                found.len() < MAX_REMOVED_USERS || found.last().is_some_and(|l| l.removed_at == since);
            for user in found {
                since = since.max(user.removed_at);
                removed.newest = removed.newest.max(user.removed_at);
                removed.at.insert(user.id, user.removed_at);
            }
            if is_last {
                removed.at.retain(|_, at| *at > now_ms - REMEMBERED_MS);
                removed.asked = Some(asked);
                return Ok(());
            }
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Removed> {
        self.removed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    loop {
        // The call bridge's absence is told by the requests that need it.
        let _ = state.users.ask(&state.call_bridge, state.now_ms()).await;
        if !shutdown.sleep(ASK_EVERY).await {
            return;
        }
    }
}
