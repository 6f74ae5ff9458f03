//! What the words of a text say, in whichever language, and the recurrence that follows from it.

use jiff::{
    ToSpan,
    civil::{Date, DateTime, Time, Weekday},
};

use super::{Around, NotUnderstood, Understood};
use crate::{
    Frequency, Rule, Series, Until,
    rule::weekday_letters,
    series::SeriesParts,
    words::spoken::{Day, WORKDAYS},
};

/// All that was said.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Phrase {
    pub(super) unit: Option<Frequency>,
    pub(super) every: Option<u32>,
    pub(super) weekdays: Vec<Weekday>,
    pub(super) days: Vec<Day>,
    pub(super) months: Vec<i8>,
    /// Dates of every year: month and day.
    pub(super) dates: Vec<(i8, i8)>,
    pub(super) time: Option<Time>,
    pub(super) end_time: Option<Time>,
    pub(super) minutes: Option<i64>,
    pub(super) from: Option<When>,
    pub(super) end: Option<End>,
    /// An end said after another one.
    pub(super) second_end: Option<End>,
    pub(super) left_out: Vec<When>,
}

/// A date as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day of a month; the next one when there is no year.
    Day { year: Option<i16>, month: i8, day: i8 },
    /// The last day of a month, of the next one when there is no year.
    EndOfMonth { year: Option<i16>, month: i8 },
    /// The last day of the year.
    EndOfYear,
    /// So many days from the day that the meeting starts on.
    InDays(i32),
    /// The next such weekday, that day itself not among them.
    Next(Weekday),
}

/// The end of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// So many times.
    Times(u32),
    /// The last day.
    Until(When),
    /// For so many weeks, months...
    For(u32, Frequency),
}

impl Phrase {
    /// Notes an end, which may be said in two ways.
    pub(super) fn ends(&mut self, end: End) {
        if self.end.is_none() {
            self.end = Some(end);
        } else {
            self.second_end = Some(end);
        }
    }

    /// How often, said once.
    pub(super) fn repeats(&mut self, unit: Frequency, every: u32) {
        self.unit = Some(unit);
        if every > 1 || self.every.is_none() {
            self.every = Some(every);
        }
    }

    /// What follows from it all.
    pub(super) fn settle(&self, text: &str, around: &Around) -> Result<Understood, NotUnderstood> {
        let fault = |reason: &str| NotUnderstood { at: text.chars().count(), reason: reason.to_owned() };
        let rule = Rule::parse(&self.rule_text().map_err(fault)?).map_err(|faults| {
            fault(&faults.first().map_or_else(String::new, |fault| format!("makes no rule: {fault}")))
        })?;
        let today = around.start.date();
        let from = self.from.map_or(Some(today), |from| from.after(today));
        let from = from.ok_or_else(|| fault("begins on a day that does not exist"))?;
        let time = self.time.unwrap_or(around.start.time());
        let start = self.first(&rule, from.to_datetime(time), around).ok_or_else(|| {
            fault("names no date that exists; say for example \"every month on the last day\"")
        })?;
        let end = self.end_of(start);
        let left_out =
            self.left_out.iter().map(|when| when.after(start.date()).map(|date| date.to_datetime(time)));
        let left_out = left_out.collect::<Option<Vec<DateTime>>>();
        let left_out = left_out.ok_or_else(|| fault("leaves out a day that does not exist"))?;
        let rule = self.ended(rule, start, around).map_err(fault)?;
        Ok(Understood { rule, start, end, left_out, alternative: None })
    }

