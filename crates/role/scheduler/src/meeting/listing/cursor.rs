//! Where a page of a list ends: the place of its last instance in the order of lists, so that nothing is shown twice or left out
//! when meetings come and go between two pages.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::{Timestamp, civil::DateTime};

/// The place of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cursor {
    /// When it starts.
    pub(crate) start: Timestamp,
    /// Its name, as JSON has it.
    pub(super) summary: String,
    /// The meeting's id.
    pub(super) meeting: String,
    /// Its original local start.
    pub(super) original: DateTime,
}

/// Longest text of a cursor that is looked at: the longest name, escaped, in base64.
const MAX_CHARS: usize = 4_000;

impl Cursor {
    /// The text for an address.
    pub(crate) fn text(&self) -> String {
        let Self { start, summary, meeting, original } = self;
        URL_SAFE_NO_PAD.encode(format!("{}\t{original}\t{meeting}\t{summary}", start.as_second()))
    }

    /// Reads such a text; `None` when it is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let bytes = Some(text).filter(|text| text.len() <= MAX_CHARS)?;
        let decoded = String::from_utf8(URL_SAFE_NO_PAD.decode(bytes).ok()?).ok()?;
        let mut fields = decoded.splitn(4, '\t');
        Some(Self {
            start: Timestamp::from_second(fields.next()?.parse().ok()?).ok()?,
            original: fields.next()?.parse().ok()?,
            meeting: fields.next()?.to_owned(),
            summary: fields.next()?.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        let cursor = Cursor {
            start: "2026-12-01T01:00:00Z".parse().unwrap(),
            summary: "\"1:1 \\u2028 주간\"".into(),
            meeting: "m1".into(),
            original: "2026-12-01T10:00:00".parse().unwrap(),
        };
        assert_eq!(Cursor::parse(&cursor.text()), Some(cursor.clone()));
        for text in ["", "x", "MTIz", &cursor.text()[1..], &"A".repeat(4_001)] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
    }
}
