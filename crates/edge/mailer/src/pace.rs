//! How many connections the server is asked for: fewer for a while after it refused one.

use std::time::{Duration, Instant};

/// How long it stays at half after a refusal.
const QUIET: Duration = Duration::from_secs(60);
/// After that, one more each such time.
const ONE_MORE_AFTER: Duration = Duration::from_secs(10);

/// The number of connections that may be open.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    most: usize,
    refused: Option<(usize, Instant)>,
}

impl Pace {
    /// As many as the settings say, until the server refuses one.
    pub(crate) fn new(most: usize) -> Self {
        Self { most: most.max(1), refused: None }
    }

    /// How many there may be at `now`; never none.
    pub(crate) fn at(&self, now: Instant) -> usize {
        let Some((left, since)) = self.refused else { return self.most };
        let calm = now.saturating_duration_since(since).checked_sub(QUIET);
        let more = calm.map_or(0, |calm| 1 + calm.as_secs() / ONE_MORE_AFTER.as_secs());
        left.saturating_add(usize::try_from(more).unwrap_or(usize::MAX)).min(self.most)
    }

    /// The server refused a connection: half of what was allowed, once for all refusals of the same moment.
    pub(crate) fn refused(&mut self, now: Instant) {
        let just_now = |since: Instant| now.saturating_duration_since(since) < Duration::from_secs(1);
        if self.refused.is_some_and(|(_, since)| just_now(since)) {
            return;
        }
        self.refused = Some(((self.at(now) / 2).max(1), now));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_halves_the_connections_for_a_minute_and_then_they_come_back_one_by_one() {
        let start = Instant::now();
        let after = |seconds: u64| start + Duration::from_secs(seconds);
        let mut pace = Pace::new(16);
        assert_eq!(pace.at(start), 16);
        pace.refused(start);
        pace.refused(start);
        let told = [0, 59, 60, 69, 70, 129, 500].map(|seconds| pace.at(after(seconds)));
        assert_eq!(told, [8, 8, 9, 9, 10, 15, 16]);
        for second in 1..6 {
            pace.refused(after(second * 2));
        }
        assert_eq!(pace.at(after(10)), 1, "never none");
    }
}
