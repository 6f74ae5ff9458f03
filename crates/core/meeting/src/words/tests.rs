//! Every rule has words, in each language.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::{Rule, Zone, series::SeriesParts};

fn series(rule: &str) -> Series {
    let start = date(2026, 12, 1).at(9, 0, 0, 0);
    Series::new(SeriesParts {
        start,
        end: date(2026, 12, 1).at(10, 0, 0, 0),
        zone: Zone::named("Asia/Seoul").unwrap(),
        all_day: false,
        rule: Some(Rule::parse(rule).unwrap()),
        rdates: Vec::new(),
        exdates: Vec::new(),
    })
    .unwrap()
}

#[test]
fn says_every_kind_of_rule() {
    for (rule, english, korean) in [
        ("FREQ=DAILY", "Every day", "매일"),
        ("FREQ=DAILY;INTERVAL=3", "Every 3 days", "3일마다"),
        ("FREQ=WEEKLY", "Every Tuesday", "매주 화요일"),
        ("FREQ=DAILY;BYDAY=MO", "Every Monday", "매주 월요일"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", "Every weekday (Monday to Friday)", "매주 평일(월요일~금요일)"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR",
            "Every 2 weeks on Monday and Friday",
            "2주마다 월요일, 금요일",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
            "Every 2 weeks on Monday and Sunday, weeks beginning on Sunday",
            "2주마다 월요일, 일요일 (한 주의 시작: 일요일)",
        ),
        ("FREQ=WEEKLY;BYMONTH=1", "Every Tuesday, only in January", "매주 화요일 (1월만)"),
        ("FREQ=MONTHLY", "Every month on the 1st", "매월 1일"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
            "Every month on the 1st, the 15th and the last day",
            "매월 1일, 15일, 마지막 날",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "Every month on the second-last day", "매월 끝에서 2번째 날"),
        ("FREQ=MONTHLY;BYDAY=2TU", "Every month on the second Tuesday", "매월 둘째 화요일"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "Every month on the second Tuesday", "매월 둘째 화요일"),
        ("FREQ=MONTHLY;BYDAY=TU", "Every month on every Tuesday", "매월 모든 화요일"),
        (
            "FREQ=MONTHLY;BYDAY=1MO,-1FR",
            "Every month on the first Monday and the last Friday",
            "매월 첫째 월요일, 마지막 금요일",
        ),
        (
            "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
            "Every month on the last weekday",
            "매월 마지막 평일",
        ),
        (
            "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13",
            "Every month on the 13th, only if it is a Friday",
            "매월 13일 (금요일만)",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=1",
            "Every month on the 1st and the 15th, of these only the first in each month",
            "매월 1일, 15일 (개월마다 이 중 첫째 것만)",
        ),
        ("FREQ=YEARLY", "Every year on 1 December", "매년 12월 1일"),
        (
            "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=1",
            "Every year on 1 January and 1 July",
            "매년 1월 1일, 7월 1일",
        ),
        (
            "FREQ=YEARLY;BYMONTH=5,10;BYDAY=-1MO",
            "Every year on the last Monday of May and October",
            "매년 5월 마지막 월요일, 10월 마지막 월요일",
        ),
        ("FREQ=YEARLY;BYDAY=20MO", "Every year on the 20th Monday of the year", "매년 한 해의 20번째 월요일"),
        ("FREQ=YEARLY;BYMONTHDAY=5", "Every year on the 5th of every month", "매년 매월 5일"),
        (
            "FREQ=YEARLY;BYWEEKNO=20,40",
            "Every year in week 20 and week 40 on Tuesday",
            "매년 20주차, 40주차 화요일",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=100,-1",
            "Every year on the 100th day and the last day of the year",
            "매년 한 해의 100번째 날, 한 해의 마지막 날",
        ),
        ("FREQ=DAILY;BYHOUR=9,15", "Every day at 09:00 and 15:00", "매일 오전 9:00, 오후 3:00"),
        ("FREQ=HOURLY;INTERVAL=2;BYDAY=MO", "Every 2 hours, only if it is a Monday", "2시간마다 (월요일만)"),
        ("FREQ=HOURLY;BYMINUTE=0,30", "Every hour, only at minutes 0 and 30", "매시간 (0분, 30분만)"),
    ] {
        let series = series(rule);
        assert_eq!(recurrence(Language::English, &series).unwrap(), english, "{rule}");
        assert_eq!(recurrence(Language::Korean, &series).unwrap(), korean, "{rule}");
    }
}