    /// The rule without its end, in the words of RRULE; an error says what is missing.
    fn rule_text(&self) -> Result<String, &'static str> {
        let mut months = self.months.clone();
        let mut days = self.days.clone();
        if !self.dates.is_empty() {
            if !days.is_empty() || !months.is_empty() {
                return Err("names dates and days of a month at once; say one of them");
            }
            months = sorted(self.dates.iter().map(|(month, _)| *month));
            let numbers = sorted(self.dates.iter().map(|(_, day)| *day));
            if months.len() * numbers.len() != self.dates.len() {
                return Err(
                    "names dates of a year that no single rule gives; say the same days for each month",
                );
            }
            days = numbers.into_iter().map(Day::Number).collect();
        }
        let unit = self.unit_of(&days, &months)?;
        let mut text = format!("FREQ={};INTERVAL={}", unit.name(), self.every.unwrap_or(1));
        if !months.is_empty() {
            text.push_str(&format!(";BYMONTH={}", list(months.iter())));
        }
        text.push_str(&days_text(&days)?);
        if !self.weekdays.is_empty() {
            if !days.is_empty() && !days.iter().all(|day| matches!(day, Day::Number(_))) {
                return Err("names weekdays in two ways; say one of them");
            }
            text.push_str(&format!(";BYDAY={}", list(self.weekdays.iter().map(|day| weekday_letters(*day)))));
        }
        Ok(text)
    }

    fn unit_of(&self, days: &[Day], months: &[i8]) -> Result<Frequency, &'static str> {
        let unit = match (days, months) {
            ([], []) if self.weekdays.is_empty() => return self.unit.ok_or(NO_RECURRENCE),
            ([], _) if !self.weekdays.is_empty() => match self.unit {
                None | Some(Frequency::Daily) => Frequency::Weekly,
                Some(unit) => unit,
            },
            ([], _) => self.unit.unwrap_or(Frequency::Yearly),
            (_, []) => self.unit.unwrap_or(Frequency::Monthly),
            _ => self.unit.unwrap_or(Frequency::Yearly),
        };
        if !days.is_empty() && unit < Frequency::Monthly {
            return Err("names a day of the month, but does not repeat by months or years");
        }
        Ok(unit)
    }

    /// The first start at or after `from` that the words name.
    fn first(&self, rule: &Rule, from: DateTime, around: &Around) -> Option<DateTime> {
        let names_days = !self.weekdays.is_empty() || !self.days.is_empty() || !self.dates.is_empty();
        if !names_days && (self.months.is_empty() || self.months.contains(&from.month())) {
            return Some(from);
        }
        if !names_days {
            let series = series(rule.clone(), from, around)?;
            return series.occurrences().map(|found| found.original).nth(1);
        }
        // Every day that the rule names is one of those without its interval; the day before comes first and is no
        // part of it.
        let before = from.checked_sub(1.day()).ok()?;
        let all = Rule { interval: 1, ..rule.clone() };
        let series = series(all, before, around)?;
        series.occurrences().take(MAX_LOOKED_AT).map(|found| found.original).find(|found| *found >= from)
    }

    fn end_of(&self, start: DateTime) -> Option<DateTime> {
        match (self.end_time, self.minutes) {
            (Some(end), _) if end > start.time() => Some(start.date().to_datetime(end)),
            (Some(end), _) => Some(start.date().tomorrow().ok()?.to_datetime(end)),
            (None, Some(minutes)) => start.checked_add(minutes.minutes()).ok(),
            (None, None) => None,
        }
    }

    /// The rule with the end that was said; of two ends the one that comes first.
    fn ended(&self, rule: Rule, start: DateTime, around: &Around) -> Result<Rule, &'static str> {
        let apply = |end: End| -> Result<Rule, &'static str> {
            let last = match end {
                End::Times(0) => return Err("takes place no times; say at least 1"),
                End::Times(count) if count > crate::rule::MAX_COUNT => {
                    return Err("takes place too many times");
                }
                End::Times(count) => return Ok(rule.counting(count)),
                End::Until(when) => when.after(start.date()),
                End::For(many, unit) => lasting(start.date(), many, unit),
            };
            let last = last.ok_or("ends on a day that does not exist")?;
            if last < start.date() {
                return Err("ends before it begins");
            }
            Ok(rule.ending(Until::Date(last)))
        };
        let Some(first) = self.end else { return Ok(rule) };
        let first = apply(first)?;
        let Some(second) = self.second_end else { return Ok(first) };
        let second = apply(second)?;
        let many = |rule: &Rule| {
            let series = series(rule.clone(), start, around);
            series.map_or(0, |series| series.occurrences().take(MAX_LOOKED_AT).count())
        };
        Ok(if many(&second) < many(&first) { second } else { first })
    }
}

