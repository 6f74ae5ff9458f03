//! A rule becomes local times: a walk over its periods in plain integers.
//!
//! Apart from `series`, which knows zones, extra dates and windows. A walk is lazy and bounded: it ends at the rule's
//! end, at [`LAST_YEAR`], or when it has looked at too many periods without a find.

mod days;
mod period;
mod times;

use jiff::{Timestamp, civil::DateTime};

use crate::{Rule, Until, Zone, day, zone_clock::to_instant};
use period::Periods;

/// The last year that occurrences are looked for in; a month of meeting beyond it is still an instant jiff can tell.
pub const LAST_YEAR: i32 = 9_998;
/// How many periods in a row may be empty before the rule counts as over: more than the 146,097 days after which
/// the calendar repeats itself.
pub const MAX_EMPTY_PERIODS: u32 = 150_000;
/// How many periods one walk looks at in all.
pub const MAX_PERIODS: u32 = 2_000_000;

/// The local starts of a rule in order, each as [`crate::day`] seconds; the first is always the start itself.
pub(crate) struct Walk<'r> {
    periods: Periods<'r>,
    end: End<'r>,
    /// Nothing before this is given any more.
    floor: i64,
    start: Option<i64>,
    remaining: u32,
    over: bool,
}

impl<'r> Walk<'r> {
    pub(crate) fn new(rule: &'r Rule, start: DateTime, zone: &'r Zone) -> Self {
        let start = day::seconds_of(start);
        Self {
            periods: Periods::new(rule, start),
            end: End::of(rule.until, zone),
            floor: start + 1,
            start: Some(start),
            remaining: rule.count.unwrap_or(u32::MAX),
            over: false,
        }
    }

    /// Leaves out all that starts before `target`. Without `COUNT` that takes the same time however far it is.
    pub(crate) fn seek(&mut self, target: i64) {
        if self.floor > target || self.start.is_some_and(|start| start >= target) {
            return;
        }
        if self.remaining == u32::MAX {
            self.start = None;
            self.periods.jump(target);
            self.floor = target;
            return;
        }
        if self.start.take().is_some() {
            self.remaining -= 1;
        }
        while self.remaining > 0 && self.periods.fill() {
            let passed = self.periods.count_between(self.floor, target);
            self.remaining -= u32::try_from(passed).unwrap_or(u32::MAX).min(self.remaining);
            if self.periods.last_of_current() >= target {
                break;
            }
            self.periods.finish_current();
        }
        self.floor = target;
    }

    /// Whether the walk ended because it looked long enough without an end in sight, not because the rule ended.
    pub(crate) fn gave_up(&self) -> bool {
        self.periods.gave_up()
    }

    /// The next local start.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<i64> {
        if self.over || self.remaining == 0 {
            return None;
        }
        let found = match self.start.take() {
            Some(start) => Some(start),
            None => self.periods.next_from(self.floor).filter(|local| self.end.allows(*local)),
        };
        match found {
            Some(_) if self.remaining != u32::MAX => self.remaining -= 1,
            Some(_) => {}
            None => self.over = true,
        }
        found
    }
}

/// `UNTIL`, made ready to compare with local times.
struct End<'r> {
    /// Up to here a local time is allowed for sure.
    sure: i64,
    /// From after here on it is not.
    last: i64,
    exact: Option<(Timestamp, &'r Zone)>,
}

impl<'r> End<'r> {
    /// No clock differs from UTC by more, gaps included.
    const MARGIN_SECONDS: i64 = 2 * day::DAY_SECONDS;

    fn of(until: Option<Until>, zone: &'r Zone) -> Self {
        match until {
            None => Self { sure: i64::MAX, last: i64::MAX, exact: None },
            Some(Until::Date(date)) => {
                Self::local((i64::from(day::of_date(date)) + 1) * day::DAY_SECONDS - 1)
            }
            Some(Until::Local(time)) => Self::local(day::seconds_of(time)),
            Some(Until::Utc(instant)) => {
                let near = instant.as_second();
                let (sure, last) = (near - Self::MARGIN_SECONDS, near + Self::MARGIN_SECONDS);
                Self { sure, last, exact: Some((instant, zone)) }
            }
        }
    }

    fn local(last: i64) -> Self {
        Self { sure: last, last, exact: None }
    }

    #[inline]
    fn allows(&self, local: i64) -> bool {
        if local <= self.sure {
            return true;
        }
        local <= self.last
            && self.exact.is_some_and(|(until, zone)| to_instant(zone, local).instant <= until.as_second())
    }
}
