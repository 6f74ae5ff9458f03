//! The bytes of a mail (RFC 5322, MIME): the parts in the order that mail programs need to show the invitation.
//!
//! `multipart/mixed { multipart/alternative { text/plain, text/html, text/calendar; method=... }, invite.ics }`:
//! Outlook and Gmail take the calendar part inside of the alternative, others the attachment. What has nothing for calendars
//! is `multipart/alternative { text/plain, text/html }`.

use std::sync::Arc;

use base64::{Engine, engine::general_purpose::STANDARD};
use convoke_invite::{CalendarPart, MailContent, Person};
use convoke_model::EmailAddress;
use jiff::Timestamp;
use mail_builder::{
    MessageBuilder,
    headers::{
        HeaderType, address::Address, content_type::ContentType, date::Date, message_id::MessageId, raw::Raw,
        text::Text,
    },
    mime::MimePart,
};
use sha2::{Digest, Sha256};

/// Bytes of a text that one encoded word carries.
const ENCODED_BYTES: usize = 45;
/// Characters of a base64 line (RFC 2045 6.8).
const BASE64_LINE: usize = 76;

/// Message-IDs in References.
const MAX_REFERENCES: usize = 10;
/// What headers and separators take at most, usually.
const ROOM_FOR_HEADERS: usize = 2_048;

/// What the head of a mail is made of.
#[derive(Debug, Clone, Copy)]
pub struct Head<'a> {
    /// The service's own address.
    pub service: &'a EmailAddress,
    /// Whether it is from the organizer's own address, and the service only its sender (RFC 5322 3.6.2); else it is from the
    /// service under the organizer's name, and answers go to the organizer.
    pub is_from_person: bool,
    /// Whose meeting it is; answers go there.
    pub organizer: &'a Person,
    /// Whom the mail is for.
    pub recipient: &'a Person,
    /// `unique@domain`, without angle brackets, the same for every attempt.
    pub message_id: &'a str,
    /// The Message-IDs of earlier mails to the same person about the same meeting, the oldest first.
    pub earlier: &'a [String],
    /// The time of the mail, the same for every attempt.
    pub date: Timestamp,
}

/// The parts of a mail as they travel, encoded once for all who get the same ones; clones are cheap.
#[derive(Debug, Clone)]
pub struct Parts {
    subject: Arc<str>,
    text: Arc<str>,
    html: Arc<str>,
    calendar: Option<Calendar>,
}

/// A calendar object as it travels.
#[derive(Debug, Clone)]
struct Calendar {
    text: Arc<str>,
    method: &'static str,
    file_name: &'static str,
}

impl Calendar {
    fn of(part: &CalendarPart) -> Self {
        Self { text: encoded_lines(&part.text).into(), method: part.method, file_name: part.file_name }
    }
}

impl Parts {
    /// The parts of this content.
    pub fn of(content: &MailContent) -> Self {
        Self {
            subject: content.subject.as_str().into(),
            text: encoded_lines(&with_crlf(&content.text)).into(),
            html: encoded_lines(&with_crlf(&content.html)).into(),
            calendar: content.calendar.as_ref().map(Calendar::of),
        }
    }

    /// The same with another text and page.
    #[must_use]
    pub fn with_texts(self, (text, html): &(String, String)) -> Self {
        Self {
            text: encoded_lines(&with_crlf(text)).into(),
            html: encoded_lines(&with_crlf(html)).into(),
            ..self
        }
    }

    /// The same with another calendar object.
    #[must_use]
    pub fn with_calendar(&self, calendar: &CalendarPart) -> Self {
        Self { calendar: Some(Calendar::of(calendar)), ..self.clone() }
    }
}

