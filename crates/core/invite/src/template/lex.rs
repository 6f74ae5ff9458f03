//! A template's text becomes pieces: text, values, statements, each with its place.

use super::TemplateFault;

/// Where something stands: line and column, from 1 on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: usize,
    pub(super) column: usize,
}

impl Place {
    pub(super) fn fault(self, reason: impl Into<String>) -> TemplateFault {
        TemplateFault { line: self.line, column: self.column, reason: reason.into() }
    }
}

/// A piece as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Text(String),
    /// What stands between two `%`.
    Value(String),
    /// A word such as `if`, and what follows it.
    Statement(&'static str, String),
}

/// The words that make a line or `{% .. %}` a statement.
const WORDS: [&str; 6] = ["if", "elif", "else", "endif", "for", "endfor"];

/// Cuts a text whose first line has this number.
pub(super) fn pieces(text: &str, first_line: usize, faults: &mut Vec<TemplateFault>) -> Vec<(Piece, Place)> {
    let mut found = Vec::new();
    let mut trim_next = false;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let at = Place { line: first_line + number, column: 1 };
        if let Some((word, rest)) = line.trim_start().strip_prefix('#').and_then(statement) {
            let column = 1 + line.chars().take_while(|c| *c != '#').count();
            found.push((Piece::Statement(word, rest), Place { column, ..at }));
        } else {
            inline(line, at, &mut found, &mut trim_next, faults);
        }
    }
    found
}

/// The word of a statement and what follows it, if it is one.
fn statement(text: &str) -> Option<(&'static str, String)> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let word = WORDS.into_iter().find(|known| *known == word)?;
    Some((word, rest.trim().to_owned()))
}

/// The pieces of a line that is no statement.
fn inline(
    line: &str,
    at: Place,
    found: &mut Vec<(Piece, Place)>,
    trim_next: &mut bool,
    faults: &mut Vec<TemplateFault>,
) {
    let mut rest = line;
    let mut text = String::new();
    let here = |rest: &str| {
        let before = line.len() - rest.len();
        let column = 1 + line.get(..before).map_or(0, |before| before.chars().count());
        Place { column, ..at }
    };
    while let Some(c) = rest.chars().next() {
        if let Some(inner) = rest.strip_prefix("{%") {
            let Some((inside, after)) = inner.split_once("%}") else {
                faults.push(here(rest).fault("{% without %}"));
                return;
            };
            if inside.starts_with('-') {
                text.truncate(text.trim_end().len());
            }
            push(found, &mut text, at, trim_next);
            match statement(inside.trim_start_matches('-').trim_end_matches('-')) {
                Some((word, rest_of)) => found.push((Piece::Statement(word, rest_of), here(rest))),
                None => faults.push(here(rest).fault("expected if, elif, else, endif, for or endfor")),
            }
            *trim_next = inside.ends_with('-');
            rest = after;
        } else if let Some(after) = rest.strip_prefix("%%") {
            text.push('%');
            rest = after;
        } else if let Some((name, after)) = rest.strip_prefix('%').and_then(value) {
            push(found, &mut text, at, trim_next);
            *trim_next = false;
            found.push((Piece::Value(name.to_owned()), here(rest)));
            rest = after;
        } else {
            text.push(c);
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
        }
    }
    push(found, &mut text, at, trim_next);
}

/// A name that ends in `%`, and what follows it; a single `%` is text.
fn value(text: &str) -> Option<(&str, &str)> {
    let (name, after) = text.split_once('%')?;
    let plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    plain.then_some((name, after))
}

fn push(found: &mut Vec<(Piece, Place)>, text: &mut String, at: Place, trim_next: &mut bool) {
    let whole = std::mem::take(text);
    let kept = if *trim_next { whole.trim_start() } else { &whole };
    if !kept.is_empty() {
        *trim_next = false;
        found.push((Piece::Text(kept.to_owned()), at));
    }
}
