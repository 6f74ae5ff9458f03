//! Removes the temporary spaces of meetings that ended 24 hours or more before 01:15 UTC (seed), every day at that time;
//! after a downtime the missed run is caught up at the start.

use std::time::Duration;

use convoke_meeting::cleanup::{KEPT_HOURS, is_removable, last_run_before, next_run_after};
use convoke_runtime::Shutdown;
use convoke_store::{DbFault, meetings, meetings::SpaceDue, space_tasks};
use jiff::{SignedDuration, Timestamp};

use super::settle_spaces;
use crate::state::Shared;

/// Spaces removed in one round.
const BATCH: i64 = 200;
/// The pause before a run that was cut short (call bridge or database away) goes on.
const RETRY: Duration = Duration::from_secs(10);

/// Cleans up until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    let mut run = last_run_before(state.clock.now());
    loop {
        while !clean_up(&state, run).await {
            if !shutdown.sleep(RETRY).await {
                return;
            }
        }
        run = next_run_after(state.clock.now());
        tokio::select! {
            () = shutdown.asked() => return,
            () = state.clock.sleep_until(run) => {}
        }
    }
}

/// Does the run of this time; whether all of it could be done.
async fn clean_up(state: &Shared, run: Timestamp) -> bool {
    let ended_by = run.saturating_sub(SignedDuration::from_hours(KEPT_HOURS)).unwrap_or(run).as_millisecond();
    loop {
        let due = state.store.read(move |tx| meetings::with_space_to_remove(tx, ended_by, BATCH)).await;
        let due = match due {
            Ok(due) if due.is_empty() => return true,
            Ok(due) => due,
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::warn!(target: "SpaceCleanup", "temporary spaces can't be looked for: {fault}");
                return false;
            }
        };
        let mut all_done = true;
        for due in due {
            all_done &= give_up(state, due, run, ended_by).await;
        }
        if let Err(fault) = settle_spaces::settle(state).await {
            tracing::warn!(target: "SpaceCleanup", "temporary spaces stay for now: {fault}");
        }
        if !all_done {
            return false;
        }
    }
}

/// Gives up one space, if its meeting still is over by the rule: a change that came meanwhile keeps it. A failure keeps no
/// other from going.
async fn give_up(state: &Shared, due: SpaceDue, run: Timestamp, ended_by: i64) -> bool {
    let instant = |at: i64| Timestamp::from_millisecond(at).ok();
    let (last_end, cancelled_at) = (due.last_end_at.and_then(instant), due.cancelled_at.and_then(instant));
    if !is_removable(last_end, cancelled_at, run) {
        return false;
    }
    let now = state.now_ms();
    let (meeting, space) = (due.meeting, due.space.clone());
    let given_up = state.store.write_rows(move |tx| {
        let given_up = meetings::give_up_space(tx, due.meeting, &due.space, ended_by, now)?;
        if given_up {
            space_tasks::remove_later(tx, &due.space, (now, now))?;
        }
        Ok(given_up)
    });
    match given_up.await {
        Ok(true) => {
            tracing::info!(target: "SpaceCleanup", "temporary space {space} of meeting {meeting} is over");
            true
        }
        Ok(false) => true,
        Err(fault) => {
            let fault: DbFault = fault;
            tracing::warn!(target: "SpaceCleanup", "meeting {meeting}: {fault}");
            false
        }
    }
}
