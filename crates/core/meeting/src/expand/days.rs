//! The days that a rule names, a month at a time as bits: one description serves every frequency.

use crate::{
    Frequency, Rule, day,
    rule::{SignedSet, bits, weekday_number},
};

use super::year_days::YearDays;

/// How many months ahead [`Days::next_day`] looks: the calendar repeats itself after 400 years.
const MAX_MONTHS_AHEAD: i32 = 4_801;
/// All months, as bits 1 to 12.
const ALL_MONTHS: u16 = 0b1_1111_1111_1110;

/// Which days of the calendar the BY parts allow, weeks of the year aside, with the gaps filled from the start.
pub(super) struct Days {
    months: u16,
    month_days: SignedSet,
    weekdays: u8,
    /// Which weekdays have places, and those places for each.
    placed: u8,
    places: [SignedSet; 7],
    places_in_year: bool,
    year_days: Option<Box<YearDays>>,
    /// The weekdays, where nothing else decides.
    weekdays_only: Option<u8>,
    cached: Month,
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

impl Days {
    /// What a rule allows, for a series that starts on day `start`.
    pub(super) fn new(rule: &Rule, start: i32) -> Self {
        let names_day = rule.weekdays != 0
            || !rule.nth_weekdays.is_empty()
            || !rule.month_days.is_empty()
            || !rule.year_days.is_empty();
        let mut days = Self {
            months: if rule.months == 0 { ALL_MONTHS } else { rule.months },
            month_days: rule.month_days,
            weekdays: rule.weekdays,
            placed: 0,
            places: [SignedSet::default(); 7],
            places_in_year: rule.frequency == Frequency::Yearly && rule.months == 0,
            year_days: YearDays::of(&rule.year_days),
            weekdays_only: None,
            cached: Month { index: i32::MIN, first: i32::MIN / 2, mask: 0 },
        };
        for nth in &rule.nth_weekdays {
            let weekday = weekday_number(nth.weekday);
            days.placed |= 1 << weekday;
            days.places[usize::from(weekday)].insert(i16::from(nth.place));
        }
        if !names_day {
            days.take_from_start(rule, start);
        }
        let others = days.months != ALL_MONTHS
            || !days.month_days.is_empty()
            || days.placed != 0
            || days.year_days.is_some();
        if !others {
            days.weekdays_only = Some(if days.weekdays == 0 { 0x7f } else { days.weekdays });
        }
        days
    }

    fn take_from_start(&mut self, rule: &Rule, start: i32) {
        let (_, month, of_month) = day::to_civil(start);
        match rule.frequency {
            Frequency::Yearly if !rule.week_numbers.is_empty() => self.weekdays = 1 << day::weekday(start),
            Frequency::Yearly => {
                self.month_days = SignedSet::only(of_month);
                if rule.months == 0 {
                    self.months = 1 << month;
                }
            }
            Frequency::Monthly => self.month_days = SignedSet::only(of_month),
            Frequency::Weekly => self.weekdays = 1 << day::weekday(start),
            _ => {}
        }
    }

    /// The months that may hold days, as bits 1 to 12; all where the rule names none.
    #[inline]
    pub(super) fn month_bits(&self) -> u16 {
        self.months
    }

    /// The weekdays, where nothing but the weekday decides.
    #[inline]
    pub(super) fn weekdays_only(&self) -> Option<u8> {
        self.weekdays_only
    }

    /// Whether a day is allowed.
    #[inline]
    pub(super) fn allows(&mut self, number: i32) -> bool {
        if let Some(weekdays) = self.weekdays_only {
            return weekdays & (1 << day::weekday(number)) != 0;
        }
        let from_first = number.wrapping_sub(self.cached.first);
        let month = if (0..28).contains(&from_first) { self.cached } else { self.month(month_index(number)) };
        month.mask & (1 << (number - month.first)) != 0
    }

    /// The first allowed day from `number` on; `None` when the calendar has none.
    pub(super) fn next_day(&mut self, number: i32) -> Option<i32> {
        if let Some(weekdays) = self.weekdays_only {
            let turned = turned(weekdays, day::weekday(number));
            return Some(number + turned.trailing_zeros() as i32);
        }
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
    #[inline]
    pub(super) fn month(&mut self, index: i32) -> Month {
        if self.cached.index == index {
            return self.cached;
        }
        let (year, number) = (index.div_euclid(12), index.rem_euclid(12) as u8 + 1);
        let first = day::from_civil(year, number, 1);
        let mask = self.mask(year, number, first);
        self.cached = Month { index, first, mask };
        self.cached
    }

    fn mask(&self, year: i32, month: u8, first: i32) -> u32 {
        if self.months & (1 << month) == 0 {
            return 0;
        }
        let length = day::days_in_month(year, month);
        let mut mask = u32::MAX >> (32 - u32::from(length));
        if !self.month_days.is_empty() {
            mask &= month_days(self.month_days, length);
        }
        if self.weekdays != 0 || self.placed != 0 {
            let plain = turned(self.weekdays, day::weekday(first)).wrapping_mul(0x1020_4081);
            mask &= plain | self.placed_mask(year, first, length);
        }
        if let Some(year_days) = &self.year_days {
            mask &= year_days.of_month(first - day::from_civil(year, 1, 1), day::days_in_year(year));
        }
        mask
    }

    /// The days of weekdays with a place among those of the month, or of the year.
    fn placed_mask(&self, year: i32, first: i32, length: u8) -> u32 {
        if self.placed == 0 {
            return 0;
        }
        let length = i32::from(length);
        let (before, days) = if self.places_in_year {
            (first - day::from_civil(year, 1, 1), day::days_in_year(year))
        } else {
            (0, length)
        };
        let mut mask = 0;
        for weekday in bits(u64::from(self.placed)) {
            let places = self.places[usize::from(weekday)];
            let mut place = (i32::from(weekday) - i32::from(day::weekday(first))).rem_euclid(7);
            while place < length {
                let (from_start, from_end) = ((before + place) / 7 + 1, (days - 1 - before - place) / 7 + 1);
                if (places.positive >> from_start | places.negative >> from_end) & 1 != 0 {
                    mask |= 1 << place;
                }
                place += 7;
            }
        }
        mask
    }
}

/// The weekdays, 0 for Monday, as bits from `first` on.
#[inline]
pub(super) fn turned(weekdays: u8, first: u8) -> u32 {
    (u32::from(weekdays) >> first | u32::from(weekdays) << (7 - first)) & 0x7f
}

fn month_days(named: SignedSet, length: u8) -> u32 {
    let mut mask = (named.positive >> 1) as u32;
    if named.negative != 0 {
        for from_end in bits(named.negative).filter(|n| *n <= length) {
            mask |= 1 << (length - from_end);
        }
    }
    mask
}
