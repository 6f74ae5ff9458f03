//! A failure that repeats is said once, and then at most every minute with a count. Pure: the time is an argument.

use std::time::Duration;

use tokio::time::Instant;

use crate::limits::REPEAT_LOG;

/// What was said about failures since all was well.
#[derive(Debug, Default)]
pub(crate) struct Repeats {
    last: Option<Said>,
}

#[derive(Debug)]
struct Said {
    words: String,
    at: Instant,
    unsaid: u32,
}

impl Repeats {
    /// Whether a new attempt is worth a line: it is the first, or the last line is a minute old.
    pub(crate) fn tells_attempt(&self, now: Instant) -> bool {
        self.last.as_ref().is_none_or(|said| is_old(said.at, now))
    }

    /// The line for a failure, when it is to be said: its words, and how often it happened since it was said last.
    pub(crate) fn line(&mut self, words: &str, now: Instant) -> Option<String> {
        match &mut self.last {
            Some(said) if said.words == words => {
                said.unsaid += 1;
                if !is_old(said.at, now) {
                    return None;
                }
                let line = format!("{words} ({} times more)", said.unsaid);
                (said.at, said.unsaid) = (now, 0);
                Some(line)
            }
            _ => {
                self.last = Some(Said { words: words.to_owned(), at: now, unsaid: 0 });
                Some(words.to_owned())
            }
        }
    }

    /// All is well again.
    pub(crate) fn clear(&mut self) {
        self.last = None;
    }
}

fn is_old(at: Instant, now: Instant) -> bool {
    now.saturating_duration_since(at) >= REPEAT_LOG - Duration::from_millis(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_a_failure_once_then_each_minute_with_a_count() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut repeats = Repeats::default();
        assert!(repeats.tells_attempt(at(0)));
        assert_eq!(repeats.line("refused", at(0)).as_deref(), Some("refused"));
        assert!(!repeats.tells_attempt(at(1)));
        assert_eq!(repeats.line("refused", at(1)), None);
        assert_eq!(repeats.line("refused", at(2)), None);
        assert!(repeats.tells_attempt(at(60)));
        assert_eq!(repeats.line("refused", at(60)).as_deref(), Some("refused (3 times more)"));
        assert_eq!(repeats.line("timed out", at(61)).as_deref(), Some("timed out"));
        repeats.clear();
        assert_eq!(repeats.line("timed out", at(62)).as_deref(), Some("timed out"));
    }
}
