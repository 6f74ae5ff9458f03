//! A meeting in time: one start, or a series of them, in a zone.
//!
//! What is kept is local: the start, the zone, the rule. Instants are computed, so new zone data moves what lies ahead
//! and nothing that people agreed on.

mod lookup;
mod stream;
pub mod unscheduled;

use std::ops::ControlFlow;

use jiff::{Timestamp, civil::DateTime};

use crate::{
    Rule, Zone, day,
    zone_clock::{Clock, timestamp, to_instant},
};
use stream::Stream;

/// What a series is made of. All times are local, on the clock of `zone`; seconds count, fractions don't.
#[derive(Debug, Clone)]
pub struct SeriesParts {
    /// Start of the first occurrence; midnight for an all-day meeting.
    pub start: DateTime,
    /// End of the first occurrence, itself not part of it; midnight for an all-day meeting.
    pub end: DateTime,
    /// The zone of all of them.
    pub zone: Zone,
    /// Whether it takes whole days.
    pub all_day: bool,
    /// How it repeats; `None` for a single meeting.
    pub rule: Option<Rule>,
    /// Starts beyond those of the rule, in any order.
    pub rdates: Vec<DateTime>,
    /// Starts that do not take place, in any order.
    pub exdates: Vec<DateTime>,
}

/// A single meeting or a series.
#[derive(Debug, Clone)]
pub struct Series {
    start: DateTime,
    end: DateTime,
    zone: Zone,
    all_day: bool,
    rule: Option<Rule>,
    /// Sorted, without repeats; local seconds.
    rdates: Vec<i64>,
    exdates: Vec<i64>,
    length: Length,
    /// The last start that the rule gives, where somebody knows it: then nobody has to count.
    last: Option<i64>,
}

/// How an occurrence's end follows from its start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Length {
    /// Seconds of time that passes.
    Exact(i64),
    /// Seconds on the clock on the wall.
    Wall(i64),
}

/// One time that a meeting takes place, as plain numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// The local start that the series gives, in seconds of the wall clock since 1970-01-01T00:00.
    pub original: i64,
    /// When it starts, in seconds since 1970-01-01T00:00Z.
    pub start: i64,
    /// When it ends.
    pub end: i64,
}

/// One time that a meeting takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Occurrence {
    /// The local start that the series gives, which names this occurrence for ever (RECURRENCE-ID); in a gap of the
    /// clock it is not the local start.
    pub original: DateTime,
    /// When it starts.
    pub start: Timestamp,
    /// When it ends.
    pub end: Timestamp,
    /// What the clock of the zone shows at the start.
    pub local_start: DateTime,
    /// What the clock of the zone shows at the end.
    pub local_end: DateTime,
}

impl Series {
    /// `None` when the end is not after the start on the wall clock, or the start lies outside of the years 1 to
    /// [`crate::expand::LAST_YEAR`]. What people may ask for is narrower: see [`crate::draft`].
    pub fn new(parts: SeriesParts) -> Option<Self> {
        let (start, end) = (day::seconds_of(parts.start), day::seconds_of(parts.end));
        let year = i32::from(parts.start.year());
        if end <= start || !(1..=crate::expand::LAST_YEAR).contains(&year) {
            return None;
        }
        let passing = to_instant(&parts.zone, end).instant - to_instant(&parts.zone, start).instant;
        let length = match parts.all_day {
            false if passing > 0 => Length::Exact(passing),
            _ => Length::Wall(end - start),
        };
        Some(Self {
            start: parts.start,
            end: parts.end,
            zone: parts.zone,
            all_day: parts.all_day,
            rule: parts.rule,
            rdates: sorted(&parts.rdates),
            exdates: sorted(&parts.exdates),
            length,
            last: None,
        })
    }

    /// Local start of the first occurrence as the series gives it, even when that one is excluded.
    pub fn start(&self) -> DateTime {
        self.start
    }

    /// Local end of the first occurrence.
    pub fn end(&self) -> DateTime {
        self.end
    }

    /// The zone of the local times.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether it takes whole days.
    pub fn is_all_day(&self) -> bool {
        self.all_day
    }

    /// How it repeats.
    pub fn rule(&self) -> Option<&Rule> {
        self.rule.as_ref()
    }

    /// Starts beyond those of the rule, in order.
    pub fn rdates(&self) -> impl ExactSizeIterator<Item = DateTime> {
        self.rdates.iter().map(|local| day::to_local(*local))
    }

    /// Starts that do not take place, in order.
    pub fn exdates(&self) -> impl ExactSizeIterator<Item = DateTime> {
        self.exdates.iter().map(|local| day::to_local(*local))
    }

    /// Whether there can be more than one occurrence.
    pub fn is_recurring(&self) -> bool {
        self.rule.is_some() || !self.rdates.is_empty()
    }

    /// Whether it goes on for ever.
    pub fn is_endless(&self) -> bool {
        self.rule.as_ref().is_some_and(Rule::is_endless)
    }

    /// All occurrences from the first on, in order of their starts; endless where the series is.
    pub fn occurrences(&self) -> impl Iterator<Item = Occurrence> {
        Stream::new(self)
    }

