//! The clock changes of a zone over some years, and the yearly pattern that they settle into.
//!
//! Apart from `zone`, which writes them down.

use jiff::{
    Timestamp,
    civil::{DateTime, Weekday},
    tz::TimeZone,
};

/// How many years beyond a series' start a pattern has to hold to be called yearly: the calendar's weekdays come back
/// after 28.
pub(super) const PATTERN_YEARS: i16 = 30;
/// Most changes looked at; Gaza, the busiest zone, has four in a year.
const MAX_CHANGES: usize = 600;

/// One change of the clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// What the clock showed at the change, by the offset before it.
    pub(super) at: DateTime,
    /// Seconds east of UTC before.
    pub(super) from: i32,
    /// Seconds east of UTC after.
    pub(super) to: i32,
    /// Whether summer time began.
    pub(super) dst: bool,
    /// The abbreviation after.
    pub(super) name: String,
}

/// The change in force at `start` and those after it, through the year `last_year`; changes of the name alone are left
/// out.
pub(super) fn changes(zone: &TimeZone, start: Timestamp, last_year: i16) -> Vec<Change> {
    let mut found: Vec<Change> = Vec::new();
    let before = zone.preceding(start).find_map(|change| change_at(zone, &change));
    found.extend(before);
    for transition in zone.following(start).take(MAX_CHANGES) {
        if let Some(change) = change_at(zone, &transition) {
            if change.at.year() > last_year {
                break;
            }
            found.push(change);
        }
    }
    found
}

fn change_at(zone: &TimeZone, transition: &jiff::tz::TimeZoneTransition<'_>) -> Option<Change> {
    let instant = transition.timestamp();
    let before = zone.to_offset(instant.checked_sub(jiff::SignedDuration::from_nanos(1)).ok()?);
    let to = transition.offset().seconds();
    (before.seconds() != to).then(|| Change {
        at: before.to_datetime(instant),
        from: before.seconds(),
        to,
        dst: transition.dst().is_dst(),
        name: transition.abbreviation().to_owned(),
    })
}

/// On which day of its month a change comes every year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayRule {
    /// The n-th such weekday; -1 for the last.
    Nth(i8, Weekday),
    /// Such a weekday on this day of the month or one of the six after it.
    From(i8, Weekday),
    /// Always this day of the month.
    Day(i8),
}

/// The day rule that all these changes follow, which are alike but for the year; `None` when there is no such rule.
pub(super) fn day_rule(changes: &[&Change]) -> Option<DayRule> {
    let first = changes.first()?.at;
    let days = || changes.iter().map(|change| change.at.day());
    let (low, high) = (days().min()?, days().max()?);
    if low == high && changes.len() > 1 {
        return Some(DayRule::Day(low));
    }
    let weekday = first.weekday();
    if changes.iter().any(|change| change.at.weekday() != weekday) {
        return None;
    }
    if changes.iter().all(|change| change.at.day() + 7 > change.at.days_in_month()) {
        return Some(DayRule::Nth(-1, weekday));
    }
    let place = (first.day() - 1) / 7 + 1;
    if days().all(|day| (day - 1) / 7 + 1 == place) {
        return Some(DayRule::Nth(place, weekday));
    }
    (high - low == 6).then_some(DayRule::From(low, weekday))
}

/// A change that comes every year from its first time on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Yearly {
    /// The first of them.
    pub(super) first: Change,
    /// Its day in the years after.
    pub(super) rule: DayRule,
}

/// Splits changes into those that follow no pattern and, after them, the yearly ones that go on for ever.
///
/// `changes` has to reach [`PATTERN_YEARS`] beyond the last change that matters.
pub(super) fn settle(changes: &[Change]) -> (&[Change], Vec<Yearly>) {
    let Some(last_year) = changes.last().map(|change| change.at.year()) else { return (changes, Vec::new()) };
    let pattern: Vec<&Change> = changes.iter().filter(|change| change.at.year() == last_year).collect();
    let mut from = changes.len();
    let mut year = last_year;
    while from > 0 {
        let start = changes[..from].iter().rposition(|change| change.at.year() != year).map_or(0, |n| n + 1);
        let these = &changes[start..from];
        let same = these.len() == pattern.len() && these.iter().zip(&pattern).all(|(a, b)| alike(a, b));
        // The year of the start may be incomplete: what there is of it has to fit.
        let fits = start == 0 && these.iter().rev().zip(pattern.iter().rev()).all(|(a, b)| alike(a, b));
        if !(same || fits && these.len() <= pattern.len()) {
            break;
        }
        from = start;
        year -= 1;
    }
    let mut yearly = Vec::new();
    for kind in pattern {
        let these: Vec<&Change> = changes[from..].iter().filter(|change| alike(change, kind)).collect();
        match (these.first(), day_rule(&these)) {
            (Some(first), Some(rule)) if these.len() >= usize::from(PATTERN_YEARS.unsigned_abs()) - 2 => {
                yearly.push(Yearly { first: (*first).clone(), rule });
            }
            _ => return (changes, Vec::new()),
        }
    }
    (&changes[..from], yearly)
}

/// Whether two changes differ in nothing but the year and the day of the month.
fn alike(a: &Change, b: &Change) -> bool {
    a.at.month() == b.at.month()
        && a.at.time() == b.at.time()
        && (a.from, a.to, a.dst) == (b.from, b.to, b.dst)
        && a.name == b.name
}
