//! Sends what is in the outbox: claims what is due, hands it over, and notes what became of it.
//!
//! A mail is written anew from the revision that it tells of, so every try has the same bytes and Message-ID. Claims are
//! renewed as long as they are held (`claims.rs`), and looked at once more right before a mail's bytes go out: a process
//! that was asleep finds that it may not act any more.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use convoke_mailer::{Envelope, Head, Mailer, SendFault, compose};
use convoke_runtime::Shutdown;
use convoke_store::{
    DbFault, meetings,
    meetings::{MeetingRow, Revision},
    outbox,
    outbox::MailRow,
};
use jiff::Timestamp;
use tokio::task::JoinSet;

use super::claims::{self, Claims, LEASE};
use crate::{
    meeting::{
        body::Body,
        mails::{Told, content},
    },
    state::Shared,
};

/// Mails claimed at a time.
const BATCH: i64 = 32;
/// How often due mails are looked for; another scheduler may have queued them.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long mails that are under way may take at the stop, of which a role has 4.5 s.
const LAST_MAILS: Duration = Duration::from_secs(3);
/// The pause after the database could not be asked: those who have sent something note that first.
const AFTER_FAULT: Duration = Duration::from_secs(3);
/// How often it is looked for mails that a clock which was set back keeps waiting.
const MEND_EVERY: Duration = Duration::from_secs(60);
/// How often it is tried to note what became of a mail.
const NOTE_EVERY: Duration = Duration::from_millis(500);
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

