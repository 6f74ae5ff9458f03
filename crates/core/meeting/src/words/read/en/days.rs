//! Weekdays and days of the month in English.

use jiff::civil::Weekday;

use super::{
    super::{
        NotUnderstood,
        pieces::{Day, Said, Unit, weekday_range},
    },
    Read, Reader, words,
};
use crate::words::spoken::WORKDAYS;

/// Makes a day of its place.
type Noun = Box<dyn Fn(i8) -> Day>;

const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

impl Reader<'_> {
    /// Weekdays, or days of a month.
    pub(super) fn day_clause(&mut self) -> Read {
        let from = self.next;
        if self.at_weekdays(0) {
            let weekdays = self.weekdays()?;
            self.say(from, Said::Weekdays(weekdays));
            let part = self.next;
            if let Some(name) = self.part_name() {
                self.say(part, Said::Part(name));
            }
            self.the_nth_of_weekday();
            return Ok(true);
        }
        // "day 15 of every month", as Outlook writes it.
        if self.word(0) == Some("day") && self.digits(1).is_some_and(|(day, _)| (1..=31).contains(&day)) {
            let day = self.digits(1).and_then(|(day, _)| i8::try_from(day).ok()).unwrap_or(1);
            self.next += 2;
            self.say(from, Said::Days(vec![Day::Number(day)]));
            return Ok(true);
        }
        match self.day_list()? {
            Some(days) => {
                self.say(from, Said::Days(days));
                Ok(true)
            }
            None => Ok(false),
        }
    }

    /// "the end of every month", "start of month": its last or its first day.
    pub(super) fn end_of_unit(&mut self) -> bool {
        let from = self.next;
        let found = self.attempt(|reader| {
            // "by end of month" is a last day.
            let is_by = reader.accept(&["by"]);
            reader.accept(&["at", "on"]);
            reader.accept(&["the"]);
            let is_start = reader.accept(&["start", "beginning"]);
            (is_start || reader.accept(&["end"])).then_some(())?;
            reader.accept(&["of"]).then_some(())?;
            let is_every = reader.accept(&["every", "each"]);
            if !is_every && !reader.accept(&["the"]) && is_by {
                return None;
            }
            let is_half = reader.half_year();
            let found =
                if is_half { Some((Unit::HalfYear, 1)) } else { reader.word(0).and_then(words::unit) };
            let (unit, 1) = found? else { return None };
            reader.next += usize::from(!is_half);
            let day = Day::Nth(if is_start { 1 } else { -1 });
            let unit = Some(unit).filter(|unit| *unit >= Unit::Month)?;
            Some((day, if is_every { Said::Every(1, unit) } else { Said::OfThe(unit) }))
        });
        let Some((day, unit)) = found else { return false };
        self.say(from, Said::Days(vec![day]));
        self.say(from, unit);
        true
    }

    /// "the first and third Monday", "1st, 15th", "1st-5th", "the last day".
    pub(super) fn day_list(&mut self) -> Result<Option<Vec<Day>>, NotUnderstood> {
        let before = self.next;
        let mut places: Vec<(i8, bool)> = Vec::new();
        loop {
            let separator = self.next;
            while self.sign(&[',']) || self.accept(&["the", "and"]) {}
            match self.places_in_a_row() {
                Some(more) => places.extend(more),
                None => {
                    self.next = separator;
                    break;
                }
            }
        }
        if places.is_empty() {
            self.next = before;
            return Ok(None);
        }
        if matches!(self.word(0), Some("week" | "weeks" | "weekend" | "weekends"))
            && places.iter().all(|(_, is_number)| !is_number || self.is_of_month(1))
        {
            self.next += 1;
            return Err(self.refuse(before, "is not counted by all in the same way; say the weekday, for example \"the first Monday of the month\""));
        }
        let are_numbers = places.iter().all(|(_, is_number)| *is_number);
        let Some((make, words)) = self.noun(are_numbers) else {
            self.next = before;
            return Ok(None);
        };
        self.next += words;
        let days: Vec<Day> = places.iter().map(|(place, _)| make(*place)).collect();
        // "the 15th and last business day": the 15th is hardly the fifteenth business day.
        let is_date = places.iter().any(|(place, is_number)| *is_number && *place > 5);
        if is_date && !are_numbers && matches!(days[..], [Day::Workday(_), ..]) {
            return Err(self.refuse(
                before,
                "names days of the month and places of workdays at once; make a meeting of each",
            ));
        }
        Ok(Some(days))
    }

    /// A place, or a range of them: 1st-5th.
    fn places_in_a_row(&mut self) -> Option<Vec<(i8, bool)>> {
        let first = self.place()?;
        let last = self.attempt(|reader| {
            if !reader.sign(&['-']) && !reader.accept(&["to", "through", "thru"]) {
                return None;
            }
            reader.accept(&["the"]);
            reader.place().filter(|last| last.1 && first.1 && last.0 > first.0)
        });
        Some(match last {
            Some((last, _)) => (first.0..=last).map(|place| (place, true)).collect(),
            None => vec![first],
        })
    }

    /// What places are counted of, and how many words say it; numbers alone are days.
    fn noun(&self, are_numbers: bool) -> Option<(Noun, usize)> {
        let word = self.word(0).unwrap_or_default();
        match word {
            "weekday" | "workday" | "weekdays" | "workdays" => return Some((Box::new(Day::Workday), 1)),
            "business" | "working" | "work" if matches!(self.word(1), Some("day" | "days")) => {
                return Some((Box::new(Day::Workday), 2));
            }
            "day" | "days" | "date" => return Some((Box::new(|place| Day::Nth(place.into())), 1)),
            _ => {}
        }
        match words::weekday(word) {
            Some(weekday) => Some((Box::new(move |place| Day::Weekday(place, weekday)), 1)),
            // "the first of the month"
            None if self.is_of_month(0) => Some((Box::new(Day::Number), 0)),
            None => are_numbers.then(|| (Box::new(Day::Number) as Noun, 0)),
        }
    }

    /// Whether weekdays stand there.
    pub(super) fn at_weekdays(&self, ahead: usize) -> bool {
        match self.word(ahead) {
            Some("weekday" | "weekdays" | "workday" | "workdays" | "weekend" | "weekends") => true,
            Some("business" | "working" | "work") => matches!(self.word(ahead + 1), Some("day" | "days")),
            Some(word) => words::weekday(word).is_some(),
            None => false,
        }
    }

    /// Whether the weekday that stands there begins a range.
    pub(super) fn weekday_range_ahead(&self) -> bool {
        let is_mark = self.is_sign(1, &['-']) || matches!(self.word(1), Some("to" | "through" | "thru"));
        // "Monday to Friday, 7 December" ends with a date.
        let is_date =
            self.digits(3).is_some() && self.word(4).is_some_and(|word| words::month(word).is_some());
        is_mark && !is_date && self.word(2).and_then(words::weekday).is_some()
    }

    /// "weekdays", "Mon-Fri", "Monday, Wednesday and Friday".
    pub(super) fn weekdays(&mut self) -> Result<Vec<Weekday>, NotUnderstood> {
        let mut days = self.one_of_weekdays();
        while let Some(more) = self.attempt(|reader| {
            if !reader.sign(&[',', '/']) && !reader.accept(&["and"]) {
                return None;
            }
            reader.accept(&["and"]);
            reader.accept(&["on"]);
            // A date with its weekday is no weekday.
            let is_weekday =
                reader.at_weekdays(0) && reader.digits(1).is_none_or(|_| reader.is_sign(2, &[':']));
            is_weekday.then(|| reader.one_of_weekdays())
        }) {
            days.extend(more);
        }
        Ok(days)
    }

    /// "Mon - Wed - Fri": with more than one dash they are a list, not a range.
    fn dashed_weekdays(&mut self) -> Option<Vec<Weekday>> {
        let mut days = Vec::new();
        let mut ahead = 0;
        while let Some(day) = self.word(ahead).and_then(words::weekday) {
            days.push(day);
            ahead += 2;
            if !self.is_sign(ahead - 1, &['-']) {
                break;
            }
        }
        if days.len() < 3 {
            return None;
        }
        self.next += days.len() * 2 - 1;
        Some(days)
    }

    fn one_of_weekdays(&mut self) -> Vec<Weekday> {
        if let Some(days) = self.dashed_weekdays() {
            return days;
        }
        let word = self.word(0).unwrap_or_default().to_owned();
        self.next += 1;
        let first = match word.as_str() {
            "weekend" | "weekends" => return WEEKEND.to_vec(),
            "business" | "working" | "work" => {
                self.next += 1;
                return WORKDAYS.to_vec();
            }
            word => match words::weekday(word) {
                Some(first) => first,
                None => return WORKDAYS.to_vec(),
            },
        };
        if self.is_joined(0) && self.is_sign(0, &['.']) {
            self.next += 1;
        }
        self.next -= 1;
        let is_range = self.weekday_range_ahead();
        self.next += 1;
        if !is_range {
            return vec![first];
        }
        self.next += 1;
        let last = self.word(0).and_then(words::weekday).unwrap_or(first);
        self.next += 1;
        weekday_range(first, last)
    }

    /// A place in a month, negative from its end, and whether it was said as a number; nothing is read where none is.
    pub(super) fn place(&mut self) -> Option<(i8, bool)> {
        self.attempt(|reader| {
            let (value, is_number) = match (reader.digits(0), reader.word(0)) {
                (Some((value, _)), _) => {
                    let is_place =
                        reader.is_joined(1) && reader.word(1).is_some_and(words::is_ordinal_ending);
                    if !is_place {
                        return None;
                    }
                    reader.next += 2;
                    (i8::try_from(value).ok().filter(|value| *value > 0)?, true)
                }
                (None, Some("last")) => {
                    reader.next += 1;
                    return Some((-1, false));
                }
                (None, Some("penultimate")) => {
                    reader.next += 1;
                    return Some((-2, false));
                }
                (None, Some(word)) => {
                    let value = words::place(word)?;
                    reader.next += 1;
                    (i8::try_from(value).ok()?, false)
                }
                _ => return None,
            };
            let from_end = reader.attempt(|reader| {
                reader.sign(&['-']);
                reader.accept(&["to"]);
                reader.sign(&['-']);
                reader.accept(&["the"]);
                reader.accept(&["last"]).then_some(())
            });
            Some(if from_end.is_some() { (-value, false) } else { (value, is_number) })
        })
    }

    /// Whether "of the month", "of January" or "in every quarter" follows there.
    pub(super) fn is_of_month(&self, ahead: usize) -> bool {
        if !matches!(self.word(ahead), Some("of" | "in")) {
            return false;
        }
        (ahead + 1..ahead + 4).any(|place| {
            self.word(place).is_some_and(|word| {
                matches!(words::unit(word), Some((Unit::Month | Unit::Quarter | Unit::Year, _)))
                    || words::month(word).is_some()
            })
        })
    }
}
