//! When to ask whether a link lives, and when to give it up. Pure: it takes times and returns what to do.

use std::time::Duration;

use crate::limits::{IDLE_QUIET, IDLE_TIMEOUT, WAITING_QUIET, WAITING_TIMEOUT};

/// What is known of a link; all times are since its begin.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// The present.
    pub now: Duration,
    /// When bytes were read last.
    pub last_read: Duration,
    /// Since when requests wait, if any does.
    pub waiting_since: Option<Duration>,
    /// When the last heartbeat was sent.
    pub last_probe: Option<Duration>,
    /// Silence before this does not count: this process itself was held up until then.
    pub held_up_until: Duration,
}

/// What to do about a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing until then.
    Wait(Duration),
    /// Send a heartbeat.
    Probe,
    /// Give it up.
    Dead,
}

impl View {
    pub(crate) fn judge(&self) -> Verdict {
        match self.waiting_since {
            Some(since) => self.judge_waiting(since),
            None => self.judge_idle(),
        }
    }

    /// Requests wait: a heartbeat after 300 ms of silence, dead 500 ms later.
    fn judge_waiting(&self, since: Duration) -> Verdict {
        let quiet_since = self.last_read.max(since).max(self.held_up_until);
        let probe_at = quiet_since + WAITING_QUIET;
        let unanswered = self.last_probe.filter(|&probe| probe >= self.last_read);
        let Some(probe) = unanswered else { return self.after(probe_at, Verdict::Probe) };
        self.after(probe.max(probe_at) + WAITING_TIMEOUT, Verdict::Dead)
    }

    /// Nothing waits: a heartbeat every 2 s, dead when one is not answered in 2.5 s.
    fn judge_idle(&self) -> Verdict {
        match self.last_probe {
            Some(probe) if probe >= self.last_read => {
                self.after(probe.max(self.held_up_until) + IDLE_TIMEOUT, Verdict::Dead)
            }
            _ => self.after(self.last_read + IDLE_QUIET, Verdict::Probe),
        }
    }

    fn after(&self, due: Duration, verdict: Verdict) -> Verdict {
        if self.now >= due { verdict } else { Verdict::Wait(due) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Dead, Probe, Wait};

    fn judge(now: u64, last_read: u64, waiting_since: Option<u64>, last_probe: Option<u64>) -> Verdict {
        let ms = Duration::from_millis;
        let (waiting_since, last_probe) = (waiting_since.map(ms), last_probe.map(ms));
        View { now: ms(now), last_read: ms(last_read), waiting_since, last_probe, held_up_until: ms(0) }
            .judge()
    }

    fn until(ms: u64) -> Verdict {
        Wait(Duration::from_millis(ms))
    }

    #[test]
    fn an_idle_link_is_asked_every_two_seconds_and_given_up_before_five() {
        assert_eq!(judge(100, 50, None, None), until(2050));
        assert_eq!(judge(2050, 50, None, None), Probe);
        assert_eq!(judge(2100, 50, None, Some(2050)), until(4550));
        assert_eq!(judge(4550, 50, None, Some(2050)), Dead);
        assert_eq!(judge(4550, 2060, None, Some(2050)), Probe, "the answer was read");
    }

    #[test]
    fn a_link_with_waiting_requests_is_asked_after_300_ms_and_given_up_before_a_second() {
        assert_eq!(judge(1000, 100, Some(900), None), until(1200));
        assert_eq!(judge(1200, 100, Some(900), None), Probe);
        assert_eq!(judge(1600, 100, Some(900), Some(1200)), until(1700));
        assert_eq!(judge(1700, 100, Some(900), Some(1200)), Dead);
    }

    #[test]
    fn a_busy_link_needs_no_heartbeat() {
        assert_eq!(judge(5000, 4900, Some(100), None), until(5200));
    }

    #[test]
    fn an_idle_heartbeat_without_answer_counts_when_a_request_comes() {
        assert_eq!(judge(2500, 50, Some(2400), Some(2050)), until(3200));
        assert_eq!(judge(3200, 50, Some(2400), Some(2050)), Dead);
    }

    #[test]
    fn silence_while_this_process_was_held_up_does_not_count() {
        let ms = Duration::from_millis;
        let view = View {
            now: ms(9000),
            last_read: ms(100),
            waiting_since: Some(ms(200)),
            last_probe: Some(ms(500)),
            held_up_until: ms(9000),
        };
        assert_eq!(view.judge(), until(9800));
        assert_eq!(View { waiting_since: None, ..view }.judge(), until(11500));
    }
}
