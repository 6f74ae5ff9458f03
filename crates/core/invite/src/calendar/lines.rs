//! Content lines (RFC 5545 3.1): escaped, folded, ended by CRLF. Whatever text comes in, it stays inside of its value.

use std::fmt::Write as _;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};

use crate::content::breaks_line;

/// Longest line, in octets, without its line end (RFC 5545 3.1).
pub(super) const MAX_LINE_OCTETS: usize = 75;

/// A calendar object under construction.
pub(super) struct Lines {
    text: String,
    line: String,
}

impl Lines {
    pub(super) fn new() -> Self {
        Self { text: String::new(), line: String::new() }
    }

    pub(super) fn finish(self) -> String {
        self.text
    }

    /// How many octets there are so far: where the next line begins.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// A property whose value is made by this program.
    pub(super) fn raw(&mut self, name: &str, value: &str) {
        self.property(name).value(value);
    }

    /// A property of free text; left out when empty.
    pub(super) fn text(&mut self, name: &str, value: &str) {
        let value = escaped_text(value);
        if !value.is_empty() {
            self.property(name).value(&value);
        }
    }

    /// A property that holds an instant in UTC.
    pub(super) fn instant(&mut self, name: &str, instant: Timestamp) {
        self.property(name).value(&utc(instant));
    }

    /// Begins a property that has parameters.
    pub(super) fn property(&mut self, name: &str) -> Property<'_> {
        self.line.clear();
        self.line.push_str(name);
        Property(self)
    }

    fn end_line(&mut self) {
        let mut octets = 0;
        for c in self.line.chars() {
            if octets + c.len_utf8() > MAX_LINE_OCTETS {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(c);
            octets += c.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// A property with its name and so far added parameters written.
pub(super) struct Property<'l>(&'l mut Lines);

impl Property<'_> {
    /// Adds a parameter whose value is made by this program.
    pub(super) fn with(self, name: &str, value: &str) -> Self {
        let _infallible = write!(self.0.line, ";{name}={value}");
        self
    }

    /// Adds a parameter of free text, quoted (RFC 6868 for what can't stand in quotes).
    pub(super) fn with_text(self, name: &str, value: &str) -> Self {
        let _infallible = write!(self.0.line, ";{name}=\"");
        for c in value.chars() {
            match c {
                '^' => self.0.line.push_str("^^"),
                '"' => self.0.line.push_str("^'"),
                c if breaks_line(c) => self.0.line.push(' '),
                c => self.0.line.push(c),
            }
        }
        self.0.line.push('"');
        self
    }

    /// Ends the line with a value made by this program.
    pub(super) fn value(self, value: &str) {
        self.0.line.push(':');
        self.0.line.push_str(value);
        self.0.end_line();
    }
}

/// RFC 5545 3.3.11, without control characters; any line break becomes `\n`.
fn escaped_text(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    let mut chars = text.trim().chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\r' if chars.peek() == Some(&'\n') => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => escaped.push_str("\\n"),
            '\\' | ';' | ',' => {
                escaped.push('\\');
                escaped.push(c);
            }
            '\t' => escaped.push(' '),
            c if c.is_control() => {}
            c => escaped.push(c),
        }
    }
    escaped
}

/// A URI that can stand as a value, or `None` when it holds what no URI holds.
pub(super) fn uri(text: &str) -> Option<&str> {
    let text = text.trim();
    let plain = !text.is_empty()
        && !text.contains(|c: char| breaks_line(c) || c.is_whitespace() || "\"<>\\^`{|}".contains(c));
    plain.then_some(text)
}

/// `20261201T010000Z`.
pub(super) fn utc(instant: Timestamp) -> String {
    format!("{}Z", local(Offset::UTC.to_datetime(instant)))
}

/// `20261201T100000`.
pub(super) fn local(time: DateTime) -> String {
    format!("{}T{:02}{:02}{:02}", date(time.date()), time.hour(), time.minute(), time.second())
}

/// `20261201`.
pub(super) fn date(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(fill: impl FnOnce(&mut Lines)) -> String {
        let mut lines = Lines::new();
        fill(&mut lines);
        lines.finish()
    }

    #[test]
    fn folds_at_75_octets_between_characters() {
        let text = written(|lines| lines.text("SUMMARY", &"한".repeat(60)));
        assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE_OCTETS), "{text}");
        assert_eq!(text.replace("\r\n ", ""), format!("SUMMARY:{}\r\n", "한".repeat(60)));
        let exact = written(|lines| lines.text("SUMMARY", &"x".repeat(MAX_LINE_OCTETS - 8)));
        assert!(!exact.contains("\r\n "), "{exact}");
        let longer = written(|lines| lines.text("SUMMARY", &"x".repeat(MAX_LINE_OCTETS - 7)));
        assert!(longer.contains("\r\n x\r\n"), "{longer}");
    }

    #[test]
    fn escapes_text_and_drops_control_characters() {
        let text = written(|lines| lines.text("SUMMARY", "a;b,c\\d\r\ne\rf\u{2028}g\u{0}\u{7}h\ti"));
        assert_eq!(text, "SUMMARY:a\\;b\\,c\\\\d\\ne\\nf\\ngh i\r\n");
        assert_eq!(written(|lines| lines.text("SUMMARY", " \r\n ")), "");
    }

    #[test]
    fn quotes_names_after_rfc_6868() {
        let name = "홍길동, \"팀장\"; a:b^\r\nATTENDEE:mailto:evil@x";
        let text = written(|lines| lines.property("ATTENDEE").with_text("CN", name).value("mailto:a@x"));
        assert_eq!(
            text.replace("\r\n ", ""),
            "ATTENDEE;CN=\"홍길동, ^'팀장^'; a:b^^  ATTENDEE:mailto:evil@x\":mailto:a@x\r\n"
        );
    }

    #[test]
    fn takes_no_uri_that_breaks_out() {
        assert_eq!(uri(" https://x.test/meeting/1?secret=a "), Some("https://x.test/meeting/1?secret=a"));
        for bad in ["", "https://x\r\nATTENDEE:y", "https://x y", "<https://x>"] {
            assert_eq!(uri(bad), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn any_text_stays_in_its_one_property(value in "(?s).{0,200}", name in "(?s).{0,100}") {
            let text = written(|lines| {
                lines.property("X").with_text("CN", &name).value("y");
                lines.text("SUMMARY", &value);
            });
            prop_assert!(text.ends_with("\r\n"));
            let unfolded = text.replace("\r\n ", "");
            prop_assert!(unfolded.matches("\r\n").count() <= 2);
            prop_assert!(!unfolded.replace("\r\n", "").contains(breaks_line));
            prop_assert!(text.split("\r\n").all(|line| line.len() <= MAX_LINE_OCTETS));
            prop_assert_eq!(unfolded.lines().next().unwrap().matches('"').count(), 2);
        }
    }
}
