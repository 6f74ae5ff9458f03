//! Which occurrence a foreign time names.
//!
//! A series names its occurrences by local starts in its own zone. Programs name them in UTC, in the zone of whoever looks at
//! them, by the date alone, by what Windows calls the zone, or by the name that they had before the series was moved.

use convoke_meeting::{Occurrence, Series, plan::Plan};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, DateTime},
    tz::{Offset, TimeZone},
};

use super::{CalendarTime, Clock};

/// Occurrences of one day that are looked at, where only the date is said.
const MAX_OF_A_DAY: usize = 2;

/// The original of the occurrence that `time` names; `None` when it fits none, or could mean several.
pub fn identify(plan: &Plan, time: &CalendarTime) -> Option<DateTime> {
    // A `COUNT` is counted once.
    let series = plan.series.clone().bounded_by(plan.series.last());
    let regular = match (series.is_all_day(), time.is_date) {
        (true, _) => on_whole_day(&series, time),
        (false, true) => on_day(&series, time.local.date()),
        (false, false) => at_time(&series, time),
    };
    regular.or_else(|| by_former_name(plan, time)).or_else(|| by_own_start(plan, time))
}

/// The instants that a time may be; none where no clock is said.
pub(super) fn instants(time: &CalendarTime) -> Vec<Timestamp> {
    let at = |zone: TimeZone| zone.to_timestamp(time.local).ok();
    match &time.clock {
        Clock::Utc => at(TimeZone::UTC).into_iter().collect(),
        Clock::Zone(zone) => at(zone.time_zone().clone()).into_iter().collect(),
        Clock::Offsets(offsets) => offsets
            .iter()
            .filter_map(|offset| at(TimeZone::fixed(Offset::from_seconds(*offset).ok()?)))
            .collect(),
        Clock::Floating => Vec::new(),
    }
}

/// What the clock of the series shows at a time; the same where no clock is said.
pub(super) fn locals(series: &Series, time: &CalendarTime) -> Vec<DateTime> {
    if time.clock == Clock::Floating {
        return vec![time.local];
    }
    let zone = series.zone().time_zone();
    instants(time).into_iter().map(|instant| zone.to_datetime(instant)).collect()
}

/// The one of these that is there; `None` when there are several.
fn only(mut found: impl Iterator<Item = DateTime>) -> Option<DateTime> {
    let first = found.next()?;
    found.all(|other| other == first).then_some(first)
}

fn at_time(series: &Series, time: &CalendarTime) -> Option<DateTime> {
    let named = locals(series, time).into_iter().filter_map(|local| series.at(local));
    only(named.map(|found| found.original)).or_else(|| {
        // A start that a gap of the clock moved is named by where it was moved to.
        let starting = instants(time).into_iter().filter_map(|instant| starting_at(series, instant));
        only(starting.map(|found| found.original))
    })
}

fn starting_at(series: &Series, instant: Timestamp) -> Option<Occurrence> {
    let after = instant.checked_add(1.second()).ok()?;
    series.occurrences_in(instant, after, 16).into_iter().find(|found| found.start == instant)
}

/// A whole day is named by its date, or by midnight on some clock, which is the middle of another day in UTC.
fn on_whole_day(series: &Series, time: &CalendarTime) -> Option<DateTime> {
    let on = |date: Date| series.at(date.to_datetime(jiff::civil::Time::MIN)).map(|found| found.original);
    if time.is_date || time.clock == Clock::Floating {
        return on(time.local.date());
    }
    let here = locals(series, time).into_iter().filter(|local| local.time() == jiff::civil::Time::MIN);
    let there = (!matches!(time.clock, Clock::Utc)).then(|| time.local.date());
    let nearest = || {
        let instant = instants(time).into_iter().next()?;
        let noon = instant.checked_add(12.hours()).ok()?;
        Some(TimeZone::UTC.to_datetime(noon).date())
    };
    only(here.filter_map(|local| on(local.date())))
        .or_else(|| there.and_then(on))
        .or_else(|| nearest().and_then(on))
}

/// The only occurrence of a day.
fn on_day(series: &Series, date: Date) -> Option<DateTime> {
    let zone = series.zone().time_zone();
    let start = zone.to_timestamp(date.to_datetime(jiff::civil::Time::MIN)).ok()?;
    let end = zone.to_timestamp(date.tomorrow().ok()?.to_datetime(jiff::civil::Time::MIN)).ok()?;
    let found = series.occurrences_in(start, end, MAX_OF_A_DAY + 1);
    only(found.into_iter().filter(|one| one.start >= start && one.start < end).map(|one| one.original))
}

/// A late answer names an occurrence as it was called before the series was moved.
fn by_former_name(plan: &Plan, time: &CalendarTime) -> Option<DateTime> {
    let names = locals(&plan.series, time);
    let former = plan.overrides.iter().filter(|(_, own)| {
        own.former.is_some_and(|former| {
            names.contains(&former) || time.is_date && former.date() == time.local.date()
        })
    });
    only(former.map(|(original, _)| *original))
}

/// Some name an occurrence that was moved by the time that it was moved to.
fn by_own_start(plan: &Plan, time: &CalendarTime) -> Option<DateTime> {
    if time.is_date {
        return None;
    }
    let names = locals(&plan.series, time);
    let moved = plan
        .overrides
        .iter()
        .filter(|(_, own)| !own.is_cancelled && own.time.is_some_and(|(start, _)| names.contains(&start)));
    only(moved.map(|(original, _)| *original))
}
