//! The periods of a rule one after the other, each with the local times in it.
//!
//! A period is a year, month, week, day, hour, minute or second by the rule's frequency, numbered through; so a jump
//! to any time is a division. What is in a period is always some days times some times of day, and is never laid out
//! in full: the n-th of it is computed.

use crate::{Frequency, Rule, day, rule::bits};

use super::{
    LAST_YEAR, MAX_EMPTY_PERIODS, MAX_PERIODS,
    day_list::DayList,
    days::{self, Days, turned},
    reach,
    times::Times,
};

/// The last local second of the last year.
pub(super) const LAST_SECOND: i64 = day::from_civil(LAST_YEAR + 1, 1, 1) as i64 * day::DAY_SECONDS - 1;

pub(super) struct Periods<'r> {
    rule: &'r Rule,
    days: Days,
    /// Second offsets within a day, an hour or a minute.
    times: Times,
    first: i64,
    last: i64,
    /// The period to look at next, in steps of the interval from the first.
    step: i64,
    /// Months of the current year that are still to be taken, as bits: a year without `BYSETPOS` is taken a month at a time.
    months_left: u16,
    year: i32,
    /// Days of the current period that are allowed.
    current_days: DayList,
    /// Seconds from the start of such a day to where the times count from.
    current_offset: i64,
    /// Where `BYSETPOS` stands: the places in the current period that are kept.
    kept: Vec<usize>,
    /// The next place of the current period, and how many there are.
    place: usize,
    places: usize,
    looked_at: u32,
    gave_up: bool,
}

impl<'r> Periods<'r> {
    pub(super) fn new(rule: &'r Rule, start: i64) -> Self {
        let start_day = start.div_euclid(day::DAY_SECONDS) as i32;
        let first = number_of(rule, start);
        let times = Times::of(rule, start);
        let possible = reach::is_possible(rule, start, times.count());
        Self {
            rule,
            days: Days::new(rule, start_day),
            times,
            first,
            // Nothing can come of steps that never meet what is named.
            last: if possible { number_of(rule, LAST_SECOND) } else { first - 1 },
            step: 0,
            months_left: 0,
            year: 0,
            current_days: DayList::default(),
            current_offset: 0,
            kept: Vec::new(),
            place: 0,
            places: 0,
            looked_at: 0,
            gave_up: false,
        }
    }

    /// How many periods were looked at.
    pub(super) fn looked_at(&self) -> u32 {
        self.looked_at
    }

    pub(super) fn gave_up(&self) -> bool {
        self.gave_up
    }

    /// Makes the period that holds `target`, or the last before it, the next one.
    pub(super) fn jump(&mut self, target: i64) {
        let steps = (number_of(self.rule, target) - self.first).div_euclid(i64::from(self.rule.interval));
        if steps >= self.step {
            self.step = steps;
            self.months_left = 0;
        }
        self.finish_current();
    }

    fn finish_current(&mut self) {
        self.place = self.places;
    }

    /// The next time that is not before `floor`.
    #[inline]
    pub(super) fn next_from(&mut self, floor: i64) -> Option<i64> {
        loop {
            while self.place < self.places {
                let time = self.time_at(self.place);
                if time >= floor {
                    self.place += 1;
                    return Some(time);
                }
                self.place = self.place_of(floor);
            }
            if !self.fill() {
                return None;
            }
        }
    }

    /// Passes all times from `floor` to before `target`, and answers how many those are; stops when there were `most`.
    pub(super) fn count_to(&mut self, floor: i64, target: i64, most: i64) -> i64 {
        let mut passed = 0;
        while passed < most && self.fill() {
            self.place = self.place.max(self.place_of(floor));
            passed += self.place_of(target).saturating_sub(self.place) as i64;
            if self.last_of_current() >= target {
                break;
            }
            self.finish_current();
        }
        passed
    }

    fn last_of_current(&self) -> i64 {
        self.places.checked_sub(1).map_or(i64::MIN, |last| self.time_at(last))
    }

