//! Recurrences in English.

use jiff::civil::{Date, Time, Weekday};

use super::{
    Words,
    spoken::{Day, On, Only, Spoken, WORKDAYS},
};
use crate::Frequency;

pub(super) struct English;

/// How many dates of a year ("1 May, 1 July") are said one by one.
const MAX_YEAR_DATES: usize = 6;

impl Words for English {
    fn rule(&self, rule: &Spoken, at: Option<Time>) -> String {
        let mut said = days(rule);
        if !rule.times.is_empty() {
            said.push_str(&format!(" at {}", join(rule.times.iter().map(|time| clock(*time)))));
        } else if let Some(at) = at {
            said.push_str(&format!(" at {}", clock(at)));
        }
        for only in &rule.only {
            said.push_str(&condition(only));
        }
        if !rule.picks.is_empty() {
            let picks = join(rule.picks.iter().map(|pick| format!("the {}", place(*pick))));
            said.push_str(&format!(", only {picks} of these {}", each(rule)));
        }
        if let Some(day) = rule.week_start {
            said.push_str(&format!(", weeks beginning on {}", self.weekday(day)));
        }
        said
    }

    fn since(&self, start: Time) -> String {
        format!(", from {} on", clock(start))
    }

    fn times(&self, count: u64) -> String {
        if count == 1 { ", once".to_owned() } else { format!(", {count} times") }
    }

    fn until(&self, date: Date) -> String {
        format!(", until {}", self.date(date))
    }

    fn dates(&self, dates: &[String], more: bool) -> String {
        let list = dates.join(", ");
        if more { format!("On several dates: {list} and more") } else { format!("On these dates: {list}") }
    }

    fn also_on(&self, dates: &str) -> String {
        format!("; also on {dates}")
    }

    fn not_on(&self, dates: &str) -> String {
        format!("; not on {dates}")
    }

    fn and_more(&self, count: usize) -> String {
        format!(" and {count} more")
    }

    fn date_at(&self, date: &str, time: Time) -> String {
        format!("{date} at {}", clock(time))
    }

    fn date(&self, date: Date) -> String {
        format!("{} {} {}", date.day(), month(date.month()), date.year())
    }

    fn weekday(&self, weekday: Weekday) -> &'static str {
        match weekday {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }
}

/// How often, and on which days.
fn days(rule: &Spoken) -> String {
    let every = every(rule);
    match &rule.on {
        On::Nothing => every,
        On::Week(days) if rule.every == 1 && *days == WORKDAYS => {
            "Every weekday (Monday to Friday)".to_owned()
        }
        On::Week(days) if rule.every == 1 => format!("Every {}", weekdays(days)),
        On::Week(days) => format!("{every} on {}", weekdays(days)),
        On::Month(days) => format!("{every} on {}", join(days.iter().map(|one| day(*one)))),
        On::Year { months, days } => format!("{every} on {}", days_of_year(months, days)),
        On::Weeks { weeks, weekdays: days } => {
            format!("{every} in {} on {}", join(weeks.iter().map(|number| week(*number))), weekdays(days))
        }
        On::DaysOfYear(days) => {
            format!(
                "{every} on {} of the year",
                join(days.iter().map(|day| format!("the {} day", place(*day))))
            )
        }
    }
}

fn days_of_year(months: &[i8], days: &[Day]) -> String {
    let numbers: Option<Vec<i8>> = days
        .iter()
        .map(|day| match day {
            Day::Number(number) if *number > 0 => Some(*number),
            _ => None,
        })
        .collect();
    if let Some(numbers) = numbers.filter(|numbers| numbers.len() * months.len() <= MAX_YEAR_DATES)
        && !months.is_empty()
    {
        let dates = months.iter().flat_map(|name| numbers.iter().map(move |day| (name, day)));
        return join(dates.map(|(name, day)| format!("{day} {}", month(*name))));
    }
    let said = join(days.iter().map(|one| day(*one)));
    match (months, days.first()) {
        ([], Some(Day::Number(_))) => format!("{said} of every month"),
        ([], _) => format!("{said} of the year"),
        (months, _) => format!("{said} of {}", join(months.iter().map(|name| month(*name)))),
    }
}

