//! What was said made a rule. What no single rule says, or what people would mean differently, is refused by name.

use jiff::civil::Weekday;

use super::{
    clock::{Night, Slot},
    gather::{Named, Sorted, every},
    pieces::{Day, Doubt, Place, Refusal, Unit, refuse},
};
use crate::{Frequency, Rule, rule::weekday_letters, words::spoken::WORKDAYS};

/// A rule without its end, in the parts that are said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Shape {
    frequency: Frequency,
    interval: u32,
    months: Vec<i8>,
    weekdays: Vec<String>,
    month_days: Vec<i8>,
    year_days: Vec<i16>,
    positions: Vec<i8>,
    hours: Vec<i8>,
    minutes: Vec<i8>,
}

/// What words without any recurrence are told.
const NO_RECURRENCE: &str =
    "says no recurrence; say for example \"every other Tuesday at 9:00\" or \"매월 마지막 금요일 오전 9시\"";
/// The first and the last months of quarters.
const FIRST_OF_QUARTERS: [i8; 4] = [1, 4, 7, 10];
const LAST_OF_QUARTERS: [i8; 4] = [3, 6, 9, 12];

impl Shape {
    /// The shape of what was said; `slots` are its times of day.
    pub(super) fn of(said: &Sorted, slots: &[Slot], doubt: Option<Doubt>) -> Result<Self, Refusal> {
        let mut shape = if !said.dates.is_empty() {
            of_dates(said)?
        } else if !said.days.is_empty() {
            of_days(said, doubt)?
        } else if !said.only_on.is_empty() {
            return Err(said.only_on.place.refuse("names weekdays beside no day of the month"));
        } else if !said.weekdays.is_empty() || !said.without_weekdays.is_empty() {
            of_weekdays(said)?
        } else {
            of_units(said)?
        };
        shape.leave_out_months(said)?;
        shape.meets_its_rate(said, slots)?;
        shape.follow_the_night(said, slots, doubt)?;
        shape.name_times(said, slots)?;
        Ok(shape)
    }

    fn every(frequency: Frequency, interval: u32) -> Self {
        Self {
            frequency,
            interval,
            months: Vec::new(),
            weekdays: Vec::new(),
            month_days: Vec::new(),
            year_days: Vec::new(),
            positions: Vec::new(),
            hours: Vec::new(),
            minutes: Vec::new(),
        }
    }

    /// Whether it names days, so that a first one has to be looked for.
    pub(super) fn names_days(&self) -> bool {
        !(self.weekdays.is_empty() && self.month_days.is_empty() && self.year_days.is_empty())
    }

    /// The months that it names.
    pub(super) fn months(&self) -> &[i8] {
        &self.months
    }

    /// The rule.
    pub(super) fn rule(&self) -> Result<Rule, Refusal> {
        let mut text = format!("FREQ={};INTERVAL={}", self.frequency.name(), self.interval);
        part(&mut text, "BYMONTH", &self.months);
        part(&mut text, "BYYEARDAY", &self.year_days);
        part(&mut text, "BYMONTHDAY", &self.month_days);
        part(&mut text, "BYDAY", &self.weekdays);
        part(&mut text, "BYHOUR", &self.hours);
        part(&mut text, "BYMINUTE", &self.minutes);
        part(&mut text, "BYSETPOS", &self.positions);
        Rule::parse(&text).map_err(|faults| {
            refuse(faults.first().map_or_else(String::new, |fault| format!("makes no rule: {fault}")))
        })
    }

    fn leave_out_months(&mut self, said: &Sorted) -> Result<(), Refusal> {
        let without = &said.without_months;
        if without.is_empty() {
            return Ok(());
        }
        if !self.months.is_empty() || said.month_span.is_some() {
            return Err(without
                .place
                .refuse("leaves out months beside months that are named; say those that are meant"));
        }
        self.months = (1..=12).filter(|month| !without.all.contains(month)).collect();
        if self.months.is_empty() {
            return Err(without.place.refuse("leaves out every month"));
        }
        Ok(())
    }

