//! Dates and times of day in English.

use jiff::civil::Time;

use super::{
    super::{lexer::Piece, phrase::When},
    Reader, words,
};

impl Reader<'_> {
    /// A date, with or without its year; nothing is read where there is none.
    pub(super) fn date(&mut self) -> Option<When> {
        let before = self.next;
        let found = self.named_date();
        if found.is_none() {
            self.next = before;
        }
        found
    }

    fn named_date(&mut self) -> Option<When> {
        self.accept(&["the"]);
        if self.accept(&["today"]) {
            return Some(When::InDays(0));
        }
        if self.accept(&["tomorrow"]) {
            return Some(When::InDays(1));
        }
        if self.accept(&["end"]) {
            self.accept(&["of"]);
            self.accept(&["the"]);
            if self.accept(&["year"]) {
                return Some(When::EndOfYear);
            }
            let month = self.month()?;
            return Some(When::EndOfMonth { year: self.year(), month });
        }
        if self.accept(&["next"]) {
            let weekday = self.word(0).and_then(words::weekday)?;
            self.next += 1;
            return Some(When::Next(weekday));
        }
        if self.word(0).and_then(words::weekday).is_some() {
            self.next += 1;
            self.sign(&[',']);
        }
        if let Some(month) = self.month() {
            let day = self.day_number()?;
            return Some(When::Day { year: self.year(), month, day });
        }
        if let Some(when) = self.numeric_date() {
            return Some(when);
        }
        let day = self.day_number()?;
        self.accept(&["of"]);
        let month = self.month()?;
        Some(When::Day { year: self.year(), month, day })
    }

    /// 2026-12-18 or 18.12.2026: the two that mean the same everywhere.
    fn numeric_date(&mut self) -> Option<When> {
        let [first, sign, second, other, third] = self.tokens.get(self.next..self.next + 5)? else {
            return None;
        };
        let (Piece::Number(a, digits), Piece::Number(b, _), Piece::Number(c, last)) =
            (&first.piece, &second.piece, &third.piece)
        else {
            return None;
        };
        let (year, day) = match (&sign.piece, &other.piece) {
            (Piece::Sign('-'), Piece::Sign('-')) if *digits == 4 => (*a, *c),
            (Piece::Sign('.'), Piece::Sign('.')) if *last == 4 => (*c, *a),
            _ => return None,
        };
        let when = When::Day {
            year: i16::try_from(year).ok(),
            month: i8::try_from(*b).ok()?,
            day: i8::try_from(day).ok()?,
        };
        self.next += 5;
        Some(when)
    }

    fn month(&mut self) -> Option<i8> {
        let month = self.word(0).and_then(words::month)?;
        self.next += 1;
        self.sign(&['.']);
        Some(month)
    }

    /// 18, 18th: not the beginning of a time or of a number of things.
    fn day_number(&mut self) -> Option<i8> {
        let Piece::Number(value, digits) = self.piece(0)? else { return None };
        let value = i8::try_from(*value).ok().filter(|value| (1..=31).contains(value) && *digits <= 2)?;
        if matches!(self.piece(1), Some(Piece::Sign(':'))) {
            return None;
        }
        self.next += 1;
        let is_joined = self.tokens.get(self.next).is_some_and(|token| token.is_joined);
        if is_joined {
            self.accept(&["st", "nd", "rd", "th"]);
        }
        Some(value)
    }

    fn year(&mut self) -> Option<i16> {
        let before = self.next;
        self.sign(&[',']);
        match self.piece(0) {
            Some(Piece::Number(value, 4)) if !matches!(self.piece(1), Some(Piece::Sign(':'))) => {
                let year = i16::try_from(*value).ok();
                self.next += 1;
                year
            }
            _ => {
                self.next = before;
                None
            }
        }
    }

    /// A time of day; a bare number only where one is expected.
    pub(super) fn time_of_day(&mut self, is_expected: bool) -> Option<Time> {
        if self.accept(&["noon", "midday"]) {
            return Time::new(12, 0, 0, 0).ok();
        }
        if self.accept(&["midnight"]) {
            return Some(Time::midnight());
        }
        let Piece::Number(hour, digits) = self.piece(0)? else { return None };
        let mut hour = i8::try_from(*hour).ok().filter(|_| *digits <= 2)?;
        let mut used = 1;
        let mut minute = 0;
        let has_minutes = match (self.piece(1), self.piece(2)) {
            (Some(Piece::Sign(':' | '.')), Some(Piece::Number(value, 2)))
                if self.tokens.get(self.next + 2).is_some_and(|token| token.is_joined) =>
            {
                minute = i8::try_from(*value).ok()?;
                used = 3;
                true
            }
            _ => false,
        };
        let half = match (self.word(used), self.word(used + 2)) {
            (Some("am" | "pm"), _) => self.word(used).map(|half| (half == "pm", 1)),
            (Some(half @ ("a" | "p")), Some("m"))
                if matches!(self.piece(used + 1), Some(Piece::Sign('.'))) =>
            {
                let dot = usize::from(matches!(self.piece(used + 3), Some(Piece::Sign('.'))));
                Some((half == "p", 3 + dot))
            }
            _ => None,
        };
        let is_oclock = self.word(used) == Some("oclock");
        if !(is_expected || has_minutes || half.is_some() || is_oclock) {
            return None;
        }
        if let Some((is_afternoon, tokens)) = half {
            if !(1..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + if is_afternoon { 12 } else { 0 };
            used += tokens;
        }
        let time = Time::new(hour, minute, 0, 0).ok()?;
        self.next += used + usize::from(is_oclock);
        Some(time)
    }
}
