//! One line: takes mails from the queue, one after the other, writes them, hands them over, and has the outcome noted.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use convoke_mailer::{Accepted, Envelope, Line, Mailer, SendFault};
use convoke_runtime::Shutdown;
use convoke_store::outbox::{MailRow, Tried, TriedState};

use super::{
    GIVE_UP_AFTER,
    claims::Claims,
    millis, pause,
    prepared::Prepared,
    queue::Queue,
    settler::{Place, Settler},
};
use crate::state::Shared;

/// How often a line that may not work, because the server takes fewer connections, looks whether it may.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What all lines share.
#[derive(Debug)]
pub(super) struct Lines {
    pub(super) state: Shared,
    pub(super) claims: Arc<Claims>,
    pub(super) queue: Queue,
    pub(super) settler: Settler,
    pub(super) prepared: Prepared,
    pub(super) shutdown: Shutdown,
    /// How many are handing a mail over.
    pub(super) at_work: AtomicUsize,
}

/// A mail that is written.
struct Ready {
    mail: MailRow,
    envelope: Envelope,
    bytes: Vec<u8>,
}

/// Sends mails until the stop; lines above the number of connections that the server takes wait.
pub(super) async fn run(lines: Arc<Lines>, number: usize) {
    let Some(mailer) = &lines.state.mailer else { return };
    let mut line = mailer.line();
    let mut along: Option<Ready> = None;
    loop {
        let taken = match along.take() {
            Some(ready) => Some(ready),
            None => lines.next(mailer, &mut line, number).await,
        };
        let Some(ready) = taken else { return };
        if lines.shutdown.is_asked() {
            return lines.queue.give_back(ready.mail);
        }
        let Some(place) = lines.settler.place().await else { return };
        if lines.hand_over(mailer, &mut line, (ready, &mut along), place).await.is_none() {
            // The server takes no further connection; others have one.
            line = mailer.line();
            if let Some(ready) = along.take() {
                lines.queue.give_back(ready.mail);
            }
            if !lines.shutdown.sleep(LOOK_EVERY).await {
                return;
            }
        }
    }
}

impl Lines {
    /// The next mail, written; a line that waits for it gives its connection back. `None` at the stop.
    async fn next<'m>(&self, mailer: &'m Mailer, line: &mut Line<'m>, number: usize) -> Option<Ready> {
        loop {
            while number >= mailer.connections() {
                *line = mailer.line();
                if !self.shutdown.sleep(LOOK_EVERY).await {
                    return None;
                }
            }
            let mail = match self.queue.take_at_once() {
                Some(mail) => mail,
                None => {
                    *line = mailer.line();
                    self.queue.take().await?
                }
            };
            if let Some(ready) = self.ready(mailer, mail).await {
                return Some(ready);
            }
        }
    }

    /// Writes a mail; one that can't be written is settled here.
    async fn ready(&self, mailer: &Mailer, mail: MailRow) -> Option<Ready> {
        let written = match self.prepared.current(&self.state, &mail).await {
            Ok(Err(why)) => Err(Ok(why)),
            Ok(Ok(current)) => self.prepared.letter(&self.state.store, mailer, &current).await.map_err(Err),
            Err(fault) => Err(Err(fault)),
        };
        let (state, detail) = match written {
            Err(Ok(why)) => (TriedState::Withdrawn, why.to_owned()),
            Ok(Some((envelope, bytes))) => return Some(Ready { mail, envelope, bytes }),
            Ok(None) => (TriedState::Failed, "the meeting can't be read any more".to_owned()),
            Err(Err(fault)) => (TriedState::Deferred, fault.to_string()),
        };
        let place = self.settler.place().await?;
        self.settler.note(self.tried(&mail, state, detail), place);
        None
    }

    /// Hands a mail over, takes the next one along, and has the outcome noted; `None` when it went back into the queue, because
    /// there was no connection for it while others have one.
    async fn hand_over(
        &self,
        mailer: &Mailer,
        line: &mut Line<'_>,
        (ready, along): (Ready, &mut Option<Ready>),
        place: Place,
    ) -> Option<()> {
        let id = ready.mail.id;
        let next = async || {
            let mail = self.queue.take_along()?;
            *along = self.ready(mailer, mail).await;
            along.as_ref().map(|along| along.envelope.clone())
        };
        self.at_work.fetch_add(1, Ordering::Relaxed);
        let sent = line.send_with(&ready.envelope, &ready.bytes, next, || self.claims.may_act(id)).await;
        let others = self.at_work.fetch_sub(1, Ordering::Relaxed) > 1;
        match sent {
            Err(SendFault::NoConnection { .. }) if others => {
                self.queue.give_back(ready.mail);
                return None;
            }
            Err(SendFault::GivenUp) => {
                tracing::warn!(target: "EmailService", "{id} is left to another scheduler: this one was held up");
                self.claims.forget(id);
            }
            Ok(accepted) => self.settler.note(self.accepted(&ready.mail, accepted), place),
            Err(fault) => self.settler.note(self.refused(&ready.mail, &fault), place),
        }
        Some(())
    }

    fn accepted(&self, mail: &MailRow, accepted: Accepted) -> Tried {
        tracing::info!(target: "EmailService", "{} {} sent to {}", mail.kind, mail.id, mail.recipient);
        self.state.metrics.count_mail("sent");
        self.state.note_mail_server(true, &accepted.reply);
        self.tried(mail, TriedState::Sent, accepted.reply)
    }

    fn refused(&self, mail: &MailRow, fault: &SendFault) -> Tried {
        let age = self.state.now_ms().saturating_sub(mail.created_at);
        let is_final = !fault.may_pass() || age >= millis(GIVE_UP_AFTER);
        let what = if is_final { "failed" } else { "deferred" };
        tracing::warn!(target: "EmailService", "{} {} to {} {what}: {fault}", mail.kind, mail.id, mail.recipient);
        self.state.metrics.count_mail(what);
        self.state.note_mail_server(false, &fault.to_string());
        let state = if is_final { TriedState::Failed } else { TriedState::Deferred };
        self.tried(mail, state, fault.to_string())
    }

    fn tried(&self, mail: &MailRow, state: TriedState, detail: String) -> Tried {
        let next_at = self.state.now_ms() + millis(pause(mail.attempts));
        Tried { id: mail.id, state, detail, next_at }
    }
}
