//! Changes of series that few people make: of seconds and minutes, across changes of the clock, of names that share an instant.

use convoke_meeting::{
    Rule, Series, Zone,
    plan::{Aim, Edit, Face, Invitee, Plan, Scope, Surgery, operate},
    series::SeriesParts,
};
use jiff::{Timestamp, civil::DateTime};

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

fn plan(start: &str, end: &str, zone: &str, rule: &str) -> Plan {
    let parts = SeriesParts {
        start: at(start),
        end: at(end),
        zone: Zone::named(zone).unwrap(),
        all_day: false,
        rule: Some(Rule::parse(rule).unwrap()),
        rdates: Vec::new(),
        exdates: Vec::new(),
    };
    let person = |name: &str| Invitee { email: format!("{name}@x"), name: name.into(), role: "guest".into() };
    let face =
        Face { summary: "Review".into(), people: vec![person("bob"), person("carol")], ..Face::default() };
    Plan::new(Series::new(parts).unwrap(), face)
}

fn done(plan: &Plan, scope: Scope, aim: Aim, now: &str) -> Surgery {
    operate(plan, &Edit { scope, aim, decisions: &[], every: None }, now.parse().unwrap()).unwrap()
}

fn renamed(plan: &Plan) -> Face {
    Face { summary: "Retro".into(), ..plan.face.clone() }
}

/// A series of seconds has a billion occurrences behind it: none of this may look at each.
#[test]
fn a_series_of_seconds_is_changed_as_fast_as_one_of_weeks() {
    let seconds = plan("1970-01-01T10:00:00", "1970-01-01T10:00:01", "Europe/London", "FREQ=SECONDLY");
    let now = "2026-01-05T10:00:00Z";
    let same = Box::new(seconds.series.clone());
    let named = done(&seconds, Scope::All, Aim::Series(same, renamed(&seconds)), now);
    assert!(named.next.is_none());
    let following = Scope::Following(at("2026-02-01T00:00:00"));
    let ended = done(&seconds, following, Aim::Cancelled, now).after;
    let last = "2026-01-31T23:59:59Z".parse::<Timestamp>().unwrap();
    assert_eq!(ended.occurrences_in(last, Timestamp::MAX, 9).len(), 1);
    let tail = seconds.series_from(at("2026-02-01T00:00:00")).unwrap();
    let parted = done(&seconds, following, Aim::Series(Box::new(tail), renamed(&seconds)), now);
    assert_eq!(parted.next.unwrap().extent().unwrap().0, "2026-02-01T00:00:00Z".parse().unwrap());
    let later = SeriesParts { end: at("1970-01-01T10:00:02"), ..seconds.series.parts() };
    let later = Box::new(Series::new(later).unwrap());
    let parted = done(&seconds, Scope::All, Aim::Series(later, seconds.face.clone()), now);
    assert_eq!(parted.next.unwrap().extent().unwrap().0, "2026-01-05T10:00:01Z".parse().unwrap());
}

#[test]
fn what_follows_lasts_as_long_as_before_where_the_clock_changes_within() {
    // 23:00 to 04:00; in the night of 28 March the wall's five hours are four.
    let night = plan("2026-03-21T23:00:00", "2026-03-22T04:00:00", "Europe/London", "FREQ=WEEKLY;COUNT=4");
    let tail = night.series_from(at("2026-03-28T23:00:00")).unwrap();
    for (whole, part) in night.series.occurrences().skip(1).zip(tail.occurrences()) {
        assert_eq!(whole, part);
    }
    // It starts in the gap itself.
    let gap = plan("2026-03-22T01:30:00", "2026-03-22T02:30:00", "Europe/London", "FREQ=WEEKLY;COUNT=4");
    let tail = gap.series_from(at("2026-03-29T01:30:00")).unwrap();
    assert!(gap.series.occurrences().skip(1).eq(tail.occurrences()));
}

#[test]
fn one_that_two_names_find_is_changed_by_either() {
    // The clock skips from two to three: 02:30 is at 03:30, which is a name as well.
    let hourly =
        plan("2026-03-08T00:30:00", "2026-03-08T00:45:00", "America/New_York", "FREQ=HOURLY;COUNT=6");
    for name in ["2026-03-08T02:30:00", "2026-03-08T03:30:00"] {
        let gone = done(&hourly, Scope::One(at(name)), Aim::Cancelled, "2026-01-01T00:00:00Z").after;
        let left: Vec<i8> = gone
            .occurrences_in(Timestamp::MIN, Timestamp::MAX, 9)
            .iter()
            .map(|one| one.time.local_start.hour())
            .collect();
        assert_eq!(left, [0, 1, 4, 5], "{name}");
        let back = done(&gone, Scope::One(at(name)), Aim::Restored, "2026-01-01T00:00:00Z").after;
        assert_eq!(back.occurrences_in(Timestamp::MIN, Timestamp::MAX, 9).len(), 5);
    }
}

#[test]
fn a_series_of_which_nothing_is_left_for_somebody_is_nothing_for_them() {
    let twice = plan("2026-01-05T10:00:00", "2026-01-05T11:00:00", "Europe/London", "FREQ=WEEKLY;COUNT=2");
    let without_bob = |plan: &Plan, original: &str| {
        let planned = plan.occurrence(at(original)).unwrap();
        let mut face = planned.face;
        face.people.retain(|person| person.key() != "bob@x");
        let aim = Aim::Occurrence { start: planned.time.local_start, end: planned.time.local_end, face };
        done(plan, Scope::One(at(original)), aim, "2026-01-01T00:00:00Z").after
    };
    let first = without_bob(&twice, "2026-01-05T10:00:00");
    assert!(first.copy_for("bob@x", Timestamp::UNIX_EPOCH).is_some());
    assert_eq!(without_bob(&first, "2026-01-12T10:00:00").copy_for("bob@x", Timestamp::UNIX_EPOCH), None);
}

