//! Hands the meetings of leavers over, each by a change of its own. What is to be done stands in rows, and doing it twice is doing it
//! once: a scheduler that is killed leaves nothing half done, and another one goes on.

use std::time::Duration;

use convoke_runtime::Shutdown;
use convoke_store::{
    DbFault,
    handovers::{self, HandoverRow, MeetingOf},
    lease,
};
use convoke_web_api::Problem;

use super::leases;
use crate::{
    asked::Asked,
    handlers::{
        leavers::CO_ORGANIZER,
        meetings::{
            self, Found, co_organizers,
            handover::{Wanted, carry},
            wishes::{Wishes, notified},
        },
    },
    state::Shared,
};

/// How often it is looked for work that another scheduler was asked for, or left.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Meetings of one round.
const BATCH: i64 = 50;
/// Hand-overs of one round.
const HANDOVERS: i64 = 20;
/// Of several schedulers one does it.
const LEASE: &str = "handovers";
/// How long it holds: one meeting takes a fraction of it.
const HOLD: Duration = Duration::from_secs(30);
/// How long a meeting waits that somebody else is changing.
const SOON_MS: i64 = 1_000;
/// How long a meeting waits when a part is away, or its mails would be too many now, unless it is said.
const LATER_MS: i64 = 10_000;
/// A meeting that others change all the time is given up after so many tries.
const MAX_TRIES: i64 = 20;

/// Hands over until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    leases::release_of_earlier_start(&state, LEASE).await;
    loop {
        match round(&state, &shutdown).await {
            Ok(true) => continue,
            Ok(false) => {}
            Err(fault) => {
                tracing::warn!(target: "MeetingService", "hand-overs wait: {fault}");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = state.handovers.notified() => {}
            () = shutdown.asked() => break,
        }
    }
    let holder = state.claim.clone();
    let released = state.store.write_rows(move |tx| lease::release(tx, LEASE, &holder)).await;
    if let Err::<(), DbFault>(fault) = released {
        tracing::warn!(target: "MeetingService", "{fault}");
    }
}

/// Does what is due; whether there may be more at once.
async fn round(state: &Shared, shutdown: &Shutdown) -> Result<bool, DbFault> {
    let now = state.now_ms();
    let unfinished = state.store.read(move |tx| handovers::unfinished(tx, now, HANDOVERS)).await?;
    let mut has_more = false;
    for row in unfinished {
        let (id, now) = (row.id, state.now_ms());
        let due = state.store.read(move |tx| handovers::due(tx, id, now, BATCH)).await?;
        has_more |= i64::try_from(due.len()).is_ok_and(|count| count == BATCH);
        for (of, tries) in due {
            let holder = state.claim.clone();
            if shutdown.is_asked()
                || !state.store.write_rows(move |tx| lease::take(tx, LEASE, &holder, HOLD)).await?
            {
                return Ok(false);
            }
            let outcome = one(state, &row, &of, false).await;
            settle(state, &row, &of, tries, outcome).await?;
        }
        let now = state.now_ms();
        if state.store.write_rows(move |tx| handovers::finish(tx, id, now)).await? {
            tracing::info!(target: "MeetingService", "all meetings of {} ahead are settled", row.former_jid);
        }
    }
    Ok(has_more)
}

/// Hands one meeting over, or tries whether that can be done; nothing is wrong with one that is somebody else's since.
pub(crate) async fn one(
    state: &Shared,
    row: &HandoverRow,
    of: &MeetingOf,
    is_dry: bool,
) -> Result<(), Problem> {
    let asked = Asked::by_a_job(&row.asked_by, row.address.clone());
    let found = match meetings::find(state, &asked.caller, &of.meeting.to_string()).await {
        Ok(found) if !is_over(state, &found) => found,
        Err(problem) if problem.status != 404 => return Err(problem),
        // Cancelled or over meanwhile, or gone: nobody's to have.
        _ => return Ok(()),
    };
    if of.was == CO_ORGANIZER {
        return leave(state, &asked, &found, &row.former).await;
    }
    if found.body.organizer.id != row.former {
        return Ok(());
    }
    let wanted = Wanted { organizer: &row.organizer_jid, from: None, stays: row.stays };
    let notify = notified(&row.notify).unwrap_or_default();
    let wishes = Wishes { notify, is_dry, every: None, follows: false };
    carry(state, &asked, &found, &wanted, &wishes).await.map(|_| ())
}

fn is_over(state: &Shared, found: &Found) -> bool {
    found.row.is_cancelled || found.row.last_end_at.is_some_and(|end| end <= state.now_ms())
}

/// Takes the leaver out of the co-organizers of a meeting.
async fn leave(state: &Shared, asked: &Asked, found: &Found, leaver: &str) -> Result<(), Problem> {
    let mut left = found.body.co_organizers.clone();
    left.retain(|user| user.id != leaver);
    if left.len() == found.body.co_organizers.len() {
        return Ok(());
    }
    match co_organizers::named(state, asked, found, left).await {
        Ok(_) => Ok(()),
        Err(fault) => Err(fault.unmaking(state, None).await),
    }
}

/// Notes what became of a meeting: done, to be tried again, or why it stays as it was.
async fn settle(
    state: &Shared,
    row: &HandoverRow,
    of: &MeetingOf,
    tries: i64,
    outcome: Result<(), Problem>,
) -> Result<(), DbFault> {
    let (id, meeting) = (row.id, of.meeting);
    let problem = match outcome {
        Ok(()) => return state.store.write_rows(move |tx| handovers::settle(tx, id, meeting, None)).await,
        Err(problem) => problem,
    };
    let pause = match problem.status {
        412 => Some(SOON_MS).filter(|_| tries < MAX_TRIES),
        // Without a time it would be too many mails at any time.
        429 if problem.retry_after.is_none() => None,
        429 | 503 => Some(problem.retry_after.map_or(LATER_MS, |seconds| i64::from(seconds) * 1_000)),
        _ => None,
    };
    if let Some(pause) = pause {
        let (next_at, counts) = (state.now_ms() + pause, problem.status == 412);
        return state.store.write_rows(move |tx| handovers::put_off(tx, id, meeting, next_at, counts)).await;
    }
    tracing::warn!(target: "MeetingService", "meeting {meeting} stays with {}: {}", row.former_jid, problem.detail);
    let settled = state
        .store
        .write_rows(move |tx| handovers::settle(tx, id, meeting, Some((&problem.code, &problem.detail))));
    settled.await
}
