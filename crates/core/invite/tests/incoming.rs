//! Answers as Exchange, Outlook, Google, Apple, Thunderbird and Nextcloud write them: read, and held against the meeting.
//! Where each is from stands in `incoming/README.md`.

mod samples;

use std::path::Path;

use convoke_invite::{
    Answer, Snapshot,
    incoming::{Evidence, Incoming, Judged, Method, Policy, Reason, Sender, judge, read},
};
use convoke_meeting::plan::{Face, Invitee, Override, Plan};
use convoke_model::Language;
use jiff::civil::DateTime;

const BOB: &str = "bob@example.test";
const PROOF: Policy = Policy { needs_proof: true };

/// The meeting of a sample as its server knows it.
fn plan(snapshot: &Snapshot) -> Plan {
    let people = snapshot.attendees.iter().map(|attendee| Invitee {
        email: attendee.person.email.as_str().to_owned(),
        name: attendee.person.name.clone(),
        role: "guest".to_owned(),
    });
    let face = Face { summary: snapshot.summary.clone(), people: people.collect(), ..Face::default() };
    Plan { sequence: snapshot.sequence, ..Plan::new(snapshot.series.clone(), face) }
}

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incoming").join(format!("{name}.ics"));
    std::fs::read_to_string(path).unwrap()
}

fn from(address: &str) -> Sender {
    Sender { from: vec![address.to_owned()], evidence: Evidence::Proven }
}

fn taken(name: &str, plan: &Plan) -> Judged {
    let Incoming { method, uid, said } = read(&fixture(name), Some("REPLY")).unwrap();
    assert_eq!(uid, samples::single().uid, "{name}");
    judge(&method, &said[0], &from(BOB), plan, PROOF).unwrap()
}

fn at(text: &str) -> DateTime {
    text.parse().unwrap()
}

#[test]
fn every_fixture_is_explained_and_answers_for_the_guest() {
    assert_eq!(samples::guest(Language::English).person.email.key(), BOB);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incoming");
    let told = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || told.contains(&format!("`{name}`")), "{name}");
    }
}

/// Trap 5.
#[test]
fn reply_without_organizer_is_taken_when_uid_and_attendee_fit() {
    assert!(!fixture("exchange-accepted").contains("ORGANIZER"));
    let answer = taken("exchange-accepted", &plan(&samples::single()));
    assert_eq!((answer.person.as_str(), answer.answer), (BOB, Some(Answer::Accepted)));
    assert_eq!((answer.comment.as_str(), answer.proposed), ("Uh huh, here's my comment", None));
    assert_eq!((answer.recurrence, answer.sequence, answer.stamped_at), (None, Some(0), None));
}

/// Trap 6: what a client says of the meeting itself is not looked at.
#[test]
fn a_client_that_rewrites_the_rule_changes_nothing() {
    let answer = taken("rewritten-rule", &plan(&samples::weekly()));
    let plain = Judged {
        person: BOB.to_owned(),
        recurrence: None,
        is_following: false,
        answer: Some(Answer::Accepted),
        comment: String::new(),
        sequence: Some(2),
        stamped_at: Some("2026-10-20T08:00:00Z".parse().unwrap()),
        proposed: None,
    };
    assert_eq!(answer, plain);
}

#[test]
fn an_occurrence_is_known_in_every_zone_that_it_is_named_in() {
    // On 27 October New York is 5 hours behind Berlin, not 6, and 13 behind Seoul.
    for name in ["exchange-one-occurrence", "outlook-korean-zone"] {
        let answer = taken(name, &plan(&samples::weekly()));
        assert_eq!(answer.recurrence, Some(at("2026-10-27T09:00:00")), "{name}");
        assert_eq!(answer.proposed, None, "{name}");
    }
    let answer = taken("exchange-whole-day", &plan(&samples::all_day()));
    assert_eq!(answer.recurrence, Some(at("2027-12-24T00:00:00")));
}

#[test]
fn exchanges_own_id_is_known_as_the_meetings() {
    assert_eq!(taken("exchange-own-id", &plan(&samples::single())).answer, Some(Answer::Accepted));
}

