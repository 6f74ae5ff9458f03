//! What is said over LMTP: commands in, answers out, mails in between. Without a socket, so that any bytes can be tried on it.

use super::super::MAX_MAIL_BYTES;

/// Octets of a command (RFC 5321 4.5.3.1.4 has 512, extensions add some).
pub const MAX_LINE_BYTES: usize = 2_048;
/// Recipients of one mail; the service has one address, others are refused anyhow.
pub const MAX_RECIPIENTS: usize = 100;
/// Commands that are not understood before the connection is ended.
pub const MAX_FAULTS: usize = 20;

/// What becomes of a mail that was handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is done, or need not come again.
    Done,
    /// It is to come again later.
    Later,
}

/// What follows from what was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// All is read.
    More,
    /// This is to be answered.
    Say(String),
    /// A mail has come; [`Dialogue::taken`] makes the answer.
    Take(Vec<u8>),
    /// This is to be answered, then the connection ends.
    End(String),
}

/// One connection.
#[derive(Debug)]
pub(super) struct Dialogue<'s> {
    hello: &'s str,
    addresses: &'s [String],
    line: Vec<u8>,
    has_greeted: bool,
    has_sender: bool,
    recipients: usize,
    faults: usize,
    /// The mail that is coming in; `None` between mails.
    mail: Option<Mail>,
}

/// A mail that is coming in.
#[derive(Debug, Default)]
struct Mail {
    bytes: Vec<u8>,
    is_too_large: bool,
}

impl<'s> Dialogue<'s> {
    /// `addresses` are those that mails are taken for, in lower case.
    pub(super) fn new(hello: &'s str, addresses: &'s [String]) -> Self {
        Self {
            hello,
            addresses,
            line: Vec::new(),
            has_greeted: false,
            has_sender: false,
            recipients: 0,
            faults: 0,
            mail: None,
        }
    }

    pub(super) fn greeting(&self) -> String {
        format!("220 {} LMTP Convoke\r\n", self.hello)
    }