    /// "twice a week" needs two weekdays, "twice a day" two times.
    fn meets_its_rate(&self, said: &Sorted, slots: &[Slot]) -> Result<(), Refusal> {
        let (Some((place, times)), Some((_, many, unit))) = (said.rate, said.every) else { return Ok(()) };
        let (named, missing) = match unit {
            Unit::Minute | Unit::Hour => {
                (1, "how many times within an hour; say for example \"every 30 minutes\"")
            }
            Unit::Day => (
                slots.len().max(1),
                "how many times a day, but not at which times; say for example \"every day at 9:00 and 14:00\" (매일 9:00, 14:00)",
            ),
            Unit::Week => (
                self.weekdays.len().max(1),
                "how many times a week, but not on which weekdays; say for example \"every Monday and Thursday\" (매주 월요일, 목요일), or \"3 times in all\" (총 3회) for an end",
            ),
            _ => (
                self.days_named(unit),
                "how many times, but not on which days; say for example \"every month on the 1st and the 15th\" (매월 1일, 15일), or \"3 times in all\" (총 3회) for an end",
            ),
        };
        match usize::try_from(times).is_ok_and(|times| times == named) {
            true => Ok(()),
            false if named > 1 => Err(place
                .refuse(format!("says {times} times {}, but {named} of them are named", every(many, unit)))),
            false => Err(place.refuse(format!("says {missing}"))),
        }
    }

    fn days_named(&self, unit: Unit) -> usize {
        let days = match self.positions.len() {
            0 => self.weekdays.len().max(self.month_days.len()).max(1),
            places => places,
        };
        days * if unit == Unit::Year { self.months.len().max(1) } else { 1 }
    }

    /// Friday at 밤 12시 is Saturday at 00:00.
    fn follow_the_night(
        &mut self,
        said: &Sorted,
        slots: &[Slot],
        doubt: Option<Doubt>,
    ) -> Result<(), Refusal> {
        let is_next = |slot: &Slot| match slot.night {
            Night::No => false,
            Night::Perhaps => doubt == Some(Doubt::Night),
            Night::Yes => doubt != Some(Doubt::Night),
        };
        if !slots.iter().any(is_next) || !self.names_days() {
            return Ok(());
        }
        let place = said.clocks.place;
        let is_weekly = self.frequency == Frequency::Weekly && self.months.is_empty();
        let over_sunday = self.interval > 1 && self.weekdays.len() > 1;
        if !is_weekly || over_sunday || !slots.iter().all(is_next) {
            return Err(place.refuse("belongs to the night after the day that is named; say the day after it and the time, for example \"Saturday at 00:00\""));
        }
        let days: Vec<Weekday> = named_weekdays(said).into_iter().map(|day| day.wrapping_add(1)).collect();
        self.weekdays = letters(&days);
        Ok(())
    }

    /// Several times a day become hours and minutes, where a rule can say them.
    fn name_times(&mut self, said: &Sorted, slots: &[Slot]) -> Result<(), Refusal> {
        let place = said.clocks.place;
        if self.frequency < Frequency::Daily {
            return match slots {
                [] => Ok(()),
                [Slot { minutes: None, .. }] if said.onward && said.clocks_said == 1 => Ok(()),
                _ => Err(place.refuse("is said for what repeats within a day; say \"from 9:00\" (9시부터) for its begin, or each time of day: \"every day at 9:00, 11:00 and 13:00\"")),
            };
        }
        if slots.len() < 2 {
            return Ok(());
        }
        if slots.iter().any(|slot| slot.minutes != slots[0].minutes) {
            return Err(place.refuse("names times of different lengths; make a meeting of each"));
        }
        let sorted = |values: &mut dyn Iterator<Item = i8>| {
            let mut values: Vec<i8> = values.collect();
            values.sort_unstable();
            values.dedup();
            values
        };
        let hours = sorted(&mut slots.iter().map(|slot| slot.start.hour()));
        let minutes = sorted(&mut slots.iter().map(|slot| slot.start.minute()));
        if hours.len() * minutes.len() != slots.len() {
            return Err(place.refuse("names times that no single rule gives; say times with the same minutes, or make a meeting of each"));
        }
        self.hours = hours;
        self.minutes = minutes;
        Ok(())
    }
}

fn part(text: &mut String, name: &str, values: &[impl ToString]) {
    if !values.is_empty() {
        let values: Vec<String> = values.iter().map(ToString::to_string).collect();
        text.push_str(&format!(";{name}={}", values.join(",")));
    }
}

