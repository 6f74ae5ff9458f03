//! Delivers events to webhooks: claims what is due, tells it, and notes what became of it.
//!
//! Each webhook has a task of its own for a turn of some seconds, so that a receiver that hangs keeps nobody else waiting. A
//! receiver of which a turn's last tries all failed pauses with all that is due for it. The body is written anew from the revision
//! that it tells of, so every try says the same under the same id. A delivery whose process was killed is another's after its
//! claim has ended, and may arrive twice; its id tells.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use bytes::Bytes;
use convoke_fetch::{Question, SigningKey, Target};
use convoke_model::Uuid;
use convoke_runtime::Shutdown;
use convoke_store::{
    DbFault,
    webhook_deliveries::{self, DeliveryRow, Tried},
    webhooks::{self, WebhookRow},
};
use http::{HeaderName, HeaderValue, Method, header};
use tokio::{sync::Notify, task::JoinSet};

use crate::{
    meeting::events::{Told, event},
    state::Shared,
};

/// How often due deliveries are looked for; whoever writes one tells nobody.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after the database could not be asked.
const AFTER_FAULT: Duration = Duration::from_secs(3);
/// Webhooks that are told something at the same time, in this scheduler.
const WEBHOOKS_AT_ONCE: usize = 64;
/// How long a webhook is told what is due until it is another's turn, but for the tries that are under way.
const TURN: Duration = Duration::from_secs(2);
/// Deliveries of one webhook at the same time.
const DELIVERIES_AT_ONCE: i64 = 4;
/// How long a claim lasts: a delivery takes [`convoke_fetch::TIMEOUT`] at most.
const LEASE: Duration = Duration::from_secs(30);
/// How long what is under way may take at the stop, of which a role has 4.5 s.
const LAST_DELIVERIES: Duration = Duration::from_secs(3);
/// The first pause after a failed try, in milliseconds; each further one is twice as long.
const FIRST_PAUSE_MS: i64 = 10_000;
/// The longest pause, in milliseconds.
const LONGEST_PAUSE_MS: i64 = 3_600_000;
/// Longest body of an event, in bytes. Of a longer one the meeting's people and exceptions are left out.
const MAX_EVENT_BYTES: usize = 1024 * 1024;
/// Bytes of an answer that are read, so that a receiver is not cut off while it says that it is done.
const MAX_ANSWER_BYTES: usize = 4 * 1024;
/// How long such a body may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(1);
/// The answer of a receiver that wants to hear no more.
const GONE: u16 = 410;

/// Delivers until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    release_claims_of_earlier_start(&state).await;
    let busy: Arc<Mutex<HashSet<Uuid>>> = Arc::default();
    let has_ended = Arc::new(Notify::new());
    let mut under_way = JoinSet::new();
    loop {
        let now = state.now_ms();
        let most = i64::try_from(2 * WEBHOOKS_AT_ONCE).unwrap_or(i64::MAX);
        let ready: Result<_, DbFault> =
            state.store.read(move |tx| webhook_deliveries::ready(tx, now, most)).await;
        let pause = match ready {
            Ok(ready) => {
                for webhook in ready {
                    let mut held = busy.lock().unwrap_or_else(PoisonError::into_inner);
                    if held.len() < WEBHOOKS_AT_ONCE && held.insert(webhook) {
                        let (state, shutdown, has_ended) =
                            (state.clone(), shutdown.clone(), has_ended.clone());
                        let turn = Turn { webhook, busy: busy.clone() };
                        under_way.spawn(async move {
                            if tell(&state, turn.webhook, &shutdown).await {
                                drop(turn);
                                has_ended.notify_one();
                            }
                        });
                    }
                }
                LOOK_EVERY
            }
            Err(fault) => {
                tracing::warn!(target: "WebhookService", "events wait: {fault}");
                AFTER_FAULT
            }
        };
        while under_way.try_join_next().is_some() {}
        tokio::select! {
            // Somebody whose turn has ended may have more.
            () = has_ended.notified() => {}
            goes_on = shutdown.sleep(pause) => if !goes_on { break },
        }
    }
    // What does not end in time is told again after the next start.
    let ended = async { while under_way.join_next().await.is_some() {} };
    drop(tokio::time::timeout(LAST_DELIVERIES, ended).await);
}

/// A webhook that is told something: nobody else tells it meanwhile, however the task ends.
struct Turn {
    webhook: Uuid,
    busy: Arc<Mutex<HashSet<Uuid>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.webhook);
    }
}

/// Claims that this node's last start left are nobody's any more.
async fn release_claims_of_earlier_start(state: &Shared) {
    let prefix = state.claim.split('/').next().map(|node| format!("{node}/")).unwrap_or_default();
    let released: Result<u64, DbFault> =
        state.store.write_rows(move |tx| webhook_deliveries::release(tx, &prefix)).await;
    if let Err(fault) = released {
        tracing::warn!(target: "WebhookService", "claims of an earlier start stay until they end: {fault}");
    }
}

