//! A rule as text, in one canonical order: equal rules give equal text.

use std::fmt::{self, Display, Formatter};

use jiff::civil::{Date, DateTime};

use super::{Rule, Until, bits, weekday_number};

/// The two letters of a weekday, by its number from Monday.
pub(super) const WEEKDAY_LETTERS: [&str; 7] = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"];

impl Display for Rule {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "FREQ={}", self.frequency.name())?;
        if self.interval != 1 {
            write!(f, ";INTERVAL={}", self.interval)?;
        }
        if let Some(count) = self.count {
            write!(f, ";COUNT={count}")?;
        }
        if let Some(until) = self.until {
            write!(f, ";UNTIL={until}")?;
        }
        list(f, "BYMONTH", bits(u64::from(self.months)))?;
        list(f, "BYWEEKNO", self.week_numbers.values())?;
        list(f, "BYYEARDAY", self.year_days.iter())?;
        list(f, "BYMONTHDAY", self.month_days.values())?;
        list(f, "BYDAY", self.day_words())?;
        list(f, "BYHOUR", bits(u64::from(self.hours)))?;
        list(f, "BYMINUTE", bits(self.minutes))?;
        list(f, "BYSECOND", bits(self.seconds))?;
        list(f, "BYSETPOS", self.positions.iter())?;
        if self.week_start != 0 {
            write!(f, ";WKST={}", WEEKDAY_LETTERS[usize::from(self.week_start)])?;
        }
        Ok(())
    }
}

impl Rule {
    fn day_words(&self) -> impl Iterator<Item = DayWord> {
        let plain = bits(u64::from(self.weekdays)).map(|weekday| DayWord(0, weekday));
        plain.chain(self.nth_weekdays.iter().map(|nth| DayWord(nth.place, weekday_number(nth.weekday))))
    }
}

struct DayWord(i8, u8);

impl Display for DayWord {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.0 != 0 {
            write!(f, "{}", self.0)?;
        }
        f.write_str(WEEKDAY_LETTERS[usize::from(self.1 % 7)])
    }
}

fn list<T: Display>(f: &mut Formatter<'_>, name: &str, values: impl Iterator<Item = T>) -> fmt::Result {
    for (place, value) in values.enumerate() {
        if place == 0 {
            write!(f, ";{name}=")?;
        } else {
            f.write_str(",")?;
        }
        write!(f, "{value}")?;
    }
    Ok(())
}

impl Display for Until {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Date(date) => write_date(f, *date),
            Self::Local(time) => write_time(f, *time),
            Self::Utc(instant) => {
                write_time(f, jiff::tz::Offset::UTC.to_datetime(*instant))?;
                f.write_str("Z")
            }
        }
    }
}

fn write_date(f: &mut Formatter<'_>, date: Date) -> fmt::Result {
    write!(f, "{:04}{:02}{:02}", date.year(), date.month(), date.day())
}

fn write_time(f: &mut Formatter<'_>, time: DateTime) -> fmt::Result {
    write_date(f, time.date())?;
    write!(f, "T{:02}{:02}{:02}", time.hour(), time.minute(), time.second())
}
