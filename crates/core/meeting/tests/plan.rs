//! What an edit of a series does: to this occurrence, to it and those after it, to all.

use convoke_meeting::{
    Draft, Series, draft,
    plan::{
        Aim, Concern, Decision, Edit, Face, Invitee, Notify, Outcome, Plan, Scope, Surgery, SurgeryFault,
        notices, operate,
    },
};
use jiff::{Timestamp, civil::DateTime};

/// 22 November 2026, a Sunday; the series of these tests begin on Tuesday, 1 December.
const BEFORE: &str = "2026-11-22T00:00:00Z";

fn series(start: &str, end: &str, rule: &str) -> Series {
    let draft = Draft {
        dt_start: Some(start),
        dt_end: Some(end),
        time_zone: Some("Europe/Berlin"),
        rrule: Some(rule).filter(|rule| !rule.is_empty()),
        ..Draft::default()
    };
    draft::check(&draft).unwrap()
}

/// Tuesdays at 10, six times.
fn weekly() -> Series {
    series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=6")
}

fn face(people: &[&str]) -> Face {
    let invitee =
        |name: &&str| Invitee { email: format!("{name}@x"), name: (*name).into(), role: "guest".into() };
    Face {
        summary: "Review".into(),
        place: "space".into(),
        organizer_role: "host".into(),
        people: people.iter().map(invitee).collect(),
        ..Face::default()
    }
}

fn plan() -> Plan {
    Plan::new(weekly(), face(&["bob", "carol"]))
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

fn edit(scope: Scope, aim: Aim) -> Edit<'static> {
    Edit { scope, aim, decisions: &[], every: None }
}

fn done(plan: &Plan, scope: Scope, aim: Aim, at: &str) -> Surgery {
    operate(plan, &edit(scope, aim), now(at)).unwrap()
}

fn refused(plan: &Plan, scope: Scope, aim: Aim, at: &str) -> SurgeryFault {
    operate(plan, &edit(scope, aim), now(at)).unwrap_err()
}

fn moved(original: i8, start: &str, end: &str, plan: &Plan) -> Aim {
    let face = plan.occurrence(day(original)).unwrap().face;
    Aim::Occurrence { start: at(start), end: at(end), face }
}

fn to(series: Series, plan: &Plan) -> Aim {
    Aim::Series(Box::new(series), plan.face.clone())
}

/// Local starts of all that takes place, with `!` where something is said of its own.
fn dates(plan: &Plan) -> Vec<String> {
    let all = plan.occurrences_in(now("2026-01-01T00:00:00Z"), now("2028-01-01T00:00:00Z"), 60);
    let show = |planned: &convoke_meeting::plan::Planned| {
        let mark = if planned.is_overridden { "!" } else { "" };
        format!("{}{mark}", planned.time.local_start.strftime("%m-%d %H:%M"))
    };
    all.iter().map(show).collect()
}

fn concerns(before: &Plan, after: &Plan) -> Vec<(String, Concern)> {
    notices(Some(before), after, Notify::Affected, now(BEFORE))
        .into_iter()
        .map(|notice| (notice.key, notice.concern))
        .collect()
}

