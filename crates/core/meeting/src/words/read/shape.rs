//! What was said made a rule. What no single rule says, or what people would mean differently, is refused by name.

mod days;
mod weekdays;

use jiff::civil::Weekday;

use super::{
    clock::{Night, Slot},
    gather::{Named, Sorted, every},
    pieces::{Doubt, Refusal, Unit, refuse},
};
use crate::{Frequency, Rule, rule::weekday_letters};

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
impl Shape {
    /// The shape of what was said; `slots` are its times of day.
    pub(super) fn of(said: &Sorted, slots: &[Slot], doubt: Option<Doubt>) -> Result<Self, Refusal> {
        let mut shape = if !said.dates.is_empty() {
            days::of_dates(said)?
        } else if !said.days.is_empty() {
            days::of_days(said, doubt)?
        } else if !said.only_on.is_empty() {
            return Err(said.only_on.place.refuse("names weekdays beside no day of the month"));
        } else if !said.weekdays.is_empty() || !said.without_weekdays.is_empty() {
            weekdays::of_weekdays(said)?
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
        let days: Vec<Weekday> =
            weekdays::named_weekdays(said).into_iter().map(|day| day.wrapping_add(1)).collect();
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

/// Nothing but how often, and months.
fn of_units(said: &Sorted) -> Result<Shape, Refusal> {
    // Every day of the week is every day.
    let is_daily = matches!(said.every, Some((_, 1, Unit::Day)));
    if let Some((place, unit)) = said.of.filter(|_| !is_daily) {
        return Err(place.refuse(format!(
            "names no day of the {}; say for example \"the last day of the month\"",
            unit.name()
        )));
    }
    let lasts_days = matches!(said.lasting, Some((_, _, Unit::Day)));
    let is_run = said.from.is_some() && (said.until.is_some() || lasts_days);
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
        Unit::HalfYear => (Frequency::Monthly, 6),
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
