//! Recurrences in Korean.

use jiff::civil::{Date, Time, Weekday};

use super::{
    Words,
    spoken::{Day, On, Only, Spoken, WORKDAYS},
};
use crate::Frequency;

pub(super) struct Korean;

/// How many dates of a year (5월 1일, 7월 1일) are said one by one.
const MAX_YEAR_DATES: usize = 6;

impl Words for Korean {
    fn rule(&self, rule: &Spoken, at: Option<Time>) -> String {
        let mut said = days(rule);
        if !rule.times.is_empty() {
            said.push_str(&format!(" {}", join(rule.times.iter().map(|time| clock(*time)))));
        } else if let Some(at) = at {
            said.push_str(&format!(" {}", clock(at)));
        }
        for only in &rule.only {
            said.push_str(&format!(" ({})", condition(rule, only)));
        }
        if !rule.picks.is_empty() {
            let picks = join(rule.picks.iter().map(|pick| count(*pick)));
            let each = if rule.every == 1 { every(rule) } else { format!("그 {}마다", period(rule.unit)) };
            said.push_str(&format!(" ({each} 그중 {picks}만)"));
        }
        if let Some(day) = rule.week_start {
            said.push_str(&format!(" ({}에 시작하는 주 기준)", self.weekday(day)));
        }
        said
    }

    fn since(&self, start: Time) -> String {
        format!(" ({}부터)", clock(start))
    }

    fn times(&self, count: u64) -> String {
        format!(", 총 {count}회")
    }

    fn until(&self, date: Date) -> String {
        format!(", {}까지", self.date(date))
    }

    fn dates(&self, dates: &[String], more: bool) -> String {
        let list = dates.join(", ");
        if more { format!("여러 날짜: {list} 등") } else { format!("다음 날짜: {list}") }
    }

    fn also_on(&self, dates: &str) -> String {
        format!(" (추가: {dates})")
    }

    fn not_on(&self, dates: &str) -> String {
        format!(" (제외: {dates})")
    }

    fn and_more(&self, count: usize) -> String {
        format!(" 외 {count}일")
    }

    fn date_at(&self, date: &str, time: Time) -> String {
        format!("{date} {}", clock(time))
    }

    fn date(&self, date: Date) -> String {
        format!("{}년 {}월 {}일", date.year(), date.month(), date.day())
    }

    fn weekday(&self, weekday: Weekday) -> &'static str {
        match weekday {
            Weekday::Monday => "월요일",
            Weekday::Tuesday => "화요일",
            Weekday::Wednesday => "수요일",
            Weekday::Thursday => "목요일",
            Weekday::Friday => "금요일",
            Weekday::Saturday => "토요일",
            Weekday::Sunday => "일요일",
        }
    }
}

/// How often, and on which days.
fn days(rule: &Spoken) -> String {
    let every = every(rule);
    match &rule.on {
        On::Nothing => every,
        On::Week(days) if rule.every == 1 && *days == WORKDAYS => "매주 평일(월요일~금요일)".to_owned(),
        On::Week(days) => format!("{every} {}", weekdays(days)),
        On::Month(days) => format!("{every} {}", join(days.iter().map(|one| day(*one)))),
        On::Year { months, days } => format!("{every} {}", days_of_year(months, days)),
        On::Weeks { weeks, weekdays: days } => {
            format!("{every} {} {}", join(weeks.iter().map(|number| week(*number))), weekdays(days))
        }
        On::DaysOfYear(days) => format!("{every} {}", join(days.iter().map(|number| day_of_year(*number)))),
    }
}

fn days_of_year(months: &[i8], days: &[Day]) -> String {
    let said = join(days.iter().map(|one| day(*one)));
    let names = || join(months.iter().map(|month| format!("{month}월")));
    match (months, days) {
        ([], [Day::Number(_), ..]) => format!("매월 {said}"),
        ([], _) => said,
        ([month], _) => format!("{month}월 {said}"),
        (_, [Day::Number(-1) | Day::Weekday(..) | Day::Workday(_)]) => format!("{} {said}", names()),
        (months, _) if months.len() * days.len() <= MAX_YEAR_DATES => {
            let dates = months.iter().flat_map(|month| days.iter().map(move |one| (month, one)));
            join(dates.map(|(month, one)| format!("{month}월 {}", day(*one))))
        }
        _ => format!("{}의 {said}", names()),
    }
}

