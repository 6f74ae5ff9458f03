//! Sends what is in the outbox: claims what is due, hands it over, and notes what became of it.
//!
//! A mail is written anew from the revision that it tells of (`prepared.rs`), so every try has the same bytes and Message-ID.
//! Each connection is a line (`line.rs`) that takes from one queue. Claims are renewed as long as they are held
//! (`claims.rs`), and looked at once more right before a mail's bytes go out: a process that was asleep finds that it may
//! not act any more. Outcomes are noted together (`settler.rs`).

mod claims;
mod line;
mod prepared;
mod queue;
mod settler;

use std::{
    collections::HashSet,
    sync::{Arc, atomic::AtomicUsize},
    time::{Duration, Instant},
};

use convoke_runtime::Shutdown;
use convoke_store::{DbFault, outbox, outbox::MailRow};
use tokio::task::JoinSet;

use self::{
    claims::{Claims, LEASE},
    line::Lines,
    prepared::Prepared,
    queue::Queue,
    settler::Settler,
};
use crate::state::Shared;

/// Mails claimed at a time.
const BATCH: i64 = 128;
/// Mails of one line that the server may have and whose rows may not say so yet: the one that is noted, and the one under
/// way. So many are sent twice at worst when the process is killed, with the same bytes.
const PLACES_A_LINE: usize = 2;
/// How often due mails are looked for; another scheduler may have queued them.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long mails that are under way may take at the stop, of which a role has 4.5 s.
const LAST_MAILS: Duration = Duration::from_secs(3);
/// How long noting what became of the last mails may take at the stop.
const LAST_NOTES: Duration = Duration::from_secs(1);
/// The pause after the database could not be asked: those who have sent something note that first.
const AFTER_FAULT: Duration = Duration::from_secs(3);
/// How often it is looked for mails that a clock which was set back keeps waiting.
const MEND_EVERY: Duration = Duration::from_secs(60);
/// The first pause after a failed try; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A mail that could not be sent for so long is given up (RFC 5321 4.5.4.1: 4 to 5 days).
const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);

/// Sends mails until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    release_claims_of_earlier_start(&state).await;
    let claims = Arc::new(Claims::default());
    tokio::join!(
        claims::keep(&state, &claims, &shutdown),
        send_all(&state, &claims, &shutdown),
        mend_times(&state, &shutdown)
    );
}

/// A clock that was set back must not make mails wait that were noted before.
async fn mend_times(state: &Shared, shutdown: &Shutdown) {
    while shutdown.sleep(MEND_EVERY).await {
        let (now, longest) = (state.now_ms(), millis(LONGEST_PAUSE));
        let mended = state.store.write_rows(move |tx| outbox::mend_times(tx, now, longest)).await;
        match mended {
            Ok(0) => {}
            Ok(count) => {
                tracing::warn!(target: "EmailService", "{count} mails are due: the clock was set back")
            }
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::debug!(target: "EmailService", "the times of mails are not looked at: {fault}");
            }
        }
    }
}

/// Keeps the lines busy as long as there are mails: one that hangs keeps its line and no other.
async fn send_all(state: &Shared, claims: &Arc<Claims>, shutdown: &Shutdown) {
    let Some(mailer) = &state.mailer else { return shutdown.asked().await };
    let connections = mailer.most_connections();
    let (settler, outcomes) = Settler::new(PLACES_A_LINE * connections);
    let lines = Arc::new(Lines {
        state: state.clone(),
        claims: claims.clone(),
        queue: Queue::default(),
        settler,
        prepared: Prepared::new(state.templates.clone(), state.answer_links.clone()),
        shutdown: shutdown.clone(),
        at_work: AtomicUsize::new(0),
    });
    let settling = tokio::spawn(settler::run(state.clone(), claims.clone(), outcomes, shutdown.clone()));
    let mut under_way: JoinSet<()> =
        (0..connections).map(|number| line::run(lines.clone(), number)).collect();
    feed(state, claims, &lines.queue, shutdown).await;
    lines.queue.close();
    // What is under way may end. What does not end in time is another scheduler's when its claim ends.
    let ended = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_MAILS, ended).await.is_err() {
        tracing::warn!(target: "EmailService", "mails that the server has not taken yet are left to another scheduler");
        under_way.shutdown().await;
    }
    give_up(state, lines.queue.left()).await;
    drop(lines);
    // It ends when all that is known is noted, or at its first fault.
    drop(tokio::time::timeout(LAST_NOTES, settling).await);
}

