//! A zone's changes of the clock as a table of numbers, made once a process and zone.
//!
//! Apart from `zone_clock`, which walks through it: an expansion asks for every start and end, and the zone database
//! answers in hundreds of nanoseconds where a table answers in three.

use jiff::{Timestamp, tz::TimeZone};

use crate::{day, draft::MAX_YEAR};

/// A stretch of time in which the clock does not change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Span {
    /// The instant at which it begins.
    pub(crate) since: i64,
    /// The local time from which on its offset counts: what a gap skips and what a fold repeats for the first time still
    /// belong to the span before.
    pub(crate) edge: i64,
    /// Local time less UTC.
    pub(crate) offset: i64,
}

/// The spans of a zone one after the other, from the beginning of time.
#[derive(Debug)]
pub(crate) struct ZoneTable {
    /// The last one is no span: it says where the table ends.
    spans: Box<[Span]>,
}

impl ZoneTable {
    /// Reads the changes of a zone up to a year after the last that a meeting may lie in.
    pub(crate) fn of(zone: &TimeZone) -> Self {
        let end = i64::from(day::from_civil(i32::from(MAX_YEAR) + 2, 1, 1)) * day::DAY_SECONDS;
        let first = i64::from(zone.to_offset(Timestamp::MIN).seconds());
        let mut spans = vec![Span { since: i64::MIN / 2, edge: i64::MIN / 2, offset: first }];
        let mut before = first;
        for change in zone.following(Timestamp::MIN) {
            let since = change.timestamp().as_second();
            if since >= end {
                break;
            }
            let offset = i64::from(change.offset().seconds());
            if offset != before {
                spans.push(Span { since, edge: since + before.max(offset), offset });
                before = offset;
            }
        }
        spans.push(Span { since: end, edge: end + before, offset: before });
        Self { spans: spans.into() }
    }

    /// The number of the span that a local time counts to; `None` beyond the table. The search begins at `near`.
    #[inline]
    pub(crate) fn of_local(&self, local: i64, near: usize) -> Option<usize> {
        self.find(near, |span| span.edge <= local)
    }

    /// The number of the span that an instant lies in; `None` beyond the table.
    #[inline]
    pub(crate) fn of_instant(&self, instant: i64, near: usize) -> Option<usize> {
        self.find(near, |span| span.since <= instant)
    }

    /// A span and the one after it. `number` comes from one of the searches.
    #[inline]
    pub(crate) fn pair(&self, number: usize) -> (Span, Span) {
        (self.spans[number], self.spans[number + 1])
    }

    #[inline]
    fn find(&self, near: usize, begun: impl Fn(&Span) -> bool) -> Option<usize> {
        let holds = |number: usize| begun(&self.spans[number]) && !begun(&self.spans[number + 1]);
        for number in [near, near + 1] {
            if number + 1 < self.spans.len() && holds(number) {
                return Some(number);
            }
        }
        let after = self.spans.partition_point(begun);
        // Before the first span there is nothing that jiff could tell either.
        (after < self.spans.len()).then(|| after.saturating_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    use crate::{Zone, zone_clock::to_instant};

    /// Local times around every change from 1970 on, in every zone.
    #[test]
    fn tells_what_the_zone_database_tells_around_every_change() {
        for name in Zone::all_names() {
            let zone = Zone::named(&name).unwrap();
            let from = Timestamp::from_second(-1).unwrap();
            let until = date(2044, 1, 1).to_zoned(TimeZone::UTC).unwrap().timestamp();
            for change in zone.time_zone().following(from).take_while(|change| change.timestamp() < until) {
                let at = change.timestamp().as_second();
                for local in [-90_000, -7_200, -1, 0, 1, 1_800, 3_599, 3_600, 7_200, 36_000, 50_400, 90_000] {
                    let local = at + i64::from(change.offset().seconds()) + local;
                    let table = zone.table();
                    let number = table.of_local(local, 0).unwrap();
                    let (span, next) = table.pair(number);
                    let instant = local - span.offset;
                    let shown = if instant >= next.since { local + next.offset - span.offset } else { local };
                    let expected = to_instant(&zone, local);
                    assert_eq!((instant, shown), (expected.instant, expected.local), "{name} {local}");
                    let of_instant = table.pair(table.of_instant(instant, 0).unwrap()).0;
                    let offset = zone.time_zone().to_offset(Timestamp::from_second(instant).unwrap());
                    assert_eq!(of_instant.offset, i64::from(offset.seconds()), "{name} {instant}");
                }
            }
        }
    }

    #[test]
    fn ends_where_no_meeting_lies() {
        let table = ZoneTable::of(Zone::named("Europe/London").unwrap().time_zone());
        let at = |year| i64::from(day::from_civil(year, 6, 1)) * day::DAY_SECONDS;
        assert!(table.of_local(at(2101), 0).is_some());
        assert!(table.of_local(at(2102), 0).is_none());
        assert!(table.of_local(at(1800), 5).is_some());
    }
}
