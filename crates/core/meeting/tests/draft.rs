//! Drafts: what people send becomes a series, or every fault at once; each limit at its edge.

use convoke_meeting::{
    Finding, Series,
    draft::{Draft, MAX_EXTRA_DATES, MAX_OCCURRENCES, check, check_within},
};

const GOOD: Draft<'_> = Draft {
    dt_start: Some("2026-12-01T10:00:00"),
    dt_end: Some("2026-12-01T10:30:00"),
    time_zone: Some("asia/seoul"),
    rrule: None,
    rdate: &[],
    exdate: &[],
    is_full_day_meeting: false,
};

fn faults(draft: Draft<'_>) -> Vec<(String, &'static str)> {
    check(&draft).unwrap_err().into_iter().map(|Finding { field, code, .. }| (field, code)).collect()
}

fn fault(draft: Draft<'_>) -> (String, &'static str) {
    let mut found = faults(draft);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

fn good(draft: Draft<'_>) -> Series {
    check(&draft).unwrap()
}

#[test]
fn makes_a_series_of_good_fields() {
    let series = good(Draft { rrule: Some("FREQ=WEEKLY;COUNT=3"), ..GOOD });
    assert_eq!(series.zone().name(), "Asia/Seoul");
    assert_eq!(series.count(), Some(3));
    assert_eq!(series.first().unwrap().start.to_string(), "2026-12-01T01:00:00Z");
    assert_eq!(series.last_end().unwrap().to_string(), "2026-12-15T01:30:00Z");
}

#[test]
fn makes_an_all_day_series_of_dates() {
    let series = good(Draft {
        dt_start: Some("2026-12-01"),
        dt_end: Some("2026-12-03"),
        is_full_day_meeting: true,
        ..GOOD
    });
    let first = series.first().unwrap();
    assert_eq!(
        (first.start.to_string(), first.end.to_string()),
        ("2026-11-30T15:00:00Z".into(), "2026-12-02T15:00:00Z".into())
    );
}

#[test]
fn tells_everything_that_is_wrong_at_once() {
    let rdate = ["x".to_owned()];
    let found = faults(Draft {
        dt_start: None,
        dt_end: Some("2026-12-01"),
        time_zone: Some("Asia/Seol"),
        rrule: Some("FREQ=DAILY;INTERVAL=0;COUNT=0"),
        rdate: &rdate,
        exdate: &rdate,
        is_full_day_meeting: false,
    });
    let expected = [
        ("dtStart", "required"),
        ("dtEnd", "invalid"),
        ("timeZone", "unknownTimeZone"),
        ("rrule", "outOfRange"),
        ("rrule", "outOfRange"),
        ("rdate[0]", "invalid"),
        ("exdate[0]", "invalid"),
    ];
    assert_eq!(found, expected.map(|(field, code)| (field.to_owned(), code)));
}

#[test]
fn reads_local_times_only() {
    for text in [
        "2026-12-01T10:00:00Z",
        "2026-12-01T10:00:00+09:00",
        "2026-12-01",
        "2026-13-01T10:00:00",
        "2026-02-29T10:00:00",
        "2026-12-01T24:00:00",
        "2026-12-01 10:00:00",
        "20261201T100000",
        "2026-12-01T10:00:00.5",
        "tomorrow",
        "2026-12-01T1:00",
        "２０２６-12-01T10:00:00",
        "+026-12-01T10:00:00",
    ] {
        assert_eq!(fault(Draft { dt_start: Some(text), ..GOOD }), ("dtStart".into(), "invalid"), "{text}");
    }
    let minutes = Draft { dt_start: Some(" 2026-12-01T10:00 "), ..GOOD };
    assert_eq!(good(minutes), good(GOOD));
    assert_eq!(
        fault(Draft {
            dt_end: Some("2026-12-01T11:00"),
            is_full_day_meeting: true,
            dt_start: Some("2026-12-01"),
            ..GOOD
        })
        .1,
        "invalid"
    );
}

#[test]
fn a_meeting_ends_after_it_starts() {
    for end in ["2026-12-01T10:00:00", "2026-12-01T09:59:59"] {
        assert_eq!(fault(Draft { dt_end: Some(end), ..GOOD }), ("dtEnd".into(), "endBeforeStart"));
    }
    // The clock goes back at two: these are the first half past one, and the time from 2:00 on counts anew.
    let fold = Draft {
        dt_start: Some("2026-11-01T01:30:00"),
        dt_end: Some("2026-11-01T01:45:00"),
        time_zone: Some("America/New_York"),
        ..GOOD
    };
    assert_eq!(good(fold).first().unwrap().end.to_string(), "2026-11-01T05:45:00Z");
}

#[test]
fn a_meeting_lasts_31_days_and_not_a_second_longer() {
    good(Draft { dt_end: Some("2027-01-01T10:00:00"), ..GOOD });
    assert_eq!(fault(Draft { dt_end: Some("2027-01-01T10:00:01"), ..GOOD }), ("dtEnd".into(), "tooLong"));
}

#[test]
fn a_meeting_lies_from_1970_to_2100() {
    let at = |start, end| Draft { dt_start: Some(start), dt_end: Some(end), ..GOOD };
    good(at("1970-01-01T00:00:00", "1970-01-01T01:00:00"));
    good(at("2100-12-31T23:00:00", "2101-01-01T00:00:00"));
    assert_eq!(fault(at("1969-12-31T23:59:59", "1970-01-01T01:00:00")), ("dtStart".into(), "outOfRange"));
    assert_eq!(fault(at("2100-12-31T23:00:00", "2101-01-01T00:00:01")), ("dtEnd".into(), "outOfRange"));
}

#[test]
fn a_series_with_an_end_has_at_most_ten_thousand_occurrences() {
    let rule = format!("FREQ=DAILY;COUNT={MAX_OCCURRENCES}");
    assert_eq!(good(Draft { rrule: Some(&rule), ..GOOD }).count(), Some(MAX_OCCURRENCES));
    // Whoever allows fewer is told of by their number; a series without end has none.
    let within = |rule: &str, most| {
        let checked = check_within(&Draft { rrule: Some(rule), ..GOOD }, most);
        checked.map(|series| series.count()).map_err(|findings| findings[0].reason.clone())
    };
    assert_eq!(within("FREQ=DAILY;COUNT=3", 3), Ok(Some(3)));
    let words = "more than 3 occurrences; end the series earlier or leave its end open";
    assert_eq!(within("FREQ=DAILY;COUNT=4", 3), Err(words.to_owned()));
    assert_eq!(within("FREQ=DAILY", 3), Ok(None));
    assert_eq!(within(&rule, u64::MAX), Ok(Some(MAX_OCCURRENCES)), "no more than that, whatever is allowed");
    let rule = format!("FREQ=DAILY;COUNT={}", MAX_OCCURRENCES + 1);
    assert!(within(&rule, u64::MAX).is_err());
    assert_eq!(fault(Draft { rrule: Some(&rule), ..GOOD }), ("rrule".into(), "tooMany"));
    assert!(good(Draft { rrule: Some("FREQ=DAILY"), ..GOOD }).is_endless());
}

#[test]
fn a_series_with_an_end_ends_by_2100() {
    let rule = |text| Draft { rrule: Some(text), ..GOOD };
    good(rule("FREQ=YEARLY;COUNT=75"));
    assert_eq!(fault(rule("FREQ=YEARLY;COUNT=76")), ("rrule".into(), "outOfRange"));
}

#[test]
fn takes_five_hundred_extra_dates_and_no_more() {
    let dates: Vec<String> =
        (0..=MAX_EXTRA_DATES).map(|n| format!("2027-01-01T{:02}:{:02}:00", n / 60, n % 60)).collect();
    let most = &dates[..MAX_EXTRA_DATES];
    assert_eq!(good(Draft { rdate: most, exdate: &[], ..GOOD }).count(), Some(501));
    good(Draft { exdate: most, ..GOOD });
    assert_eq!(fault(Draft { rdate: &dates, ..GOOD }), ("rdate".into(), "tooMany"));
    assert_eq!(fault(Draft { exdate: &dates, ..GOOD }), ("exdate".into(), "tooMany"));
}

#[test]
fn a_start_moved_past_until_is_a_clear_error() {
    for until in ["20261130", "20261201T095959", "20261201T005959Z"] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        assert_eq!(
            fault(Draft { rrule: Some(&rule), ..GOOD }),
            ("rrule".into(), "untilBeforeStart"),
            "{until}"
        );
    }
    for until in ["20261201", "20261201T100000", "20261201T010000Z"] {
        let rule = format!("FREQ=DAILY;UNTIL={until}");
        assert_eq!(good(Draft { rrule: Some(&rule), ..GOOD }).count(), Some(1), "{until}");
    }
}

