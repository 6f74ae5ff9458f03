//! A series in two: what lies before an occurrence, and it and what follows.

use jiff::civil::DateTime;

use super::exceptions::without_exclusions;
use crate::{Rule, Series, Until, day, series::SeriesParts};

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
    let ruled = Series::new(SeriesParts { rdates: Vec::new(), ..whole.parts() })?;
    let Some(last) = whole.last_before(original) else {
        return Some(Halves { head: None, tail: series.clone() });
    };
    let passed = || ruled.occurrences().take_while(|found| found.original < original);
    let head = {
        let until = if series.is_all_day() { Until::Date(last.date()) } else { Until::Local(last) };
        // An end at the first one of all leaves a single meeting.
        let rule = series.rule().filter(|_| passed().nth(1).is_some()).map(|rule| ending(rule, until));
        Series::new(SeriesParts {
            rule,
            rdates: series.rdates().filter(|date| *date < original).collect(),
            exdates: series.exdates().filter(|date| *date < original).collect(),
            ..series.parts()
        })?
    };
    let left = |rule: &Rule| {
        // Those that are counted are few; without a count nobody looks at them.
        let left = |count: u32| count.saturating_sub(u32::try_from(passed().count()).unwrap_or(u32::MAX));
        Rule { count: rule.count.map(left), ..rule.clone() }
    };
    let length = day::seconds_of(series.end()) - day::seconds_of(series.start());
    let parts = SeriesParts {
        start: original,
        end: day::to_local(day::seconds_of(original) + length),
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

fn ending(rule: &Rule, until: Until) -> Rule {
    Rule { count: None, until: Some(until), ..rule.clone() }
}
