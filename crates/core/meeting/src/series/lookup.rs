//! Single occurrences of a series, found by their names or by the time of day that it is now.

use jiff::{Timestamp, civil::DateTime};

use super::{Occurrence, Series, stream::Stream};
use crate::{
    day,
    draft::MAX_OCCURRENCES,
    expand::Walk,
    zone_clock::{Clock, to_instant},
};

impl Series {
    /// Whether the series names an occurrence so, excluded or not.
    pub fn is_original(&self, original: DateTime) -> bool {
        let local = day::seconds_of(original);
        if original.subsec_nanosecond() != 0 {
            return false;
        }
        local == day::seconds_of(self.start) || self.rdates.binary_search(&local).is_ok() || self.rules(local)
    }

    /// The occurrence that the series names so; `None` where there is none or it is excluded.
    ///
    /// Two names can have one instant, where a gap of the clock moves the earlier to the later: then both find the earlier.
    pub fn at(&self, original: DateTime) -> Option<Occurrence> {
        if !self.takes_place(original) {
            return None;
        }
        let local = day::seconds_of(original);
        let earlier = Clock::new(&self.zone).in_gap_before(local).map(day::to_local);
        let local = match earlier.filter(|earlier| self.takes_place(*earlier)) {
            Some(earlier) => day::seconds_of(earlier),
            None => local,
        };
        let instant = to_instant(&self.zone, local).instant;
        let mut stream = Stream::seeking(self, local);
        stream
            .by_ref()
            .take_while(|found| found.start.as_second() <= instant)
            .find(|found| found.start.as_second() == instant)
    }

    /// The first occurrence that starts after `now`.
    pub fn next_after(&self, now: Timestamp) -> Option<Occurrence> {
        self.stream_ending_after(now.as_second()).find(|occurrence| occurrence.start > now)
    }

    /// The last start that the rule gives, where it has a `COUNT`: what has to be counted once and then be kept, for
    /// [`Series::bounded_by`]. `None` without a `COUNT`, or with one beyond what a meeting may have.
    pub fn last(&self) -> Option<DateTime> {
        let rule =
            self.rule.as_ref().filter(|rule| rule.count.is_some_and(|n| u64::from(n) <= MAX_OCCURRENCES))?;
        let mut walk = Walk::new(rule, self.start, &self.zone, self.last);
        let mut last = None;
        while let Some(local) = walk.next() {
            last = Some(local);
        }
        last.map(day::to_local)
    }

    /// The same series, which does not count any more: `last` is what [`Series::last`] answered for it once. Looks into a
    /// series with a `COUNT` then cost what they cost without.
    pub fn bounded_by(mut self, last: Option<DateTime>) -> Self {
        self.last =
            last.map(day::seconds_of).filter(|_| self.rule.as_ref().is_some_and(|rule| rule.count.is_some()));
        self
    }

    fn takes_place(&self, original: DateTime) -> bool {
        self.exdates.binary_search(&day::seconds_of(original)).is_err() && self.is_original(original)
    }

    fn rules(&self, local: i64) -> bool {
        let Some(rule) = &self.rule else { return false };
        let mut walk = Walk::new(rule, self.start, &self.zone, self.last);
        walk.seek(local);
        walk.next() == Some(local)
    }
}

/// What a series is, however it is known where it ends.
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        self.start == other.start
            && self.end == other.end
            && self.zone == other.zone
            && self.all_day == other.all_day
            && self.rule == other.rule
            && self.rdates == other.rdates
            && self.exdates == other.exdates
    }
}

impl Eq for Series {}
