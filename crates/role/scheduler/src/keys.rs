//! The keys that web-app tokens are verified with, as the call bridge tells them.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use convoke_callbridge_client::Client;
use convoke_directory::token::{TokenFault, Verifier};
use convoke_web_api::{Problem, token::Claims};
use jiff::Timestamp;

use crate::state::call_bridge;

/// Shortest time between two questions for new keys: forged tokens must not make us ask all day.
const ASK_AGAIN_AFTER: Duration = Duration::from_secs(5);

/// The keys known so far.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    known: Mutex<Option<(Arc<Verifier>, Instant)>>,
}

impl Keys {
    /// The claims of a token that is good at `now`.
    pub(crate) async fn verify(
        &self,
        client: &Client,
        token: &str,
        now: Timestamp,
    ) -> Result<Arc<Claims>, Problem> {
        let mut known = self.get();
        if known.is_none() {
            known = Some(self.ask(client).await?);
        }
        let Some((verifier, asked)) = known else { return Err(Problem::internal()) };
        let mut outcome = verifier.verify(token, now);
        if outcome.as_ref().err() == Some(&TokenFault::Invalid) && asked.elapsed() >= ASK_AGAIN_AFTER {
            // The cluster may have a new key.
            outcome = self.ask(client).await?.0.verify(token, now);
        }
        outcome.map_err(|fault| {
            Problem::unauthorized(match fault {
                TokenFault::Expired => "The sign-in has ended; sign in again.",
                TokenFault::Invalid => "The sign-in is not valid; sign in again.",
            })
        })
    }

    /// Asks for the keys, so that the first request need not wait for them.
    pub(crate) async fn warm(&self, client: &Client) -> Result<(), Problem> {
        self.ask(client).await.map(|_| ())
    }

    /// Whether the keys are known.
    pub(crate) fn is_ready(&self) -> bool {
        self.get().is_some()
    }

    fn get(&self) -> Option<(Arc<Verifier>, Instant)> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn ask(&self, client: &Client) -> Result<(Arc<Verifier>, Instant), Problem> {
        let keys = client.signing_keys().await.map_err(call_bridge)?;
        let pairs = keys.keys.iter().map(|key| (key.kid.as_str(), key.x.as_str()));
        let verifier = Verifier::new(&keys.cluster, pairs).map_err(|fault| {
            tracing::error!(target: "MeetingService", "{fault}");
            Problem::internal()
        })?;
        let fresh = (Arc::new(verifier), Instant::now());
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Some(fresh.clone());
        Ok(fresh)
    }
}
