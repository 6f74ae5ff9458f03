//! Typed words made a recurrence: "every other Tuesday at 9:00, until 18 December", "격주 화요일 오전 9시".
//!
//! A language recognises pieces (`en`, `ko`), each with its place; `gather` sorts them, `shape` makes the rule, `settle` the
//! dates. Nothing is passed over: a word that is not understood is named with its place, and so is a piece that goes
//! with no rule. Where people differ in what they mean ("every second Tuesday"), the other meaning is given beside
//! the usual one.

mod clock;
mod en;
mod gather;
mod ko;
mod lexer;
mod pieces;
mod settle;
mod shape;
#[cfg(test)]
mod tests;
mod when;

use convoke_model::Language;
use jiff::civil::DateTime;

use crate::{Rule, Zone};
use pieces::{Doubt, Piece, Refusal};

/// Longest text that is read, in characters.
pub const MAX_TEXT_CHARS: usize = 300;

/// What the words are understood against.
#[derive(Debug, Clone)]
pub struct Around {
    /// The start that the meeting has so far: gives the time of day and the first date where the words name none.
    pub start: DateTime,
    /// What time it is in the meeting's zone: "tomorrow" goes by it, and dates without a year.
    pub now: DateTime,
    /// The meeting's zone.
    pub zone: Zone,
}

/// A recurrence with its dates.
#[derive(Debug, Clone, PartialEq)]
pub struct Meaning {
    /// The recurrence.
    pub rule: Rule,
    /// The first start: the first date from the given one on that the words name.
    pub start: DateTime,
    /// The end of the first occurrence, where the words say it.
    pub end: Option<DateTime>,
    /// Starts that are left out, each once and in order.
    pub left_out: Vec<DateTime>,
}

/// What was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Understood {
    /// As most people mean the words.
    pub usual: Meaning,
    /// As others mean them.
    pub alternative: Option<Meaning>,
}

/// Words that were not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotUnderstood {
    /// Where in the text it is, in characters from 0; the end of the text when something is missing.
    pub at: usize,
    /// What is wrong and what would be right, in English.
    pub reason: String,
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
    let language = match language {
        Some(language) => language,
        None if is_korean(text) => Language::Korean,
        None => Language::English,
    };
    let pieces = match language {
        Language::English => en::read(text)?,
        Language::Korean => ko::read(text)?,
    };
    settled(&pieces, around).map_err(|refusal| named(refusal, text))
}

/// Whether there is a Hangul syllable in it.
fn is_korean(text: &str) -> bool {
    text.chars().any(|c| ('가'..='힣').contains(&c))
}

fn settled(pieces: &[Piece], around: &Around) -> Result<Understood, Refusal> {
    let usual = settle::settle(pieces, around, None)?;
    let mut others = Doubt::ALL.iter().filter_map(|doubt| settle::settle(pieces, around, Some(*doubt)).ok());
    let alternative = others.find(|other| *other != usual);
    Ok(Understood { usual, alternative })
}

/// A refusal with the words that it is about.
fn named(refusal: Refusal, text: &str) -> NotUnderstood {
    let Some(place) = refusal.place else {
        return NotUnderstood { at: text.chars().count(), reason: refusal.reason };
    };
    let words: String = text.chars().skip(place.at).take(place.to.saturating_sub(place.at)).collect();
    NotUnderstood { at: place.at, reason: format!("\"{}\" {}", words.trim(), refusal.reason) }
}
