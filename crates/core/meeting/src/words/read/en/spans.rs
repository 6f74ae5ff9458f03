//! From when, until when, and what is left out.

use super::{
    super::{NotUnderstood, pieces::Said, when::When},
    A_DATE, Reader, words,
};

impl Reader<'_> {
    /// Days, dates or times.
    pub(super) fn from(&mut self, from: usize) -> Result<(), NotUnderstood> {
        let before = self.next;
        if self.at_weekdays(0) && self.weekday_range_ahead() {
            let days = self.weekdays()?;
            self.say(from, Said::Weekdays(days));
            return Ok(());
        }
        if let Some((first, last)) = self.stretch() {
            self.say(from, Said::Run(first, last));
            return Ok(());
        }
        self.next = before;
        if self.date(true).is_none()
            && let Some(start) = self.clock(true)
        {
            self.up_to(from, start);
            self.say(from, Said::Onward);
            return Ok(());
        }
        self.next = before;
        self.starting(from)
    }

    /// "between 9 and 10", "between 7 and 11 December".
    pub(super) fn between(&mut self, from: usize) -> Result<(), NotUnderstood> {
        if let Some((first, last)) = self.stretch_with(|reader| reader.accept(&["and"])) {
            self.say(from, Said::Run(first, last));
            return Ok(());
        }
        let start = self.clock(true);
        let and = self.accept(&["and"]);
        match (start, and, self.clock(true)) {
            (Some(start), true, Some(end)) => {
                self.say(from, Said::Clock(start, Some(end)));
                Ok(())
            }
            _ => Err(self.missing("two times or two dates with \"and\" after \"between\"")),
        }
    }

    /// Two dates with "to" between them.
    pub(super) fn stretch(&mut self) -> Option<(When, When)> {
        self.stretch_with(Self::range_mark)
    }

    fn stretch_with(&mut self, mark: fn(&mut Self) -> bool) -> Option<(When, When)> {
        self.attempt(|reader| {
            let short = reader.attempt(|reader| {
                reader.accept(&["the"]);
                let first = reader.day_number(true)?;
                if !mark(reader) {
                    return None;
                }
                let last = reader.date(false)?;
                match last {
                    When::Day { year, month, weekday: None, .. } => {
                        Some((When::Day { year, month, day: first, weekday: None }, last))
                    }
                    _ => None,
                }
            });
            if short.is_some() {
                return short;
            }
            let first = reader.date(true)?;
            if !mark(reader) {
                return None;
            }
            let after = reader.next;
            if let Some(last) = reader.date(false) {
                return Some((first, last));
            }
            reader.next = after;
            if let When::Day { year, month, .. } = first
                && let Some(day) = reader.day_number(false)
                && !reader.word(0).is_some_and(words::is_time_word)
            {
                return Some((first, When::Day { year, month, day, weekday: None }));
            }
            reader.next = after;
            reader.date(true).map(|last| (first, last))
        })
    }

    pub(super) fn starting(&mut self, from: usize) -> Result<(), NotUnderstood> {
        self.accept(&["on", "from", "in", "at"]);
        // "starting at 9"
        let before = self.next;
        if self.date(true).is_none()
            && let Some(start) = self.clock(true)
        {
            self.up_to(from, start);
            self.say(from, Said::Onward);
            return Ok(());
        }
        self.next = before;
        let when = self.expected_date()?;
        self.say(from, Said::From(when));
        Ok(())
    }

    /// `open`: a month may be meant to be outside.
    pub(super) fn until(&mut self, from: usize, open: bool) -> Result<(), NotUnderstood> {
        self.accept(&["on", "by", "after", "at"]);
        self.accept(&["the"]);
        if self.word(0).is_none_or(|word| word != "end") && self.length_of_count() {
            return self.count_after(from);
        }
        let when = match self.expected_date()? {
            When::Month { year, month, .. } => When::Month { year, month, open },
            when => when,
        };
        self.say(from, Said::Until(when));
        Ok(())
    }

    /// What follows "for".
    pub(super) fn lasting(&mut self, from: usize) -> Result<(), NotUnderstood> {
        if self.phrase(&["the", "rest", "of"]) || self.phrase(&["rest", "of"]) {
            self.accept(&["the", "this"]);
            let when = match self.word(0) {
                Some("year") => When::EndOfYearsAhead(0),
                Some("month") => When::EndOfMonthsAhead(0),
                _ => return Err(self.missing("\"year\" or \"month\" after \"the rest of the\"")),
            };
            self.next += 1;
            self.say(from, Said::Until(when));
            return Ok(());
        }
        self.accept(&["the"]);
        self.accept(&["next"]);
        self.phrase(&["a", "total", "of"]);
        if let Some(minutes) = self.length_of_time() {
            self.say(from, Said::Length(minutes));
            return Ok(());
        }
        if self.length_of_count() {
            return self.count_after(from);
        }
        let many = self.number().unwrap_or(1);
        match self.word(0).and_then(words::unit) {
            Some((unit, each)) => {
                self.next += 1;
                self.say(from, Said::For(many.saturating_mul(each), unit));
                Ok(())
            }
            None => Err(self.missing("a length such as \"30 minutes\" or \"6 weeks\" after \"for\"")),
        }
    }

    /// What is left out: dates, weekdays or months.
    pub(super) fn except(&mut self, from: usize) -> Result<(), NotUnderstood> {
        self.accept(&["not", "for", "from"]);
        self.accept(&["on", "for", "in", "from", "during", "between", "every"]);
        let found = self.spans();
        if !found.is_empty() {
            for (first, last) in found {
                self.say(from, Said::Without(first, last));
            }
            return Ok(());
        }
        self.accept(&["the"]);
        if self.at_weekdays(0) {
            let mut days = self.weekdays()?;
            while let Some(more) = self.attempt(|reader| {
                let is_listed = reader.sign(&[',']) | reader.accept(&["and", "or"]);
                reader.accept(&["on"]);
                (is_listed && reader.at_weekdays(0)).then(|| reader.weekdays().ok()).flatten()
            }) {
                days.extend(more);
            }
            self.say(from, Said::WithoutWeekdays(days));
            return Ok(());
        }
        if let Some((first, last)) = self.stretch() {
            self.say(from, Said::Without(first, Some(last)));
            return Ok(());
        }
        let months = self.months_in_a_row();
        if !months.is_empty() {
            self.say(from, Said::WithoutMonths(months));
            return Ok(());
        }
        match self.date(true) {
            Some(when) => {
                self.say(from, Said::Without(when, None));
                Ok(())
            }
            None if matches!(self.word(0), Some("holiday" | "holidays" | "public" | "bank")) => {
                Err(self.not_understood_holiday())
            }
            None => Err(self.missing(A_DATE)),
        }
    }

    fn not_understood_holiday(&self) -> NotUnderstood {
        let at = self.tokens.get(self.next).map_or(self.length, |token| token.at);
        NotUnderstood {
            at,
            reason: "holidays are not known here; say the dates that are left out".to_owned(),
        }
    }
}
