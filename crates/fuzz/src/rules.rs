//! Recurrence rules and the time part of a request: what is read is written back alike, and looked through within bounds.

use std::{collections::HashSet, sync::LazyLock};

use convoke_meeting::{Draft, Rule, Zone, draft};
use jiff::Timestamp;

use crate::texts;

/// Occurrences looked at.
const SOME: usize = 300;

/// Every name of a zone.
static ZONES: LazyLock<HashSet<String>> = LazyLock::new(|| Zone::all_names().into_iter().collect());

/// The fields of a draft, a line each: start, end, zone, rule, an RDATE, an EXDATE.
pub(crate) fn rule(data: &[u8]) {
    let [start, end, zone, rule, rdate, exdate] = texts(data);
    match Rule::parse(&rule) {
        Ok(parsed) => assert_eq!(Rule::parse(&parsed.to_string()).as_ref(), Ok(&parsed), "{rule}"),
        Err(faults) => assert!(!faults.is_empty(), "{rule}"),
    }
    // An unknown zone costs a look through all names for near ones; `?` asks for it, and most inputs do not.
    let zone = match zone.strip_prefix('?') {
        Some(asked) => asked,
        None if ZONES.contains(&zone) => zone.as_str(),
        None => "Europe/London",
    };
    let list =
        |text: &str| text.split(',').filter(|one| !one.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let (rdate, exdate) = (list(&rdate), list(&exdate));
    let draft = Draft {
        dt_start: Some(&start),
        dt_end: Some(&end),
        time_zone: Some(zone),
        rrule: Some(rule.as_str()).filter(|rule| !rule.is_empty()),
        rdate: &rdate,
        exdate: &exdate,
        is_full_day_meeting: !start.contains('T'),
    };
    let series = match draft::check(&draft) {
        Ok(series) => series,
        Err(findings) => return assert!(!findings.is_empty()),
    };
    let first = series.first().expect("a series that was let in takes place");
    let mut last = Timestamp::MIN;
    for occurrence in series.occurrences().take(SOME) {
        assert!(occurrence.start < occurrence.end, "{occurrence:?}");
        assert!(occurrence.start >= last, "{occurrence:?} after {last}");
        last = occurrence.start;
    }
    assert_eq!(series.is_endless(), series.count().is_none());
    if let Some(end) = series.last_end() {
        assert!(end >= first.end);
    }
    // A window finds what the walk from the start does.
    let until =
        first.start.saturating_add(jiff::SignedDuration::from_hours(24 * 366)).unwrap_or(Timestamp::MAX);
    let found = series.occurrences_in(first.start, until, SOME);
    let walked: Vec<_> = series
        .occurrences()
        .take_while(|one| one.start < until)
        .filter(|one| one.end > first.start)
        .take(SOME)
        .collect();
    assert_eq!(found, walked);
}
