//! Recurrence rules (RFC 5545 3.3.10): what is checked, and kept in one canonical form.
//!
//! Lists of numbers are bit sets: a rule costs no memory of its own in the common case, and two spellings of one
//! rule (order, `INTERVAL=1`, repeated values) are equal.

mod display;
mod parse;
mod sets;

use std::fmt;

use jiff::{
    Timestamp,
    civil::{Date, DateTime, Weekday},
};

pub(crate) use sets::{SignedSet, bits};

/// Longest rule read, in characters.
pub const MAX_RULE_CHARS: usize = 1_000;
/// Largest `INTERVAL`.
pub const MAX_INTERVAL: u32 = 100_000;
/// Largest `COUNT` that a rule may say; what a meeting may have is `draft::MAX_OCCURRENCES`.
pub const MAX_COUNT: u32 = 1_000_000;

/// How often a rule repeats, finest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Frequency {
    /// Every so many seconds.
    Secondly,
    /// Every so many minutes.
    Minutely,
    /// Every so many hours.
    Hourly,
    /// Every so many days.
    Daily,
    /// Every so many weeks.
    Weekly,
    /// Every so many months.
    Monthly,
    /// Every so many years.
    Yearly,
}

impl Frequency {
    /// All of them, finest first.
    pub const ALL: [Frequency; 7] = [
        Self::Secondly,
        Self::Minutely,
        Self::Hourly,
        Self::Daily,
        Self::Weekly,
        Self::Monthly,
        Self::Yearly,
    ];

    /// The word of the rule: `WEEKLY`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Secondly => "SECONDLY",
            Self::Minutely => "MINUTELY",
            Self::Hourly => "HOURLY",
            Self::Daily => "DAILY",
            Self::Weekly => "WEEKLY",
            Self::Monthly => "MONTHLY",
            Self::Yearly => "YEARLY",
        }
    }
}

/// The last moment that an occurrence may start at, itself included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Until {
    /// The whole of a local day.
    Date(Date),
    /// A local time.
    Local(DateTime),
    /// An instant.
    Utc(Timestamp),
}

/// A weekday of a month or year by its place: the 2nd Tuesday, the last Friday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NthWeekday {
    /// -53 to 53, never 0; negative counts from the end.
    pub place: i8,
    /// Which weekday.
    pub weekday: Weekday,
}

/// A checked recurrence rule.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Rule {
    pub(crate) frequency: Frequency,
    pub(crate) interval: u32,
    pub(crate) count: Option<u32>,
    pub(crate) until: Option<Until>,
    /// 0 for Monday.
    pub(crate) week_start: u8,
    /// Bits 0 to 59.
    pub(crate) seconds: u64,
    /// Bits 0 to 59.
    pub(crate) minutes: u64,
    /// Bits 0 to 23.
    pub(crate) hours: u32,
    /// Bits 0 (Monday) to 6: weekdays without a place.
    pub(crate) weekdays: u8,
    pub(crate) nth_weekdays: Vec<NthWeekday>,
    pub(crate) month_days: SignedSet,
    pub(crate) year_days: Vec<i16>,
    pub(crate) week_numbers: SignedSet,
    /// Bits 1 to 12.
    pub(crate) months: u16,
    pub(crate) positions: Vec<i16>,
}

