//! A series in two: what lies before an occurrence, and it and what follows.

use jiff::civil::DateTime;

use super::exceptions::without_exclusions;
use crate::{Rule, Series, Until, series::SeriesParts};

/// Occurrences of the second half that are compared with those of the whole.
const COMPARED: usize = 120;

/// The two halves of a series at an original that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halves {
    /// What lies before; `None` when nothing does.
    pub(super) head: Option<Series>,
    /// The occurrence and what follows.
    pub(super) tail: Series,
}

/// Cuts a series; `None` where no rule gives just what follows (an extra date that the rule does not lead to).
pub(super) fn cut(series: &Series, original: DateTime) -> Option<Halves> {
    let whole = without_exclusions(series, &[]);
    if whole.last_name_before(original).is_none() {
        return Some(Halves { head: None, tail: series.clone() });
    }
    let head = {
        let until = |last: DateTime| {
            if series.is_all_day() { Until::Date(last.date()) } else { Until::Local(last) }
        };
        // Where the rule repeats nothing before, a single meeting is left, perhaps with extra dates.
        let last = whole.last_repetition_before(original);
        let rule = series.rule().zip(last).map(|(rule, last)| rule.ending(until(last)));
        Series::new(SeriesParts {
            rule,
            rdates: series.rdates().filter(|date| *date < original).collect(),
            exdates: series.exdates().filter(|date| *date < original).collect(),
            ..series.parts()
        })?
    };
    let left = |rule: &Rule| match rule.count {
        Some(count) => {
            Rule { count: Some(count.saturating_sub(whole.count_of_rule_before(original))), ..rule.clone() }
        }
        None => rule.clone(),
    };
    let parts = SeriesParts {
        start: original,
        end: series.end_of_first(original),
        rule: series.rule().map(left).filter(|rule| rule.count != Some(0)),
        rdates: series.rdates().filter(|date| *date > original).collect(),
        exdates: series.exdates().filter(|date| *date >= original).collect(),
        ..series.parts()
    };
    let tail = Series::new(parts)?;
    let follows = without_exclusions(&tail, &[]);
    let is_same = whole
        .occurrences_from(original)
        .take(COMPARED)
        .map(|found| found.original)
        .eq(follows.occurrences().take(COMPARED).map(|found| found.original));
    is_same.then_some(Halves { head: Some(head), tail })
}
