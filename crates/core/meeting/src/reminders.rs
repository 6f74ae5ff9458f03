//! When people are to be reminded of the occurrences of a meeting, and who.

use jiff::{SignedDuration, Timestamp, civil::DateTime};

use crate::plan::{Plan, Planned};

/// A reminder that is to go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// When.
    pub at: Timestamp,
    /// Of which occurrence, by its original.
    pub original: DateTime,
    /// When that one begins.
    pub start: Timestamp,
}

/// How long after its start an occurrence is still reminded of: who is reminded at the start itself reads it then.
pub const GRACE: SignedDuration = SignedDuration::from_mins(1);

/// Occurrences that are looked at first; twice as many each time they were not enough.
const LOOKED_AT: usize = 4;

/// The reminder so many minutes before the start that comes next after `after` (in order of their times, and of originals where
/// occurrences begin together; without an original, also at that time), of an occurrence that can still be reminded of at `now`.
pub fn next(plan: &Plan, minutes: u32, after: (Timestamp, Option<DateTime>), now: Timestamp) -> Option<Due> {
    if plan.is_cancelled {
        return None;
    }
    let before = SignedDuration::from_mins(minutes.into());
    let from = after.0.checked_add(before).ok()?.max(now.saturating_sub(GRACE).ok()?);
    let mut most = LOOKED_AT;
    loop {
        let ahead = plan.occurrences_in(from, Timestamp::MAX, most);
        let found = ahead.iter().filter_map(|planned| due(planned, before)).filter(|due| {
            can_be_told(due.start, now)
                && (due.at > after.0 || (due.at == after.0 && Some(due.original) > after.1))
        });
        // Occurrences come by their starts; those that begin together are in order here as well.
        if let Some(first) = found.min_by_key(|due| (due.at, due.original)) {
            let last_looked_at = ahead.last().is_none_or(|last| last.time.start > first.start);
            if last_looked_at || ahead.len() < most {
                return Some(first);
            }
        }
        if ahead.len() < most {
            return None;
        }
        most = most.saturating_mul(2);
    }
}

fn due(planned: &Planned, before: SignedDuration) -> Option<Due> {
    let (original, start) = (planned.time.original, planned.time.start);
    (!planned.is_cancelled).then_some(())?;
    Some(Due { at: start.checked_sub(before).ok()?, original, start })
}

/// Whether an occurrence that begins then can be reminded of at `now`.
pub fn can_be_told(start: Timestamp, now: Timestamp) -> bool {
    now.duration_since(start) < GRACE
}

