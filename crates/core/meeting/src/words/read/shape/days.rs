//! Days of months, quarters and years, and dates of every year, made a shape.

use super::{
    super::{
        gather::{Named, Sorted},
        pieces::{Day, Doubt, Refusal, Unit},
    },
    Shape, letters, no_others,
};
use crate::{Frequency, rule::weekday_letters, words::spoken::WORKDAYS};

/// The first and the last months of quarters.
const FIRST_OF_QUARTERS: [i8; 4] = [1, 4, 7, 10];
const LAST_OF_QUARTERS: [i8; 4] = [3, 6, 9, 12];
/// The same of the halves of a year.
const FIRST_OF_HALVES: [i8; 2] = [1, 7];
const LAST_OF_HALVES: [i8; 2] = [6, 12];

/// Dates of every year.
pub(super) fn of_dates(said: &Sorted) -> Result<Shape, Refusal> {
    const BESIDE: &str = "is said beside dates; say one of them, or \"from\", \"until\" or \"except\" before the dates (부터, 까지, 제외 after them)";
    no_others(&said.weekdays, BESIDE)?;
    no_others(&said.months, BESIDE)?;
    no_others(&said.only_on, BESIDE)?;
    no_others(&said.without_weekdays, BESIDE)?;
    let interval =
        match said.every {
            Some((_, many, Unit::Year)) => many,
            _ => return Err(said.dates.place.refuse(
                "is a date of every year; say \"every year on\", \"from\", \"until\" or \"except\" before it (매년 before it, or 부터, 까지, 제외 after it)",
            )),
        };
    let sorted = |values: &mut dyn Iterator<Item = i8>| {
        let mut values: Vec<i8> = values.collect();
        values.sort_unstable();
        values.dedup();
        values
    };
    let mut shape = Shape::every(Frequency::Yearly, interval);
    shape.months = sorted(&mut said.dates.all.iter().map(|(month, _)| *month));
    shape.month_days = sorted(&mut said.dates.all.iter().map(|(_, day)| *day));
    if !said.days.is_empty() {
        // 매년 1월 13일, 마지막 날: the days that follow are of the same month.
        if shape.months.len() > 1 || said.days.place.at < said.dates.place.at {
            return Err(said.days.place.refuse(BESIDE));
        }
        shape.name_days(&said.days)?;
        if !shape.weekdays.is_empty() {
            return Err(said.days.place.refuse(BESIDE));
        }
        return Ok(shape);
    }
    if shape.months.len() * shape.month_days.len() != said.dates.all.len() {
        return Err(said
            .dates
            .place
            .refuse("names dates of a year that no single rule gives; say the same days for each month"));
    }
    Ok(shape)
}

/// Days of a month, a quarter or a year.
pub(super) fn of_days(said: &Sorted, doubt: Option<Doubt>) -> Result<Shape, Refusal> {
    no_others(
        &said.weekdays,
        "names weekdays beside days of the month; say each as for example \"the first Monday and the first Tuesday\", or \"Friday the 13th\" where both must hold",
    )?;
    no_others(
        &said.without_weekdays,
        "leaves out weekdays of days of a month; say the dates that are left out",
    )?;
    let (many, unit) = unit_of_days(said)?;
    let mut shape = match unit {
        Unit::Quarter => of_part_of_year(said, many, doubt, (&FIRST_OF_QUARTERS, &LAST_OF_QUARTERS))?,
        Unit::HalfYear => of_part_of_year(said, many, doubt, (&FIRST_OF_HALVES, &LAST_OF_HALVES))?,
        Unit::Year if said.months.is_empty() => of_year(said, many)?,
        Unit::Year => Shape { months: said.months.all.clone(), ..Shape::every(Frequency::Yearly, many) },
        _ => Shape::every(Frequency::Monthly, many),
    };
    if shape.year_days.is_empty() {
        shape.name_days(&said.days)?;
    }
    if !said.only_on.is_empty() {
        if shape.month_days.is_empty() {
            return Err(said.only_on.place.refuse("names weekdays in two ways; say one of them"));
        }
        shape.weekdays = letters(&said.only_on.all);
    }
    Ok(shape)
}

/// What the days are counted in.
fn unit_of_days(said: &Sorted) -> Result<(u32, Unit), Refusal> {
    let place = said.days.place;
    let has_months = !said.months.is_empty();
    let of = said.of.map(|(_, unit)| unit);
    let found = match (said.every.map(|(_, many, unit)| (many, unit)), of) {
        (None, Some(unit)) if has_months && !matches!(unit, Unit::Quarter | Unit::HalfYear) => {
            (1, if unit == Unit::Month { Unit::Year } else { unit })
        }
        (None, Some(unit)) => (1, unit),
        (None, None) if has_months => (1, Unit::Year),
        (None, None) => (1, Unit::Month),
        (Some((1, Unit::Month)), None | Some(Unit::Month)) if has_months => (1, Unit::Year),
        (Some((many, Unit::Month)), None | Some(Unit::Month)) => (many, Unit::Month),
        (Some((many, Unit::Quarter)), None | Some(Unit::Quarter)) => (many, Unit::Quarter),
        (Some((many, Unit::HalfYear)), None | Some(Unit::HalfYear)) => (many, Unit::HalfYear),
        (Some((many, Unit::Year)), None | Some(Unit::Year)) => (many, Unit::Year),
        (Some((many, Unit::Year)), Some(Unit::Month)) if has_months => (many, Unit::Year),
        (Some((_, unit)), Some(of)) if unit >= Unit::Month => {
            return Err(place.refuse(format!(
                "is said to be of the {} and to repeat by {}s; say one of them",
                of.name(),
                unit.name()
            )));
        }
        _ => return Err(place.refuse("names a day of the month, but does not repeat by months or years")),
    };
    match found {
        (_, Unit::Week | Unit::Day | Unit::Hour | Unit::Minute) => {
            Err(place.refuse("is no day of a month or year; say the weekday"))
        }
        (many, Unit::Month) if has_months && many > 1 => {
            Err(said.months.place.refuse("names months beside every so many months; say one of them"))
        }
        (_, Unit::Quarter | Unit::HalfYear) if has_months => {
            Err(said.months.place.refuse("names months beside quarters or half years; say one of them"))
        }
        found => Ok(found),
    }
}