/// Claims mails whenever few are waiting, until the stop.
async fn feed(state: &Shared, claims: &Claims, queue: &Queue, shutdown: &Shutdown) {
    let mut may_be_more = true;
    loop {
        let mut pause = LOOK_EVERY;
        while queue.has_few() {
            match claim(state, claims).await {
                Ok((mails, is_full)) => {
                    may_be_more = is_full;
                    queue.add(mails);
                    if !is_full {
                        break;
                    }
                }
                Err(fault) => {
                    tracing::warn!(target: "EmailService", "the outbox can't be read: {fault}");
                    (may_be_more, pause) = (false, AFTER_FAULT);
                    break;
                }
            }
        }
        tokio::select! {
            () = shutdown.asked() => return,
            () = queue.drained(), if may_be_more => {}
            () = state.mails.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

/// What was claimed and not begun is another scheduler's at once.
async fn give_up(state: &Shared, mails: Vec<MailRow>) {
    let (name, ids) = (state.claim.clone(), mails.iter().map(|mail| mail.id).collect::<Vec<_>>());
    if !ids.is_empty() {
        let given_up = state.store.write_rows(move |tx| outbox::renew(tx, &ids, &name, Duration::ZERO)).await;
        drop::<Result<Vec<_>, DbFault>>(given_up);
    }
}

/// Claims that this node's last start left are nobody's any more.
async fn release_claims_of_earlier_start(state: &Shared) {
    let prefix = state.claim.split('/').next().map(|node| format!("{node}/")).unwrap_or_default();
    let released = state.store.write_rows(move |tx| outbox::release(tx, &prefix)).await;
    if let Err(fault) = released {
        let fault: DbFault = fault;
        tracing::warn!(target: "EmailService", "claims of an earlier start stay until they end: {fault}");
    }
}

/// Mails that are ours now, and whether there may be more.
async fn claim(state: &Shared, claims: &Claims) -> Result<(Vec<MailRow>, bool), DbFault> {
    let (name, now, asked) = (state.claim.clone(), state.now_ms(), Instant::now());
    let claimed: Vec<MailRow> =
        state.store.write_rows(move |tx| outbox::claim(tx, &name, now, LEASE, BATCH)).await?;
    let is_full = i64::try_from(claimed.len()).is_ok_and(|count| count >= BATCH);
    let fresh: HashSet<_> = claims.take(claimed.iter().map(|mail| mail.id), asked).into_iter().collect();
    Ok((claimed.into_iter().filter(|mail| fresh.contains(&mail.id)).collect(), is_full))
}

/// The pause after so many failed tries.
fn pause(attempts: i64) -> Duration {
    let doubled = u32::try_from(attempts.clamp(0, 16)).map_or(1, |n| 1_u32 << n);
    FIRST_PAUSE.saturating_mul(doubled).min(LONGEST_PAUSE)
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

/// What waits in the outbox.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waiting {
    /// Mails.
    pub(crate) count: i64,
    /// Age of the oldest of them.
    pub(crate) oldest_seconds: i64,
}

/// What waits in the outbox, for the metrics page.
pub(crate) async fn waiting(state: &Shared) -> Waiting {
    let found: Result<_, DbFault> = state.store.read(outbox::waiting).await;
    let (count, oldest) = found.unwrap_or((0, None));
    Waiting { count, oldest_seconds: oldest.map_or(0, |oldest| (state.now_ms() - oldest) / 1000) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour() {
        let seconds: Vec<u64> = [0, 1, 2, 7, 8, 60].map(|n| pause(n).as_secs()).to_vec();
        assert_eq!(seconds, [15, 30, 60, 1920, 3600, 3600]);
    }
}