/// Tells one webhook what is due for a turn; whether there may be more.
async fn tell(state: &Shared, webhook: Uuid, shutdown: &Shutdown) -> bool {
    let begun = Instant::now();
    while !shutdown.is_asked() {
        if begun.elapsed() >= TURN {
            return true;
        }
        let (name, now) = (state.claim.clone(), state.now_ms());
        let claimed = state.store.write_rows(move |tx| {
            // It may have been disabled, or failed at another scheduler, since.
            let Some(row) = webhooks::find(tx, webhook)?.filter(|row| row.is_enabled && row.next_at <= now)
            else {
                return Ok(None);
            };
            let claimed = webhook_deliveries::claim(tx, webhook, &name, now, LEASE, DELIVERIES_AT_ONCE)?;
            Ok::<_, DbFault>(Some((row, claimed)))
        });
        let (row, claimed) = match claimed.await {
            Ok(Some((row, claimed))) if !claimed.is_empty() => (row, claimed),
            Ok(_) => return false,
            Err(fault) => {
                tracing::warn!(target: "WebhookService", "events for webhook {webhook} wait: {fault}");
                return false;
            }
        };
        let mut tries: JoinSet<Option<bool>> =
            claimed.into_iter().map(|delivery| deliver(state.clone(), row.clone(), delivery)).collect();
        let mut is_any_taken = false;
        while let Some(tried) = tries.join_next().await {
            let Ok(Some(is_taken)) = tried else { return false };
            is_any_taken |= is_taken;
        }
        if !is_any_taken {
            if let Err(fault) = pause(state, &row).await {
                tracing::warn!(target: "WebhookService", "a pause of webhook {webhook} could not be noted: {fault}");
            }
            return false;
        }
    }
    false
}

/// Lets a webhook whose last tries all failed wait, longer each time.
async fn pause(state: &Shared, webhook: &WebhookRow) -> Result<(), DbFault> {
    let (id, turns) = (webhook.id, webhook.failures / DELIVERIES_AT_ONCE);
    let until = state.now_ms().saturating_add(pause_ms(turns));
    state.store.write_rows(move |tx| webhooks::pause(tx, id, until)).await
}

/// Tells one event and notes what became of it: whether it was taken; `None` when the database was away.
async fn deliver(state: Shared, webhook: WebhookRow, delivery: DeliveryRow) -> Option<bool> {
    let outcome = match attempt(&state, &webhook, &delivery).await {
        Ok(outcome) => outcome,
        Err(fault) => {
            tracing::warn!(target: "WebhookService", "event {} for webhook {} waits: {fault}", delivery.id, webhook.id);
            return None;
        }
    };
    let is_taken = matches!(outcome, Outcome::Taken(_));
    let (name, now) = (state.claim.clone(), state.now_ms());
    let noted = state.store.write_rows(move |tx| settle(tx, &name, &webhook, &delivery, &outcome, now)).await;
    match noted {
        Ok(()) => Some(is_taken),
        Err(fault) => {
            let fault: DbFault = fault;
            tracing::warn!(target: "WebhookService", "what became of an event could not be noted: {fault}");
            None
        }
    }
}

/// What a receiver said, in the words that its owner is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Taken(String),
    Refused(String),
    /// It wants to hear no more.
    Gone,
    /// There is nothing to be told.
    Lost,
}

async fn attempt(state: &Shared, webhook: &WebhookRow, delivery: &DeliveryRow) -> Result<Outcome, DbFault> {
    let told = match delivery.meeting {
        None => None,
        Some(meeting) => {
            let row = delivery.clone();
            let read = state.store.read(move |tx| Told::read(tx, meeting, &row)).await?;
            let Some(told) = read else { return Ok(Outcome::Lost) };
            Some(told)
        }
    };
    // A series with many people and exceptions takes a while to write.
    let row = delivery.clone();
    let body = tokio::task::spawn_blocking(move || body(&row, told)).await.unwrap_or_default();
    let Some(body) = body else { return Ok(Outcome::Lost) };
    let (Ok(target), Some(key)) = (
        Target::parse(&webhook.url, state.settings.webhooks.allow_private),
        SigningKey::of_text(&webhook.secret),
    ) else {
        return Ok(Outcome::Refused("the URL is not one that may be told anything any more".to_owned()));
    };
    let question = Question {
        method: Method::POST,
        target: &target,
        fields: fields(&key, delivery, state.clock.now().as_second(), &body),
        body: Bytes::from(body),
        read_at_most: MAX_ANSWER_BYTES,
        body_within: Some(ANSWER_WITHIN),
    };
    Ok(match state.fetcher.ask(question).await {
        Ok(answer) if (200..300).contains(&answer.status) => {
            Outcome::Taken(format!("answered {}", answer.status))
        }
        Ok(answer) if answer.status == GONE => Outcome::Gone,
        Ok(answer) if (300..400).contains(&answer.status) => {
            Outcome::Refused(format!("answered {}, and redirects are not followed", answer.status))
        }
        Ok(answer) => Outcome::Refused(format!("answered {}", answer.status)),
        Err(fault) => Outcome::Refused(fault.to_string()),
    })
}

