//! What people type is understood, and what is not is named.

use jiff::civil::{DateTime, date};

use super::*;
use crate::{Series, series::SeriesParts, words::describe};

/// Sunday, 22 November 2026, 10:00.
fn around() -> Around {
    Around { start: date(2026, 11, 22).at(10, 0, 0, 0), zone: Zone::named("Asia/Seoul").unwrap() }
}

/// Phrases, a line each: words, rule, first start, and further facts.
const PHRASES: [&str; 2] = [include_str!("phrases.en.txt"), include_str!("phrases.ko.txt")];

fn shown(understood: &Understood) -> String {
    let mut shown = format!("{} {}", understood.rule, understood.start.strftime("%Y-%m-%dT%H:%M"));
    if let Some(end) = understood.end {
        shown.push_str(&format!(" end={}", end.strftime("%Y-%m-%dT%H:%M")));
    }
    for left_out in &understood.left_out {
        shown.push_str(&format!(" not={}", left_out.strftime("%Y-%m-%d")));
    }
    if let Some((rule, start)) = &understood.alternative {
        shown.push_str(&format!(" or={rule}@{}", start.strftime("%Y-%m-%d")));
    }
    shown
}

#[test]
fn understands_what_people_say() {
    let mut wrong = Vec::new();
    for line in PHRASES.iter().flat_map(|file| file.lines()).filter(|line| !line.trim().is_empty()) {
        let (words, expected) = line.split_once(" => ").unwrap_or((line, ""));
        let found = match understand(words, None, &around()) {
            Ok(understood) => shown(&understood),
            Err(fault) => format!("{} {}", fault.at, fault.reason),
        };
        if found != expected {
            wrong.push(format!("{words} => {found}"));
        }
    }
    assert!(wrong.is_empty(), "understood in another way:\n{}", wrong.join("\n"));
}

#[test]
fn names_what_it_does_not_understand() {
    for (words, at, reason) in [
        ("every flurb", 6, "there should be a day, week, month, year or a weekday after \"every\""),
        (
            "every Tuesday perhaps",
            14,
            "\"perhaps\" is not understood here; say for example \"every other Tuesday at 9:00, until 18 December\"",
        ),
        (
            "every Tuesday until",
            19,
            "there should be a date such as \"18 December\", \"18 December 2026\" or 2026-12-18",
        ),
        ("every Tuesday at", 16, "there should be a time such as 9:00, 3 pm or noon after \"at\""),
        (
            "at 9:00",
            7,
            "says no recurrence; say for example \"every other Tuesday at 9:00\" or \"매월 마지막 금요일 오전 9시\"",
        ),
        ("every Tuesday, 0 times", 22, "takes place no times; say at least 1"),
        ("every Tuesday until 31 February", 31, "ends on a day that does not exist"),
        ("every Tuesday from 1 March 2027 until 1 January 2027", 52, "ends before it begins"),
        (
            "매주 화요일 아마도",
            7,
            "\"아마도\" is not understood here; say for example \"격주 화요일 오전 9시, 12월 18일까지\"",
        ),
        (
            "매일 (주말 제외)",
            7,
            "there should be dates to leave out, such as \"12월 25일 제외\"; for weekdays say those that are meant",
        ),
        (
            "every 1st and last Friday and the 15th",
            38,
            "names days of the month in ways that no single rule gives; say them as numbers or as weekdays",
        ),
    ] {
        let fault = understand(words, None, &around()).unwrap_err();
        assert_eq!((fault.at, fault.reason.as_str()), (at, reason), "{words}");
    }
    let long = "every day ".repeat(31);
    let fault = understand(&long, None, &around()).unwrap_err();
    assert_eq!((fault.at, fault.reason.as_str()), (300, "is 310 characters long; at most 300 are read"));
    assert!(understand(&format!("{:<300}", "every day"), None, &around()).is_ok());
}

fn series(rule: Rule, start: DateTime) -> Series {
    let zone = around().zone;
    let end = start.checked_add(jiff::Span::new().hours(1)).unwrap();
    let (rdates, exdates) = (Vec::new(), Vec::new());
    Series::new(SeriesParts { start, end, zone, all_day: false, rule: Some(rule), rdates, exdates }).unwrap()
}

#[test]
fn understands_its_own_words() {
    for rule in [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3;COUNT=10",
        "FREQ=WEEKLY;BYDAY=SU",
        "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;UNTIL=20270118",
        "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR;COUNT=6",
        "FREQ=MONTHLY;BYMONTHDAY=22",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1,15",
        "FREQ=MONTHLY;BYMONTHDAY=-1;UNTIL=20271231",
        "FREQ=MONTHLY;BYDAY=2TU",
        "FREQ=MONTHLY;BYDAY=1MO,-1FR",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
        "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=1",
        "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1;COUNT=4",
        "FREQ=YEARLY;BYMONTH=5;BYDAY=-1MO",
    ] {
        let rule = Rule::parse(rule).unwrap();
        // The first date that the rule names, so that the start is on it.
        let start = understand(
            &describe(Language::English, &series(rule.clone(), around().start)).unwrap(),
            None,
            &around(),
        )
        .map(|understood| understood.start)
        .unwrap_or(around().start);
        let series = series(rule.clone(), start);
        for language in Language::ALL {
            let words = describe(language, &series).unwrap();
            let understood = understand(&words, Some(language), &around());
            let found = understood.as_ref().map(|understood| (understood.rule.clone(), understood.start));
            assert_eq!(found, Ok((rule.clone(), start)), "{words}");
        }
    }
}

proptest::proptest! {
    /// Whatever is typed, there is an answer.
    #[test]
    fn never_panics(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "every", "other", "second", "2nd", "last", "-", "Friday", "mon", "1", "15", "31", "9:00", "99:99", "am", "until", "from",
            "December", "2026", "of", "the", "month", "day", "to", "for", "times", "except", "not", "next", "end", "(", ",", "every",
            "매주", "격주", "화", "월", "요일", "12", "월", "18일", "까지", "부터", "제외", "오후", "3시", "반", "마지막", "번째", "끝에서 ", "주", "~",
        ]), 0..10),
        glue in proptest::bool::ANY,
    ) {
        let text = words.join(if glue { "" } else { " " });
        for language in [None, Some(Language::English), Some(Language::Korean)] {
            if let Err(fault) = understand(&text, language, &around()) {
                proptest::prop_assert!(fault.at <= text.chars().count());
                proptest::prop_assert!(!fault.reason.is_empty());
            }
        }
    }

    /// The same for any text at all.
    #[test]
    fn never_panics_on_any_text(text in "\\PC{0,60}") {
        for language in Language::ALL {
            drop(understand(&text, Some(language), &around()));
        }
    }
}
