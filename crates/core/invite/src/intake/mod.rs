//! People to be invited, read from whatever text somebody pastes or whatever table they export: each address that stands in it is
//! found, told as a fault, or told as being there twice; none is lost.
//!
//! The web app reads single fields by the same rules (`web/app/src/schedule/addresses.ts`).

mod line;
mod suggest;
mod table;

use std::collections::HashMap;

use convoke_model::{EmailAddress, email::EmailFault};

/// A text of people at most, in bytes: 5,000 people with long names fit.
pub const MAX_INTAKE_BYTES: usize = 512 * 1024;
/// Longest name that is read, in characters; what is longer is cut.
pub const MAX_READ_NAME_CHARS: usize = 200;
/// Longest piece of the text that a fault shows, in characters.
pub const MAX_SHOWN_CHARS: usize = 200;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Anything: addresses with and without names, apart by commas, semicolons, tabs or lines.
    Text,
    /// A table: a row a line, apart by commas, semicolons or tabs, with or without a header.
    Table,
}

/// Somebody who was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Their address.
    pub email: EmailAddress,
    /// Their name; empty where there was none.
    pub name: String,
    /// The line, from 1 on.
    pub line: usize,
}

/// Why something needs a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// There is no address in it.
    NoAddress,
    /// It can't be an address.
    Invalid(EmailFault),
    /// It is an address, and was taken, but its domain looks like another one that is mistyped.
    DoubtfulDomain,
}

/// Something that needs a look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The line, from 1 on.
    pub line: usize,
    /// What stands there.
    pub text: String,
    /// Why.
    pub kind: FaultKind,
    /// What may have been meant.
    pub suggestion: Option<String>,
}

/// An address that was there before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duplicate {
    /// The line, from 1 on.
    pub line: usize,
    /// The address.
    pub email: EmailAddress,
}

/// What a text says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Intake {
    /// Everybody, in their order.
    pub people: Vec<Found>,
    /// What needs a look, in its order.
    pub faults: Vec<Fault>,
    /// What was there before.
    pub duplicates: Vec<Duplicate>,
}

/// Reads a text. `known` are domains of people who are known, in lower case: they are right, and what looks like one of them is doubtful.
pub fn read(text: &str, form: Form, known: &[String]) -> Intake {
    let mut reader = Reader { known, seen: HashMap::new(), meant: HashMap::new(), intake: Intake::default() };
    let text = plain(text);
    match form {
        Form::Table => table::read(&text, &mut reader),
        // A table that somebody pastes.
        Form::Text if table::has_header(&text) => table::read(&text, &mut reader),
        Form::Text => {
            for (number, line) in text.split('\n').enumerate() {
                if line.contains('\t') {
                    table::row(line.split('\t'), number + 1, &mut reader);
                } else {
                    line::read(line, number + 1, &mut reader);
                }
            }
        }
    }
    reader.intake
}

/// With the characters that are meant: full-width ones and typographic quotes are often typed for the usual ones, and some can't be seen.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' => {}
            '\r' => {
                chars.next_if_eq(&'\n');
                plain.push('\n');
            }
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => plain.push('\n'),
            '\u{3000}' | '\u{a0}' | '\u{202f}' | '\u{2000}'..='\u{200a}' => plain.push(' '),
            '、' => plain.push(','),
            '“' | '”' | '„' | '«' | '»' => plain.push('"'),
            '〈' | '《' => plain.push('<'),
            '〉' | '》' => plain.push('>'),
            '。' => plain.push('.'),
            // The full-width forms of ASCII.
            '\u{ff01}'..='\u{ff5e}' => {
                plain.push(char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c));
            }
            c if c.is_control() && !matches!(c, '\n' | '\t') => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// What was read so far.
struct Reader<'k> {
    known: &'k [String],
    /// Where each address stands among the people.
    seen: HashMap<String, usize>,
    /// What each domain looks like that was met.
    meant: HashMap<String, Option<String>>,
    intake: Intake,
}

impl Reader<'_> {
    fn add(&mut self, email: EmailAddress, name: &str, line: usize) {
        let name: String = name.chars().take(MAX_READ_NAME_CHARS).collect();
        if let Some(place) = self.seen.get(&email.key()) {
            if let Some(known) = self.intake.people.get_mut(*place).filter(|known| known.name.is_empty()) {
                known.name = name;
            }
            self.intake.duplicates.push(Duplicate { line, email });
            return;
        }
        let known = self.known;
        let meant = self.meant.entry(email.domain().to_owned());
        if let Some(domain) = meant.or_insert_with_key(|given| suggest::domain(given, known)) {
            let local = email.as_str().rsplit_once('@').map_or("", |(local, _)| local);
            self.intake.faults.push(Fault {
                line,
                text: email.to_string(),
                kind: FaultKind::DoubtfulDomain,
                suggestion: Some(format!("{local}@{domain}")),
            });
        }
        self.seen.insert(email.key(), self.intake.people.len());
        self.intake.people.push(Found { email, name, line });
    }

    fn fault(&mut self, text: &str, kind: FaultKind, suggestion: Option<String>, line: usize) {
        let text = text.trim().chars().take(MAX_SHOWN_CHARS).collect();
        self.intake.faults.push(Fault { line, text, kind, suggestion });
    }
}
