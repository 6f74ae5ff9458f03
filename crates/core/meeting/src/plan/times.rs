//! Times of series held against one another: what a change of them means for what has begun.

use jiff::{Timestamp, civil::DateTime};

use crate::{Series, day};

/// Whether two series differ at most in how long they go on, and in single dates.
pub(super) fn has_same_times(one: &Series, other: &Series) -> bool {
    let times = |series: &Series| {
        let rule = series.rule().map(|rule| crate::Rule { count: None, until: None, ..rule.clone() });
        (series.start(), series.end(), series.zone().clone(), series.is_all_day(), rule)
    };
    times(one) == times(other)
}

pub(super) fn moved_by(from: &Series, to: &Series) -> i64 {
    day::seconds_of(to.start()) - day::seconds_of(from.start())
}

/// Whether two series that differ in their ends and in single dates alone had the same occurrences up to `now`. Both follow one
/// pattern, so where one of them went on longer its last one tells.
pub(super) fn has_same_past(one: &Series, other: &Series, now: Timestamp) -> bool {
    let dates = [one, other].into_iter().flat_map(|series| series.rdates().chain(series.exdates()));
    let mut started = dates.filter(|date| one.moment_of(*date).0 <= now);
    let went_on = |one: &Series, other: &Series| {
        let mut last = one.last_started(now);
        while let Some(excluded) = last.filter(|last| one.at(*last).is_none()) {
            last = one.last_name_before(excluded);
        }
        last.is_none_or(|last| other.is_original(last))
    };
    started.all(|date| one.at(date).is_some() == other.at(date).is_some())
        && went_on(one, other)
        && went_on(other, one)
}

/// The first original that the series leads to after `now`.
pub(super) fn next_original(series: &Series, now: Timestamp) -> Option<DateTime> {
    series.next_after(now).map(|found| found.original)
}