fn condition(rule: &Spoken, only: &Only) -> String {
    match only {
        Only::Weekdays(days) => {
            let days = join(days.iter().map(|one| weekday_of(*one)));
            // 매월 13일 (금요일인 경우만), 2시간마다 (월요일에만).
            let are_dates = matches!(rule.on, On::Month(_) | On::Year { .. } | On::DaysOfYear(_));
            if are_dates { format!("{days}인 경우만") } else { format!("{days}에만") }
        }
        Only::MonthDays(days) => {
            format!("매월 {}에만", join(days.iter().map(|number| day(Day::Number(*number)))))
        }
        Only::DaysOfYear(days) => {
            format!("매년 {}에만", join(days.iter().map(|number| day_of_year(*number))))
        }
        Only::Weeks(weeks) => format!("{}에만", join(weeks.iter().map(|number| week(*number)))),
        Only::Months(months) => format!("{}에만", join(months.iter().map(|month| format!("{month}월")))),
        Only::Hours(hours) => format!("{}에만", join(hours.iter().map(|hour| format!("{hour}시")))),
        Only::Minutes(minutes) => format!("{}에만", join(minutes.iter().map(|minute| format!("{minute}분")))),
        Only::Seconds(seconds) => format!("{}에만", join(seconds.iter().map(|second| format!("{second}초")))),
    }
}

fn every(rule: &Spoken) -> String {
    let word = match (rule.unit, rule.every) {
        (Frequency::Secondly, 1) => "매초",
        (Frequency::Minutely, 1) => "매분",
        (Frequency::Hourly, 1) => "매시간",
        (Frequency::Daily, 1) => "매일",
        (Frequency::Weekly, 1) => "매주",
        (Frequency::Monthly, 1) => "매월",
        (Frequency::Yearly, 1) => "매년",
        (Frequency::Daily, 2) => "격일",
        (Frequency::Weekly, 2) => "격주",
        (Frequency::Monthly, 2) => "격월",
        (Frequency::Yearly, 2) => "격년",
        (given, every) => return format!("{every}{}마다", unit(given)),
    };
    word.to_owned()
}

/// A unit by itself: 그 달마다.
fn period(unit: Frequency) -> &'static str {
    match unit {
        Frequency::Secondly => "초",
        Frequency::Minutely => "분",
        Frequency::Hourly => "시간",
        Frequency::Daily => "날",
        Frequency::Weekly => "주",
        Frequency::Monthly => "달",
        Frequency::Yearly => "해",
    }
}

/// A unit, to follow a number.
fn unit(unit: Frequency) -> &'static str {
    match unit {
        Frequency::Secondly => "초",
        Frequency::Minutely => "분",
        Frequency::Hourly => "시간",
        Frequency::Daily => "일",
        Frequency::Weekly => "주",
        Frequency::Monthly => "개월",
        Frequency::Yearly => "년",
    }
}

fn day(day: Day) -> String {
    match day {
        Day::Number(number) if number > 0 => format!("{number}일"),
        Day::Number(number) => format!("{} 날", place(i16::from(number))),
        Day::Weekday(nth, day) => format!("{} {}", place(i16::from(nth)), Korean.weekday(day)),
        Day::Every(day) => format!("모든 {}", Korean.weekday(day)),
        Day::Workday(nth) => format!("{} 평일", place(i16::from(nth))),
    }
}

/// The same for a condition.
fn weekday_of(one: Day) -> String {
    match one {
        Day::Every(name) => Korean.weekday(name).to_owned(),
        one => day(one),
    }
}

fn day_of_year(number: i16) -> String {
    format!("{} 날", place(number))
}

fn week(number: i8) -> String {
    if number > 0 { format!("{number}주차") } else { format!("{} 주", place(i16::from(number))) }
}

/// 첫째, .. 다섯째, 6번째; 마지막, 끝에서 두 번째.
fn place(number: i16) -> String {
    let words = ["첫째", "둘째", "셋째", "넷째", "다섯째"];
    match words.get(usize::from(number.unsigned_abs()).wrapping_sub(1)).filter(|_| number > 0) {
        Some(word) => (*word).to_owned(),
        None => count(number),
    }
}

/// 첫 번째, .. 다섯 번째, 6번째; 마지막, 끝에서 두 번째.
fn count(number: i16) -> String {
    if number == -1 {
        return "마지막".to_owned();
    }
    let words = ["첫", "두", "세", "네", "다섯"];
    let from_end = if number < 0 { "끝에서 " } else { "" };
    match words.get(usize::from(number.unsigned_abs()).wrapping_sub(1)) {
        Some(word) => format!("{from_end}{word} 번째"),
        None => format!("{from_end}{}번째", number.unsigned_abs()),
    }
}

fn weekdays(days: &[Weekday]) -> String {
    join(days.iter().map(|day| Korean.weekday(*day).to_owned()))
}

fn join(words: impl Iterator<Item = String>) -> String {
    words.collect::<Vec<_>>().join(", ")
}

/// 오전 10:00, 오후 12:30, 자정, 정오: 오전 12:00 is taken for noon by some.
fn clock(time: Time) -> String {
    if time == Time::midnight() {
        return "자정".to_owned();
    }
    if time == Time::constant(12, 0, 0, 0) {
        return "정오".to_owned();
    }
    let half = if time.hour() < 12 { "오전" } else { "오후" };
    let hour = match time.hour() % 12 {
        0 => 12,
        hour => hour,
    };
    let seconds = if time.second() == 0 { String::new() } else { format!(":{:02}", time.second()) };
    format!("{half} {hour}:{:02}{seconds}", time.minute())
}
