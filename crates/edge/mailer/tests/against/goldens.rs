//! Whole mails of every kind against the files in `golden/`, and what all mails have in common, checked as other programs
//! read them: Python's `email` and `icalendar`.
//!
//! `UPDATE_GOLDEN=1 cargo test -p convoke-mailer` writes them anew.

use std::{fs, path::Path, process::Command};

use convoke_invite::{
    Attendee, Change, Exception, Joining, Kind, MailContent, Person, Recipient, Snapshot, changes, write,
};
use convoke_mailer::{Head, Parts, compose};
use convoke_meeting::{Draft, Series, Zone, draft::check, series::SeriesParts};
use convoke_model::Language;
use jiff::civil::DateTime;

use crate::servers::{python, script};

fn person(name: &str, email: &str) -> Person {
    Person { name: name.to_owned(), email: email.parse().unwrap() }
}

fn alice() -> Person {
    person("Alice Kim", "alice@example.test")
}

fn bob() -> Person {
    person("홍길동, \"팀장\"", "bob@example.test")
}

/// Every Tuesday in New York, across the change of its clocks.
fn weekly() -> Snapshot {
    let draft = Draft {
        dt_start: Some("2026-10-06T09:00:00"),
        dt_end: Some("2026-10-06T10:00:00"),
        time_zone: Some("America/New_York"),
        rrule: Some("FREQ=WEEKLY;BYDAY=TU;COUNT=10"),
        ..Draft::default()
    };
    let time = "2026-09-22T09:00:00Z".parse().unwrap();
    let attendee = |person| Attendee { person, answer: Default::default() };
    Snapshot {
        uid: "19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test".to_owned(),
        sequence: 3,
        summary: "주간 회의 / weekly".to_owned(),
        description: ".\n.dots at the start; commas, semicolons".to_owned(),
        series: check(&draft).unwrap(),
        recurrence: None,
        exceptions: Vec::new(),
        organizer: alice(),
        answers_to: None,
        attendees: vec![attendee(bob()), attendee(person("", "carol@example.test"))],
        space_name: "Alice's space".to_owned(),
        ivr_numbers: Vec::new(),
        created_at: time,
        changed_at: time,
    }
}

fn joining() -> Joining {
    Joining {
        role: Some("guest".to_owned()),
        link: Some("https://join.example.test/meeting/4711?secret=x".to_owned()),
        meeting_id: Some("4711".to_owned()),
        passcode: Some("12".to_owned()),
        uri: Some("4711@example.test".to_owned()),
    }
}

/// One date of the series, an hour later.
fn occurrence(original: &str) -> Snapshot {
    let original: DateTime = original.parse().unwrap();
    let series = weekly().series;
    let later = |time: DateTime| time.checked_add(jiff::Span::new().hours(1)).unwrap();
    let parts = SeriesParts {
        start: later(original),
        end: later(later(original)),
        rule: None,
        rdates: Vec::new(),
        exdates: Vec::new(),
        ..series.parts()
    };
    Snapshot { series: Series::new(parts).unwrap(), recurrence: Some(original), ..weekly() }
}

fn with_exceptions() -> Snapshot {
    let meeting = Snapshot { summary: "Another name".to_owned(), ..occurrence("2026-11-03T09:00:00") };
    Snapshot { exceptions: vec![Exception { meeting, joining: joining() }], ..weekly() }
}

/// Each kind of mail by its name, with the meeting that it tells of.
fn kinds() -> Vec<(&'static str, Snapshot, Kind)> {
    let start = weekly().series.start();
    let moved = Kind::Update(vec![Change::Time { before: Box::new(weekly().series) }]);
    let before = Snapshot { summary: "Before".to_owned(), ..weekly() };
    let changed = || changes(&before, &weekly());
    let one = || occurrence("2026-10-13T09:00:00");
    vec![
        ("invitation", weekly(), Kind::Invitation),
        ("invitation-with-exceptions", with_exceptions(), Kind::Invitation),
        ("update", weekly(), Kind::Update(changed())),
        ("one-occurrence-moved", one(), moved),
        ("one-occurrence-cancelled", one(), Kind::Cancellation),
        ("one-occurrence-without-you", one(), Kind::Removal),
        ("cancellation", weekly(), Kind::Cancellation),
        ("removal", weekly(), Kind::Removal),
        ("restored", weekly(), Kind::Restored),
        ("resent", weekly(), Kind::Resent),
        ("split", weekly(), Kind::Split { first: start, changes: changed() }),
        ("ended", weekly(), Kind::Ended { last: start.date(), continues: true }),
        ("reminder", occurrence("2026-10-13T09:00:00"), Kind::Reminder { minutes: 15 }),
    ]
}

fn content(meeting: &Snapshot, kind: &Kind, language: Language, zone: Option<&str>) -> MailContent {
    let zone = zone.map(|name| Zone::named(name).unwrap());
    write(meeting, &Recipient { person: bob(), joining: joining(), language, zone, answer_link: None }, kind)
}

fn mail(content: &MailContent, organizer: &Person, is_from_person: bool, earlier: &[String]) -> String {
    let service = "meetings@service.test".parse().unwrap();
    let head = Head {
        service: &service,
        is_from_person,
        organizer,
        recipient: &bob(),
        message_id: "01a2064e-8c4d-7658-a0dd-05735e04e56d@service.test",
        earlier,
        date: "2026-09-22T09:00:00Z".parse().unwrap(),
    };
    String::from_utf8(compose(&Parts::of(content), &head)).unwrap()
}

