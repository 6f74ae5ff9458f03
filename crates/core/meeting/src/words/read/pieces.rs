//! What the words of a text say, piece by piece and in whichever language, each with its place in the text. Apart, as
//! the languages only recognise pieces; what a rule they make together is found out in one place (`gather`, `shape`).

use jiff::civil::Weekday;

use super::{clock::Clock, when::When};

/// A piece, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Piece {
    pub(super) place: Place,
    pub(super) said: Said,
}

/// Where something stands: from, and up to but without, in characters from the start of the text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) at: usize,
    pub(super) to: usize,
}

/// Why pieces make no rule, and which one it is; without a place it is the text as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) place: Option<Place>,
    pub(super) reason: String,
}

impl Place {
    /// A refusal of what stands here.
    pub(super) fn refuse(self, reason: impl Into<String>) -> Refusal {
        Refusal { place: Some(self), reason: reason.into() }
    }
}

/// A refusal of the whole.
pub(super) fn refuse(reason: impl Into<String>) -> Refusal {
    Refusal { place: None, reason: reason.into() }
}

/// What recurrences are counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Quarter,
    HalfYear,
    Year,
}

impl Unit {
    /// Its English name.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half year",
            Self::Year => "year",
        }
    }
}

/// A day of a month, a quarter or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// The 15th.
    Number(i8),
    /// The 100th day, the last day (-1).
    Nth(i16),
    /// The second Tuesday, the last Friday (-1).
    Weekday(i8, Weekday),
    /// The n-th day from Monday to Friday, -1 for the last.
    Workday(i8),
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    /// "every 3 days", "weekly".
    Every(u32, Unit),
    /// "every second Tuesday": every so many weeks, or that one of each month.
    EveryNth(i8, Vec<Weekday>),
    /// "biweekly", "bimonthly": every two of them, or twice in each.
    Bi(Unit),
    /// "of the month".
    OfThe(Unit),
    /// So many times in so many units: "twice a week".
    Rate(u32, u32, Unit),
    /// Bare weekdays: "Monday", "weekdays".
    Weekdays(Vec<Weekday>),
    /// "only": there are no other weekdays.
    Only,
    /// "Friday the 13th": only where the days of the month are such weekdays.
    OnlyOn(Vec<Weekday>),
    /// Days of a month, a quarter or a year.
    Days(Vec<Day>),
    /// "in January"; with "every" before it: "every January".
    Months { months: Vec<i8>, every: bool },
    /// "from January to March": the first and the last.
    MonthSpan(i8, i8),
    /// Dates of every year: month and day.
    Dates(Vec<(i8, i8)>),
    /// A time of day, and the end that may follow it.
    Clock(Clock, Option<Clock>),
    /// "from 9:00 on": the time that was said is that of the first one alone.
    Onward,
    /// "every morning": the part of the day that bare hours belong to.
    Part(Part),
    /// How long each one takes, in minutes.
    Length(i64),
    /// The day that it begins on.
    From(When),
    /// The last day.
    Until(When),
    /// "from 7 to 11 December".
    Run(When, When),
    /// How many times in all.
    Count(u32),
    /// How many times, in all or in each period: "매주 월요일 1회", "once every Monday".
    Often(u32),
    /// For how many days, weeks, ...
    For(u32, Unit),
    /// Dates that are left out, the second one for a range.
    Without(When, Option<When>),
    /// Weekdays that are left out.
    WithoutWeekdays(Vec<Weekday>),
    /// Months that are left out.
    WithoutMonths(Vec<i8>),
}

/// A part of the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// 새벽.
    Dawn,
    Morning,
    /// 낮, 점심.
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// Where people differ in what they mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    /// "every second Tuesday".
    Nth,
    /// "biweekly on Monday and Thursday".
    Bi,
    /// "quarterly on the 15th".
    Quarter,
    /// "every Monday in January": each year or the next one.
    Months,
    /// "until June".
    UntilMonth,
    /// "next Friday".
    NextWeekday,
    /// "Friday at midnight".
    Night,
    /// "once every Monday": in each period or in all.
    Often,
    /// "at 3".
    Hour,
}

impl Doubt {
    /// All of them, those that change most first.
    pub(super) const ALL: [Self; 9] = [
        Self::Nth,
        Self::Bi,
        Self::Quarter,
        Self::Months,
        Self::UntilMonth,
        Self::NextWeekday,
        Self::Night,
        Self::Often,
        Self::Hour,
    ];
}

/// Weekdays in a row, wrapping around Sunday.
pub(super) fn weekday_range(first: Weekday, last: Weekday) -> Vec<Weekday> {
    (0..=i64::from(first.until(last))).map(|days| first.wrapping_add(days)).collect()
}

/// Months in a row, wrapping around December.
pub(super) fn month_range(first: i8, last: i8) -> Vec<i8> {
    let many = (last - first).rem_euclid(12);
    (0..=many).map(|more| (first - 1 + more) % 12 + 1).collect()
}