#[test]
fn says_the_whole_in_one_sentence() {
    for (rule, english, korean) in [
        (
            "FREQ=MONTHLY;BYDAY=-1FR;COUNT=3",
            "Every month on the last Friday at 09:00, 3 times, until 29 January 2027",
            "매월 마지막 금요일 오전 9:00, 총 3회, 2027년 1월 29일까지",
        ),
        (
            "FREQ=WEEKLY;UNTIL=20261218",
            "Every Tuesday at 09:00, until 18 December 2026, 3 times",
            "매주 화요일 오전 9:00, 2026년 12월 18일까지, 총 3회",
        ),
        ("FREQ=DAILY", "Every day at 09:00", "매일 오전 9:00"),
        ("FREQ=HOURLY;INTERVAL=3", "Every 3 hours, from 09:00 on", "3시간마다 (오전 9:00부터)"),
    ] {
        let series = series(rule);
        assert_eq!(describe(Language::English, &series).unwrap(), english, "{rule}");
        assert_eq!(describe(Language::Korean, &series).unwrap(), korean, "{rule}");
    }
}

/// Values of a part that stand in it, each once.
fn some<T: Clone + std::fmt::Debug + 'static>(all: Vec<T>) -> impl Strategy<Value = Vec<T>> {
    let most = all.len().min(4);
    proptest::sample::subsequence(all, 0..=most)
}

fn part(name: &str, values: &[impl ToString]) -> String {
    if values.is_empty() {
        return String::new();
    }
    let values: Vec<String> = values.iter().map(ToString::to_string).collect();
    format!(";{name}={}", values.join(","))
}

proptest! {
    /// Two rules that differ in what they name differ in their words.
    #[test]
    fn rules_that_differ_have_words_that_differ(
        frequency in proptest::sample::select(Frequency::ALL.to_vec()),
        every in 1..4u32,
        months in some((1..=12).collect::<Vec<u8>>()),
        days in some(vec!["MO", "WE", "FR", "SU"]),
        numbers in some(vec![1, 13, 31, -1, -2]),
        weeks in some(vec![1, 20, -1]),
        hours in some(vec![0, 9, 15, 23]),
        minutes in some(vec![0, 15, 30]),
        picks in some(vec![1, 2, -1]),
        other in 0..9usize,
    ) {
        let build = |skip: usize| {
            let own = [
                part("BYMONTH", &months), part("BYDAY", &days), part("BYMONTHDAY", &numbers), part("BYWEEKNO", &weeks),
                part("BYHOUR", &hours), part("BYMINUTE", &minutes), part("BYSETPOS", &picks),
            ];
            let parts: String = own.into_iter().enumerate().filter(|(place, _)| *place != skip).map(|(_, text)| text).collect();
            Rule::parse(&format!("FREQ={};INTERVAL={every}{parts}", frequency.name()))
        };
        let (Ok(rule), Ok(changed)) = (build(99), build(other)) else { return Ok(()) };
        let start = date(2026, 12, 1).at(9, 0, 0, 0);
        for language in Language::ALL {
            let words = of(language).rule(&Spoken::of(&rule, start));
            prop_assert!(!words.is_empty());
            let others = of(language).rule(&Spoken::of(&changed, start));
            if Spoken::of(&rule, start) != Spoken::of(&changed, start) {
                prop_assert_ne!(words, others, "{} and {}", rule, changed);
            }
        }
    }
}
