//! What of people's answers holds: whichever way they came, whatever they are about, before and after changes.

use convoke_meeting::{
    Draft, Series,
    answers::{About, Answer, PartStat, Parting, Received, effective, goes_on_alike, named, receive},
    draft,
    plan::{Aim, Edit, Face, Invitee, Plan, Scope, Surgery, operate},
};
use jiff::{Timestamp, ToSpan, civil::DateTime};
use proptest::prelude::*;

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

/// Tuesdays at 10 from 1 December on, six times.
fn plan() -> Plan {
    let bob = Invitee { email: "bob@x".into(), name: "Bob".into(), role: "guest".into() };
    let face = Face { summary: "Review".into(), place: "space".into(), people: vec![bob], ..Face::default() };
    Plan::new(series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=6"), face)
}

fn day(number: i8) -> DateTime {
    format!("2026-12-{number:02}T10:00:00").parse().unwrap()
}

fn now(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn stamp(second: i64) -> Timestamp {
    now(BEFORE) + second.seconds()
}

/// By mail, unless the way is one on which the person was asked which dates it is about.
fn said(about: About, partstat: PartStat, sequence: u32, second: i64, is_by_hand: bool) -> Answer {
    let stamped_at = stamp(second);
    Answer { about, partstat, sequence, stamped_at, meant_at: is_by_hand.then_some(stamped_at) }
}

fn operated(plan: &Plan, scope: Scope, aim: Aim) -> Surgery {
    operate(plan, &Edit { scope, aim, decisions: &[], every: None }, now(BEFORE)).unwrap()
}

fn with_series(plan: &Plan, series: Series) -> Plan {
    operated(plan, Scope::All, Aim::Series(Box::new(series), plan.face.clone())).after
}

fn with_face(plan: &Plan, face: Face) -> Plan {
    operated(plan, Scope::All, Aim::Series(Box::new(plan.series.clone()), face)).after
}

fn with_one(plan: &Plan, original: DateTime, hours: i64, change: impl FnOnce(&mut Face)) -> Plan {
    let planned = plan.occurrence(original).unwrap();
    let mut face = planned.face;
    change(&mut face);
    let (start, end) = (planned.time.local_start, planned.time.local_end);
    let aim = Aim::Occurrence {
        start: start.saturating_add(hours.hours()),
        end: end.saturating_add(hours.hours()),
        face,
    };
    operated(plan, Scope::One(original), aim).after
}

/// The state for the dates of the 1st, 8th, 15th, 22nd, 29th and 5 January, one letter each.
fn states(plan: &Plan, answers: &[Answer]) -> String {
    let state = |original| match effective(plan, answers, Some(original)).map(|answer| answer.partstat) {
        None | Some(PartStat::NeedsAction) => '-',
        Some(PartStat::Accepted) => 'A',
        Some(PartStat::Tentative) => 'T',
        Some(PartStat::Declined) => 'D',
    };
    plan.occurrences_in(Timestamp::UNIX_EPOCH, Timestamp::MAX, 20)
        .iter()
        .map(|planned| state(planned.time.original))
        .collect()
}

#[test]
fn each_way_and_each_scope_holds_until_its_time_changes_and_again_when_it_is_given_anew() {
    let plan = plan();
    let moved =
        with_series(&plan, series("2026-12-01T14:00:00", "2026-12-01T15:00:00", "FREQ=WEEKLY;COUNT=6"));
    assert_eq!((moved.sequence, moved.answers_since), (1, 1));
    let there = |day: DateTime| day.saturating_add(4.hours());
    // The ways: web, link and the organizer's entry ask which dates are meant; mail does not.
    for is_by_hand in [true, true, true, false] {
        for (about, later, wanted) in [
            (About::All, About::All, "DDDDDD"),
            (About::Following(day(15)), About::Following(there(day(15))), "AADDDD"),
            (About::One(day(15)), About::One(there(day(15))), "AADAAA"),
        ] {
            let first = said(About::All, PartStat::Accepted, 0, 0, is_by_hand);
            let second = said(about, PartStat::Declined, 0, 1, is_by_hand);
            assert_eq!(receive(&plan, &[first], &second, now(BEFORE)), Received::Taken);
            let mut answers = vec![second];
            if about != About::All {
                answers.push(first);
            }
            assert_eq!(states(&plan, &answers), wanted);
            // After the change nobody has said anything, and what comes late is out of date.
            assert_eq!(states(&moved, &answers), "------");
            assert_eq!(receive(&moved, &answers, &second, now(BEFORE)), Received::OutOfDate);
            let again = said(later, PartStat::Declined, 1, 3, is_by_hand);
            assert_eq!(receive(&moved, &answers, &again, now(BEFORE)), Received::Taken);
            answers.push(again);
            assert_eq!(states(&moved, &answers), wanted.replace('A', "-"));
        }
    }
}

#[test]
fn what_is_about_a_date_goes_before_what_is_about_all_unless_all_was_meant_by_hand_later() {
    let plan = plan();
    let one = said(About::One(day(8)), PartStat::Declined, 0, 5, false);
    let from = said(About::Following(day(22)), PartStat::Tentative, 0, 6, false);
    let all = |second, is_by_hand| said(About::All, PartStat::Accepted, 0, second, is_by_hand);
    assert_eq!(states(&plan, &[all(9, false), one, from]), "ADATTT", "a calendar's answer to the series");
    assert_eq!(states(&plan, &[all(9, true), one, from]), "AAAAAA", "all dates, and that was chosen");
    assert_eq!(
        states(&plan, &[all(5, true), one, from]),
        "ADATTT",
        "a date was said at the same time or later"
    );
    assert_eq!(receive(&plan, &[all(9, true)], &one, now(BEFORE)), Received::Older, "it comes late");
    assert_eq!(receive(&plan, &[all(9, false)], &one, now(BEFORE)), Received::Taken);
    let later_from = said(About::Following(day(15)), PartStat::Accepted, 0, 8, true);
    assert_eq!(states(&plan, &[one, from, later_from]), "-DAAAA");
    // The series as such is what was said of the series.
    assert_eq!(effective(&plan, &[one, from], None), None);
    assert_eq!(effective(&plan, &[one, all(1, false)], None), Some(&all(1, false)));
}

#[test]
fn the_later_stamp_holds_in_whichever_order_they_come() {
    let plan = plan();
    let (first, second) =
        (said(About::All, PartStat::Accepted, 0, 1, false), said(About::All, PartStat::Declined, 0, 2, true));
    assert_eq!(receive(&plan, &[first], &second, now(BEFORE)), Received::Taken);
    assert_eq!(receive(&plan, &[second], &first, now(BEFORE)), Received::Older);
    assert_eq!(
        receive(&plan, &[first], &first, now(BEFORE)),
        Received::Taken,
        "equal stamps: arrival decides"
    );
}

#[test]
fn a_change_of_time_or_place_asks_anew_and_a_change_of_words_people_or_length_of_series_does_not() {
    let plan = plan();
    let yes = [said(About::All, PartStat::Accepted, 0, 0, false)];
    let renamed = with_face(&plan, Face { summary: "Other".into(), ..plan.face.clone() });
    assert_eq!((renamed.sequence, states(&renamed, &yes).as_str()), (1, "AAAAAA"));
    let longer =
        with_series(&plan, series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;COUNT=7"));
    assert_eq!(states(&longer, &yes), "AAAAAAA");
    let elsewhere = with_face(&plan, Face { place: "other".into(), ..plan.face.clone() });
    assert_eq!(states(&elsewhere, &yes), "------");
    let days = with_series(
        &plan,
        series("2026-12-01T10:00:00", "2026-12-01T11:00:00", "FREQ=WEEKLY;BYDAY=TU,TH;COUNT=6"),
    );
    assert_eq!(states(&days, &yes), "------");
}

#[test]
fn one_date_that_moves_is_asked_anew_alone_and_keeps_its_answers_when_its_series_moves() {
    let plan = plan();
    let yes = said(About::All, PartStat::Accepted, 0, 0, false);
    let moved = with_one(&plan, day(8), 3, |_| ());
    assert_eq!(states(&moved, &[yes]), "A-AAAA");
    let own = said(About::One(day(8)), PartStat::Tentative, 1, 1, false);
    assert_eq!(states(&moved, &[yes, own]), "ATAAAA");
    // Its name changes, its time does not.
    let named_so = with_one(&moved, day(8), 0, |face| face.summary = "Retrospective".into());
    assert_eq!(states(&named_so, &[yes, own]), "ATAAAA");
    let back = with_one(&moved, day(8), -3, |_| ());
    assert_eq!(states(&back, &[yes, own]), "A-AAAA", "it is at another time than the one that was answered");
    // The series moves by four hours: the date with a time of its own stays, under another name, which late replies don't know.
    let later =
        with_series(&moved, series("2026-12-01T14:00:00", "2026-12-01T15:00:00", "FREQ=WEEKLY;COUNT=6"));
    let name = day(8).saturating_add(4.hours());
    assert_eq!(named(&later, day(8)), Some(name));
    let since = Answer { about: About::One(name), ..own };
    assert_eq!(receive(&later, &[] as &[Answer], &since, now(BEFORE)), Received::Taken);
    assert_eq!(states(&later, &[yes, since]), "-T----");
    let gone = said(About::One(day(15)), PartStat::Accepted, 0, 1, false);
    assert_eq!(receive(&later, &[] as &[Answer], &gone, now(BEFORE)), Received::OutOfDate);
    let never = said(About::One(day(9)), PartStat::Accepted, 9, 1, false);
    assert_eq!(receive(&later, &[] as &[Answer], &never, now(BEFORE)), Received::NoSuchOccurrence);
}

#[test]
fn nothing_is_changed_by_asking_for_what_is_there() {
    let moved = with_one(&plan(), day(8), 3, |_| ());
    let again = with_one(&moved, day(8), 0, |_| ());
    assert_eq!(again, moved);
    let elsewhere = with_face(&moved, Face { place: "other".into(), ..moved.face.clone() });
    assert_eq!(with_face(&elsewhere, elsewhere.face.clone()), elsewhere);
}

#[test]
fn an_answer_to_what_is_over_or_cancelled_changes_nothing() {
    let plan = plan();
    let one = said(About::One(day(8)), PartStat::Accepted, 0, 1, false);
    let all = said(About::All, PartStat::Accepted, 0, 1, false);
    let none: &[Answer] = &[];
    assert_eq!(receive(&plan, none, &one, now("2026-12-08T09:30:00Z")), Received::Taken, "it runs");
    assert_eq!(receive(&plan, none, &one, now("2026-12-08T10:00:00Z")), Received::Late);
    assert_eq!(receive(&plan, none, &all, now("2027-01-05T09:59:00Z")), Received::Taken);
    assert_eq!(receive(&plan, none, &all, now("2027-01-05T10:00:00Z")), Received::Late);
    let without = operated(&plan, Scope::One(day(8)), Aim::Cancelled).after;
    assert_eq!(receive(&without, none, &one, now(BEFORE)), Received::Late);
    let restored = operated(&without, Scope::One(day(8)), Aim::Restored).after;
    assert_eq!(states(&restored, &[one]), "-A----", "it takes place as it was");
    let off = operated(&plan, Scope::All, Aim::Cancelled).after;
    assert_eq!(receive(&off, none, &all, now(BEFORE)), Received::Late);
}

/// From the 15th on, so many hours later.
fn cut(plan: &Plan, hours: i64, face: Face) -> Surgery {
    let mut parts = plan.series_from(day(15)).unwrap().parts();
    parts.start = parts.start.saturating_add(hours.hours());
    parts.end = parts.end.saturating_add(hours.hours());
    let series = Series::new(parts).unwrap();
    operated(plan, Scope::Following(day(15)), Aim::Series(Box::new(series), face))
}

fn carry(plan: &Plan, surgery: &Surgery, answers: &[Answer]) -> Vec<Answer> {
    let next = surgery.next.as_ref().unwrap();
    Parting::new(plan, next, surgery.fates.clone())
        .carried(answers)
        .into_iter()
        .map(|(_, answer)| answer)
        .collect()
}

#[test]
fn this_and_following_keeps_the_answers_of_what_stays_at_its_times() {
    let plan = plan();
    let answers = [
        said(About::All, PartStat::Accepted, 0, 0, false),
        said(About::One(day(8)), PartStat::Declined, 0, 1, false),
        said(About::One(day(22)), PartStat::Declined, 0, 2, false),
        said(About::Following(day(29)), PartStat::Tentative, 0, 3, false),
    ];
    let other = Face { summary: "Other".into(), ..plan.face.clone() };
    let alike = cut(&plan, 0, other.clone());
    assert!(goes_on_alike(&plan, alike.next.as_ref().unwrap()));
    assert_eq!(states(&alike.after, &answers), "AD");
    assert_eq!(states(alike.next.as_ref().unwrap(), &carry(&plan, &alike, &answers)), "ADTT");
    let later = cut(&plan, 2, other.clone());
    assert!(!goes_on_alike(&plan, later.next.as_ref().unwrap()));
    assert_eq!(states(&later.after, &answers), "AD");
    assert_eq!(carry(&plan, &later, &answers), []);
    // Cut down to a single date, what was said of the series still is.
    let parts = plan.series_from(day(8)).unwrap();
    let first = operated(&plan, Scope::Following(day(8)), Aim::Series(Box::new(parts), other));
    assert_eq!(states(&first.after, &answers), "A");
    assert_eq!(states(first.next.as_ref().unwrap(), &carry(&plan, &first, &answers)), "DADTT");
}

#[test]
fn an_exception_that_stays_where_it_was_keeps_its_answers_over_a_cut_and_one_that_was_not_answered_stays_so()
{
    let plan = with_one(&plan(), day(22), 3, |_| ());
    let yes = said(About::All, PartStat::Accepted, 0, 0, false);
    let own = said(About::One(day(22)), PartStat::Declined, 1, 2, false);
    let other = Face { summary: "Other".into(), ..plan.face.clone() };
    let alike = cut(&plan, 0, other.clone());
    assert_eq!(states(alike.next.as_ref().unwrap(), &carry(&plan, &alike, &[yes])), "A-AA");
    assert_eq!(states(alike.next.as_ref().unwrap(), &carry(&plan, &alike, &[yes, own])), "ADAA");
    let later = cut(&plan, 2, other);
    assert_eq!(states(later.next.as_ref().unwrap(), &carry(&plan, &later, &[yes, own])), "-D--");
}

fn about() -> impl Strategy<Value = About> {
    let original = prop::sample::select(vec![day(1), day(8), day(15), day(22), day(29)]);
    (0..3_u8, original).prop_map(|(kind, original)| match kind {
        0 => About::All,
        1 => About::Following(original),
        _ => About::One(original),
    })
}

fn answer() -> impl Strategy<Value = Answer> {
    let partstat = prop::sample::select(vec![PartStat::Accepted, PartStat::Tentative, PartStat::Declined]);
    (about(), partstat, 0..50_i64, any::<bool>())
        .prop_map(|(about, partstat, second, by_hand)| said(about, partstat, 0, second, by_hand))
}

/// Takes answers in this order, as they are kept: one for each scope.
fn taken(incoming: &[Answer]) -> Vec<Answer> {
    let mut known: Vec<Answer> = Vec::new();
    for answer in incoming {
        let same =
            known.iter().position(|other| other.about == answer.about).map(|place| known.remove(place));
        known.push(same.map_or(*answer, |same| same.or_later(*answer)));
    }
    known
}

proptest! {
    #[test]
    fn the_order_of_arrival_decides_nothing(mut answers in prop::collection::vec(answer(), 1..8)) {
        // Each at a time of its own.
        for (second, answer) in (0..).zip(&mut answers) {
            let seconds = answer.stamped_at.duration_since(now(BEFORE)).as_secs() * 10 + second;
            *answer = said(answer.about, answer.partstat, 0, seconds, answer.meant_at.is_some());
        }
        let plan = plan();
        let there = states(&plan, &taken(&answers));
        answers.reverse();
        prop_assert_eq!(&states(&plan, &taken(&answers)), &there);
        answers.sort_by_key(|answer| answer.stamped_at);
        prop_assert_eq!(&states(&plan, &taken(&answers)), &there);
        // Those that are told to be older make no difference.
        let mut without: Vec<Answer> = Vec::new();
        for answer in answers.iter().rev() {
            let same = without.iter().position(|other| other.about == answer.about);
            match (receive(&plan, &without, answer, now(BEFORE)), same) {
                (_, Some(place)) => without[place] = without[place].or_later(*answer),
                (Received::Taken, None) => without.push(*answer),
                (_, None) => {}
            }
        }
        prop_assert_eq!(&states(&plan, &without), &there);
    }

    #[test]
    fn what_is_said_last_and_taken_holds_for_what_it_is_about(
        answers in prop::collection::vec(answer(), 0..8), last in answer()
    ) {
        let plan = plan();
        let mut known = taken(&answers);
        let last = said(last.about, last.partstat, 0, 1_000, last.meant_at.is_some());
        prop_assert_eq!(receive(&plan, &known, &last, now(BEFORE)), Received::Taken);
        let same = known.iter().position(|other| other.about == last.about).map(|place| known.remove(place));
        let last = same.map_or(last, |same| same.or_later(last));
        known.push(last);
        for planned in plan.occurrences_in(Timestamp::UNIX_EPOCH, Timestamp::MAX, 20) {
            let original = planned.time.original;
            let is_meant = match last.about {
                About::All => true,
                About::Following(from) => from <= original,
                About::One(one) => one == original,
            };
            let closer = |other: &Answer| match (other.about, last.about) {
                (About::One(one), About::All | About::Following(_)) => one == original,
                (About::Following(from), About::All) => from <= original,
                (About::Following(from), About::Following(last)) => last < from && from <= original,
                _ => false,
            };
            if is_meant && (last.meant_at == Some(last.stamped_at) || !known.iter().any(closer)) {
                prop_assert_eq!(effective(&plan, &known, Some(original)), Some(&last));
            }
        }
    }

    #[test]
    fn a_cut_that_leaves_the_times_leaves_what_everybody_said(
        answers in prop::collection::vec(answer(), 0..6), moved in prop::option::of(0..4_usize)
    ) {
        let plan = match moved {
            Some(place) => with_one(&plan(), [day(8), day(15), day(22), day(29)][place], 3, |_| ()),
            None => plan(),
        };
        let known = taken(&answers);
        let surgery = cut(&plan, 0, Face { summary: "Other".into(), ..plan.face.clone() });
        let parted =
            states(&surgery.after, &known) + &states(surgery.next.as_ref().unwrap(), &carry(&plan, &surgery, &known));
        prop_assert_eq!(parted, states(&plan, &known));
    }
}
