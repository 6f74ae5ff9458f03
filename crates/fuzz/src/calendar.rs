//! A mail with any names in it: its calendar object and its head keep their shape.

use std::sync::LazyLock;

use convoke_invite::{Answer, Attendee, Joining, Kind, Person, Recipient, Snapshot, write};
use convoke_mailer::{Head, Parts, compose};
use convoke_meeting::{Draft, Series, draft};
use convoke_model::{EmailAddress, Language};
use jiff::Timestamp;

use crate::texts;

/// Every property and component that a calendar object of ours may hold.
const KNOWN: &[&str] = &[
    "ATTENDEE",
    "BEGIN",
    "CALSCALE",
    "CLASS",
    "CREATED",
    "DESCRIPTION",
    "DTEND",
    "DTSTAMP",
    "DTSTART",
    "END",
    "LAST-MODIFIED",
    "LOCATION",
    "METHOD",
    "ORGANIZER",
    "PRODID",
    "RRULE",
    "SEQUENCE",
    "STATUS",
    "SUMMARY",
    "TRANSP",
    "TZID",
    "TZNAME",
    "TZOFFSETFROM",
    "TZOFFSETTO",
    "UID",
    "URL",
    "VERSION",
    "X-LIC-LOCATION",
    "X-MICROSOFT-CDO-BUSYSTATUS",
    "X-WR-TIMEZONE",
];

/// Fields of a mail's head.
const HEAD: &[&str] = &[
    "from",
    "reply-to",
    "to",
    "subject",
    "date",
    "message-id",
    "auto-submitted",
    "mime-version",
    "content-type",
];

/// Name of the meeting, of the organizer, of an attendee, of the space, a role, a link, an address, and a description.
pub(crate) fn calendar(data: &[u8]) {
    let [summary, organizer, attendee, space, role, link, uri, description] = texts(data);
    let Some(meeting) = meeting(&summary, &organizer, &attendee, &space, &description) else { return };
    let joining = Joining {
        role: Some(role),
        link: Some(link),
        meeting_id: Some(uri.clone()),
        passcode: Some(uri.clone()),
        uri: Some(uri),
    };
    for (language, kind) in [(Language::English, Kind::Invitation), (Language::Korean, Kind::Cancellation)] {
        let person = meeting.attendees[0].person.clone();
        let recipient =
            Recipient { person, joining: joining.clone(), language, zone: None, answer_link: None };
        let content = write(&meeting, &recipient, &kind);
        judge_calendar(&content.calendar.as_ref().expect("what calendars take").text);
        assert!(!content.subject.contains(|c: char| c.is_control()), "{:?}", content.subject);
        for tag in ["<script", "<img", "<a href=\"javascript"] {
            assert!(!content.html.contains(tag), "{}", content.html);
        }
        let service: EmailAddress = "meetings@example.test".parse().expect("an address");
        let head = Head {
            service: &service,
            organizer: &meeting.organizer,
            recipient: &recipient.person,
            message_id: "1@example.test",
            is_from_person: language == Language::Korean,
            earlier: &[],
            date: meeting.changed_at,
        };
        judge_head(&compose(&Parts::of(&content), &head));
    }
}

/// When it takes place, checked once.
static SERIES: LazyLock<Series> = LazyLock::new(|| {
    let draft = Draft {
        dt_start: Some("2026-10-06T09:00:00"),
        dt_end: Some("2026-10-06T10:00:00"),
        time_zone: Some("America/New_York"),
        rrule: Some("FREQ=WEEKLY;BYDAY=TU;UNTIL=20261231"),
        ..Draft::default()
    };
    draft::check(&draft).expect("a sound series")
});

fn meeting(
    summary: &str,
    organizer: &str,
    attendee: &str,
    space: &str,
    description: &str,
) -> Option<Snapshot> {
    let person = |name: &str, email: &str| Some(Person { name: name.to_owned(), email: email.parse().ok()? });
    Some(Snapshot {
        uid: "19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test".into(),
        sequence: 0,
        summary: summary.to_owned(),
        description: description.to_owned(),
        series: SERIES.clone(),
        recurrence: None,
        exceptions: Vec::new(),
        organizer: person(organizer, "alice@example.test")?,
        answers_to: None,
        attendees: vec![Attendee {
            person: person(attendee, "bob@example.test")?,
            answer: Answer::NeedsAction,
        }],
        space_name: space.to_owned(),
        ivr_numbers: Vec::new(),
        created_at: Timestamp::UNIX_EPOCH,
        changed_at: Timestamp::UNIX_EPOCH,
    })
}

fn judge_calendar(text: &str) {
    assert!(text.starts_with("BEGIN:VCALENDAR\r\n") && text.ends_with("END:VCALENDAR\r\n"), "{text}");
    assert!(!text.replace("\r\n", "").contains(|c: char| c.is_control()), "{text:?}");
    assert!(text.split("\r\n").all(|line| line.len() <= 75), "{text}");
    let unfolded = text.replace("\r\n ", "");
    for line in unfolded.trim_end().split("\r\n") {
        let name = line.split([':', ';']).next().unwrap_or_default();
        assert!(KNOWN.contains(&name), "{name} in {text}");
    }
    for (line, times) in
        [("\r\nBEGIN:VEVENT\r\n", 1), ("\r\nUID:", 1), ("\r\nSUMMARY", 1), ("\r\nATTENDEE;", 2)]
    {
        let found = unfolded.matches(line).count();
        assert!(found == times || line == "\r\nSUMMARY" && found == 0, "{found} of {line:?} in {text}");
    }
}

fn judge_head(mail: &[u8]) {
    let text = std::str::from_utf8(mail).expect("a mail is ASCII");
    assert!(text.is_ascii() && !text.replace("\r\n", "").contains(['\r', '\n', '\0']), "{text:?}");
    let head = text.split("\r\n\r\n").next().unwrap_or_default();
    let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
    let mut names: Vec<String> = unfolded
        .split("\r\n")
        .map(|line| line.split(':').next().unwrap_or_default().to_lowercase())
        .collect();
    names.sort();
    let mut expected: Vec<&str> = HEAD.to_vec();
    if names.iter().any(|name| name == "sender") {
        // From the person, by the service: answers go to From.
        expected.retain(|name| !name.eq_ignore_ascii_case("reply-to"));
        expected.push("sender");
    }
    expected.sort_unstable();
    assert_eq!(names, expected, "{head}");
    assert!(head.split("\r\n").all(|line| line.len() <= 998), "{head}");
}