fn earlier(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("{number:08}-0000-7000-8000-000000000000@service.test")).collect()
}

/// Writes the mails into a folder and has Python look at all of them at once; what it says of each.
fn looked_at(mails: &[(String, String)]) -> String {
    let folder = tempfile::TempDir::new().unwrap();
    for (name, mail) in mails {
        fs::write(folder.path().join(format!("{name}.eml")), mail).unwrap();
    }
    let output = Command::new(python()).arg(script("check_mails.py")).arg(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    said
}

#[test]
fn every_mail_is_as_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut mails = Vec::new();
    for (number, (name, meeting, kind)) in kinds().into_iter().enumerate() {
        let language = Language::ALL[number % Language::ALL.len()];
        let content = content(&meeting, &kind, language, None);
        let made = mail(&content, &alice(), number % 3 == 2, &earlier(number));
        let path = folder.join(format!("{name}.eml"));
        if std::env::var_os("UPDATE_GOLDEN").is_some() {
            fs::write(&path, &made).unwrap();
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        assert!(kept == made, "{} differs; UPDATE_GOLDEN=1 writes it anew. Now:\n{made}", path.display());
        mails.push((name.to_owned(), made));
    }
    let said = looked_at(&mails);
    assert_eq!(said.lines().count(), mails.len(), "{said}");
}

/// Trap 1.
#[test]
fn method_in_mime_equals_method_in_body_also_for_one_cancelled_occurrence() {
    let mut mails = Vec::new();
    for (name, meeting, kind) in kinds() {
        mails.push((
            name.to_owned(),
            mail(&content(&meeting, &kind, Language::English, None), &alice(), false, &[]),
        ));
    }
    let said = looked_at(&mails);
    let of =
        |name: &str| said.lines().find(|line| line.starts_with(&format!("{name}.eml "))).unwrap().to_owned();
    // The check itself compares both; here is what they are.
    for name in ["one-occurrence-cancelled", "one-occurrence-without-you"] {
        assert!(of(name).contains("mime=CANCEL body=CANCEL recurrence=20261013T090000"), "{}", of(name));
    }
    assert!(of("one-occurrence-moved").contains("mime=REQUEST body=REQUEST recurrence=20261013T090000"));
    assert!(of("cancellation").contains("mime=CANCEL body=CANCEL recurrence=-"));
    assert!(of("restored").contains("mime=REQUEST body=REQUEST recurrence=-"));
}

/// Trap 2.
#[test]
fn calendar_part_is_inside_alternative_lines_end_in_crlf_and_none_is_over_998_octets() {
    let long = "가나다 abc,;\"\\ ".repeat(100);
    let organizer = person(&long, "alice@example.test");
    let mut mails = Vec::new();
    for language in Language::ALL {
        for (name, meeting, kind) in kinds() {
            let attendee =
                Attendee { person: person(&long, "carol@example.test"), answer: Default::default() };
            let meeting = Snapshot {
                summary: long.clone(),
                description: long.repeat(8),
                organizer: organizer.clone(),
                answers_to: None,
                attendees: vec![attendee; 50],
                space_name: long.clone(),
                ivr_numbers: Vec::new(),
                ..meeting
            };
            let made = mail(
                &content(&meeting, &kind, language, Some("Asia/Seoul")),
                &organizer,
                false,
                &earlier(40),
            );
            mails.push((format!("{name}-{}", language.tag()), made));
        }
    }
    let said = looked_at(&mails);
    assert_eq!(said.lines().count(), mails.len(), "{said}");
}

#[test]
fn a_thread_names_its_beginning_and_its_newest_mails() {
    let content = content(&weekly(), &Kind::Resent, Language::English, None);
    let head = |count: usize| {
        let mail =
            mail(&content, &alice(), false, &earlier(count)).replace("\r\n ", " ").replace("\r\n\t", " ");
        let head = mail.split("\r\n\r\n").next().unwrap().to_owned();
        let line = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::to_owned);
        (line("In-Reply-To: "), line("References: ").map(|line| line.split_whitespace().count()))
    };
    assert_eq!(head(0), (None, None));
    let last = |number: usize| Some(format!("<{}>", earlier(number + 1)[number]));
    assert_eq!(head(1), (last(0), Some(1)));
    assert_eq!(head(10), (last(9), Some(10)));
    assert_eq!(head(300), (last(299), Some(10)));
}

#[test]
fn who_it_is_from_follows_the_policy() {
    let content = content(&weekly(), &Kind::Invitation, Language::English, None);
    let head = |is_from_person: bool| {
        let mail = mail(&content, &alice(), is_from_person, &[]);
        let lines = mail.split("\r\n\r\n").next().unwrap().to_owned();
        let found = lines
            .lines()
            .filter(|line| ["From: ", "Sender: ", "Reply-To: "].iter().any(|name| line.starts_with(name)));
        found.map(str::to_owned).collect::<Vec<_>>()
    };
    let service =
        ["From: \"Alice Kim\" <meetings@service.test>", "Reply-To: \"Alice Kim\" <alice@example.test>"];
    assert_eq!(head(false), service);
    assert_eq!(head(true), ["From: \"Alice Kim\" <alice@example.test>", "Sender: <meetings@service.test>"]);
}
