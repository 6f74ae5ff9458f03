//! Sends what is in the outbox: claims what is due, hands it over, and notes what became of it.
//!
//! A mail is written anew from the revision that it tells of, so every try has the same bytes and Message-ID. A claim
//! is renewed right before the mail goes out: a process that was asleep finds that it has lost it.

use std::time::Duration;

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

use crate::{
    meeting::{
        body::Body,
        mails::{Told, content},
    },
    state::Shared,
};

/// Mails claimed at a time.
const BATCH: i64 = 32;
/// Mails under way at the same time.
const AT_ONCE: usize = 4;
/// How long a claim lasts; longer than the mailer's longest session.
const LEASE: Duration = Duration::from_secs(240);
/// How often due mails are looked for; another scheduler may have queued them.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The first pause after a failed try; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(15);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);
/// A mail that could not be sent for so long is given up (RFC 5321 4.5.4.1: 4 to 5 days).
const GIVE_UP_AFTER: Duration = Duration::from_secs(5 * 24 * 3600);

/// Sends mails until the stop.
pub(crate) async fn run(state: Shared, shutdown: Shutdown) {
    release_claims_of_earlier_start(&state).await;
    while !shutdown.is_asked() {
        let claimed = if state.mailer.is_some() { claim(&state).await } else { Vec::new() };
        if claimed.is_empty() {
            tokio::select! {
                () = shutdown.asked() => return,
                () = state.mails.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            continue;
        }
        let mut under_way = JoinSet::new();
        for mail in claimed {
            if under_way.len() >= AT_ONCE {
                drop(under_way.join_next().await);
            }
            if shutdown.is_asked() {
                break;
            }
            let state = state.clone();
            under_way.spawn(async move { send(&state, mail).await });
        }
        // What is under way may end; what was claimed and not begun is released by the next start.
        while under_way.join_next().await.is_some() {}
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

async fn claim(state: &Shared) -> Vec<MailRow> {
    let (name, now) = (state.claim.clone(), state.now_ms());
    let until = now + millis(LEASE);
    let claimed = state.store.write_rows(move |tx| outbox::claim(tx, &name, now, until, BATCH)).await;
    claimed.unwrap_or_else(|fault: DbFault| {
        tracing::warn!(target: "EmailService", "the outbox can't be read: {fault}");
        Vec::new()
    })
}

async fn send(state: &Shared, mail: MailRow) {
    let Some(mailer) = &state.mailer else { return };
    let (envelope, bytes) = match written(state, mailer, &mail).await {
        Ok(Some(written)) => written,
        Ok(None) => return settle(state, &mail, false, "the meeting can't be read any more").await,
        Err(fault) => return defer(state, &mail, &fault.to_string()).await,
    };
    if !renew(state, &mail).await {
        return;
    }
    match mailer.send(&envelope, &bytes).await {
        Ok(accepted) => {
            tracing::info!(target: "EmailService", "{} {} sent to {}", mail.kind, mail.id, mail.recipient);
            state.metrics.count_mail("sent");
            settle(state, &mail, true, &accepted.reply).await;
        }
        Err(fault) => refused(state, &mail, &fault).await,
    }
}

async fn refused(state: &Shared, mail: &MailRow, fault: &SendFault) {
    let age = state.now_ms().saturating_sub(mail.created_at);
    let is_final = !fault.may_pass() || age >= millis(GIVE_UP_AFTER);
    let what = if is_final { "failed" } else { "deferred" };
    tracing::warn!(target: "EmailService", "{} {} to {} {what}: {fault}", mail.kind, mail.id, mail.recipient);
    state.metrics.count_mail(what);
    if is_final {
        settle(state, mail, false, &fault.to_string()).await;
    } else {
        defer(state, mail, &fault.to_string()).await;
    }
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

async fn renew(state: &Shared, mail: &MailRow) -> bool {
    let (id, name, until) = (mail.id, state.claim.clone(), state.now_ms() + millis(LEASE));
    let renewed = state.store.write_rows(move |tx| outbox::renew(tx, id, &name, until)).await;
    renewed.unwrap_or_else(|fault: DbFault| {
        tracing::warn!(target: "EmailService", "{id} waits: {fault}");
        false
    })
}

async fn settle(state: &Shared, mail: &MailRow, sent: bool, detail: &str) {
    let (id, name, now, detail) = (mail.id, state.claim.clone(), state.now_ms(), detail.to_owned());
    let settled = state.store.write_rows(move |tx| outbox::settle(tx, id, &name, sent, &detail, now)).await;
    note(id, settled);
}

async fn defer(state: &Shared, mail: &MailRow, detail: &str) {
    let now = state.now_ms();
    let (id, name, detail) = (mail.id, state.claim.clone(), detail.to_owned());
    let next = now + millis(pause(mail.attempts));
    let deferred = state.store.write_rows(move |tx| outbox::defer(tx, id, &name, next, &detail, now)).await;
    note(id, deferred);
}

fn note(id: convoke_model::Uuid, outcome: Result<bool, DbFault>) {
    match outcome {
        Ok(true) => {}
        Ok(false) => tracing::warn!(target: "EmailService", "{id} was taken over by another scheduler"),
        Err(fault) => {
            tracing::error!(target: "EmailService", "what became of {id} could not be noted: {fault}")
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
