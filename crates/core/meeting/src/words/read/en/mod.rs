//! Recurrences as people type them in English.

mod cursor;
mod dates;
mod days;
mod words;

use jiff::civil::Time;

use super::{
    NotUnderstood, Reading,
    lexer::{Piece, Token, tokens},
    phrase::{End, Phrase, When},
};
use crate::Frequency;

/// Reads a text.
pub(super) fn read(text: &str, reading: Reading) -> Result<Phrase, NotUnderstood> {
    let tokens = tokens(text);
    let mut reader =
        Reader { tokens: &tokens, next: 0, length: text.chars().count(), reading, said: Phrase::default() };
    while reader.next < tokens.len() {
        reader.clause()?;
    }
    Ok(reader.said)
}

struct Reader<'a> {
    tokens: &'a [Token],
    next: usize,
    length: usize,
    reading: Reading,
    said: Phrase,
}

impl Reader<'_> {
    fn clause(&mut self) -> Result<(), NotUnderstood> {
        if self.sign(&[',', '.', '(', ')', '-']) {
            return Ok(());
        }
        if let Some(time) = self.time_of_day(false) {
            return self.times(time);
        }
        if self.date_of_year() || self.number_of_something()? || self.days() {
            return Ok(());
        }
        let Some(word) = self.word(0).map(str::to_owned) else { return Err(self.not_understood()) };
        if let Some((unit, every)) = words::adverb(&word) {
            self.next += 1;
            self.said.repeats(unit, every);
            return Ok(());
        }
        if let Some(month) = words::month(&word) {
            self.next += 1;
            self.said.months.push(month);
            return Ok(());
        }
        match word.as_str() {
            "every" | "each" => self.every(),
            "the" if matches!(self.word(1), Some("month" | "year")) => self.of_the_unit(),
            "once" => self.once(),
            "at" => self.after(1, Self::at),
            "from" => self.after(1, Self::from),
            "starting" | "beginning" | "start" | "begin" | "since" => self.after(1, Self::starting),
            "until" | "till" | "through" | "ending" | "ends" | "to" | "by" => self.after(1, Self::until),
            "for" => self.after(1, Self::lasting),
            "not" | "except" | "excluding" | "without" | "but" | "skip" | "skipping" => {
                self.after(1, Self::except)
            }
            word if words::is_filler(word) => self.after(1, |_| Ok(())),
            _ => Err(self.not_understood()),
        }
    }

    fn after(
        &mut self,
        tokens: usize,
        then: fn(&mut Self) -> Result<(), NotUnderstood>,
    ) -> Result<(), NotUnderstood> {
        self.next += tokens;
        then(self)
    }

    /// What follows "every".
    fn every(&mut self) -> Result<(), NotUnderstood> {
        self.next += 1;
        if self.accept(&["other", "alternate"]) {
            return self.every_so_many(2);
        }
        if self.at_weekdays(0) {
            self.days();
            self.said.unit.get_or_insert(Frequency::Weekly);
            return Ok(());
        }
        let before = self.next;
        if let Some((place, _)) = self.place() {
            let is_unit = self.word(0).is_some_and(|word| words::unit(word).is_some() && word != "day");
            let is_days = self.word(0) == Some("day") && place > 0 && !self.is_of_month(1);
            if place > 0 && (is_unit || is_days) {
                return self.every_so_many(place.unsigned_abs().into());
            }
            let is_other_week = (place == 2) == (self.reading == Reading::Usual);
            if place > 1 && self.at_weekdays(0) && !self.is_of_month(1) && is_other_week {
                return self.every_so_many(place.unsigned_abs().into());
            }
            self.next = before;
            if self.days() {
                return Ok(());
            }
        }
        if self.date_of_year() {
            self.said.unit.get_or_insert(Frequency::Yearly);
            return Ok(());
        }
        if let Some(many) = self.number() {
            return self.every_so_many(many);
        }
        if self.word(0).is_some_and(|word| words::month(word).is_some()) {
            self.said.unit.get_or_insert(Frequency::Yearly);
            return Ok(());
        }
        self.every_so_many(1)
    }

    /// A unit or weekdays after how many of them.
    fn every_so_many(&mut self, many: u32) -> Result<(), NotUnderstood> {
        if self.at_weekdays(0) {
            self.said.repeats(Frequency::Weekly, many);
            self.days();
            return Ok(());
        }
        let found = self.word(0).and_then(words::unit);
        let Some((unit, each)) = found else {
            return Err(self.missing("a day, week, month, year or a weekday after \"every\""));
        };
        self.next += 1;
        self.said.repeats(unit, many.saturating_mul(each));
        Ok(())
    }

    /// "the month", after days of it.
    fn of_the_unit(&mut self) -> Result<(), NotUnderstood> {
        let unit = if self.word(1) == Some("year") { Frequency::Yearly } else { Frequency::Monthly };
        self.said.unit.get_or_insert(unit);
        self.next += 2;
        Ok(())
    }

    /// "once a week", or an end after one time.
    fn once(&mut self) -> Result<(), NotUnderstood> {
        self.next += 1;
        if self.accept(&["a", "an", "per", "every", "each"]) {
            return self.every_so_many(1);
        }
        self.said.ends(End::Times(1));
        Ok(())
    }

    /// "1 January", "January 1st": a date of every year.
    fn date_of_year(&mut self) -> bool {
        let before = self.next;
        if let Some(When::Day { year: None, month, day }) = self.date() {
            self.said.dates.push((month, day));
            return true;
        }
        self.next = before;
        false
    }

    /// "12 times", "2 hours".
    fn number_of_something(&mut self) -> Result<bool, NotUnderstood> {
        let before = self.next;
        let Some(many) = self.number() else { return Ok(false) };
        let Some(word) = self.word(0).map(str::to_owned) else {
            self.next = before;
            return Ok(false);
        };
        match word.as_str() {
            "times" | "time" | "occurrences" | "meetings" | "sessions" | "x" => {
                self.said.ends(End::Times(many))
            }
            "minutes" | "minute" | "mins" | "min" => self.said.minutes = Some(i64::from(many)),
            "hours" | "hour" | "hrs" | "hr" => self.said.minutes = Some(i64::from(many) * 60),
            _ => {
                self.next = before;
                return Ok(false);
            }
        }
        self.next += 1;
        Ok(true)
    }

    fn at(&mut self) -> Result<(), NotUnderstood> {
        match self.time_of_day(true) {
            Some(time) => self.times(time),
            None => Err(self.missing("a time such as 9:00, 3 pm or noon after \"at\"")),
        }
    }

    /// A time, and the end that may follow it.
    fn times(&mut self, start: Time) -> Result<(), NotUnderstood> {
        self.said.time = Some(start);
        let before = self.next;
        if self.sign(&['-']) || self.accept(&["to", "till", "until"]) {
            let is_a_date = self.date().is_some();
            self.next = before + 1;
            match self.time_of_day(true).filter(|_| !is_a_date) {
                Some(end) => self.said.end_time = Some(end),
                None => self.next = before,
            }
        }
        Ok(())
    }

    fn from(&mut self) -> Result<(), NotUnderstood> {
        let before = self.next;
        if self.date().is_none() {
            self.next = before;
            if let Some(time) = self.time_of_day(true) {
                self.times(time)?;
                self.accept(&["on"]);
                return Ok(());
            }
        }
        self.next = before;
        self.starting()
    }

    fn starting(&mut self) -> Result<(), NotUnderstood> {
        self.accept(&["on", "from"]);
        match self.date() {
            Some(when) => self.said.from = Some(when),
            None => return Err(self.missing(A_DATE)),
        }
        Ok(())
    }

    fn until(&mut self) -> Result<(), NotUnderstood> {
        self.accept(&["on", "by"]);
        match self.date() {
            Some(when) => self.said.ends(End::Until(when)),
            None => return Err(self.missing(A_DATE)),
        }
        Ok(())
    }

    /// What follows "for".
    fn lasting(&mut self) -> Result<(), NotUnderstood> {
        self.accept(&["the", "next"]);
        self.accept(&["next"]);
        if self.number_of_something()? {
            return Ok(());
        }
        let many = self.number().unwrap_or(1);
        match self.word(0).and_then(words::unit) {
            Some((unit, each)) => {
                self.next += 1;
                self.said.ends(End::For(many.saturating_mul(each), unit));
                Ok(())
            }
            None => Err(self.missing("a length such as \"30 minutes\" or \"6 weeks\" after \"for\"")),
        }
    }

    /// The dates that are left out.
    fn except(&mut self) -> Result<(), NotUnderstood> {
        self.accept(&["not", "for"]);
        self.accept(&["on", "for"]);
        let mut is_any = false;
        loop {
            let before = self.next;
            while self.sign(&[',']) || self.accept(&["and", "on", "the"]) {}
            match self.date() {
                Some(when) => self.said.left_out.push(when),
                None if is_any => {
                    self.next = before;
                    return Ok(());
                }
                None => return Err(self.missing(A_DATE)),
            }
            is_any = true;
        }
    }

    /// A number in digits or as a word.
    fn number(&mut self) -> Option<u32> {
        let value = match self.piece(0)? {
            Piece::Number(value, _) => *value,
            Piece::Word(word) => words::number(word)?,
            Piece::Sign(_) => return None,
        };
        self.next += 1;
        Some(value)
    }
}

/// What is expected where a date should stand.
const A_DATE: &str = "a date such as \"18 December\", \"18 December 2026\" or 2026-12-18";
