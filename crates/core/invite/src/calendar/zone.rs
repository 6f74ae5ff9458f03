//! The VTIMEZONE: the rules of the meeting's zone, from the zone data that is compiled in.
//!
//! Receivers that know the zone by name use their own data; this is for those that don't, and for strict parsers, which
//! want every TZID to be explained.

use convoke_meeting::Zone;
use jiff::Timestamp;

use super::{
    lines::{Lines, local},
    observances::{Change, DayRule, PATTERN_YEARS, Yearly, changes, settle},
};
use crate::Snapshot;

/// How many years of an irregular zone are spelt out for a series without end.
const EXPLICIT_YEARS: i16 = 10;
/// Where a zone's only offset starts.
const EPOCH: &str = "19700101T000000";

/// Whether times of this zone are written in UTC, without a VTIMEZONE.
pub(super) fn is_utc(zone: &Zone) -> bool {
    matches!(zone.name(), "UTC" | "Etc/UTC")
}

/// Whether the meeting's times have to be explained: an all-day meeting has dates, and UTC explains itself.
pub(super) fn is_needed(meeting: &Snapshot) -> bool {
    !meeting.series.is_all_day() && !is_utc(meeting.series.zone())
}

/// Writes the zone of these meetings for all of their times; none of them may be without need of it, or in another zone.
pub(super) fn write(lines: &mut Lines, meetings: &[&Snapshot]) {
    let Some(zone) = meetings.first().map(|meeting| meeting.series.zone()) else { return };
    lines.raw("BEGIN", "VTIMEZONE");
    lines.raw("TZID", zone.name());
    let rules = zone.time_zone();
    let single = meetings
        .iter()
        .flat_map(|meeting| meeting.exceptions.iter().map(|exception| &exception.meeting).chain([*meeting]));
    let first = single
        .clone()
        .flat_map(|meeting| meeting.recurrence.into_iter().chain([meeting.series.start()]))
        .min();
    let first = first.unwrap_or_default();
    let start = rules.to_timestamp(first).unwrap_or(Timestamp::UNIX_EPOCH);
    let first_year = first.year();
    let last_year = single.map(last_year).max().unwrap_or(first_year);
    let all = changes(rules, start, last_year.max(first_year).saturating_add(PATTERN_YEARS).min(9_990));
    if all.iter().all(|change| change.at <= first) {
        only_offset(lines, rules, start);
    } else {
        let (single, yearly) = settle(&all);
        let needed: Vec<&Change> =
            single.iter().filter(|change| !yearly.is_empty() || change.at.year() <= last_year).collect();
        if all.first().is_none_or(|change| change.at > first) {
            only_offset(lines, rules, start);
        }
        explicit(lines, &needed);
        yearly.iter().for_each(|change| recurring(lines, change));
    }
    lines.raw("END", "VTIMEZONE");
}

fn last_year(meeting: &Snapshot) -> i16 {
    let series = &meeting.series;
    let zone = series.zone().time_zone();
    let end = series.last_end().map(|end| zone.to_datetime(end).year());
    let end = end.unwrap_or(series.start().year().saturating_add(EXPLICIT_YEARS));
    meeting.recurrence.map_or(end, |original| end.max(original.year()))
}

/// A zone, or its time before the first change, with one offset.
fn only_offset(lines: &mut Lines, rules: &jiff::tz::TimeZone, at: Timestamp) {
    let info = rules.to_offset_info(at);
    let seconds = info.offset().seconds();
    lines.raw("BEGIN", "STANDARD");
    lines.raw("DTSTART", EPOCH);
    lines.raw("TZOFFSETFROM", &offset(seconds));
    lines.raw("TZOFFSETTO", &offset(seconds));
    lines.text("TZNAME", info.abbreviation());
    lines.raw("END", "STANDARD");
}

/// Changes one by one; those that are alike share an observance, the first as DTSTART and the others as RDATE.
fn explicit(lines: &mut Lines, changes: &[&Change]) {
    let mut written = vec![false; changes.len()];
    for place in 0..changes.len() {
        if written[place] {
            continue;
        }
        let first = changes[place];
        let mut others = Vec::new();
        for (other, done) in changes.iter().zip(&mut written).skip(place) {
            let same = (other.from, other.to, other.dst) == (first.from, first.to, first.dst);
            if same && other.name == first.name {
                *done = true;
                others.push(local(other.at));
            }
        }
        observance(lines, first, |lines| {
            if others.len() > 1 {
                lines.raw("RDATE", &others[1..].join(","));
            }
        });
    }
}

fn recurring(lines: &mut Lines, yearly: &Yearly) {
    let month = yearly.first.at.month();
    let day = match yearly.rule {
        DayRule::Nth(place, weekday) => format!("BYDAY={place}{}", letters(weekday)),
        DayRule::Day(day) => format!("BYMONTHDAY={day}"),
        DayRule::From(low, weekday) => {
            let days: Vec<String> = (low..low + 7).map(|day| day.to_string()).collect();
            format!("BYMONTHDAY={};BYDAY={}", days.join(","), letters(weekday))
        }
    };
    observance(lines, &yearly.first, |lines| {
        lines.raw("RRULE", &format!("FREQ=YEARLY;BYMONTH={month};{day}"));
    });
}

fn observance(lines: &mut Lines, change: &Change, repeats: impl FnOnce(&mut Lines)) {
    let component = if change.dst { "DAYLIGHT" } else { "STANDARD" };
    lines.raw("BEGIN", component);
    lines.raw("DTSTART", &local(change.at));
    repeats(lines);
    lines.raw("TZOFFSETFROM", &offset(change.from));
    lines.raw("TZOFFSETTO", &offset(change.to));
    lines.text("TZNAME", &change.name);
    lines.raw("END", component);
}

/// `+0900`, with seconds where an old offset has them.
fn offset(seconds: i32) -> String {
    let sign = if seconds < 0 { '-' } else { '+' };
    let (hours, minutes, rest) = (seconds.abs() / 3_600, seconds.abs() / 60 % 60, seconds.abs() % 60);
    match rest {
        0 => format!("{sign}{hours:02}{minutes:02}"),
        _ => format!("{sign}{hours:02}{minutes:02}{rest:02}"),
    }
}

fn letters(weekday: jiff::civil::Weekday) -> &'static str {
    ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
        [usize::from(weekday.to_monday_zero_offset().unsigned_abs() % 7)]
}
