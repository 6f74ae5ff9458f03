//! Mails one after the other over one connection: what a sender with a queue uses.

use std::time::Instant;

use crate::{Accepted, Envelope, Mailer, SendFault, session::Session};

/// One connection's worth of sending. It is opened by the first mail, opened anew when it breaks between two mails, and
/// given back when the line is dropped.
#[derive(Debug)]
pub struct Line<'m> {
    mailer: &'m Mailer,
    session: Option<Session>,
}

impl<'m> Line<'m> {
    pub(crate) fn new(mailer: &'m Mailer) -> Self {
        Self { mailer, session: None }
    }

    /// Hands one mail over.
    ///
    /// `next` is the mail that comes after it: where the server takes commands together, it is told of that one along with
    /// this one's content, which saves three round trips. The following call should be for that mail; another one, or
    /// none, costs the connection and nothing else.
    ///
    /// After [`SendFault::Timeout`] or [`SendFault::Unreachable`] the server may nevertheless have taken the mail; the same
    /// bytes sent again carry the same Message-ID, by which receivers know it.
    ///
    /// `may_go_on` is asked right before the mail's bytes go out, after all waits that come before: a sender that has lost
    /// the mail to another one answers `false`, and the server gets nothing.
    pub async fn send(
        &mut self,
        envelope: &Envelope,
        mail: &[u8],
        next: Option<&Envelope>,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        self.send_with(envelope, mail, async || next.cloned(), may_go_on).await
    }

    /// The same, where `next` chooses the mail that comes after it, once the server waits for this one's content: a mail whose
    /// recipient the server thinks about for long keeps no other one waiting.
    pub async fn send_with(
        &mut self,
        envelope: &Envelope,
        mail: &[u8],
        next: impl AsyncFnOnce() -> Option<Envelope>,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        let all = self.mailer.timeouts().session;
        let session = self.session.take();
        let sent = tokio::time::timeout(all, self.send_unlimited(session, envelope, mail, next, may_go_on));
        sent.await.unwrap_or(Err(SendFault::Timeout { step: "the whole session" }))
    }

    async fn send_unlimited(
        &mut self,
        session: Option<Session>,
        envelope: &Envelope,
        mail: &[u8],
        next: impl AsyncFnOnce() -> Option<Envelope>,
        may_go_on: impl Fn() -> bool,
    ) -> Result<Accepted, SendFault> {
        let mut session = self.begun(session, envelope).await?;
        let may_name = session.mails + 1 < self.mailer.mails_a_connection();
        let next = if may_name { next().await } else { None };
        if !may_go_on() {
            // It waits for content: only the end of the connection takes the mail back.
            return Err(SendFault::GivenUp);
        }
        let sent = session.finish(mail, next.as_ref()).await;
        if !sent.as_ref().is_err_and(SendFault::ends_connection) {
            self.keep(session).await;
        }
        sent
    }

    /// A connection that waits for the mail's content: the line's own or a kept one if it still lives, else a new one.
    async fn begun(
        &mut self,
        mut session: Option<Session>,
        envelope: &Envelope,
    ) -> Result<Session, SendFault> {
        loop {
            let (mut next, is_new) = match session.take().or_else(|| self.mailer.kept()) {
                Some(session) if session.named().is_some_and(|named| named != envelope) => continue,
                Some(session) => (session, false),
                None => (self.mailer.opened().await?, true),
            };
            match next.begin(envelope).await {
                Ok(()) => return Ok(next),
                // It broke before it had got anything of this mail.
                Err(fault) if fault.ends_connection() && !is_new => {}
                Err(fault) => {
                    if !fault.ends_connection() {
                        self.keep(next).await;
                    }
                    return Err(fault);
                }
            }
        }
    }

    async fn keep(&mut self, mut session: Session) {
        session.used_at = Instant::now();
        if session.mails < self.mailer.mails_a_connection() {
            self.session = Some(session);
        } else {
            session.quit().await;
        }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if let Some(session) = self.session.take().filter(|session| session.named().is_none()) {
            self.mailer.keep(session);
        }
    }
}
