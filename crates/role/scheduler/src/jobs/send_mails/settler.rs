//! Notes what became of mails, all that came together in one transaction: apart from the sending, which goes on meanwhile.
//!
//! A mail that the server has and whose row does not say so would be sent again after a crash. So the number of outcomes
//! that are not noted yet is bounded: who hands a mail over has a place here before.

use std::{sync::Arc, time::Duration};

use convoke_model::Uuid;
use convoke_runtime::Shutdown;
use convoke_store::{DbFault, outbox, outbox::Tried};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::claims::Claims;
use crate::state::Shared;

/// Outcomes that are noted at once, at most.
const AT_ONCE: usize = 256;
/// How often it is tried to note what became of mails.
const NOTE_EVERY: Duration = Duration::from_millis(500);

/// Takes outcomes.
#[derive(Debug, Clone)]
pub(super) struct Settler {
    places: Arc<Semaphore>,
    outcomes: mpsc::UnboundedSender<(Tried, Place)>,
}

/// The right to hand a mail over, given back when its outcome is noted.
pub(super) type Place = OwnedSemaphorePermit;

/// What the settler's task reads.
pub(super) type Outcomes = mpsc::UnboundedReceiver<(Tried, Place)>;

impl Settler {
    /// One for so many mails that are handed over or not noted yet.
    pub(super) fn new(places: usize) -> (Self, Outcomes) {
        let (outcomes, read) = mpsc::unbounded_channel();
        (Self { places: Arc::new(Semaphore::new(places)), outcomes }, read)
    }

    /// Waits for a place.
    pub(super) async fn place(&self) -> Option<Place> {
        // It is never closed; `None` says that there is nothing to be done.
        self.places.clone().acquire_owned().await.ok()
    }

    /// Has an outcome noted.
    pub(super) fn note(&self, tried: Tried, place: Place) {
        // The task that reads ends after all that write.
        let _sent = self.outcomes.send((tried, place));
    }
}

/// Notes outcomes until nobody is left who has some.
pub(super) async fn run(state: Shared, claims: Arc<Claims>, mut outcomes: Outcomes, shutdown: Shutdown) {
    let mut batch = Vec::new();
    while outcomes.recv_many(&mut batch, AT_ONCE).await > 0 {
        let (tries, places): (Vec<Tried>, Vec<Place>) = batch.drain(..).unzip();
        let ids: Vec<Uuid> = tries.iter().map(|tried| tried.id).collect();
        note(&state, tries, &shutdown).await;
        ids.into_iter().for_each(|id| claims.forget(id));
        drop(places);
    }
}

/// Notes what became of tries, for as long as it takes.
async fn note(state: &Shared, tries: Vec<Tried>, shutdown: &Shutdown) {
    let tries: Arc<[Tried]> = tries.into();
    loop {
        let (name, now, written) = (state.claim.clone(), state.now_ms(), tries.clone());
        match state.store.write_rows(move |tx| outbox::note(tx, &name, &written, now)).await {
            Ok(noted) => {
                for lost in tries.iter().filter(|tried| !noted.contains(&tried.id)) {
                    tracing::warn!(target: "EmailService", "{} was taken over by another scheduler", lost.id);
                }
                return;
            }
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::error!(
                    target: "EmailService",
                    "what became of {} mails could not be noted yet: {fault}", tries.len()
                );
                if !fault.is_passing() && !matches!(fault, DbFault::Unknown(_)) {
                    return;
                }
            }
        }
        if !shutdown.sleep(NOTE_EVERY).await {
            return;
        }
    }
}
