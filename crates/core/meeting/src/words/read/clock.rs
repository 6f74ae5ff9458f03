//! Times of day as people say them: "3-4 pm" says the half of the day once, "9 to 5" never. One place decides which
//! hours are meant, for both languages.

use jiff::civil::Time;

use super::pieces::Part;

/// A time of day as it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Clock {
    /// 0 to 23; 1 to 12 where the half of the day is open.
    pub(super) hour: i8,
    pub(super) minute: i8,
    pub(super) sure: Sure,
    pub(super) night: Night,
}

/// How the hour is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sure {
    /// It could be of either half of the day.
    Open,
    /// The half was said.
    Half,
    /// It was written as of 24 hours: 09:00, 15.
    Day,
}

/// Whether it belongs to the night that follows the day that is named with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Night {
    No,
    /// Some mean it so: "Friday at midnight".
    Perhaps,
    /// 금요일 밤 12시.
    Yes,
}

/// A time of day that is known, and how long it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) start: Time,
    /// In minutes, where an end was said.
    pub(super) minutes: Option<i64>,
    pub(super) night: Night,
}

/// Longest stretch over midnight, or between times of which the half of the day was guessed.
const MAX_GUESSED_MINUTES: i64 = 12 * 60;
const DAY_MINUTES: i64 = 24 * 60;

impl Clock {
    /// A time as it is written, without a half of the day; `padded` says that its hour has a zero before it.
    pub(super) fn written(hour: i8, minute: i8, padded: bool) -> Option<Self> {
        Time::new(hour, minute, 0, 0).ok()?;
        let sure = if padded || !(1..=12).contains(&hour) { Sure::Day } else { Sure::Open };
        Some(Self { hour, minute, sure, night: Night::No })
    }

    /// A time of which the half of the day is known.
    pub(super) fn exact(hour: i8, minute: i8, night: Night) -> Option<Self> {
        Time::new(hour, minute, 0, 0).ok()?;
        Some(Self { hour, minute, sure: Sure::Half, night })
    }

    /// 12 hours with am or pm.
    pub(super) fn half(hour: i8, minute: i8, is_afternoon: bool) -> Option<Self> {
        let hour = Some(hour).filter(|hour| (1..=12).contains(hour))? % 12;
        Self::exact(hour + if is_afternoon { 12 } else { 0 }, minute, Night::No)
    }

    /// An hour of a part of the day; `None` when there is no such hour in it.
    pub(super) fn of_part(hour: i8, minute: i8, part: Part) -> Option<Self> {
        let (hour, night) = match (part, hour) {
            (Part::Dawn, 12) => (0, Night::No),
            (Part::Dawn, 0..=6) => (hour, Night::No),
            (Part::Morning, 1..=11) => (hour, Night::No),
            (Part::Noon, 10..=12) => (hour, Night::No),
            (Part::Noon, 1..=5) | (Part::Afternoon, 1..=8) | (Part::Evening, 4..=11) => {
                (hour + 12, Night::No)
            }
            (Part::Afternoon, 12..=18) | (Part::Evening, 16..=23) | (Part::Night, 18..=23) => {
                (hour, Night::No)
            }
            (Part::Night, 6..=11) => (hour + 12, Night::No),
            (Part::Night, 12 | 0) => (0, Night::Yes),
            (Part::Night, 1..=4) => (hour, Night::Yes),
            _ => return None,
        };
        Self::exact(hour, minute, night)
    }

    fn minutes(self) -> i64 {
        i64::from(self.hour) * 60 + i64::from(self.minute)
    }

    fn at_hour(self, hour: i8) -> Self {
        Self { hour, ..self }
    }

    /// The half that most people mean, or the other one: meetings are held from 7:00 to 18:59, and 7 and 8 may be of
    /// the evening as well.
    fn guessed(self, other: bool) -> Self {
        let is_later = if other { 7..=8 } else { 1..=6 }.contains(&self.hour);
        self.at_hour(if is_later { self.hour + 12 } else { self.hour })
    }

    /// The same in both halves of the day.
    fn both(self) -> [Self; 2] {
        [self.at_hour(self.hour % 12), self.at_hour(self.hour % 12 + 12)]
    }
}

/// How long it is from one time of day to the next time that it is another.
fn between(start: Clock, end: Clock) -> i64 {
    match (end.minutes() - start.minutes()).rem_euclid(DAY_MINUTES) {
        0 => DAY_MINUTES,
        minutes => minutes,
    }
}

