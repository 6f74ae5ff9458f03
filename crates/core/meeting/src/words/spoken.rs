//! What a rule says, sorted as people say it: how often, on which days, and what must hold beside that. The words are
//! each language's; nothing of a rule is lost on the way.

use jiff::civil::{DateTime, Time, Weekday};

use crate::rule::{Frequency, Rule};

/// A rule, ready to be put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spoken {
    /// What it counts.
    pub(super) unit: Frequency,
    /// Every how many of them.
    pub(super) every: u32,
    /// The days that it names in each of them.
    pub(super) on: On,
    /// What must hold beside that.
    pub(super) only: Vec<Only>,
    /// Which ones of all that are meant, counted from the first (1) or the last (-1); empty: all.
    pub(super) picks: Vec<i16>,
    /// The times of day that it names; empty: the start's.
    pub(super) times: Vec<Time>,
    /// The day that its weeks start on, where that makes a difference and is not Monday.
    pub(super) week_start: Option<Weekday>,
}

/// The days that a rule names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum On {
    /// None: the unit says it all.
    Nothing,
    /// Weekdays of each week, Monday first.
    Week(Vec<Weekday>),
    /// Days of each month.
    Month(Vec<Day>),
    /// Days of these months (1 to 12); of every month, or the weekdays of the whole year, when there are none.
    Year { months: Vec<i8>, days: Vec<Day> },
    /// Weekdays of the weeks with these numbers, negative from the end of the year.
    Weeks { weeks: Vec<i8>, weekdays: Vec<Weekday> },
    /// Days of the year by their number, negative from the end.
    DaysOfYear(Vec<i16>),
}

/// A day within a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Day {
    /// 1 to 31, or -1 to -31 from the end.
    Number(i8),
    /// The n-th such weekday, -1 for the last.
    Weekday(i8, Weekday),
    /// All such weekdays.
    Every(Weekday),
    /// The n-th day from Monday to Friday, -1 for the last.
    Workday(i8),
}

/// A condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Only {
    /// It is one of these weekdays.
    Weekdays(Vec<Day>),
    /// It is one of these days of its month.
    MonthDays(Vec<i8>),
    /// It is one of these days of its year.
    DaysOfYear(Vec<i16>),
    /// It lies in one of these weeks.
    Weeks(Vec<i8>),
    /// It lies in one of these months.
    Months(Vec<i8>),
    /// It is one of these hours.
    Hours(Vec<u8>),
    /// It is one of these minutes.
    Minutes(Vec<u8>),
    /// It is one of these seconds.
    Seconds(Vec<u8>),
}

/// Monday to Friday.
pub(super) const WORKDAYS: [Weekday; 5] =
    [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];

/// How many times of day are said one by one.
const MAX_TIMES: usize = 12;
/// The largest place of a weekday in a month.
const MAX_PLACE: i16 = 5;

impl Spoken {
    /// What the rule of a series says that starts at `start`.
    pub(super) fn of(rule: &Rule, start: DateTime) -> Self {
        let mut parts = Parts::of(rule);
        let unit = parts.plain_unit(rule);
        let on = parts.take_days(unit, start);
        let times = if unit >= Frequency::Daily { parts.take_times(start) } else { Vec::new() };
        let only = parts.conditions();
        let mut spoken = Self {
            unit,
            every: rule.interval(),
            on,
            only,
            picks: rule.positions().to_vec(),
            times,
            week_start: None,
        };
        if rule.week_start() != Weekday::Monday && spoken.minds_weeks(start) {
            spoken.week_start = Some(rule.week_start());
        }
        if !rule.names_times() && spoken.only.iter().all(|only| matches!(only, Only::Months(_))) {
            spoken.absorb_picks();
        }
        spoken.absorb_months();
        spoken
    }

    /// Whether it takes place several times on a day, so that a date alone does not say which one is meant.
    pub(super) fn is_within_days(&self) -> bool {
        let many = |only: &Only| match only {
            Only::Hours(all) | Only::Minutes(all) | Only::Seconds(all) => all.len() > 1,
            _ => false,
        };
        self.unit < Frequency::Daily || self.times.len() > 1 || self.only.iter().any(many)
    }

