//! The days that a rule names, a month at a time as bits: one description serves every frequency.

use crate::{
    Frequency, Rule, day,
    rule::{NthWeekday, SignedSet, bits, weekday_number},
};

/// How many months ahead [`Days::next_day`] looks: the calendar repeats itself after 400 years.
const MAX_MONTHS_AHEAD: i32 = 4_801;

/// Which days of the calendar the BY parts allow, with the gaps filled from the start.
pub(super) struct Days<'r> {
    months: u16,
    month_days: SignedSet,
    weekdays: u8,
    nth_weekdays: &'r [NthWeekday],
    nth_in_year: bool,
    year_days: &'r [i16],
    week_numbers: SignedSet,
    week_start: u8,
    cached: Option<Month>,
}

/// A month's allowed days.
#[derive(Clone, Copy)]
pub(super) struct Month {
    /// Year times twelve plus months since January.
    pub(super) index: i32,
    /// The number of its first day.
    pub(super) first: i32,
    /// Bit 0 for the first day.
    pub(super) mask: u32,
}

/// The index of the month that a day lies in.
pub(super) fn month_index(number: i32) -> i32 {
    let (year, month, _) = day::to_civil(number);
    year * 12 + i32::from(month) - 1
}

impl<'r> Days<'r> {
    /// What a rule allows, for a series that starts on day `start`.
    pub(super) fn new(rule: &'r Rule, start: i32) -> Self {
        let (_, month, of_month) = day::to_civil(start);
        let names_day = rule.weekdays != 0
            || !rule.nth_weekdays.is_empty()
            || !rule.month_days.is_empty()
            || !rule.year_days.is_empty();
        let mut days = Self {
            months: rule.months,
            month_days: rule.month_days,
            weekdays: rule.weekdays,
            nth_weekdays: &rule.nth_weekdays,
            nth_in_year: rule.frequency == Frequency::Yearly && rule.months == 0,
            year_days: &rule.year_days,
            week_numbers: rule.week_numbers,
            week_start: rule.week_start,
            cached: None,
        };
        match rule.frequency {
            _ if names_day => {}
            Frequency::Yearly if !rule.week_numbers.is_empty() => days.weekdays = 1 << day::weekday(start),
            Frequency::Yearly => {
                days.month_days = SignedSet::only(of_month);
                if days.months == 0 {
                    days.months = 1 << month;
                }
            }
            Frequency::Monthly => days.month_days = SignedSet::only(of_month),
            Frequency::Weekly => days.weekdays = 1 << day::weekday(start),
            _ => {}
        }
        days
    }

    /// The months that may hold days, as bits 1 to 12; all where the rule names none.
    pub(super) fn month_bits(&self) -> u16 {
        if self.months == 0 { 0b1_1111_1111_1110 } else { self.months }
    }

    /// Whether nothing but the weekday decides.
    pub(super) fn weekdays_only(&self) -> Option<u8> {
        let others = self.months != 0
            || !self.month_days.is_empty()
            || !self.nth_weekdays.is_empty()
            || !self.year_days.is_empty()
            || !self.week_numbers.is_empty();
        (!others).then_some(if self.weekdays == 0 { 0x7f } else { self.weekdays })
    }

    /// Whether a day is allowed.
    pub(super) fn allows(&mut self, number: i32) -> bool {
        if let Some(weekdays) = self.weekdays_only() {
            return weekdays & (1 << day::weekday(number)) != 0;
        }
        let month = match self.cached {
            Some(month) if number >= month.first && number - month.first < 28 => month,
            _ => self.month(month_index(number)),
        };
        month.mask & (1 << (number - month.first)) != 0
    }

    /// The first allowed day from `number` on; `None` when the calendar has none.
    pub(super) fn next_day(&mut self, number: i32) -> Option<i32> {
        let index = month_index(number);
        for ahead in 0..MAX_MONTHS_AHEAD {
            let month = self.month(index + ahead);
            let passed = (number - month.first).clamp(0, 31);
            let left = u64::from(month.mask) >> passed << passed;
            if left != 0 {
                return Some(month.first + left.trailing_zeros() as i32);
            }
        }
        None
    }

