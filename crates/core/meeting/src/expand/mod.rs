//! A rule becomes local times: a walk over its periods in plain integers.
//!
//! Apart from `series`, which knows zones, extra dates and windows. A walk is lazy and bounded: it ends at the rule's
//! end, at [`LAST_YEAR`], or when it has looked at too many periods without a find.

mod day_list;
mod days;
mod period;
mod reach;
mod steps;
mod times;
mod year_days;

use jiff::{Timestamp, civil::DateTime};

use crate::{Rule, Until, Zone, day, zone_clock::to_instant};
use period::Periods;
use steps::Steps;

/// The last year that occurrences are looked for in; a month of meeting beyond it is still an instant jiff can tell.
pub const LAST_YEAR: i32 = 9_998;
/// How many periods in a row may be empty before a rule counts as over: more than the 146,097 days after which the calendar
/// repeats itself. Rules by week, month and year are over earlier.
pub const MAX_EMPTY_PERIODS: u32 = 150_000;
/// How many periods one walk looks at in all: thirty for each of the occurrences that a meeting may have.
pub const MAX_PERIODS: u32 = 300_000;

/// The local starts of a rule in order, each as [`crate::day`] seconds; the first is always the start itself.
pub(crate) struct Walk<'r> {
    way: Way<'r>,
    end: End<'r>,
    /// Nothing before this is given any more.
    floor: i64,
    start: Option<i64>,
    remaining: u32,
    over: bool,
}

/// How the next start is found.
#[expect(
    clippy::large_enum_variant,
    reason = "one at a time, on the stack: a box would cost more than the space"
)]
enum Way<'r> {
    /// A fixed time after the last.
    Steps(Steps),
    /// Period by period.
    Periods(Periods<'r>),
}

impl<'r> Walk<'r> {
    /// `last` is the last start that the rule gives, where that is known; then nothing is counted.
    pub(crate) fn new(rule: &'r Rule, start: DateTime, zone: &'r Zone, last: Option<i64>) -> Self {
        let start = day::seconds_of(start);
        Self {
            way: match Steps::of(rule, start) {
                Some(steps) => Way::Steps(steps),
                None => Way::Periods(Periods::new(rule, start)),
            },
            end: last.map_or_else(|| End::of(rule.until, zone), End::local),
            floor: start + 1,
            start: Some(start),
            remaining: rule.count.filter(|_| last.is_none()).unwrap_or(u32::MAX),
            over: false,
        }
    }

    /// Leaves out all that starts before `target`. Without a `COUNT` that takes the same time however far it is.
    pub(crate) fn seek(&mut self, target: i64) {
        if self.floor > target || self.start.is_some_and(|start| start >= target) {
            return;
        }
        let counts = self.remaining != u32::MAX;
        if self.start.take().is_some() && counts {
            self.remaining -= 1;
        }
        let (floor, remaining) = (self.floor, i64::from(self.remaining));
        let passed = match &mut self.way {
            Way::Steps(steps) => steps.jump(target),
            Way::Periods(periods) if counts => periods.count_to(floor, target, remaining),
            Way::Periods(periods) => {
                periods.jump(target);
                0
            }
        };
        if counts {
            self.remaining -= u32::try_from(passed.min(remaining)).unwrap_or_default();
        }
        self.floor = target;
    }

    /// Whether the walk ended because it looked long enough without an end in sight, not because the rule ended.
    pub(crate) fn gave_up(&self) -> bool {
        match &self.way {
            Way::Steps(_) => false,
            Way::Periods(periods) => periods.gave_up(),
        }
    }

    /// How many periods were looked at: what a walk costs.
    pub(crate) fn looked_at(&self) -> u32 {
        match &self.way {
            Way::Steps(_) => 0,
            Way::Periods(periods) => periods.looked_at(),
        }
    }

    /// The next local start.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<i64> {
        if self.over || self.remaining == 0 {
            return None;
        }
        let found = match self.start.take() {
            Some(start) => Some(start),
            None => {
                let next = match &mut self.way {
                    Way::Steps(steps) => steps.next(),
                    Way::Periods(periods) => periods.next_from(self.floor),
                };
                next.filter(|local| self.end.allows(*local))
            }
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
