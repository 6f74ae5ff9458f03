//! Typed words made a recurrence: "every other Tuesday at 9:00, until 18 December", "격주 화요일 오전 9시".
//!
//! Nothing is guessed past: a word that is not understood is named with its place. Where people differ in what they
//! mean ("every second Tuesday"), the other reading is given beside the usual one.

mod en;
mod ko;
mod lexer;
mod phrase;
#[cfg(test)]
mod tests;

use convoke_model::Language;
use jiff::civil::DateTime;

use crate::{Rule, Zone};
use phrase::Phrase;

/// Longest text that is read, in characters.
pub const MAX_TEXT_CHARS: usize = 300;

/// What the words are understood against.
#[derive(Debug, Clone)]
pub struct Around {
    /// The start that the meeting has so far: gives the time of day and the first date where the words name none.
    pub start: DateTime,
    /// The meeting's zone.
    pub zone: Zone,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// The recurrence.
    pub rule: Rule,
    /// The first start: the first date from the given one on that the words name.
    pub start: DateTime,
    /// The end of the first occurrence, where the words say it.
    pub end: Option<DateTime>,
    /// Starts that are left out.
    pub left_out: Vec<DateTime>,
    /// What others mean by the same words, with its first start.
    pub alternative: Option<(Rule, DateTime)>,
}

/// Words that were not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// Where in the text it is, in characters from 0; the end of the text when something is missing.
    pub at: usize,
    /// What is wrong and what would be right, in English.
    pub reason: String,
}

/// How "every second Tuesday" is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// As most people mean it.
    Usual,
    /// As the others do.
    Other,
}

/// Reads what somebody typed, in one language or, when none is given, in the first that understands it.
pub fn understand(
    text: &str,
    language: Option<Language>,
    around: &Around,
) -> Result<Understood, NotUnderstood> {
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        let reason = format!("is {chars} characters long; at most {MAX_TEXT_CHARS} are read");
        return Err(NotUnderstood { at: MAX_TEXT_CHARS, reason });
    }
    match language {
        Some(language) => in_language(text, language, around),
        None if is_korean(text) => in_language(text, Language::Korean, around),
        None => in_language(text, Language::English, around),
    }
}

/// Whether there is a Hangul syllable in it.
fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

fn in_language(text: &str, language: Language, around: &Around) -> Result<Understood, NotUnderstood> {
    let read = |reading| -> Result<Phrase, NotUnderstood> {
        match language {
            Language::English => en::read(text, reading),
            Language::Korean => ko::read(text),
        }
    };
    let usual = read(Reading::Usual)?;
    let mut understood = usual.settle(text, around)?;
    if let Some(other) = read(Reading::Other).ok().filter(|other| *other != usual) {
        understood.alternative = other.settle(text, around).ok().map(|other| (other.rule, other.start));
    }
    Ok(understood)
}
