//! Dates as people say them, and the days that are meant.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};

use super::pieces::Doubt;

/// A date, or a stretch of dates, as people say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// A day of a month; the next one when there is no year. The weekday is checked.
    Day { year: Option<i16>, month: i8, day: i8, weekday: Option<Weekday> },
    /// "the 18th": of this month or the next.
    DayOfMonth(i8),
    /// The last day of a month.
    EndOfMonth { year: Option<i16>, month: i8 },
    /// A whole month. `open`: the month itself may be meant to be outside ("until June").
    Month { year: Option<i16>, month: i8, open: bool },
    /// The month that is so many months ahead.
    MonthsAhead(i32),
    /// The last day of that.
    EndOfMonthsAhead(i32),
    /// The year that is so many years ahead.
    YearsAhead(i16),
    /// The last day of that.
    EndOfYearsAhead(i16),
    /// The last day of a year.
    EndOfYear(i16),
    /// A month of the year that is so many years ahead, or a day of it.
    OfYearsAhead { years: i16, month: i8, day: Option<i8> },
    /// The week, Monday to Sunday, that is so many weeks ahead.
    WeeksAhead(i32),
    /// So many days ahead.
    InDays(i32),
    /// A weekday of the week that is so many weeks ahead.
    WeekdayOf(i32, Weekday),
    /// "next Friday": the first after today, or that of next week.
    Next(Weekday),
    /// "Friday": the first from the day on that it is seen from.
    Coming(Weekday),
}

/// What dates are seen from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Today in the meeting's zone: what "tomorrow" goes by.
    pub(super) today: Date,
    /// The day from which on dates without a year are looked for.
    pub(super) from: Date,
    /// What is taken the other way.
    pub(super) doubt: Option<Doubt>,
}

/// No such day.
fn none() -> String {
    "is a day that does not exist".to_owned()
}

/// A leap day is at most eight years away.
const MAX_YEARS: i16 = 8;

impl When {
    /// The same date in a year, where it has none of its own.
    fn with_year(self, year: i16) -> Self {
        match self {
            Self::Day { year: None, month, day, weekday } => {
                Self::Day { year: Some(year), month, day, weekday }
            }
            Self::EndOfMonth { year: None, month } => Self::EndOfMonth { year: Some(year), month },
            Self::Month { year: None, month, open } => Self::Month { year: Some(year), month, open },
            when => when,
        }
    }

    /// Month and day, for the order within a year; and the year, where there is one.
    fn order(self) -> Option<(Option<i16>, i8, i8)> {
        match self {
            Self::Day { year, month, day, .. } => Some((year, month, day)),
            Self::EndOfMonth { year, month } => Some((year, month, 31)),
            Self::Month { year, month, .. } => Some((year, month, 0)),
            _ => None,
        }
    }

    /// Whether it says the year itself.
    pub(super) fn names_a_year(self) -> bool {
        matches!(self, Self::EndOfYear(_)) || self.order().is_some_and(|(year, ..)| year.is_some())
    }

    /// The first of two dates, with the year of the second where it has none of its own.
    pub(super) fn before(self, last: Self) -> Self {
        match (self.order(), last.order()) {
            (Some((None, month, day)), Some((Some(year), last_month, last_day))) => {
                self.with_year(if (month, day) <= (last_month, last_day) { year } else { year - 1 })
            }
            _ => self,
        }
    }

