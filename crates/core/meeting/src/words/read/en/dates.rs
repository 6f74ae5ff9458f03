//! Dates in English.

use jiff::civil::Weekday;

use super::{
    super::{NotUnderstood, pieces::Said, when::When},
    Read, Reader, words,
};

impl Reader<'_> {
    /// Dates of every year; single ones are refused, as it is not said what they are.
    pub(super) fn date_clause(&mut self) -> Read {
        let from = self.next;
        if let Some((first, last)) = self.attempt(Self::month_range) {
            let both = |year: Option<i16>, month| When::Month { year, month, open: false };
            let said = match (first, last) {
                ((None, first), (None, last)) => Said::MonthSpan(first, last),
                ((a, first), (b, last)) => Said::Run(both(a, first), both(b, last)),
            };
            self.say(from, said);
            return Ok(true);
        }
        let found = self.spans();
        if found.is_empty() {
            return Ok(false);
        }
        if let [(first, Some(last))] = found[..] {
            self.say(from, Said::Run(first, last));
            return Ok(true);
        }
        let mut dates = Vec::new();
        for (when, last) in found {
            match (when, last) {
                (When::Day { year: None, month, day, weekday: None }, None) => dates.push((month, day)),
                (
                    When::Day { year: None, month: a, day: first, weekday: None },
                    Some(When::Day { year: None, month: b, day: last, weekday: None }),
                ) if a == b && first < last => dates.extend((first..=last).map(|day| (a, day))),
                _ => return Err(self.refuse(from, "is a date, but it is not said what it is; say \"from\", \"until\" or \"except\" before it")),
            }
        }
        self.say(from, Said::Dates(dates));
        Ok(true)
    }

    /// "January to March", "Jan-Mar 2027".
    #[expect(clippy::type_complexity, reason = "two months, each with its year")]
    fn month_range(&mut self) -> Option<((Option<i16>, i8), (Option<i16>, i8))> {
        let first = self.month()?;
        let first_year = self.year();
        if !self.sign(&['-']) && !self.accept(&["to", "through", "thru", "until", "till"]) {
            return None;
        }
        let last = self.month()?;
        if self.day_number(false).is_some() {
            return None;
        }
        Some(((first_year, first), (self.year(), last)))
    }

    /// Dates and ranges of dates in a row: "24, 26 and 31 December", "December 24-26", "24 December to 2 January".
    pub(super) fn spans(&mut self) -> Vec<(When, Option<When>)> {
        let mut found: Vec<(When, Option<When>)> = Vec::new();
        loop {
            let before = self.next;
            let mut is_listed = found.is_empty();
            while self.sign(&[',']) || self.accept(&["and", "on", "the"]) {
                is_listed = true;
            }
            let more = if is_listed { self.one_of_spans(&found) } else { Vec::new() };
            if more.is_empty() {
                self.next = before;
                return found;
            }
            found.extend(more);
        }
    }

    fn one_of_spans(&mut self, before: &[(When, Option<When>)]) -> Vec<(When, Option<When>)> {
        if let Some(many) = self.attempt(Self::days_of_one_month) {
            return many;
        }
        if let Some(first) = self.date(false) {
            let last = self.attempt(|reader| {
                if !reader.range_mark() {
                    return None;
                }
                reader.date(false).or_else(|| reader.more_of_month(first, true))
            });
            return vec![(first, last)];
        }
        // December 24, 25 and 31
        let Some((When::Day { .. }, _)) = before.last() else { return Vec::new() };
        let same = before.last().map_or(When::InDays(0), |(when, last)| last.unwrap_or(*when));
        match self.attempt(|reader| reader.more_of_month(same, false)) {
            Some(first) => {
                let last =
                    self.attempt(
                        |reader| {
                            if reader.range_mark() { reader.more_of_month(first, true) } else { None }
                        },
                    );
                vec![(first, last)]
            }
            None => Vec::new(),
        }
    }

    pub(super) fn range_mark(&mut self) -> bool {
        self.sign(&['-']) || self.accept(&["to", "through", "thru", "until", "till"])
    }

    /// Another day of the same month.
    fn more_of_month(&mut self, same: When, is_range: bool) -> Option<When> {
        let When::Day { year, month, .. } = same else { return None };
        let day = self.day_number(is_range)?;
        let is_taken = self.word(0).is_some_and(|word| {
            words::is_counted(word)
                || words::unit(word).is_some()
                || words::short_unit(word).is_some()
                || matches!(word, "am" | "pm" | "a" | "p" | "oclock")
        });
        if is_taken || self.is_sign(0, &['-', '/']) && !is_range && !self.is_joined(0) {
            return None;
        }
        let later = self.year();
        Some(When::Day { year: later.or(year), month, day, weekday: None })
    }

    /// "24, 26 and 31 December", "7-11 December 2026", "the 1st to the 5th of January".
    fn days_of_one_month(&mut self) -> Option<Vec<(When, Option<When>)>> {
        let mut days: Vec<(i8, Option<i8>)> = Vec::new();
        loop {
            while self.accept(&["the"]) {}
            let first = self.day_number(true)?;
            let last = self.attempt(|reader| {
                if !reader.sign(&['-']) && !reader.accept(&["to", "through", "thru", "until", "till"]) {
                    return None;
                }
                reader.accept(&["the"]);
                reader.day_number(true)
            });
            days.push((first, last));
            if !self.sign(&[',']) && !self.accept(&["and"]) {
                break;
            }
            self.accept(&["and"]);
        }
        if days.len() == 1 && days.iter().all(|(_, last)| last.is_none()) {
            return None;
        }
        self.accept(&["of"]);
        let month = self.month()?;
        let year = self.year();
        let day = |day| When::Day { year, month, day, weekday: None };
        Some(days.into_iter().map(|(first, last)| (day(first), last.map(day))).collect())
    }

    /// A date, with or without its year; a weekday alone only where a date is expected. Nothing is read where there is
    /// none.
    pub(super) fn date(&mut self, is_expected: bool) -> Option<When> {
        self.attempt(|reader| {
            reader.accept(&["the"]);
            if let Some(when) = reader.attempt(Self::relative) {
                return Some(when);
            }
            let weekday = reader.weekday_name();
            if weekday.is_some() {
                reader.sign(&[',']);
                reader.accept(&["the"]);
            }
            match (reader.attempt(|reader| reader.calendar_date(weekday)), weekday) {
                (Some(when), _) => Some(when),
                (None, Some(weekday)) if is_expected => {
                    if reader
                        .tokens
                        .get(reader.next - 1)
                        .is_some_and(|token| token.piece == super::super::lexer::Piece::Sign(','))
                    {
                        reader.next -= 1;
                    }
                    Some(When::Coming(weekday))
                }
                (None, Some(_)) => None,
                (None, None) if is_expected => reader.day_or_month(),
                (None, None) => None,
            }
        })
    }

    /// "the 18th", "March", "March 2027".
    fn day_or_month(&mut self) -> Option<When> {
        if let Some(month) = self.month() {
            return Some(When::Month { year: self.year(), month, open: false });
        }
        let day = self.day_number(false)?;
        let is_place = self.tokens.get(self.next - 1).is_some_and(|token| {
            matches!(&token.piece, super::super::lexer::Piece::Word(word) if words::is_ordinal_ending(word))
        });
        is_place.then_some(When::DayOfMonth(day))
    }

    fn weekday_name(&mut self) -> Option<Weekday> {
        let weekday = self.word(0).and_then(words::weekday)?;
        self.next += 1;
        self.attempt(|reader| {
            let is_dot = reader.is_joined(0) && reader.sign(&['.']);
            is_dot.then_some(())
        });
        Some(weekday)
    }

    fn relative(&mut self) -> Option<When> {
        if self.accept(&["today", "now"]) {
            return Some(When::InDays(0));
        }
        if self.accept(&["tomorrow"]) {
            return Some(When::InDays(1));
        }
        if self.phrase(&["day", "after", "tomorrow"]) {
            return Some(When::InDays(2));
        }
        if self.phrase(&["year", "end"]) || self.phrase(&["years", "end"]) {
            return Some(When::EndOfYearsAhead(0));
        }
        if self.accept(&["end"]) {
            self.accept(&["of"]);
            return self.end_of();
        }
        let weeks = if self.accept(&["next"]) {
            1
        } else if self.accept(&["this"]) {
            0
        } else {
            return None;
        };
        if let Some(weekday) = self.weekday_name() {
            return Some(if weeks == 1 { When::Next(weekday) } else { When::WeekdayOf(0, weekday) });
        }
        match self.word(0)? {
            "week" => {
                self.next += 1;
                self.accept(&["on"]);
                let weekday = self.attempt(Self::weekday_name);
                Some(weekday.map_or(When::WeeksAhead(weeks), |weekday| When::WeekdayOf(weeks, weekday)))
            }
            "month" => {
                self.next += 1;
                Some(When::MonthsAhead(weeks))
            }
            "year" => {
                self.next += 1;
                Some(When::YearsAhead(i16::try_from(weeks).ok()?))
            }
            _ => None,
        }
    }

    /// What "the end" is of.
    fn end_of(&mut self) -> Option<When> {
        let ahead = i16::from(self.accept(&["next"]));
        if ahead == 0 {
            self.accept(&["the", "this"]);
        }
        if self.accept(&["year"]) {
            return Some(When::EndOfYearsAhead(ahead));
        }
        if self.accept(&["month"]) {
            return Some(When::EndOfMonthsAhead(i32::from(ahead)));
        }
        if self.accept(&["week"]) {
            return Some(When::WeekdayOf(i32::from(ahead), Weekday::Sunday));
        }
        if ahead == 1 {
            return None;
        }
        if let Some((year, 4)) = self.digits(0) {
            self.next += 1;
            return Some(When::EndOfYear(i16::try_from(year).ok()?));
        }
        let month = self.month()?;
        Some(When::EndOfMonth { year: self.year(), month })
    }

    fn calendar_date(&mut self, weekday: Option<Weekday>) -> Option<When> {
        if let Some((month, day)) = self.attempt(|reader| Some((reader.month()?, reader.after_the()?))) {
            return Some(When::Day { year: self.year(), month, day, weekday });
        }
        if let Some(when) = self.numeric_date(weekday) {
            return Some(when);
        }
        let day = self.day_number(true)?;
        self.accept(&["of"]);
        let month = self.month()?;
        Some(When::Day { year: self.year(), month, day, weekday })
    }

    fn after_the(&mut self) -> Option<i8> {
        self.accept(&["the"]);
        self.day_number(false)
    }

    /// 2026-12-18 or 18.12.2026: the orders that mean the same everywhere.
    fn numeric_date(&mut self, weekday: Option<Weekday>) -> Option<When> {
        let ((a, digits), (b, _), (c, last)) = (self.digits(0)?, self.digits(2)?, self.digits(4)?);
        let with = |sign: char| self.is_sign(1, &[sign]) && self.is_sign(3, &[sign]);
        let (year, day) = if digits == 4 && (with('-') || with('/') || with('.')) {
            (a, c)
        } else if last == 4 && with('.') {
            (c, a)
        } else {
            return None;
        };
        let when = When::Day {
            year: Some(i16::try_from(year).ok()?),
            month: i8::try_from(b).ok()?,
            day: i8::try_from(day).ok()?,
            weekday,
        };
        self.next += 5;
        Some(when)
    }

    pub(super) fn month(&mut self) -> Option<i8> {
        let month = self.word(0).and_then(words::month)?;
        self.next += 1;
        if self.is_joined(0) {
            self.sign(&['.']);
        }
        Some(month)
    }

    /// 18, 18th: not the beginning of a time or of a number of things. `goes_on`: a dash may follow.
    pub(super) fn day_number(&mut self, goes_on: bool) -> Option<i8> {
        let (value, digits) = self.digits(0)?;
        let value = i8::try_from(value).ok().filter(|value| (1..=31).contains(value) && digits <= 2)?;
        let is_part = self.is_joined(1)
            && (self.is_sign(1, &[':', '/'])
                || self.is_sign(1, &['.']) && self.digits(2).is_some() && self.is_joined(2));
        if is_part || (!goes_on && self.word(1).is_some_and(|word| words::month(word).is_some())) {
            return None;
        }
        self.next += 1;
        if self.is_joined(0) {
            if self.word(0).is_some_and(words::is_ordinal_ending) {
                self.next += 1;
            } else if self.word(0).is_some() {
                self.next -= 1;
                return None;
            }
        }
        Some(value)
    }

    fn year(&mut self) -> Option<i16> {
        self.attempt(|reader| {
            reader.sign(&[',']);
            let (year, _) = reader.digits(0).filter(|(_, digits)| *digits == 4)?;
            if reader.is_sign(1, &[':', '-', '/', '.']) && reader.is_joined(1) && reader.digits(2).is_some() {
                return None;
            }
            reader.next += 1;
            i16::try_from(year).ok()
        })
    }

    /// A date, where one has to stand.
    pub(super) fn expected_date(&mut self) -> Result<When, NotUnderstood> {
        self.date(true).ok_or_else(|| self.missing(super::A_DATE))
    }
}
