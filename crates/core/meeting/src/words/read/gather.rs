//! The pieces of a text, sorted by what they say; those that contradict each other are refused here, by name.

mod context;

use jiff::civil::Weekday;

use context::{Context, times_of_all_days};

use super::{
    clock::Clock,
    pieces::{Day, Doubt, Part, Piece, Place, Refusal, Said, Unit, month_range},
    when::When,
};

/// What was said, each with the place where it was said first.
#[derive(Debug, Clone, Default)]
pub(super) struct Sorted {
    /// Every so many units.
    pub(super) every: Option<(Place, u32, Unit)>,
    /// Of which unit the days are.
    pub(super) of: Option<(Place, Unit)>,
    /// How many times in these units.
    pub(super) rate: Option<(Place, u32)>,
    pub(super) weekdays: Named<Weekday>,
    weekdays_said: usize,
    /// Where it was said that there are no others.
    only: Option<Place>,
    pub(super) only_on: Named<Weekday>,
    pub(super) days: Named<Day>,
    pub(super) months: Named<i8>,
    /// Whether the months are said to be those of every year.
    pub(super) every_month: bool,
    pub(super) month_span: Option<(Place, i8, i8)>,
    pub(super) dates: Named<(i8, i8)>,
    pub(super) clocks: Named<(Clock, Option<Clock>)>,
    /// How many times were said, equal ones as well.
    pub(super) clocks_said: usize,
    /// Whether it was said that they begin at a time.
    pub(super) onward: bool,
    pub(super) part: Option<(Place, Part)>,
    pub(super) length: Option<(Place, i64)>,
    pub(super) from: Option<(Place, When)>,
    /// Where first and last day were said at once.
    pub(super) run: Option<Place>,
    pub(super) until: Option<(Place, When)>,
    pub(super) count: Option<(Place, u32)>,
    /// How many times, before it is known whether in all.
    often: Option<(Place, u32)>,
    pub(super) lasting: Option<(Place, u32, Unit)>,
    pub(super) without: Vec<(Place, When, Option<When>)>,
    pub(super) without_weekdays: Named<Weekday>,
    pub(super) without_months: Named<i8>,
}

/// Values that were said, and where.
#[derive(Debug, Clone)]
pub(super) struct Named<T> {
    pub(super) place: Place,
    pub(super) all: Vec<T>,
}

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self { place: Place::default(), all: Vec::new() }
    }
}

impl<T: Copy + PartialEq> Named<T> {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    fn add(&mut self, place: Place, values: &[T]) {
        if self.all.is_empty() {
            self.place = place;
        }
        for value in values {
            if !self.all.contains(value) {
                self.all.push(*value);
            }
        }
    }
}

const TWICE: &str = "is said beside another of its kind; say one of them";

fn once<T>(slot: &mut Option<T>, place: Place, value: T) -> Result<(), Refusal> {
    match slot {
        Some(_) => Err(place.refuse(TWICE)),
        None => {
            *slot = Some(value);
            Ok(())
        }
    }
}

impl Sorted {
    /// Sorts the pieces, with one doubt taken the other way.
    pub(super) fn of(pieces: &[Piece], doubt: Option<Doubt>) -> Result<Self, Refusal> {
        times_of_all_days(pieces)?;
        let context = Context::of(pieces);
        let mut sorted = Self { every_month: context.is_yearly, ..Self::default() };
        let mut every = Vec::new();
        for piece in pieces {
            match &piece.said {
                Said::Every(..) if context.is_said_again(pieces, piece) => {}
                Said::Every(many, unit) => every.push((piece.place, *many, *unit)),
                Said::Rate(times, many, unit) => {
                    every.push((piece.place, *many, *unit));
                    once(&mut sorted.rate, piece.place, (piece.place, *times))?;
                }
                Said::Bi(unit) if doubt == Some(Doubt::Bi) => {
                    every.push((piece.place, 1, *unit));
                    once(&mut sorted.rate, piece.place, (piece.place, 2))?;
                }
                Said::Bi(unit) => every.push((piece.place, 2, *unit)),
                Said::EveryNth(nth, weekdays) => {
                    if context.is_every_so_many(*nth, doubt) {
                        every.push((piece.place, nth.unsigned_abs().into(), Unit::Week));
                        sorted.weekdays.add(piece.place, weekdays);
                    } else {
                        let days: Vec<Day> = weekdays.iter().map(|day| Day::Weekday(*nth, *day)).collect();
                        sorted.days.add(piece.place, &days);
                    }
                }
                _ => sorted.add(piece, &context)?,
            }
        }
        sorted.every = sorted.agreed(&every)?;
        sorted.settle_often(doubt)?;
        if doubt == Some(Doubt::Months) {
            sorted.take_months_otherwise();
        }
        sorted.holds()?;
        Ok(sorted)
    }

