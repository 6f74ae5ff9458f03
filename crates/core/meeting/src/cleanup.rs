//! When a temporary space goes: the seed's rule, as arithmetic.
//!
//! Every day at 01:15 UTC the spaces are removed whose meeting ended 24 hours or more before; the end is that of the
//! whole series. So a space lives between 24 and nearly 48 hours after it.

use jiff::{SignedDuration, Timestamp};

/// Seconds from midnight UTC to the run (seed: 01:15 GMT).
pub const RUN_AT_SECONDS: i64 = 3_600 + 15 * 60;
/// How long a space is kept after the end, in hours.
pub const KEPT_HOURS: i64 = 24;

const DAY_SECONDS: i64 = 86_400;

/// The first run that is later than `now`.
pub fn next_run_after(now: Timestamp) -> Timestamp {
    at(days_since_run(now) + 1)
}

/// The last run that is not later than `now`; after a downtime this is the one to catch up.
pub fn last_run_before(now: Timestamp) -> Timestamp {
    at(days_since_run(now))
}

/// Whether the run at `run` removes the space of a meeting.
///
/// `last_end` is the end of the last occurrence, `None` for a series without end. A cancelled meeting ended when it
/// was cancelled, or at its last end if that came earlier.
pub fn is_removable(last_end: Option<Timestamp>, cancelled_at: Option<Timestamp>, run: Timestamp) -> bool {
    let end = match (last_end, cancelled_at) {
        (Some(last_end), Some(cancelled_at)) => Some(last_end.min(cancelled_at)),
        (last_end, cancelled_at) => last_end.or(cancelled_at),
    };
    end.is_some_and(|end| run.duration_since(end) >= SignedDuration::from_hours(KEPT_HOURS))
}

fn days_since_run(now: Timestamp) -> i64 {
    let mut seconds = now.as_second();
    if now.subsec_nanosecond() < 0 {
        seconds -= 1;
    }
    (seconds - RUN_AT_SECONDS).div_euclid(DAY_SECONDS)
}

fn at(day: i64) -> Timestamp {
    crate::zone_clock::timestamp(day * DAY_SECONDS + RUN_AT_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn runs_every_day_at_a_quarter_past_one() {
        for (now, last, next) in [
            ("2026-11-22T01:14:59.999Z", "2026-11-21T01:15:00Z", "2026-11-22T01:15:00Z"),
            ("2026-11-22T01:15:00Z", "2026-11-22T01:15:00Z", "2026-11-23T01:15:00Z"),
            ("2026-12-31T23:59:59Z", "2026-12-31T01:15:00Z", "2027-01-01T01:15:00Z"),
            ("1969-12-31T01:14:59.5Z", "1969-12-30T01:15:00Z", "1969-12-31T01:15:00Z"),
        ] {
            assert_eq!(
                (last_run_before(time(now)), next_run_after(time(now))),
                (time(last), time(next)),
                "{now}"
            );
        }
        assert_eq!(next_run_after(Timestamp::MAX), Timestamp::MAX);
    }

    #[test]
    fn keeps_space_until_24_hours_after_end() {
        let end = Some(time("2026-11-21T01:15:00Z"));
        assert!(!is_removable(end, None, time("2026-11-22T01:14:59Z")));
        assert!(is_removable(end, None, time("2026-11-22T01:15:00Z")));
        assert!(!is_removable(Some(time("2026-11-21T01:15:01Z")), None, time("2026-11-22T01:15:00Z")));
    }

    #[test]
    fn keeps_the_space_of_an_endless_series_until_it_is_cancelled() {
        let run = time("2026-11-22T01:15:00Z");
        assert!(!is_removable(None, None, run));
        assert!(is_removable(None, Some(time("2026-11-20T10:00:00Z")), run));
    }

    #[test]
    fn counts_from_the_cancellation_or_the_end_whichever_came_first() {
        let run = time("2026-11-22T01:15:00Z");
        let (early, late) = (Some(time("2026-11-20T10:00:00Z")), Some(time("2026-12-24T10:00:00Z")));
        assert!(is_removable(late, early, run));
        assert!(is_removable(early, late, run));
        assert!(!is_removable(late, late, run));
    }
}