fn letters(days: &[Weekday]) -> Vec<String> {
    days.iter().map(|day| weekday_letters(*day).to_owned()).collect()
}

fn no_others(named: &Named<impl Copy + PartialEq>, why: &str) -> Result<(), Refusal> {
    if named.is_empty() { Ok(()) } else { Err(named.place.refuse(why)) }
}

/// Dates of every year.
fn of_dates(said: &Sorted) -> Result<Shape, Refusal> {
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
fn of_days(said: &Sorted, doubt: Option<Doubt>) -> Result<Shape, Refusal> {
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
        Unit::Quarter => of_quarter(said, many, doubt)?,
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
        (None, Some(unit)) if has_months && unit != Unit::Quarter => {
            (1, if unit == Unit::Month { Unit::Year } else { unit })
        }
        (None, Some(unit)) => (1, unit),
        (None, None) if has_months => (1, Unit::Year),
        (None, None) => (1, Unit::Month),
        (Some((1, Unit::Month)), None | Some(Unit::Month)) if has_months => (1, Unit::Year),
        (Some((many, Unit::Month)), None | Some(Unit::Month)) => (many, Unit::Month),
        (Some((many, Unit::Quarter)), None | Some(Unit::Quarter)) => (many, Unit::Quarter),
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
        (_, Unit::Quarter) if has_months => {
            Err(said.months.place.refuse("names months beside quarters; say one of them"))
        }
        found => Ok(found),
    }
}

