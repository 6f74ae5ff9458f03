//! The text of one date field: a local time, or a date for an all-day meeting.

use jiff::civil::{Date, DateTime, Time};

use super::MAX_DATE_BYTES;

/// What a field of this meeting holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Day,
    Time,
}

impl Kind {
    pub(super) fn of(all_day: bool) -> Self {
        if all_day { Self::Day } else { Self::Time }
    }

    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Day => "a date such as 2026-12-01",
            Self::Time => "a local time such as 2026-12-01T10:00:00",
        }
    }
}

/// Reads `2026-12-01T10:00:00` (seconds may be left out) or `2026-12-01`; an error is a sentence.
pub(super) fn date_or_time(text: &str, kind: Kind) -> Result<DateTime, String> {
    let shown: String = text.chars().take(MAX_DATE_BYTES).collect();
    let wrong = |why: &str| Err(format!("{shown:?} {why}; expected {}", kind.expected()));
    let shape = || wrong("is not of that form");
    if text.len() > MAX_DATE_BYTES || !text.is_ascii() {
        return shape();
    }
    let (date, time) = match text.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let Some([year, month, day]) = numbers(date, '-', [4, 2, 2]) else { return shape() };
    let Ok(date) = Date::new(year, month as i8, day as i8) else {
        return wrong("is no day of the calendar");
    };
    let time = match (kind, time) {
        (Kind::Day, None) => return Ok(date.to_datetime(Time::midnight())),
        (Kind::Day, Some(_)) => return wrong("has a time, but an all-day meeting has dates"),
        (Kind::Time, None) => return wrong("has no time of day"),
        (Kind::Time, Some(time)) => time,
    };
    if time.ends_with(['Z', 'z']) || time.contains(['+', '-']) {
        return wrong("has an offset from UTC, but the zone stands in timeZone");
    }
    let parts = match time.len() {
        5 => numbers(time, ':', [2, 2]).map(|[hour, minute]| [hour, minute, 0]),
        _ => numbers(time, ':', [2, 2, 2]),
    };
    let Some([hour, minute, second]) = parts else { return shape() };
    match Time::new(hour as i8, minute as i8, second as i8, 0) {
        Ok(time) => Ok(date.to_datetime(time)),
        Err(_) => wrong("is no time of day"),
    }
}

/// Numbers of exactly these many digits.
fn numbers<const N: usize>(text: &str, between: char, widths: [usize; N]) -> Option<[i16; N]> {
    let mut parts = text.split(between);
    let mut found = [0; N];
    for (number, width) in found.iter_mut().zip(widths) {
        let part = parts.next().filter(|part| part.len() == width)?;
        *number = part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())??;
    }
    parts.next().is_none().then_some(found)
}
