//! Where other calendars went wrong: each of these has bitten a serious project, and has a test of its own here.

use convoke_meeting::{
    Draft, Series, draft,
    plan::{Aim, Concern, Edit, Face, Invitee, Notify, Plan, Scope, Surgery, notices, operate},
};
use jiff::{Timestamp, civil::DateTime};

/// 22 November 2026; the series of these tests begin on Tuesday, 1 December.
const BEFORE: &str = "2026-11-22T00:00:00Z";

fn series(start: &str, end: &str, zone: &str, rule: &str) -> Series {
    let draft = Draft {
        dt_start: Some(start),
        dt_end: Some(end),
        time_zone: Some(zone),
        rrule: Some(rule).filter(|rule| !rule.is_empty()),
        ..Draft::default()
    };
    draft::check(&draft).unwrap()
}

fn invitee(name: &str) -> Invitee {
    Invitee { email: format!("{name}@x"), name: name.into(), role: "guest".into() }
}

/// Tuesdays at 10 in Berlin (9:00 UTC), four times.
fn weekly(people: &[&str]) -> Plan {
    let face = Face {
        summary: "Review".into(),
        place: "space".into(),
        organizer_role: "host".into(),
        people: people.iter().map(|name| invitee(name)).collect(),
        ..Face::default()
    };
    Plan::new(
        series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=4"),
        face,
    )
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn day(number: i8) -> DateTime {
    at(&format!("2026-12-{number:02}T10:00:00"))
}

fn now(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn done(plan: &Plan, scope: Scope, aim: Aim, at: &str) -> Surgery {
    operate(plan, &Edit { scope, aim, decisions: &[], every: None }, now(at)).unwrap()
}

/// The same with another face for all.
fn faced(plan: &Plan, change: impl FnOnce(&mut Face)) -> Aim {
    let mut face = plan.face.clone();
    change(&mut face);
    Aim::Series(Box::new(plan.series.clone()), face)
}

/// What one date says, changed.
fn one(plan: &Plan, original: DateTime, change: impl FnOnce(&mut Face)) -> Aim {
    let planned = plan.occurrence(original).unwrap();
    let mut face = planned.face;
    change(&mut face);
    Aim::Occurrence { start: planned.time.local_start, end: planned.time.local_end, face }
}

fn starts(plan: &Plan) -> Vec<String> {
    let all = plan.occurrences_in(now("2026-01-01T00:00:00Z"), now("2028-01-01T00:00:00Z"), 60);
    all.iter().map(|planned| planned.time.local_start.strftime("%m-%d %H:%M").to_string()).collect()
}

fn people(plan: &Plan, original: DateTime) -> Vec<String> {
    plan.occurrence(original).unwrap().face.people.iter().map(|person| person.name.clone()).collect()
}

/// Trap 11.
#[test]
fn last_occurrence_on_until_is_kept_in_zones_east_of_utc_plus_12() {
    for zone in ["Pacific/Apia", "Pacific/Kiritimati", "Pacific/Chatham", "Pacific/Auckland"] {
        // Half past midnight there is the day before in UTC; UNTIL names that instant.
        let first = series("2026-12-01T00:30:00", "2026-12-01T01:00:00", zone, "");
        let third = first.zone().time_zone().to_timestamp(at("2026-12-03T00:30:00")).unwrap();
        let until = third.strftime("%Y%m%dT%H%M%SZ");
        assert!(until.to_string().starts_with("20261202"), "{zone}: {until}");
        let bounded =
            series("2026-12-01T00:30:00", "2026-12-01T01:00:00", zone, &format!("FREQ=DAILY;UNTIL={until}"));
        let days: Vec<i8> = bounded.occurrences().map(|occurrence| occurrence.local_start.day()).collect();
        assert_eq!(days, [1, 2, 3], "{zone}");
    }
}

/// Trap 12.
#[test]
fn half_past_two_on_the_spring_day_and_twice_on_the_autumn_day() {
    let instants = |start: &str, end: &str| {
        let all = series(start, end, "Europe/Berlin", "FREQ=DAILY;COUNT=3");
        all.occurrences().map(|occurrence| occurrence.start.to_string()).collect::<Vec<_>>()
    };
    // On 28 March 2027 the clock goes from 2:00 to 3:00: the occurrence is at 3:30, and counts.
    assert_eq!(
        instants("2027-03-27T02:30:00", "2027-03-27T03:00:00"),
        ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"]
    );
    // On 31 October 2027 there are two of half past two: it is the first, and only that.
    assert_eq!(
        instants("2027-10-30T02:30:00", "2027-10-30T03:00:00"),
        ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"]
    );
}

/// Trap 13.
#[test]
fn a_series_edited_while_one_runs_leaves_the_running_one_and_the_past() {
    let plan = weekly(&["bob"]);
    let later = series("2026-12-01T14:00:00", "2026-12-01T15:00:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=4");
    let aim = Aim::Series(Box::new(later), plan.face.clone());
    // The second one runs.
    let surgery = done(&plan, Scope::All, aim, "2026-12-08T09:30:00Z");
    assert_eq!(starts(&surgery.after), ["12-01 10:00", "12-08 10:00"]);
    assert_eq!(starts(&surgery.next.unwrap()), ["12-15 14:00", "12-22 14:00"]);
}

/// Trap 15.
#[test]
fn first_occurrence_cancelled_then_this_and_following_on_the_second() {
    let plan = done(&weekly(&["bob"]), Scope::One(day(1)), Aim::Cancelled, BEFORE).after;
    assert_eq!(starts(&plan), ["12-08 10:00", "12-15 10:00", "12-22 10:00"]);
    let rest = plan.series_from(day(8)).unwrap();
    let mut face = plan.face.clone();
    face.summary = "Renamed".into();
    let surgery = done(&plan, Scope::Following(day(8)), Aim::Series(Box::new(rest), face), BEFORE);
    // Nothing is left before it: it is a change of all, and no meeting without dates stays behind.
    assert_eq!(surgery.next, None);
    assert_eq!(starts(&surgery.after), ["12-08 10:00", "12-15 10:00", "12-22 10:00"]);
    let names: Vec<String> =
        [8, 15, 22].map(|number| surgery.after.occurrence(day(number)).unwrap().face.summary).into();
    assert_eq!(names, ["Renamed"; 3]);
    // The same when its times change: the first one was cancelled, and not the second that moves to another hour.
    let later = series("2026-12-08T14:00:00", "2026-12-08T15:00:00", "Europe/Berlin", "FREQ=WEEKLY;COUNT=3");
    let aim = Aim::Series(Box::new(later), plan.face.clone());
    let moved = done(&plan, Scope::Following(day(8)), aim.clone(), BEFORE);
    assert_eq!(starts(&moved.after), ["12-08 14:00", "12-15 14:00", "12-22 14:00"]);
    assert_eq!(moved.fates.iter().map(|fate| fate.original).collect::<Vec<_>>(), [day(1)]);
    // And when it was left out of the rule.
    let mut parts = weekly(&["bob"]).series.parts();
    parts.exdates = vec![day(1)];
    let left_out = Plan::new(Series::new(parts).unwrap(), plan.face.clone());
    let moved = done(&left_out, Scope::Following(day(8)), aim, BEFORE);
    assert_eq!(starts(&moved.after), ["12-08 14:00", "12-15 14:00", "12-22 14:00"]);
}

/// Trap 16.
#[test]
fn first_attendee_added_to_a_series_that_has_an_override() {
    let alone = weekly(&[]);
    let named = one(&alone, day(8), |face| face.summary = "Special".into());
    let plan = done(&alone, Scope::One(day(8)), named, BEFORE).after;
    let with_bob = faced(&plan, |face| face.people.push(invitee("bob")));
    let after = done(&plan, Scope::All, with_bob, BEFORE).after;
    assert_eq!(
        [8, 15].map(|number| people(&after, day(number))),
        [vec!["bob".to_owned()], vec!["bob".to_owned()]]
    );
    assert_eq!(after.occurrence(day(8)).unwrap().face.summary, "Special");
    let told = notices(Some(&plan), &after, Notify::Affected, now(BEFORE));
    assert!(
        told.iter().any(|notice| notice.key == "bob@x" && notice.concern == Concern::Invited),
        "{told:?}"
    );
    // Their calendar gets both: the series, and the date that differs.
    let copy = after.calendars(now(BEFORE)).copy_for("bob@x").unwrap();
    assert!(copy.series.is_some() && copy.own.contains_key(&day(8)), "{copy:?}");
}

/// Trap 17.
#[test]
fn a_removed_attendee_does_not_return_through_an_old_occurrence() {
    let plan = weekly(&["bob", "carol"]);
    // Two dates that name everybody in their own way.
    let later = one(&plan, day(8), |face| face.people.push(invitee("dan")));
    let plan = done(&plan, Scope::One(day(8)), later, BEFORE).after;
    let other =
        one(&plan, day(15), |face| face.people.iter_mut().for_each(|person| person.role = "host".into()));
    let plan = done(&plan, Scope::One(day(15)), other, BEFORE).after;
    let without_bob = faced(&plan, |face| face.people.retain(|person| person.name != "bob"));
    let plan = done(&plan, Scope::All, without_bob, BEFORE).after;
    for original in [1, 8, 15, 22].map(day) {
        assert!(!people(&plan, original).contains(&"bob".to_owned()), "{original}");
    }
    // Nor by what is changed of these dates afterwards.
    let renamed = one(&plan, day(8), |face| face.summary = "Other".into());
    let plan = done(&plan, Scope::One(day(8)), renamed, BEFORE).after;
    assert_eq!(people(&plan, day(8)), ["carol", "dan"]);
    assert!(plan.calendars(now(BEFORE)).copy_for("bob@x").is_none());
}