/// Days of a quarter or of half a year lie in its first or in its last month; `months` are those.
fn of_part_of_year(
    said: &Sorted,
    many: u32,
    doubt: Option<Doubt>,
    months: (&[i8], &[i8]),
) -> Result<Shape, Refusal> {
    let place = said.days.place;
    let (first, last) = months;
    if many > 1 {
        return Err(place.refuse(
            "names days beside every so many quarters or half years; say the months that are meant",
        ));
    }
    let days = &said.days.all;
    let are_numbers = days.iter().all(|day| matches!(day, Day::Number(number) if *number > 1));
    if are_numbers && doubt == Some(Doubt::Quarter) {
        return Ok(Shape::every(Frequency::Monthly, if first.len() == 2 { 6 } else { 3 }));
    }
    // A month has every weekday four times, 20 days from Monday to Friday and 28 days at least.
    let is_in = |day: &Day, sign: i16| match *day {
        Day::Number(number) => (1..=31).contains(&(i16::from(number) * sign)),
        Day::Nth(nth) => (1..=28).contains(&(nth * sign)),
        Day::Weekday(nth, _) => (1..=4).contains(&(i16::from(nth) * sign)),
        Day::Workday(nth) => (1..=20).contains(&(i16::from(nth) * sign)),
    };
    let months = if days.iter().all(|day| is_in(day, 1)) {
        first
    } else if days.iter().all(|day| is_in(day, -1)) {
        last
    } else {
        return Err(place.refuse("names days of a quarter or half year that no single rule gives; say the months that are meant, for example \"the last Friday of March, June, September and December\""));
    };
    Ok(Shape { months: months.to_vec(), ..Shape::every(Frequency::Monthly, 1) })
}

/// Days of the whole year.
fn of_year(said: &Sorted, many: u32) -> Result<Shape, Refusal> {
    let mut shape = Shape::every(Frequency::Yearly, many);
    match said.days.all[..] {
        [Day::Nth(1)] | [Day::Workday(1)] => shape.months.push(1),
        [Day::Nth(-1)] | [Day::Workday(-1)] => shape.months.push(12),
        _ => {}
    }
    if !shape.months.is_empty() {
        return Ok(shape);
    }
    for day in &said.days.all {
        match day {
            Day::Nth(nth) => shape.year_days.push(*nth),
            Day::Weekday(..) => {}
            Day::Number(_) => return Err(said.days.place.refuse("is a day of which month of the year? Say for example \"every year on 1 December\"")),
            Day::Workday(_) => return Err(said.days.place.refuse("names days of a year that are not offered; say the month, for example \"the second weekday of January\"")),
        }
    }
    if !shape.year_days.is_empty() && shape.year_days.len() != said.days.all.len() {
        return Err(said.days.place.refuse(SEVERAL_WAYS));
    }
    Ok(shape)
}

const SEVERAL_WAYS: &str =
    "names days of the month in ways that no single rule gives; say them as numbers or as weekdays";

impl Shape {
    fn name_days(&mut self, days: &Named<Day>) -> Result<(), Refusal> {
        for day in &days.all {
            match *day {
                Day::Number(number) => self.month_days.push(number),
                Day::Nth(nth) => match i8::try_from(nth) {
                    Ok(number) if (1..=31).contains(&number.unsigned_abs()) => self.month_days.push(number),
                    _ => return Err(days.place.refuse("is no day of a month")),
                },
                Day::Weekday(nth, weekday) => {
                    self.weekdays.push(format!("{nth}{}", weekday_letters(weekday)))
                }
                Day::Workday(nth) => self.positions.push(nth),
            }
        }
        let ways = [self.month_days.len(), self.weekdays.len(), self.positions.len()];
        if ways.iter().filter(|many| **many > 0).count() != 1 {
            return Err(days.place.refuse(SEVERAL_WAYS));
        }
        if !self.positions.is_empty() {
            if self.frequency == Frequency::Yearly && self.months.len() != 1 {
                // Places are counted in each period: those of several months of a year are months' own.
                if self.interval > 1 || self.months.is_empty() {
                    return Err(days.place.refuse(SEVERAL_WAYS));
                }
                self.frequency = Frequency::Monthly;
            }
            self.weekdays = letters(&WORKDAYS);
        }
        let is_monthly = self.frequency == Frequency::Monthly || !self.months.is_empty();
        let beyond = |day: &Day| matches!(day, Day::Weekday(nth, _) if nth.unsigned_abs() > 5);
        if is_monthly && days.all.iter().any(beyond) {
            return Err(days.place.refuse("is in no month; a month has each weekday at most five times"));
        }
        Ok(())
    }
}