#[test]
fn one_occurrence_is_moved_renamed_cancelled_and_brought_back() {
    let plan = plan();
    let late = done(
        &plan,
        Scope::One(day(8)),
        moved(8, "2026-12-09T15:00:00", "2026-12-09T16:00:00", &plan),
        BEFORE,
    );
    assert_eq!(
        dates(&late.after),
        ["12-01 10:00", "12-09 15:00!", "12-15 10:00", "12-22 10:00", "12-29 10:00", "01-05 10:00"]
    );
    assert_eq!((late.after.sequence, late.after.occurrence(day(8)).unwrap().time.original), (1, day(8)));

    let mut named = face(&["bob", "dan"]);
    named.summary = "Retrospective".into();
    let aim = Aim::Occurrence { start: day(15), end: at("2026-12-15T11:00:00"), face: named };
    let named = done(&late.after, Scope::One(day(15)), aim, BEFORE).after;
    assert_eq!(named.occurrence(day(15)).unwrap().face.summary, "Retrospective");
    assert_eq!(named.occurrence(day(22)).unwrap().face, plan.face);
    // Carol loses one, Dan gets just that one, Bob has a new name in it, the organizer as well.
    assert_eq!(
        concerns(&late.after, &named),
        [
            ("".into(), Concern::Changed),
            ("bob@x".into(), Concern::Changed),
            ("carol@x".into(), Concern::Changed),
            ("dan@x".into(), Concern::Invited)
        ]
    );
    let dan = named.copy_for("dan@x", now(BEFORE)).unwrap();
    assert_eq!((dan.series, dan.own.len()), (None, 1));
    assert_eq!(
        named.copy_for("carol@x", now(BEFORE)).unwrap().left_out.into_iter().collect::<Vec<_>>(),
        [day(15)]
    );

    let cancelled = done(&named, Scope::One(day(22)), Aim::Cancelled, BEFORE).after;
    assert_eq!(dates(&cancelled).len(), 5);
    assert_eq!(concerns(&named, &cancelled)[2], ("carol@x".into(), Concern::Changed));
    assert_eq!(concerns(&named, &cancelled)[3], ("dan@x".into(), Concern::Unchanged));
    assert_eq!(
        refused(
            &cancelled,
            Scope::One(day(22)),
            moved(22, "2026-12-22T12:00:00", "2026-12-22T13:00:00", &cancelled),
            BEFORE
        ),
        SurgeryFault::Cancelled
    );
    let back = done(&cancelled, Scope::One(day(22)), Aim::Restored, BEFORE).after;
    assert_eq!((dates(&back), back.sequence), (dates(&named), 4));
    assert_eq!(
        concerns(&named, &back).iter().filter(|(_, concern)| *concern != Concern::Unchanged).count(),
        0
    );
}

#[test]
fn what_changes_nothing_is_no_change() {
    let plan = plan();
    let same = moved(8, "2026-12-08T10:00:00", "2026-12-08T11:00:00", &plan);
    assert_eq!(done(&plan, Scope::One(day(8)), same, BEFORE).after, plan);
    assert_eq!(done(&plan, Scope::One(day(8)), Aim::Restored, BEFORE).after, plan);
    assert_eq!(done(&plan, Scope::All, to(weekly(), &plan), BEFORE).after, plan);
    assert_eq!(done(&plan, Scope::All, to(weekly(), &plan), "2026-12-10T00:00:00Z").after, plan);
}

#[test]
fn an_occurrence_that_has_begun_changes_its_words_alone() {
    let plan = plan();
    let running = "2026-12-08T09:30:00Z";
    let aim = moved(8, "2026-12-08T12:00:00", "2026-12-08T13:00:00", &plan);
    assert_eq!(refused(&plan, Scope::One(day(8)), aim, running), SurgeryFault::AlreadyStarted);
    assert_eq!(refused(&plan, Scope::One(day(8)), Aim::Cancelled, running), SurgeryFault::AlreadyStarted);
    assert_eq!(
        refused(&plan, Scope::Following(day(8)), Aim::Cancelled, running),
        SurgeryFault::AlreadyStarted
    );
    let mut face = plan.face.clone();
    face.description = "Minutes are here".into();
    let aim = Aim::Occurrence { start: day(8), end: at("2026-12-08T11:00:00"), face };
    assert_eq!(
        done(&plan, Scope::One(day(8)), aim, running).after.occurrence(day(8)).unwrap().face.description,
        "Minutes are here"
    );
    assert_eq!(refused(&plan, Scope::One(day(9)), Aim::Cancelled, running), SurgeryFault::NoSuchOccurrence);
}

#[test]
fn this_and_following_leaves_what_lies_behind_and_counts_on() {
    let plan = plan();
    let tail = series("2026-12-15T14:00:00", "2026-12-15T15:30:00", "FREQ=WEEKLY;COUNT=4");
    let cut = done(&plan, Scope::Following(day(15)), to(tail, &plan), "2026-12-02T00:00:00Z");
    assert_eq!(dates(&cut.after), ["12-01 10:00", "12-08 10:00"]);
    assert_eq!(cut.after.series.rule().unwrap().to_string(), "FREQ=WEEKLY;UNTIL=20261208T100000");
    let next = cut.next.unwrap();
    assert_eq!(dates(&next), ["12-15 14:00", "12-22 14:00", "12-29 14:00", "01-05 14:00"]);
    assert_eq!((cut.after.sequence, next.sequence), (1, 0));
    // From the first one on it is all of it, and nothing is cut.
    let all = series("2026-12-01T14:00:00", "2026-12-01T15:30:00", "FREQ=WEEKLY;COUNT=6");
    let whole = done(&plan, Scope::Following(day(1)), to(all, &plan), BEFORE);
    assert_eq!((whole.next, dates(&whole.after)[0].as_str()), (None, "12-01 14:00"));
    // And without what follows.
    let ended = done(&plan, Scope::Following(day(15)), Aim::Cancelled, BEFORE);
    assert_eq!((dates(&ended.after), ended.next), (vec!["12-01 10:00".into(), "12-08 10:00".into()], None));
    let gone = done(&plan, Scope::Following(day(1)), Aim::Cancelled, BEFORE);
    assert!(gone.after.is_cancelled);
}