#[test]
fn another_time_is_understood_however_it_is_proposed() {
    let weekly = plan(&samples::weekly());
    for (name, start, end) in [
        ("outlook-counter", "2026-11-03T10:00:00", "2026-11-03T11:30:00"),
        ("google-counter", "2026-11-03T11:00:00", "2026-11-03T12:00:00"),
    ] {
        let answer = taken(name, &weekly);
        assert_eq!(answer.recurrence, Some(at("2026-11-03T09:00:00")), "{name}");
        let proposed = answer.proposed.unwrap();
        assert_eq!((proposed.start, proposed.end), (at(start), at(end)), "{name}");
        assert_eq!(answer.answer, Some(Answer::Tentative), "{name}");
    }
    let single = plan(&samples::single());
    for (name, start, end) in [
        ("outlook-tentative-other-time", "2026-12-01T14:00:00", "2026-12-01T14:30:00"),
        // Without an end it lasts as long as it did.
        ("thunderbird-counter", "2026-12-02T14:00:00", "2026-12-02T14:30:00"),
    ] {
        let proposed = taken(name, &single).proposed.unwrap();
        assert_eq!((proposed.start, proposed.end), (at(start), at(end)), "{name}");
    }
}

#[test]
fn what_repeats_the_time_that_was_is_no_proposal() {
    let moved = Plan { sequence: 1, ..plan(&samples::single()) };
    assert_eq!(taken("outlook-tentative-other-time", &moved).proposed, None);
    for name in ["google-accepted", "google-declined-comment", "apple-accepted", "nextcloud-tentative"] {
        assert_eq!(taken(name, &plan(&samples::single())).proposed, None, "{name}");
    }
}

#[test]
fn answers_and_words_are_read_from_each_calendar() {
    let single = plan(&samples::single());
    for (name, answer, comment) in [
        ("google-accepted", Answer::Accepted, ""),
        ("google-declined-comment", Answer::Declined, "Declined because it's outside of working hours"),
        ("apple-accepted", Answer::Accepted, ""),
        ("nextcloud-tentative", Answer::Tentative, "Perhaps"),
    ] {
        let read = taken(name, &single);
        assert_eq!((read.answer, read.comment.as_str()), (Some(answer), comment), "{name}");
    }
}

fn refused(reply: &str, sender: &Sender, plan: &Plan, policy: Policy) -> Reason {
    let Incoming { method, said, .. } = read(reply, None).unwrap();
    judge(&method, &said[0], sender, plan, policy).unwrap_err().reason
}

#[test]
fn an_answer_in_somebody_elses_name_is_refused() {
    let (reply, single) = (fixture("google-accepted"), plan(&samples::single()));
    let lenient = Policy { needs_proof: false };
    assert_eq!(refused(&reply, &from("carol@example.test"), &single, lenient), Reason::OtherName);
    let two =
        Sender { from: vec![BOB.to_owned(), "mallory@evil.test".to_owned()], evidence: Evidence::Proven };
    assert_eq!(refused(&reply, &two, &single, lenient), Reason::NoSender);
    let unknown = Sender { evidence: Evidence::None, ..from(BOB) };
    assert_eq!(refused(&reply, &unknown, &single, PROOF), Reason::NotProven);
    let disowned = Sender { evidence: Evidence::Disowned, ..from(BOB) };
    assert_eq!(refused(&reply, &disowned, &single, lenient), Reason::NotProven);
    let stranger = reply.replace("bob@", "eve@");
    assert_eq!(refused(&stranger, &from("eve@example.test"), &single, PROOF), Reason::NotInvited);
    let said = &read(&reply, None).unwrap().said[0];
    assert!(judge(&Method::Reply, said, &unknown, &single, lenient).is_ok());
}

#[test]
fn who_is_in_one_occurrence_only_answers_for_that_one() {
    let mut weekly = plan(&samples::weekly());
    let eve = Invitee { email: "Eve@example.test".to_owned(), name: String::new(), role: "guest".to_owned() };
    let own = Override { added: vec![eve], ..Override::default() };
    weekly.overrides.insert(at("2026-10-27T09:00:00"), own);
    let reply = fixture("exchange-one-occurrence").replace("bob@", "eve@");
    let eve = from("eve@example.test");
    let said = &read(&reply, None).unwrap().said[0];
    assert!(judge(&Method::Reply, said, &eve, &weekly, PROOF).is_ok());
    let other = reply.replace("20261027T140000", "20261103T150000");
    assert_eq!(refused(&other, &eve, &weekly, PROOF), Reason::NotInvited);
    let none = reply.replace("20261027T140000", "20261027T141500");
    assert_eq!(refused(&none, &eve, &weekly, PROOF), Reason::NoSuchOccurrence);
}

