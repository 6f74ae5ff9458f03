//! Random sequences of edits: the past stays, no exception is lost unmentioned, SEQUENCE never falls.

use std::collections::BTreeSet;

use convoke_meeting::{
    Series,
    plan::{Aim, Decision, Edit, Face, Invitee, Outcome, Plan, Scope, operate},
    series::SeriesParts,
};
use jiff::{Timestamp, ToSpan, civil::DateTime};
use proptest::prelude::*;

const RULES: [&str; 6] = [
    "FREQ=DAILY;COUNT=12",
    "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=10",
    "FREQ=WEEKLY;INTERVAL=2;COUNT=6",
    "FREQ=MONTHLY;BYDAY=2WE,-1FR;COUNT=8",
    "FREQ=DAILY;UNTIL=20261110",
    "FREQ=WEEKLY",
];

/// In the weeks in which Europe's clocks change.
fn series(rule: usize, shift: i64, with_extra: bool) -> Series {
    let start: DateTime = "2026-10-14T02:30:00".parse().unwrap();
    let start = start.saturating_add(shift.hours());
    let parts = SeriesParts {
        start,
        end: start.saturating_add(90.minutes()),
        zone: convoke_meeting::Zone::named("Europe/Berlin").unwrap(),
        all_day: false,
        rule: convoke_meeting::Rule::parse(RULES[rule % RULES.len()]).ok(),
        rdates: if with_extra { vec![start.saturating_add(50.hours())] } else { Vec::new() },
        exdates: Vec::new(),
    };
    Series::new(parts).unwrap()
}

fn face(number: usize) -> Face {
    let people = ["ann", "ben", "cem", "dee"].iter().enumerate().filter(|(bit, _)| number & (1 << bit) != 0);
    Face {
        summary: format!("Name {}", number % 3),
        place: format!("place {}", number % 2),
        people: people
            .map(|(_, name)| Invitee {
                email: format!("{name}@x"),
                name: String::new(),
                role: "guest".into(),
            })
            .collect(),
        ..Face::default()
    }
}

/// One edit: which half, which occurrence, which kind of change, and how much.
#[derive(Debug, Clone)]
struct Step {
    half: usize,
    occurrence: usize,
    kind: usize,
    much: usize,
    hours: i64,
    keep: bool,
}

fn step() -> impl Strategy<Value = Step> {
    (0..3_usize, 0..12_usize, 0..8_usize, 0..16_usize, 0..90_i64, any::<bool>()).prop_map(
        |(half, occurrence, kind, much, hours, keep)| Step { half, occurrence, kind, much, hours, keep },
    )
}

const FAR: &str = "2027-03-01T00:00:00Z";

/// Everything that has begun: times and people.
fn past(halves: &[Plan], now: Timestamp) -> BTreeSet<(Timestamp, Timestamp, Vec<String>)> {
    let begun = halves.iter().flat_map(|half| half.occurrences_in(Timestamp::UNIX_EPOCH, now, 400));
    begun
        .filter(|planned| planned.time.start <= now)
        .map(|planned| {
            let mut people: Vec<String> = planned.face.people.iter().map(Invitee::key).collect();
            people.sort();
            (planned.time.start, planned.time.end, people)
        })
        .collect()
}

fn aim(plan: &Plan, original: DateTime, step: &Step) -> (Scope, Aim) {
    let planned = plan.occurrence(original).unwrap();
    let by = step.hours.hours();
    let times = (planned.time.local_start, planned.time.local_end);
    let other = Box::new(series(step.much, step.hours, step.keep));
    match step.kind {
        0 => (
            Scope::One(original),
            Aim::Occurrence {
                start: times.0.saturating_add(by),
                end: times.1.saturating_add(by),
                face: planned.face,
            },
        ),
        1 => (Scope::One(original), Aim::Occurrence { start: times.0, end: times.1, face: face(step.much) }),
        2 => (Scope::One(original), Aim::Cancelled),
        3 => (Scope::One(original), Aim::Restored),
        4 => (Scope::All, Aim::Series(Box::new(plan.series.clone()), face(step.much))),
        5 => (Scope::All, Aim::Series(other, plan.face.clone())),
        6 => {
            let tail = plan.series_from(original).unwrap_or_else(|| plan.series.clone()).parts();
            let tail = SeriesParts {
                start: tail.start.saturating_add(by),
                end: tail.end.saturating_add(by),
                ..tail
            };
            (Scope::Following(original), Aim::Series(Box::new(Series::new(tail).unwrap()), face(step.much)))
        }
        _ => (Scope::Following(original), Aim::Cancelled),
    }
}

/// Carries a step out on one of the halves, and checks what has to hold of it.
fn carry_out(halves: &mut Vec<Plan>, step: &Step, now: Timestamp) {
    let at = step.half % halves.len();
    let plan = halves[at].clone();
    let ahead = plan.occurrences_in(Timestamp::UNIX_EPOCH, FAR.parse().unwrap(), 400);
    let mut names: Vec<DateTime> = ahead.iter().map(|planned| planned.time.original).collect();
    names.extend(plan.overrides.keys());
    if names.is_empty() || (plan.is_cancelled) {
        return;
    }
    let original = names[step.occurrence % names.len()];
    if plan.occurrence(original).is_none() {
        return;
    }
    let (scope, aim) = aim(&plan, original, step);
    let every = Some(if step.keep { Decision::Keep } else { Decision::Drop });
    let edit = Edit { scope, aim, decisions: &[], every };
    let Ok(surgery) = operate(&plan, &edit, now) else { return };
    if surgery.undecided().next().is_some() {
        return;
    }
    let made = || std::iter::once(&surgery.after).chain(&surgery.next);

    assert!(surgery.after.sequence >= plan.sequence);
    assert_eq!(surgery.after.sequence > plan.sequence, surgery.after != plan);
    for (name, said) in &plan.overrides {
        let told = surgery.fates.iter().any(|fate| fate.original == *name);
        let stands = made().any(|half| half.overrides.contains_key(name)) || surgery.after.is_cancelled;
        assert!(told || stands || said.is_plain(), "{name} is lost by {edit:?}");
    }
    for fate in &surgery.fates {
        if let Outcome::Kept | Outcome::Moved(_) | Outcome::Renamed(_) | Outcome::Extra(_) = fate.outcome {
            let to = match fate.outcome {
                Outcome::Moved(to) | Outcome::Renamed(to) | Outcome::Extra(to) => to,
                _ => fate.original,
            };
            let stands = |half: &Plan| {
                half.occurrence(to).is_some() && half.overrides.contains_key(&to)
                    || half.series.exdates().any(|excluded| excluded == to)
            };
            assert!(made().any(stands), "{fate:?} of {edit:?}");
        }
    }
    let is_over = ahead.iter().all(|planned| planned.time.start <= now);
    let before = past(halves, now);
    halves[at] = surgery.after;
    halves.extend(surgery.next);
    if !is_over {
        let missing: Vec<_> = before.difference(&past(halves, now)).cloned().collect();
        assert!(missing.is_empty(), "{missing:?} gone by {edit:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn the_past_stays_and_nothing_is_lost_unmentioned(
        rule in 0..6_usize,
        steps in prop::collection::vec((step(), 0..40_i64), 1..10),
    ) {
        let mut halves = vec![Plan::new(series(rule, 0, rule % 2 == 0), face(3))];
        let mut now: Timestamp = "2026-10-10T00:00:00Z".parse().unwrap();
        for (step, hours) in &steps {
            carry_out(&mut halves, step, now);
            now = now.saturating_add(hours.hours()).unwrap();
        }
    }
}
