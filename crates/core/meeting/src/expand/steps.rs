//! Rules that repeat after a fixed time on the wall clock, every day or every other week: the usual ones, and a sum each.

use crate::{Frequency, Rule, day};

use super::period::LAST_SECOND;

/// A step after the other.
pub(super) struct Steps {
    next: i64,
    every: i64,
}

impl Steps {
    /// For a series that starts at the local time `start`; `None` where the rule names anything that a sum does not give.
    pub(super) fn of(rule: &Rule, start: i64) -> Option<Self> {
        let unit = match rule.frequency {
            Frequency::Secondly => 1,
            Frequency::Minutely => 60,
            Frequency::Hourly => 3_600,
            Frequency::Daily => day::DAY_SECONDS,
            Frequency::Weekly => 7 * day::DAY_SECONDS,
            Frequency::Monthly | Frequency::Yearly => return None,
        };
        let weekday = 1 << day::weekday(start.div_euclid(day::DAY_SECONDS) as i32);
        let other_days =
            rule.weekdays != 0 && (rule.frequency != Frequency::Weekly || rule.weekdays != weekday);
        let named = other_days
            || rule.names_times()
            || rule.months != 0
            || !rule.month_days.is_empty()
            || !rule.year_days.is_empty()
            || !rule.positions.is_empty();
        if named {
            return None;
        }
        let every = unit * i64::from(rule.interval);
        Some(Self { next: start + every, every })
    }

    /// Passes all before `target`; answers how many.
    pub(super) fn jump(&mut self, target: i64) -> i64 {
        let passed = (target - self.next + self.every - 1).div_euclid(self.every).max(0);
        self.next += passed * self.every;
        passed
    }

    /// The next local start.
    #[inline]
    pub(super) fn next(&mut self) -> Option<i64> {
        let next = self.next;
        if next > LAST_SECOND {
            return None;
        }
        self.next += self.every;
        Some(next)
    }
}
