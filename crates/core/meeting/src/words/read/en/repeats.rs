//! How often: "every other week", "monthly", "of the month"; and months.

use super::{
    super::{
        NotUnderstood,
        pieces::{Day, Said, Unit, month_range},
    },
    Read, Reader, words,
};

impl Reader<'_> {
    /// Adverbs, units that days are of, and months.
    pub(super) fn repeat_clause(&mut self) -> Read {
        let from = self.next;
        let Some(word) = self.word(0).map(str::to_owned) else { return Ok(false) };
        if matches!(word.as_str(), "alternate" | "alternating") {
            self.next += 1;
            return self.every_so_many(from, 2).map(|()| true);
        }
        if let Some(said) = self.twofold(&word) {
            self.say(from, said);
            return Ok(true);
        }
        if let Some((unit, every)) = words::adverb(&word) {
            self.next += 1;
            self.say(from, Said::Every(every, unit));
            return Ok(true);
        }
        if matches!(word.as_str(), "the" | "a" | "per" | "of" | "in")
            && let Some((unit, each)) = self.unit_after_article()
        {
            self.say(from, if each == 1 { Said::OfThe(unit) } else { Said::Every(each, unit) });
            return Ok(true);
        }
        let months = self.months_in_a_row();
        if !months.is_empty() {
            self.say(from, Said::Months { months, every: false });
            return Ok(true);
        }
        Ok(false)
    }

    /// "biweekly", "bi-weekly": in two ways.
    fn twofold(&mut self, word: &str) -> Option<Said> {
        let unit = match word {
            "biweekly" => Unit::Week,
            "bimonthly" => Unit::Month,
            "bi" => {
                let unit = match self.word(2).filter(|_| self.is_sign(1, &['-']))? {
                    "weekly" => Unit::Week,
                    "monthly" => Unit::Month,
                    _ => return None,
                };
                self.next += 2;
                unit
            }
            _ => return None,
        };
        self.next += 1;
        Some(Said::Bi(unit))
    }

    /// "the month", "of the quarter", "a month".
    fn unit_after_article(&mut self) -> Option<(Unit, u32)> {
        self.attempt(|reader| {
            // "last day of month"
            let is_of = reader.accept(&["of"]);
            reader.accept(&["in"]);
            if !reader.accept(&["the", "a", "per"]) && !is_of {
                return None;
            }
            reader.accept(&["calendar"]);
            if reader.half_year() {
                return Some((Unit::HalfYear, 1));
            }
            let found = match reader.word(0)? {
                "week" | "month" | "quarter" | "year" => reader.word(0).and_then(words::unit)?,
                _ => return None,
            };
            reader.next += 1;
            Some(found)
        })
    }

    /// "half year", "half-year".
    pub(super) fn half_year(&mut self) -> bool {
        self.attempt(|reader| {
            reader.accept(&["half"]).then_some(())?;
            reader.sign(&['-']);
            reader.accept(&["year"]).then_some(())
        })
        .is_some()
    }

    /// "January", "January, April and July".
    pub(super) fn months_in_a_row(&mut self) -> Vec<i8> {
        let mut months = Vec::new();
        loop {
            let before = self.next;
            let mut is_listed = months.is_empty();
            while self.sign(&[',']) || self.accept(&["and", "in", "of"]) {
                is_listed = true;
            }
            match self.attempt(Self::month) {
                Some(first) if is_listed => {
                    let last = self.attempt(|reader| {
                        let is_range = reader.sign(&['-']) || reader.accept(&["to", "through", "thru"]);
                        if is_range { reader.month() } else { None }
                    });
                    months.extend(month_range(first, last.unwrap_or(first)));
                }
                _ => {
                    self.next = before;
                    return months;
                }
            }
        }
    }

    /// What follows "every".
    pub(super) fn every(&mut self, from: usize) -> Result<(), NotUnderstood> {
        if let Some(refusal) = self.digits_of_date() {
            return Err(refusal);
        }
        self.accept(&["single"]);
        if let Some(part) = self.part_name() {
            self.say(from, Said::Every(1, Unit::Day));
            self.say(from, Said::Part(part));
            return Ok(());
        }
        if let Some(minutes) = self.attempt(Self::part_of_hour) {
            self.say(from, Said::Every(minutes, Unit::Minute));
            return Ok(());
        }
        if self.accept(&["other", "alternate"]) {
            return self.every_so_many(from, 2);
        }
        if self.at_weekdays(0) {
            return self.every_so_many(from, 1);
        }
        if let Some(read) = self.every_nth(from) {
            return read;
        }
        let dates = self.spans();
        if !dates.is_empty() {
            self.next = from + 1;
            self.say(from, Said::Every(1, Unit::Year));
            return match self.date_clause()? {
                true => Ok(()),
                false => Err(self.not_understood()),
            };
        }
        if let Some(many) = self.number() {
            return self.every_so_many(from, many);
        }
        let months = self.months_in_a_row();
        if !months.is_empty() {
            self.say(from, Said::Months { months, every: true });
            return Ok(());
        }
        self.every_so_many(from, 1)
    }

    /// "half hour", "quarter of an hour".
    fn part_of_hour(&mut self) -> Option<u32> {
        if self.phrase(&["half", "hour"]) || self.phrase(&["half", "an", "hour"]) {
            return Some(30);
        }
        (self.phrase(&["quarter", "hour"]) || self.phrase(&["quarter", "of", "an", "hour"])).then_some(15)
    }

    /// "every second Tuesday", "every third week", "every first and third Monday", "every 15th".
    fn every_nth(&mut self, from: usize) -> Option<Result<(), NotUnderstood>> {
        let before = self.next;
        if let Some((place, _)) = self.place() {
            let word = self.word(0).unwrap_or_default().to_owned();
            let is_day_of_month = word == "day" && self.is_of_month(1);
            if place > 0 && words::unit(&word).is_some() && !is_day_of_month {
                return Some(self.every_so_many(from, place.unsigned_abs().into()));
            }
            if place > 1 && words::weekday(&word).is_some() && !self.is_of_month(1) {
                let weekdays = match self.weekdays() {
                    Ok(weekdays) => weekdays,
                    Err(refusal) => return Some(Err(refusal)),
                };
                self.say(from, Said::EveryNth(place, weekdays));
                return Some(Ok(()));
            }
            self.next = before;
            // "every 1 December" and "every 1st of December" are dates.
            if !self.spans().is_empty() {
                self.next = before;
                return None;
            }
            return match self.day_list() {
                Ok(Some(days)) => {
                    self.say(from, Said::Days(days));
                    Some(Ok(()))
                }
                Ok(None) => None,
                Err(refusal) => Some(Err(refusal)),
            };
        }
        self.next = before;
        None
    }

    /// A unit or weekdays after how many of them.
    fn every_so_many(&mut self, from: usize, many: u32) -> Result<(), NotUnderstood> {
        if self.at_weekdays(0) {
            let is_workday = self
                .word(0)
                .is_some_and(|word| words::weekday(word).is_none() && !word.starts_with("weekend"));
            let weekdays = self.weekdays()?;
            if is_workday && many > 1 {
                return Err(self.refuse(from, "is which days? Say \"every other week on weekdays\", or the weekdays, for example \"every Monday, Wednesday and Friday\""));
            }
            self.say(from, Said::Every(many, Unit::Week));
            self.say(from, Said::Weekdays(weekdays));
            return self.on_part_of_day();
        }
        if self.half_year() {
            self.say(from, Said::Every(many, Unit::HalfYear));
            return Ok(());
        }
        let Some((unit, each)) = self.word(0).and_then(words::repeated_unit) else {
            return Err(self.missing("a day, week, month, year or a weekday after \"every\""));
        };
        self.next += 1;
        self.say(from, Said::Every(many.saturating_mul(each), unit));
        Ok(())
    }

    /// "Monday morning".
    fn on_part_of_day(&mut self) -> Result<(), NotUnderstood> {
        let from = self.next;
        if let Some(part) = self.part_name() {
            self.say(from, Said::Part(part));
        }
        self.the_nth_of_weekday();
        Ok(())
    }

    /// "Friday the 13th": the weekdays that were just said are those of days of the month.
    pub(super) fn the_nth_of_weekday(&mut self) -> bool {
        let before = self.next;
        let day = self.attempt(|reader| {
            if !reader.accept(&["the"]) {
                return None;
            }
            reader.place().filter(|(place, is_number)| *place > 0 && *is_number)
        });
        let is_alone = !self.at_weekdays(0) && self.word(0).is_none_or(|word| words::month(word).is_none());
        let (Some((day, _)), true) = (day, is_alone) else {
            self.next = before;
            return false;
        };
        let Some(last) = self.said.last_mut() else { return false };
        let Said::Weekdays(weekdays) = &last.said else {
            self.next = before;
            return false;
        };
        last.said = Said::OnlyOn(weekdays.clone());
        // "every Friday" said weeks before it was known that days of months are meant.
        let place = last.place;
        if let Some(weekly) = self
            .said
            .iter()
            .rposition(|piece| piece.place.at == place.at && piece.said == Said::Every(1, Unit::Week))
        {
            self.said.remove(weekly);
        }
        self.say(before, Said::Days(vec![Day::Number(day)]));
        true
    }
}
