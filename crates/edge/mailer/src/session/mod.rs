//! One connection to the mail server, used for one mail after the other.
//!
//! Where the server takes commands without waiting for each answer (RFC 2920), a mail costs one round trip: its content goes
//! out together with the next mail's `MAIL FROM`, `RCPT TO` and `DATA`, whose answers come with the content's own.

mod opening;

use std::{sync::Arc, time::Instant};

use convoke_model::EmailAddress;
use rustls::ClientConfig;
use smtp_proto::Response;

use crate::{
    Accepted, Envelope, MailerSettings, SendFault, Timeouts,
    fault::reply_text,
    wire::{Wire, push_command, push_mail},
};

/// An open connection.
pub(crate) struct Session {
    wire: Wire,
    is_pipelined: bool,
    has_reports: bool,
    timeouts: Timeouts,
    /// The mail whose commands were sent along with the last one's content, and whose answers are not read yet.
    named: Option<Envelope>,
    /// Whether a mail was begun and not ended: the server has to forget it first.
    is_begun: bool,
    /// How many mails it has taken.
    pub(crate) mails: u32,
    /// When it was used last.
    pub(crate) used_at: Instant,
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").field("mails", &self.mails).finish_non_exhaustive()
    }
}

impl Session {
    /// Connects, encrypts as the settings want, and signs in.
    pub(crate) async fn open(settings: &MailerSettings, tls: &Arc<ClientConfig>) -> Result<Self, SendFault> {
        let opened = opening::open(settings, tls).await?;
        Ok(Self {
            wire: opened.wire,
            is_pipelined: opened.is_pipelined,
            has_reports: opened.has_reports,
            timeouts: settings.timeouts,
            named: None,
            is_begun: false,
            mails: 0,
            used_at: Instant::now(),
        })
    }

    /// The mail that the server was told of along with the last one.
    pub(crate) fn named(&self) -> Option<&Envelope> {
        self.named.as_ref()
    }

    /// Says who sends a mail and to whom, up to the point where the server waits for its content; reads only, where that
    /// was said along with the last mail.
    pub(crate) async fn begin(&mut self, envelope: &Envelope) -> Result<(), SendFault> {
        let begun = if self.named.take().is_some() {
            self.read_group().await
        } else if self.is_pipelined {
            self.begin_at_once(envelope).await
        } else {
            self.begin_step_by_step(envelope).await
        };
        self.is_begun = begun.is_err();
        begun
    }

    async fn begin_at_once(&mut self, envelope: &Envelope) -> Result<(), SendFault> {
        let mut bytes = Vec::new();
        if self.is_begun {
            bytes.extend_from_slice(b"RSET\r\n");
        }
        self.push_group(&mut bytes, envelope);
        let step = self.timeouts.step;
        self.wire.say(&bytes, step, "MAIL FROM").await?;
        if self.is_begun {
            positive(&self.wire.answer(step, "RSET").await?)?;
        }
        self.read_group().await
    }

    async fn begin_step_by_step(&mut self, envelope: &Envelope) -> Result<(), SendFault> {
        let step = self.timeouts.step;
        if self.is_begun {
            self.wire.say(b"RSET\r\n", step, "RSET").await?;
            positive(&self.wire.answer(step, "RSET").await?)?;
        }
        for (command, address, parameters) in self.paths(envelope) {
            let mut bytes = Vec::new();
            push_command(&mut bytes, command, address.as_str(), &parameters);
            self.wire.say(&bytes, step, command).await?;
            positive(&self.wire.answer(step, command).await?)?;
        }
        self.wire.say(b"DATA\r\n", self.timeouts.data, "DATA").await?;
        wants_content(&self.wire.answer(self.timeouts.data, "DATA").await?)
    }

    /// From where to where, with what is said of reports where the server listens to that: it is to report failure and delay,
    /// name the mail by the id that it has here, and give back no more than its head.
    fn paths<'e>(&self, envelope: &'e Envelope) -> [(&'static str, &'e EmailAddress, String); 2] {
        let id = envelope.id.as_ref().filter(|_| self.has_reports);
        let (of_mail, of_recipient) = match id {
            Some(id) => (format!(" RET=HDRS ENVID={id}"), " NOTIFY=FAILURE,DELAY".to_owned()),
            None => Default::default(),
        };
        [("MAIL FROM", &envelope.from, of_mail), ("RCPT TO", &envelope.to, of_recipient)]
    }

    /// The commands of one mail up to its content.
    fn push_group(&self, bytes: &mut Vec<u8>, envelope: &Envelope) {
        for (command, address, parameters) in self.paths(envelope) {
            push_command(bytes, command, address.as_str(), &parameters);
        }
        bytes.extend_from_slice(b"DATA\r\n");
    }

    /// Reads the answers to the commands of one mail that were sent together.
    async fn read_group(&mut self) -> Result<(), SendFault> {
        let step = self.timeouts.step;
        let sender = self.answer_in_group(step, "MAIL FROM").await?;
        let recipient = self.answer_in_group(step, "RCPT TO").await?;
        let data = self.wire.answer(self.timeouts.data, "DATA").await?;
        let refused = positive(&sender).and_then(|()| positive(&recipient));
        if data.code == 354 && refused.is_err() {
            // It refuses the mail and waits for its content nevertheless: an end without content.
            self.wire.say(b".\r\n", step, "DATA").await?;
            self.wire.answer(self.timeouts.data, "DATA").await?;
        }
        refused.and_then(|()| wants_content(&data))
    }

    /// One of several answers; a server that says goodbye sends no further ones.
    async fn answer_in_group(
        &mut self,
        limit: std::time::Duration,
        step: &'static str,
    ) -> Result<Response<String>, SendFault> {
        let answer = self.wire.answer(limit, step).await?;
        if answer.code == 421 { Err(SendFault::refused(&answer)) } else { Ok(answer) }
    }

    /// Hands the content of the mail over that was begun, and names the next one along with it where the server takes that.
    pub(crate) async fn finish(
        &mut self,
        mail: &[u8],
        next: Option<&Envelope>,
    ) -> Result<Accepted, SendFault> {
        let next = next.filter(|_| self.is_pipelined);
        let mut bytes = Vec::new();
        push_mail(&mut bytes, mail);
        if let Some(next) = next {
            self.push_group(&mut bytes, next);
        }
        self.wire.say(&bytes, self.timeouts.data, "DATA").await?;
        let answer = self.wire.answer(self.timeouts.data, "DATA").await?;
        self.named = next.cloned();
        positive(&answer)?;
        self.mails += 1;
        Ok(Accepted { reply: reply_text(&answer) })
    }

    /// Ends the connection politely.
    pub(crate) async fn quit(mut self) {
        // The mails are accepted already; a server that does not say goodbye changes nothing.
        if self.named.is_none() && self.wire.say(b"QUIT\r\n", self.timeouts.step, "QUIT").await.is_ok() {
            let _answer = self.wire.answer(self.timeouts.step, "QUIT").await;
        }
    }
}

fn positive(answer: &Response<String>) -> Result<(), SendFault> {
    if (200..300).contains(&answer.code) { Ok(()) } else { Err(SendFault::refused(answer)) }
}

fn wants_content(answer: &Response<String>) -> Result<(), SendFault> {
    if answer.code == 354 { Ok(()) } else { Err(SendFault::refused(answer)) }
}
