//! Forgets what was kept for a time only: the names of writes after 24 hours.

use std::time::Duration;

use convoke_runtime::Shutdown;
use convoke_store::{DbFault, idempotency};

use crate::{asked::NAMES_HOLD_MS, state::Shared};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);
/// Rows of one transaction, so that nobody waits long behind it.
const BATCH: i64 = 500;

/// Forgets until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    loop {
        if let Err(fault) = forget(&state).await {
            tracing::warn!(target: "MeetingService", "old names of requests stay for now: {fault}");
        }
        if !shutdown.sleep(EVERY).await {
            return;
        }
    }
}

async fn forget(state: &Shared) -> Result<(), DbFault> {
    let before = state.now_ms() - NAMES_HOLD_MS;
    loop {
        let forgotten = state.store.write(move |tx| idempotency::forget(tx, before, BATCH)).await?;
        if i64::try_from(forgotten).is_ok_and(|forgotten| forgotten < BATCH) {
            return Ok(());
        }
    }
}
