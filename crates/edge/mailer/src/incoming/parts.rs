//! The parts of a mail (RFC 2046), found within limits.
//!
//! Own, above mail-parser's readers of heads, charsets and encodings: its reader of whole mails keeps mails within mails as deep as
//! they come, and this one has to be safe with what anybody sends.

use std::borrow::Cow;

use mail_parser::{
    HeaderName, HeaderValue, MessageParser, MimeHeaders,
    decoders::{
        base64::base64_decode, charsets::map::charset_decoder, quoted_printable::quoted_printable_decode,
    },
};

/// Parts of a mail, those that hold parts too.
pub const MAX_PARTS: usize = 50;
/// Parts within one another.
pub const MAX_PART_DEPTH: usize = 10;
/// Octets of a part's head; of longer ones the rest is not looked at.
const MAX_HEAD_BYTES: usize = 64 * 1024;

/// Why a mail is not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFault {
    /// More than [`MAX_MAIL_BYTES`](super::MAX_MAIL_BYTES).
    TooLarge,
    /// More than [`MAX_PARTS`], or deeper than [`MAX_PART_DEPTH`].
    TooManyParts,
    /// It has no head.
    NoMail,
}

impl std::fmt::Display for MailFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "the mail is larger than what is looked at",
            Self::TooManyParts => "the mail has more parts than are looked at",
            Self::NoMail => "that is no mail",
        })
    }
}

/// A part that holds no other.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// Its media type in lower case.
    pub(super) kind: String,
    /// What a calendar is for, as its Content-Type says.
    pub(super) method: Option<String>,
    /// Its file's name in lower case; may be empty.
    pub(super) name: String,
    charset: Option<String>,
    encoding: String,
    raw: &'a [u8],
}

impl<'a> Part<'a> {
    /// What it holds, decoded.
    pub(super) fn bytes(&self) -> Cow<'a, [u8]> {
        match self.encoding.as_str() {
            "base64" => {
                // Some programs put footers behind it.
                let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
                let lines = self.raw.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
                let letters: Vec<u8> =
                    lines.take_while(|line| line.iter().all(is_letter)).flatten().copied().collect();
                base64_decode(&letters).unwrap_or_default().into()
            }
            "quoted-printable" => {
                quoted_printable_decode(self.raw).map_or(Cow::Borrowed(self.raw), Cow::Owned)
            }
            _ => Cow::Borrowed(self.raw),
        }
    }

    /// What it holds as text.
    pub(super) fn text(&self) -> String {
        let bytes = self.bytes();
        // UTF-8 that says that it is something else is more usual than something else that happens to be UTF-8.
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let is_seven_bit =
                self.charset.as_deref().is_some_and(|name| name.starts_with("iso-2022") || name == "utf-7");
            if !is_seven_bit {
                return text.to_owned();
            }
        }
        match self.charset.as_deref().and_then(|name| charset_decoder(name.as_bytes())) {
            Some(decode) => decode(&bytes),
            None => String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// The head of a mail or a part, and what follows it.
pub(super) fn split_head(mail: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < mail.len() {
        let ends = mail[at..].iter().position(|byte| *byte == b'\n').map_or(mail.len(), |ends| at + ends + 1);
        if matches!(&mail[at..ends], b"\n" | b"\r\n") {
            return (&mail[..at], &mail[ends..]);
        }
        at = ends;
    }
    (mail, b"")
}

/// Every part that holds no other, in the order of the mail.
pub(super) fn parts(mail: &[u8]) -> Result<Vec<Part<'_>>, MailFault> {
    let mut waiting = vec![(mail, 0)];
    let mut found = Vec::new();
    let mut seen = 0;
    while let Some((bytes, depth)) = waiting.pop() {
        seen += 1;
        if seen > MAX_PARTS || depth > MAX_PART_DEPTH {
            return Err(MailFault::TooManyParts);
        }
        let (head, body) = split_head(bytes);
        let (part, boundary) = part_of(&head[..head.len().min(MAX_HEAD_BYTES)], body);
        match boundary {
            Some(boundary) => {
                let inner = between(body, boundary.as_bytes(), MAX_PARTS + 1);
                waiting.extend(inner.into_iter().rev().map(|part| (part, depth + 1)));
            }
            None => found.push(part),
        }
    }
    Ok(found)
}

/// A part by its head; the boundary, where it holds others.
fn part_of<'a>(head: &[u8], body: &'a [u8]) -> (Part<'a>, Option<String>) {
    let parsed = MessageParser::default().parse_headers(head);
    let mut part = Part {
        kind: "text/plain".to_owned(),
        method: None,
        name: String::new(),
        charset: None,
        encoding: String::new(),
        raw: body,
    };
    let Some(message) = parsed else { return (part, None) };
    let mut boundary = None;
    let root = message.root_part();
    if let Some(kind) = root.content_type() {
        let main = kind.ctype().to_ascii_lowercase();
        part.kind = format!("{main}/{}", kind.subtype().unwrap_or_default().to_ascii_lowercase());
        part.method = kind.attribute("method").map(ToOwned::to_owned);
        part.charset = kind.attribute("charset").map(str::to_ascii_lowercase);
        boundary = kind.attribute("boundary").filter(|text| main == "multipart" && !text.is_empty());
    }
    part.name = root.attachment_name().unwrap_or_default().to_lowercase();
    if let Some(HeaderValue::Text(encoding)) = message.header(HeaderName::ContentTransferEncoding) {
        part.encoding = encoding.trim().to_ascii_lowercase();
    }
    let boundary = boundary.map(ToOwned::to_owned);
    (part, boundary)
}

/// What stands between the lines of a boundary (RFC 2046 5.1.1), at most `most`.
fn between<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let mut begun = None;
    let mut at = 0;
    while at < body.len() && parts.len() < most {
        let ends = body[at..].iter().position(|byte| *byte == b'\n').map_or(body.len(), |ends| at + ends + 1);
        if let Some(rest) = body[at..ends].strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)) {
            let rest = rest.trim_ascii();
            if rest.is_empty() || rest == b"--" {
                if let Some(from) = begun {
                    parts.push(without_line_end(&body[from..at.max(from)]));
                }
                begun = (rest != b"--").then_some(ends);
                if begun.is_none() {
                    return parts;
                }
            }
        }
        at = ends;
    }
    // One that is never ended is taken as far as it goes.
    if let Some(from) = begun {
        parts.push(&body[from.min(body.len())..]);
    }
    parts
}

fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
