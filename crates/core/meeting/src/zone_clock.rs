//! Local seconds become instants: the one place where gaps and folds of a zone are decided.
//!
//! Apart from `zone` (names) because this is the hot path of every expansion.

use jiff::{Timestamp, tz::AmbiguousOffset};

use crate::{Zone, day, zone_table::ZoneTable};

/// A local time on the clock of a zone, resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Seconds since 1970-01-01T00:00Z.
    pub(crate) instant: i64,
    /// What the clock on the wall shows then, in local seconds; differs from what was asked for in a gap.
    pub(crate) local: i64,
}

/// Resolves a local time: moved forward by the length of a gap, the first of two in a fold.
pub(crate) fn to_instant(zone: &Zone, local: i64) -> Resolved {
    match zone.time_zone().to_ambiguous_timestamp(day::to_local(local)).offset() {
        AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => {
            Resolved { instant: local - i64::from(offset.seconds()), local }
        }
        AmbiguousOffset::Gap { before, after } => Resolved {
            instant: local - i64::from(before.seconds()),
            local: local + i64::from(after.seconds()) - i64::from(before.seconds()),
        },
    }
}

/// An instant as jiff's type; the nearest one it can tell.
pub(crate) fn timestamp(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap_or(if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX })
}

/// Resolves times that mostly come in order, and remembers where in the zone's table it is.
#[derive(Debug, Clone)]
pub(crate) struct Clock<'z> {
    zone: &'z Zone,
    table: &'z ZoneTable,
    near: usize,
    /// Local times from `since` to before `until` have this offset, and no gap or fold; empty when nothing is known.
    since: i64,
    until: i64,
    offset: i64,
}

impl<'z> Clock<'z> {
    pub(crate) fn new(zone: &'z Zone) -> Self {
        Self { zone, table: zone.table(), near: 0, since: 0, until: 0, offset: 0 }
    }

    /// As [`to_instant`].
    #[inline]
    pub(crate) fn resolve(&mut self, local: i64) -> Resolved {
        if local >= self.since && local < self.until {
            return Resolved { instant: local - self.offset, local };
        }
        self.look_up(local)
    }

    fn look_up(&mut self, local: i64) -> Resolved {
        let Some(number) = self.table.of_local(local, self.near) else { return to_instant(self.zone, local) };
        let (span, next) = self.table.pair(number);
        self.near = number;
        self.offset = span.offset;
        self.since = span.edge;
        // A gap begins where the span's own clock reaches the change.
        self.until = next.edge.min(next.since + span.offset);
        let instant = local - span.offset;
        let moved = if instant >= next.since { next.offset - span.offset } else { 0 };
        Resolved { instant, local: local + moved }
    }

    /// What the clock shows at an instant, in local seconds.
    #[inline]
    pub(crate) fn local_at(&self, instant: i64) -> i64 {
        match self.table.of_instant(instant, self.near) {
            Some(number) => instant + self.table.pair(number).0.offset,
            None => instant + i64::from(self.zone.time_zone().to_offset(timestamp(instant)).seconds()),
        }
    }

    /// The local time in a gap that has the same instant as this one, which a gap ended shortly before.
    pub(crate) fn in_gap_before(&self, local: i64) -> Option<i64> {
        let number = self.table.of_local(local, self.near)?;
        let (before, span) = self.table.pair(number.checked_sub(1)?);
        let length = span.offset - before.offset;
        (length > 0 && local < span.since + span.offset + length).then_some(local - length)
    }

    /// The offset from UTC around an instant, where the clock does not change within `margin` seconds of it.
    pub(crate) fn steady_offset(&self, instant: i64, margin: i64) -> Option<i64> {
        if let Some(number) = self.table.of_instant(instant, self.near) {
            let (span, next) = self.table.pair(number);
            return (instant - margin >= span.since && instant + margin < next.since).then_some(span.offset);
        }
        let (zone, from) = (self.zone.time_zone(), timestamp(instant - margin));
        let next = zone.following(from).next().map(|change| change.timestamp().as_second());
        next.is_none_or(|next| next > instant + margin).then(|| i64::from(zone.to_offset(from).seconds()))
    }
}