/// What is sent; `None` when there is nothing to be told any more.
fn body(delivery: &DeliveryRow, told: Option<Told>) -> Option<Vec<u8>> {
    let mut event = event(delivery, told)?;
    let body = serde_json::to_vec(&event).ok()?;
    if body.len() <= MAX_EVENT_BYTES {
        return Some(body);
    }
    event.is_shortened = true;
    if let Some(meeting) = &mut event.meeting {
        meeting.attendees.clear();
        meeting.overrides.clear();
    }
    serde_json::to_vec(&event).ok()
}

fn fields(key: &SigningKey, delivery: &DeliveryRow, now: i64, body: &[u8]) -> Vec<(HeaderName, HeaderValue)> {
    let id = delivery.id.to_string();
    let signature = key.sign(&id, now, body);
    let texts = [
        (header::CONTENT_TYPE, "application/json".to_owned()),
        (HeaderName::from_static("webhook-id"), id),
        (HeaderName::from_static("webhook-timestamp"), now.to_string()),
        (HeaderName::from_static("webhook-signature"), signature),
    ];
    texts.into_iter().filter_map(|(name, text)| Some((name, HeaderValue::from_str(&text).ok()?))).collect()
}

/// Notes what became of a try, of the event and of the webhook.
fn settle(
    tx: &mut convoke_store::Tx<'_>,
    claim: &str,
    webhook: &WebhookRow,
    delivery: &DeliveryRow,
    outcome: &Outcome,
    now_ms: i64,
) -> Result<(), DbFault> {
    let id = webhook.id;
    let (tried, words) = match outcome {
        Outcome::Taken(words) => (Tried::Delivered, words.as_str()),
        Outcome::Refused(words) => (after_failure(delivery, now_ms), words.as_str()),
        Outcome::Gone => (Tried::Failed, "answered 410"),
        Outcome::Lost => (Tried::Failed, "what happened can't be read any more"),
    };
    if !webhook_deliveries::note(tx, claim, delivery, &tried, words, now_ms)? {
        return Ok(());
    }
    let because = match outcome {
        Outcome::Taken(_) => return webhooks::succeeded(tx, id),
        Outcome::Lost => return Ok(()),
        Outcome::Gone => "the receiver answered 410: it wants to hear no more".to_owned(),
        Outcome::Refused(words) => {
            let (failures, since) = webhooks::failed(tx, id, now_ms)?;
            // Nothing was taken while this event was tried, and other events failed too: one that a receiver can't take disables
            // nothing.
            let is_dead = tried == Tried::Failed
                && since <= delivery.created_at.saturating_add(LONGEST_PAUSE_MS)
                && failures > delivery.attempts + 1;
            if !is_dead {
                tracing::info!(target: "WebhookService", "event {} for webhook {id}: {words}", delivery.id);
                return Ok(());
            }
            format!("it took nothing for 3 days; {failures} tries failed, the last one so: {words}")
        }
    };
    if webhooks::disable(tx, id, &because)? {
        tracing::warn!(target: "WebhookService", "webhook {id} is disabled: {because}");
    }
    Ok(())
}

/// When an event is tried again whose try failed now.
fn after_failure(delivery: &DeliveryRow, now_ms: i64) -> Tried {
    let next_at = now_ms.saturating_add(pause_ms(delivery.attempts));
    if next_at > delivery.gives_up_at { Tried::Failed } else { Tried::Deferred(next_at) }
}

/// The pause after so many tries that failed before this one.
fn pause_ms(failed_before: i64) -> i64 {
    FIRST_PAUSE_MS.saturating_mul(1 << failed_before.clamp(0, 16)).min(LONGEST_PAUSE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_from_10_seconds_to_an_hour_and_end_after_3_days() {
        let seconds: Vec<i64> = [0, 1, 2, 8, 9, 50].map(|n| pause_ms(n) / 1_000).to_vec();
        assert_eq!(seconds, [10, 20, 40, 2_560, 3_600, 3_600]);
        let delivery = |attempts| DeliveryRow {
            webhook: Uuid::nil(),
            id: Uuid::nil(),
            event: "created".into(),
            meeting: None,
            revision: 1,
            about: String::new(),
            state: "deferred".into(),
            attempts,
            detail: None,
            next_at: 0,
            gives_up_at: webhook_deliveries::TRIED_FOR_MS,
            created_at: 0,
            updated_at: 0,
        };
        let (mut now, mut attempts) = (0, 0);
        while let Tried::Deferred(next) = after_failure(&delivery(attempts), now) {
            (now, attempts) = (next, attempts + 1);
        }
        assert!(now <= 3 * 86_400_000 && now > 3 * 86_400_000 - LONGEST_PAUSE_MS, "{now}");
    }
}