#[test]
fn at_least_one_occurrence_has_to_take_place() {
    let exdate = ["2026-12-01T10:00:00".to_owned(), "2026-12-02T10:00:00".to_owned()];
    let draft = Draft { rrule: Some("FREQ=DAILY;COUNT=2"), exdate: &exdate, ..GOOD };
    assert_eq!(fault(draft), ("exdate".into(), "noOccurrence"));
    good(Draft { exdate: &exdate[..1], ..draft });
    good(Draft { rrule: Some("FREQ=DAILY"), ..draft });
}

#[test]
fn a_rule_that_nothing_follows_from_is_a_slip() {
    for rule in ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=30;COUNT=5"] {
        assert_eq!(fault(Draft { rrule: Some(rule), ..GOOD }), ("rrule".into(), "neverHappens"), "{rule}");
    }
    good(Draft { rrule: Some("FREQ=DAILY;COUNT=1"), ..GOOD });
}

#[test]
fn a_rule_too_sparse_to_follow_is_refused_in_bounded_time() {
    let rule = "FREQ=SECONDLY;INTERVAL=86399;BYHOUR=3;BYMINUTE=1;BYSECOND=1;COUNT=9000";
    let began = std::time::Instant::now();
    assert!(!faults(Draft { rrule: Some(rule), ..GOOD }).is_empty());
    assert!(began.elapsed() < std::time::Duration::from_secs(10), "{:?}", began.elapsed());
}

#[test]
fn an_all_day_meeting_repeats_by_days() {
    let day =
        Draft { dt_start: Some("2026-12-01"), dt_end: Some("2026-12-02"), is_full_day_meeting: true, ..GOOD };
    for rule in ["FREQ=HOURLY", "FREQ=DAILY;BYHOUR=3"] {
        assert_eq!(fault(Draft { rrule: Some(rule), ..day }), ("rrule".into(), "conflict"), "{rule}");
    }
}

#[test]
fn an_extra_date_lies_after_the_start() {
    let rdate = ["2026-11-30T10:00:00".to_owned()];
    assert_eq!(fault(Draft { rdate: &rdate, ..GOOD }), ("rdate[0]".into(), "beforeStart"));
    good(Draft { exdate: &rdate, ..GOOD });
}
