//! What people type is understood, and what is not is named.

use jiff::civil::{DateTime, date};

use super::*;
use crate::{Series, series::SeriesParts, words::describe};

/// Sunday, 22 November 2026, 10:00.
fn around() -> Around {
    Around {
        start: date(2026, 11, 22).at(10, 0, 0, 0),
        now: date(2026, 11, 22).at(8, 0, 0, 0),
        zone: Zone::named("Asia/Seoul").unwrap(),
    }
}

/// Phrases, a line each: words, rule, first start, and further facts.
const PHRASES: [&str; 2] = [include_str!("phrases.en.txt"), include_str!("phrases.ko.txt")];

fn meaning(meaning: &Meaning) -> String {
    let mut shown = format!("{} {}", meaning.rule, meaning.start.strftime("%Y-%m-%dT%H:%M"));
    if let Some(end) = meaning.end {
        shown.push_str(&format!(" end={}", end.strftime("%Y-%m-%dT%H:%M")));
    }
    for left_out in &meaning.left_out {
        let is_usual = left_out.time() == meaning.start.time();
        shown.push_str(
            &left_out.strftime(if is_usual { " not=%Y-%m-%d" } else { " not=%Y-%m-%dT%H:%M" }).to_string(),
        );
    }
    shown
}

fn shown(understood: &Understood) -> String {
    let usual = meaning(&understood.usual);
    match &understood.alternative {
        Some(other) => format!("{usual} or {}", meaning(other)),
        None => usual,
    }
}

#[test]
fn understands_what_people_say() {
    let mut wrong = Vec::new();
    for line in PHRASES.iter().flat_map(|file| file.lines()).filter(|line| !line.trim().is_empty()) {
        let (words, expected) = line.split_once(" => ").unwrap_or((line, ""));
        let found = match understand(words, None, &around()) {
            Ok(understood) => shown(&understood),
            Err(fault) => format!("! {} {}", fault.at, fault.reason),
        };
        if found != expected {
            wrong.push(format!("{words} => {found}"));
        }
    }
    assert!(wrong.is_empty(), "understood in another way:\n{}", wrong.join("\n"));
}

/// A draft that lies weeks ahead of Thursday, 26 November 2026, 15:20.
fn draft_of_january() -> Around {
    Around { start: date(2027, 1, 11).at(10, 0, 0, 0), now: date(2026, 11, 26).at(15, 20, 0, 0), ..around() }
}

#[test]
fn relative_dates_go_by_the_present_day_and_not_by_the_draft() {
    for (words, expected) in [
        ("every day starting tomorrow", "FREQ=DAILY 2026-11-27T10:00"),
        ("every day starting next Friday", "FREQ=DAILY 2026-11-27T10:00 or FREQ=DAILY 2026-12-04T10:00"),
        ("매일 다음 주 금요일부터", "FREQ=DAILY 2026-12-04T10:00"),
        ("매일 모레부터", "FREQ=DAILY 2026-11-28T10:00"),
        ("금일부터 매일 16시", "FREQ=DAILY 2026-11-26T16:00"),
        ("every Tuesday", "FREQ=WEEKLY;BYDAY=TU 2027-01-12T10:00"),
        ("every Tuesday from 1 December", "FREQ=WEEKLY;BYDAY=TU 2026-12-01T10:00"),
    ] {
        assert_eq!(shown(&understand(words, None, &draft_of_january()).unwrap()), expected, "{words}");
    }
}

#[test]
fn days_that_are_just_past_are_this_years() {
    // Thursday, 26 November 2026, 15:20.
    for (words, expected) in [
        ("every Thursday at 15:00 from 5 November", "FREQ=WEEKLY;BYDAY=TH 2026-12-03T15:00"),
        ("every 3 days at 9:00 from 20 November", "FREQ=DAILY;INTERVAL=3 2026-11-29T09:00"),
        (
            "every other Monday from 2 November until 21 December",
            "FREQ=WEEKLY;INTERVAL=2;UNTIL=20261221;BYDAY=MO 2026-11-30T10:00",
        ),
        ("every Monday from 1 August", "FREQ=WEEKLY;BYDAY=MO 2027-08-02T10:00"),
        // The draft lies in January, so that the next November comes after it.
        ("every Tuesday until 20 November", "FREQ=WEEKLY;UNTIL=20271120;BYDAY=TU 2027-01-12T10:00"),
    ] {
        assert_eq!(shown(&understand(words, None, &draft_of_january()).unwrap()), expected, "{words}");
    }
}

#[test]
fn a_time_of_today_that_is_over_begins_another_day() {
    let now = date(2026, 11, 26).at(15, 20, 0, 0);
    let today = Around { start: date(2026, 11, 26).at(16, 0, 0, 0), now, ..around() };
    for (words, expected) in [
        ("every day at 15:00", "FREQ=DAILY 2026-11-27T15:00"),
        ("every day at 15:30", "FREQ=DAILY 2026-11-26T15:30"),
        ("every Thursday at 9:00", "FREQ=WEEKLY;BYDAY=TH 2026-12-03T09:00"),
        ("weekly at 9:00", "FREQ=WEEKLY 2026-11-27T09:00"),
        ("every day at 9:00 and 17:00", "FREQ=DAILY;BYHOUR=9,17;BYMINUTE=0 2026-11-26T17:00"),
    ] {
        assert_eq!(shown(&understand(words, None, &today).unwrap()), expected, "{words}");
    }
    // A meeting that lies in the past keeps its day.
    let past = Around { start: date(2026, 11, 26).at(8, 0, 0, 0), ..today };
    assert_eq!(shown(&understand("every day at 9:00", None, &past).unwrap()), "FREQ=DAILY 2026-11-26T09:00");
}