#[test]
fn many_exceptions_of_a_long_series_are_found_without_counting_it_for_each() {
    let mut long = plan(
        "2026-01-05T10:00:00",
        "2026-01-05T10:30:00",
        "Europe/London",
        "FREQ=DAILY;BYDAY=MO,TU,WE;COUNT=9000",
    );
    let names: Vec<DateTime> = long.series.occurrences().map(|one| one.original).collect();
    for name in names.iter().step_by(18) {
        long.overrides
            .insert(*name, convoke_meeting::plan::Override { is_cancelled: true, ..Default::default() });
    }
    assert_eq!(long.overrides.len(), 500);
    let all = long.occurrences_in(Timestamp::MIN, Timestamp::MAX, 10_000);
    assert_eq!(all.len(), 8_500);
}

#[test]
fn an_extra_date_after_the_end_of_the_rule_does_not_prolong_what_was_before_a_cut() {
    let counted = plan("2026-01-05T10:00:00", "2026-01-05T11:00:00", "Europe/London", "FREQ=DAILY;COUNT=3");
    let rdates = vec![at("2026-01-10T10:00:00"), at("2026-01-12T10:00:00")];
    let series = Series::new(SeriesParts { rdates, ..counted.series.parts() }).unwrap();
    let plan = Plan { series, ..counted };
    let ended =
        done(&plan, Scope::Following(at("2026-01-12T10:00:00")), Aim::Cancelled, "2026-01-01T00:00:00Z")
            .after;
    let days: Vec<i8> = ended.series.occurrences().map(|one| one.original.day()).collect();
    assert_eq!(days, [5, 6, 7, 10]);
}

#[test]
fn a_series_that_moves_while_it_goes_on_has_no_occurrence_twice() {
    let at_ten = "2026-01-05T10:00:00";
    for (start, rule, now, to, to_rule, first) in [
        // To Tuesdays, on the evening of a Monday that it took place on.
        (
            at_ten,
            "FREQ=WEEKLY",
            "2026-01-12T20:00:00Z",
            "2026-01-06T10:00:00",
            "FREQ=WEEKLY",
            "2026-01-20T10:00:00",
        ),
        // The same with the start given in another week.
        (
            at_ten,
            "FREQ=WEEKLY",
            "2026-01-12T20:00:00Z",
            "2026-03-03T10:00:00",
            "FREQ=WEEKLY",
            "2026-03-03T10:00:00",
        ),
        (
            "2025-03-03T10:00:00",
            "FREQ=WEEKLY",
            "2026-01-12T20:00:00Z",
            "2026-01-06T10:00:00",
            "FREQ=WEEKLY",
            "2026-01-20T10:00:00",
        ),
        // To Mondays, when this week's Monday is gone and its Tuesday is not.
        (
            "2026-01-06T10:00:00",
            "FREQ=WEEKLY",
            "2026-01-12T20:00:00Z",
            at_ten,
            "FREQ=WEEKLY",
            "2026-01-19T10:00:00",
        ),
        (
            at_ten,
            "FREQ=DAILY",
            "2026-01-12T12:00:00Z",
            "2026-01-05T15:00:00",
            "FREQ=DAILY",
            "2026-01-13T15:00:00",
        ),
        (
            at_ten,
            "FREQ=DAILY",
            "2026-01-12T08:00:00Z",
            "2026-01-05T15:00:00",
            "FREQ=DAILY",
            "2026-01-12T15:00:00",
        ),
        // From the second Tuesday to the second Wednesday, which comes before it in September 2026.
        (
            "2026-01-13T10:00:00",
            "FREQ=MONTHLY;BYDAY=2TU",
            "2026-08-12T00:00:00Z",
            "2026-01-14T10:00:00",
            "FREQ=MONTHLY;BYDAY=2WE",
            "2026-09-09T10:00:00",
        ),
        // Another rhythm begins at once.
        (at_ten, "FREQ=WEEKLY", "2026-01-12T12:00:00Z", at_ten, "FREQ=DAILY", "2026-01-13T10:00:00"),
    ] {
        let half_past = |start: &str| start.replace(":00:00", ":30:00");
        let before = plan(start, &half_past(start), "Europe/London", rule);
        let after = plan(to, &half_past(to), "Europe/London", to_rule).series;
        let aim = Aim::Series(Box::new(after), before.face.clone());
        let next = done(&before, Scope::All, aim, now).next.unwrap();
        assert_eq!(
            next.series.first().unwrap().original,
            at(first),
            "{rule} from {start} to {to_rule} from {to}"
        );
    }
}

#[test]
fn the_rest_is_cancelled_also_where_it_could_not_go_on_by_itself() {
    // It ends at half past one of the second pass, in the night of 25 October.
    let night = plan("2026-10-11T01:30:00", "2026-10-11T02:30:00", "Europe/London", "FREQ=WEEKLY");
    let fold = at("2026-10-25T01:30:00");
    assert!(night.series_from(fold).is_none());
    let ended = done(&night, Scope::Following(fold), Aim::Cancelled, "2026-01-01T00:00:00Z").after;
    let days: Vec<i8> = ended.series.occurrences().map(|one| one.original.day()).collect();
    assert_eq!(days, [11, 18]);
}
