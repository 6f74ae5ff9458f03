//! One SMTP conversation (RFC 5321, with SIZE, 8BITMIME, SMTPUTF8 and PIPELINING).

use std::io;

use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::TcpStream,
    time::timeout,
};

use super::{MAX_LINE_BYTES, MAX_MAIL_BYTES, MAX_RECIPIENTS, SILENCE, mailbox::Mailbox};

/// The mail that is being handed over.
#[derive(Debug, Default)]
struct Envelope {
    from: Option<String>,
    recipients: Vec<String>,
}

/// What follows an answer.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Command,
    Data,
    End,
}

/// Talks with a client until it leaves.
pub(super) async fn serve(stream: TcpStream, mailbox: &Mailbox) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    say(&mut stream, "220 localhost Convoke keeps mails as files").await?;
    let mut envelope = Envelope::default();
    while let Some(line) = read_line(&mut stream, MAX_LINE_BYTES).await? {
        if !line.ends_with(b"\n") {
            say(&mut stream, "500 5.5.2 line too long").await?;
            return Ok(());
        }
        let text = String::from_utf8_lossy(&line);
        let (answer, next) = envelope.answer(text.trim_end());
        say(&mut stream, &answer).await?;
        match next {
            Next::Command => {}
            Next::End => return Ok(()),
            Next::Data => {
                let mail = read_mail(&mut stream).await?;
                let answer = kept(mailbox, &envelope, mail);
                say(&mut stream, &answer).await?;
                envelope = Envelope::default();
            }
        }
    }
    Ok(())
}

fn kept(mailbox: &Mailbox, envelope: &Envelope, mail: Option<Vec<u8>>) -> String {
    let Some(mail) = mail else { return format!("552 5.3.4 a mail has at most {MAX_MAIL_BYTES} bytes") };
    match mailbox.keep(&envelope.recipients, &mail) {
        Ok(path) => {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            format!("250 2.0.0 kept as {name}")
        }
        Err(error) => format!("451 4.3.0 the mail can't be written: {error}"),
    }
}

impl Envelope {
    fn answer(&mut self, line: &str) -> (String, Next) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                *self = Self::default();
                format!(
                    "250-localhost\r\n250-SIZE {MAX_MAIL_BYTES}\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-PIPELINING\r\n250 ENHANCEDSTATUSCODES"
                )
            }
            "HELO" => {
                *self = Self::default();
                "250 localhost".to_owned()
            }
            "MAIL" => self.mail(rest),
            "RCPT" => self.recipient(rest),
            "DATA" if self.recipients.is_empty() => "503 5.5.1 MAIL and RCPT come first".to_owned(),
            "DATA" => return ("354 end with a line that holds one dot".to_owned(), Next::Data),
            "RSET" => {
                *self = Self::default();
                "250 2.0.0 forgotten".to_owned()
            }
            "NOOP" => "250 2.0.0 nothing done".to_owned(),
            "VRFY" => "252 2.5.0 every address is taken".to_owned(),
            "QUIT" => return ("221 2.0.0 bye".to_owned(), Next::End),
            _ => "500 5.5.2 command not known".to_owned(),
        };
        (answer, Next::Command)
    }

    fn mail(&mut self, rest: &str) -> String {
        let Some((from, parameters)) = path(rest, "FROM:") else {
            return "501 5.5.4 expected MAIL FROM:<address>".to_owned();
        };
        if self.from.is_some() {
            return "503 5.5.1 a mail is under way".to_owned();
        }
        let size = parameters.split(' ').find_map(|p| {
            let (name, value) = p.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().ok())?
        });
        if size.is_some_and(|size| size > MAX_MAIL_BYTES) {
            return format!("552 5.3.4 a mail has at most {MAX_MAIL_BYTES} bytes");
        }
        self.from = Some(from);
        "250 2.1.0 sender taken".to_owned()
    }

    fn recipient(&mut self, rest: &str) -> String {
        match path(rest, "TO:") {
            _ if self.from.is_none() => "503 5.5.1 MAIL comes first".to_owned(),
            _ if self.recipients.len() >= MAX_RECIPIENTS => {
                format!("452 4.5.3 a mail has at most {MAX_RECIPIENTS} recipients")
            }
            Some((to, _)) if !to.is_empty() => {
                self.recipients.push(to);
                "250 2.1.5 recipient taken".to_owned()
            }
            _ => "501 5.5.4 expected RCPT TO:<address>".to_owned(),
        }
    }
}

