//! Every rule has words, in each language.

use jiff::civil::date;
use proptest::{prelude::*, strategy::ValueTree};

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
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "Every 2 weeks on Monday and Friday", "격주 월요일, 금요일"),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;WKST=SU",
            "Every 2 weeks on Monday and Sunday, weeks beginning on Sunday",
            "격주 월요일, 일요일 (일요일에 시작하는 주 기준)",
        ),
        ("FREQ=WEEKLY;BYMONTH=1", "Every Tuesday, only in January", "매주 화요일 (1월에만)"),
        ("FREQ=MONTHLY", "Every month on the 1st", "매월 1일"),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15,-1",
            "Every month on the 1st, the 15th and the last day",
            "매월 1일, 15일, 마지막 날",
        ),
        ("FREQ=MONTHLY;BYMONTHDAY=-2", "Every month on the second-to-last day", "매월 끝에서 두 번째 날"),
        ("FREQ=MONTHLY;BYDAY=2TU", "Every month on the second Tuesday", "매월 둘째 화요일"),
        ("FREQ=MONTHLY;BYDAY=TU;BYSETPOS=2", "Every month on the second Tuesday", "매월 둘째 화요일"),
        ("FREQ=MONTHLY;BYDAY=TU", "Every Tuesday", "매주 화요일"),
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
            "매월 13일 (금요일인 경우만)",
        ),
        (
            "FREQ=MONTHLY;BYMONTHDAY=1,15;BYSETPOS=1",
            "Every month on the 1st and the 15th, only the first of these in each month",
            "매월 1일, 15일 (매월 그중 첫 번째만)",
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
            "매년 5월, 10월 마지막 월요일",
        ),
        ("FREQ=YEARLY;BYDAY=20MO", "Every year on the 20th Monday of the year", "매년 20번째 월요일"),
        ("FREQ=YEARLY;BYMONTHDAY=5", "Every month on the 5th", "매월 5일"),
        (
            "FREQ=YEARLY;BYWEEKNO=20,40",
            "Every year in week 20 and week 40 on Tuesday",
            "매년 20주차, 40주차 화요일",
        ),
        (
            "FREQ=YEARLY;BYYEARDAY=100,-1",
            "Every year on the 100th day and the last day of the year",
            "매년 100번째 날, 마지막 날",
        ),
        ("FREQ=DAILY;BYHOUR=9,15", "Every day at 09:00 and 15:00", "매일 오전 9:00, 오후 3:00"),
        (
            "FREQ=DAILY;BYDAY=MO,FR;BYSETPOS=1",
            "Every day, only if it is a Monday or a Friday, only the first of these in each day",
            "매일 (월요일, 금요일에만) (매일 그중 첫 번째만)",
        ),
        (
            "FREQ=WEEKLY;INTERVAL=2;BYDAY=SU;WKST=SU",
            "Every 2 weeks on Sunday, weeks beginning on Sunday",
            "격주 일요일 (일요일에 시작하는 주 기준)",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;WKST=SU", "Every 2 weeks on Tuesday", "격주 화요일"),
        (
            "FREQ=WEEKLY;BYDAY=MO,SU;BYSETPOS=1;WKST=SU",
            "Every Monday and Sunday, only the first of these in each week, weeks beginning on Sunday",
            "매주 월요일, 일요일 (매주 그중 첫 번째만) (일요일에 시작하는 주 기준)",
        ),
        (
            "FREQ=DAILY;BYHOUR=8,9,10,11,12,13,14,15,16,17,18,19,20",
            "Every day, only in hours 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19 and 20, only at minute 0",
            "매일 (8시, 9시, 10시, 11시, 12시, 13시, 14시, 15시, 16시, 17시, 18시, 19시, 20시에만) (0분에만)",
        ),
        (
            "FREQ=MONTHLY;BYMONTH=3,6,9,12;BYMONTHDAY=-1",
            "Every year on the last day of March, June, September and December",
            "매년 3월, 6월, 9월, 12월 마지막 날",
        ),
        ("FREQ=MONTHLY;INTERVAL=2;BYDAY=1TU", "Every 2 months on the first Tuesday", "격월 첫째 화요일"),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=MO", "Every Monday, only in January", "매주 월요일 (1월에만)"),
        (
            "FREQ=HOURLY;INTERVAL=2;BYDAY=MO",
            "Every 2 hours, only if it is a Monday",
            "2시간마다 (월요일에만)",
        ),
        ("FREQ=HOURLY;BYMINUTE=0,30", "Every hour, only at minutes 0 and 30", "매시간 (0분, 30분에만)"),
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
        ("FREQ=DAILY;BYHOUR=0,12", "Every day at 00:00 and 12:00", "매일 자정, 정오"),
        ("FREQ=DAILY;BYHOUR=0,12;BYMINUTE=30", "Every day at 00:30 and 12:30", "매일 오전 12:30, 오후 12:30"),
        (
            "FREQ=WEEKLY;BYMONTH=12",
            "Every Tuesday at 09:00, only in December",
            "매주 화요일 오전 9:00 (12월에만)",
        ),
        ("FREQ=HOURLY;INTERVAL=3", "Every 3 hours, from 09:00 on", "3시간마다 (오전 9:00부터)"),
    ] {
        let series = series(rule);
        assert_eq!(describe(Language::English, &series).unwrap(), english, "{rule}");
        assert_eq!(describe(Language::Korean, &series).unwrap(), korean, "{rule}");
    }
}

