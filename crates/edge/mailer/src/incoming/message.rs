//! A mail as what matters of it: its sender, and the answer or the report that it holds.

use convoke_invite::incoming::{Evidence, Sender};
use jiff::Timestamp;
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};
use sha2::{Digest, Sha256};

use super::{
    evidence::evidence,
    parts::{MailFault, Part, parts, split_head},
    report::{Report, report},
};

/// Octets of a mail that is looked at. An answer has a few thousand, with somebody's picture below it some hundred thousand.
pub const MAX_MAIL_BYTES: usize = 2 * 1024 * 1024;
/// Octets of a mail's head; the rest is not looked at.
const MAX_HEAD_BYTES: usize = 256 * 1024;
/// Mails that a mail may answer.
const MAX_ANSWERED: usize = 50;

/// What a mail holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// A calendar object.
    Calendar {
        /// Its text.
        text: String,
        /// What it is for, as the mail says.
        method: Option<String>,
    },
    /// A report on mails of ours.
    Report(Report),
    /// An answer in a form that only Outlook reads (`winmail.dat`).
    Unreadable,
    /// Nothing that matters.
    Nothing,
}

/// A mail that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Who sent it, as far as it is known.
    pub sender: Sender,
    /// When it was written, as it says itself.
    pub sent_at: Option<Timestamp>,
    /// The Message-IDs of the mails that it answers, without brackets, newest last.
    pub answers: Vec<String>,
    /// The same for the same mail, whichever way and how often it comes: hexadecimal SHA-256 of its name, its sender, what is known
    /// of the sender, and what it holds.
    pub digest: String,
    /// What it holds.
    pub content: Content,
}

/// Reads a mail. `authserv_id` names the server whose word on senders counts.
pub fn read(mail: &[u8], authserv_id: Option<&str>) -> Result<Received, MailFault> {
    if mail.len() > MAX_MAIL_BYTES {
        return Err(MailFault::TooLarge);
    }
    let (head, _) = split_head(mail);
    let head = &head[..head.len().min(MAX_HEAD_BYTES)];
    let parsed = MessageParser::default().parse_headers(head).ok_or(MailFault::NoMail)?;
    let parts = parts(mail)?;
    let from = senders(&parsed);
    let sender = Sender { evidence: evidence_of(&parsed, authserv_id, &from), from };
    let answers = answered(&parsed);
    let content = content(&parts, &answers, &sender);
    let sent_at = parsed.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    let digest = digest(&parsed, &sender, &content);
    Ok(Received { sender, sent_at, answers, digest, content })
}

/// Every address of every From, in lower case: one that has two is nobody's.
fn senders(mail: &Message<'_>) -> Vec<String> {
    let fields = mail.headers().iter().filter(|field| field.name == HeaderName::From);
    let mut all = Vec::new();
    for field in fields {
        match field.value.as_address() {
            Some(Address::List(list)) => all.extend(list.iter()),
            Some(Address::Group(groups)) => all.extend(groups.iter().flat_map(|group| &group.addresses)),
            None => {}
        }
    }
    all.into_iter()
        .filter_map(|one| one.address.as_ref())
        .map(|address| address.trim().to_lowercase())
        .collect()
}

fn evidence_of(mail: &Message<'_>, authserv_id: Option<&str>, from: &[String]) -> Evidence {
    let fields: Vec<String> = mail
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("Authentication-Results"))
        .map(|(_, value)| value.to_owned())
        .collect();
    let domain = from.first().and_then(|from| from.rsplit('@').next()).unwrap_or_default();
    evidence(&fields, authserv_id, domain)
}

fn ids(value: Option<&HeaderValue<'_>>) -> Vec<String> {
    let ids: Vec<String> = match value {
        Some(HeaderValue::Text(id)) => vec![id.to_string()],
        Some(HeaderValue::TextList(ids)) => ids.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    ids.into_iter().map(|id| id.trim_matches(['<', '>', ' ']).to_owned()).collect()
}

fn answered(mail: &Message<'_>) -> Vec<String> {
    let mut named = ids(mail.header(HeaderName::References));
    named.extend(ids(mail.header(HeaderName::InReplyTo)));
    let skipped = named.len().saturating_sub(MAX_ANSWERED);
    named.drain(..skipped);
    named
}

fn content(parts: &[Part<'_>], answers: &[String], sender: &Sender) -> Content {
    if let Some(report) = report(parts, answers, is_from_a_server(sender)) {
        return Content::Report(report);
    }
    let of_kind = |kind: &str| parts.iter().find(|part| part.kind == kind);
    let named = || parts.iter().find(|part| part.name.ends_with(".ics"));
    if let Some(part) = of_kind("text/calendar").or_else(|| of_kind("application/ics")).or_else(named) {
        return Content::Calendar { text: part.text(), method: part.method.clone() };
    }
    let is_outlooks = |part: &Part<'_>| part.kind == "application/ms-tnef" || part.name == "winmail.dat";
    if parts.iter().any(is_outlooks) { Content::Unreadable } else { Content::Nothing }
}

/// Whether a mail server wrote it, by the names that they use. That nobody is to answer it says less: vacation notes say so too.
fn is_from_a_server(sender: &Sender) -> bool {
    sender.from.iter().any(|from| {
        let name = from.split('@').next().unwrap_or_default();
        matches!(name, "mailer-daemon" | "postmaster") || name.starts_with("microsoftexchange")
    })
}

fn digest(mail: &Message<'_>, sender: &Sender, content: &Content) -> String {
    let named = mail.message_id().unwrap_or_default();
    let held = match content {
        Content::Calendar { text, method } => format!("{text}\0{method:?}"),
        Content::Report(report) => format!("{report:?}"),
        Content::Unreadable => "unreadable".to_owned(),
        Content::Nothing => String::new(),
    };
    let whole = format!("{named}\0{:?}\0{:?}\0{held}", sender.from, sender.evidence);
    Sha256::digest(whole.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}