    /// The occurrences that overlap the time from `from` to before `until`, in order, at most `max`.
    ///
    /// An occurrence that ends at `from` or starts at `until` is not among them.
    pub fn occurrences_in(&self, from: Timestamp, until: Timestamp, max: usize) -> Vec<Occurrence> {
        let mut found = Vec::new();
        if max > 0 {
            let mut stream = self.stream_ending_after(from.as_second());
            while let Some(moment) = next_in(&mut stream, from.as_second(), seconds_up(until)) {
                found.push(stream.shown(moment));
                if found.len() == max {
                    break;
                }
            }
        }
        found
    }

    /// The same as numbers, each given to `each` until that breaks off; `from` and `until` in seconds.
    pub fn moments_in(&self, from: i64, until: i64, mut each: impl FnMut(Moment) -> ControlFlow<()>) {
        let mut stream = self.stream_ending_after(from);
        while let Some(moment) = next_in(&mut stream, from, until) {
            if each(moment).is_break() {
                break;
            }
        }
    }

    /// All occurrences as numbers, from the first on, in order of their starts; endless where the series is.
    pub fn moments(&self) -> impl Iterator<Item = Moment> {
        let mut stream = Stream::new(self);
        std::iter::from_fn(move || stream.next_moment())
    }

    /// The first occurrence that takes place; `None` when all are excluded.
    pub fn first(&self) -> Option<Occurrence> {
        Stream::new(self).next()
    }

    /// What it was made of.
    pub fn parts(&self) -> SeriesParts {
        SeriesParts {
            start: self.start,
            end: self.end,
            zone: self.zone.clone(),
            all_day: self.all_day,
            rule: self.rule.clone(),
            rdates: self.rdates().collect(),
            exdates: self.exdates().collect(),
        }
    }

    /// The occurrences from this original on, in order of their starts.
    pub(crate) fn occurrences_from(&self, original: DateTime) -> impl Iterator<Item = Occurrence> {
        // Two days cover what a change of clocks moves.
        let target = day::seconds_of(original) - 2 * day::DAY_SECONDS;
        Stream::seeking(self, target).filter(move |found| found.original >= original)
    }

    /// The second that an occurrence with this original starts in.
    pub(crate) fn moment_of(&self, original: DateTime) -> (Timestamp, Timestamp) {
        let instant = to_instant(&self.zone, day::seconds_of(original)).instant;
        (timestamp(instant), timestamp(instant + 1))
    }

    /// When the last occurrence ends; `None` when there is no end or no occurrence.
    pub fn last_end(&self) -> Option<Timestamp> {
        if self.is_endless() {
            return None;
        }
        let Some(until) = self.rule.as_ref().filter(|rule| rule.count.is_none()).and_then(Rule::until) else {
            return self.moments().map(|moment| moment.end).max().map(timestamp);
        };
        // All are as long, so the last one ends last; two days cover what a zone and its changes move.
        let until = match until {
            crate::Until::Date(date) => day::seconds_of(date.to_datetime(jiff::civil::Time::midnight())),
            crate::Until::Local(time) => day::seconds_of(time),
            crate::Until::Utc(instant) => instant.as_second(),
        };
        let after = until.max(self.rdates.last().copied().unwrap_or(i64::MIN)) + 2 * day::DAY_SECONDS;
        let mut last = self.last_name_before(day::to_local(after))?;
        loop {
            match self.at(last) {
                Some(found) => return Some(found.end),
                None => last = self.last_name_before(last)?,
            }
        }
    }

    /// How many occurrences there are; `None` when there is no end.
    pub fn count(&self) -> Option<u64> {
        if self.is_endless() {
            return None;
        }
        Some(self.moments().count() as u64)
    }

    /// All occurrences that end after `from` (seconds), and perhaps some before them.
    fn stream_ending_after(&self, from: i64) -> Stream<'_> {
        let length = match self.length {
            Length::Exact(seconds) | Length::Wall(seconds) => seconds,
        };
        let earliest = from - length;
        let target = match Clock::new(&self.zone).steady_offset(earliest, day::DAY_SECONDS) {
            Some(offset) if matches!(self.length, Length::Exact(_)) => earliest + offset,
            // Two days cover every offset from UTC, a clock that leaps a day, and days of other lengths.
            _ => earliest - 2 * day::DAY_SECONDS,
        };
        Stream::seeking(self, target)
    }

    pub(crate) fn stream(&self) -> Stream<'_> {
        Stream::new(self)
    }
}

/// Local times as sorted seconds without repeats.
fn sorted(times: &[DateTime]) -> Vec<i64> {
    let mut seconds: Vec<i64> = times.iter().map(|time| day::seconds_of(*time)).collect();
    seconds.sort_unstable();
    seconds.dedup();
    seconds
}

/// The next of a stream that overlaps the time from `from` to before `until`.
#[inline]
fn next_in(stream: &mut Stream<'_>, from: i64, until: i64) -> Option<Moment> {
    loop {
        let moment = stream.next_moment()?;
        if moment.start >= until {
            return None;
        }
        if moment.end > from {
            return Some(moment);
        }
    }
}

/// An instant in whole seconds, the next one where it has a fraction: what starts before the one starts before the other.
fn seconds_up(instant: Timestamp) -> i64 {
    instant.as_second() + i64::from(instant.subsec_nanosecond() > 0)
}
