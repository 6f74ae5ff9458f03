//! Settles what a change of spaces left: spaces whose meeting never came about, and spaces that a meeting has left.

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

async fn settle(state: &Shared) -> Result<(), String> {
    let before = state.now_ms() - STALE_AFTER_MS;
    let found = state.store.read(move |tx| {
        Ok::<_, DbFault>((space_tasks::stale_intents(tx, before, BATCH)?, space_tasks::to_remove(tx, BATCH)?))
    });
    let (intents, spaces) = found.await.map_err(|fault| fault.to_string())?;
    for request in intents {
        state.call_bridge.delete_space_of_request(&request).await.map_err(|fault| fault.to_string())?;
        tracing::info!(target: "SpaceCleanup", "the space of request {request}, whose meeting never came about, removed");
        let settled = state.store.write_rows(move |tx| space_tasks::settle_intent(tx, &request)).await;
        settled.map_err(|fault: DbFault| fault.to_string())?;
    }
    for space in spaces {
        state.call_bridge.delete_space(&space).await.map_err(|fault| fault.to_string())?;
        tracing::info!(target: "SpaceCleanup", "temporary space {space}, which its meeting has left, removed");
        let noted = state.store.write_rows(move |tx| space_tasks::note_removed(tx, &space)).await;
        noted.map_err(|fault: DbFault| fault.to_string())?;
    }
    Ok(())
}
