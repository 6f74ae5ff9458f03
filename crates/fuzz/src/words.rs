//! Recurrences as people type them: there is an answer to any text, and what is understood is a rule with words of its own.

use convoke_meeting::{
    Series, Zone,
    series::SeriesParts,
    words::{describe, read::Around, understand},
};
use convoke_model::Language;
use jiff::{ToSpan, civil::date};

use crate::texts;

/// A text; what is understood is told in both languages.
pub(crate) fn words(data: &[u8]) {
    let [text] = texts(data);
    let around = Around { start: date(2026, 11, 22).at(10, 0, 0, 0), zone: Zone::utc() };
    for language in [None, Some(Language::English), Some(Language::Korean)] {
        match understand(&text, language, &around) {
            Ok(found) => {
                let series = Series::new(SeriesParts {
                    start: found.start,
                    end: found.start.saturating_add(1.hour()),
                    zone: around.zone.clone(),
                    all_day: false,
                    rule: Some(found.rule.clone()),
                    rdates: Vec::new(),
                    exdates: found.left_out,
                });
                for shown in
                    series.iter().flat_map(|series| Language::ALL.map(|shown| describe(shown, series)))
                {
                    assert!(shown.is_some_and(|words| !words.is_empty()), "{}", found.rule);
                }
            }
            Err(fault) => {
                assert!(fault.at <= text.chars().count(), "{text}");
                assert!(!fault.reason.is_empty(), "{text}");
            }
        }
    }
}