    /// Whether another day for its weeks to start on makes another rule of it.
    fn minds_weeks(&self, start: DateTime) -> bool {
        match &self.on {
            // The first of Monday and Sunday depends on it, and which weeks are meant when the start is another day.
            On::Week(days) => {
                let is_own = days[..] == [start.weekday()];
                (self.every > 1 && !is_own) || (!self.picks.is_empty() && days.len() > 1)
            }
            On::Weeks { .. } => true,
            _ => self.only.iter().any(|only| matches!(only, Only::Weeks(_))),
        }
    }

    /// Makes "the 1st of every month, only in January and July" days of a year.
    fn absorb_months(&mut self) {
        if self.unit != Frequency::Monthly || self.every != 1 || !self.picks.is_empty() {
            return;
        }
        if let (On::Month(days), [Only::Months(months)]) = (&self.on, &self.only[..]) {
            self.on = On::Year { months: months.clone(), days: days.clone() };
            self.unit = Frequency::Yearly;
            self.only.clear();
        }
    }

    /// Makes "the first of all Tuesdays" the first Tuesday.
    fn absorb_picks(&mut self) {
        let days = match &mut self.on {
            On::Month(days) => days,
            On::Year { months, days } if months.len() == 1 => days,
            _ => return,
        };
        let picks =
            self.picks.iter().map(|pick| i8::try_from(*pick).ok().filter(|_| pick.abs() <= MAX_PLACE));
        let Some(places) = picks.collect::<Option<Vec<i8>>>() else { return };
        if places.is_empty() {
            return;
        }
        let picked: Vec<Day> = match days[..] {
            [Day::Every(weekday)] => places.iter().map(|place| Day::Weekday(*place, weekday)).collect(),
            _ if *days == WORKDAYS.map(Day::Every) => {
                places.iter().map(|place| Day::Workday(*place)).collect()
            }
            _ => return,
        };
        *days = picked;
        self.picks.clear();
    }
}

/// The parts of a rule that were not said yet.
struct Parts {
    weekdays: Vec<Weekday>,
    places: Vec<Day>,
    month_days: Vec<i8>,
    year_days: Vec<i16>,
    weeks: Vec<i8>,
    months: Vec<i8>,
    hours: Vec<u8>,
    minutes: Vec<u8>,
    seconds: Vec<u8>,
}

impl Parts {
    fn of(rule: &Rule) -> Self {
        Self {
            weekdays: rule.weekdays().collect(),
            places: rule.nth_weekdays().iter().map(|nth| Day::Weekday(nth.place, nth.weekday)).collect(),
            month_days: rule.month_days().collect(),
            year_days: rule.year_days().to_vec(),
            weeks: rule.week_numbers().collect(),
            months: rule.months().map(|month| month as i8).collect(),
            hours: rule.hours().collect(),
            minutes: rule.minutes().collect(),
            seconds: rule.seconds().collect(),
        }
    }

    /// The unit that people say for it: every Tuesday of every month is every Tuesday.
    fn plain_unit(&self, rule: &Rule) -> Frequency {
        let unit = rule.frequency();
        let is_plain = rule.interval() == 1
            && rule.positions().is_empty()
            && self.places.is_empty()
            && self.year_days.is_empty()
            && self.weeks.is_empty();
        if !is_plain || unit < Frequency::Daily {
            return unit;
        }
        match (self.month_days.is_empty(), self.weekdays.is_empty()) {
            (true, false) => Frequency::Weekly,
            (false, _) if unit == Frequency::Yearly && self.months.is_empty() => Frequency::Monthly,
            _ => unit,
        }
    }

