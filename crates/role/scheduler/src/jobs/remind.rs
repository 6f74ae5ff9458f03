//! Queues the mails that remind people of what begins soon. Of all schedulers the one that moves a reminder on queues its mails, in
//! one transaction, so that each goes out once.

use std::time::Duration;

use convoke_runtime::Shutdown;
use convoke_store::{
    DbFault, answers, meetings, outbox,
    reminders::{self, ReminderRow},
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    mail_limit::Counted,
    meeting::{answers::Answers, body::Body, reminding},
    state::Shared,
};

/// How long is waited at most: another scheduler may have taken a meeting with an earlier one.
const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(5);
/// How long is waited when the database is away.
const AFTER_A_FAULT: Duration = Duration::from_secs(5);
/// Reminders that are read at once.
const BATCH: i64 = 20;

/// Reminds until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    loop {
        let again_at = match remind(&state).await {
            Ok(again_at) => again_at,
            Err(fault) => {
                tracing::warn!(target: "MeetingService", "reminders wait: {fault}");
                if !shutdown.sleep(AFTER_A_FAULT).await {
                    return;
                }
                continue;
            }
        };
        tokio::select! {
            () = state.clock.sleep_until(again_at) => {}
            () = shutdown.asked() => return,
        }
    }
}

/// Takes what is due, and says when to look again.
async fn remind(state: &Shared) -> Result<Timestamp, DbFault> {
    let now = state.clock.now();
    let now_ms = now.as_millisecond();
    let (due, earliest) = state
        .store
        .read(move |tx| Ok::<_, DbFault>((reminders::due(tx, now_ms, BATCH)?, reminders::earliest(tx)?)))
        .await?;
    let mut has_gone_on = false;
    for row in &due {
        has_gone_on |= send(state, row, now).await?;
    }
    if has_gone_on {
        return Ok(now);
    }
    let latest = now.saturating_add(LOOK_EVERY).unwrap_or(now);
    // What is due and did not go on was changed meanwhile, or is another scheduler's: it is looked at again after a while.
    let earliest = earliest.filter(|_| due.is_empty());
    let earliest = earliest.and_then(|earliest| Timestamp::from_millisecond(earliest).ok());
    Ok(earliest.map_or(latest, |earliest| earliest.min(latest)))
}

/// Queues the mails of one that is due, and goes on to the next one of its meeting; `false` when somebody else did, or the
/// meeting was changed meanwhile.
async fn send(state: &Shared, due: &ReminderRow, now: Timestamp) -> Result<bool, DbFault> {
    let id = due.meeting;
    let found = state.store.read(move |tx| {
        let Some(row) = meetings::find(tx, id)? else { return Ok(None) };
        let revision = meetings::revision(tx, id, row.revision)?;
        let answers = answers::of_meeting(tx, id)?;
        Ok::<_, DbFault>(Some((row, revision, answers)))
    });
    let found = found.await?;
    let revision = found.as_ref().map(|(row, ..)| row.revision);
    // One that can't be read reminds of nothing any more.
    let read = found.and_then(|(row, revision, answers)| {
        let body: Body = serde_json::from_str(&revision?.body).ok()?;
        let plan = body.plan(row.is_cancelled)?;
        Some((row, body, plan, Answers::of(answers)))
    });
    let (mut mails, next) = match &read {
        None => (Vec::new(), None),
        Some((row, body, plan, answers)) => {
            (reminding::mails((row, body), plan, due, answers, now), reminding::following(plan, due, now))
        }
    };
    if let Some((_, body, ..)) = &read
        && let Err(refused) = state.count_mails(&body.organizer.id, mails.len()).map(Counted::used)
    {
        tracing::warn!(target: "MeetingService", "nobody is reminded of meeting {id}: {}", refused.detail);
        mails.clear();
    }
    let (due, count) = (due.clone(), mails.len());
    let sent = state.store.write_rows(move |tx| {
        // What was changed meanwhile has reminders of its own.
        let is_as_read = meetings::lock(tx, id)?.map(|row| row.revision) == revision;
        if !is_as_read || !reminders::go_on(tx, &due, next.as_ref())? {
            return Ok(false);
        }
        outbox::insert(tx, &mails)?;
        Ok::<_, DbFault>(true)
    });
    let has_gone_on = sent.await?;
    if has_gone_on && count > 0 {
        state.mails.notify_one();
        tracing::info!(target: "MeetingService", "{count} people are reminded of meeting {id}");
    }
    Ok(has_gone_on)
}
