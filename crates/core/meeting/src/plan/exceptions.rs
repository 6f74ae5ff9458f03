//! What becomes of the occurrences that differ when their series gets other times.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::DateTime};

use super::Override;
use crate::{Frequency, Series, day, series::SeriesParts};

/// What is to become of an exception that finds no place in the changed series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It stays, as an extra date.
    Keep,
    /// It goes.
    Drop,
}

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fate {
    /// Its original before the change.
    pub original: DateTime,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an exception.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It stands where it stood.
    Kept,
    /// It has a time of its own and keeps it, as the exception of this original.
    Renamed(DateTime),
    /// It moved with its series to this original.
    Moved(DateTime),
    /// It stays as an extra date with this original.
    Extra(DateTime),
    /// It is gone.
    Dropped,
    /// Somebody has to say.
    Undecided,
}

impl Fate {
    /// Its original after the change; `None` when it is gone.
    pub fn name_since(&self) -> Option<DateTime> {
        match self.outcome {
            Outcome::Kept => Some(self.original),
            Outcome::Renamed(to) | Outcome::Moved(to) | Outcome::Extra(to) => Some(to),
            Outcome::Dropped | Outcome::Undecided => None,
        }
    }
}

/// The exceptions of a series that got other times.
pub(super) struct Rebased {
    pub(super) series: Series,
    pub(super) overrides: BTreeMap<DateTime, Override>,
    pub(super) fates: Vec<Fate>,
}

/// Finds the place of each exception in the series `to`, which had the times of `from`.
///
/// The exclusions of `to` that were ones of `from` are exceptions too, and move with it. The name of an exception stays if it
/// still is one of the series; otherwise it moves as the series did; otherwise to the one occurrence of its day. No two get
/// the same name.
///
/// `by` is how far the series moved on the wall clock, in seconds.
pub(super) fn rebase(
    (from, to, by): (&Series, &Series, i64),
    overrides: &BTreeMap<DateTime, Override>,
    decisions: &[(DateTime, Decision)],
    every: Option<Decision>,
    now: Timestamp,
) -> Rebased {
    let whole = without_exclusions(to, &[]);
    let was_excluded: BTreeSet<DateTime> = from.exdates().collect();
    let (kept, own): (Vec<DateTime>, Vec<DateTime>) =
        to.exdates().partition(|excluded| was_excluded.contains(excluded));
    // A date that is left out now says nothing of its own any more.
    let excluded_now: BTreeSet<DateTime> = own.iter().copied().collect();
    let mut places = Places {
        now,
        by: (pace(from) == pace(to)).then_some(by),
        whole: &whole,
        taken: own.iter().copied().collect(),
    };
    // What keeps its name goes first, so that nothing else is moved there.
    let named: Vec<DateTime> = overrides.keys().copied().chain(kept.iter().copied()).collect();
    let staying: BTreeSet<DateTime> = named.iter().copied().filter(|p| whole.at(*p).is_some()).collect();
    places.taken.extend(staying.iter().copied());
    let decided = |original: DateTime| {
        decisions.iter().find(|(of, _)| *of == original).map(|(_, decision)| *decision).or(every)
    };

    let (mut fates, mut moved, mut extra) = (Vec::new(), BTreeMap::new(), Vec::new());
    for (original, said) in overrides {
        let said = &on_the_clock_of(to, from, said);
        let outcome = if excluded_now.contains(original) {
            Outcome::Dropped
        } else if staying.contains(original) {
            Outcome::Kept
        } else if let Some(place) = places.find(*original) {
            if said.time.is_some() { Outcome::Renamed(place) } else { Outcome::Moved(place) }
        } else if said.is_cancelled || said.is_plain() {
            Outcome::Dropped
        } else {
            match decided(*original) {
                None => Outcome::Undecided,
                Some(Decision::Drop) => Outcome::Dropped,
                Some(Decision::Keep) => {
                    let wanted = [said.time.map_or(*original, |(start, _)| start), *original];
                    let free = |place: &DateTime| !places.taken.contains(place) && whole.at(*place).is_none();
                    let place = wanted.into_iter().find(|place| free(place));
                    places.taken.extend(place);
                    place.map_or(Outcome::Undecided, Outcome::Extra)
                }
            }
        };
        fates.push(Fate { original: *original, outcome });
        let former = |said: &Override| Override { former: Some(*original), ..said.clone() };
        match outcome {
            Outcome::Kept => drop(moved.insert(*original, said.clone())),
            Outcome::Renamed(to) | Outcome::Moved(to) => drop(moved.insert(to, former(said))),
            Outcome::Extra(to) => {
                extra.push(to);
                moved.insert(to, former(said));
            }
            Outcome::Dropped | Outcome::Undecided => {}
        }
    }
    let mut excluded = own;
    for original in kept {
        let outcome = if staying.contains(&original) {
            excluded.push(original);
            Outcome::Kept
        } else if let Some(place) = places.find(original) {
            excluded.push(place);
            Outcome::Moved(place)
        } else {
            Outcome::Dropped
        };
        fates.push(Fate { original, outcome });
    }
    fates.sort_by_key(|fate| fate.original);
    Rebased { series: with_dates(to, &extra, &excluded), overrides: moved, fates }
}

