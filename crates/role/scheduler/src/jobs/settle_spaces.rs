//! Settles what a change of spaces left: spaces whose meeting never came about, and spaces that a meeting has left.
//!
//! What is settled was decided before, in a transaction of the database: a space of an intent that is still there when the
//! call bridge removes both, and a space that a meeting has given up for good. So it does no harm when this process was
//! asleep between reading and removing.

use std::time::Duration;

use convoke_runtime::Shutdown;
use convoke_store::{DbFault, space_tasks};

use crate::state::Shared;

/// How often it is looked.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A request that has not become a meeting by then never will: longer than all its steps may take together.
const STALE_AFTER_MS: i64 = 60_000;
/// Spaces settled in one round.
const BATCH: i64 = 50;

/// Settles until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    loop {
        if let Err(fault) = settle(&state).await {
            tracing::warn!(target: "SpaceCleanup", "spaces to be settled wait: {fault}");
        }
        if !shutdown.sleep(LOOK_EVERY).await {
            return;
        }
    }
}

/// Settles what there is; one that can't be settled now keeps no other waiting, and the last fault is told.
pub(super) async fn settle(state: &Shared) -> Result<(), String> {
    let now = state.now_ms();
    let found = state.store.read(move |tx| {
        let stale = space_tasks::stale_intents(tx, now - STALE_AFTER_MS, BATCH)?;
        Ok::<_, DbFault>((stale, space_tasks::to_remove(tx, now, BATCH)?))
    });
    let (intents, spaces) = found.await.map_err(|fault| fault.to_string())?;
    let mut outcome = Ok(());
    for request in intents {
        match state.call_bridge.delete_space_of_request(&request).await {
            Ok(()) => {
                tracing::info!(target: "SpaceCleanup", "request {request}, whose meeting never came about, given up with its space");
            }
            Err(fault) => outcome = Err(fault.to_string()),
        }
    }
    for space in spaces {
        if let Err(fault) = remove(state, space).await {
            outcome = Err(fault);
        }
    }
    outcome
}

async fn remove(state: &Shared, space: String) -> Result<(), String> {
    state.call_bridge.delete_space(&space).await.map_err(|fault| fault.to_string())?;
    tracing::info!(target: "SpaceCleanup", "temporary space {space}, which its meeting has left, removed");
    let noted = state.store.write_rows(move |tx| space_tasks::note_removed(tx, &space)).await;
    noted.map_err(|fault: DbFault| fault.to_string())
}
