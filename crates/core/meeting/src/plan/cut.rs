//! A series in two: what lies before an occurrence, and it and what follows.

use jiff::civil::DateTime;

use super::exceptions::without_exclusions;
use crate::{Rule, Series, Until, series::SeriesParts};

/// Occurrences of the second half that are compared with those of the whole.
const COMPARED: usize = 120;

/// What lies before one of the originals of a series; `None` when nothing does.
pub(super) fn head(series: &Series, original: DateTime) -> Option<Series> {
    series.last_name_before(original)?;
    let until =
        |last: DateTime| if series.is_all_day() { Until::Date(last.date()) } else { Until::Local(last) };
    // Where the rule repeats nothing before, a single meeting is left, perhaps with extra dates.
    let last = series.last_repetition_before(original);
    let rule = series.rule().zip(last).map(|(rule, last)| rule.ending(until(last)));
    Series::new(SeriesParts {
        rule,
        rdates: series.rdates().filter(|date| *date < original).collect(),
        exdates: series.exdates().filter(|date| *date < original).collect(),
        ..series.parts()
    })
}

/// One of the occurrences of a series and what follows it; `None` where no rule gives just that: from an extra date that the rule
/// does not lead to, or from one that ends in an hour that the clock repeats, by which a series can't tell its length.
pub(super) fn tail(series: &Series, original: DateTime) -> Option<Series> {
    if series.last_name_before(original).is_none() {
        return Some(series.clone());
    }
    let left = |rule: &Rule| {
        let passed = || series.count_of_rule_before(original);
        Rule { count: rule.count.map(|count| count.saturating_sub(passed())), ..rule.clone() }
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
    let (whole, follows) = (without_exclusions(series, &[]), without_exclusions(&tail, &[]));
    let is_same = whole.occurrences_from(original).take(COMPARED).eq(follows.occurrences().take(COMPARED));
    is_same.then_some(tail)
}
