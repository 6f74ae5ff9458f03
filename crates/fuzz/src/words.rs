//! Recurrences as people type them: there is an answer to any text, and what is understood is a rule with words of its own.

use convoke_meeting::{
    Series, Zone,
    series::SeriesParts,
    words::{
        describe,
        read::{Around, Meaning},
        understand,
    },
};
use convoke_model::Language;
use jiff::{ToSpan, civil::date};

use crate::texts;

/// A text; what is understood is told in both languages.
pub(crate) fn words(data: &[u8]) {
    let [text] = texts(data);
    let around = Around {
        start: date(2026, 11, 22).at(10, 0, 0, 0),
        now: date(2026, 11, 22).at(8, 0, 0, 0),
        zone: Zone::utc(),
    };
    for language in [None, Some(Language::English), Some(Language::Korean)] {
        match understand(&text, language, &around) {
            Ok(found) => {
                for meaning in std::iter::once(found.usual).chain(found.alternative) {
                    holds(meaning, &around, &text);
                }
            }
            Err(fault) => {
                assert!(fault.at <= text.chars().count(), "{text}");
                assert!(!fault.reason.is_empty(), "{text}");
            }
        }
    }
}

/// What is understood is a series with words, which begins as it says and has every date that is left out.
fn holds(meaning: Meaning, around: &Around, text: &str) {
    let series = Series::new(SeriesParts {
        start: meaning.start,
        end: meaning.start.saturating_add(1.hour()),
        zone: around.zone.clone(),
        all_day: false,
        rule: Some(meaning.rule.clone()),
        rdates: Vec::new(),
        exdates: Vec::new(),
    });
    let Some(series) = series else { return };
    for left_out in &meaning.left_out {
        assert!(series.is_original(*left_out), "{text}: {left_out} of {}", meaning.rule);
    }
    assert!(meaning.end.is_none_or(|end| end > meaning.start), "{text}");
    for shown in Language::ALL.map(|shown| describe(shown, &series)) {
        assert!(shown.is_some_and(|words| !words.is_empty()), "{}", meaning.rule);
    }
}
