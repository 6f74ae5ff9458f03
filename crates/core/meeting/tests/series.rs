//! Windows, lengths and ends of series, and that no rule whatever makes the expansion run away.

use std::time::{Duration, Instant};

use convoke_meeting::{Rule, Series, Zone, series::SeriesParts};
use jiff::{
    Timestamp, ToSpan,
    civil::{DateTime, date},
};
use proptest::prelude::*;

fn series(start: &str, end: &str, zone: &str, rule: &str) -> Series {
    Series::new(parts(start, end, zone, rule)).unwrap()
}

fn parts(start: &str, end: &str, zone: &str, rule: &str) -> SeriesParts {
    SeriesParts {
        start: start.parse().unwrap(),
        end: end.parse().unwrap(),
        zone: Zone::named(zone).unwrap(),
        all_day: false,
        rule: (!rule.is_empty()).then(|| Rule::parse(rule).unwrap()),
        rdates: Vec::new(),
        exdates: Vec::new(),
    }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn starts(series: &Series, from: &str, until: &str) -> Vec<String> {
    let found = series.occurrences_in(at(from), at(until), 100);
    found.iter().map(|occurrence| occurrence.local_start.to_string()).collect()
}

#[test]
fn a_window_is_open_at_its_end_and_leaves_out_what_ends_at_its_start() {
    let single = series("2026-12-01T10:00", "2026-12-01T10:30", "UTC", "");
    assert!(starts(&single, "2026-12-01T10:30:00Z", "2026-12-02T00:00:00Z").is_empty());
    assert!(starts(&single, "2026-12-01T09:00:00Z", "2026-12-01T10:00:00Z").is_empty());
    assert_eq!(starts(&single, "2026-12-01T10:29:59Z", "2026-12-01T10:30:00Z").len(), 1);
    assert_eq!(starts(&single, "2026-12-01T10:00:00Z", "2026-12-01T10:00:01Z").len(), 1);
    assert!(starts(&single, "2026-12-02T00:00:00Z", "2026-12-01T00:00:00Z").is_empty());
}

#[test]
fn a_window_finds_a_series_that_began_long_ago_and_its_end_bounds() {
    let weekly = series("2016-12-06T10:00", "2016-12-06T10:30", "Asia/Seoul", "FREQ=WEEKLY");
    let found = starts(&weekly, "2026-11-30T00:00:00Z", "2026-12-14T00:00:00Z");
    assert_eq!(found, ["2026-12-01T10:00:00", "2026-12-08T10:00:00"]);
}

#[test]
fn a_window_finds_a_month_long_meeting_that_began_before_it() {
    let long = series("2026-11-01T10:00", "2026-12-01T10:00", "Asia/Seoul", "FREQ=MONTHLY;COUNT=2");
    assert_eq!(starts(&long, "2026-11-30T00:00:00Z", "2026-11-30T00:00:01Z"), ["2026-11-01T10:00:00"]);
}

#[test]
fn gives_at_most_as_many_as_asked_for() {
    let daily = series("2026-11-01T10:00", "2026-11-01T11:00", "Asia/Seoul", "FREQ=DAILY");
    assert_eq!(daily.occurrences_in(at("2026-01-01T00:00:00Z"), Timestamp::MAX, 7).len(), 7);
    assert!(daily.occurrences_in(Timestamp::MIN, Timestamp::MAX, 0).is_empty());
}

#[test]
fn a_timed_meeting_keeps_its_exact_length_over_a_clock_change() {
    let night = series("2026-03-06T23:00", "2026-03-07T04:00", "America/New_York", "FREQ=DAILY;COUNT=3");
    let ends: Vec<DateTime> = night.occurrences().map(|occurrence| occurrence.local_end).collect();
    assert_eq!(ends[1], date(2026, 3, 8).at(5, 0, 0, 0));
    assert!(
        night
            .occurrences()
            .all(|occurrence| occurrence.end.duration_since(occurrence.start).as_secs() == 18_000)
    );
}

#[test]
fn an_all_day_meeting_keeps_to_midnights_over_a_clock_change() {
    let parts = SeriesParts {
        all_day: true,
        ..parts("2026-03-07T00:00", "2026-03-08T00:00", "America/New_York", "FREQ=DAILY;COUNT=3")
    };
    let days: Vec<_> = Series::new(parts).unwrap().occurrences().collect();
    assert_eq!(days[1].end.duration_since(days[1].start).as_hours(), 23);
    assert_eq!(days[1].local_end, date(2026, 3, 9).at(0, 0, 0, 0));
    assert_eq!(days[2].start, days[1].end);
}

#[test]
fn a_start_in_a_gap_keeps_the_length_that_people_wrote() {
    let gap = series("2026-03-08T02:30", "2026-03-08T03:00", "America/New_York", "");
    let first = gap.first().unwrap();
    assert_eq!(first.original, date(2026, 3, 8).at(2, 30, 0, 0));
    assert_eq!(first.local_start, date(2026, 3, 8).at(3, 30, 0, 0));
    assert_eq!(first.end.duration_since(first.start).as_secs(), 1_800);
}

#[test]
fn starts_that_a_gap_moves_past_later_ones_come_in_order_and_once() {
    let rule = "FREQ=MINUTELY;INTERVAL=20;COUNT=9";
    let minutes = series("2026-03-08T01:40", "2026-03-08T01:45", "America/New_York", rule);
    let found: Vec<String> = minutes.occurrences().map(|o| o.local_start.time().to_string()).collect();
    assert_eq!(found, ["01:40:00", "03:00:00", "03:20:00", "03:40:00", "04:00:00", "04:20:00"]);
}

#[test]
fn a_series_without_any_occurrence_has_no_first_and_no_end() {
    let none = SeriesParts {
        exdates: vec![date(2026, 12, 1).at(10, 0, 0, 0)],
        ..parts("2026-12-01T10:00", "2026-12-01T10:30", "UTC", "FREQ=DAILY;COUNT=1")
    };
    let none = Series::new(none).unwrap();
    assert_eq!((none.first(), none.last_end(), none.count()), (None, None, Some(0)));
}

#[test]
fn refuses_an_end_that_is_not_after_the_start() {
    assert!(Series::new(parts("2026-12-01T10:00", "2026-12-01T10:00", "UTC", "")).is_none());
}

#[test]
fn a_window_two_hundred_years_on_costs_what_today_costs() {
    let rules =
        ["FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO,WE", "FREQ=SECONDLY", "FREQ=MONTHLY;BYDAY=-1FR", "FREQ=YEARLY"];
    for rule in rules {
        let series = series("2026-01-05T10:00", "2026-01-05T10:00:01", "Europe/London", rule);
        let began = Instant::now();
        for _ in 0..20 {
            let found = series.occurrences_in(at("2226-01-01T00:00:00Z"), at("2228-01-01T00:00:00Z"), 3);
            assert!(!found.is_empty(), "{rule}");
        }
        assert!(began.elapsed() < Duration::from_secs(5), "{rule} took {:?}", began.elapsed());
    }
}

#[test]
fn a_rule_that_never_happens_ends_soon() {
    for rule in [
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=10",
        "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=SECONDLY;INTERVAL=86400;BYHOUR=3",
        "FREQ=HOURLY;INTERVAL=24;BYHOUR=3",
        "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6",
        "FREQ=YEARLY;BYDAY=53MO;BYMONTH=2",
        "FREQ=DAILY;BYHOUR=1;BYSETPOS=2",
        "FREQ=MINUTELY;INTERVAL=7;BYMINUTE=3;BYDAY=MO;BYMONTHDAY=31;BYMONTH=2",
    ] {
        let series = series("2026-01-05T10:00", "2026-01-05T10:01", "Europe/London", rule);
        let began = Instant::now();
        assert_eq!(series.occurrences().count(), 1, "{rule}");
        assert!(began.elapsed() < Duration::from_secs(5), "{rule} took {:?}", began.elapsed());
    }
}

proptest! {
    #[test]
    fn any_rule_is_walked_in_order_without_repeats_and_in_bounded_time(
        frequency in proptest::sample::select(vec!["SECONDLY", "MINUTELY", "HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
        interval in 1u32..100_000,
        small in any::<bool>(),
        parts in proptest::sample::subsequence(vec![
            "BYMONTH=2,11", "BYDAY=MO,SU", "BYDAY=2TU,-1FR", "BYMONTHDAY=1,29,-1", "BYWEEKNO=7,53,-1", "BYYEARDAY=5,366,-5",
            "BYHOUR=2,3", "BYMINUTE=1,30", "BYSECOND=0,59", "BYSETPOS=-1,2", "COUNT=40", "WKST=SU",
        ], 0..5),
        days in 0i32..20_000,
        window in 0i64..4_000_000_000,
    ) {
        let interval = if small { interval % 4 + 1 } else { interval };
        let text = format!("FREQ={frequency};INTERVAL={interval};{}", parts.join(";"));
        let Ok(rule) = Rule::parse(text.trim_end_matches(';')) else { return Ok(()) };
        let start = date(1990, 1, 1).at(2, 30, 0, 0) + days.days();
        let zone = Zone::named("America/New_York").unwrap();
        let series = Series::new(SeriesParts {
            start, end: start + 1.hour(), zone, all_day: false, rule: Some(rule), rdates: vec![], exdates: vec![],
        }).unwrap();
        let began = Instant::now();
        let all: Vec<_> = series.occurrences().take(60).collect();
        prop_assert!(all.windows(2).all(|pair| pair[0].start < pair[1].start), "{}", text);
        // A start that a gap moves forward can be moved past those that follow it.
        let first = series.at(start).unwrap();
        prop_assert!(all[0] == first || first.local_start != start && all[0].start < first.start, "{}", text);
        let from = Timestamp::from_second(631_152_000 + window).unwrap();
        let found = series.occurrences_in(from, Timestamp::MAX, 3);
        prop_assert!(found.iter().all(|occurrence| occurrence.end > from));
        if let Some(place) = all.iter().position(|occurrence| occurrence.end > from)
            && place + 3 <= all.len()
        {
            prop_assert_eq!(&found[..], &all[place..place + 3], "{}", text);
        }
        for occurrence in all.iter().take(5) {
            prop_assert_eq!(series.at(occurrence.original), Some(*occurrence), "{}", text);
        }
        prop_assert!(began.elapsed() < Duration::from_secs(10), "{} took {:?}", text, began.elapsed());
    }
}

#[test]
fn an_occurrence_is_found_by_its_name_and_by_no_other() {
    let weekly = SeriesParts {
        rdates: vec![date(2026, 1, 7).at(9, 0, 0, 0)],
        exdates: vec![date(2026, 1, 12).at(10, 0, 0, 0)],
        ..parts("2026-01-05T10:00", "2026-01-05T10:30", "Europe/London", "FREQ=WEEKLY;COUNT=4")
    };
    let weekly = Series::new(weekly).unwrap();
    for (name, original, takes_place) in [
        ("2026-01-05T10:00", true, true),
        ("2026-01-07T09:00", true, true),
        ("2026-01-12T10:00", true, false),
        ("2026-01-26T10:00", true, true),
        ("2026-02-02T10:00", false, false),
        ("2026-01-05T10:01", false, false),
        ("2026-01-06T10:00", false, false),
        ("2025-12-29T10:00", false, false),
    ] {
        let name: DateTime = name.parse().unwrap();
        assert_eq!(weekly.is_original(name), original, "{name}");
        assert_eq!(weekly.at(name).map(|found| found.original), takes_place.then_some(name), "{name}");
    }
}

#[test]
fn two_names_of_one_instant_find_the_earlier() {
    let hourly = series("2026-03-08T00:30", "2026-03-08T00:45", "America/New_York", "FREQ=HOURLY");
    let in_gap = date(2026, 3, 8).at(2, 30, 0, 0);
    for name in [in_gap, date(2026, 3, 8).at(3, 30, 0, 0)] {
        let found = hourly.at(name).unwrap();
        assert_eq!((found.original, found.local_start), (in_gap, date(2026, 3, 8).at(3, 30, 0, 0)));
    }
    assert_eq!(
        hourly.at(date(2026, 3, 8).at(4, 30, 0, 0)).unwrap().original,
        date(2026, 3, 8).at(4, 30, 0, 0)
    );
}

#[test]
fn a_series_that_knows_its_last_start_gives_what_it_gave_when_it_counted() {
    for rule in [
        "FREQ=WEEKLY;BYDAY=MO,WE,FR;COUNT=50",
        "FREQ=MONTHLY;BYDAY=-1FR;COUNT=7",
        "FREQ=HOURLY;COUNT=48",
        "FREQ=YEARLY;BYWEEKNO=1,53;COUNT=9",
        "FREQ=DAILY;COUNT=1",
        "FREQ=DAILY;UNTIL=20270101T000000Z",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
        "FREQ=DAILY",
    ] {
        let counted = series("2026-03-25T01:30", "2026-03-25T02:30", "Europe/London", rule);
        let bounded = counted.clone().bounded_by(counted.last());
        assert_eq!(counted, bounded);
        let expected: Vec<_> = counted.occurrences().take(100).collect();
        assert_eq!(bounded.occurrences().take(100).collect::<Vec<_>>(), expected, "{rule}");
        assert_eq!((counted.count(), counted.last_end()), (bounded.count(), bounded.last_end()));
        for from in expected.iter().step_by(3) {
            let until = from.start + 400.hours();
            let window = |series: &Series| series.occurrences_in(from.start, until, 1_000);
            assert_eq!(window(&counted), window(&bounded), "{rule}");
        }
        let counts = rule.contains("COUNT");
        assert_eq!(counted.last(), counts.then(|| expected.last().unwrap().original), "{rule}");
    }
}

#[test]
fn a_week_belongs_to_the_year_that_has_four_of_its_days() {
    // Week 1 of 2032 begins on 29 December 2031; every other year means years of weeks.
    let weeks =
        series("2030-01-01T10:00", "2030-01-01T11:00", "UTC", "FREQ=YEARLY;INTERVAL=2;BYWEEKNO=1;BYDAY=TU");
    let found: Vec<String> = weeks.occurrences().take(3).map(|o| o.original.date().to_string()).collect();
    assert_eq!(found, ["2030-01-01", "2031-12-30", "2034-01-03"]);
    // The last workday of the last week of each year.
    let rule = "FREQ=YEARLY;BYWEEKNO=-1;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1";
    let last = series("2026-01-02T10:00", "2026-01-02T11:00", "UTC", rule);
    let found: Vec<String> = last.occurrences().take(4).map(|o| o.original.date().to_string()).collect();
    assert_eq!(found, ["2026-01-02", "2027-01-01", "2027-12-31", "2028-12-29"]);
}
