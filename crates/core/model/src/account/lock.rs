//! The lock-out: who guesses passwords has to wait, and can't make the rightful owner wait.
//!
//! Failures are counted by where they come from: each network from which the account signed in before counts alone, and all
//! strangers together. So guesses from anywhere lock out further guesses from anywhere, but not the administrator at the usual
//! desk; and a lock ends by itself. The machine's own console asks for no password and knows no lock.

use jiff::{SignedDuration, Timestamp};

/// How long the first lock holds; each further one holds twice as long.
pub const FIRST_LOCK: SignedDuration = SignedDuration::from_mins(5);
/// How long a lock holds at most.
pub const LONGEST_LOCK: SignedDuration = SignedDuration::from_mins(60);
/// Failures are forgotten when there was none for so long.
pub const FORGOTTEN_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// Networks remembered of an account, the last ones from which it signed in.
pub const MAX_KNOWN: usize = 5;

/// Failures from one side, and the lock that they led to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// How many there were.
    pub failures: u32,
    /// When the last one was.
    pub last: Option<Timestamp>,
    /// Until when the side has to wait.
    pub locked_until: Option<Timestamp>,
}

/// A network from which the account signed in before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// As [`crate::network::network_of`] tells it.
    pub network: String,
    /// What went wrong there since.
    pub tally: Tally,
}

impl Tally {
    /// Until when the side has to wait, if it has to at `now`.
    pub fn locked(&self, now: Timestamp) -> Option<Timestamp> {
        self.locked_until.filter(|until| now < *until)
    }

    /// Notes a failure; the `most`th locks, and each `most`th after it. 0 never locks.
    pub fn note_failure(&mut self, now: Timestamp, most: u32) {
        if self.last.is_some_and(|last| now.duration_since(last) >= FORGOTTEN_AFTER) {
            *self = Self::default();
        }
        self.failures = self.failures.saturating_add(1);
        self.last = Some(now);
        if most > 0 && self.failures.is_multiple_of(most) {
            self.locked_until = now.checked_add(lock_after(self.failures / most)).ok();
        }
    }
}

/// How long the lock of this number holds, counted from 1.
fn lock_after(number: u32) -> SignedDuration {
    let doubled = number.saturating_sub(1).min(16);
    FIRST_LOCK.checked_mul(1 << doubled).map_or(LONGEST_LOCK, |lock| lock.min(LONGEST_LOCK))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fifth_failure_locks_and_each_fifth_after_it_for_twice_as_long_up_to_an_hour() {
        let (mut tally, mut now) = (Tally::default(), Timestamp::UNIX_EPOCH);
        let mut locks = Vec::new();
        for _ in 0..6 {
            for _ in 0..4 {
                tally.note_failure(now, 5);
                assert_eq!(tally.locked(now), None);
            }
            tally.note_failure(now, 5);
            let until = tally.locked(now).unwrap();
            locks.push(until.duration_since(now).as_mins());
            assert!(tally.locked(until - SignedDuration::from_secs(1)).is_some());
            assert_eq!(tally.locked(until), None);
            now = until;
        }
        assert_eq!(locks, [5, 10, 20, 40, 60, 60]);
    }

    #[test]
    fn failures_are_forgotten_after_a_day_without_one() {
        let (mut tally, now) = (Tally::default(), Timestamp::UNIX_EPOCH);
        (0..4).for_each(|_| tally.note_failure(now, 5));
        tally.note_failure(now + FORGOTTEN_AFTER, 5);
        assert_eq!((tally.failures, tally.locked_until), (1, None));
    }

    #[test]
    fn without_a_most_nothing_locks() {
        let mut tally = Tally { failures: u32::MAX, ..Tally::default() };
        tally.note_failure(Timestamp::UNIX_EPOCH, 0);
        assert_eq!((tally.failures, tally.locked_until), (u32::MAX, None));
    }
}