/// The address of `FROM:<address> parameters` and what follows it.
fn path(rest: &str, keyword: &str) -> Option<(String, String)> {
    let rest = rest.trim_start();
    let after = rest.get(..keyword.len()).filter(|start| start.eq_ignore_ascii_case(keyword));
    let after = after.map(|start| rest[start.len()..].trim_start())?;
    let (address, parameters) = after.strip_prefix('<')?.split_once('>')?;
    Some((address.to_owned(), parameters.trim().to_owned()))
}

/// A mail without its dot stuffing (RFC 5321 4.5.2); `None` when it is too large, and then it is read to its end.
async fn read_mail(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Vec<u8>>> {
    let mut mail = Vec::new();
    let mut at_line_start = true;
    let mut fits = true;
    loop {
        let line = read_line(stream, MAX_LINE_BYTES).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        if at_line_start && (line == b".\r\n" || line == b".\n") {
            return Ok(fits.then_some(mail));
        }
        let content = if at_line_start && line.starts_with(b".") { &line[1..] } else { &line[..] };
        // A line may come in several pieces.
        at_line_start = line.ends_with(b"\n");
        fits = fits && mail.len() + content.len() <= MAX_MAIL_BYTES;
        if fits {
            mail.extend_from_slice(content);
        }
    }
}

/// A line with its end, or its first `limit` bytes; `None` when the client has left.
async fn read_line(stream: &mut BufReader<TcpStream>, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    let read = async { stream.take(limit as u64).read_until(b'\n', &mut line).await };
    let count = timeout(SILENCE, read).await.map_err(|_| io::ErrorKind::TimedOut)??;
    Ok((count > 0).then_some(line))
}

async fn say(stream: &mut BufReader<TcpStream>, answer: &str) -> io::Result<()> {
    stream.write_all(format!("{answer}\r\n").as_bytes()).await?;
    stream.flush().await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(lines: &[&str]) -> Vec<String> {
        let mut envelope = Envelope::default();
        lines.iter().map(|line| envelope.answer(line).0[..3].to_owned()).collect()
    }

    #[test]
    fn a_mail_needs_a_sender_and_then_a_recipient() {
        let lines = [
            "DATA",
            "RCPT TO:<b@x>",
            "mail from:<a@x> SIZE=100",
            "MAIL FROM:<a@x>",
            "RCPT TO:<>",
            "rcpt to: <b@x>",
            "DATA",
        ];
        assert_eq!(answers(&lines), ["503", "503", "250", "503", "501", "250", "354"]);
    }

    #[test]
    fn limits_are_told() {
        let big = format!("MAIL FROM:<a@x> SIZE={}", MAX_MAIL_BYTES + 1);
        assert_eq!(answers(&[&big, "MAIL FROM:<>"]), ["552", "250"]);
        let mut lines = vec!["MAIL FROM:<a@x>"];
        lines.extend(vec!["RCPT TO:<b@x>"; MAX_RECIPIENTS + 1]);
        assert_eq!(answers(&lines).last().unwrap(), "452");
    }

    #[test]
    fn unknown_commands_and_broken_paths_are_refused() {
        assert_eq!(
            answers(&[
                "EXPN x",
                "MAIL TO:<a@x>",
                "MAIL FROM:a@x",
                "MAIL FRÖM:<a>",
                "",
                "RSET",
                "NOOP",
                "QUIT"
            ]),
            ["500", "501", "501", "501", "500", "250", "250", "221"]
        );
    }
}
