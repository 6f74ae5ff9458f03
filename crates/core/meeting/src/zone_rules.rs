//! The rules of a zone as they were known once, to be held against those that hold now: when governments change their clocks,
//! meetings keep their local time, and move for all who live elsewhere.

use std::{fmt, str::FromStr};

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

use crate::{Zone, day, plan::Plan, zone_clock::timestamp, zone_data};

/// From when on rules are kept: 2020-01-01T00:00Z. What lies before is not compared.
const SINCE: i64 = 1_577_836_800;
/// Until when: 2046-01-01T00:00Z. Beyond, the last offset counts as the one that stays.
const UNTIL: i64 = 2_398_377_600;
/// Dates of one meeting that are compared at most.
pub const MAX_COMPARED: usize = 5_000;

/// The offsets of a zone from UTC from 2020 to 2045.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneRules {
    /// From when on, in seconds since 1970, and the offset in seconds; the first one holds since ever.
    spans: Vec<(i64, i32)>,
}

/// How new rules move a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MovedMeeting {
    /// How many of its dates ahead, at most [`MAX_COMPARED`].
    pub occurrences: u64,
    /// The first of them, by its original local start.
    pub first: DateTime,
    /// When that one was to start.
    pub was: Timestamp,
    /// When it starts.
    pub is: Timestamp,
}

impl ZoneRules {
    /// What holds now.
    fn of(zone: &TimeZone) -> Self {
        let begin = timestamp(SINCE);
        let mut spans = vec![(SINCE, zone.to_offset(begin).seconds())];
        for change in zone.following(begin) {
            let (since, offset) = (change.timestamp().as_second(), change.offset().seconds());
            if since >= UNTIL {
                break;
            }
            if spans.last().is_some_and(|(_, before)| *before != offset) {
                spans.push((since, offset));
            }
        }
        Self { spans }
    }

    /// What holds now in a zone.
    pub fn of_zone(zone: &Zone) -> Self {
        Self::of(zone.time_zone())
    }

    /// Whether they differ from others from this moment on.
    pub fn differ(&self, other: &Self, from: Timestamp) -> bool {
        let ahead = |rules: &Self| {
            let now = rules.spans.partition_point(|(since, _)| *since <= from.as_second()).saturating_sub(1);
            let mut ahead = rules.spans[now..].to_vec();
            ahead[0].0 = 0;
            ahead
        };
        ahead(self) != ahead(other)
    }

    /// The instant of a local time: one that a gap skips moves forward by the gap, of one that comes twice the first counts.
    pub fn instant(&self, local: DateTime) -> Timestamp {
        let local = day::seconds_of(local);
        let counts_from = |number: usize| {
            let before = self.spans[number.saturating_sub(1)].1;
            let (since, offset) = self.spans[number];
            since + i64::from(before.max(offset))
        };
        let number = (1..self.spans.len()).rev().find(|number| counts_from(*number) <= local).unwrap_or(0);
        timestamp(local - i64::from(self.spans[number].1))
    }

    /// How a meeting whose zone had these rules moves by those that hold now; `None` when none of its dates from `now` on does.
    pub fn moved(&self, plan: &Plan, now: Timestamp) -> Option<MovedMeeting> {
        let mut moved: Option<MovedMeeting> = None;
        for planned in plan.occurrences_in(now, timestamp(UNTIL), MAX_COMPARED) {
            let original = planned.time.original;
            let own = plan.overrides.get(&original).and_then(|said| said.time);
            let was = self.instant(own.map_or(original, |(start, _)| start));
            if was == planned.time.start {
                continue;
            }
            match &mut moved {
                Some(moved) => moved.occurrences += 1,
                None => {
                    moved =
                        Some(MovedMeeting { occurrences: 1, first: original, was, is: planned.time.start })
                }
            }
        }
        moved
    }
}

/// What holds now in every zone, by name in order: a line each, the name, a tab, the rules. One zone after the other, as all of them
/// together take much memory.
pub fn all() -> String {
    let mut lines = String::new();
    for name in Zone::all_names() {
        if let Some(rules) = of_name(&name) {
            lines.push_str(&format!("{name}\t{rules}\n"));
        }
    }
    lines
}

/// What holds now in a zone that nobody may have asked for.
pub fn of_name(name: &str) -> Option<ZoneRules> {
    zone_data::find(name).map(|zone| ZoneRules::of(&zone))
}

/// `32400`, `-18000 1583650800:-14400 ...`: the first offset, then changes.
impl fmt::Display for ZoneRules {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.spans[0].1)?;
        self.spans[1..].iter().try_for_each(|(since, offset)| write!(f, " {since}:{offset}"))
    }
}

/// A text that no rules were written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("these are no rules of a zone")]
pub struct NoRules;

impl FromStr for ZoneRules {
    type Err = NoRules;

    fn from_str(text: &str) -> Result<Self, NoRules> {
        let mut words = text.split(' ');
        let first = words.next().and_then(|offset| offset.parse().ok()).ok_or(NoRules)?;
        let mut spans = vec![(SINCE, first)];
        for word in words {
            let (since, offset) = word.split_once(':').ok_or(NoRules)?;
            spans.push((since.parse().map_err(|_| NoRules)?, offset.parse().map_err(|_| NoRules)?));
        }
        let is_in_order = spans.windows(2).all(|pair| pair[0].0 < pair[1].0);
        if is_in_order { Ok(Self { spans }) } else { Err(NoRules) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn rules(name: &str) -> ZoneRules {
        ZoneRules::of_zone(&Zone::named(name).unwrap())
    }

    #[test]
    fn tell_the_same_instants_as_the_zone_does() {
        for name in ["Asia/Seoul", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"] {
            let (rules, zone) = (rules(name), Zone::named(name).unwrap());
            let mut local = date(2024, 1, 1).at(0, 30, 0, 0);
            while local.year() < 2031 {
                let expected = zone.time_zone().to_ambiguous_timestamp(local).compatible().unwrap();
                assert_eq!(rules.instant(local), expected, "{name} {local}");
                local = local.checked_add(jiff::Span::new().hours(1)).unwrap();
            }
            assert_eq!(rules.to_string().parse(), Ok(rules), "{name}");
        }
    }

    #[test]
    fn differ_by_what_lies_ahead_alone() {
        let now = "2026-11-22T00:00:00Z".parse().unwrap();
        let before: ZoneRules = "32400 1600000000:28800 1700000000:32400".parse().unwrap();
        let seoul = rules("Asia/Seoul");
        assert!(!before.differ(&seoul, now));
        assert!(before.differ(&seoul, "2021-01-01T00:00:00Z".parse().unwrap()));
        assert!(rules("America/New_York").differ(&rules("America/Havana"), now));
    }

    #[test]
    fn texts_that_are_no_rules_are_refused() {
        for text in ["", "x", "0 5", "0 5:x", "0 9:1 5:2"] {
            assert_eq!(text.parse::<ZoneRules>(), Err(NoRules), "{text}");
        }
    }

    #[test]
    fn all_zones_have_rules() {
        let all = all();
        assert!(all.lines().count() > 500 && all.contains("\nAsia/Seoul\t32400\n"), "{all}");
    }
}