    fn add(&mut self, piece: &Piece, context: &Context) -> Result<(), Refusal> {
        let place = piece.place;
        match &piece.said {
            Said::OfThe(unit) => match self.of {
                Some((_, known)) if known == *unit => {}
                _ => once(&mut self.of, place, (place, *unit))?,
            },
            Said::Weekdays(days) => self.name_weekdays(place, days)?,
            Said::Only => self.only = Some(place),
            Said::OnlyOn(days) => self.only_on.add(place, days),
            Said::Days(days) => self.days.add(place, days),
            Said::Months { months, every } => {
                self.every_month |= every;
                self.months.add(place, months);
            }
            Said::MonthSpan(first, last) => {
                if context.is_yearly {
                    self.months.add(place, &month_range(*first, *last));
                } else {
                    once(&mut self.month_span, place, (place, *first, *last))?;
                }
            }
            Said::Dates(dates) => self.dates.add(place, dates),
            Said::Clock(start, end) => {
                self.clocks_said += 1;
                self.clocks.add(place, &[(*start, *end)]);
            }
            Said::Onward => self.onward = true,
            Said::Part(part) => once(&mut self.part, place, (place, *part))?,
            Said::Length(minutes) => once(&mut self.length, place, (place, *minutes))?,
            Said::From(when) => once(&mut self.from, place, (place, *when))?,
            Said::Until(when) => once(&mut self.until, place, (place, *when))?,
            Said::Run(first, last) => self.run(place, *first, *last, context)?,
            Said::Count(many) => once(&mut self.count, place, (place, *many))?,
            Said::Often(many) => once(&mut self.often, place, (place, *many))?,
            Said::For(many, unit) => once(&mut self.lasting, place, (place, *many, *unit))?,
            Said::Without(first, last) => self.without.push((place, *first, *last)),
            Said::WithoutWeekdays(days) => self.without_weekdays.add(place, days),
            Said::WithoutMonths(months) => self.without_months.add(place, months),
            Said::Every(..) | Said::Rate(..) | Said::Bi(_) | Said::EveryNth(..) => {}
        }
        Ok(())
    }

    fn name_weekdays(&mut self, place: Place, days: &[Weekday]) -> Result<(), Refusal> {
        self.weekdays_said += 1;
        let known = |day| self.weekdays.all.contains(day);
        let are_all = days.len() == self.weekdays.all.len() && days.iter().all(known);
        if days.iter().any(known) && !are_all {
            return Err(
                place.refuse("is among weekdays that were named before; say those that are meant, once")
            );
        }
        self.weekdays.add(place, days);
        Ok(())
    }

    /// "from 7 to 11 December": days of each month or year where that was said, else the first and the last day.
    fn run(&mut self, place: Place, first: When, last: When, context: &Context) -> Result<(), Refusal> {
        match (first, last) {
            (When::DayOfMonth(first), When::DayOfMonth(last)) if context.is_monthly => {
                let days: Vec<Day> = (first..=last).map(Day::Number).collect();
                if days.is_empty() {
                    return Err(place.refuse("ends before it begins; say the days of the month one by one"));
                }
                self.days.add(place, &days);
            }
            (
                When::Day { year: None, month: a, day: first, .. },
                When::Day { year: None, month: b, day: last, .. },
            ) if context.is_yearly => {
                if a != b || last < first {
                    return Err(
                        place.refuse("goes over several months of every year; say the days of each month")
                    );
                }
                let dates: Vec<(i8, i8)> = (first..=last).map(|day| (a, day)).collect();
                self.dates.add(place, &dates);
            }
            (When::Month { year: None, month: first, .. }, When::Month { year: None, month: last, .. })
                if context.is_yearly =>
            {
                self.months.add(place, &month_range(first, last))
            }
            (When::Month { year: None, month: first, .. }, When::Month { year: None, month: last, .. }) => {
                once(&mut self.month_span, place, (place, first, last))?
            }
            _ => {
                self.run = Some(place);
                once(&mut self.from, place, (place, first.before(last)))?;
                once(&mut self.until, place, (place, last))?;
            }
        }
        Ok(())
    }

    /// "from January to March" as each year's, "every Monday in January" as next January's alone.
    fn take_months_otherwise(&mut self) {
        let has_end =
            self.from.is_some() || self.until.is_some() || self.count.is_some() || self.lasting.is_some();
        let is_fine = self.every.is_none_or(|(_, _, unit)| matches!(unit, Unit::Day | Unit::Week));
        if let Some((place, first, last)) = self.month_span.take() {
            self.months.add(place, &month_range(first, last));
        } else if let (Some(first), Some(last)) =
            (self.months.all.first().copied(), self.months.all.last().copied())
            && self.months.all == month_range(first, last)
            && !(has_end || self.every_month)
            && is_fine
            && self.days.is_empty()
        {
            self.month_span = Some((self.months.place, first, last));
            self.months = Named::default();
        }
    }