/// One thing that is wrong with the text of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// A stable word for machines: `required`, `tooLong`, `invalid`, `duplicate`, `outOfRange`, `conflict`,
    /// `unsupported`.
    pub code: &'static str,
    /// What is wrong and what would be right, in English.
    pub text: String,
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Rule {
    /// A rule of nothing but a frequency.
    fn every(frequency: Frequency) -> Self {
        Self {
            frequency,
            interval: 1,
            count: None,
            until: None,
            week_start: 0,
            seconds: 0,
            minutes: 0,
            hours: 0,
            weekdays: 0,
            nth_weekdays: Vec::new(),
            month_days: SignedSet::default(),
            year_days: Vec::new(),
            week_numbers: SignedSet::default(),
            months: 0,
            positions: Vec::new(),
        }
    }

    /// Reads the value of an RRULE property; an error holds every fault that was found, never none.
    pub fn parse(text: &str) -> Result<Self, Vec<RuleFault>> {
        parse::parse(text)
    }

    /// How often it repeats.
    pub fn frequency(&self) -> Frequency {
        self.frequency
    }

    /// Every how many of its frequency's periods, 1 to [`MAX_INTERVAL`].
    pub fn interval(&self) -> u32 {
        self.interval
    }

    /// How many occurrences there are, the first included; `None` when not limited so.
    pub fn count(&self) -> Option<u32> {
        self.count
    }

    /// Until when; `None` when not limited so.
    pub fn until(&self) -> Option<Until> {
        self.until
    }

    /// Whether it goes on for ever.
    pub fn is_endless(&self) -> bool {
        self.count.is_none() && self.until.is_none()
    }

    /// The same rule with another end in place of its `UNTIL`.
    pub fn with_until(&self, until: Option<Until>) -> Self {
        Self { until, ..self.clone() }
    }

    /// The same rule with this end and no other.
    pub fn ending(&self, until: Until) -> Self {
        Self { until: Some(until), count: None, ..self.clone() }
    }

    /// The same rule with so many occurrences, and no other end.
    pub fn counting(&self, count: u32) -> Self {
        Self { until: None, count: Some(count), ..self.clone() }
    }

    /// The day that its weeks start on.
    pub fn week_start(&self) -> Weekday {
        weekday_from(self.week_start)
    }

    /// The weekdays of `BYDAY` that have no place, Monday first.
    pub fn weekdays(&self) -> impl Iterator<Item = Weekday> + use<> {
        bits(u64::from(self.weekdays)).map(weekday_from)
    }

    /// The weekdays of `BYDAY` that have a place.
    pub fn nth_weekdays(&self) -> &[NthWeekday] {
        &self.nth_weekdays
    }

    /// The days of `BYMONTHDAY`, 1 to 31 and then -1 to -31.
    pub fn month_days(&self) -> impl Iterator<Item = i8> + use<> {
        self.month_days.values()
    }

    /// The months of `BYMONTH`, 1 to 12.
    pub fn months(&self) -> impl Iterator<Item = u8> + use<> {
        bits(u64::from(self.months))
    }

    /// The days of `BYYEARDAY`, 1 to 366 and -1 to -366.
    pub fn year_days(&self) -> &[i16] {
        &self.year_days
    }

    /// The weeks of `BYWEEKNO`, 1 to 53 and then -1 to -53.
    pub fn week_numbers(&self) -> impl Iterator<Item = i8> + use<> {
        self.week_numbers.values()
    }

    /// The hours of `BYHOUR`.
    pub fn hours(&self) -> impl Iterator<Item = u8> + use<> {
        bits(u64::from(self.hours))
    }

    /// The minutes of `BYMINUTE`.
    pub fn minutes(&self) -> impl Iterator<Item = u8> + use<> {
        bits(self.minutes)
    }

    /// The seconds of `BYSECOND`.
    pub fn seconds(&self) -> impl Iterator<Item = u8> + use<> {
        bits(self.seconds)
    }

    /// The places of `BYSETPOS`.
    pub fn positions(&self) -> &[i16] {
        &self.positions
    }

    /// Whether `BYHOUR`, `BYMINUTE` or `BYSECOND` stand in it, which an all-day meeting can't have.
    pub fn names_times(&self) -> bool {
        self.seconds != 0 || self.minutes != 0 || self.hours != 0
    }
}

/// A weekday by its number, 0 for Monday; numbers beyond wrap around.
pub(crate) fn weekday_from(number: u8) -> Weekday {
    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    ALL[usize::from(number % 7)]
}

/// The two letters of a weekday: `MO`.
pub(crate) fn weekday_letters(weekday: Weekday) -> &'static str {
    display::WEEKDAY_LETTERS[usize::from(weekday_number(weekday)) % 7]
}

/// The number of a weekday, 0 for Monday.
pub(crate) fn weekday_number(weekday: Weekday) -> u8 {
    weekday.to_monday_zero_offset() as u8
}
