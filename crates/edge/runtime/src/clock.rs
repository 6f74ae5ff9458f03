//! The clock that roles read: the machine's, or the machine's moved by an offset in tests.
//!
//! Rules get `now` as an argument; only roles and edges hold a [`Clock`].

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

/// How often a wait looks at the clock: the machine's may be set while we wait, and nobody tells.
const LOOK_AT_LEAST_EVERY: Duration = Duration::from_secs(30);

/// The present time, and waiting for a later one. Clones share the offset.
#[derive(Debug, Clone)]
pub struct Clock {
    offset: watch::Receiver<SignedDuration>,
}

/// Moves every clone of a [`Clock`]; waits that have thereby come due end at once.
#[derive(Debug)]
pub struct ClockMover {
    offset: watch::Sender<SignedDuration>,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self { offset: watch::channel(SignedDuration::ZERO).1 }
    }

    /// A clock that a test can move, starting at the machine's time.
    pub fn movable() -> (Self, ClockMover) {
        let (sender, receiver) = watch::channel(SignedDuration::ZERO);
        (Self { offset: receiver }, ClockMover { offset: sender })
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        let now = Timestamp::now();
        now.checked_add(*self.offset.borrow()).unwrap_or(now)
    }

    /// The present instant in milliseconds since 1970, as the store keeps it.
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Waits until the clock shows `instant` or later.
    pub async fn sleep_until(&self, instant: Timestamp) {
        let mut moved = self.offset.clone();
        loop {
            let left = instant.duration_since(self.now());
            let Ok(left) = Duration::try_from(left) else { return };
            if left.is_zero() {
                return;
            }
            tokio::select! {
                () = tokio::time::sleep(left.min(LOOK_AT_LEAST_EVERY)) => {}
                Ok(()) = moved.changed() => {}
            }
        }
    }
}

impl ClockMover {
    /// Moves the clock forward (or, with a negative duration, back).
    pub fn advance(&self, by: SignedDuration) {
        self.offset.send_modify(|offset| *offset = offset.saturating_add(by));
    }

    /// The same without waking those who wait, as when the machine's clock is set.
    pub fn move_unnoticed(&self, by: SignedDuration) {
        self.offset.send_if_modified(|offset| {
            *offset = offset.saturating_add(by);
            false
        });
    }

    /// Makes the clock show `instant` now.
    pub fn set(&self, instant: Timestamp) {
        self.offset.send_replace(instant.duration_since(Timestamp::now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_wait_ends_when_the_clock_is_moved_past_it() {
        let (clock, mover) = Clock::movable();
        let target = clock.now() + SignedDuration::from_hours(24);
        let wait = tokio::spawn({
            let clock = clock.clone();
            async move { clock.sleep_until(target).await }
        });
        mover.advance(SignedDuration::from_hours(25));
        tokio::time::timeout(Duration::from_secs(5), wait).await.expect("the wait ends").expect("no panic");
        assert!(clock.now() >= target);
    }

    #[tokio::test(start_paused = true)]
    async fn a_wait_notices_a_clock_that_was_set_meanwhile() {
        let (clock, mover) = Clock::movable();
        let target = clock.now() + SignedDuration::from_hours(24);
        let begun = tokio::time::Instant::now();
        let set = async {
            tokio::time::sleep(Duration::from_secs(100)).await;
            mover.move_unnoticed(SignedDuration::from_hours(25));
        };
        tokio::join!(clock.sleep_until(target), set);
        assert!(begun.elapsed() <= Duration::from_secs(130), "{:?}", begun.elapsed());
    }
}
