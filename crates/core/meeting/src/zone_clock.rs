//! Local seconds become instants: the one place where gaps and folds of a zone are decided.
//!
//! Apart from `zone` (names) because this is the hot path of every expansion.

use jiff::{Timestamp, tz::AmbiguousOffset};

use crate::{Zone, day};

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

/// Resolves times that mostly come in order, and remembers how long the clock goes on unchanged.
pub(crate) struct Clock<'z> {
    zone: &'z Zone,
    offset: i64,
    /// Instants from `since` to before `until` have `offset`; empty when nothing is known.
    since: i64,
    until: i64,
}

impl<'z> Clock<'z> {
    /// Near a change of the clock (which may be a day long: Apia 2011) the slow way is taken.
    const MARGIN_SECONDS: i64 = 26 * 3_600;

    pub(crate) fn new(zone: &'z Zone) -> Self {
        Self { zone, offset: 0, since: 0, until: 0 }
    }

    /// As [`to_instant`].
    #[inline]
    pub(crate) fn resolve(&mut self, local: i64) -> Resolved {
        let instant = local - self.offset;
        if instant >= self.since && instant < self.until - Self::MARGIN_SECONDS {
            return Resolved { instant, local };
        }
        let resolved = to_instant(self.zone, local);
        self.remember(resolved);
        resolved
    }

    /// What the clock shows at an instant, in local seconds.
    #[inline]
    pub(crate) fn local_at(&self, instant: i64) -> i64 {
        if instant >= self.since && instant < self.until {
            return instant + self.offset;
        }
        instant + i64::from(self.zone.time_zone().to_offset(timestamp(instant)).seconds())
    }

    /// Far enough behind a change, all times up to the next one are known.
    fn remember(&mut self, resolved: Resolved) {
        let zone = self.zone.time_zone();
        let next = zone.following(timestamp(resolved.instant)).next();
        let until = next.map_or(i64::MAX / 2, |change| change.timestamp().as_second());
        // One second on, so that a change at this very instant counts as the last one.
        let previous = zone.preceding(timestamp(resolved.instant + 1)).next();
        let changed = previous.map_or(i64::MIN / 2, |change| change.timestamp().as_second());
        self.offset = resolved.local - resolved.instant;
        self.since = changed.saturating_add(Self::MARGIN_SECONDS);
        self.until = until;
    }
}