    /// Reads on, up to the next thing that is to be done. What was read is cut off the front of `bytes`.
    pub(super) fn read(&mut self, bytes: &mut &[u8]) -> Step {
        loop {
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                self.keep(bytes);
                *bytes = &[];
                return Step::More;
            };
            let (piece, rest) = bytes.split_at(end + 1);
            *bytes = rest;
            self.keep(piece);
            let line = std::mem::take(&mut self.line);
            let step = if self.mail.is_some() { self.content(&line) } else { Some(self.command(&line)) };
            if let Some(step) = step {
                return step;
            }
        }
    }

    /// Puts a piece of a line behind what there is of it. Of one that is too long, so much is kept that it is known to be.
    fn keep(&mut self, piece: &[u8]) {
        let most = if self.mail.is_some() { MAX_MAIL_BYTES } else { MAX_LINE_BYTES } + 1;
        let room = most.saturating_sub(self.line.len());
        self.line.extend_from_slice(piece.get(..room).unwrap_or(piece));
    }

    /// One line of a mail's content; the mail, when it was the last.
    fn content(&mut self, line: &[u8]) -> Option<Step> {
        let mail = self.mail.as_mut()?;
        // Only a dot between whole line ends ends a mail: a bare line feed is how one mail hides in another.
        if line == b".\r\n" {
            let mail = self.mail.take()?;
            if mail.is_too_large {
                return Some(Step::Say(self.after_mail("552 5.3.4 the mail is too large")));
            }
            return Some(Step::Take(mail.bytes));
        }
        let line = line.strip_prefix(b".").unwrap_or(line);
        if mail.bytes.len() + line.len() > MAX_MAIL_BYTES {
            mail.is_too_large = true;
            mail.bytes = Vec::new();
        }
        if !mail.is_too_large {
            mail.bytes.extend_from_slice(line);
        }
        None
    }

    /// The answer to a mail: one a recipient (RFC 2033 4.2).
    pub(super) fn taken(&mut self, verdict: &Verdict) -> String {
        self.after_mail(match verdict {
            Verdict::Done => "250 2.0.0 taken",
            Verdict::Later => "451 4.3.0 try again later",
        })
    }

    fn after_mail(&mut self, answer: &str) -> String {
        let recipients = std::mem::take(&mut self.recipients);
        self.has_sender = false;
        format!("{answer}\r\n").repeat(recipients)
    }

    fn command(&mut self, line: &[u8]) -> Step {
        if line.len() > MAX_LINE_BYTES {
            return self.fault("500 5.5.2 the line is too long");
        }
        let text = String::from_utf8_lossy(line);
        let text = text.trim_end();
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        let say = |answer: &str| Step::Say(format!("{answer}\r\n"));
        match verb.to_ascii_uppercase().as_str() {
            "LHLO" if rest.trim().is_empty() => self.fault("501 5.5.4 LHLO needs a name"),
            "LHLO" => {
                self.reset();
                self.has_greeted = true;
                Step::Say(format!(
                    "250-{}\r\n250-PIPELINING\r\n250-ENHANCEDSTATUSCODES\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {MAX_MAIL_BYTES}\r\n",
                    self.hello
                ))
            }
            "MAIL" => self.mail_from(rest),
            "RCPT" => self.rcpt_to(rest),
            "DATA" if self.recipients == 0 => self.fault("503 5.5.1 no recipients"),
            "DATA" => {
                self.mail = Some(Mail::default());
                say("354 the mail, then a dot")
            }
            "RSET" => {
                self.reset();
                say("250 2.0.0 forgotten")
            }
            "NOOP" => say("250 2.0.0 still here"),
            "VRFY" => say("252 2.1.5 say RCPT TO"),
            "QUIT" => Step::End("221 2.0.0 goodbye\r\n".to_owned()),
            "HELO" | "EHLO" => self.fault("500 5.5.1 this is LMTP, say LHLO"),
            _ => self.fault("500 5.5.2 not understood"),
        }
    }

    fn mail_from(&mut self, rest: &str) -> Step {
        if !self.has_greeted || self.has_sender {
            return self.fault("503 5.5.1 not now");
        }
        let Some((_, parameters)) = path(rest, "FROM:") else {
            return self.fault("501 5.5.4 expected MAIL FROM:<address>");
        };
        let size = parameters.split_whitespace().find_map(|word| {
            let (name, value) = word.split_once('=')?;
            name.eq_ignore_ascii_case("SIZE").then(|| value.parse::<usize>().ok()).flatten()
        });
        if size.is_some_and(|size| size > MAX_MAIL_BYTES) {
            return Step::Say("552 5.3.4 the mail is too large\r\n".to_owned());
        }
        self.has_sender = true;
        Step::Say("250 2.1.0 go on\r\n".to_owned())
    }

    fn rcpt_to(&mut self, rest: &str) -> Step {
        if !self.has_sender {
            return self.fault("503 5.5.1 not now");
        }
        let Some((recipient, _)) = path(rest, "TO:") else {
            return self.fault("501 5.5.4 expected RCPT TO:<address>");
        };
        if !self.addresses.iter().any(|address| is_for(recipient, address)) {
            return Step::Say("550 5.1.1 nobody here has that address\r\n".to_owned());
        }
        if self.recipients >= MAX_RECIPIENTS {
            return Step::Say("452 4.5.3 too many recipients\r\n".to_owned());
        }
        self.recipients += 1;
        Step::Say("250 2.1.5 go on\r\n".to_owned())
    }

    fn reset(&mut self) {
        self.has_sender = false;
        self.recipients = 0;
    }

    fn fault(&mut self, answer: &str) -> Step {
        self.faults += 1;
        if self.faults >= MAX_FAULTS {
            return Step::End("421 4.7.0 too much that is not understood\r\n".to_owned());
        }
        Step::Say(format!("{answer}\r\n"))
    }
}

