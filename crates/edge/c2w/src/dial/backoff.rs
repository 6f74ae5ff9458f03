//! How long to wait before dialling again. Pure: time and chance are arguments.

use std::time::Duration;

use crate::{
    fault::DownReason,
    limits::{BACKOFF_FIRST, BACKOFF_MOST},
};

/// The waits of one link: 100 to 200 ms, and after refusals by the peer itself doubled up to 5 to 10 s.
#[derive(Debug, Default)]
pub(crate) struct Backoff {
    refusals: u32,
}

impl Backoff {
    /// The wait after a failure. `chance` is 0 to 1: diallers that lost the same web bridge must not come back in step.
    pub(crate) fn next(&mut self, reason: &DownReason, chance: f64) -> Duration {
        let doublings = if is_cheap(reason) { 0 } else { self.refusals };
        if !is_cheap(reason) {
            self.refusals = self.refusals.saturating_add(1);
        }
        let least = BACKOFF_FIRST.saturating_mul(1 << doublings.min(16)).min(BACKOFF_MOST / 2);
        least + least.mul_f64(chance.clamp(0.0, 1.0))
    }
}

/// Whether another attempt costs both sides next to nothing, so that a web bridge that was away, however long, has its
/// links back at once: nobody was there to answer, or the attempt was a wait itself. A peer that answers and refuses (by a
/// certificate, a role, a protocol) costs a handshake each time and will mostly refuse again; a name that is not found costs
/// the resolver.
fn is_cheap(reason: &DownReason) -> bool {
    matches!(
        reason,
        DownReason::ConnectionRefused | DownReason::Unreachable { .. } | DownReason::TimedOut { .. }
    )
}

/// A number from 0 to 1. When the system has no chance to give, all wait the middle.
pub(crate) fn chance() -> f64 {
    getrandom::u32().map_or(0.5, |n| f64::from(n) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(backoff: &mut Backoff, reason: &DownReason, count: usize) -> Vec<u128> {
        (0..count).map(|_| backoff.next(reason, 0.0).as_millis()).collect()
    }

    #[test]
    fn a_peer_that_refuses_is_asked_ever_more_rarely() {
        for reason in [
            DownReason::OwnCertificateRefused { alert: "unknown issuer".into() },
            DownReason::NotUpgraded { words: "it answered 403".into() },
            DownReason::HostNotFound { host: "wb1.test".into() },
            DownReason::Broken { words: "the peer closed the connection".into() },
            DownReason::NoHello,
        ] {
            let mut backoff = Backoff::default();
            let seen = waits(&mut backoff, &reason, 9);
            assert_eq!(seen, [100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000], "{reason}");
            assert_eq!(backoff.next(&reason, 1.0), BACKOFF_MOST);
        }
    }

    #[test]
    fn a_web_bridge_that_is_away_is_tried_again_soon_however_long_it_is_away() {
        for reason in [
            DownReason::ConnectionRefused,
            DownReason::Unreachable { words: "no route to host".into() },
            DownReason::TimedOut { step: "connecting" },
        ] {
            let mut backoff = Backoff::default();
            assert_eq!(waits(&mut backoff, &reason, 500), [100; 500], "{reason}");
            assert_eq!(backoff.next(&reason, 1.0), Duration::from_millis(200));
        }
    }

    #[test]
    fn a_refusal_before_does_not_slow_the_search_for_one_that_went_away() {
        let mut backoff = Backoff::default();
        waits(&mut backoff, &DownReason::NoHello, 6);
        assert_eq!(waits(&mut backoff, &DownReason::ConnectionRefused, 1), [100]);
        assert_eq!(waits(&mut backoff, &DownReason::NoHello, 1), [5000]);
    }
}
