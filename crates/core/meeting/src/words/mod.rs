//! A recurrence in words, and words made a recurrence: every rule has words in each language, and what people usually
//! say is understood.
//!
//! To add a language: a file here, one in `read`, a line in [`of`].

mod en;
mod ko;
pub mod read;
mod spoken;
#[cfg(test)]
mod tests;

use convoke_model::Language;
use jiff::{
    civil::{Date, DateTime, Time, Weekday},
    tz::TimeZone,
};

pub use read::{NotUnderstood, Understood, understand};

use crate::{Frequency, Series, Until};
use spoken::Spoken;

/// What every language says. All texts are plain; escaping is not their business.
trait Words: Sync {
    /// How often, without an end; with the time of day where the rule names none.
    fn rule(&self, rule: &Spoken, at: Option<Time>) -> String;
    /// The first time of day of what repeats within a day, to follow that.
    fn since(&self, start: Time) -> String;
    /// The end: a number of times.
    fn times(&self, count: u64) -> String;
    /// The end: the last day.
    fn until(&self, date: Date) -> String;
    /// Dates that follow no rule.
    fn dates(&self, dates: &[String], more: bool) -> String;
    /// Dates that are added.
    fn also_on(&self, dates: &str) -> String;
    /// Dates that are left out.
    fn not_on(&self, dates: &str) -> String;
    /// How many more there are than those listed.
    fn and_more(&self, count: usize) -> String;
    /// A date and a time of day.
    fn date_at(&self, date: &str, time: Time) -> String;
    /// A date without its weekday.
    fn date(&self, date: Date) -> String;
    /// The name of a weekday.
    fn weekday(&self, weekday: Weekday) -> &'static str;
}

fn of(language: Language) -> &'static dyn Words {
    match language {
        Language::English => &en::English,
        Language::Korean => &ko::Korean,
    }
}

/// How many dates are listed in one line.
const LISTED_DATES: usize = 5;
/// Up to how many occurrences are counted for the end of a series.
const MAX_COUNTED: usize = 10_000;

/// A date in words, without its weekday.
pub fn date(language: Language, date: Date) -> String {
    of(language).date(date)
}

/// The name of a weekday.
pub fn weekday(language: Language, weekday: Weekday) -> &'static str {
    of(language).weekday(weekday)
}

/// How a series repeats, without the time of day: for those who show that beside it. `None` for a single meeting.
pub fn recurrence(language: Language, series: &Series) -> Option<String> {
    let words = of(language);
    if !series.is_recurring() {
        return None;
    }
    let Some(rule) = series.rule() else { return Some(first_dates(words, series)) };
    let mut said = words.rule(&Spoken::of(rule, series.start()), None);
    if let Some(count) = rule.count() {
        said.push_str(&words.times(u64::from(count)));
    } else if let Some(until) = rule.until() {
        said.push_str(&words.until(last_day(until, series.zone().time_zone())));
    }
    said.push_str(&exceptions(words, series));
    Some(said)
}

/// The whole of it in one sentence: how a series repeats, at what time, until when and how many times. `None` for a
/// single meeting.
pub fn describe(language: Language, series: &Series) -> Option<String> {
    let words = of(language);
    if !series.is_recurring() {
        return None;
    }
    let Some(rule) = series.rule() else { return Some(first_dates(words, series)) };
    let spoken = Spoken::of(rule, series.start());
    let start = series.start().time();
    let is_within_day = rule.frequency() < Frequency::Daily;
    let is_told = is_within_day || series.is_all_day() || rule.names_times();
    let mut said = words.rule(&spoken, Some(start).filter(|_| !is_told));
    if is_within_day {
        said.push_str(&words.since(start));
    }
    said.push_str(&whole_end(words, series));
    said.push_str(&exceptions(words, series));
    Some(said)
}

/// The end as the rule has it, and what follows from that: the last day, or how many times.
fn whole_end(words: &dyn Words, series: &Series) -> String {
    let Some(rule) = series.rule().filter(|rule| !rule.is_endless()) else { return String::new() };
    // The dates beside the rule are named on their own.
    let mut parts = series.parts();
    parts.rdates.clear();
    parts.exdates.clear();
    let alone = Series::new(parts);
    let originals: Vec<DateTime> = alone
        .iter()
        .flat_map(Series::occurrences)
        .take(MAX_COUNTED + 1)
        .map(|found| found.original)
        .collect();
    let is_counted = originals.len() <= MAX_COUNTED;
    match (rule.count(), rule.until(), originals.last()) {
        (Some(count), _, Some(last)) if is_counted => {
            words.times(u64::from(count)) + &words.until(last.date())
        }
        (Some(count), ..) => words.times(u64::from(count)),
        (None, Some(until), _) => {
            let mut said = words.until(last_day(until, series.zone().time_zone()));
            if is_counted {
                said.push_str(&words.times(originals.len() as u64));
            }
            said
        }
        (None, None, _) => String::new(),
    }
}

fn exceptions(words: &dyn Words, series: &Series) -> String {
    let mut said = String::new();
    if series.rdates().len() > 0 {
        said.push_str(&words.also_on(&listed(words, series, series.rdates())));
    }
    if series.exdates().len() > 0 {
        said.push_str(&words.not_on(&listed(words, series, series.exdates())));
    }
    said
}

fn last_day(until: Until, zone: &TimeZone) -> Date {
    match until {
        Until::Date(date) => date,
        Until::Local(time) => time.date(),
        Until::Utc(instant) => zone.to_datetime(instant).date(),
    }
}

fn first_dates(words: &dyn Words, series: &Series) -> String {
    let mut dates: Vec<Date> =
        series.occurrences().take(LISTED_DATES + 1).map(|occurrence| occurrence.local_start.date()).collect();
    let more = dates.len() > LISTED_DATES;
    dates.truncate(LISTED_DATES);
    dates.dedup();
    let said: Vec<String> = dates.into_iter().map(|date| words.date(date)).collect();
    words.dates(&said, more)
}

/// Dates beside the rule; with their times where the day alone does not say which one is meant.
fn listed(words: &dyn Words, series: &Series, times: impl ExactSizeIterator<Item = DateTime>) -> String {
    let usual = series.start().time();
    let is_within_days = series.rule().is_some_and(|rule| Spoken::of(rule, series.start()).is_within_days());
    let more = times.len().saturating_sub(LISTED_DATES);
    let said = |time: DateTime| {
        let date = words.date(time.date());
        match !series.is_all_day() && (is_within_days || time.time() != usual) {
            true => words.date_at(&date, time.time()),
            false => date,
        }
    };
    let dates: Vec<String> = times.take(LISTED_DATES).map(said).collect();
    let mut said = dates.join(", ");
    if more > 0 {
        said.push_str(&words.and_more(more));
    }
    said
}