    /// The allowed days of a month.
    pub(super) fn month(&mut self, index: i32) -> Month {
        if let Some(month) = self.cached.filter(|month| month.index == index) {
            return month;
        }
        let (year, number) = (index.div_euclid(12), index.rem_euclid(12) as u8 + 1);
        let first = day::from_civil(year, number, 1);
        let mask = self.mask(year, number, first);
        let month = Month { index, first, mask };
        self.cached = Some(month);
        month
    }

    fn mask(&self, year: i32, month: u8, first: i32) -> u32 {
        if self.month_bits() & (1 << month) == 0 {
            return 0;
        }
        let length = day::days_in_month(year, month);
        let mut mask = u32::MAX >> (32 - u32::from(length));
        if !self.month_days.is_empty() {
            mask &= month_days(self.month_days, length);
        }
        if self.weekdays != 0 || !self.nth_weekdays.is_empty() {
            mask &= self.weekday_mask(year, first, length);
        }
        if !self.year_days.is_empty() {
            mask &= self.year_day_mask(year, first);
        }
        if !self.week_numbers.is_empty() {
            mask = bits(u64::from(mask))
                .filter(|bit| self.in_week_numbers(first + i32::from(*bit)))
                .fold(0, |kept, bit| kept | 1 << bit);
        }
        mask
    }

    fn weekday_mask(&self, year: i32, first: i32, length: u8) -> u32 {
        let mut mask = 0;
        for weekday in bits(u64::from(self.weekdays)) {
            mask |= 0x1020_4081 << days_until(first, weekday);
        }
        for nth in self.nth_weekdays {
            let (from, days) = if self.nth_in_year {
                (day::from_civil(year, 1, 1), day::days_in_year(year))
            } else {
                (first, i32::from(length))
            };
            if let Some(number) = nth_day(from, days, *nth) {
                mask |= bit_of(number - first);
            }
        }
        mask
    }

    fn year_day_mask(&self, year: i32, first: i32) -> u32 {
        let start = day::from_civil(year, 1, 1);
        let days = day::days_in_year(year);
        let numbers = self.year_days.iter().map(|place| i32::from(*place));
        numbers
            .map(|place| if place > 0 { place - 1 } else { days + place })
            .filter(|place| (0..days).contains(place))
            .fold(0, |mask, place| mask | bit_of(start + place - first))
    }

    /// Whether the day's week has one of the numbers asked for, counted in the year the week belongs to.
    fn in_week_numbers(&self, number: i32) -> bool {
        let week = day::week_of(number, self.week_start);
        let (year, _, _) = day::to_civil(week + 3);
        let from_first = (week - day::first_week(year, self.week_start)) / 7;
        let from_last = (day::first_week(year + 1, self.week_start) - week) / 7;
        self.week_numbers.positive & (1 << (from_first + 1)) != 0
            || self.week_numbers.negative & (1 << from_last) != 0
    }
}

/// Days from `first` to the next such weekday, 0 to 6.
fn days_until(first: i32, weekday: u8) -> u32 {
    (i32::from(weekday) - i32::from(day::weekday(first))).rem_euclid(7) as u32
}

/// A bit for a day of the month counted from 0, none for a day outside of it.
fn bit_of(place: i32) -> u32 {
    if (0..31).contains(&place) { 1 << place } else { 0 }
}

fn month_days(named: SignedSet, length: u8) -> u32 {
    let mut mask = (named.positive >> 1) as u32;
    for from_end in bits(named.negative).filter(|n| *n <= length) {
        mask |= 1 << (length - from_end);
    }
    mask
}

/// The day of a weekday with a place among the `days` days from `from` on.
fn nth_day(from: i32, days: i32, nth: NthWeekday) -> Option<i32> {
    let offset = days_until(from, weekday_number(nth.weekday)) as i32;
    let place = i32::from(nth.place);
    let found = if place > 0 {
        offset + 7 * (place - 1)
    } else {
        offset + (days - 1 - offset) / 7 * 7 + 7 * (place + 1)
    };
    (0..days).contains(&found).then_some(from + found)
}
