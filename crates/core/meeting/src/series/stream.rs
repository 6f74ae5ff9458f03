//! The occurrences of a series one by one: rule and extra dates merged, exclusions left out, instants resolved.

use std::collections::VecDeque;

use super::{Occurrence, Series};
use crate::{day, expand::Walk, zone_clock::Clock};

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
        let start = day::seconds_of(series.start);
        let mut walk = series.rule.as_ref().map(|rule| Walk::new(rule, series.start, &series.zone));
        let ruled = match &mut walk {
            Some(walk) => {
                walk.seek(target);
                walk.next()
            }
            None => Some(start).filter(|start| *start >= target),
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
    fn next_start(&mut self) -> Option<Start> {
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
}

impl Iterator for Stream<'_> {
    type Item = Occurrence;

    fn next(&mut self) -> Option<Occurrence> {
        loop {
            let start = self.next_start()?;
            if start.instant == self.last {
                continue;
            }
            self.last = start.instant;
            let end = self.series.end_of(start.instant, start.local);
            let ends = (end, self.clock.local_at(end));
            return Some(Occurrence::new(start.original, (start.instant, start.local), ends));
        }
    }
}