#[test]
fn refuses_texts_that_are_too_long() {
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
        .map(|understood| understood.usual.start)
        .unwrap_or(around().start);
        let series = series(rule.clone(), start);
        for language in Language::ALL {
            let words = describe(language, &series).unwrap();
            let understood = understand(&words, Some(language), &around());
            let found =
                understood.as_ref().map(|understood| (understood.usual.rule.clone(), understood.usual.start));
            assert_eq!(found, Ok((rule.clone(), start)), "{words}");
        }
    }
}

/// What holds of whatever was understood.
fn holds(text: &str, found: &Understood) {
    assert_ne!(found.alternative.as_ref(), Some(&found.usual), "{text}");
    for meaning in std::iter::once(&found.usual).chain(&found.alternative) {
        let series = series(meaning.rule.clone(), meaning.start);
        assert!(meaning.left_out.iter().all(|left_out| series.is_original(*left_out)), "{text}");
        assert!(meaning.left_out.is_sorted(), "{text}");
        let longest = meaning.start.saturating_add(jiff::Span::new().hours(24));
        assert!(meaning.end.is_none_or(|end| meaning.start < end && end <= longest), "{text}");
        assert!(describe(Language::English, &series).is_some_and(|words| !words.is_empty()), "{text}");
        // It begins on a date that the rule names: seen from the day before, that date is one of the series.
        let rule = Rule { interval: 1, ..meaning.rule.with_until(None) };
        if rule.frequency >= crate::Frequency::Weekly && rule.count.is_none() {
            let before = meaning.start.checked_sub(jiff::Span::new().days(1)).unwrap();
            let names_days =
                rule.weekdays != 0 || !rule.nth_weekdays.is_empty() || rule.month_days != Default::default();
            let earlier = self::series(rule, before);
            assert!(!names_days || earlier.is_original(meaning.start), "{text} begins at {}", meaning.start);
        }
    }
}

proptest::proptest! {
    /// Whatever is typed, there is an answer, and what is understood makes sense.
    #[test]
    fn answers_whatever_is_typed(
        words in proptest::collection::vec(proptest::sample::select(vec![
            "every", "other", "second", "2nd", "last", "-", "Friday", "mon", "1", "15", "31", "9:00", "99:99", "am", "pm", "until", "from",
            "December", "2026", "of", "the", "month", "day", "days", "to", "for", "times", "except", "not", "next", "end", "(", ",", "at", "3",
            "weekly", "monthly", "quarter", "week", "year", "on", "and", "hours", "minutes", "January", "twice", "a", "weekday", "morning",
            "night", "midnight", "tomorrow", "half", "past", "in", "only", "11", "12", "/", ".", "1.5", "biweekly", "starting", "between",
        ]), 0..9),
        korean in proptest::collection::vec(proptest::sample::select(vec![
            "매주", "격주", "매월", "매년", "매일", "분기", "화", "월", "요일", "12", "월", "18일", "일", "까지", "부터", "제외", "오후", "3시", "반", "마지막",
            "번째", "끝에서 ", "주", "~", "밤", "자정", "1시간", "30분", "동안", "회", "2", "에", "마다", "평일", "주말", "말일", "첫째", "다음", " ", ",",
            "내년", "이번", "달", "1월", "금요일", "총", "만", "와", "(", ")", "/", "2026-12-01", "12월 1일", "1일~5일", "9~10시", "정오",
        ]), 0..9),
        glue in proptest::bool::ANY,
    ) {
        let texts = [words.join(" "), korean.join(if glue { "" } else { " " }), words.join(if glue { "" } else { " " })];
        for text in texts {
            for language in [None, Some(Language::English), Some(Language::Korean)] {
                match understand(&text, language, &around()) {
                    Ok(found) => holds(&text, &found),
                    Err(fault) => {
                        proptest::prop_assert!(fault.at <= text.chars().count());
                        proptest::prop_assert!(!fault.reason.is_empty());
                    }
                }
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

#[test]
fn nothing_that_is_said_is_passed_over() {
    let added = [["perhaps", "every 7 weeks", "at 23:41"], ["아마도", "7주마다", "23시 41분"]];
    for (file, added) in PHRASES.iter().zip(added) {
        for line in file.lines().filter(|line| !line.contains(" => !")) {
            let (words, _) = line.split_once(" => ").unwrap_or((line, ""));
            let Ok(whole) = understand(words, None, &around()) else { continue };
            let all: Vec<&str> = words.split(' ').collect();
            for place in 0..=all.len() {
                for more in added {
                    let text = [&all[..place], &[more], &all[place..]].concat().join(" ");
                    if let Ok(found) = understand(&text, None, &around()) {
                        assert!(more.contains(|c: char| c.is_ascii_digit()), "{text} is understood");
                        assert_ne!(found.usual, whole.usual, "{text}");
                    }
                }
            }
        }
    }
}
