//! Reading rules: each fault is told, and what is written is read back.

use super::*;
use proptest::prelude::*;

fn codes(text: &str) -> Vec<&'static str> {
    parse(text).unwrap_err().into_iter().map(|fault| fault.code).collect()
}

#[test]
fn two_spellings_of_one_rule_are_equal_and_written_alike() {
    let one = parse("freq=weekly;interval=1;byday=fr,mo,mo;wkst=mo").unwrap();
    let other = parse("FREQ=WEEKLY;BYDAY=MO,FR").unwrap();
    assert_eq!(one, other);
    assert_eq!(one.to_string(), "FREQ=WEEKLY;BYDAY=MO,FR");
}

#[test]
fn writes_every_part_back() {
    for text in [
        "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,12;BYWEEKNO=1,-1;BYDAY=MO,SU;WKST=SU",
        "FREQ=YEARLY;BYYEARDAY=1,100,-1;BYHOUR=0,23;BYMINUTE=0,59;BYSECOND=0,59",
        "FREQ=MONTHLY;UNTIL=20261231T145959Z;BYMONTHDAY=1,31,-1,-31",
        "FREQ=MONTHLY;UNTIL=20261231T235959;BYDAY=WE,2TU,-1FR;BYSETPOS=1,-1",
        "FREQ=DAILY;UNTIL=20261231",
        "FREQ=SECONDLY;INTERVAL=100000;COUNT=1000000",
    ] {
        assert_eq!(parse(text).unwrap().to_string(), text);
    }
}

#[test]
fn tells_each_fault_by_code() {
    for (text, expected) in [
        ("", vec!["required"]),
        ("COUNT=3", vec!["required"]),
        ("FREQ=FORTNIGHTLY", vec!["invalid"]),
        ("RRULE:FREQ=DAILY", vec!["invalid"]),
        ("FREQ=DAILY;", vec!["invalid"]),
        ("FREQ=DAILY;FOO=1", vec!["invalid"]),
        ("FREQ=DAILY;RSCALE=HEBREW", vec!["unsupported"]),
        ("FREQ=DAILY;FREQ=DAILY", vec!["duplicate"]),
        ("FREQ=DAILY;INTERVAL=0", vec!["outOfRange"]),
        ("FREQ=DAILY;INTERVAL=100001", vec!["outOfRange"]),
        ("FREQ=DAILY;INTERVAL=-1", vec!["outOfRange"]),
        ("FREQ=DAILY;COUNT=0", vec!["outOfRange"]),
        ("FREQ=DAILY;COUNT=99999999999999999999", vec!["outOfRange"]),
        ("FREQ=DAILY;COUNT=3;UNTIL=20261231", vec!["conflict"]),
        ("FREQ=DAILY;UNTIL=2026-12-31", vec!["invalid"]),
        ("FREQ=DAILY;UNTIL=20260230", vec!["invalid"]),
        ("FREQ=DAILY;UNTIL=20261231T250000Z", vec!["invalid"]),
        ("FREQ=DAILY;UNTIL=20261231T120099", vec!["invalid"]),
        ("FREQ=MONTHLY;BYMONTHDAY=0", vec!["outOfRange"]),
        ("FREQ=MONTHLY;BYMONTHDAY=32,-32", vec!["outOfRange", "outOfRange"]),
        ("FREQ=YEARLY;BYMONTH=13", vec!["outOfRange"]),
        ("FREQ=WEEKLY;BYMONTHDAY=1", vec!["conflict"]),
        ("FREQ=WEEKLY;BYDAY=1MO", vec!["conflict"]),
        ("FREQ=WEEKLY;BYDAY=XX", vec!["invalid"]),
        ("FREQ=WEEKLY;BYDAY=", vec!["invalid"]),
        ("FREQ=MONTHLY;BYDAY=54MO", vec!["invalid"]),
        ("FREQ=MONTHLY;BYWEEKNO=1", vec!["conflict"]),
        ("FREQ=MONTHLY;BYYEARDAY=1", vec!["conflict"]),
        ("FREQ=YEARLY;BYWEEKNO=1;BYDAY=1MO", vec!["conflict"]),
        ("FREQ=DAILY;BYSETPOS=1", vec!["conflict"]),
        ("FREQ=DAILY;WKST=1", vec!["invalid"]),
        ("FREQ=DAILY;BYHOUR=24;BYMINUTE=60;BYSECOND=61", vec!["outOfRange"; 3]),
    ] {
        assert_eq!(codes(text), expected, "{text}");
    }
}

#[test]
fn tells_all_faults_of_one_rule_at_once() {
    assert_eq!(codes("FREQ=WEEKLY;INTERVAL=0;COUNT=1;UNTIL=x;BYMONTHDAY=40;FOO=1").len(), 6);
}

#[test]
fn reads_a_rule_of_the_longest_length_and_no_longer() {
    let longest = format!("FREQ=DAILY;BYMONTHDAY={}11", "1,".repeat(488));
    assert_eq!(longest.len(), MAX_RULE_CHARS);
    assert!(parse(&longest).is_ok());
    assert_eq!(codes(&format!("{longest}1")), ["tooLong"]);
}

#[test]
fn reads_a_leap_second_as_the_second_before_it() {
    assert_eq!(parse("FREQ=DAILY;BYSECOND=60").unwrap().to_string(), "FREQ=DAILY;BYSECOND=59");
    assert_eq!(
        parse("FREQ=DAILY;UNTIL=20161231T235960Z").unwrap().to_string(),
        "FREQ=DAILY;UNTIL=20161231T235959Z"
    );
}

proptest! {
    #[test]
    fn never_panics_and_never_fails_without_a_fault(text in "(?s).{0,80}") {
        if let Err(faults) = parse(&text) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn reads_what_it_writes(
        frequency in 0usize..7,
        parts in proptest::sample::subsequence(vec![
            "INTERVAL=3", "BYMONTH=2,11", "BYDAY=MO,SU", "BYDAY=2TU,-1FR", "BYMONTHDAY=1,-1", "BYWEEKNO=7",
            "BYYEARDAY=5,-5", "BYHOUR=3", "BYMINUTE=1,2", "BYSECOND=0", "BYSETPOS=-1", "COUNT=4", "WKST=SU",
            "UNTIL=20301231T000000Z",
        ], 0..6),
    ) {
        let text = format!("FREQ={};{}", Frequency::ALL[frequency].name(), parts.join(";"));
        if let Ok(rule) = parse(text.trim_end_matches(';')) {
            prop_assert_eq!(parse(&rule.to_string()).unwrap(), rule);
        }
    }
}