/// What an occurrence says of its own, its time as the clock of the changed series shows it. An own time of day means nothing
/// in whole days, nor the other way round: there it follows its series.
fn on_the_clock_of(to: &Series, from: &Series, said: &Override) -> Override {
    let time = match said.time {
        Some(_) if to.is_all_day() != from.is_all_day() => None,
        Some((start, end)) if to.zone() != from.zone() && !to.is_all_day() => {
            let there = |time| to.zone().time_zone().to_datetime(from.moment_of(time).0);
            Some((there(start), there(end)))
        }
        same => same,
    };
    Override { time, ..said.clone() }
}

/// Where exceptions can go.
struct Places<'a> {
    /// How far the series moved in seconds, when it repeats as often as before.
    by: Option<i64>,
    whole: &'a Series,
    /// What has begun is no place for what is still to come.
    now: Timestamp,
    taken: BTreeSet<DateTime>,
}

impl Places<'_> {
    /// The free place for an exception that can't stay: as far away as the series went, or the only one of its day.
    fn find(&mut self, original: DateTime) -> Option<DateTime> {
        let shifted = self.by.map(|by| day::to_local(day::seconds_of(original) + by));
        let shifted = shifted.filter(|place| self.whole.at(*place).is_some());
        let place = shifted.or_else(|| self.only_one_on(original))?;
        self.whole.at(place).filter(|found| found.start > self.now)?;
        self.taken.insert(place).then_some(place)
    }

    fn only_one_on(&self, original: DateTime) -> Option<DateTime> {
        let midnight = original.date().to_datetime(jiff::civil::Time::midnight());
        let next = day::to_local(day::seconds_of(midnight) + day::DAY_SECONDS);
        let (from, until) = (self.whole.moment_of(midnight).0, self.whole.moment_of(next).1);
        let found = self.whole.occurrences_in(from, until, 64);
        let mut here = found.iter().filter(|found| found.original.date() == original.date());
        match (here.next(), here.next()) {
            (Some(one), None) => Some(one.original),
            _ => None,
        }
    }
}

/// How often a series repeats: one that moves from Tuesdays to Thursdays goes on at the same pace.
pub(super) fn pace(series: &Series) -> Option<(Frequency, u32)> {
    series.rule().map(|rule| (rule.frequency(), rule.interval()))
}

/// The same series with these exclusions instead of its own.
pub(super) fn without_exclusions(series: &Series, exdates: &[DateTime]) -> Series {
    with_dates(series, &[], exdates)
}

fn with_dates(series: &Series, extra: &[DateTime], exdates: &[DateTime]) -> Series {
    let parts = SeriesParts {
        rdates: series.rdates().chain(extra.iter().copied()).collect(),
        exdates: exdates.to_vec(),
        ..series.parts()
    };
    // Its start and end are as before, and those were good.
    Series::new(parts).unwrap_or_else(|| series.clone())
}
