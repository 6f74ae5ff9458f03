//! Times of series held against one another: what a change of them means for what has begun.

use jiff::{Timestamp, civil::DateTime};

use super::exceptions::pace;
use crate::{Frequency, Series, day};

/// By how much less than the first one the later occurrences of a month or a year may have moved: from the second Tuesday to the
/// second Wednesday is a day ahead in some months and six days back in others.
const MONTHLY_SLACK_SECONDS: i64 = 10 * day::DAY_SECONDS;

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

/// The occurrence of a changed series with which it goes on after what has begun of the former: the one that takes the place of
/// `next`, the first that has not. A series that is moved to the afternoon while the one of the morning runs has had that day's.
pub(super) fn first_instead(from: &Series, to: &Series, next: DateTime, now: Timestamp) -> Option<DateTime> {
    let ahead = next_original(to, now)?;
    let place = match moved_each_by(from, to) {
        Some(by) => day::to_local(day::seconds_of(next) + by),
        None => return Some(ahead),
    };
    if place <= ahead {
        return Some(ahead);
    }
    to.occurrences_from(place).map(|found| found.original).next()
}

/// How far each occurrence was moved, at least, in seconds on the wall, where both repeat as often: the start of a series may be
/// given anew in any of its weeks.
fn moved_each_by(from: &Series, to: &Series) -> Option<i64> {
    let (frequency, interval) = pace(from).filter(|_| pace(from) == pace(to))?;
    let by = moved_by(from, to);
    let unit = match frequency {
        Frequency::Secondly => 1,
        Frequency::Minutely => 60,
        Frequency::Hourly => 3_600,
        Frequency::Daily => day::DAY_SECONDS,
        Frequency::Weekly => 7 * day::DAY_SECONDS,
        // A month or more away, it is not told which occurrence takes the place of which.
        Frequency::Monthly | Frequency::Yearly => {
            return (by.abs() < 28 * day::DAY_SECONDS).then_some(by - MONTHLY_SLACK_SECONDS);
        }
    };
    Some(by % (unit * i64::from(interval)))
}
