//! How long to wait before dialling again. Pure: time and chance are arguments.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    fault::DownReason,
    limits::{BACKOFF_FIRST, BACKOFF_MOST, EAGER_PERIOD},
};

/// The waits of one link: 100 to 200 ms at first, doubled up to 5 to 10 s.
#[derive(Debug)]
pub(crate) struct Backoff {
    failures: u32,
    eager_until: Instant,
}

impl Backoff {
    pub(crate) fn new(now: Instant) -> Self {
        Self { failures: 0, eager_until: now + EAGER_PERIOD }
    }

    /// The wait after a failure. `chance` is 0 to 1: diallers that lost the same web bridge must not come back in step.
    pub(crate) fn next(&mut self, reason: &DownReason, now: Instant, chance: f64) -> Duration {
        let eager = matches!(reason, DownReason::ConnectionRefused) && now < self.eager_until;
        let doublings = if eager { 0 } else { self.failures };
        if !eager {
            self.failures = self.failures.saturating_add(1);
        }
        let least = BACKOFF_FIRST.saturating_mul(1 << doublings.min(16)).min(BACKOFF_MOST / 2);
        least + least.mul_f64(chance.clamp(0.0, 1.0))
    }
}

/// A number from 0 to 1. When the system has no chance to give, all wait the middle.
pub(crate) fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn timed_out() -> DownReason {
        DownReason::TimedOut { step: "connecting" }
    }

    #[test]
    fn doubles_from_100_ms_to_10_s() {
        let now = Instant::now();
        let mut backoff = Backoff::new(now);
        let waits: Vec<u128> = (0..9).map(|_| backoff.next(&timed_out(), now, 0.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000]);
        assert_eq!(backoff.next(&timed_out(), now, 1.0), BACKOFF_MOST);
    }

    #[test]
    fn a_refusal_is_tried_again_soon_while_the_web_bridge_may_be_restarting() {
        let start = Instant::now();
        let mut backoff = Backoff::new(start);
        for seconds in [0, 10, 29] {
            let wait =
                backoff.next(&DownReason::ConnectionRefused, start + Duration::from_secs(seconds), 1.0);
            assert_eq!(wait, Duration::from_millis(200));
        }
        let late = start + EAGER_PERIOD;
        let waits: Vec<u128> =
            (0..4).map(|_| backoff.next(&DownReason::ConnectionRefused, late, 0.0).as_millis()).collect();
        assert_eq!(waits, [100, 200, 400, 800]);
    }
}
