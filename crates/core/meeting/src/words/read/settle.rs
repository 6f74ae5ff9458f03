//! When it begins and ends, and which dates are left out: a shape becomes a recurrence with its dates.

use jiff::{
    ToSpan,
    civil::{Date, DateTime},
};

use super::{
    Around, Meaning,
    clock::{Slot, slots},
    gather::Sorted,
    pieces::{Doubt, Piece, Place, Refusal, Unit, refuse},
    shape::Shape,
    when::{Seen, When},
};
use crate::{Rule, Series, Until, draft::MAX_EXTRA_DATES, series::SeriesParts};

/// Up to how many occurrences are looked at for a first one, for an end and for dates that are left out.
const MAX_LOOKED_AT: usize = 10_000;

/// Up to how long ago a first day without a year lies that is not next year's.
const RECENT_FIRST_DAYS: i64 = 92;
/// The same of a last day, which is more often meant to be next year's.
const RECENT_LAST_DAYS: i64 = 31;
const YEAR_DAYS: i64 = 366;

/// What the pieces mean, with one doubt taken the other way.
pub(super) fn settle(pieces: &[Piece], around: &Around, doubt: Option<Doubt>) -> Result<Meaning, Refusal> {
    let said = Sorted::of(pieces, doubt)?;
    let part = said.part.map(|(_, part)| part);
    let slots = slots(&said.clocks.all, part, doubt == Some(Doubt::Hour))
        .map_err(|reason| said.clocks.place.refuse(reason))?;
    let shape = Shape::of(&said, &slots, doubt)?;
    let rule = shape.rule()?;
    let mut settling = Settling { said: &said, slots, shape, around, doubt, until: None };
    let start = settling.start(&rule)?;
    let rule = settling.ended(rule, start)?;
    settling.is_more_than_once(&rule, start)?;
    let end = settling.end_of(start)?;
    let left_out = settling.left_out(&rule, start)?;
    Ok(Meaning { rule, start, end, left_out })
}

struct Settling<'a> {
    said: &'a Sorted,
    slots: Vec<Slot>,
    shape: Shape,
    around: &'a Around,
    doubt: Option<Doubt>,
    /// The last day, where the months that are named give it.
    until: Option<Date>,
}