/// Days of a quarter lie in its first or in its last month.
fn of_quarter(said: &Sorted, many: u32, doubt: Option<Doubt>) -> Result<Shape, Refusal> {
    let place = said.days.place;
    if many > 1 {
        return Err(place.refuse("names days beside every so many quarters; say the months that are meant"));
    }
    let days = &said.days.all;
    let are_numbers = days.iter().all(|day| matches!(day, Day::Number(number) if *number > 1));
    if are_numbers && doubt == Some(Doubt::Quarter) {
        return Ok(Shape::every(Frequency::Monthly, 3));
    }
    // A month has every weekday four times, 20 days from Monday to Friday and 28 days at least.
    let is_in = |day: &Day, sign: i16| match *day {
        Day::Number(number) => (1..=31).contains(&(i16::from(number) * sign)),
        Day::Nth(nth) => (1..=28).contains(&(nth * sign)),
        Day::Weekday(nth, _) => (1..=4).contains(&(i16::from(nth) * sign)),
        Day::Workday(nth) => (1..=20).contains(&(i16::from(nth) * sign)),
    };
    let months = if days.iter().all(|day| is_in(day, 1)) {
        FIRST_OF_QUARTERS
    } else if days.iter().all(|day| is_in(day, -1)) {
        LAST_OF_QUARTERS
    } else {
        return Err(place.refuse("names days of a quarter that no single rule gives; say the months that are meant, for example \"the last Friday of March, June, September and December\""));
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

/// The weekdays that are meant: those that were named, without those that are left out.
fn named_weekdays(said: &Sorted) -> Vec<Weekday> {
    const ALL: [Weekday; 7] = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
        Weekday::Saturday,
        Weekday::Sunday,
    ];
    let all: &[Weekday] = if said.weekdays.is_empty() { &ALL } else { &said.weekdays.all };
    all.iter().copied().filter(|day| !said.without_weekdays.all.contains(day)).collect()
}

/// Weekdays of each week.
fn of_weekdays(said: &Sorted) -> Result<Shape, Refusal> {
    let named = !said.weekdays.is_empty();
    let place = if named { said.weekdays.place } else { said.without_weekdays.place };
    let of = said.of.map(|(_, unit)| unit);
    let interval = match (said.every.map(|(_, many, unit)| (many, unit)), of) {
        (None, None | Some(Unit::Week)) if named => 1,
        (Some((1, Unit::Day)), None) => 1,
        (Some((1, Unit::Week)), _) if named => 1,
        (Some((many, Unit::Week)), None) if named => many,
        (Some((_, Unit::Minute | Unit::Hour)), _) => {
            return Err(place.refuse("names weekdays of what would go on day and night; say the times of day, for example \"every weekday at 9:00, 11:00 and 13:00\""));
        }
        (Some((many, Unit::Day)), _) if many > 1 => {
            return Err(place.refuse(format!(
                "names weekdays beside every {many} days; say \"every {many} days\", \"every other week on Monday\" or the weekdays alone"
            )));
        }
        (Some((_, Unit::Month | Unit::Quarter | Unit::Year)), _) | (None, Some(_)) if named => return Err(which_one(said)),
        (Some((many, Unit::Week)), Some(_)) if named => {
            return Err(place.refuse(format!("is every {many} weeks and of a month at once; say \"every first and third Friday of the month\" or \"every other Friday\"")));
        }
        (None, _) => return Err(refuse(NO_RECURRENCE)),
        _ => return Err(place.refuse("leaves out weekdays of what does not repeat by days; say the weekdays that are meant, or the dates that are left out")),
    };
    let days = named_weekdays(said);
    if days.is_empty() {
        return Err(said.without_weekdays.place.refuse("leaves out every day"));
    }
    let wraps = days.windows(2).any(|pair| pair[1].to_monday_zero_offset() < pair[0].to_monday_zero_offset());
    if interval > 1 && wraps && days.windows(2).all(|pair| pair[0].wrapping_add(1) == pair[1]) {
        return Err(place.refuse(
            "goes over the end of a week, of which only every other is meant; weeks begin on Monday",
        ));
    }
    let absent = said.without_weekdays.all.iter().find(|day| named && !said.weekdays.all.contains(day));
    if absent.is_some() {
        return Err(said
            .without_weekdays
            .place
            .refuse("leaves out a weekday that is not among those that are named"));
    }
    let mut shape = Shape::every(Frequency::Weekly, interval);
    shape.weekdays = letters(&days);
    shape.months.clone_from(&said.months.all);
    Ok(shape)
}

/// "monthly on Friday": the first, or all?
fn which_one(said: &Sorted) -> Refusal {
    let weekday = said.weekdays.all.first().copied().unwrap_or(Weekday::Monday);
    let name = super::super::weekday(convoke_model::Language::English, weekday);
    let korean = super::super::weekday(convoke_model::Language::Korean, weekday);
    let place: Place = said.weekdays.place;
    let of = match said.every.map(|(_, _, unit)| unit).or(said.of.map(|(_, unit)| unit)) {
        Some(Unit::Quarter) => "quarter",
        Some(Unit::Year) => "year",
        _ => "month",
    };
    place.refuse(format!(
        "is which one of the {of}? Say \"the first {name} of the {of}\" (첫째 {korean}) or \"every {name}\" (매주 {korean})"
    ))
}

/// Nothing but how often, and months.
fn of_units(said: &Sorted) -> Result<Shape, Refusal> {
    if let Some((place, unit)) = said.of {
        return Err(place.refuse(format!(
            "names no day of the {}; say for example \"the last day of the month\"",
            unit.name()
        )));
    }
    let is_run = said.from.is_some() && said.until.is_some();
    let (many, unit) = match said.every {
        Some((_, many, unit)) => (many, unit),
        None if !said.months.is_empty() && said.every_month => (1, Unit::Year),
        None if is_run => (1, Unit::Day),
        None => return Err(refuse(NO_RECURRENCE)),
    };
    let (frequency, each) = match unit {
        Unit::Minute => (Frequency::Minutely, 1),
        Unit::Hour => (Frequency::Hourly, 1),
        Unit::Day => (Frequency::Daily, 1),
        Unit::Week => (Frequency::Weekly, 1),
        Unit::Month => (Frequency::Monthly, 1),
        Unit::Quarter => (Frequency::Monthly, 3),
        Unit::Year => (Frequency::Yearly, 1),
    };
    let mut shape = Shape::every(frequency, many.saturating_mul(each));
    shape.months.clone_from(&said.months.all);
    if !shape.months.is_empty()
        && (frequency < Frequency::Daily || (frequency == Frequency::Monthly && shape.interval > 1))
    {
        return Err(said.months.place.refuse("names months beside a recurrence that does not go with them; say the days and months that are meant"));
    }
    Ok(shape)
}
