//! The whole content of one mail, put together.

use crate::{Audience, Kind, Personal, Recipient, Snapshot, Stencil};

/// What a mail holds, apart from addresses and transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailContent {
    /// One line without control characters.
    pub subject: String,
    /// For readers without HTML; lines end in LF.
    pub text: String,
    /// A whole page.
    pub html: String,
    /// The calendar object; a note to the organizer has none.
    pub calendar: Option<CalendarPart>,
}

/// The calendar object of a mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarPart {
    /// An iCalendar object; lines end in CRLF.
    pub text: String,
    /// `REQUEST`, `CANCEL` or `DECLINECOUNTER`: what the object says too.
    pub method: &'static str,
    /// The name of the attached file.
    pub file_name: &'static str,
}

/// Longest subject, in characters; what is beyond is cut with an ellipsis.
const MAX_SUBJECT_CHARS: usize = 150;

/// Writes the mail that tells `recipient` of `kind`.
pub fn write(meeting: &Snapshot, recipient: &Recipient, kind: &Kind) -> MailContent {
    let key = recipient.person.email.key();
    let audience = Audience {
        joining: recipient.joining.clone(),
        language: recipient.language,
        zone: recipient.zone.clone(),
        is_organizer: key == meeting.organizer.email.key(),
        is_asked: recipient.answer_link.is_some(),
    };
    Stencil::of(meeting, &audience, kind).content_for(&Personal {
        person: &recipient.person,
        answer: &|original| meeting.answer_of(&key, original),
        answer_link: recipient.answer_link.as_deref(),
    })
}

/// A text without line breaks or control characters, shortened where it is overlong.
pub(crate) fn one_line(text: &str) -> String {
    one_line_of(text, MAX_SUBJECT_CHARS)
}

/// The same with another greatest length, in characters.
pub(crate) fn one_line_of(text: &str, most: usize) -> String {
    let plain: String = text.chars().map(|c| if breaks_line(c) { ' ' } else { c }).collect();
    let mut words = plain.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    if let Some((cut, _)) = words.char_indices().nth(most) {
        words.truncate(cut);
        words.push('…');
    }
    words
}

/// Whether a character ends a line for some program, or controls anything else.
pub(crate) fn breaks_line(c: char) -> bool {
    c.is_control() || c == '\u{2028}' || c == '\u{2029}'
}
