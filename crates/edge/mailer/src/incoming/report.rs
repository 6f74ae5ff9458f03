//! What mail servers report on mails of ours: RFC 3464, and the words of those that know no RFC 3464.

use std::collections::BTreeSet;

use convoke_model::EmailAddress;
use mail_parser::{HeaderName, HeaderValue, MessageParser};

use super::parts::{Part, split_head};

/// Recipients of one report that are looked at; ours have one.
pub const MAX_REPORTED: usize = 20;
/// Octets of a report without form that are looked at.
const MAX_SCANNED_BYTES: usize = 64 * 1024;
/// Characters of a reason that are kept.
const MAX_DETAIL_CHARS: usize = 300;
/// Names of a mail that a report may be on.
const MAX_NAMED: usize = 20;

/// What became of a mail, for good or so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It will not arrive.
    Failed,
    /// It has not arrived yet; the server goes on trying.
    Delayed,
}

/// One recipient of a mail that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reported {
    /// The address in lower case.
    pub recipient: String,
    /// What became of it.
    pub outcome: Outcome,
    /// Why, in the server's words: `5.1.1 user unknown (mx.example.com)`.
    pub detail: String,
}

/// A report on mails that did not arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Which mail, by the name that it was handed over with (RFC 3461 4.4).
    pub envelope_id: Option<String>,
    /// Which mail, by every Message-ID that the report names, without brackets.
    pub message_ids: Vec<String>,
    /// For whom, at most [`MAX_REPORTED`].
    pub recipients: Vec<Reported>,
}

/// The report in these parts; `None` when they are none, or one of a mail that arrived.
pub(super) fn report(parts: &[Part<'_>], names: &[String], is_from_a_server: bool) -> Option<Report> {
    let status = parts.iter().find(|part| {
        matches!(part.kind.as_str(), "message/delivery-status" | "message/global-delivery-status")
    });
    let found = match status {
        Some(status) => by_form(&status.text(), parts, names),
        None if is_from_a_server => by_words(parts, names)?,
        None => return None,
    };
    (!found.recipients.is_empty()).then_some(found)
}

fn by_form(status: &str, parts: &[Part<'_>], names: &[String]) -> Report {
    let status = status.replace("\r\n", "\n");
    let groups: Vec<Vec<(String, String)>> = status.split("\n\n").map(fields).collect();
    let envelope_id = groups.iter().find_map(|group| value(group, "original-envelope-id"));
    let recipients = groups.iter().filter_map(|group| reported(group)).take(MAX_REPORTED).collect();
    let mut message_ids: Vec<String> = parts
        .iter()
        .filter(|part| {
            matches!(
                part.kind.as_str(),
                "message/rfc822" | "text/rfc822-headers" | "message/global" | "message/global-headers"
            )
        })
        .filter_map(|part| message_id(&part.bytes()))
        .collect();
    message_ids.extend(names.iter().cloned());
    message_ids.truncate(MAX_NAMED);
    Report { envelope_id, message_ids, recipients }
}

/// `Name: value` lines, folded ones put together; names in lower case.
fn fields(group: &str) -> Vec<(String, String)> {
    let mut fields: Vec<(String, String)> = Vec::new();
    for line in group.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = fields.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            fields.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    fields
}

fn value(group: &[(String, String)], name: &str) -> Option<String> {
    group.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
}

/// What stands behind the type of a field's value: `rfc822; bob@example.test`.
fn typed(value: &str) -> &str {
    value.split_once(';').map_or(value, |(_, rest)| rest).trim()
}

fn reported(group: &[(String, String)]) -> Option<Reported> {
    let outcome = match value(group, "action")?.to_ascii_lowercase().as_str() {
        "failed" => Outcome::Failed,
        "delayed" => Outcome::Delayed,
        _ => return None,
    };
    // The one that the mail was sent to, where it was handed on from there.
    let recipient = value(group, "original-recipient").or_else(|| value(group, "final-recipient"))?;
    let recipient: EmailAddress = typed(&recipient).trim_matches(['<', '>']).parse().ok()?;
    let status = value(group, "status").unwrap_or_default();
    let said = value(group, "diagnostic-code").map(|said| typed(&said).to_owned()).unwrap_or_default();
    let server = value(group, "remote-mta").map(|name| format!(" ({})", typed(&name))).unwrap_or_default();
    let words = if said.contains(&status) { said } else { format!("{status} {said}") };
    Some(Reported { recipient: recipient.key(), outcome, detail: shown(&format!("{words}{server}")) })
}

fn shown(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect();
    words.join(" ").chars().take(MAX_DETAIL_CHARS).collect()
}

/// The Message-ID of a mail that is given back.
fn message_id(mail: &[u8]) -> Option<String> {
    let (head, _) = split_head(mail);
    let message = MessageParser::default().parse_headers(head)?;
    match message.header(HeaderName::MessageId) {
        Some(HeaderValue::Text(id)) => Some(id.to_string()),
        _ => None,
    }
}

/// A report without form: a status beginning with 5, the name of a mail, and the addresses that stand there.
fn by_words(parts: &[Part<'_>], names: &[String]) -> Option<Report> {
    let mut text = String::new();
    for part in
        parts.iter().filter(|part| part.kind.starts_with("text/") || part.kind.starts_with("message/"))
    {
        text.push_str(&part.text());
        text.push('\n');
        if text.len() > MAX_SCANNED_BYTES {
            break;
        }
    }
    let text = text.get(..floor(&text, MAX_SCANNED_BYTES)).unwrap_or_default();
    let line = text.lines().find(|line| line.split(is_around_status).any(is_status))?;
    let detail = shown(line);
    let mut message_ids: Vec<String> = names.to_vec();
    let is_name = |id: &&str| id.len() < 200 && id.contains('@') && !id.contains(char::is_whitespace);
    let bracketed = text.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(id, _)| id);
    message_ids.extend(bracketed.filter(is_name).map(ToOwned::to_owned));
    message_ids.truncate(MAX_NAMED);
    let is_outside = |letter: char| letter.is_whitespace() || "<>()[]\"',;:".contains(letter);
    let addresses: BTreeSet<String> = text
        .split(is_outside)
        .filter(|word| word.contains('@'))
        .filter_map(|word| word.trim_end_matches('.').parse::<EmailAddress>().ok())
        .map(|address| address.key())
        .take(MAX_REPORTED * 10)
        .collect();
    let failed = |recipient| Reported { recipient, outcome: Outcome::Failed, detail: detail.clone() };
    let recipients = addresses.into_iter().take(MAX_REPORTED).map(failed).collect();
    Some(Report { envelope_id: None, message_ids, recipients })
}

/// The end of a text of at most so many octets that cuts no letter.
fn floor(text: &str, most: usize) -> usize {
    (0..=most.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn is_around_status(letter: char) -> bool {
    letter.is_whitespace() || "()#<>[],;:-".contains(letter)
}

/// `5.1.1` (RFC 3463), or the reply `550` of one that knows no such numbers.
fn is_status(word: &str) -> bool {
    let is_number =
        |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut parts = word.trim_end_matches('.').split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("5"), Some(subject), Some(detail), None) => is_number(subject) && is_number(detail),
        (Some("550" | "551" | "552" | "553" | "554"), None, None, None) => true,
        _ => false,
    }
}
