//! The occurrences of a series one by one: rule and extra dates merged, exclusions left out, instants resolved.

use std::collections::VecDeque;

use super::{Length, Moment, Occurrence, Series};
use crate::{
    day,
    expand::Walk,
    zone_clock::{Clock, timestamp},
};

/// A merge of the rule's starts and the extra ones, in order of instants.
pub(crate) struct Stream<'s> {
    series: &'s Series,
    walk: Option<Walk<'s>>,
    /// The next start of the rule.
    ruled: Option<i64>,
    /// The rest of the extra starts.
    extra: &'s [i64],
    clock: Clock<'s>,
    /// Starts that a gap moved forward, perhaps past later ones; in order: instant, local, original.
    moved: VecDeque<Start>,
    /// A start that was read but has to wait for those in `moved`.
    held: Option<Start>,
    last: i64,
}

#[derive(Clone, Copy)]
struct Start {
    instant: i64,
    local: i64,
    original: i64,
}

impl<'s> Stream<'s> {
    pub(super) fn new(series: &'s Series) -> Self {
        Self::seeking(series, i64::MIN)
    }

    /// Without what starts before the local time `target`, give or take a clock change.
    pub(super) fn seeking(series: &'s Series, target: i64) -> Self {
        let mut walk =
            series.rule.as_ref().map(|rule| Walk::new(rule, series.start, &series.zone, series.last));
        let ruled = match &mut walk {
            Some(walk) => {
                walk.seek(target);
                walk.next()
            }
            None => Some(day::seconds_of(series.start)).filter(|start| *start >= target),
        };
        let passed = series.rdates.partition_point(|local| *local < target);
        Self {
            series,
            walk,
            ruled,
            extra: &series.rdates[passed..],
            clock: Clock::new(&series.zone),
            moved: VecDeque::new(),
            held: None,
            last: i64::MIN,
        }
    }

    /// Whether the rule was given up on because it is too sparse to follow.
    pub(crate) fn gave_up(&self) -> bool {
        self.walk.as_ref().is_some_and(Walk::gave_up)
    }

    /// How many periods of the rule were looked at.
    pub(crate) fn looked_at(&self) -> u32 {
        self.walk.as_ref().map_or(0, Walk::looked_at)
    }

    /// The next local start in local order, exclusions left out.
    #[inline]
    fn next_local(&mut self) -> Option<i64> {
        loop {
            let extra = self.extra.first().copied();
            let local = match (self.ruled, extra) {
                (Some(ruled), Some(extra)) => ruled.min(extra),
                (ruled, extra) => ruled.or(extra)?,
            };
            if self.ruled == Some(local) {
                self.ruled = self.walk.as_mut().and_then(Walk::next);
            }
            if extra == Some(local) {
                self.extra = &self.extra[1..];
            }
            if self.series.exdates.is_empty() || self.series.exdates.binary_search(&local).is_err() {
                return Some(local);
            }
        }
    }

    /// The next start in order of instants. Only what a gap moved can be out of order, so only that waits.
    #[inline]
    fn next_in_order(&mut self) -> Option<Start> {
        if self.moved.is_empty() && self.held.is_none() {
            let original = self.next_local()?;
            let resolved = self.clock.resolve(original);
            if resolved.local == original {
                return Some(Start { instant: resolved.instant, local: original, original });
            }
            self.moved.push_back(Start { instant: resolved.instant, local: resolved.local, original });
        }
        self.next_beside_moved()
    }

    #[cold]
    fn next_beside_moved(&mut self) -> Option<Start> {
        loop {
            let next = match self.held.take() {
                Some(held) => Some(held),
                None => self.next_local().map(|original| {
                    let resolved = self.clock.resolve(original);
                    Start { instant: resolved.instant, local: resolved.local, original }
                }),
            };
            match (next, self.moved.front().copied()) {
                (Some(next), _) if next.local != next.original => self.moved.push_back(next),
                (Some(next), Some(moved)) if moved.instant <= next.instant => {
                    self.held = Some(next);
                    self.moved.pop_front();
                    return Some(moved);
                }
                (Some(next), _) => return Some(next),
                (None, _) => return self.moved.pop_front(),
            }
        }
    }

    /// The next start; of several with one instant there is the first.
    #[inline]
    fn next_start(&mut self) -> Option<Start> {
        loop {
            let start = self.next_in_order()?;
            if start.instant != self.last {
                self.last = start.instant;
                return Some(start);
            }
        }
    }

    /// The end of the occurrence that starts so.
    #[inline]
    fn end_of(&mut self, start: Start) -> i64 {
        match self.series.length {
            Length::Exact(seconds) => start.instant + seconds,
            Length::Wall(seconds) => self.clock.resolve(start.local + seconds).instant,
        }
    }

    /// The next occurrence as seconds.
    #[inline]
    pub(crate) fn next_moment(&mut self) -> Option<Moment> {
        let start = self.next_start()?;
        Some(Moment { original: start.original, start: start.instant, end: self.end_of(start) })
    }

    /// The same with what the clock of the zone shows.
    pub(super) fn shown(&self, moment: Moment) -> Occurrence {
        let clock = &self.clock;
        let locals = (clock.local_at(moment.start), clock.local_at(moment.end));
        Occurrence {
            original: day::to_local(moment.original),
            start: timestamp(moment.start),
            end: timestamp(moment.end),
            local_start: day::to_local(locals.0),
            local_end: day::to_local(locals.1),
        }
    }
}

impl Iterator for Stream<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        let moment = self.next_moment()?;
        Some(self.shown(moment))
    }
}