#[test]
fn a_series_that_has_begun_is_cut_when_all_of_it_moves() {
    let plan = plan();
    let later = series("2026-12-01T16:00:00", "2026-12-01T17:00:00", "FREQ=WEEKLY;COUNT=6");
    let moved = done(&plan, Scope::All, to(later, &plan), "2026-12-08T09:30:00Z");
    assert_eq!(dates(&moved.after), ["12-01 10:00", "12-08 10:00"], "the running one stays as well");
    assert_eq!(
        dates(moved.next.as_ref().unwrap()),
        ["12-15 16:00", "12-22 16:00", "12-29 16:00", "01-05 16:00"],
        "six in all: the running one was this week's"
    );
    // A new name is no new time: what has begun keeps the old one, and nothing is cut.
    let renamed = Aim::Series(Box::new(weekly()), Face { summary: "New".into(), ..plan.face.clone() });
    let renamed = done(&plan, Scope::All, renamed, "2026-12-08T09:30:00Z");
    let names: Vec<String> = renamed
        .after
        .occurrences_in(now("2026-12-01T00:00:00Z"), now("2026-12-20T00:00:00Z"), 9)
        .into_iter()
        .map(|planned| planned.face.summary)
        .collect();
    assert_eq!((renamed.next, names), (None, vec!["Review".into(), "Review".into(), "New".into()]));
    // Nor is another end one; but it can't lie before what has begun.
    let shorter = series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=3");
    assert_eq!(dates(&done(&plan, Scope::All, to(shorter, &plan), "2026-12-08T09:30:00Z").after).len(), 3);
    let once = series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=1");
    assert_eq!(
        refused(&plan, Scope::All, to(once, &plan), "2026-12-08T09:30:00Z"),
        SurgeryFault::ChangesThePast
    );
    // Cancelled while it runs, the rest goes and the past stays.
    let cancelled = done(&plan, Scope::All, Aim::Cancelled, "2026-12-08T09:30:00Z").after;
    assert_eq!((dates(&cancelled).len(), cancelled.is_cancelled), (2, false));
    assert_eq!(
        refused(
            &plan,
            Scope::All,
            to(series("2026-12-01T16:00:00", "2026-12-01T17:00:00", "FREQ=WEEKLY;COUNT=6"), &plan),
            "2027-02-01T00:00:00Z"
        ),
        SurgeryFault::Over
    );
}

#[test]
fn exceptions_move_with_their_series_or_keep_the_time_that_people_agreed_on() {
    let plan = plan();
    let mut named = plan.face.clone();
    named.summary = "Retrospective".into();
    let aim = Aim::Occurrence { start: day(8), end: at("2026-12-08T11:00:00"), face: named };
    let plan = done(&plan, Scope::One(day(8)), aim, BEFORE).after;
    let aim = moved(15, "2026-12-16T09:00:00", "2026-12-16T10:00:00", &plan);
    let plan = done(&plan, Scope::One(day(15)), aim, BEFORE).after;
    let plan = done(&plan, Scope::One(day(22)), Aim::Cancelled, BEFORE).after;
    // From Tuesdays at 10 to Thursdays at 14.
    let thursdays = series("2026-12-03T14:00:00", "2026-12-03T15:00:00", "FREQ=WEEKLY;BYDAY=TH;COUNT=6");
    let done = done(&plan, Scope::All, to(thursdays, &plan), BEFORE);
    assert_eq!(
        dates(&done.after),
        ["12-03 14:00", "12-10 14:00!", "12-16 09:00!", "12-31 14:00", "01-07 14:00"]
    );
    let outcomes: Vec<Outcome> = done.fates.iter().map(|fate| fate.outcome).collect();
    assert_eq!(
        outcomes,
        [
            Outcome::Moved(at("2026-12-10T14:00:00")),
            Outcome::Renamed(at("2026-12-17T14:00:00")),
            Outcome::Moved(at("2026-12-24T14:00:00"))
        ]
    );
    assert_eq!(done.after.overrides[&at("2026-12-10T14:00:00")].former, Some(day(8)));
}