/// Whether the occurrence still begins when it was to, and can still be reminded of at `now`.
pub fn still_holds(plan: &Plan, original: DateTime, start: Timestamp, now: Timestamp) -> bool {
    let is_there = |planned: Planned| !planned.is_cancelled && planned.time.start == start;
    !plan.is_cancelled && can_be_told(start, now) && plan.occurrence(original).is_some_and(is_there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Rule, Series, Zone,
        plan::{Face, Override},
        series::SeriesParts,
    };

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn local(text: &str) -> DateTime {
        text.parse().unwrap()
    }

    /// Every day at 10:00 in Seoul (01:00 UTC), from 1 December on.
    fn daily() -> Plan {
        let parts = SeriesParts {
            start: local("2026-12-01T10:00:00"),
            end: local("2026-12-01T10:30:00"),
            zone: Zone::named("Asia/Seoul").unwrap(),
            all_day: false,
            rule: Some(Rule::parse("FREQ=DAILY;COUNT=5").unwrap()),
            rdates: Vec::new(),
            exdates: Vec::new(),
        };
        let face = Face {
            summary: "Daily".into(),
            description: String::new(),
            place: "s".into(),
            organizer_role: "host".into(),
            people: Vec::new(),
        };
        Plan::new(Series::new(parts).unwrap(), face)
    }

    fn originals(plan: &Plan, minutes: u32, now: &str) -> Vec<(String, String)> {
        let (now, mut after) = (at(now), (at(now), None));
        let mut found = Vec::new();
        while let Some(due) = next(plan, minutes, after, now) {
            found.push((due.original.to_string(), due.at.to_string()));
            after = (due.at, Some(due.original));
        }
        found
    }

    #[test]
    fn each_occurrence_ahead_is_reminded_of_once_and_what_is_past_is_not() {
        let found = originals(&daily(), 15, "2026-12-03T00:45:01Z");
        let expected = [
            ("2026-12-04T10:00:00", "2026-12-04T00:45:00Z"),
            ("2026-12-05T10:00:00", "2026-12-05T00:45:00Z"),
        ];
        assert_eq!(found, expected.map(|(original, at)| (original.to_owned(), at.to_owned())));
        assert_eq!(originals(&daily(), 15, "2026-12-05T00:45:01Z"), []);
        assert_eq!(originals(&daily(), 15, "2026-12-05T00:45:00Z").len(), 1);
        assert_eq!(originals(&daily(), 0, "2026-12-05T01:00:00Z").len(), 1);
        assert_eq!(originals(&daily(), 40_320, "2026-11-01T00:00:00Z").len(), 5);
    }

    #[test]
    fn moved_ones_count_by_their_own_start_and_cancelled_ones_do_not() {
        let mut plan = daily();
        let moved = |start: &str, end: &str| Override {
            time: Some((local(start), local(end))),
            ..Override::default()
        };
        // The second to before the first, the fourth to where the fifth is.
        plan.overrides
            .insert(local("2026-12-02T10:00:00"), moved("2026-12-01T09:00:00", "2026-12-01T09:30:00"));
        plan.overrides
            .insert(local("2026-12-03T10:00:00"), Override { is_cancelled: true, ..Override::default() });
        plan.overrides
            .insert(local("2026-12-04T10:00:00"), moved("2026-12-05T10:00:00", "2026-12-05T10:30:00"));
        let found: Vec<String> =
            originals(&plan, 60, "2026-11-30T00:00:00Z").into_iter().map(|(original, _)| original).collect();
        assert_eq!(
            found,
            ["2026-12-02T10:00:00", "2026-12-01T10:00:00", "2026-12-04T10:00:00", "2026-12-05T10:00:00"]
        );
        assert!(still_holds(
            &plan,
            local("2026-12-02T10:00:00"),
            at("2026-12-01T00:00:00Z"),
            at("2026-12-01T00:00:59Z")
        ));
        for (original, start, now) in [
            ("2026-12-02T10:00:00", "2026-12-01T00:00:00Z", "2026-12-01T00:01:00Z"),
            ("2026-12-02T10:00:00", "2026-12-02T01:00:00Z", "2026-11-30T00:00:00Z"),
            ("2026-12-03T10:00:00", "2026-12-03T01:00:00Z", "2026-11-30T00:00:00Z"),
            ("2026-12-09T10:00:00", "2026-12-09T01:00:00Z", "2026-11-30T00:00:00Z"),
        ] {
            assert!(!still_holds(&plan, local(original), at(start), at(now)), "{original}");
        }
    }

    #[test]
    fn after_a_time_without_a_clock_only_what_has_not_begun_is_left() {
        // Three reminders of a day before are late; two of the occurrences have begun.
        let now = at("2026-12-02T12:00:00Z");
        let first = next(&daily(), 24 * 60, (at("2026-11-30T01:00:00Z"), None), now).unwrap();
        assert_eq!((first.original, first.at), (local("2026-12-03T10:00:00"), at("2026-12-02T01:00:00Z")));
    }

    #[test]
    fn many_that_begin_together_are_all_found() {
        let mut plan = daily();
        for day in 2..=5 {
            let said = Override {
                time: Some((local("2026-12-01T10:00:00"), local("2026-12-01T11:00:00"))),
                ..Override::default()
            };
            plan.overrides.insert(local(&format!("2026-12-0{day}T10:00:00")), said);
        }
        assert_eq!(originals(&plan, 5, "2026-11-30T00:00:00Z").len(), 5);
    }
}