    /// Takes out what makes the days of a unit.
    fn take_days(&mut self, unit: Frequency, start: DateTime) -> On {
        match unit {
            Frequency::Weekly if self.weekdays.is_empty() => On::Week(vec![start.weekday()]),
            Frequency::Weekly => On::Week(std::mem::take(&mut self.weekdays)),
            Frequency::Monthly => On::Month(self.take_days_of_month(start)),
            Frequency::Yearly if !self.weeks.is_empty() => {
                let mut weekdays = std::mem::take(&mut self.weekdays);
                if weekdays.is_empty() {
                    weekdays.push(start.weekday());
                }
                On::Weeks { weeks: std::mem::take(&mut self.weeks), weekdays }
            }
            Frequency::Yearly if !self.year_days.is_empty() => {
                On::DaysOfYear(std::mem::take(&mut self.year_days))
            }
            Frequency::Yearly => {
                let names_days =
                    !(self.month_days.is_empty() && self.weekdays.is_empty() && self.places.is_empty());
                let mut months = std::mem::take(&mut self.months);
                if months.is_empty() && !names_days {
                    months.push(start.month());
                }
                On::Year { months, days: self.take_days_of_month(start) }
            }
            _ => On::Nothing,
        }
    }

    /// Days by number first, as weekdays beside them are conditions; without either the start's day.
    fn take_days_of_month(&mut self, start: DateTime) -> Vec<Day> {
        if !self.month_days.is_empty() {
            return std::mem::take(&mut self.month_days).into_iter().map(Day::Number).collect();
        }
        let days = self.take_weekdays();
        if days.is_empty() { vec![Day::Number(start.day())] } else { days }
    }

    fn take_weekdays(&mut self) -> Vec<Day> {
        let all = std::mem::take(&mut self.weekdays).into_iter().map(Day::Every);
        all.chain(std::mem::take(&mut self.places)).collect()
    }

    /// Takes out the times of day, if they are few enough to be said one by one.
    fn take_times(&mut self, start: DateTime) -> Vec<Time> {
        let none_named = self.hours.is_empty() && self.minutes.is_empty() && self.seconds.is_empty();
        let number = |values: &[u8]| values.len().max(1);
        let many = number(&self.hours) * number(&self.minutes) * number(&self.seconds);
        if none_named {
            return Vec::new();
        }
        if many > MAX_TIMES {
            // They become conditions, and those that the rule does not name are the start's.
            let name = |values: &mut Vec<u8>, own: i8| {
                if values.is_empty() {
                    values.extend(u8::try_from(own));
                }
            };
            name(&mut self.hours, start.hour());
            name(&mut self.minutes, start.minute());
            if start.second() != 0 {
                name(&mut self.seconds, start.second());
            }
            return Vec::new();
        }
        let or = |values: &mut Vec<u8>, own: i8| match std::mem::take(values) {
            empty if empty.is_empty() => vec![own],
            values => values.into_iter().map(|value| value as i8).collect::<Vec<_>>(),
        };
        let hours = or(&mut self.hours, start.hour());
        let minutes = or(&mut self.minutes, start.minute());
        let seconds = or(&mut self.seconds, start.second());
        let mut times = Vec::new();
        for hour in &hours {
            for minute in &minutes {
                times.extend(seconds.iter().filter_map(|second| Time::new(*hour, *minute, *second, 0).ok()));
            }
        }
        times
    }

    /// What is left, as conditions.
    fn conditions(mut self) -> Vec<Only> {
        let weekdays = self.take_weekdays();
        let mut only = Vec::new();
        let mut add = |is_named: bool, condition: Only| {
            if is_named {
                only.push(condition);
            }
        };
        add(!weekdays.is_empty(), Only::Weekdays(weekdays));
        add(!self.month_days.is_empty(), Only::MonthDays(self.month_days));
        add(!self.year_days.is_empty(), Only::DaysOfYear(self.year_days));
        add(!self.weeks.is_empty(), Only::Weeks(self.weeks));
        add(!self.months.is_empty(), Only::Months(self.months));
        add(!self.hours.is_empty(), Only::Hours(self.hours));
        add(!self.minutes.is_empty(), Only::Minutes(self.minutes));
        add(!self.seconds.is_empty(), Only::Seconds(self.seconds));
        only
    }
}
