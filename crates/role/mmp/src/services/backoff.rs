//! How long to wait before a role that ended is started again, and before one that starts is asked again: a rule over durations, apart so
//! that it can be tested.

use std::time::Duration;

/// The first pause.
pub const FIRST: Duration = Duration::from_millis(100);
/// The longest pause.
pub const LONGEST: Duration = Duration::from_secs(5);
/// A life of this length forgives what was before it: it serves by then, so what ended it is not what it is started with.
pub const GOOD_LIFE: Duration = Duration::from_secs(1);

/// The pauses of one role.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
}

impl Backoff {
    /// Nothing has gone wrong yet.
    pub fn new() -> Self {
        Self { next: FIRST }
    }

    /// The pause after a life of this length: it doubles from one short life to the next.
    pub fn after(&mut self, lived: Duration) -> Duration {
        if lived >= GOOD_LIFE {
            self.next = FIRST;
        }
        let pause = self.next;
        self.next = (self.next * 2).min(LONGEST);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_to_the_longest_and_a_good_life_begins_anew() {
        let mut backoff = Backoff::new();
        let short = Duration::from_millis(10);
        let pauses: Vec<u128> = (0..8).map(|_| backoff.after(short).as_millis()).collect();
        assert_eq!(pauses, [100, 200, 400, 800, 1600, 3200, 5000, 5000]);
        assert_eq!(backoff.after(GOOD_LIFE), FIRST);
        assert_eq!(backoff.after(short), FIRST * 2);
    }
}
