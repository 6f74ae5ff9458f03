//! Forgets what was kept for a time only: the names of writes after 24 hours, what people preferred before after six days, events
//! that were told to webhooks after 14, mails that came in and hand-overs of leavers after 90.

use std::time::Duration;

use convoke_runtime::Shutdown;
use convoke_store::{DbFault, Tx, handovers, idempotency, mail_in, preferences, webhook_deliveries};

use super::read_mails::RECEIVED_HOLD_MS;
use crate::{
    asked::NAMES_HOLD_MS,
    handlers::{leavers::HANDOVERS_HOLD_MS, preferences::PREFERENCES_HOLD_MS},
    state::Shared,
};

/// How often it is looked for.
const EVERY: Duration = Duration::from_secs(600);
/// How long events that were told to webhooks are shown, and can be told again, in milliseconds.
const EVENTS_HOLD_MS: i64 = 14 * 24 * 3_600 * 1_000;
/// Rows of one transaction, so that nobody waits long behind it.
const BATCH: i64 = 500;

/// Forgets until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    loop {
        if let Err(fault) = forget(&state).await {
            tracing::warn!(target: "MeetingService", "what is old stays for now: {fault}");
        }
        if !shutdown.sleep(EVERY).await {
            return;
        }
    }
}

async fn forget(state: &Shared) -> Result<(), DbFault> {
    let now = state.now_ms();
    all(state, now - NAMES_HOLD_MS, idempotency::forget).await?;
    all(state, now - HANDOVERS_HOLD_MS, handovers::forget).await?;
    all(state, now - PREFERENCES_HOLD_MS, preferences::forget).await?;
    all(state, now - RECEIVED_HOLD_MS, mail_in::forget).await?;
    all(state, now - EVENTS_HOLD_MS, webhook_deliveries::forget).await
}

/// Forgets all from before, a batch at a time.
async fn all(
    state: &Shared,
    before: i64,
    forget: fn(&mut Tx<'_>, i64, i64) -> Result<u64, DbFault>,
) -> Result<(), DbFault> {
    loop {
        let forgotten = state.store.write(move |tx| forget(tx, before, BATCH)).await?;
        if i64::try_from(forgotten).is_ok_and(|forgotten| forgotten < BATCH) {
            return Ok(());
        }
    }
}
