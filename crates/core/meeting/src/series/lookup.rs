//! Single occurrences of a series, found by their names or by the time of day that it is now.

use jiff::{Timestamp, civil::DateTime};

use super::{Length, Occurrence, Series, SeriesParts, stream::Stream};
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

    /// The last name that the series gives before this one, excluded or not; near ones are found first, as a series of seconds
    /// has millions.
    pub(crate) fn last_name_before(&self, original: DateTime) -> Option<DateTime> {
        let before = day::seconds_of(original);
        let extra =
            self.rdates.partition_point(|date| *date < before).checked_sub(1).map(|at| self.rdates[at]);
        let start = Some(day::seconds_of(self.start)).filter(|start| *start < before);
        self.last_of_rule_before(before).max(extra).max(start).map(day::to_local)
    }

    fn last_of_rule_before(&self, before: i64) -> Option<i64> {
        let rule = self.rule.as_ref()?;
        for days in [0, 1, 8, 40, 400, 4_000, 40_000, 4_000_000] {
            let mut walk = Walk::new(rule, self.start, &self.zone, self.last);
            walk.seek(before - (days * day::DAY_SECONDS).max(60));
            let last = std::iter::from_fn(|| walk.next()).take_while(|local| *local < before).last();
            if last.is_some() {
                return last;
            }
        }
        None
    }

    /// The last name that the rule gives after the start and before this one.
    pub(crate) fn last_repetition_before(&self, original: DateTime) -> Option<DateTime> {
        let start = day::seconds_of(self.start);
        self.last_of_rule_before(day::seconds_of(original)).filter(|name| *name > start).map(day::to_local)
    }

    /// How many names the rule gives before this one, excluded or not; as many as a meeting may have at most.
    pub(crate) fn count_of_rule_before(&self, original: DateTime) -> u32 {
        let Some(rule) = &self.rule else { return 0 };
        let before = day::seconds_of(original);
        let mut walk = Walk::new(rule, self.start, &self.zone, self.last);
        let most = usize::try_from(MAX_OCCURRENCES).unwrap_or(usize::MAX);
        std::iter::from_fn(|| walk.next()).take_while(|local| *local < before).take(most).count() as u32
    }

    /// The last name of an occurrence that had started at `now`, excluded or not.
    pub(crate) fn last_started(&self, now: Timestamp) -> Option<DateTime> {
        let local = Clock::new(&self.zone).local_at(now.as_second());
        let mut name = self.last_name_before(day::to_local(local + 1))?;
        // What a gap moves forward starts after times that are later on the clock.
        while to_instant(&self.zone, day::seconds_of(name)).instant > now.as_second() {
            name = self.last_name_before(name)?;
        }
        Some(name)
    }

    /// The local end of one that starts so, by which a series that begins with it has occurrences as long as these. On a day when
    /// the clock changes, that is what the clock shows, or what it would show without the change.
    pub(crate) fn end_of_first(&self, start: DateTime) -> DateTime {
        let local = day::seconds_of(start);
        let on_wall = day::to_local(local + day::seconds_of(self.end) - day::seconds_of(self.start));
        let Length::Exact(seconds) = self.length else { return on_wall };
        let instant = to_instant(&self.zone, local).instant + seconds;
        let shown = day::to_local(Clock::new(&self.zone).local_at(instant));
        let lasts_as_long = |end: DateTime| {
            let parts = SeriesParts {
                start,
                end,
                rule: None,
                rdates: Vec::new(),
                exdates: Vec::new(),
                ..self.parts()
            };
            Self::new(parts).is_some_and(|series| series.length == self.length)
        };
        if lasts_as_long(shown) { shown } else { on_wall }
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
