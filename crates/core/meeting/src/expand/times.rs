//! The times of day that a rule names: second offsets from the start of a period.

use crate::{Frequency, Rule, day::DAY_SECONDS, rule::bits};

/// The offsets, upwards, of all times in one period of a rule: in a day, or in an hour or a minute where the rule repeats by
/// those. What the rule does not name is the start's.
pub(super) struct Times {
    /// The first; nearly always the only one.
    first: u32,
    /// All, where there are several.
    several: Vec<u32>,
}

impl Times {
    /// Of a rule, for a series that starts at the local time `start`.
    pub(super) fn of(rule: &Rule, start: i64) -> Self {
        let in_day = start.rem_euclid(DAY_SECONDS) as u32;
        let hours = match rule.frequency {
            Frequency::Secondly | Frequency::Minutely | Frequency::Hourly => 1,
            _ => or_start(u64::from(rule.hours), in_day / 3_600),
        };
        let minutes = match rule.frequency {
            Frequency::Secondly | Frequency::Minutely => 1,
            _ => or_start(rule.minutes, in_day / 60 % 60),
        };
        let seconds = match rule.frequency {
            Frequency::Secondly => 1,
            _ => or_start(rule.seconds, in_day % 60),
        };
        let first = offset(hours.trailing_zeros(), minutes.trailing_zeros(), seconds.trailing_zeros());
        let count = hours.count_ones() * minutes.count_ones() * seconds.count_ones();
        let mut several = Vec::new();
        if count > 1 {
            several.reserve_exact(count as usize);
            for hour in bits(hours) {
                for minute in bits(minutes) {
                    several.extend(
                        bits(seconds).map(|second| offset(hour.into(), minute.into(), second.into())),
                    );
                }
            }
        }
        Self { first, several }
    }

    /// How many there are, at least one.
    #[inline]
    pub(super) fn count(&self) -> usize {
        self.several.len().max(1)
    }

    /// One of them, counted from 0.
    #[inline]
    pub(super) fn at(&self, place: usize) -> i64 {
        i64::from(self.several.get(place).copied().unwrap_or(self.first))
    }
}

fn offset(hour: u32, minute: u32, second: u32) -> u32 {
    hour * 3_600 + minute * 60 + second
}

fn or_start(named: u64, of_start: u32) -> u64 {
    if named == 0 { 1 << of_start } else { named }
}
