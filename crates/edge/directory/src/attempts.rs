//! Failed sign-ins are counted by name and by address, so that guessing passwords takes years.

use std::{
    collections::HashMap,
    sync::Mutex,
    time::{Duration, Instant},
};

pub use convoke_model::network::network;

/// Failures within [`WINDOW`] after which a name has to wait.
pub const MAX_FAILURES: u32 = 10;
/// Failures within [`WINDOW`] after which an address has to wait: a whole office may share one.
pub const MAX_FAILURES_OF_ADDRESS: u32 = 100;
/// How long a failure counts.
pub const WINDOW: Duration = Duration::from_secs(60);
/// Names and addresses remembered at most; beyond it those that need not wait yet are forgotten.
const MAX_REMEMBERED: usize = 50_000;

/// What failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Counted {
    /// A name that somebody signs in under, with what kind of name it is.
    Name(&'static str, String),
    /// The [`network`] that requests come from.
    Address(String),
}

impl Counted {
    /// The key of an address.
    pub fn address(address: &str) -> Self {
        Self::Address(network(address))
    }

    fn most(&self) -> u32 {
        match self {
            Self::Name(..) => MAX_FAILURES,
            Self::Address(_) => MAX_FAILURES_OF_ADDRESS,
        }
    }
}

/// Counts failures.
#[derive(Debug, Default)]
pub struct Attempts {
    failures: Mutex<HashMap<Counted, (Instant, u32)>>,
}

impl Attempts {
    /// Whether something that counts by these keys may be tried now.
    pub fn may_try(&self, keys: &[Counted], now: Instant) -> bool {
        let failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        keys.iter().all(|key| {
            let counted = failures.get(key).filter(|(since, _)| now.duration_since(*since) < WINDOW);
            counted.is_none_or(|(_, count)| *count < key.most())
        })
    }

    /// Notes a failure in advance, to be taken back by [`Attempts::note_success`]; `false`, and nothing noted, when there have been
    /// too many.
    pub fn begin(&self, keys: &[Counted], now: Instant) -> bool {
        let may_try = self.may_try(keys, now);
        if may_try {
            self.note_failure(keys, now);
        }
        may_try
    }

    /// Notes a failure under these keys.
    pub fn note_failure(&self, keys: &[Counted], now: Instant) {
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if failures.len() + keys.len() > MAX_REMEMBERED {
            failures.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
        }
        if failures.len() + keys.len() > MAX_REMEMBERED {
            // Who floods the memory with names must not be let off the one that matters.
            failures.retain(|key, (_, count)| *count >= key.most());
        }
        if failures.len() + keys.len() > MAX_REMEMBERED {
            failures.clear();
        }
        for key in keys {
            let entry = failures.entry(key.clone()).or_insert((now, 0));
            if now.duration_since(entry.0) >= WINDOW {
                *entry = (now, 0);
            }
            entry.1 += 1;
        }
    }

    /// Takes back the failure that was noted before a try which succeeded: a name is cleared, an address counts one less.
    pub fn note_success(&self, keys: &[Counted]) {
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for key in keys {
            match key {
                Counted::Name(..) => drop(failures.remove(key)),
                Counted::Address(_) => {
                    if let Some((_, count)) = failures.get_mut(key) {
                        *count = count.saturating_sub(1);
                    }
                }
            }
        }
    }
}

impl Attempts {
    /// Forgets the failures under names of this kind.
    pub(crate) fn forget_names(&self, kind: &str, is_meant: impl Fn(&str) -> bool) {
        let mut failures = self.failures.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        failures.retain(|key, _| !matches!(key, Counted::Name(of, name) if *of == kind && is_meant(name)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(name: &str, address: &str) -> [Counted; 2] {
        [Counted::Name("user", name.to_owned()), Counted::address(address)]
    }

    #[test]
    fn an_account_that_is_unlocked_waits_no_longer_from_anywhere_and_others_do() {
        let (attempts, now) = (Attempts::default(), Instant::now());
        let key = |name: &str| [Counted::Name("account", name.to_owned())];
        let names = ["carol", "carol at 192.0.2.0/24", "caroline", "caroline at 192.0.2.0/24"];
        for name in names {
            (0..MAX_FAILURES).for_each(|_| attempts.note_failure(&key(name), now));
        }
        crate::Accounts::forgive(&attempts, &"carol".parse().unwrap());
        assert_eq!(names.map(|name| attempts.may_try(&key(name), now)), [true, true, false, false]);
    }

    #[test]
    fn after_ten_failures_a_name_waits_a_minute_and_its_neighbours_do_not() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..MAX_FAILURES {
            assert!(attempts.may_try(&keys("alice", "192.0.2.1"), start));
            attempts.note_failure(&keys("alice", "192.0.2.1"), start);
        }
        assert!(!attempts.may_try(&keys("alice", "192.0.2.9"), start));
        assert!(attempts.may_try(&keys("bob", "192.0.2.1"), start));
        assert!(attempts.may_try(&keys("alice", "192.0.2.1"), start + WINDOW));
    }

    #[test]
    fn an_address_that_tries_many_names_waits_too() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for number in 0..MAX_FAILURES_OF_ADDRESS {
            assert!(attempts.may_try(&keys(&format!("user{number}"), "192.0.2.1"), start));
            attempts.note_failure(&keys(&format!("user{number}"), "192.0.2.1"), start);
        }
        assert!(!attempts.may_try(&keys("bob", "192.0.2.1"), start));
        assert!(attempts.may_try(&keys("bob", "192.0.2.9"), start));
    }

    #[test]
    fn an_ipv6_address_counts_as_the_network_that_one_customer_has() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::/64");
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network("192.0.2.1"), "192.0.2.1");
        let (attempts, start) = (Attempts::default(), Instant::now());
        for number in 0..MAX_FAILURES_OF_ADDRESS {
            attempts.note_failure(&keys(&format!("user{number}"), &format!("2001:db8::{number:x}")), start);
        }
        assert!(!attempts.may_try(&keys("bob", "2001:db8::ffff"), start));
        assert!(attempts.may_try(&keys("bob", "2001:db8:0:1::1"), start));
    }

    #[test]
    fn a_flood_of_names_does_not_let_off_one_that_has_to_wait() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..MAX_FAILURES {
            attempts.note_failure(&keys("alice", "192.0.2.1"), start);
        }
        for number in 0..MAX_REMEMBERED {
            attempts.note_failure(&[Counted::Name("user", format!("user{number}"))], start);
        }
        assert!(!attempts.may_try(&keys("alice", "192.0.2.1"), start));
        assert!(attempts.failures.lock().unwrap().len() <= MAX_REMEMBERED);
    }

    #[test]
    fn a_success_clears_the_name() {
        let (attempts, start) = (Attempts::default(), Instant::now());
        for _ in 0..MAX_FAILURES {
            attempts.note_failure(&keys("alice", "192.0.2.1"), start);
        }
        attempts.note_success(&keys("alice", "192.0.2.1"));
        assert!(attempts.may_try(&keys("alice", "192.0.2.1"), start));
    }
}