    /// The place of the first time in the current period that is not before `time`.
    fn place_of(&self, time: i64) -> usize {
        let (mut low, mut high) = (0, self.places);
        while low < high {
            let middle = usize::midpoint(low, high);
            if self.time_at(middle) < time {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    #[inline]
    fn time_at(&self, place: usize) -> i64 {
        let place = if self.rule.positions.is_empty() { place } else { self.kept[place] };
        let (day, time) = match self.times.count() {
            1 => (place, 0),
            times => (place / times, place % times),
        };
        i64::from(self.current_days.at(day)) * day::DAY_SECONDS + self.current_offset + self.times.at(time)
    }

    /// Fills the next period that has anything in it; `false` when there is none.
    pub(super) fn fill(&mut self) -> bool {
        self.place = 0;
        self.places = 0;
        for _ in 0..max_empty_periods(self.rule.frequency) {
            if self.looked_at >= MAX_PERIODS {
                break;
            }
            self.looked_at += 1;
            if self.months_left != 0 {
                self.take_next_month();
            } else {
                let number = self.first + self.step * i64::from(self.rule.interval);
                if number > self.last {
                    return false;
                }
                self.step += 1;
                match self.look_at(number) {
                    Look::Taken => {}
                    Look::Over => return false,
                    Look::SkipTo(next) => {
                        let interval = i64::from(self.rule.interval);
                        self.step = self.step.max((next - self.first + interval - 1).div_euclid(interval));
                        continue;
                    }
                }
            }
            self.pick_places();
            if self.places > 0 {
                return true;
            }
        }
        self.gave_up = true;
        false
    }

    fn pick_places(&mut self) {
        let all = self.current_days.len() * self.times.count();
        if self.rule.positions.is_empty() {
            self.places = all;
            return;
        }
        self.kept.clear();
        for position in &self.rule.positions {
            let place = usize::from(position.unsigned_abs());
            if place <= all {
                self.kept.push(if *position > 0 { place - 1 } else { all - place });
            }
        }
        self.kept.sort_unstable();
        self.kept.dedup();
        self.places = self.kept.len();
    }

    fn look_at(&mut self, number: i64) -> Look {
        self.current_days.clear();
        self.current_offset = 0;
        match self.rule.frequency {
            Frequency::Yearly if !self.rule.week_numbers.is_empty() => self.take_week_year(number as i32),
            Frequency::Yearly => {
                self.year = number as i32;
                self.months_left = self.days.month_bits();
                if self.rule.positions.is_empty() {
                    self.take_next_month();
                } else {
                    for month in bits(u64::from(std::mem::take(&mut self.months_left))) {
                        self.take_month(self.year * 12 + i32::from(month) - 1);
                    }
                }
            }
            Frequency::Monthly => self.take_month(number as i32),
            Frequency::Weekly => self.take_week(week_origin(self.rule) + number as i32 * 7),
            Frequency::Daily => return self.take_day(number as i32, 1),
            Frequency::Hourly => return self.take_hour(number, 1),
            Frequency::Minutely => return self.take_minute(number, 1),
            Frequency::Secondly => return self.take_second(number),
        }
        Look::Taken
    }

    fn take_next_month(&mut self) {
        let month = self.months_left.trailing_zeros() as i32;
        self.months_left &= self.months_left - 1;
        self.current_days.clear();
        self.take_month(self.year * 12 + month - 1);
    }

    fn take_month(&mut self, index: i32) {
        let month = self.days.month(index);
        for bit in bits(u64::from(month.mask)) {
            self.current_days.push(month.first + i32::from(bit));
        }
    }

    fn take_week(&mut self, first: i32) {
        if let Some(weekdays) = self.days.weekdays_only() {
            for bit in bits(u64::from(turned(weekdays, self.rule.week_start))) {
                self.current_days.push(first + i32::from(bit));
            }
            return;
        }
        for number in first..first + 7 {
            if self.days.allows(number) {
                self.current_days.push(number);
            }
        }
    }

    /// Takes the weeks that are named of those that belong to a year.
    fn take_week_year(&mut self, year: i32) {
        let first = day::first_week(year, self.rule.week_start);
        let weeks = (day::first_week(year + 1, self.rule.week_start) - first) / 7;
        let named = self.rule.week_numbers;
        for week in 1..=weeks {
            if (named.positive >> week | named.negative >> (weeks + 1 - week)) & 1 != 0 {
                self.take_week(first + (week - 1) * 7);
            }
        }
    }

    /// Takes a day, of which the rule's period is the `parts`-th part.
    fn take_day(&mut self, number: i32, parts: i64) -> Look {
        if self.days.allows(number) {
            self.current_days.push(number);
            return Look::Taken;
        }
        match self.days.next_day(number + 1) {
            Some(next) => Look::SkipTo(i64::from(next) * parts),
            None => Look::Over,
        }
    }

    fn take_hour(&mut self, number: i64, parts: i64) -> Look {
        let (day, hour) = (number.div_euclid(24), number.rem_euclid(24));
        match self.take_day(day as i32, 24 * parts) {
            Look::Taken => {}
            other => return other,
        }
        self.current_offset = hour * 3_600;
        match next_in(u64::from(self.rule.hours), hour, 24) {
            0 => Look::Taken,
            ahead => Look::SkipTo((number + ahead) * parts),
        }
    }

    fn take_minute(&mut self, number: i64, parts: i64) -> Look {
        let (hour, minute) = (number.div_euclid(60), number.rem_euclid(60));
        match self.take_hour(hour, 60 * parts) {
            Look::Taken => {}
            other => return other,
        }
        self.current_offset += minute * 60;
        match next_in(self.rule.minutes, minute, 60) {
            0 => Look::Taken,
            ahead => Look::SkipTo((number + ahead) * parts),
        }
    }

    fn take_second(&mut self, number: i64) -> Look {
        let (minute, second) = (number.div_euclid(60), number.rem_euclid(60));
        match self.take_minute(minute, 60) {
            Look::Taken => {}
            other => return other,
        }
        self.current_offset += second;
        match next_in(self.rule.seconds, second, 60) {
            0 => Look::Taken,
            ahead => Look::SkipTo(number + ahead),
        }
    }
}

enum Look {
    /// `current_days` and `current_offset` tell what is in it, perhaps nothing.
    Taken,
    /// Nothing before the period of this number.
    SkipTo(i64),
    /// Nothing any more.
    Over,
}

/// The number of the period that a local time lies in.
fn number_of(rule: &Rule, local: i64) -> i64 {
    let number = local.div_euclid(day::DAY_SECONDS) as i32;
    match rule.frequency {
        Frequency::Yearly if !rule.week_numbers.is_empty() => {
            // A week belongs to the year that its fourth day lies in.
            i64::from(day::to_civil(day::week_of(number, rule.week_start) + 3).0)
        }
        Frequency::Yearly => i64::from(day::to_civil(number).0),
        Frequency::Monthly => i64::from(days::month_index(number)),
        Frequency::Weekly => i64::from((number - week_origin(rule)).div_euclid(7)),
        Frequency::Daily => i64::from(number),
        Frequency::Hourly => local.div_euclid(3_600),
        Frequency::Minutely => local.div_euclid(60),
        Frequency::Secondly => local,
    }
}

/// The first day of some week.
fn week_origin(rule: &Rule) -> i32 {
    day::week_of(0, rule.week_start)
}

/// After how many empty periods in a row a rule is over: the calendar repeats itself after 400 years. A year may be taken a
/// month at a time. Finer rules skip the days that they do not name.
fn max_empty_periods(frequency: Frequency) -> u32 {
    match frequency {
        Frequency::Yearly => 400 * 12,
        Frequency::Monthly => 4_800,
        Frequency::Weekly => 20_871,
        _ => MAX_EMPTY_PERIODS,
    }
}

/// How far it is from `value` to the next one that is named, or to the end of the `cycle`; 0 when it is named itself
/// or none is.
fn next_in(named: u64, value: i64, cycle: i64) -> i64 {
    if named == 0 {
        return 0;
    }
    let left = named >> value;
    if left == 0 { cycle - value } else { i64::from(left.trailing_zeros()) }
}
