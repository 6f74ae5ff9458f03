//! Weekdays and days of the month in English.

use jiff::civil::Weekday;

use super::{super::lexer::Piece, Reader, words};
use crate::words::spoken::{Day, WORKDAYS};

/// Makes a day of its place.
type Noun = Box<dyn Fn(i8) -> Day>;

const WEEKEND: [Weekday; 2] = [Weekday::Saturday, Weekday::Sunday];

impl Reader<'_> {
    /// Weekdays, or days of a month.
    pub(super) fn days(&mut self) -> bool {
        if self.at_weekdays(0) {
            self.weekdays();
            return true;
        }
        let before = self.next;
        let mut places = Vec::new();
        loop {
            let separator = self.next;
            while self.sign(&[',']) || self.accept(&["the", "and", "or"]) {}
            match self.place() {
                Some(place) => places.push(place),
                None => {
                    self.next = separator;
                    break;
                }
            }
        }
        if places.is_empty() {
            self.next = before;
            return false;
        }
        let are_numbers = places.iter().all(|(_, is_number)| *is_number);
        let Some((make, words)) = self.noun(are_numbers) else {
            self.next = before;
            return false;
        };
        self.next += words;
        self.said.days.extend(places.iter().map(|(place, _)| make(*place)));
        true
    }

    /// What places are counted of, and how many words say it; numbers alone are days.
    fn noun(&self, are_numbers: bool) -> Option<(Noun, usize)> {
        let word = self.word(0).unwrap_or_default();
        match word {
            "weekday" | "workday" | "weekdays" | "workdays" => return Some((Box::new(Day::Workday), 1)),
            "business" | "working" if matches!(self.word(1), Some("day" | "days")) => {
                return Some((Box::new(Day::Workday), 2));
            }
            "day" | "days" => return Some((Box::new(Day::Number), 1)),
            _ => {}
        }
        match words::weekday(word) {
            Some(weekday) => Some((Box::new(move |place| Day::Weekday(place, weekday)), 1)),
            None => are_numbers.then(|| (Box::new(Day::Number) as Noun, 0)),
        }
    }

    /// Whether weekdays stand there.
    pub(super) fn at_weekdays(&self, ahead: usize) -> bool {
        match self.word(ahead) {
            Some("weekday" | "weekdays" | "workday" | "workdays" | "weekend" | "weekends") => true,
            Some("business" | "working") => matches!(self.word(ahead + 1), Some("day" | "days")),
            Some(word) => words::weekday(word).is_some(),
            None => false,
        }
    }

    fn weekdays(&mut self) {
        let word = self.word(0).unwrap_or_default().to_owned();
        self.next += 1;
        let first = match word.as_str() {
            "weekend" | "weekends" => return self.add_weekdays(&WEEKEND),
            "business" | "working" => {
                self.next += 1;
                return self.add_weekdays(&WORKDAYS);
            }
            word => match words::weekday(word) {
                Some(first) => first,
                None => return self.add_weekdays(&WORKDAYS),
            },
        };
        let before = self.next;
        if self.sign(&['-']) || self.accept(&["to", "through", "thru"]) {
            if let Some(last) = self.word(0).and_then(words::weekday) {
                self.next += 1;
                let many = first.until(last);
                let all: Vec<Weekday> = (0..=i64::from(many)).map(|days| first.wrapping_add(days)).collect();
                return self.add_weekdays(&all);
            }
            self.next = before;
        }
        self.add_weekdays(&[first]);
    }

    fn add_weekdays(&mut self, days: &[Weekday]) {
        for day in days {
            if !self.said.weekdays.contains(day) {
                self.said.weekdays.push(*day);
            }
        }
    }

    /// A place in a month, negative from its end, and whether it was said as a number; nothing is read where none is.
    pub(super) fn place(&mut self) -> Option<(i8, bool)> {
        let before = self.next;
        let mut place = match self.piece(0)? {
            Piece::Number(value, _) => {
                let is_place = self.tokens.get(self.next + 1).is_some_and(|token| token.is_joined)
                    && matches!(self.word(1), Some("st" | "nd" | "rd" | "th"));
                if !is_place {
                    return None;
                }
                let value = i8::try_from(*value).ok().filter(|value| *value > 0)?;
                self.next += 2;
                (value, true)
            }
            Piece::Word(word) if word == "last" => {
                self.next += 1;
                return Some((-1, false));
            }
            Piece::Word(word) => {
                let value = words::place(word)?;
                self.next += 1;
                (i8::try_from(value).ok()?, false)
            }
            Piece::Sign(_) => return None,
        };
        let after = self.next;
        self.sign(&['-']);
        self.accept(&["to"]);
        self.sign(&['-']);
        if self.accept(&["last"]) {
            place = (-place.0, false);
        } else {
            self.next = after;
        }
        debug_assert!(self.next > before);
        Some(place)
    }

    /// Whether "of the month" or "of January" follows there.
    pub(super) fn is_of_month(&self, ahead: usize) -> bool {
        if self.word(ahead) != Some("of") && self.word(ahead) != Some("in") {
            return false;
        }
        (ahead + 1..ahead + 4).any(|place| {
            self.word(place)
                .is_some_and(|word| matches!(word, "month" | "year") || words::month(word).is_some())
        })
    }
}