    /// The first and the last day that are meant.
    pub(super) fn days(self, seen: Seen) -> Result<(Date, Date), String> {
        let single = |date: Option<Date>| date.map(|date| (date, date)).ok_or_else(none);
        let month = |first: Date| (first.first_of_month(), first.last_of_month());
        let year = |ahead: i16| seen.today.year().checked_add(ahead);
        match self {
            Self::Day { year, month, day, weekday } => {
                let found = self.next(year, seen, |year| Date::new(year, month, day).ok())?;
                match weekday.filter(|weekday| *weekday != found.weekday()) {
                    Some(said) => Err(format!(
                        "says {}, but {found} is a {}; say the date or the weekday that is meant",
                        super::super::weekday(convoke_model::Language::English, said),
                        super::super::weekday(convoke_model::Language::English, found.weekday()),
                    )),
                    None => Ok((found, found)),
                }
            }
            Self::DayOfMonth(day) => single((0..3).find_map(|more| {
                let month = seen.from.first_of_month().checked_add(more.months()).ok()?;
                Date::new(month.year(), month.month(), day).ok().filter(|date| *date >= seen.from)
            })),
            Self::EndOfMonth { year, month } => {
                let last = |year| Date::new(year, month, 1).ok().map(Date::last_of_month);
                self.next(year, seen, last).map(|date| (date, date))
            }
            Self::Month { year, month: number, open } => {
                let last = |year| Date::new(year, number, 1).ok().map(Date::last_of_month);
                let (first, last) = month(self.next(year, seen, last)?);
                match open && seen.doubt == Some(Doubt::UntilMonth) {
                    true => single(first.yesterday().ok()),
                    false => Ok((first, last)),
                }
            }
            Self::MonthsAhead(many) => months_ahead(seen.today, many).map(month).ok_or_else(none),
            Self::EndOfMonthsAhead(many) => single(months_ahead(seen.today, many).map(Date::last_of_month)),
            Self::YearsAhead(many) => year(many).and_then(whole_year).ok_or_else(none),
            Self::EndOfYearsAhead(many) => single(year(many).and_then(whole_year).map(|(_, last)| last)),
            Self::OfYearsAhead { years, month: number, day } => {
                let first = year(years).and_then(|year| Date::new(year, number, day.unwrap_or(1)).ok());
                match (first, day) {
                    (Some(first), None) => Ok(month(first)),
                    (first, _) => single(first),
                }
            }
            Self::EndOfYear(number) => single(whole_year(number).map(|(_, last)| last)),
            Self::WeeksAhead(many) => {
                let first = week_ahead(seen.today, many).ok_or_else(none)?;
                Ok((first, first.checked_add(6.days()).map_err(|_| none())?))
            }
            Self::InDays(days) => single(seen.today.checked_add(days.days()).ok()),
            Self::WeekdayOf(weeks, weekday) => single(weekday_of(seen.today, weeks, weekday)),
            Self::Next(weekday) if seen.doubt == Some(Doubt::NextWeekday) => {
                single(weekday_of(seen.today, 1, weekday))
            }
            Self::Next(weekday) => single(seen.today.nth_weekday(1, weekday).ok()),
            Self::Coming(weekday) => {
                single(seen.from.yesterday().ok().and_then(|date| date.nth_weekday(1, weekday).ok()))
            }
        }
    }

    /// The first and the last day of a date without a year that was over at most so many days before `before`.
    pub(super) fn just_past(self, before: Date, days: i64) -> Option<(Date, Date)> {
        let of_year = |year: i16| match self {
            Self::Day { year: None, month, day, .. } => {
                Date::new(year, month, day).ok().map(|date| (date, date))
            }
            Self::EndOfMonth { year: None, month } => {
                Date::new(year, month, 1).ok().map(|first| (first.last_of_month(), first.last_of_month()))
            }
            Self::Month { year: None, month, .. } => {
                Date::new(year, month, 1).ok().map(|first| (first, first.last_of_month()))
            }
            _ => None,
        };
        let earliest = before.checked_sub(days.days()).ok()?;
        let is_recent = |(_, last): &(Date, Date)| earliest <= *last && *last < before;
        [Some(before.year()), before.year().checked_sub(1)]
            .into_iter()
            .flatten()
            .filter_map(of_year)
            .find(is_recent)
    }

    /// The date of a year, or the next one.
    fn next(self, year: Option<i16>, seen: Seen, make: impl Fn(i16) -> Option<Date>) -> Result<Date, String> {
        let found = match year {
            Some(year) => make(year),
            None => (0..=MAX_YEARS)
                .filter_map(|more| make(seen.from.year().checked_add(more)?))
                .find(|date| *date >= seen.from),
        };
        found.ok_or_else(none)
    }
}

fn whole_year(year: i16) -> Option<(Date, Date)> {
    Some((Date::new(year, 1, 1).ok()?, Date::new(year, 12, 31).ok()?))
}

fn months_ahead(today: Date, many: i32) -> Option<Date> {
    today.first_of_month().checked_add(many.months()).ok()
}

/// The Monday of a week.
fn week_ahead(today: Date, many: i32) -> Option<Date> {
    let back = i64::from(today.weekday().to_monday_zero_offset());
    today.checked_add((i64::from(many) * 7 - back).days()).ok()
}

fn weekday_of(today: Date, weeks: i32, weekday: Weekday) -> Option<Date> {
    week_ahead(today, weeks)?.checked_add(i64::from(weekday.to_monday_zero_offset()).days()).ok()
}
