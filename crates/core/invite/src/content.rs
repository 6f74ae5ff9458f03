//! The whole content of one mail, put together.

use crate::{Kind, Recipient, Snapshot, calendar, page::Page, texts};

/// What a mail holds, apart from addresses and transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailContent {
    /// One line without control characters.
    pub subject: String,
    /// For readers without HTML; lines end in LF.
    pub text: String,
    /// A whole page.
    pub html: String,
    /// An iCalendar object; lines end in CRLF.
    pub calendar: String,
    /// `REQUEST` or `CANCEL`: what the calendar object says too.
    pub method: &'static str,
    /// The name of the attached calendar file.
    pub ics_file_name: &'static str,
}

/// Longest subject, in characters; what is beyond is cut with an ellipsis.
const MAX_SUBJECT_CHARS: usize = 150;

/// Writes the mail that tells `recipient` of `kind`.
pub fn write(meeting: &Snapshot, recipient: &Recipient, kind: &Kind) -> MailContent {
    let texts = texts::of(recipient.language);
    let is_organizer = recipient.person.email.key() == meeting.organizer.email.key();
    let page = Page::of(meeting, recipient, kind, is_organizer);
    let notice = texts.notice(kind, is_organizer);
    MailContent {
        subject: one_line(&format!("{}: {}", notice.subject, meeting.summary)),
        text: page.to_text(),
        html: page.to_html(recipient.language.tag()),
        calendar: calendar::write(meeting, recipient, kind),
        method: kind.method(),
        ics_file_name: if kind.is_on() { "invite.ics" } else { "cancel.ics" },
    }
}

/// A text without line breaks or control characters, shortened where it is overlong.
pub(crate) fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if breaks_line(c) { ' ' } else { c }).collect();
    let mut words = plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = words.char_indices().nth(MAX_SUBJECT_CHARS) {
        words.truncate(cut);
        words.push('…');
    }
    words
}

/// Whether a character ends a line for some program, or controls anything else.
pub(crate) fn breaks_line(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}