#[test]
fn dates_that_are_left_out_are_told_with_their_time_where_the_day_alone_is_not_enough() {
    let with = |rule: &str, exdates: Vec<DateTime>, rdates: Vec<DateTime>| {
        Series::new(SeriesParts { exdates, rdates, ..series(rule).parts() }).unwrap()
    };
    let second = date(2026, 12, 2);
    let twice = with("FREQ=DAILY;BYHOUR=9,15", vec![second.at(15, 0, 0, 0)], Vec::new());
    assert_eq!(
        recurrence(Language::English, &twice).unwrap(),
        "Every day at 09:00 and 15:00; not on 2 December 2026 at 15:00"
    );
    assert_eq!(
        recurrence(Language::Korean, &twice).unwrap(),
        "매일 오전 9:00, 오후 3:00 (제외: 2026년 12월 2일 오후 3:00)"
    );
    let once = with("FREQ=DAILY", vec![second.at(9, 0, 0, 0)], vec![second.at(14, 0, 0, 0)]);
    assert_eq!(
        recurrence(Language::English, &once).unwrap(),
        "Every day; also on 2 December 2026 at 14:00; not on 2 December 2026"
    );
    let days = (2..9).map(|day| date(2026, 12, day).at(9, 0, 0, 0)).collect();
    assert!(
        recurrence(Language::Korean, &with("FREQ=DAILY", days, Vec::new())).unwrap().ends_with(" 외 2일)")
    );
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

/// Rules of few values each, so that many of them say the same in other ways; always the same ones.
fn rules(many: usize) -> Vec<Rule> {
    let strategy = (
        proptest::sample::select(Frequency::ALL[2..].to_vec()),
        1..3u32,
        some(vec![1, 7]),
        proptest::sample::select(vec!["", "", "MO", "MO,SU", "TU", "MO,TU,WE,TH,FR", "1MO", "-1FR"]),
        some(vec![1, 13, -1]),
        some(vec![9, 15]),
        some(vec![0, 30]),
        proptest::sample::select(vec!["", "", "", "1", "-1", "1,2"]),
        proptest::sample::select(vec!["MO", "SU"]),
        proptest::sample::select(vec!["", "", ";COUNT=5", ";UNTIL=20280110"]),
    );
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut found = Vec::new();
    while found.len() < many {
        let (frequency, every, months, days, numbers, hours, minutes, picks, week_start, end) =
            strategy.new_tree(&mut runner).unwrap().current();
        let months = if months.len() == 2 { &months[..1] } else { &months };
        let parts = [
            part("BYMONTH", months),
            if days.is_empty() { String::new() } else { format!(";BYDAY={days}") },
            if numbers.len() == 3 { String::new() } else { part("BYMONTHDAY", &numbers) },
            part("BYHOUR", &hours),
            part("BYMINUTE", &minutes),
            if picks.is_empty() { String::new() } else { format!(";BYSETPOS={picks}") },
        ];
        let text =
            format!("FREQ={};INTERVAL={every}{};WKST={week_start}{end}", frequency.name(), parts.concat());
        found.extend(Rule::parse(&text));
    }
    found
}

/// The first dates of a series, its own start among them only if the rule names it.
fn first_dates_of(series: &Series) -> Vec<DateTime> {
    series.occurrences().take(30).map(|found| found.original).collect()
}

/// The series of a rule that begins on a date which the rule names; `None` when there is hardly one.
fn series_on_its_rule(rule: &Rule) -> Option<Series> {
    let early = date(2026, 12, 1).at(9, 0, 0, 0);
    let build = |rule: Rule, start: DateTime| {
        Series::new(SeriesParts {
            start,
            end: start.checked_add(jiff::Span::new().hours(1)).ok()?,
            zone: Zone::named("Asia/Seoul").unwrap(),
            all_day: false,
            rule: Some(rule),
            rdates: Vec::new(),
            exdates: Vec::new(),
        })
    };
    let endless = build(rule.with_until(None).counting(3), early)?;
    let start = endless.occurrences().nth(1)?.original;
    build(rule.clone(), start)
        .filter(|series| rule.until().is_none() || series.last().is_some_and(|last| last > start))
}

#[test]
fn rules_with_the_same_words_have_the_same_dates() {
    let mut known: std::collections::HashMap<(DateTime, String), (Rule, Vec<DateTime>)> = Default::default();
    let mut pairs = 0;
    for rule in rules(3_000) {
        let Some(series) = series_on_its_rule(&rule) else { continue };
        for language in Language::ALL {
            let words = describe(language, &series).unwrap();
            let dates = first_dates_of(&series);
            match known.entry((series.start(), words.clone())) {
                std::collections::hash_map::Entry::Vacant(entry) => {
                    entry.insert((rule.clone(), dates));
                }
                std::collections::hash_map::Entry::Occupied(entry) => {
                    let (other, others) = entry.get();
                    assert_eq!(*others, dates, "{words}: {other} and {rule}");
                    pairs += usize::from(*other != rule);
                }
            }
        }
    }
    assert!(pairs > 200, "only {pairs} pairs of rules had the same words");
}

#[test]
fn told_words_that_are_understood_mean_the_same_dates() {
    let (mut plain, mut understood) = (0, 0);
    let mut missed = Vec::new();
    for rule in rules(2_000) {
        let Some(series) = series_on_its_rule(&rule) else { continue };
        let now = series.start().checked_sub(jiff::Span::new().days(1)).unwrap();
        let around = read::Around { start: series.start(), now, zone: series.zone().clone() };
        for language in Language::ALL {
            let words = describe(language, &series).unwrap();
            let is_plain = is_plain(&rule, series.start());
            plain += usize::from(is_plain);
            let found = match understand(&words, Some(language), &around) {
                Ok(found) => found,
                Err(refusal) if is_plain => {
                    missed.push(format!("{words}: {}", refusal.reason));
                    continue;
                }
                Err(_) => continue,
            };
            understood += usize::from(is_plain);
            let read = Series::new(SeriesParts {
                start: found.usual.start,
                rule: Some(found.usual.rule.clone()),
                end: found.usual.start.checked_add(jiff::Span::new().hours(1)).unwrap(),
                ..series.parts()
            });
            let dates = first_dates_of(&read.unwrap());
            assert_eq!(dates, first_dates_of(&series), "{words}: {rule} read as {}", found.usual.rule);
        }
    }
    assert!(plain > 500 && understood * 100 >= plain * SHARE, "{understood} of {plain}: {missed:#?}");
}

/// How many of a hundred plain rules are understood as they are told, at least.
const SHARE: usize = 100;

/// Whether a rule says days, months and times alone: nobody types conditions, picks, first days of weeks, or all
/// Mondays of every second month.
fn is_plain(rule: &Rule, start: DateTime) -> bool {
    let spoken = Spoken::of(rule, start);
    let is_months = |only: &spoken::Only| matches!(only, spoken::Only::Months(_));
    let are_plain = match &spoken.on {
        spoken::On::Year { months, .. } if months.is_empty() => false,
        spoken::On::Month(days) | spoken::On::Year { days, .. } => {
            !days.iter().any(|day| matches!(day, spoken::Day::Every(_)))
        }
        _ => true,
    };
    are_plain && spoken.picks.is_empty() && spoken.week_start.is_none() && spoken.only.iter().all(is_months)
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
            let words = of(language).rule(&Spoken::of(&rule, start), None);
            prop_assert!(!words.is_empty());
            let others = of(language).rule(&Spoken::of(&changed, start), None);
            if Spoken::of(&rule, start) != Spoken::of(&changed, start) {
                prop_assert_ne!(words, others, "{} and {}", rule, changed);
            }
        }
    }
}
