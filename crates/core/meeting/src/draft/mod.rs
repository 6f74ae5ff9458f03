//! The time part of a meeting as people and programs send it: text fields become a [`Series`], or all that is wrong.
//!
//! The only way in for input. What a meeting may ask for at most is named here.

mod fields;

use jiff::{SignedDuration, civil::DateTime};

use crate::{
    Rule, Series, Until, Zone, day,
    expand::Walk,
    series::SeriesParts,
    zone_clock::{timestamp, to_instant},
};
use fields::{Kind, date_or_time};

/// Most RDATE or EXDATE values; a person picks dozens, a year of weekdays has 261.
pub const MAX_EXTRA_DATES: usize = 500;
/// Longest meeting, in days on the wall clock.
pub const MAX_LENGTH_DAYS: i64 = 31;
/// First year that a meeting may lie in.
pub const MIN_YEAR: i16 = 1970;
/// Last year that a meeting may start in; a series with an end has to start its last occurrence by then.
pub const MAX_YEAR: i16 = 2100;
/// Most occurrences of a series that has an end: one a day for 27 years.
pub const MAX_OCCURRENCES: u64 = 10_000;
/// Longest text of a date field that is looked at, in octets.
pub const MAX_DATE_BYTES: usize = 64;

/// The fields of a request, by the names that the Scheduler's API gives them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Draft<'a> {
    /// `dtStart`: `2026-12-01T10:00:00`, or `2026-12-01` for an all-day meeting.
    pub dt_start: Option<&'a str>,
    /// `dtEnd`, exclusive.
    pub dt_end: Option<&'a str>,
    /// `timeZone`: an IANA name.
    pub time_zone: Option<&'a str>,
    /// `rrule`: the value of an RRULE property.
    pub rrule: Option<&'a str>,
    /// `rdate`: starts beyond those of the rule.
    pub rdate: &'a [String],
    /// `exdate`: starts that do not take place.
    pub exdate: &'a [String],
    /// `isFullDayMeeting`.
    pub is_full_day_meeting: bool,
}

/// One thing that is wrong with a draft.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The field by its JSON name, with its place in a list: `dtEnd`, `rdate[2]`.
    pub field: String,
    /// A stable word for machines.
    pub code: &'static str,
    /// What is wrong and what would be right, in English.
    pub reason: String,
}

/// Checks the fields; an error holds every finding, never none.
pub fn check(draft: &Draft<'_>) -> Result<Series, Vec<Finding>> {
    check_within(draft, MAX_OCCURRENCES)
}

/// The same, where a series that has an end has at most `most` occurrences, which are [`MAX_OCCURRENCES`] at most.
pub fn check_within(draft: &Draft<'_>, most: u64) -> Result<Series, Vec<Finding>> {
    let mut check = Check {
        kind: Kind::of(draft.is_full_day_meeting),
        findings: Vec::new(),
        looked_at: 0,
        most: most.min(MAX_OCCURRENCES),
    };
    let start = check.required_time("dtStart", draft.dt_start);
    let end = check.required_time("dtEnd", draft.dt_end);
    let zone = check.zone(draft.time_zone);
    let rule = check.rule(draft.rrule);
    let rdates = check.dates("rdate", draft.rdate, start);
    let exdates = check.dates("exdate", draft.exdate, None);
    let (Some(start), Some(end), Some(zone)) = (start, end, zone) else {
        return Err(check.findings);
    };
    check.length(start, end, &zone);
    if let Some(rule) = &rule {
        check.until(rule, start, &zone);
    }
    if !check.findings.is_empty() {
        return Err(check.findings);
    }
    let all_day = draft.is_full_day_meeting;
    let Some(series) = Series::new(SeriesParts { start, end, zone, all_day, rule, rdates, exdates }) else {
        check.find("dtEnd", "endBeforeStart", "the end has to be after the start");
        return Err(check.findings);
    };
    check.extent(&series);
    if check.findings.is_empty() { Ok(series) } else { Err(check.findings) }
}

struct Check {
    kind: Kind,
    findings: Vec<Finding>,
    /// How many periods of the rule were looked at: what the check cost.
    looked_at: u32,
    /// Occurrences of a series that has an end, at most.
    most: u64,
}

impl Check {
    fn find(&mut self, field: impl Into<String>, code: &'static str, reason: impl Into<String>) {
        self.findings.push(Finding { field: field.into(), code, reason: reason.into() });
    }

