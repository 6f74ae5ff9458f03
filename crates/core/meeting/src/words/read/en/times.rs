//! Times of day and lengths in English.

use super::{
    super::{
        NotUnderstood,
        clock::{Clock, Night},
        lexer::Piece as Text,
        pieces::{Part, Said, Unit},
    },
    Read, Reader, words,
};

/// What may stand between a start and its end.
const UP_TO: [&str; 5] = ["to", "till", "til", "until", "through"];

impl Reader<'_> {
    /// Times that are seen to be times: 9:00, 3 pm, 9-10 am, noon; "in the morning".
    pub(super) fn clock_clause(&mut self) -> Read {
        let from = self.next;
        if let Some(part) = self.part_of_day() {
            self.say(from, Said::Part(part));
            return Ok(true);
        }
        let Some(start) = self.attempt(|reader| reader.clear_clock()) else { return Ok(false) };
        self.up_to(from, start);
        Ok(true)
    }

    /// A time that is clear, or a bare hour whose end is: 3-4pm.
    fn clear_clock(&mut self) -> Option<Clock> {
        if let Some(clock) = self.clock(false) {
            return Some(clock);
        }
        let start = self.clock(true)?;
        let after = self.next;
        let is_range = self.sign(&['-']) || self.accept(&UP_TO);
        let (is_clear, is_bare) = match is_range {
            true => (self.attempt(|reader| reader.clock(false)).is_some(), self.clock(true).is_some()),
            false => (false, false),
        };
        self.next = after;
        // "9 to 5" stands after weekdays; after months it could be days.
        let is_of_days = self.said.iter().all(|piece| {
            !matches!(
                piece.said,
                Said::Every(_, Unit::Month | Unit::Quarter | Unit::HalfYear | Unit::Year)
                    | Said::OfThe(_)
                    | Said::Bi(Unit::Month)
                    | Said::Months { .. }
            )
        });
        (is_clear || is_bare && is_of_days && !self.said.is_empty()).then_some(start)
    }

    /// "at 9", "at 9, 12 and 3 pm".
    pub(super) fn at(&mut self, from: usize) -> Result<(), NotUnderstood> {
        if let Some(part) = self.part_name() {
            self.say(from, Said::Part(part));
            return Ok(());
        }
        let Some(start) = self.clock(true) else {
            return Err(self.missing("a time such as 9:00, 3 pm or noon after \"at\""));
        };
        self.up_to(from, start);
        loop {
            let (before, mut is_listed) = (self.next, false);
            while self.sign(&[',']) || self.accept(&["and", "at"]) {
                is_listed = true;
            }
            let next = self.next;
            match self.clock(true).filter(|_| is_listed) {
                Some(start) => self.up_to(next, start),
                None => {
                    self.next = before;
                    return Ok(());
                }
            }
        }
    }

    /// A time, and the end that may follow it.
    pub(super) fn up_to(&mut self, from: usize, start: Clock) {
        let before = self.next;
        let mut end = None;
        if self.sign(&['-']) || self.accept(&UP_TO) {
            let after = self.next;
            let is_date = self.date(true).is_some();
            self.next = after;
            end = if is_date { None } else { self.clock(true) };
        }
        if end.is_none() {
            self.next = before;
        }
        self.say(from, Said::Clock(start, end));
    }

    /// A time of day; a bare number only where one is expected.
    pub(super) fn clock(&mut self, is_expected: bool) -> Option<Clock> {
        self.attempt(|reader| reader.hour_and_minute(is_expected))
    }

    fn hour_and_minute(&mut self, is_expected: bool) -> Option<Clock> {
        self.accept(&["about"]);
        if self.accept(&["noon", "midday"]) || self.phrase(&["twelve", "noon"]) {
            return Clock::exact(12, 0, Night::No);
        }
        if self.accept(&["midnight"]) || self.phrase(&["twelve", "midnight"]) {
            return Clock::exact(0, 0, Night::Perhaps);
        }
        if let Some(clock) = self.past_or_to() {
            return Some(clock);
        }
        let (hour, padded) = self.hour()?;
        let mut minute = 0;
        let has_minutes = self.is_sign(0, &[':', '.'])
            && self.digits(1).is_some_and(|(_, digits)| digits == 2)
            && self.is_joined(1);
        if has_minutes {
            minute = i8::try_from(self.digits(1)?.0).ok()?;
            self.next += 2;
        }
        // 9:00:00 as a clock writes it; 18.12.2026 is a date.
        if has_minutes && self.is_sign(0, &[':', '.']) && self.is_joined(0) && self.digits(1).is_some() {
            let are_seconds = self.is_sign(0, &[':']) && self.digits(1) == Some((0, 2));
            self.next += if are_seconds { 2 } else { return None };
        }
        let is_oclock = self.accept(&["oclock"]);
        if let Some(is_afternoon) = self.half() {
            return Clock::half(hour, minute, is_afternoon);
        }
        if hour == 12 && minute == 0 && self.phrase(&["midnight"]) {
            return Clock::exact(0, 0, Night::Perhaps);
        }
        if self.phrase(&["noon"]) {
            return Clock::exact(12, 0, Night::No).filter(|_| hour == 12 && minute == 0);
        }
        let is_clear = has_minutes || is_oclock;
        if !(is_clear || is_expected && !self.is_counted()) {
            return None;
        }
        Clock::written(hour, minute, padded)
    }

    /// The hour in digits or as a word, and whether a zero stands before it.
    fn hour(&mut self) -> Option<(i8, bool)> {
        let found = match (self.digits(0), self.word(0)) {
            (Some((hour, digits)), _) if digits <= 2 => (i8::try_from(hour).ok()?, digits == 2 && hour < 10),
            (None, Some(word)) if !matches!(word, "a" | "an") => {
                (i8::try_from(words::number(word)?).ok()?, false)
            }
            _ => return None,
        };
        self.next += 1;
        Some(found)
    }

    /// "half past nine", "quarter to four", "ten past three".
    fn past_or_to(&mut self) -> Option<Clock> {
        self.attempt(|reader| {
            reader.accept(&["a"]);
            let minutes = if reader.accept(&["half"]) {
                30
            } else if reader.accept(&["quarter"]) {
                15
            } else {
                i8::try_from(reader.number()?).ok().filter(|minutes| *minutes < 60)?
            };
            reader.accept(&["minutes"]);
            let is_past = reader.accept(&["past"]);
            if !is_past && !reader.accept(&["to"]) {
                return None;
            }
            // "10 to 11" is a stretch of time; only what is said in words counts back.
            let in_words = matches!(reader.word(0), Some(word) if words::number(word).is_some());
            let (hour, _) = reader.hour().filter(|(hour, _)| (1..=12).contains(hour))?;
            if !is_past && minutes != 15 && !in_words {
                return None;
            }
            let (hour, minute) = if is_past { (hour, minutes) } else { ((hour + 10) % 12 + 1, 60 - minutes) };
            match reader.half() {
                Some(is_afternoon) => Clock::half(hour, minute, is_afternoon),
                None => Clock::written(hour, minute, false),
            }
        })
    }

    /// am, p.m.: whether it is of the afternoon.
    fn half(&mut self) -> Option<bool> {
        if self.accept(&["am", "pm"]) {
            return self.tokens.get(self.next - 1).map(|token| token.piece == Text::Word("pm".to_owned()));
        }
        let letter = self.word(0).filter(|word| matches!(*word, "a" | "p"))?;
        let is_afternoon = letter == "p";
        if self.is_sign(1, &['.']) && self.word(2) == Some("m") {
            self.next += 3;
            self.sign(&['.']);
            return Some(is_afternoon);
        }
        // 3p, 9a as some calendars write it.
        let is_letter = self.is_joined(0) && !self.is_joined(1);
        if is_letter {
            self.next += 1;
        }
        is_letter.then_some(is_afternoon)
    }

    /// Whether what follows a number says that it is none of an hour: 10 December, 12 times, 1st, 2/3.
    fn is_counted(&self) -> bool {
        if self.is_sign(0, &['/', '.']) && self.is_joined(0) && self.digits(1).is_some() {
            return true;
        }
        if self.is_sign(0, &['-'])
            && self.is_joined(0)
            && self.word(1).is_some_and(|word| words::short_unit(word).is_some())
        {
            return true;
        }
        // 1 to 5 December, 1-5th of December
        let is_range = self.is_sign(0, &['-']) || self.word(0).is_some_and(|word| UP_TO.contains(&word));
        let after = (2..5)
            .find_map(|ahead| {
                self.word(ahead).filter(|word| !(words::is_ordinal_ending(word) || *word == "of"))
            })
            .filter(|_| self.digits(1).is_some() && !matches!(self.piece(2), Some(Text::Sign(_))));
        if is_range && after.is_some_and(|word| words::month(word).is_some()) {
            return true;
        }
        self.word(0).is_some_and(|word| {
            words::month(word).is_some()
                || words::unit(word).is_some()
                || words::short_unit(word).is_some()
                || words::is_counted(word)
                || matches!(word, "st" | "nd" | "rd" | "th" | "of" | "other" | "more")
        })
    }

    /// "in the morning", "at night", "mornings".
    fn part_of_day(&mut self) -> Option<Part> {
        self.attempt(|reader| {
            if reader.phrase(&["in", "the"]) || reader.phrase(&["at"]) {
                return reader.part_name();
            }
            reader.part_name()
        })
    }

    /// The name of a part of the day.
    pub(super) fn part_name(&mut self) -> Option<Part> {
        let part = match self.word(0)? {
            "morning" | "mornings" => Part::Morning,
            "afternoon" | "afternoons" => Part::Afternoon,
            "evening" | "evenings" => Part::Evening,
            "night" | "nights" => Part::Night,
            _ => return None,
        };
        self.next += 1;
        Some(part)
    }

    /// A length in minutes: "1 hour 30 minutes", "1.5 hours", "an hour and a half", "90 min", "1h30".
    pub(super) fn length_of_time(&mut self) -> Option<i64> {
        self.attempt(|reader| {
            if reader.phrase(&["half", "an", "hour"])
                || reader.phrase(&["a", "half", "hour"])
                || reader.phrase(&["half", "hour"])
            {
                return Some(30);
            }
            if reader.phrase(&["quarter", "of", "an", "hour"])
                || reader.phrase(&["a", "quarter", "of", "an", "hour"])
                || reader.phrase(&["quarter", "hour"])
            {
                return Some(15);
            }
            if reader.phrase(&["three", "quarters", "of", "an", "hour"]) {
                return Some(45);
            }
            let tenths = reader.decimal()?;
            reader.sign(&['-']);
            let each = words::short_unit(reader.word(0)?)?;
            reader.next += 1;
            if each == 1 {
                return (tenths.1 == 0).then_some(tenths.0);
            }
            let minutes = tenths.0 * 60 + tenths.1;
            Some(minutes + reader.minutes_after(tenths.1 == 0))
        })
    }

    /// Whole units, and what is beyond them in minutes of an hour: 1.5, "one and a half".
    fn decimal(&mut self) -> Option<(i64, i64)> {
        let whole = i64::from(self.number()?);
        if self.phrase(&["and", "a", "half"]) {
            return Some((whole, 30));
        }
        if self.is_sign(0, &['.'])
            && self.is_joined(0)
            && self.is_joined(1)
            && let Some((value, digits @ 1..=2)) = self.digits(1)
        {
            let parts = if digits == 1 { 10 } else { 100 };
            let minutes = i64::from(value) * 60;
            self.next += 2;
            return (minutes % parts == 0).then_some((whole, minutes / parts));
        }
        Some((whole, 0))
    }

    /// Minutes after hours.
    fn minutes_after(&mut self, is_whole: bool) -> i64 {
        if !is_whole {
            return 0;
        }
        self.attempt(|reader| {
            if reader.phrase(&["and", "a", "half"]) {
                return Some(30);
            }
            if reader.phrase(&["and", "a", "quarter"]) {
                return Some(15);
            }
            let is_joined = reader.is_joined(0);
            reader.accept(&["and"]);
            let minutes = reader.number().filter(|minutes| *minutes < 60)?;
            let is_named = reader.word(0).and_then(words::short_unit) == Some(1);
            reader.next += usize::from(is_named);
            (is_named || is_joined).then_some(i64::from(minutes))
        })
        .unwrap_or(0)
    }

    /// A number in digits or as a word.
    pub(super) fn number(&mut self) -> Option<u32> {
        let value = match (self.digits(0), self.word(0)) {
            (Some((value, _)), _) => value,
            (None, Some(word)) => words::number(word)?,
            _ => return None,
        };
        self.next += 1;
        Some(value)
    }
}
