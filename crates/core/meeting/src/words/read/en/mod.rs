//! Recurrences as people type them in English: the pieces of a text.

mod counts;
mod cursor;
mod dates;
mod days;
mod repeats;
mod spans;
mod times;
mod words;

use super::{
    NotUnderstood,
    lexer::{Token, tokens},
    pieces::{Piece, Said},
};

/// Reads a text.
pub(super) fn read(text: &str) -> Result<Vec<Piece>, NotUnderstood> {
    let tokens = tokens(text);
    let mut reader =
        Reader { text, tokens: &tokens, next: 0, length: text.chars().count(), said: Vec::new() };
    while reader.next < tokens.len() {
        reader.clause()?;
    }
    Ok(reader.said)
}

struct Reader<'a> {
    text: &'a str,
    tokens: &'a [Token],
    next: usize,
    length: usize,
    said: Vec<Piece>,
}

/// What a clause was, once it is read.
type Read = Result<bool, NotUnderstood>;

impl Reader<'_> {
    fn clause(&mut self) -> Result<(), NotUnderstood> {
        // A stroke between blanks parts what is said; one between words is part of it.
        let is_stroke = self.is_sign(0, &['-']) && !self.is_joined(0) && !self.is_joined(1);
        if is_stroke || self.is_sign(0, &[',', '(', ')', '.']) {
            self.next += 1;
            return Ok(());
        }
        if self.end_of_unit()
            || self.led_by_word()?
            || self.length_or_count()?
            || self.clock_clause()?
            || self.date_clause()?
            || self.day_clause()?
            || self.repeat_clause()?
        {
            return Ok(());
        }
        let from = self.next;
        if self.accept(&["only"]) {
            let follows = matches!(self.said.last().map(|piece| &piece.said), Some(Said::Weekdays(_)));
            let leads = self.at_weekdays(usize::from(self.word(0) == Some("on")));
            if leads || (follows && self.word(0).is_none_or(|word| word != "in")) {
                self.say(from, Said::Only);
            }
            return Ok(());
        }
        if self.word(0).is_some_and(words::is_filler) {
            self.next += 1;
            return Ok(());
        }
        Err(self.not_understood())
    }

    /// What its first word says by itself.
    fn led_by_word(&mut self) -> Read {
        let from = self.next;
        if self.sign(&['@']) {
            return self.at(from).map(|()| true);
        }
        let Some(word) = self.word(0).map(str::to_owned) else { return Ok(false) };
        let after = |reader: &mut Self, then: fn(&mut Self, usize) -> Result<(), NotUnderstood>| {
            reader.next += 1;
            then(reader, from).map(|()| true)
        };
        match word.as_str() {
            "every" | "each" => after(self, Self::every),
            "at" => after(self, Self::at),
            "from" => after(self, Self::from),
            "between" => after(self, Self::between),
            "starting" | "beginning" | "start" | "starts" | "begin" | "begins" | "since" | "effective" => {
                after(self, Self::starting)
            }
            "up" if matches!(self.word(1), Some("to" | "until" | "till")) => {
                self.next += 1;
                after(self, |reader, from| reader.until(from, true))
            }
            "until" | "till" | "til" => after(self, |reader, from| reader.until(from, true)),
            "through" | "thru" | "ending" | "ends" | "end" | "to" | "by" => {
                after(self, |reader, from| reader.until(from, false))
            }
            "for" => after(self, Self::lasting),
            "not" | "except" | "excluding" | "without" | "but" | "skip" | "skipping" | "excl" => {
                after(self, Self::except)
            }
            _ => Ok(false),
        }
    }
}

/// What is expected where a date should stand.
const A_DATE: &str = "a date such as \"18 December\", \"18 December 2026\" or 2026-12-18";