    fn required_time(&mut self, field: &str, text: Option<&str>) -> Option<DateTime> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            Some(text) => self.time(field, text),
            None => {
                self.find(field, "required", format!("missing; expected {}", self.kind.expected()));
                None
            }
        }
    }

    fn time(&mut self, field: &str, text: &str) -> Option<DateTime> {
        let time = match date_or_time(text, self.kind) {
            Ok(time) => time,
            Err(reason) => {
                self.find(field, "invalid", reason);
                return None;
            }
        };
        // An exclusive end may be the first day after the last year.
        let past_end = day::to_local(day::seconds_of(time) - 1);
        let last = if field == "dtEnd" { past_end.year() } else { time.year() };
        if time.year() < MIN_YEAR || last > MAX_YEAR {
            self.find(field, "outOfRange", format!("the year has to be from {MIN_YEAR} to {MAX_YEAR}"));
            return None;
        }
        Some(time)
    }

    fn zone(&mut self, name: Option<&str>) -> Option<Zone> {
        let Some(name) = name.map(str::trim).filter(|name| !name.is_empty()) else {
            self.find("timeZone", "required", "missing; expected an IANA name such as Asia/Seoul");
            return None;
        };
        match Zone::named(name) {
            Ok(zone) => Some(zone),
            Err(unknown) => {
                self.find("timeZone", "unknownTimeZone", unknown.to_string());
                None
            }
        }
    }

    fn rule(&mut self, text: Option<&str>) -> Option<Rule> {
        match Rule::parse(text?) {
            Ok(rule) if self.kind == Kind::Day && rule.names_times() => {
                let reason =
                    "an all-day meeting has no times of day; leave out BYHOUR, BYMINUTE and BYSECOND";
                self.find("rrule", "conflict", reason);
                None
            }
            Ok(rule) if self.kind == Kind::Day && rule.frequency() < crate::Frequency::Daily => {
                self.find("rrule", "conflict", "an all-day meeting repeats at most daily; use FREQ=DAILY");
                None
            }
            Ok(rule) => Some(rule),
            Err(faults) => {
                for fault in faults {
                    self.find("rrule", fault.code, fault.text);
                }
                None
            }
        }
    }

    fn dates(&mut self, field: &str, texts: &[String], start: Option<DateTime>) -> Vec<DateTime> {
        if texts.len() > MAX_EXTRA_DATES {
            let reason = format!("{} dates; at most {MAX_EXTRA_DATES} are possible", texts.len());
            self.find(field, "tooMany", reason);
            return Vec::new();
        }
        let mut times = Vec::with_capacity(texts.len());
        for (place, text) in texts.iter().enumerate() {
            let name = format!("{field}[{place}]");
            let Some(time) = self.time(&name, text.trim()) else { continue };
            if start.is_some_and(|start| time < start) {
                self.find(name, "beforeStart", "an additional date can't lie before dtStart");
            } else {
                times.push(time);
            }
        }
        times
    }

    fn length(&mut self, start: DateTime, end: DateTime, zone: &Zone) {
        let seconds = day::seconds_of(end) - day::seconds_of(start);
        if seconds <= 0 {
            self.find("dtEnd", "endBeforeStart", "the end has to be after the start");
        } else if SignedDuration::from_secs(seconds) > SignedDuration::from_hours(24 * MAX_LENGTH_DAYS) {
            self.find("dtEnd", "tooLong", format!("a meeting lasts at most {MAX_LENGTH_DAYS} days"));
        } else if self.kind == Kind::Time {
            // Both can stand in an hour that the clock repeats, or the start in one that it skips.
            let from = to_instant(zone, day::seconds_of(start));
            if from.local == day::seconds_of(start)
                && to_instant(zone, day::seconds_of(end)).instant <= from.instant
            {
                self.find(
                    "dtEnd",
                    "endBeforeStart",
                    "the clock changes between: the end comes before the start",
                );
            }
        }
    }

    fn until(&mut self, rule: &Rule, start: DateTime, zone: &Zone) {
        let before = match rule.until() {
            None => return,
            Some(Until::Date(date)) => date < start.date(),
            Some(Until::Local(time)) => time < start,
            Some(Until::Utc(instant)) => {
                instant < timestamp(to_instant(zone, day::seconds_of(start)).instant)
            }
        };
        if before {
            let reason = "the series ends (UNTIL) before it starts (dtStart); move one of them";
            self.find("rrule", "untilBeforeStart", reason);
        }
    }

    /// What only the expansion tells: how many there are, and up to when.
    fn extent(&mut self, series: &Series) {
        let endless = series.is_endless();
        let enough = match endless {
            true => 2 + (series.exdates().len() + series.rdates().len()) as u64,
            false => self.most,
        };
        let after_last = i64::from(day::from_civil(i32::from(MAX_YEAR) + 1, 1, 1)) * day::DAY_SECONDS;
        let mut stream = series.stream();
        let (mut count, mut too_late) = (0, false);
        while let Some(moment) = stream.next_moment() {
            count += 1;
            too_late = moment.original >= after_last;
            if count > enough || too_late {
                break;
            }
        }
        self.looked_at = stream.looked_at();
        if count == 0 {
            return self.find(
                "exdate",
                "noOccurrence",
                "every occurrence is excluded; at least one has to take place",
            );
        }
        if stream.gave_up() {
            return self.find(
                "rrule",
                "neverHappens",
                "the rule gives too few dates to be followed; make it simpler",
            );
        }
        if !endless && count > self.most {
            let most = self.most;
            let reason =
                format!("more than {most} occurrences; end the series earlier or leave its end open");
            return self.find("rrule", "tooMany", reason);
        }
        if !endless && too_late {
            return self.find("rrule", "outOfRange", format!("the series has to end by the year {MAX_YEAR}"));
        }
        self.rule_happens(series, count);
    }

    /// A rule that nothing but the start follows from is a slip of the pen, such as the 30th of February.
    fn rule_happens(&mut self, series: &Series, count: u64) {
        let Some(rule) = series.rule().filter(|rule| rule.count() != Some(1) && rule.until().is_none())
        else {
            return;
        };
        let rule_alone = series.exdates().len() + series.rdates().len() == 0;
        let happens = if rule_alone {
            count > 1
        } else {
            let mut walk = Walk::new(rule, series.start(), series.zone(), None);
            let happens = walk.next().and_then(|_start| walk.next()).is_some();
            self.looked_at += walk.looked_at();
            happens
        };
        if !happens {
            self.find("rrule", "neverHappens", "no date fits the rule; check BYMONTH, BYMONTHDAY and BYDAY");
        }
    }
}

#[cfg(test)]
mod cost_tests;
