//! How often one personal link may be used: its holder needs it a few times, a program that has got hold of it would fill the
//! organizer's log.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Answers by one link in a minute at most.
pub(super) const MAX_A_MINUTE: u32 = 20;
/// The time in which they are counted, in milliseconds.
const WINDOW_MS: i64 = 60_000;
/// Links that are remembered at most.
const MAX_REMEMBERED: usize = 10_000;

/// What was counted: since when (milliseconds since 1970), and how many.
#[derive(Debug, Default)]
pub(crate) struct Rate(Mutex<HashMap<String, (i64, u32)>>);

impl Rate {
    /// Counts a use of this link; the seconds to wait when there were too many.
    pub(crate) fn count(&self, token: &str, now_ms: i64) -> Result<(), i64> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED && !known.contains_key(token) {
            known.retain(|_, (since, _)| now_ms - *since < WINDOW_MS);
            if known.len() >= MAX_REMEMBERED {
                known.clear();
            }
        }
        let (since, count) = known.entry(token.to_owned()).or_insert((now_ms, 0));
        if now_ms - *since >= WINDOW_MS || now_ms < *since {
            (*since, *count) = (now_ms, 0);
        }
        if *count >= MAX_A_MINUTE {
            return Err((*since + WINDOW_MS - now_ms + 999) / 1_000);
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_used_20_times_a_minute_at_most() {
        let rate = Rate::default();
        for second in 0..20 {
            assert_eq!(rate.count("a", second * 1_000), Ok(()));
        }
        assert_eq!(rate.count("a", 30_000), Err(30));
        assert_eq!(rate.count("b", 30_000), Ok(()), "another link");
        assert_eq!(rate.count("a", 59_999), Err(1));
        assert_eq!(rate.count("a", 60_000), Ok(()));
        assert_eq!(rate.count("a", 10), Ok(()), "the clock was set back");
    }

    #[test]
    fn what_is_remembered_has_a_bound() {
        let rate = Rate::default();
        for number in 0..2 * MAX_REMEMBERED {
            assert_eq!(rate.count(&number.to_string(), 0), Ok(()));
        }
        assert!(rate.0.lock().unwrap().len() <= MAX_REMEMBERED);
    }
}
