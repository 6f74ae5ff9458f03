//! Series whose occurrences are known: the examples of RFC 5545 3.8.5.3, and the traps that others fell into.
//!
//! `known_series.txt` holds them: a name, the local start and zone, the parts, then the occurrences with their offsets
//! (the first ones where there are more), and how many there are in all.

use convoke_meeting::{Rule, Series, Zone, series::SeriesParts};
use jiff::{ToSpan, civil::DateTime};

struct Case {
    name: String,
    series: Series,
    expected: Vec<String>,
    total: Option<u64>,
}

fn local(text: &str) -> DateTime {
    DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap()
}

fn case(block: &str) -> Case {
    let mut lines = block.lines();
    let name = lines.next().unwrap().trim_start_matches("# ").to_owned();
    let (start, zone) = lines.next().unwrap().split_once(' ').unwrap();
    let start = local(start);
    let mut parts = SeriesParts {
        start,
        end: start + 30.minutes(),
        zone: Zone::named(zone).unwrap(),
        all_day: false,
        rule: None,
        rdates: Vec::new(),
        exdates: Vec::new(),
    };
    let (mut expected, mut total) = (Vec::new(), None);
    for line in lines {
        match line.split_once(' ') {
            Some(("RRULE", rule)) => parts.rule = Some(Rule::parse(rule).unwrap()),
            Some(("RDATE", dates)) => parts.rdates = dates.split(' ').map(local).collect(),
            Some(("EXDATE", dates)) => parts.exdates = dates.split(' ').map(local).collect(),
            Some(("total", number)) => total = Some(number.parse().unwrap()),
            None if line == "endless" => {}
            None => expected.push(line.to_owned()),
            Some(other) => panic!("{name}: {other:?}"),
        }
    }
    Case { name, series: Series::new(parts).unwrap(), expected, total }
}

fn cases() -> Vec<Case> {
    include_str!("known_series.txt").trim().split("\n\n").map(case).collect()
}

#[test]
fn gives_the_known_occurrences() {
    for Case { name, series, expected, total } in cases() {
        let zone = series.zone().time_zone().clone();
        let found: Vec<String> = series
            .occurrences()
            .take(expected.len())
            .map(|occurrence| {
                let zoned = occurrence.start.to_zoned(zone.clone());
                assert_eq!(zoned.datetime(), occurrence.local_start, "{name}");
                zoned.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string()
            })
            .collect();
        assert_eq!(found, expected, "{name}");
        assert_eq!(series.occurrences().take(500).count() as u64, total.unwrap_or(500), "{name}");
    }
}

#[test]
fn tells_count_and_last_end_of_those_that_end() {
    for Case { name, series, total, .. } in cases() {
        if series.is_endless() {
            assert_eq!((series.count(), series.last_end()), (None, None), "{name}");
            continue;
        }
        assert_eq!(series.count(), total, "{name}");
        let last = series.occurrences().last().unwrap();
        assert_eq!(series.last_end(), Some(last.end), "{name}");
    }
}

#[test]
fn a_window_anywhere_holds_what_the_whole_series_has_there() {
    for Case { name, series, .. } in cases() {
        let all: Vec<_> = series.occurrences().take(120).collect();
        for from in all.iter().step_by(7) {
            let until = from.start + 1000.hours();
            let last = all.last().unwrap().start.min(until);
            let expected: Vec<_> =
                all.iter().filter(|o| o.end > from.end && o.start < last).copied().collect();
            assert_eq!(series.occurrences_in(from.end, last, 500), expected, "{name} from {}", from.end);
            let next = all.iter().find(|o| o.start > from.start);
            if let Some(next) = next {
                assert_eq!(series.next_after(from.start), Some(*next), "{name} after {}", from.start);
            }
        }
    }
}