    /// "매주 월, 수 2회" says again how many are named in each period; any other number is one in all.
    fn settle_often(&mut self, doubt: Option<Doubt>) -> Result<(), Refusal> {
        let Some((place, many)) = self.often else { return Ok(()) };
        let days = self.weekdays.all.len() + self.days.all.len() + self.dates.all.len();
        let times = self.clocks.all.len();
        let named = [1, days, times, days * times];
        let is_rate = usize::try_from(many).is_ok_and(|many| named.contains(&many));
        if is_rate && many > 0 && doubt != Some(Doubt::Often) {
            return Ok(());
        }
        once(&mut self.count, place, (place, many))
    }

    /// One recurrence out of all that were said.
    fn agreed(&self, said: &[(Place, u32, Unit)]) -> Result<Option<(Place, u32, Unit)>, Refusal> {
        let Some(first) = said.first() else { return Ok(None) };
        let mut agreed = *first;
        for next in &said[1..] {
            agreed = self.agree(agreed, *next).ok_or_else(|| {
                next.0.refuse(format!(
                    "repeats in another way than what was said before ({}); say one of them, or make a meeting of each",
                    every(agreed.1, agreed.2)
                ))
            })?;
        }
        Ok(Some(agreed))
    }

    fn agree(&self, a: (Place, u32, Unit), b: (Place, u32, Unit)) -> Option<(Place, u32, Unit)> {
        if (a.1, a.2) == (b.1, b.2) {
            return Some(a);
        }
        let bare_weekdays = !self.weekdays.is_empty() && self.days.is_empty();
        let (fine, coarse) = if a.2 < b.2 { (a, b) } else { (b, a) };
        let fits = match (fine.2, coarse.2) {
            // Every Friday of every month is every Friday; every Friday once a month is not.
            (Unit::Week, Unit::Month | Unit::Year) => {
                fine.1 == 1 && coarse.1 == 1 && bare_weekdays && self.rate.is_none()
            }
            (Unit::Day, Unit::Week) => fine.1 == 1 && coarse.1 == 1 && bare_weekdays,
            (Unit::Minute | Unit::Hour, Unit::Day) => coarse.1 == 1,
            _ => false,
        };
        let is_days = (fine.2, coarse.2) == (Unit::Day, Unit::Week);
        fits.then_some(if is_days { coarse } else { fine })
    }

    /// What can't be said together, whatever the rule.
    fn holds(&self) -> Result<(), Refusal> {
        if let Some((place, ..)) = self.month_span
            && (self.from.is_some() || self.until.is_some() || !self.months.is_empty())
        {
            return Err(place
                .refuse("says when it begins and ends, which is said in another way too; say one of them"));
        }
        if let Some((place, When::DayOfMonth(_))) = self.from
            && matches!(self.until, Some((_, When::DayOfMonth(_))))
            && (!self.months.is_empty() || self.every.is_some_and(|(_, _, unit)| unit > Unit::Month))
        {
            return Err(place.refuse("is of which month? Say for example \"1 to 5 December\" (12월 1일~5일)"));
        }
        if self.onward && self.clocks.all.len() > 1 {
            return Err(self.clocks.place.refuse("is said beside a time that it begins at; say one of them"));
        }
        if let Some(place) = self.only.filter(|_| self.weekdays_said > 1) {
            return Err(place
                .refuse("leaves it open which of the weekdays are meant; say those that are meant, once"));
        }
        if let (Some(_), Some((place, ..))) = (&self.until, &self.lasting) {
            return Err(place.refuse("says how long it goes on, beside its last day; say one of them"));
        }
        if let (Some(_), Some((place, ..))) = (&self.count, &self.lasting) {
            return Err(place.refuse("says how long it goes on, beside how many times; say one of them"));
        }
        if let Some((place, many)) = self.count {
            if many == 0 {
                return Err(place.refuse("takes place no times; say at least 1"));
            }
            if many > crate::rule::MAX_COUNT {
                return Err(place.refuse("takes place too many times"));
            }
        }
        if let Some((place, 0, _)) = self.every {
            return Err(place.refuse("repeats after no time; say at least 1"));
        }
        if let Some((place, 0, _)) = self.lasting {
            return Err(place.refuse("goes on for no time; say at least 1"));
        }
        if let Some((place, minutes)) = self.length
            && !(1..=MAX_LENGTH_MINUTES).contains(&minutes)
        {
            return Err(place.refuse("is no length of a meeting; say from 1 minute to 24 hours"));
        }
        if let Some((place, _)) = self.part
            && self.clocks.is_empty()
        {
            return Err(place.refuse("says no time; say for example 9:00 or 3 pm"));
        }
        if self.every.is_none() && self.days.is_empty() && self.weekdays.is_empty() && !self.dates.is_empty()
        {
            return Err(self.dates.place.refuse("is a date, but it is not said what it is; say \"every year on\", \"from\", \"until\" or \"except\" before it (매년 before it, or 부터, 까지, 제외 after it)"));
        }
        Ok(())
    }
}

/// Longest meeting that is said by its length.
const MAX_LENGTH_MINUTES: i64 = 24 * 60;

/// A recurrence in words.
pub(super) fn every(many: u32, unit: Unit) -> String {
    match many {
        1 => format!("every {}", unit.name()),
        many => format!("every {many} {}s", unit.name()),
    }
}
