//! Days as plain numbers: arithmetic of the Gregorian calendar for the expansion, where it must be fast.
//!
//! A day is the count of days since 1970-01-01; a local time the count of seconds since that day's midnight, on
//! the clock on the wall. Weekdays count from 0, Monday. Formulas: Howard Hinnant, "chrono-Compatible Low-Level
//! Date Algorithms".

use jiff::civil::{Date, DateTime};

/// Seconds of a day on the wall clock.
pub(crate) const DAY_SECONDS: i64 = 86_400;

/// The number of a calendar date.
pub(crate) const fn from_civil(year: i32, month: u8, day: u8) -> i32 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let month_from_march = (month as i32 + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day as i32 - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of a day's number.
pub(crate) fn to_civil(day: i32) -> (i32, u8, u8) {
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day_of_month = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i32::from(month <= 2);
    (year, month as u8, day_of_month as u8)
}

/// The weekday of a day, 0 for Monday.
pub(crate) fn weekday(day: i32) -> u8 {
    (day + 3).rem_euclid(7) as u8
}

/// Whether the year has 366 days.
pub(crate) fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// How many days the year has.
pub(crate) fn days_in_year(year: i32) -> i32 {
    if is_leap(year) { 366 } else { 365 }
}

/// How many days the month (1 to 12) has.
pub(crate) fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 => 28 + u8::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The first day of the week that a day lies in, for a week that starts on `week_start` (0 for Monday).
pub(crate) fn week_of(day: i32, week_start: u8) -> i32 {
    day - (i32::from(weekday(day)) - i32::from(week_start)).rem_euclid(7)
}

/// The first day of week 1 of a year: the first week with at least four days in it (RFC 5545 3.3.10).
pub(crate) fn first_week(year: i32, week_start: u8) -> i32 {
    week_of(from_civil(year, 1, 4), week_start)
}

/// The number of a date.
pub(crate) fn of_date(date: Date) -> i32 {
    from_civil(i32::from(date.year()), date.month() as u8, date.day() as u8)
}

/// A local time in seconds; fractions of a second are dropped.
pub(crate) fn seconds_of(time: DateTime) -> i64 {
    let in_day = i64::from(time.hour()) * 3_600 + i64::from(time.minute()) * 60 + i64::from(time.second());
    i64::from(of_date(time.date())) * DAY_SECONDS + in_day
}

/// The local time of a count of seconds; what lies outside jiff's years becomes the nearest time inside.
pub(crate) fn to_local(seconds: i64) -> DateTime {
    let in_day = seconds.rem_euclid(DAY_SECONDS);
    let Ok(day) = i32::try_from(seconds.div_euclid(DAY_SECONDS)) else {
        return if seconds < 0 { DateTime::MIN } else { DateTime::MAX };
    };
    let (year, month, of_month) = to_civil(day);
    let (hour, minute, second) = (in_day / 3_600, in_day / 60 % 60, in_day % 60);
    i16::try_from(year)
        .ok()
        .and_then(|year| {
            let (hour, minute, second) = (hour as i8, minute as i8, second as i8);
            DateTime::new(year, month as i8, of_month as i8, hour, minute, second, 0).ok()
        })
        .unwrap_or(if seconds < 0 { DateTime::MIN } else { DateTime::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::{ToSpan, civil::date};

    #[test]
    fn agrees_with_jiff_on_every_day_of_five_centuries() {
        let mut expected = date(1899, 12, 31);
        for number in from_civil(1899, 12, 31)..from_civil(2400, 1, 2) {
            let (year, month, day) = to_civil(number);
            assert_eq!(date(year as i16, month as i8, day as i8), expected);
            assert_eq!(of_date(expected), number);
            assert_eq!(weekday(number) as i8, expected.weekday().to_monday_zero_offset());
            let week = expected.iso_week_date();
            let monday = week_of(number, 0);
            assert_eq!((monday - first_week(i32::from(week.year()), 0)) / 7 + 1, i32::from(week.week()));
            expected = expected.saturating_add(1.day());
        }
    }

    #[test]
    fn keeps_local_times_through_seconds() {
        for time in [date(1969, 12, 31).at(23, 59, 59, 0), date(2026, 2, 28).at(0, 0, 1, 0)] {
            assert_eq!(to_local(seconds_of(time)), time);
        }
        assert_eq!(to_local(i64::MAX), DateTime::MAX);
        assert_eq!(to_local(i64::MIN), DateTime::MIN);
    }
}