/// Writes a mail; the same arguments give the same bytes.
pub fn compose(parts: &Parts, head: &Head<'_>) -> Vec<u8> {
    let boundary = Boundary::of(head);
    let text = |kind: &'static str| ContentType::new(kind).attribute("charset", "utf-8");
    let mut readings =
        vec![base64_part(text("text/plain"), &parts.text), base64_part(text("text/html"), &parts.html)];
    if let Some(calendar) = &parts.calendar {
        let kind = text("text/calendar").attribute("method", calendar.method);
        readings.push(base64_part(kind, &calendar.text));
    }
    let alternative = MimePart::new(
        ContentType::new("multipart/alternative").attribute("boundary", boundary.named("alternative")),
        readings,
    );
    let body = match &parts.calendar {
        None => alternative,
        Some(calendar) => {
            let kind = ContentType::new("application/ics").attribute("name", calendar.file_name);
            let attachment = base64_part(kind, &calendar.text).attachment(calendar.file_name);
            MimePart::new(
                ContentType::new("multipart/mixed").attribute("boundary", boundary.named("mixed")),
                vec![alternative, attachment],
            )
        }
    };
    let calendar = parts.calendar.as_ref().map_or(0, |calendar| calendar.text.len());
    let bodies = parts.text.len() + parts.html.len() + 2 * calendar;
    let mut bytes = Vec::with_capacity(bodies + ROOM_FOR_HEADERS);
    let organizer = head.organizer.shown();
    let mut message = MessageBuilder::new();
    if head.is_from_person {
        message = message
            .header("From", address(organizer, &head.organizer.email))
            .header("Sender", address("", head.service));
    } else {
        message = message
            .header("From", address(organizer, head.service))
            .header("Reply-To", address(organizer, &head.organizer.email));
    }
    if let [.., last] = head.earlier {
        message = message
            .header("In-Reply-To", MessageId::new(plain_id(last)))
            .header("References", MessageId::new_list(references(head.earlier)));
    }
    message
        .header("To", address(head.recipient.shown(), &head.recipient.email))
        .header("Subject", self::text(&parts.subject))
        .date(Date::new(head.date.as_second()))
        .message_id(MessageId::new(plain_id(head.message_id)))
        .header("Auto-Submitted", Raw::new("auto-generated"))
        .body(body)
        .serialize(&mut bytes);
    bytes
}

/// The thread's beginning and its newest mails: a line of hundreds is of use to nobody.
fn references(earlier: &[String]) -> impl Iterator<Item = String> {
    let newest = earlier.len().saturating_sub(MAX_REFERENCES - 1).max(1);
    earlier.iter().take(1).chain(earlier.iter().skip(newest)).map(|id| plain_id(id))
}

fn plain_id(id: &str) -> String {
    id.chars().filter(|c| c.is_ascii_graphic() && !"<>".contains(*c)).collect()
}

fn address<'a>(name: &str, email: &'a EmailAddress) -> HeaderType<'a> {
    let name = one_line(name);
    if seems_encoded(&name) {
        return Raw::new(format!("{} <{email}>", encoded(&name))).into();
    }
    let shown = (!name.is_empty() && name != email.as_str()).then_some(name);
    Address::new_address(shown, email.as_str()).into()
}

fn text(text: &str) -> HeaderType<'static> {
    let text = one_line(text);
    if seems_encoded(&text) { Raw::new(encoded(&text)).into() } else { Text::new(text).into() }
}

/// Whether a reader would take a part of the text for an encoded word (RFC 2047) and show something else, line ends
/// among it.
fn seems_encoded(text: &str) -> bool {
    text.contains("=?")
}

/// The text in encoded words, whatever it holds; none is longer than 75 characters (RFC 2047 2).
fn encoded(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (word, left) = rest.split_at(rest.floor_char_boundary(ENCODED_BYTES));
        words.push(format!("=?utf-8?B?{}?=", STANDARD.encode(word)));
        rest = left;
    }
    words.join(" ")
}

fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Base64 for all: no line is too long, none is changed on its way, and every program reads it.
fn base64_part<'a>(content_type: ContentType<'a>, encoded: &'a str) -> MimePart<'a> {
    MimePart::new(content_type, encoded).transfer_encoding("base64")
}

/// Base64 in lines that end in CRLF.
fn encoded_lines(text: &str) -> String {
    let encoded = STANDARD.encode(text);
    let mut body = String::with_capacity(encoded.len() + encoded.len() / BASE64_LINE * 2 + 2);
    let mut rest = encoded.as_str();
    while !rest.is_empty() {
        let (line, left) = rest.split_at(rest.len().min(BASE64_LINE));
        body.push_str(line);
        body.push_str("\r\n");
        rest = left;
    }
    body
}

fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// Separators that follow from whose mail it is, so that every try has the same; they can't stand in a body, because `=_`
/// is in no base64.
struct Boundary(String);

impl Boundary {
    fn of(head: &Head<'_>) -> Self {
        let mut hash = Sha256::new();
        for part in [head.message_id, head.recipient.email.as_str()] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        let digest = hash.finalize();
        Self(digest.iter().take(12).map(|byte| format!("{byte:02x}")).collect())
    }

    fn named(&self, name: &str) -> String {
        format!("=_{name}_{}", self.0)
    }
}
