//! Failed sign-ins are counted by name and by address, so that guessing passwords takes years.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Failures within [`WINDOW`] after which a name or an address has to wait.
pub const MAX_FAILURES: u32 = 10;
/// How long a failure counts.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Names and addresses remembered at most; beyond it the oldest are forgotten.
const MAX_REMEMBERED: usize = 50_000;

/// Counts failures.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<HashMap<String, (Instant, u32)>>,
}

impl Attempts {
    /// Whether a sign-in under these keys (name, address) may be tried now.
    pub fn may_try(&self, keys: &[&str], now: Instant) -> bool {
        let failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        keys.iter().all(|key| {
            let counted = failures.get(*key).filter(|(since, _)| now.duration_since(*since) < WINDOW);
            counted.is_none_or(|(_, count)| *count < MAX_FAILURES)
        })
    }

    /// Notes a failure under these keys.
    pub fn note_failure(&self, keys: &[&str], now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if failures.len() + keys.len() > MAX_REMEMBERED {
            failures.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        if failures.len() + keys.len() > MAX_REMEMBERED {
            failures.clear();
        }
        for key in keys {
            let entry = failures.entry((*key).to_owned()).or_insert((now, 0));
            if now.duration_since(entry.0) >= WINDOW {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
    }

    /// A success under this name clears its failures; those of the address stay.
    pub fn note_success(&self, name: &str) {
        self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner).remove(name);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_failures_a_name_waits_a_minute() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..MAX_FAILURES {
            assert!(attempts.may_try(&["alice", "192.0.2.1"], start));
            attempts.note_failure(&["alice", "192.0.2.1"], start);
        }
        assert!(!attempts.may_try(&["alice", "192.0.2.9"], start));
        assert!(!attempts.may_try(&["bob", "192.0.2.1"], start));
        assert!(attempts.may_try(&["bob", "192.0.2.9"], start));
        assert!(attempts.may_try(&["alice", "192.0.2.1"], start + WINDOW));
    }

    #[test]
    fn a_success_clears_the_name() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..MAX_FAILURES {
            attempts.note_failure(&["alice"], start);
        }
        attempts.note_success("alice");
        assert!(attempts.may_try(&["alice"], start));
    }
}
