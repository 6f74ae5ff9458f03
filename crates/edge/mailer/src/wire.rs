//! Bytes to the mail server and answers from it, each within a limit: apart from what is said, because answers to commands
//! that were sent together (RFC 2920) come together too, and each has to be read for itself.

use std::{collections::VecDeque, fmt::Write as _, future::Future, time::Duration};

use smtp_proto::{Error, Response, response::parser::ResponseReceiver};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::SendFault;

/// How much is read at once; answers to one group of commands are a few hundred bytes.
const READ_AT_ONCE: usize = 1024;

/// Bytes both ways, encrypted or not.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// The conversation behind the greeting.
pub(crate) struct Wire {
    stream: Box<dyn Duplex>,
    answers: VecDeque<Response<String>>,
    receiver: ResponseReceiver,
}

impl Wire {
    pub(crate) fn new(stream: Box<dyn Duplex>) -> Self {
        Self { stream, answers: VecDeque::new(), receiver: ResponseReceiver::default() }
    }

    /// Sends bytes within the limit; `step` says in a fault what for.
    pub(crate) async fn say(
        &mut self,
        bytes: &[u8],
        limit: Duration,
        step: &'static str,
    ) -> Result<(), SendFault> {
        // What is said may be a mail, or a secret: only what for, and how much.
        tracing::debug!(target: "EmailWire", "to the mail server: {step}, {} bytes", bytes.len());
        let written = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        within(limit, step, written).await?.map_err(|error| broken(&error, step))
    }

    /// The next answer, which has to come within the limit.
    pub(crate) async fn answer(
        &mut self,
        limit: Duration,
        step: &'static str,
    ) -> Result<Response<String>, SendFault> {
        let answer = within(limit, step, self.next_answer(step)).await?;
        match &answer {
            Ok(answer) => {
                let words = answer.message().replace(['\r', '\n'], " ");
                tracing::debug!(target: "EmailWire", "from the mail server: {step}: {} {words}", answer.code());
            }
            Err(fault) => tracing::debug!(target: "EmailWire", "from the mail server: {step}: {fault}"),
        }
        answer
    }

    async fn next_answer(&mut self, step: &'static str) -> Result<Response<String>, SendFault> {
        loop {
            if let Some(answer) = self.answers.pop_front() {
                return Ok(answer);
            }
            let mut bytes = [0; READ_AT_ONCE];
            let count = self.stream.read(&mut bytes).await.map_err(|error| broken(&error, step))?;
            if count == 0 {
                return Err(not_smtp(step));
            }
            self.take(bytes.get(..count).unwrap_or_default(), step)?;
        }
    }

    /// Reads what has come: answers that are whole, and the beginning of one that is not.
    fn take(&mut self, bytes: &[u8], step: &'static str) -> Result<(), SendFault> {
        let mut rest = bytes.iter();
        loop {
            match self.receiver.parse(&mut rest) {
                Ok(answer) => {
                    self.receiver.reset();
                    self.answers.push_back(answer);
                }
                Err(Error::NeedsMoreData { .. }) => return Ok(()),
                Err(_) => return Err(not_smtp(step)),
            }
        }
    }
}

/// The mail as it goes over the wire: a line that begins with a dot gets another one, and a dot alone ends it
/// (RFC 5321 4.5.2).
pub(crate) fn push_mail(bytes: &mut Vec<u8>, mail: &[u8]) {
    bytes.reserve(mail.len() + 16);
    for line in mail.split_inclusive(|byte| *byte == b'\n') {
        if line.first() == Some(&b'.') {
            bytes.push(b'.');
        }
        bytes.extend_from_slice(line);
    }
    bytes.extend_from_slice(if mail.ends_with(b"\r\n") || mail.is_empty() { b".\r\n" } else { b"\r\n.\r\n" });
}

/// One command with an address, and what follows it.
pub(crate) fn push_command(bytes: &mut Vec<u8>, command: &str, address: &str, parameters: &str) {
    let mut line = String::with_capacity(command.len() + address.len() + parameters.len() + 5);
    // Writing to a string fails never.
    let _written = write!(line, "{command}:<{address}>{parameters}\r\n");
    bytes.extend_from_slice(line.as_bytes());
}

async fn within<T>(
    limit: Duration,
    step: &'static str,
    work: impl Future<Output = T>,
) -> Result<T, SendFault> {
    tokio::time::timeout(limit, work).await.map_err(|_| SendFault::Timeout { step })
}

fn broken(error: &std::io::Error, step: &str) -> SendFault {
    SendFault::Unreachable { text: format!("{error} ({step})") }
}

fn not_smtp(step: &str) -> SendFault {
    SendFault::Unreachable { text: format!("the connection ended or the answer is not SMTP ({step})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_begins_with_a_dot_gets_another_and_a_dot_alone_ends_the_mail() {
        let sent = |mail: &str| {
            let mut bytes = Vec::new();
            push_mail(&mut bytes, mail.as_bytes());
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(sent(".\r\n.x\r\na.\r\n"), "..\r\n..x\r\na.\r\n.\r\n");
        assert_eq!(sent("a"), "a\r\n.\r\n");
        assert_eq!(sent(""), ".\r\n");
    }

    #[tokio::test]
    async fn answers_are_read_one_by_one_however_they_come() {
        let (mut server, client) = tokio::io::duplex(64);
        let mut wire = Wire::new(Box::new(client));
        let limit = Duration::from_secs(5);
        tokio::spawn(async move {
            for piece in ["250 2.1.0 one\r\n250-two\r\n25", "0 2.1.5 three\r\n35", "4 go\r\n554 no\r\n"] {
                server.write_all(piece.as_bytes()).await.unwrap();
            }
        });
        let mut codes = Vec::new();
        for _ in 0..4 {
            codes.push(wire.answer(limit, "test").await.unwrap().code);
        }
        assert_eq!(codes, [250, 250, 354, 554]);
        let ended = wire.answer(limit, "test").await.unwrap_err();
        assert!(matches!(ended, SendFault::Unreachable { .. }), "{ended}");
    }
}