impl Settling<'_> {
    fn seen(&self, from: Date) -> Seen {
        Seen { today: self.around.now.date(), from, doubt: self.doubt }
    }

    /// The days of a date that was said, looked for from `from` on.
    fn days(&self, place: Place, when: When, from: Date) -> Result<(Date, Date), Refusal> {
        when.days(self.seen(from)).map_err(|reason| place.refuse(reason))
    }

    /// The first start: the first that the words name and that is not over.
    fn start(&mut self, rule: &Rule) -> Result<DateTime, Refusal> {
        let now = self.around.now;
        let from = match (self.said.from, self.said.month_span) {
            (Some((place, when)), _) => {
                let first = self.days(place, when, now.date())?.0;
                // "From this week" begins today; a year that is named may be one before.
                if when.names_a_year() { first } else { first.max(now.date()) }
            }
            (None, Some((place, first, last))) => self.span(place, first, last)?,
            (None, None) => self.around.start.date(),
        };
        // The meeting's own time, where it is one of those that are named and the day is its own too.
        let own = self.around.start;
        let is_own = from == own.date() && self.slots.iter().any(|slot| slot.start == own.time());
        let time = match self.slots.first() {
            Some(first) if !is_own => first.start,
            _ => own.time(),
        };
        // A time of today that is over begins another day, unless the meeting already lies in the past.
        let is_over = |start: DateTime| start.date() == now.date() && start < now && self.around.start >= now;
        let start = match self.begun() {
            Some(begun) => self.going_on(rule, begun.to_datetime(time), &is_over),
            None => self.first(rule, from.to_datetime(time), &is_over),
        };
        let start = start.ok_or_else(|| {
            refuse("names no date that exists; say for example \"every month on the last day\"")
        })?;
        match self.until.filter(|last| start.date() > *last) {
            Some(_) => Err(refuse("ends before it begins")),
            None => Ok(start),
        }
    }

    /// Where a first day without a year lies that is over, but not by much, or that begins a run which goes on today.
    fn begun(&self) -> Option<Date> {
        let (place, when) = self.said.from?;
        let today = self.around.now.date();
        let goes_on = self.said.until.is_some_and(|(last_place, last)| {
            let (Ok(first), Ok(last)) = (self.days(place, when, today), self.days(last_place, last, today))
            else {
                return false;
            };
            today <= last.1 && last.1 < first.0
        });
        let days = if goes_on { YEAR_DAYS } else { RECENT_FIRST_DAYS };
        when.just_past(today, days).map(|(first, _)| first)
    }

    /// The first of what began before today that is not over, in the order that it began with.
    fn going_on(&self, rule: &Rule, begun: DateTime, is_over: &dyn Fn(DateTime) -> bool) -> Option<DateTime> {
        let first = self.first(rule, begun, &|_| false)?;
        let today = self.around.now.date();
        let series = series(rule.clone(), first, self.around)?;
        let from = today.to_datetime(jiff::civil::Time::midnight());
        let mut found = series.occurrences_from(from).take(MAX_LOOKED_AT).map(|found| found.original);
        found.find(|start| start.date() >= today && !is_over(*start))
    }

    /// A last day without a year that has just gone by was hardly meant to be next year's.
    fn is_not_over(&self, place: Place, when: When, start: Date) -> Result<(), Refusal> {
        let today = self.around.now.date();
        let begins_later = self.said.from.is_some_and(|(place, when)| {
            self.begun().is_none() && self.days(place, when, today).is_ok_and(|(first, _)| first > today)
        });
        match when.just_past(start, RECENT_LAST_DAYS) {
            Some((_, last)) if last < today && !begins_later => {
                Err(place.refuse(format!("is over, as {last} lies in the past; say the year")))
            }
            _ => Ok(()),
        }
    }

    /// "Every month from 1 to 5 December" was meant in another way.
    fn is_more_than_once(&self, rule: &Rule, start: DateTime) -> Result<(), Refusal> {
        let by_months = self.said.every.is_some_and(|(_, _, unit)| unit >= Unit::Month);
        let Some(place) = self.said.run.filter(|_| by_months) else { return Ok(()) };
        let found =
            series(rule.clone(), start, self.around).map_or(0, |all| all.occurrences().take(2).count());
        if found > 1 {
            return Ok(());
        }
        Err(place.refuse("holds one date only; say the days of each month or year, for example \"every month from the 1st to the 5th\" (매월 1일~5일)"))
    }

    /// Months in a row that are meant once: their first day, or today within them. Notes the last one.
    fn span(&mut self, place: Place, first: i8, last: i8) -> Result<Date, Refusal> {
        let today = self.around.start.date();
        let (_, until) = self.days(place, When::EndOfMonth { year: None, month: last }, today)?;
        let year = if first <= last { until.year() } else { until.year() - 1 };
        let begin = When::Month { year: Some(year), month: first, open: false };
        let (begin, _) = self.days(place, begin, today)?;
        self.until = Some(until);
        Ok(begin.max(today))
    }

    /// The first start at or after `from` that the words name.
    fn first(&self, rule: &Rule, from: DateTime, is_over: &dyn Fn(DateTime) -> bool) -> Option<DateTime> {
        let months = self.shape.months();
        if !self.shape.names_days() {
            let mut of_the_day = self.slots.iter().map(|slot| from.date().to_datetime(slot.start));
            let from = match of_the_day.find(|start| *start >= from && !is_over(*start)) {
                Some(start) => start,
                None if is_over(from) => from.checked_add(1.day()).ok()?,
                None => from,
            };
            if months.is_empty() || months.contains(&from.month()) {
                return Some(from);
            }
            let series = series(rule.clone(), from, self.around)?;
            return series.occurrences().map(|found| found.original).nth(1);
        }
        // Every day that the rule names is one of those without its interval; the day before comes first and is no
        // part of it.
        let before = from.checked_sub(1.day()).ok()?;
        let all = Rule { interval: 1, ..rule.clone() };
        let series = series(all, before, self.around)?;
        let mut found = series.occurrences().take(MAX_LOOKED_AT).map(|found| found.original);
        found.find(|found| *found >= from && !is_over(*found))
    }

    fn end_of(&self, start: DateTime) -> Result<Option<DateTime>, Refusal> {
        let until = self.slots.first().and_then(|slot| slot.minutes);
        let minutes = match (until, self.said.length) {
            (Some(until), Some((place, minutes))) if until != minutes => {
                return Err(
                    place.refuse("is another length than that from the start to the end; say one of them")
                );
            }
            (Some(minutes), _) | (None, Some((_, minutes))) => minutes,
            (None, None) => return Ok(None),
        };
        if let Some((place, many, unit @ (Unit::Minute | Unit::Hour))) = self.said.every {
            let each = if unit == Unit::Hour { 60 } else { 1 };
            if minutes > i64::from(many) * each {
                return Err(
                    place.refuse("repeats before the one before is over; say another length or times of day")
                );
            }
        }
        let end = start.checked_add(minutes.minutes());
        end.map(Some).map_err(|_| refuse("ends after the last day of the calendar"))
    }

    /// The rule with the end that was said; of two ends the one that comes first.
    fn ended(&self, rule: Rule, start: DateTime) -> Result<Rule, Refusal> {
        let last = match (self.said.until, self.said.lasting) {
            (Some((place, when)), _) => {
                self.is_not_over(place, when, start.date())?;
                let last = self.days(place, when, start.date())?.1;
                if last < start.date() {
                    return Err(place.refuse("ends before it begins"));
                }
                Some(last)
            }
            (None, Some((place, many, unit))) => Some(self.lasting(place, start.date(), many, unit)?),
            (None, None) => self.until,
        };
        let by_date = last.map(|last| rule.ending(Until::Date(last)));
        let by_count = self.said.count.map(|(_, count)| rule.counting(count));
        Ok(match (by_date, by_count) {
            (None, None) => rule,
            (Some(ended), None) | (None, Some(ended)) => ended,
            (Some(by_date), Some(by_count)) => {
                let count = usize::try_from(by_count.count().unwrap_or(u32::MAX)).unwrap_or(usize::MAX);
                let until = series(by_date.clone(), start, self.around)
                    .map_or(0, |series| series.occurrences().take(MAX_LOOKED_AT).count());
                let at = |place: Option<Place>| place.map_or(usize::MAX, |place| place.at);
                let is_first =
                    at(self.said.count.map(|(place, _)| place)) < at(self.said.until.map(|(place, _)| place));
                if count < until || (count == until && is_first) { by_count } else { by_date }
            }
        })
    }

    /// The last day of what begins on `start` and goes on for so many weeks, months...
    fn lasting(&self, place: Place, start: Date, many: u32, unit: Unit) -> Result<Date, Refusal> {
        let is_daily =
            self.said.every.is_none_or(|(_, _, unit)| unit <= Unit::Day) && self.said.weekdays.is_empty();
        if unit == Unit::Day && !is_daily {
            return Err(place.refuse("is how long each one takes, or how long they go on? Say \"until\" and the last day, or a length up to 24 hours"));
        }
        let many = i64::from(many);
        let span = jiff::Span::new();
        let span = match unit {
            Unit::Year => span.try_years(many),
            Unit::Quarter => span.try_months(many.saturating_mul(3)),
            Unit::HalfYear => span.try_months(many.saturating_mul(6)),
            Unit::Month => span.try_months(many),
            Unit::Week => span.try_weeks(many),
            _ => span.try_days(many),
        };
        let last = span.and_then(|span| start.checked_add(span)).and_then(Date::yesterday);
        last.map_err(|_| place.refuse("goes on beyond the last day of the calendar"))
    }

    /// The starts that are left out, each of them one of the series.
    fn left_out(&self, rule: &Rule, start: DateTime) -> Result<Vec<DateTime>, Refusal> {
        let mut left_out: Vec<DateTime> = Vec::new();
        if self.said.without.is_empty() {
            return Ok(left_out);
        }
        let series = series(rule.clone(), start, self.around)
            .ok_or_else(|| refuse("ends after the last day of the calendar"))?;
        for (place, first, last) in &self.said.without {
            let begin = first.before(last.unwrap_or(*first));
            let (first, mut end) = self.days(*place, begin, start.date())?;
            if let Some(last) = last {
                end = self.days(*place, *last, first)?.1;
            }
            if end < first {
                return Err(place.refuse("ends before it begins"));
            }
            let from = first.max(start.date()).to_datetime(jiff::civil::Time::midnight());
            let found = series.occurrences_from(from).map(|found| found.original);
            let found: Vec<DateTime> =
                found.take_while(|found| found.date() <= end).take(MAX_EXTRA_DATES + 1).collect();
            if found.is_empty() {
                return Err(place.refuse(not_among(first, end)));
            }
            left_out.extend(found.into_iter().filter(|found| !left_out.contains(found)).collect::<Vec<_>>());
            if left_out.len() > MAX_EXTRA_DATES {
                return Err(place.refuse(format!("leaves out more than {MAX_EXTRA_DATES} dates")));
            }
        }
        left_out.sort_unstable();
        if series.occurrences().take(left_out.len() + 1).all(|found| left_out.contains(&found.original)) {
            return Err(refuse("leaves out every date"));
        }
        Ok(left_out)
    }
}

fn not_among(first: Date, last: Date) -> String {
    if first == last {
        return format!("can't be left out, as {first} is no date of the series");
    }
    format!("can't be left out, as no date from {first} to {last} is one of the series")
}

fn series(rule: Rule, start: DateTime, around: &Around) -> Option<Series> {
    Series::new(SeriesParts {
        start,
        end: start.checked_add(1.minute()).ok()?,
        zone: around.zone.clone(),
        all_day: false,
        rule: Some(rule),
        rdates: Vec::new(),
        exdates: Vec::new(),
    })
}