/// Which times are meant; `other` takes an
/// hour without its half as of the half that is meant less often. An error says what would be right.
pub(super) fn slots(
    said: &[(Clock, Option<Clock>)],
    part: Option<Part>,
    other: bool,
) -> Result<Vec<Slot>, &'static str> {
    let is_of_24 = said.iter().any(|(start, end)| {
        start.sure == Sure::Day || end.is_some_and(|end| end.sure == Sure::Day && end.hour != 0)
    });
    let mut slots: Vec<Slot> = Vec::new();
    let mut before: Option<Clock> = None;
    for (start, end) in said {
        let start = match part {
            Some(part) if start.sure == Sure::Open => {
                Clock::of_part(start.hour, start.minute, part).ok_or(NOT_OF_PART)?
            }
            Some(part) if is_beside(*start, part) => return Err(NOT_OF_PART),
            _ => *start,
        };
        let start = match (start.sure, end) {
            (Sure::Open, _) if is_of_24 => start,
            (Sure::Open, Some(end)) if end.sure == Sure::Half => nearest_before(start, *end),
            (Sure::Open, end) => {
                one_of_list(start, before, other && !end.is_some_and(|end| is_long(start, end)))?
            }
            _ => start,
        };
        // "9 and 10 pm": 9 could be of either half; "9 and 2 pm" and "2 and 3 pm" are clear.
        let is_unclear = |before: Clock| {
            before.sure == Sure::Open
                && before.hour < 12
                && before.at_hour(before.hour + 12).minutes() < start.minutes()
        };
        if start.sure == Sure::Half && before.is_some_and(is_unclear) && !is_of_24 {
            return Err("names times with and without their half of the day; say am or pm with each");
        }
        let minutes = end.map(|end| length(start, end, is_of_24)).transpose()?;
        before = Some(start);
        let time = Time::new(start.hour, start.minute, 0, 0).map_err(|_| "names no time of day")?;
        let slot = Slot { start: time, minutes, night: start.night };
        if !slots.contains(&slot) {
            slots.push(slot);
        }
    }
    slots.sort_by_key(|slot| slot.start);
    Ok(slots)
}

const NOT_OF_PART: &str = "names a time that is not in that part of the day; say for example 9:00 or 3 pm";

/// Whether a time that is known lies outside a part of the day.
fn is_beside(clock: Clock, part: Part) -> bool {
    let hours = match part {
        Part::Dawn => 0..=6,
        Part::Morning => 1..=12,
        Part::Noon => 10..=17,
        Part::Afternoon => 12..=20,
        Part::Evening => 16..=23,
        Part::Night => 18..=23,
    };
    !hours.contains(&clock.hour)
}

/// 3-4 pm: the half that makes the shorter stretch.
fn nearest_before(start: Clock, end: Clock) -> Clock {
    let [first, second] = start.both();
    if between(first, end) <= between(second, end) { first } else { second }
}

/// A time without its half, alone or in a list: 2 pm and 4, at 9 and 2.
fn one_of_list(start: Clock, before: Option<Clock>, other: bool) -> Result<Clock, &'static str> {
    let Some(before) = before else { return Ok(start.guessed(other)) };
    let found = match before.sure {
        Sure::Half => {
            let [first, second] = start.both();
            if between(before, first) <= between(before, second) { first } else { second }
        }
        _ => start.guessed(other),
    };
    if found.minutes() <= before.minutes() {
        return Err("names times of which the half of the day is not clear; say am or pm with each");
    }
    Ok(found)
}

/// Whether it would go on over midnight if it began in the evening: "8 to 5" is of the day alone.
fn is_long(start: Clock, end: Clock) -> bool {
    let evening = start.at_hour(start.hour % 12 + 12);
    start.hour > 6
        && length(evening, end, false).is_ok_and(|minutes| evening.minutes() + minutes > DAY_MINUTES)
}

/// How long it is to an end.
fn length(start: Clock, end: Clock, is_of_24: bool) -> Result<i64, &'static str> {
    if end.sure == Sure::Open && !is_of_24 {
        let [first, second] = end.both();
        return Ok(between(start, first).min(between(start, second)));
    }
    let minutes = between(start, end);
    let is_over_midnight = end.minutes() <= start.minutes();
    if is_over_midnight && minutes > MAX_GUESSED_MINUTES {
        return Err(
            "ends before it begins, or takes more than 12 hours over midnight; say the end as for example 17:00 or 5 pm",
        );
    }
    Ok(minutes)
}