#[test]
fn late_answers_find_an_occurrence_by_the_name_that_it_had() {
    let mut weekly = plan(&samples::weekly());
    let own = Override {
        time: Some((at("2026-10-28T15:00:00"), at("2026-10-28T16:00:00"))),
        former: Some(at("2026-10-27T08:00:00")),
        ..Override::default()
    };
    weekly.overrides.insert(at("2026-10-27T09:00:00"), own);
    let reply = fixture("exchange-one-occurrence");
    for named in ["20261027T130000", "20261027T140000", "20261028T200000"] {
        let reply = reply.replace("20261027T140000", named);
        let Incoming { method, said, .. } = read(&reply, None).unwrap();
        let answer = judge(&method, &said[0], &from(BOB), &weekly, PROOF).unwrap();
        assert_eq!(answer.recurrence, Some(at("2026-10-27T09:00:00")), "{named}");
    }
}

#[test]
fn an_occurrence_is_named_by_its_day_when_the_day_has_no_other() {
    let reply = fixture("exchange-one-occurrence");
    let by_day = reply.replace(
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20261027T140000",
        "RECURRENCE-ID;VALUE=DATE:20261027",
    );
    let weekly = plan(&samples::weekly());
    let Incoming { method, said, .. } = read(&by_day, None).unwrap();
    let answer = judge(&method, &said[0], &from(BOB), &weekly, PROOF).unwrap();
    assert_eq!(answer.recurrence, Some(at("2026-10-27T09:00:00")));
    let hourly = samples::series(
        "2026-10-27T09:00:00",
        "2026-10-27T09:30:00",
        "America/New_York",
        Some("FREQ=HOURLY;COUNT=5"),
    );
    assert_eq!(
        refused(&by_day, &from(BOB), &Plan { series: hourly, ..weekly }, PROOF),
        Reason::NoSuchOccurrence
    );
}

#[test]
fn a_start_that_the_clock_skips_is_known_by_where_it_went() {
    let series = samples::series(
        "2026-03-01T02:30:00",
        "2026-03-01T03:00:00",
        "America/New_York",
        Some("FREQ=WEEKLY;COUNT=4"),
    );
    let gap = Plan { series, ..plan(&samples::weekly()) };
    // On 8 March it starts at 3:30, which is 7:30 UTC.
    let reply = fixture("exchange-one-occurrence").replace(
        "RECURRENCE-ID;TZID=W. Europe Standard Time:20261027T140000",
        "RECURRENCE-ID:20260308T073000Z",
    );
    let Incoming { method, said, .. } = read(&reply, None).unwrap();
    let answer = judge(&method, &said[0], &from(BOB), &gap, PROOF).unwrap();
    assert_eq!(answer.recurrence, Some(at("2026-03-08T02:30:00")));
}

/// The reader is our own: what a library reads of the same objects is the same.
#[test]
fn a_library_reads_the_same_people_of_every_fixture() {
    use calcard::icalendar::{ICalendar, ICalendarProperty};
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incoming");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "ics") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let ours = read(&text, Some("REPLY")).unwrap();
        let theirs = ICalendar::parse(&text).unwrap();
        let events: Vec<_> =
            theirs.components.iter().filter(|one| one.has_property(&ICalendarProperty::Attendee)).collect();
        assert_eq!(ours.said.len(), events.len(), "{}", path.display());
        for (said, event) in ours.said.iter().zip(events) {
            let named = event.properties(&ICalendarProperty::Attendee).count();
            assert_eq!(said.attendees.len(), named, "{}", path.display());
            let sequence = event.property(&ICalendarProperty::Sequence);
            let sequence = sequence.and_then(|entry| entry.values.first()?.as_integer());
            assert_eq!(said.sequence.map(i64::from), sequence, "{}", path.display());
        }
        seen += 1;
    }
    assert!(seen > 10);
}
