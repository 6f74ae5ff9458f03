//! Commands to an IMAP server and its answers, each within a limit of time and of octets.

use std::time::Duration;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    time::timeout,
};

use super::{
    super::MAX_MAIL_BYTES,
    ImapFault,
    reply::{Reply, announced},
};
use crate::wire::Duplex;

/// Octets of one answer: a mail, and what is said around it.
pub const MAX_REPLY_BYTES: usize = MAX_MAIL_BYTES + 64 * 1024;
/// Answers to one command: a mailbox of a million mails lists each.
pub const MAX_REPLY_LINES: usize = 1_000_000;

/// A connection.
pub(super) struct Wire {
    stream: BufReader<Box<dyn Duplex>>,
    step: Duration,
    commands: u32,
}

impl std::fmt::Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wire").field("commands", &self.commands).finish_non_exhaustive()
    }
}

impl Wire {
    pub(super) fn new(stream: Box<dyn Duplex>, step: Duration) -> Self {
        Self { stream: BufReader::new(stream), step, commands: 0 }
    }

    /// The connection below; `None` when something was read of it that nobody asked for.
    pub(super) fn into_plain(self) -> Option<Box<dyn Duplex>> {
        self.stream.buffer().is_empty().then(|| self.stream.into_inner())
    }

    /// The first word of the server.
    pub(super) async fn greeting(&mut self) -> Result<(), ImapFault> {
        let reply = self.read("greeting").await?;
        match reply.untagged() {
            Some(text) if text.to_ascii_uppercase().starts_with("OK") => Ok(()),
            Some(text) => Err(ImapFault::Unreachable(format!("it turns this host away: {}", shown(text)))),
            None => Err(ImapFault::NotUnderstood("greeting")),
        }
    }

    /// What the server offers, in upper case.
    pub(super) async fn capabilities(&mut self) -> Result<String, ImapFault> {
        let mut offered = String::new();
        self.command("CAPABILITY", "CAPABILITY", &mut |reply| {
            let text = reply.untagged().unwrap_or_default().to_ascii_uppercase();
            if let Some(words) = text.strip_prefix("CAPABILITY ") {
                offered = words.to_owned();
            }
        })
        .await?;
        Ok(offered)
    }

    /// Says a command, gives every answer that is not its end to `each`, and waits for its end. `what` names it in a fault, as
    /// its text may hold a password.
    pub(super) async fn command(
        &mut self,
        what: &'static str,
        text: &str,
        each: &mut (dyn FnMut(Reply) + Send),
    ) -> Result<(), ImapFault> {
        let tag = self.say(what, text).await?;
        self.read_to_end(what, &tag, each).await
    }

    /// A sign-in that the server asks for the secret of.
    pub(super) async fn challenged(&mut self, command: &str, secret: &str) -> Result<(), ImapFault> {
        let what = "the sign-in";
        let tag = self.say(what, command).await?;
        let reply = self.read(what).await?;
        if let Some((_, text)) = reply.of_tag(&tag) {
            return Err(ImapFault::Refused(what, shown(text)));
        }
        if !reply.text.starts_with('+') {
            return Err(ImapFault::NotUnderstood(what));
        }
        self.send(what, &format!("{secret}\r\n")).await?;
        self.read_to_end(what, &tag, &mut |_| {}).await
    }

    /// Waits until the server tells of a mail (RFC 2177), so long at most.
    pub(super) async fn idle(&mut self, limit: Duration) -> Result<(), ImapFault> {
        let what = "IDLE";
        let tag = self.say(what, what).await?;
        let mut is_told = false;
        loop {
            let reply = self.read(what).await?;
            if let Some((_, text)) = reply.of_tag(&tag) {
                return Err(ImapFault::Refused(what, shown(text)));
            }
            is_told |= reply.is_of_new_mail();
            if reply.text.starts_with('+') {
                break;
            }
        }
        let told = async {
            while !is_told {
                is_told = self.read_forever(what).await?.is_of_new_mail();
            }
            Ok(())
        };
        if let Ok(ended) = timeout(limit, told).await {
            ended?;
        }
        self.send(what, "DONE\r\n").await?;
        self.read_to_end(what, &tag, &mut |_| {}).await
    }

    async fn say(&mut self, what: &'static str, text: &str) -> Result<String, ImapFault> {
        self.commands = self.commands.wrapping_add(1);
        let tag = format!("a{}", self.commands);
        self.send(what, &format!("{tag} {text}\r\n")).await?;
        Ok(tag)
    }

    async fn send(&mut self, what: &'static str, text: &str) -> Result<(), ImapFault> {
        let sending = async {
            self.stream.write_all(text.as_bytes()).await?;
            self.stream.flush().await
        };
        timeout(self.step, sending)
            .await
            .map_err(|_| ImapFault::Timeout(what))?
            .map_err(|error| broken(&error))
    }

    async fn read_to_end(
        &mut self,
        what: &'static str,
        tag: &str,
        each: &mut (dyn FnMut(Reply) + Send),
    ) -> Result<(), ImapFault> {
        for _ in 0..MAX_REPLY_LINES {
            let reply = self.read(what).await?;
            match reply.of_tag(tag) {
                Some((word, _)) if word.eq_ignore_ascii_case("OK") => return Ok(()),
                Some((_, text)) => return Err(ImapFault::Refused(what, shown(text))),
                None => each(reply),
            }
        }
        Err(ImapFault::NotUnderstood(what))
    }

    /// The next answer, which has to come within the limit.
    async fn read(&mut self, what: &'static str) -> Result<Reply, ImapFault> {
        timeout(self.step, self.read_forever(what)).await.map_err(|_| ImapFault::Timeout(what))?
    }

    /// The next answer, whenever it comes.
    async fn read_forever(&mut self, what: &'static str) -> Result<Reply, ImapFault> {
        let mut reply = Reply::default();
        let mut left = MAX_REPLY_BYTES;
        loop {
            let mut line = Vec::new();
            let limit = u64::try_from(left).unwrap_or(u64::MAX);
            let count = (&mut self.stream).take(limit).read_until(b'\n', &mut line).await;
            let count = count.map_err(|error| broken(&error))?;
            if count == 0 {
                return Err(ImapFault::Unreachable("the connection ended".to_owned()));
            }
            left = left.saturating_sub(count);
            if line.last() != Some(&b'\n') {
                return Err(ImapFault::NotUnderstood(what));
            }
            let line = String::from_utf8_lossy(&line);
            reply.text.push_str(line.trim_end_matches(['\r', '\n']));
            let Some(length) = announced(&line) else { return Ok(reply) };
            if length > left {
                return Err(ImapFault::NotUnderstood(what));
            }
            left -= length;
            let mut octets = vec![0; length];
            self.stream.read_exact(&mut octets).await.map_err(|error| broken(&error))?;
            reply.literals.push(octets);
        }
    }
}

fn broken(error: &std::io::Error) -> ImapFault {
    ImapFault::Unreachable(error.to_string())
}

/// The server's words, short.
fn shown(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_control()).take(200).collect()
}