/// Up to how many occurrences are looked at for a first one and for an end.
const MAX_LOOKED_AT: usize = 10_000;

/// What words without any recurrence are told.
const NO_RECURRENCE: &str =
    "says no recurrence; say for example \"every other Tuesday at 9:00\" or \"매월 마지막 금요일 오전 9시\"";

fn series(rule: Rule, start: DateTime, around: &Around) -> Option<Series> {
    Series::new(SeriesParts {
        start,
        end: start.checked_add(1.minute()).ok()?,
        zone: around.zone.clone(),
        all_day: false,
        rule: Some(rule),
        rdates: Vec::new(),
        exdates: Vec::new(),
    })
}

fn days_text(days: &[Day]) -> Result<String, &'static str> {
    let mut numbers = Vec::new();
    let mut weekdays = Vec::new();
    let mut workdays = Vec::new();
    for day in days {
        match day {
            Day::Number(number) => numbers.push(*number),
            Day::Weekday(place, weekday) => weekdays.push(format!("{place}{}", weekday_letters(*weekday))),
            Day::Every(weekday) => weekdays.push(weekday_letters(*weekday).to_owned()),
            Day::Workday(place) => workdays.push(*place),
        }
    }
    match (&numbers[..], &weekdays[..], &workdays[..]) {
        ([], [], []) => Ok(String::new()),
        (numbers, [], []) => Ok(format!(";BYMONTHDAY={}", list(numbers.iter()))),
        ([], weekdays, []) => Ok(format!(";BYDAY={}", weekdays.join(","))),
        ([], [], places) => {
            let all = list(WORKDAYS.into_iter().map(weekday_letters));
            Ok(format!(";BYDAY={all};BYSETPOS={}", list(places.iter())))
        }
        _ => Err(
            "names days of the month in ways that no single rule gives; say them as numbers or as weekdays",
        ),
    }
}

fn list(values: impl Iterator<Item = impl ToString>) -> String {
    values.map(|value| value.to_string()).collect::<Vec<_>>().join(",")
}

fn sorted(values: impl Iterator<Item = i8>) -> Vec<i8> {
    let mut values: Vec<i8> = values.collect();
    values.sort_unstable();
    values.dedup();
    values
}

/// The last day of what begins on `start` and goes on for so many weeks, months...
fn lasting(start: Date, many: u32, unit: Frequency) -> Option<Date> {
    let many = i64::from(many);
    let span = match unit {
        Frequency::Yearly => jiff::Span::new().try_years(many),
        Frequency::Monthly => jiff::Span::new().try_months(many),
        Frequency::Weekly => jiff::Span::new().try_weeks(many),
        _ => jiff::Span::new().try_days(many),
    };
    start.checked_add(span.ok()?).ok()?.yesterday().ok()
}

impl When {
    /// The date itself, seen from `today`; `None` when there is no such day.
    pub(super) fn after(self, today: Date) -> Option<Date> {
        // A leap day is at most eight years away.
        let next = |year: Option<i16>, make: &dyn Fn(i16) -> Option<Date>| match year {
            Some(year) => make(year),
            None => {
                (0..=8).filter_map(|more| make(today.year().checked_add(more)?)).find(|date| *date >= today)
            }
        };
        match self {
            Self::Day { year, month, day } => next(year, &|year| Date::new(year, month, day).ok()),
            Self::EndOfMonth { year, month } => {
                next(year, &|year| Date::new(year, month, 1).ok().map(Date::last_of_month))
            }
            Self::EndOfYear => Date::new(today.year(), 12, 31).ok(),
            Self::InDays(days) => today.checked_add(days.days()).ok(),
            Self::Next(weekday) => today.nth_weekday(1, weekday).ok(),
        }
    }
}