fn condition(only: &Only) -> String {
    match only {
        Only::Weekdays(days) => {
            format!(", only if it is {}", either(days.iter().map(|one| weekday_of(*one))))
        }
        Only::MonthDays(days) => {
            format!(", only on {} of the month", join(days.iter().map(|number| day(Day::Number(*number)))))
        }
        Only::DaysOfYear(days) => {
            format!(
                ", only on {} of the year",
                join(days.iter().map(|day| format!("the {} day", place(*day))))
            )
        }
        Only::Weeks(weeks) => format!(", only in {}", join(weeks.iter().map(|number| week(*number)))),
        Only::Months(months) => format!(", only in {}", join(months.iter().map(|name| month(*name)))),
        Only::Hours(hours) => format!(", only in {}", numbered("hour", hours)),
        Only::Minutes(minutes) => format!(", only at {}", numbered("minute", minutes)),
        Only::Seconds(seconds) => format!(", only at {}", numbered("second", seconds)),
    }
}

fn every(rule: &Spoken) -> String {
    let unit = unit(rule.unit);
    if rule.every == 1 { format!("Every {unit}") } else { format!("Every {} {unit}s", rule.every) }
}

/// Within what the picks are counted.
fn each(rule: &Spoken) -> String {
    let unit = unit(rule.unit);
    if rule.every == 1 { format!("in each {unit}") } else { format!("in each of these {unit}s") }
}

fn unit(unit: Frequency) -> &'static str {
    match unit {
        Frequency::Secondly => "second",
        Frequency::Minutely => "minute",
        Frequency::Hourly => "hour",
        Frequency::Daily => "day",
        Frequency::Weekly => "week",
        Frequency::Monthly => "month",
        Frequency::Yearly => "year",
    }
}

fn day(day: Day) -> String {
    match day {
        Day::Number(number) if number > 0 => format!("the {}", ordinal(i16::from(number))),
        Day::Number(number) => format!("the {} day", place(i16::from(number))),
        Day::Weekday(nth, day) => format!("the {} {}", place(i16::from(nth)), English.weekday(day)),
        Day::Every(day) => format!("every {}", English.weekday(day)),
        Day::Workday(nth) => format!("the {} weekday", place(i16::from(nth))),
    }
}

/// The same for a condition: a Friday, the first Friday.
fn weekday_of(one: Day) -> String {
    match one {
        Day::Every(name) => format!("a {}", English.weekday(name)),
        one => day(one),
    }
}

fn week(number: i8) -> String {
    if number > 0 { format!("week {number}") } else { format!("the {} week", place(i16::from(number))) }
}

fn numbered(name: &str, numbers: &[u8]) -> String {
    let ending = if numbers.len() == 1 { "" } else { "s" };
    format!("{name}{ending} {}", join(numbers.iter().map(ToString::to_string)))
}

/// first, second, .. fifth, 6th; last, second-to-last, 6th-to-last.
fn place(number: i16) -> String {
    let words = ["first", "second", "third", "fourth", "fifth"];
    match number {
        -1 => "last".to_owned(),
        number if number < 0 => format!("{}-to-last", place(-number)),
        number => match words.get(usize::from(number.unsigned_abs()).wrapping_sub(1)) {
            Some(word) => (*word).to_owned(),
            None => ordinal(number),
        },
    }
}

fn ordinal(number: i16) -> String {
    let ending = match (number % 10, number % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{number}{ending}")
}

fn weekdays(days: &[Weekday]) -> String {
    join(days.iter().map(|day| English.weekday(*day).to_owned()))
}

fn join(words: impl Iterator<Item = impl Into<String>>) -> String {
    listed(words, "and")
}

fn either(words: impl Iterator<Item = String>) -> String {
    listed(words, "or")
}

fn listed(words: impl Iterator<Item = impl Into<String>>, last_with: &str) -> String {
    let words: Vec<String> = words.map(Into::into).collect();
    match words.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {last_with} {last}", rest.join(", ")),
        _ => words.concat(),
    }
}

fn clock(time: Time) -> String {
    let seconds = if time.second() == 0 { String::new() } else { format!(":{:02}", time.second()) };
    format!("{:02}:{:02}{seconds}", time.hour(), time.minute())
}

fn month(number: i8) -> &'static str {
    match number {
        1 => "January",
        2 => "February",
        3 => "March",
        4 => "April",
        5 => "May",
        6 => "June",
        7 => "July",
        8 => "August",
        9 => "September",
        10 => "October",
        11 => "November",
        _ => "December",
    }
}