/// Keeps as many mails under way as there may be connections: one that hangs keeps its place and no other.
async fn send_all(state: &Shared, claims: &Arc<Claims>, shutdown: &Shutdown) {
    let mut waiting = VecDeque::new();
    let mut under_way = JoinSet::new();
    loop {
        let mut pause = LOOK_EVERY;
        let at_once = state.mailer.as_ref().map_or(0, Mailer::connections);
        if waiting.is_empty() && under_way.len() < at_once {
            match claim(state, claims).await {
                Ok(claimed) => waiting.extend(claimed),
                Err(fault) => {
                    tracing::warn!(target: "EmailService", "the outbox can't be read: {fault}");
                    pause = AFTER_FAULT;
                }
            }
        }
        while under_way.len() < at_once
            && let Some(mail) = waiting.pop_front()
        {
            let (state, claims, shutdown) = (state.clone(), claims.clone(), shutdown.clone());
            under_way.spawn(async move {
                send(&state, &claims, &mail, &shutdown).await;
                claims.forget(mail.id);
            });
        }
        tokio::select! {
            () = shutdown.asked() => break,
            Some(_) = under_way.join_next(), if !under_way.is_empty() => {}
            () = state.mails.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    // What is under way may end. What was claimed and not begun is another scheduler's at once, and what does not end in
    // time when its claim does.
    let (name, ids) = (state.claim.clone(), waiting.iter().map(|mail: &MailRow| mail.id).collect::<Vec<_>>());
    if !ids.is_empty() {
        let given_up = state.store.write_rows(move |tx| outbox::renew(tx, &ids, &name, Duration::ZERO)).await;
        drop::<Result<Vec<_>, DbFault>>(given_up);
    }
    let ended = async { while under_way.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST_MAILS, ended).await.is_err() {
        tracing::warn!(target: "EmailService", "mails that the server has not taken yet are left to another scheduler");
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

async fn claim(state: &Shared, claims: &Claims) -> Result<Vec<MailRow>, DbFault> {
    let (name, now, asked) = (state.claim.clone(), state.now_ms(), Instant::now());
    let claimed: Vec<MailRow> =
        state.store.write_rows(move |tx| outbox::claim(tx, &name, now, LEASE, BATCH)).await?;
    let fresh = claims.take(claimed.iter().map(|mail| mail.id), asked);
    Ok(claimed.into_iter().filter(|mail| fresh.contains(&mail.id)).collect())
}

async fn send(state: &Shared, claims: &Claims, mail: &MailRow, shutdown: &Shutdown) {
    let Some(mailer) = &state.mailer else { return };
    let outcome = match written(state, mailer, mail).await {
        Ok(Some((envelope, bytes))) => {
            if !claims.may_act(mail.id) {
                return lost(mail);
            }
            match mailer.send(&envelope, &bytes, || claims.may_act(mail.id)).await {
                Ok(accepted) => {
                    tracing::info!(target: "EmailService", "{} {} sent to {}", mail.kind, mail.id, mail.recipient);
                    state.metrics.count_mail("sent");
                    Outcome::Settled { sent: true, detail: accepted.reply }
                }
                Err(SendFault::GivenUp) => return lost(mail),
                Err(fault) => refused(state, mail, &fault),
            }
        }
        Ok(None) => Outcome::Settled { sent: false, detail: "the meeting can't be read any more".to_owned() },
        Err(fault) => Outcome::Deferred { detail: fault.to_string() },
    };
    note(state, mail, outcome, shutdown).await;
}

fn lost(mail: &MailRow) {
    tracing::warn!(target: "EmailService", "{} is left to another scheduler: this one was held up", mail.id);
}

/// What became of a try.
#[derive(Clone)]
enum Outcome {
    Settled { sent: bool, detail: String },
    Deferred { detail: String },
}

fn refused(state: &Shared, mail: &MailRow, fault: &SendFault) -> Outcome {
    let age = state.now_ms().saturating_sub(mail.created_at);
    let is_final = !fault.may_pass() || age >= millis(GIVE_UP_AFTER);
    let what = if is_final { "failed" } else { "deferred" };
    tracing::warn!(target: "EmailService", "{} {} to {} {what}: {fault}", mail.kind, mail.id, mail.recipient);
    state.metrics.count_mail(what);
    let detail = fault.to_string();
    if is_final { Outcome::Settled { sent: false, detail } } else { Outcome::Deferred { detail } }
}

/// The envelope and the bytes of a mail.
async fn written(
    state: &Shared,
    mailer: &Mailer,
    mail: &MailRow,
) -> Result<Option<(Envelope, Vec<u8>)>, DbFault> {
    let (id, number) = (mail.meeting, mail.revision);
    let found = state.store.read(move |tx| {
        let row = meetings::find(tx, id)?;
        let after = meetings::revision(tx, id, number)?;
        let before = meetings::revision(tx, id, number - 1)?;
        Ok::<_, DbFault>(row.zip(after).map(|(row, after)| (row, after, before)))
    });
    let Some((row, after, before)) = found.await? else { return Ok(None) };
    Ok(compose_mail(mailer, mail, &row, &after, before.as_ref()))
}

fn compose_mail(
    mailer: &Mailer,
    mail: &MailRow,
    row: &MeetingRow,
    after: &Revision,
    before: Option<&Revision>,
) -> Option<(Envelope, Vec<u8>)> {
    let body: Body = serde_json::from_str(&after.body).ok()?;
    let earlier: Option<Body> = before.and_then(|before| serde_json::from_str(&before.body).ok());
    let told = Told {
        body: &body,
        before: earlier.as_ref(),
        uid: &row.uid,
        created_at: Timestamp::from_millisecond(row.created_at).ok()?,
        changed_at: Timestamp::from_millisecond(after.changed_at).ok()?,
    };
    let (organizer, recipient, content) = content(&told, &mail.recipient, &mail.kind)?;
    let service = mailer.from_address();
    let head = Head {
        service,
        organizer: &organizer,
        recipient: &recipient.person,
        message_id: &format!("{}@{}", mail.id, service.domain()),
        date: Timestamp::from_millisecond(mail.created_at).ok()?,
    };
    let bytes = compose(&content, &head);
    Some((Envelope { from: service.clone(), to: recipient.person.email.clone() }, bytes))
}

/// Notes what became of a try, for as long as it takes: a mail that the server has and whose row does not say so would be
/// sent again.
async fn note(state: &Shared, mail: &MailRow, outcome: Outcome, shutdown: &Shutdown) {
    let (id, now, next) = (mail.id, state.now_ms(), state.now_ms() + millis(pause(mail.attempts)));
    loop {
        let (name, outcome) = (state.claim.clone(), outcome.clone());
        let noted = state.store.write_rows(move |tx| match &outcome {
            Outcome::Settled { sent, detail } => outbox::settle(tx, id, &name, *sent, detail, now),
            Outcome::Deferred { detail } => outbox::defer(tx, id, &name, next, detail, now),
        });
        match noted.await {
            Ok(true) => return,
            Ok(false) => {
                tracing::warn!(target: "EmailService", "{id} was taken over by another scheduler");
                return;
            }
            Err(fault) => {
                let fault: DbFault = fault;
                tracing::error!(target: "EmailService", "what became of {id} could not be noted yet: {fault}");
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
