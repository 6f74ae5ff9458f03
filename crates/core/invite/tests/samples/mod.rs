//! Meetings and people that the tests of this crate write mails for.

use convoke_invite::{Answer, Attendee, Joining, Person, Recipient, Snapshot};
use convoke_meeting::{Draft, Series, draft::check};
use convoke_model::Language;

/// A person.
pub fn person(name: &str, email: &str) -> Person {
    Person { name: name.to_owned(), email: email.parse().unwrap() }
}

/// A series of the fields that the API takes.
pub fn series(start: &str, end: &str, zone: &str, rule: Option<&str>) -> Series {
    let is_full_day_meeting = !start.contains('T');
    let draft = Draft {
        dt_start: Some(start),
        dt_end: Some(end),
        time_zone: Some(zone),
        rrule: rule,
        is_full_day_meeting,
        ..Draft::default()
    };
    check(&draft).unwrap()
}

/// Half an hour in Seoul.
pub fn single() -> Snapshot {
    let attendee = |name, email, answer| Attendee { person: person(name, email), answer };
    Snapshot {
        uid: "19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test".to_owned(),
        sequence: 0,
        summary: "Test-XRP".to_owned(),
        description: "Agenda:\n1. Figures; 2. Plans, open <questions>".to_owned(),
        series: series("2026-12-01T10:00:00", "2026-12-01T10:30:00", "Asia/Seoul", None),
        recurrence: None,
        exceptions: Vec::new(),
        organizer: person("Alice Kim", "alice@example.test"),
        answers_to: None,
        attendees: vec![
            attendee("Bob Lee", "bob@example.test", Answer::NeedsAction),
            attendee("홍길동, \"팀장\"", "hong@example.test", Answer::Accepted),
            attendee("", "carol@example.test", Answer::Declined),
        ],
        space_name: "Test-XRP".to_owned(),
        ivr_numbers: Vec::new(),
        created_at: "2026-11-22T09:00:00Z".parse().unwrap(),
        changed_at: "2026-11-22T09:30:00Z".parse().unwrap(),
    }
}

/// Every Tuesday in New York, one added and one left out.
pub fn weekly() -> Snapshot {
    let start = "2026-10-06T09:00:00";
    let (rdate, exdate) = (["2026-10-08T09:00:00".to_owned()], ["2026-10-13T09:00:00".to_owned()]);
    let draft = Draft {
        dt_start: Some(start),
        dt_end: Some("2026-10-06T10:00:00"),
        time_zone: Some("America/New_York"),
        rrule: Some("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231"),
        rdate: &rdate,
        exdate: &exdate,
        is_full_day_meeting: false,
    };
    Snapshot { sequence: 2, summary: "주간 회의".to_owned(), series: check(&draft).unwrap(), ..single() }
}

/// Two whole days.
pub fn all_day() -> Snapshot {
    let series = series("2026-12-24", "2026-12-26", "Europe/London", Some("FREQ=YEARLY;COUNT=3"));
    Snapshot { summary: "Holidays".to_owned(), description: String::new(), series, ..single() }
}

/// Where Bob answers.
pub const ANSWER_LINK: &str = "https://meet.example.test/api/v1/scheduler/answers/AQGQoLAAAHAAgAAAAAAAAAEjdHKbmC0TrwAAAADw0qS0UqR1Zk1Y9wB3m5Kx";

/// Bob, who joins as a guest.
pub fn guest(language: Language) -> Recipient {
    let joining = Joining {
        role: Some("ExternalAccessMeth".to_owned()),
        link: Some("https://join.example.test/meeting/123456789?secret=aB3-x_Y.z&mode=audioVideo".to_owned()),
        meeting_id: Some("123456789".to_owned()),
        passcode: Some("4711".to_owned()),
        uri: Some("test-xrp.guest@example.test".to_owned()),
    };
    let answer_link = Some(ANSWER_LINK.to_owned());
    Recipient { person: person("Bob Lee", "bob@example.test"), joining, language, zone: None, answer_link }
}
