//! Times in the words of mails, for pages that people see beside them.

use convoke_meeting::{Occurrence, Series, Zone};
use convoke_model::Language;
use jiff::civil::DateTime;

use crate::texts;

/// When an occurrence of a series takes place, on the clock of the meeting or of another zone, with that zone.
pub fn when(language: Language, series: &Series, occurrence: &Occurrence, there: Option<&Zone>) -> String {
    let texts = texts::of(language);
    match there {
        Some(zone) if !series.is_all_day() && !series.is_unscheduled() => {
            texts::when_there(texts, zone, occurrence)
        }
        _ => texts::when(texts, series, occurrence),
    }
}

/// Local start and end, without a zone.
pub fn span(language: Language, start: DateTime, end: DateTime, all_day: bool) -> String {
    texts::of(language).span(start, end, all_day)
}
