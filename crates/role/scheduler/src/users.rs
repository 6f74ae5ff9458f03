//! Whether a token's user is still in the directory: asked of the call bridge, and believed for a while.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_callbridge_client::Client;
use convoke_web_api::Problem;

use crate::state::call_bridge;

/// How long an answer is believed: so long a removed user's token is still good here.
const BELIEVED_FOR: Duration = Duration::from_secs(15);
/// Users remembered at most.
const MAX_REMEMBERED: usize = 50_000;

/// The users who were there lately.
#[derive(Debug, Default)]
pub(crate) struct Users {
    seen: Mutex<HashMap<String, Instant>>,
}

impl Users {
    /// An error when the user is no longer in the directory.
    pub(crate) async fn check(&self, client: &Client, id: &str) -> Result<(), Problem> {
        if self.is_fresh(id) {
            return Ok(());
        }
        if client.user(id).await.map_err(call_bridge)?.is_none() {
            return Err(Problem::unauthorized("This user is no longer in the directory."));
        }
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= MAX_REMEMBERED {
            seen.clear();
        }
        seen.insert(id.to_owned(), Instant::now());
        Ok(())
    }

    fn is_fresh(&self, id: &str) -> bool {
        let seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.get(id).is_some_and(|at| at.elapsed() < BELIEVED_FOR)
    }
}