/// `FROM:<address> parameters` as its address and its parameters.
fn path<'t>(text: &'t str, keyword: &str) -> Option<(&'t str, &'t str)> {
    let (word, rest) = text.split_at_checked(keyword.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    word.eq_ignore_ascii_case(keyword).then_some((address, parameters))
}

/// Whether a recipient is the service: its address, with a detail behind a `+` or without.
fn is_for(recipient: &str, address: &str) -> bool {
    let recipient = recipient.to_lowercase();
    let Some((local, domain)) = recipient.rsplit_once('@') else { return false };
    let plain = local.split_once('+').map_or(local, |(plain, _)| plain);
    recipient == address || format!("{plain}@{domain}") == address
}

/// All answers to these bytes, where every mail is taken, and the mails: a whole conversation at once, for tests.
pub fn converse(hello: &str, addresses: &[String], bytes: &[u8]) -> (String, Vec<Vec<u8>>) {
    let mut dialogue = Dialogue::new(hello, addresses);
    let (mut said, mut mails) = (dialogue.greeting(), Vec::new());
    let mut rest = bytes;
    loop {
        match dialogue.read(&mut rest) {
            Step::More => return (said, mails),
            Step::Say(text) => said.push_str(&text),
            Step::Take(mail) => {
                mails.push(mail);
                said.push_str(&dialogue.taken(&Verdict::Done));
            }
            Step::End(text) => {
                said.push_str(&text);
                return (said, mails);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(text: &str) -> (Vec<String>, Vec<Vec<u8>>) {
        let (said, mails) = converse("mx.test", &["meetings@service.test".to_owned()], text.as_bytes());
        let last = |line: &str| line.as_bytes().get(3) == Some(&b' ');
        let codes = said.lines().filter(|line| last(line)).map(|line| line[..3].to_owned());
        (codes.collect(), mails)
    }

    #[test]
    fn a_mail_is_taken_and_answered_once_a_recipient() {
        let (codes, mails) = codes(
            "LHLO a\r\nMAIL FROM:<> SIZE=20\r\nRCPT TO:<Meetings@Service.test>\r\nRCPT TO:<bob@service.test>\r\n\
             RCPT TO:<meetings+x@service.test>\r\nDATA\r\n..A: b\r\n\r\n.\n.\r\nQUIT\r\n",
        );
        assert_eq!(codes, ["220", "250", "250", "250", "550", "250", "354", "250", "250", "221"]);
        assert_eq!(mails, [b".A: b\r\n\r\n\n".to_vec()]);
    }

    #[test]
    fn only_a_dot_between_whole_line_ends_ends_a_mail() {
        let hidden = "LHLO a\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<meetings@service.test>\r\nDATA\r\nx\n.\nMAIL FROM:<evil@b.test>\r\n.\r\n";
        let (_, mails) = codes(hidden);
        assert_eq!(mails.len(), 1);
        assert!(String::from_utf8_lossy(&mails[0]).contains("evil"));
    }

    #[test]
    fn what_comes_in_the_wrong_order_or_form_is_told() {
        for (text, code) in [
            ("MAIL FROM:<a@b.test>\r\n", "503"),
            ("EHLO a\r\n", "500"),
            ("LHLO\r\n", "501"),
            ("LHLO a\r\nRCPT TO:<meetings@service.test>\r\n", "503"),
            ("LHLO a\r\nMAIL FROM:<a@b.test>\r\nDATA\r\n", "503"),
            ("LHLO a\r\nMAIL FROM:a@b.test\r\n", "501"),
            ("LHLO a\r\nMAIL FROM:<a@b.test> SIZE=99999999\r\n", "552"),
            ("VRFY x\r\n", "252"),
        ] {
            assert_eq!(codes(text).0.last().map(String::as_str), Some(code), "{text}");
        }
        let many = codes(&"X\r\n".repeat(MAX_FAULTS + 5)).0;
        assert_eq!((many.len(), many.last().map(String::as_str)), (1 + MAX_FAULTS, Some("421")));
        assert_eq!(codes(&format!("{}\r\nNOOP\r\n", "x".repeat(9_000))).0, ["220", "500", "250"]);
    }

    #[test]
    fn a_mail_beyond_the_limit_is_read_to_its_end_and_refused() {
        let text = format!(
            "LHLO a\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<meetings@service.test>\r\nDATA\r\n{}.\r\nNOOP\r\n",
            format!("{}\r\n", "x".repeat(70)).repeat(MAX_MAIL_BYTES / 72 + 1)
        );
        let (codes, mails) = codes(&text);
        assert_eq!(codes, ["220", "250", "250", "250", "354", "552", "250"]);
        assert!(mails.is_empty());
        let one_line = format!(
            "LHLO a\r\nMAIL FROM:<a@b.test>\r\nRCPT TO:<meetings@service.test>\r\nDATA\r\n{}\r\n.\r\n",
            "x".repeat(MAX_MAIL_BYTES + 10)
        );
        assert_eq!(
            super::converse("a", &["meetings@service.test".to_owned()], one_line.as_bytes()).1.len(),
            0
        );
    }
}
