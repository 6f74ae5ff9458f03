//! Mails as a person and a calendar program read them, by a parser that is not ours.

use std::{fs, path::Path};

use mail_parser::{MessageParser, MimeHeaders as _};

/// One mail.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The file's name, `NNNNNN-<recipient>.eml`.
    pub file: String,
    /// The first address of `To`.
    pub to: String,
    /// The address of `From`.
    pub from: String,
    /// The subject, decoded.
    pub subject: String,
    /// The text part, decoded.
    pub text: String,
    /// The HTML part, decoded.
    pub html: String,
    /// The calendar part, decoded and unfolded; empty when there is none.
    pub calendar: String,
    /// The whole mail as it came.
    pub raw: String,
}

impl Mail {
    /// Reads a mail from its bytes.
    pub fn parse(file: &str, raw: &[u8]) -> Self {
        let message = MessageParser::default().parse(raw).unwrap_or_else(|| panic!("{file} is no mail"));
        let address = |list: Option<&mail_parser::Address<'_>>| {
            let first = list.and_then(|list| list.first()).and_then(|one| one.address());
            first.unwrap_or_default().to_owned()
        };
        let calendar = message.parts.iter().find(|part| part.is_content_type("text", "calendar"));
        let calendar = calendar.map(|part| String::from_utf8_lossy(part.contents()).into_owned());
        Self {
            file: file.to_owned(),
            to: address(message.to()),
            from: address(message.from()),
            subject: message.subject().unwrap_or_default().to_owned(),
            text: message.body_text(0).unwrap_or_default().into_owned(),
            html: message.body_html(0).unwrap_or_default().into_owned(),
            // RFC 5545 3.1: a line break and one blank fold a line.
            calendar: calendar.unwrap_or_default().replace("\r\n ", "").replace("\r\n\t", ""),
            raw: String::from_utf8_lossy(raw).into_owned(),
        }
    }

    /// The value of the calendar's first line of this name, whatever its parameters: `METHOD`, `UID`, `SEQUENCE`.
    pub fn calendar_property(&self, name: &str) -> Option<&str> {
        self.calendar.lines().find_map(|line| {
            let rest = line.strip_prefix(name)?;
            if !rest.starts_with([':', ';']) {
                return None;
            }
            // A colon within quotation marks belongs to a parameter.
            let mut quoted = false;
            let colon = rest.find(|c| {
                quoted ^= c == '"';
                c == ':' && !quoted
            })?;
            Some(&rest[colon + 1..])
        })
    }
}

/// Every mail of a folder, in the order of arrival.
pub fn read_all(folder: &Path) -> Vec<Mail> {
    let entries = fs::read_dir(folder).expect("the mailbox is there");
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".eml"));
    names.sort();
    let read = |name: &String| Mail::parse(name, &fs::read(folder.join(name)).expect("the mail can be read"));
    names.iter().map(read).collect()
}