#[test]
fn an_excluded_date_stays_excluded_when_the_series_moves() {
    let excluded =
        Series::new(convoke_meeting::series::SeriesParts { exdates: vec![day(8)], ..weekly().parts() });
    let plan = Plan::new(excluded.unwrap(), face(&[]));
    // The form sends the exclusions as they were, with another time.
    let later = series("2026-12-01T16:00:00", "2026-12-01T17:00:00", "FREQ=WEEKLY;COUNT=6");
    let later =
        Series::new(convoke_meeting::series::SeriesParts { exdates: vec![day(8)], ..later.parts() }).unwrap();
    let moved = done(&plan, Scope::All, to(later, &plan), BEFORE);
    assert_eq!(dates(&moved.after)[..2], ["12-01 16:00", "12-15 16:00"]);
    assert_eq!(moved.fates[0].outcome, Outcome::Moved(at("2026-12-08T16:00:00")));
    // Left out of the list, it takes place again.
    assert_eq!(dates(&done(&plan, Scope::All, to(weekly(), &plan), BEFORE).after).len(), 6);
}

#[test]
fn an_exception_without_a_place_is_for_the_organizer_to_decide() {
    let plan = plan();
    let plan = done(
        &plan,
        Scope::One(day(15)),
        moved(15, "2026-12-16T09:00:00", "2026-12-16T10:00:00", &plan),
        BEFORE,
    )
    .after;
    let monthly = || to(series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=MONTHLY;COUNT=3"), &plan);
    let asked = done(&plan, Scope::All, monthly(), BEFORE);
    assert_eq!(asked.undecided().collect::<Vec<_>>(), [day(15)]);
    let decided = |decision| {
        let decisions = [(day(15), decision)];
        let edit = Edit { scope: Scope::All, aim: monthly(), decisions: &decisions, every: None };
        operate(&plan, &edit, now(BEFORE)).unwrap()
    };
    let kept = decided(Decision::Keep);
    assert_eq!(dates(&kept.after), ["12-01 10:00", "12-16 09:00!", "01-01 10:00", "02-01 10:00"]);
    assert_eq!(kept.fates[0].outcome, Outcome::Extra(at("2026-12-16T09:00:00")));
    let dropped = decided(Decision::Drop);
    assert_eq!((dates(&dropped.after).len(), dropped.fates[0].outcome), (3, Outcome::Dropped));
}

#[test]
fn who_is_removed_from_the_series_is_in_none_of_its_exceptions() {
    let plan = plan();
    let aim = Aim::Occurrence {
        start: day(8),
        end: at("2026-12-08T11:00:00"),
        face: Face { summary: "Other".into(), ..face(&["bob", "carol", "dan"]) },
    };
    let plan = done(&plan, Scope::One(day(8)), aim, BEFORE).after;
    let without = Aim::Series(Box::new(weekly()), face(&["bob", "erin"]));
    let after = done(&plan, Scope::All, without, BEFORE).after;
    let there: Vec<String> = after.occurrence(day(8)).unwrap().face.people.iter().map(Invitee::key).collect();
    assert_eq!(there, ["bob@x", "erin@x", "dan@x"]);
    assert_eq!(after.copy_for("carol@x", now(BEFORE)), None);
    assert_eq!(
        concerns(&plan, &after),
        [
            ("".into(), Concern::Unchanged),
            ("bob@x".into(), Concern::Unchanged),
            ("carol@x".into(), Concern::Removed),
            ("dan@x".into(), Concern::Unchanged),
            ("erin@x".into(), Concern::Invited)
        ]
    );
}

#[test]
fn notices_go_to_all_to_those_concerned_to_new_ones_or_to_nobody() {
    let plan = plan();
    let after =
        done(&plan, Scope::All, Aim::Series(Box::new(weekly()), face(&["bob", "carol", "dan"])), BEFORE)
            .after;
    let told = |notify| {
        let all = notices(Some(&plan), &after, notify, now(BEFORE));
        all.into_iter().filter(|notice| notice.is_told).map(|notice| notice.key).collect::<Vec<_>>()
    };
    assert_eq!(told(Notify::All), ["", "bob@x", "carol@x", "dan@x"]);
    assert_eq!(told(Notify::Affected), ["dan@x"]);
    assert_eq!(told(Notify::New), ["dan@x"]);
    assert!(told(Notify::Nobody).is_empty());
}

#[test]
fn the_last_occurrence_cancelled_is_the_meeting_cancelled() {
    let plan =
        Plan::new(series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=2"), face(&[]));
    let one = done(&plan, Scope::One(day(1)), Aim::Cancelled, BEFORE).after;
    assert!(!one.is_cancelled);
    assert!(done(&one, Scope::One(day(8)), Aim::Cancelled, BEFORE).after.is_cancelled);
}

#[test]
fn an_extra_date_off_the_rule_is_no_place_to_cut() {
    let parts = convoke_meeting::series::SeriesParts {
        rdates: vec![at("2026-12-12T18:00:00")],
        ..series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4").parts()
    };
    let plan = Plan::new(Series::new(parts).unwrap(), face(&[]));
    assert_eq!(
        refused(
            &plan,
            Scope::Following(at("2026-12-12T18:00:00")),
            Aim::Series(Box::new(weekly()), face(&[])),
            BEFORE
        ),
        SurgeryFault::CannotCut
    );
    let cut = done(&plan, Scope::Following(day(15)), Aim::Cancelled, BEFORE).after;
    assert_eq!(dates(&cut), ["12-01 10:00", "12-12 18:00"]);
}

/// The plan with the occurrence of a day of December moved to another time.
fn with_moved(plan: &Plan, original: i8, start: &str, end: &str) -> Plan {
    done(plan, Scope::One(day(original)), moved(original, start, end, plan), BEFORE).after
}

#[test]
fn all_reaches_a_date_that_was_moved_past_the_present() {
    // The one of the 8th was moved to Friday; it is Wednesday.
    let plan = with_moved(&plan(), 8, "2026-12-11T10:00:00", "2026-12-11T11:00:00");
    let wednesday = "2026-12-09T12:00:00Z";
    let cancelled = done(&plan, Scope::All, Aim::Cancelled, wednesday);
    assert_eq!(dates(&cancelled.after), ["12-01 10:00"]);
    let later = series("2026-12-01T16:00:00", "2026-12-01T17:00:00", "FREQ=WEEKLY;COUNT=6");
    let others = Face { summary: "New".into(), ..face(&["bob"]) };
    let changed = done(&plan, Scope::All, Aim::Series(Box::new(later), others), wednesday);
    assert_eq!(dates(&changed.after), ["12-01 10:00", "12-11 10:00!"]);
    let moved = changed.after.occurrence(day(8)).unwrap();
    assert_eq!((moved.face.summary.as_str(), moved.face.people.len()), ("New", 1));
    assert!(changed.fates.iter().any(|fate| fate.original == day(8) && fate.outcome == Outcome::Kept));
}

#[test]
fn what_has_taken_place_earlier_than_planned_does_not_take_place_again() {
    // The one of the 15th was moved to the 4th, the first one to the 30th of November.
    let first = with_moved(&plan(), 1, "2026-11-30T10:00:00", "2026-11-30T11:00:00");
    let later = || series("2026-12-01T16:00:00", "2026-12-01T17:00:00", "FREQ=WEEKLY;COUNT=6");
    let monday = "2026-11-30T12:00:00Z";
    let moved = done(&first, Scope::All, to(later(), &first), monday);
    assert_eq!(dates(&moved.after), ["11-30 10:00!"]);
    assert_eq!(dates(&moved.next.unwrap())[0], "12-08 16:00");
    assert_eq!(dates(&done(&first, Scope::All, Aim::Cancelled, monday).after), ["11-30 10:00!"]);

    let early = with_moved(&plan(), 15, "2026-12-04T10:00:00", "2026-12-04T11:00:00");
    let moved = done(&early, Scope::All, to(later(), &early), "2026-12-05T00:00:00Z");
    assert_eq!(dates(&moved.after), ["12-01 10:00", "12-04 10:00!"]);
    assert_eq!(dates(&moved.next.unwrap())[..2], ["12-08 16:00", "12-22 16:00"]);
}

#[test]
fn who_is_removed_from_a_series_that_has_begun_loses_all_of_it() {
    let plan = with_moved(&plan(), 1, "2026-12-02T10:00:00", "2026-12-02T11:00:00");
    let running = "2026-12-03T00:00:00Z";
    let after = done(&plan, Scope::All, Aim::Series(Box::new(weekly()), face(&["carol"])), running).after;
    let told = notices(Some(&plan), &after, Notify::Affected, now(running));
    let bob = told.iter().find(|notice| notice.key == "bob@x").unwrap();
    assert_eq!((bob.concern, after.copy_for("bob@x", now(running))), (Concern::Removed, None));
}

#[test]
fn the_end_of_a_series_and_a_single_meeting_that_runs() {
    let plan = plan();
    let last_runs = "2027-01-05T09:30:00Z";
    assert_eq!(refused(&plan, Scope::All, Aim::Cancelled, last_runs), SurgeryFault::AlreadyStarted);
    assert_eq!(refused(&plan, Scope::All, Aim::Cancelled, "2027-02-01T00:00:00Z"), SurgeryFault::Over);
    let other = || Aim::Series(Box::new(weekly()), face(&["bob"]));
    assert_eq!(refused(&plan, Scope::All, other(), last_runs), SurgeryFault::AlreadyStarted);
    // While a single one runs, late guests come and it goes on longer.
    let single = Plan::new(series("2026-12-01T10:00:00", "2026-12-01T11:00:00", ""), face(&["bob"]));
    let longer = series("2026-12-01T10:00:00", "2026-12-01T12:00:00", "");
    let longer = Aim::Series(Box::new(longer), face(&["bob", "carol"]));
    assert_eq!(done(&single, Scope::All, longer.clone(), "2026-12-01T09:30:00Z").after.face.people.len(), 2);
    assert_eq!(refused(&single, Scope::All, longer, "2026-12-01T13:00:00Z"), SurgeryFault::Over);
}

#[test]
fn a_last_date_that_was_cancelled_comes_back_with_the_meeting() {
    let plan =
        Plan::new(series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=2"), face(&[]));
    let one = done(&plan, Scope::One(day(1)), Aim::Cancelled, BEFORE).after;
    let gone = done(&one, Scope::One(day(8)), Aim::Cancelled, BEFORE).after;
    assert_eq!(dates(&Plan { is_cancelled: false, ..gone }), ["12-08 10:00"]);
}

#[test]
fn a_date_that_is_left_out_says_nothing_of_its_own() {
    let plan = with_moved(&plan(), 8, "2026-12-09T15:00:00", "2026-12-09T16:00:00");
    let parts = convoke_meeting::series::SeriesParts { exdates: vec![day(8)], ..weekly().parts() };
    let left_out = done(&plan, Scope::All, to(Series::new(parts).unwrap(), &plan), BEFORE);
    assert_eq!((dates(&left_out.after).len(), left_out.fates[0].outcome), (5, Outcome::Dropped));
    assert!(left_out.after.overrides.is_empty());
}

#[test]
fn own_times_stay_when_the_zone_changes_and_follow_when_days_become_whole() {
    let plan = with_moved(&plan(), 8, "2026-12-09T15:00:00", "2026-12-09T16:00:00");
    let was = plan.occurrence(day(8)).unwrap().time.start;
    let seoul = convoke_meeting::series::SeriesParts {
        zone: convoke_meeting::Zone::named("Asia/Seoul").unwrap(),
        ..weekly().parts()
    };
    let there = done(&plan, Scope::All, to(Series::new(seoul).unwrap(), &plan), BEFORE).after;
    let moved = there.occurrence(day(8)).unwrap();
    assert_eq!((moved.time.start, moved.time.local_start), (was, at("2026-12-09T23:00:00")));
}

/// A rule of every second is cut in the far future as quickly as any other.
#[test]
fn cutting_costs_the_same_however_much_lies_before() {
    let seconds = convoke_meeting::series::SeriesParts {
        start: at("1970-01-01T00:00:00"),
        end: at("1970-01-01T00:00:01"),
        rule: convoke_meeting::Rule::parse("FREQ=SECONDLY").ok(),
        ..weekly().parts()
    };
    let plan = Plan::new(Series::new(seconds).unwrap(), face(&[]));
    let far = at("2090-01-01T00:00:00");
    let cut = done(&plan, Scope::Following(far), Aim::Cancelled, BEFORE).after;
    assert_eq!(cut.extent().unwrap().1.unwrap().to_string(), "2089-12-31T23:00:00Z");
    let renamed = Aim::Series(Box::new(plan.series.clone()), Face { summary: "New".into(), ..face(&[]) });
    assert_eq!(done(&plan, Scope::All, renamed, "2026-12-10T00:00:00Z").after.eras.len(), 1);
}
