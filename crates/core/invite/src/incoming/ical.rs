//! Content lines and components of a foreign calendar object (RFC 5545 3.1), read with patience and within limits.
//!
//! Own rather than a library's: what is needed is a tree of properties, and what is needed of the reader is that it never
//! loops, never recurses and takes what calendars really send: bare line feeds, names in any case, quotes in odd places.

use super::IncomingFault;

/// Octets of a calendar object that are looked at. Programs answer with the whole event; the longest of ours, with 50 people and
/// a description of 10,000 characters, has a tenth.
pub const MAX_CALENDAR_BYTES: usize = 512 * 1024;
/// Content lines of an object.
pub const MAX_LINES: usize = 20_000;
/// Components within one another: VCALENDAR, VTIMEZONE, STANDARD are three.
pub const MAX_DEPTH: usize = 8;
/// Components in all.
pub const MAX_COMPONENTS: usize = 1_000;

/// One line, `NAME;PARAMETER=value:value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Property {
    /// In upper case.
    pub(super) name: String,
    parameters: Vec<(String, String)>,
    /// As it stands there, escapes and all.
    pub(super) value: String,
}

/// What stands between a BEGIN and its END.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Component {
    /// In upper case.
    pub(super) name: String,
    pub(super) properties: Vec<Property>,
    pub(super) components: Vec<Component>,
}

impl Property {
    /// A parameter by its name in upper case; the first, where it comes twice.
    pub(super) fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value as a text (RFC 5545 3.3.11).
    pub(super) fn text(&self) -> String {
        unescaped(&self.value)
    }

    fn of(line: &str) -> Option<Self> {
        let name_ends = line.find([';', ':'])?;
        let name = line[..name_ends].trim().to_ascii_uppercase();
        let mut rest = &line[name_ends..];
        let mut parameters = Vec::new();
        while let Some(after) = rest.strip_prefix(';') {
            let (key, from) = after.split_once('=')?;
            let ends = value_end(from)?;
            parameters.push((key.trim().to_ascii_uppercase(), decoded(&from[..ends])));
            rest = &from[ends..];
        }
        let value = rest.strip_prefix(':')?.to_owned();
        (!name.is_empty()).then_some(Self { name, parameters, value })
    }
}

impl Component {
    /// The first property of this name.
    pub(super) fn property(&self, name: &str) -> Option<&Property> {
        self.properties.iter().find(|property| property.name == name)
    }

    /// Every property of this name.
    pub(super) fn properties<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Property> {
        self.properties.iter().filter(move |property| property.name == name)
    }
}

/// Where a parameter's value ends: at a `;` or `:` outside of quotes. `None` when neither comes.
fn value_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, letter) in text.char_indices() {
        match letter {
            '"' => quoted = !quoted,
            ';' | ':' if !quoted => return Some(at),
            _ => {}
        }
    }
    None
}

/// A parameter's value without its quotes, and with what RFC 6868 writes by a caret.
fn decoded(value: &str) -> String {
    let value = value.trim().replace('"', "");
    if value.contains('^') { value.replace("^n", "\n").replace("^'", "\"").replace("^^", "^") } else { value }
}

/// A text without its backslashes.
pub(super) fn unescaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut letters = value.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n' | 'N') => text.push('\n'),
                Some(other) => text.push(other),
                None => {}
            },
            other => text.push(other),
        }
    }
    text
}

/// The lines of a text with those that go on put together (RFC 5545 3.1).
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
        match (line.strip_prefix([' ', '\t']), lines.last_mut()) {
            (Some(rest), Some(last)) => last.push_str(rest),
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

/// The first VCALENDAR of a text.
pub(super) fn parse(text: &str) -> Result<Component, IncomingFault> {
    if text.len() > MAX_CALENDAR_BYTES {
        return Err(IncomingFault::TooLarge);
    }
    let lines = unfolded(text.trim_start_matches('\u{feff}'));
    if lines.len() > MAX_LINES {
        return Err(IncomingFault::TooLarge);
    }
    let mut open: Vec<Component> = Vec::new();
    let mut count = 0;
    for property in lines.iter().filter_map(|line| Property::of(line)) {
        match property.name.as_str() {
            "BEGIN" => {
                count += 1;
                if open.len() >= MAX_DEPTH || count > MAX_COMPONENTS {
                    return Err(IncomingFault::TooLarge);
                }
                let name = property.value.trim().to_ascii_uppercase();
                if !open.is_empty() || name == "VCALENDAR" {
                    open.push(Component { name, ..Component::default() });
                }
            }
            "END" => {
                let name = property.value.trim();
                // An END that ends nothing is passed over; one that ends what is further out ends all in between.
                let Some(at) = open.iter().rposition(|one| one.name.eq_ignore_ascii_case(name)) else {
                    continue;
                };
                while open.len() > at {
                    let Some(ended) = open.pop() else { break };
                    match open.last_mut() {
                        Some(outer) => outer.components.push(ended),
                        None => return Ok(ended),
                    }
                }
            }
            _ => {
                if let Some(inner) = open.last_mut() {
                    inner.properties.push(property);
                }
            }
        }
    }
    Err(if count == 0 { IncomingFault::NoCalendar } else { IncomingFault::Truncated })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_calendars_send_in_odd_forms() {
        let text = "\u{feff}begin:VCALENDAR\nMethod:REPLY\rBEGIN:VEVENT\r\nattendee;cn=\"Lee; Bob: \r\n x\";partstat=\
                    ACCEPTED:MAILTO:\r\n\tbob@example.test\r\nno colon here\r\nEND:VALARM\r\nSUMMARY:a\\, b\\nc\\\\d\r\n\
                    END:VEVENT\r\nEND:VCALENDAR\r\nBEGIN:VCALENDAR";
        let calendar = parse(text).unwrap();
        assert_eq!(calendar.property("METHOD").unwrap().value, "REPLY");
        let event = &calendar.components[0];
        let attendee = event.property("ATTENDEE").unwrap();
        assert_eq!(attendee.value, "MAILTO:bob@example.test");
        assert_eq!(attendee.parameter("CN"), Some("Lee; Bob: x"));
        assert_eq!(attendee.parameter("PARTSTAT"), Some("ACCEPTED"));
        assert_eq!(event.property("SUMMARY").unwrap().text(), "a, b\nc\\d");
    }

    #[test]
    fn what_was_cut_off_or_is_beyond_a_limit_is_refused() {
        assert_eq!(parse("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:x"), Err(IncomingFault::Truncated));
        assert_eq!(parse("nothing"), Err(IncomingFault::NoCalendar));
        assert_eq!(parse(&"BEGIN:VCALENDAR\n".repeat(9)), Err(IncomingFault::TooLarge));
        assert_eq!(parse(&"A:\n".repeat(MAX_LINES + 1)), Err(IncomingFault::TooLarge));
        let wide = format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", "BEGIN:A\nEND:A\n".repeat(MAX_COMPONENTS));
        assert_eq!(parse(&wide), Err(IncomingFault::TooLarge));
        assert_eq!(parse(&"x".repeat(MAX_CALENDAR_BYTES + 1)), Err(IncomingFault::TooLarge));
    }
}
