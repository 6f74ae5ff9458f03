//! Mails that come in, by whichever way, and the calendar objects in them.

use std::sync::LazyLock;

use convoke_invite::incoming::{
    Evidence, MAX_ATTENDEES, MAX_COMMENT_CHARS, MAX_EVENTS, Policy, Sender, events, judge, read,
};
use convoke_mailer::incoming::{self, Content, MAX_MAIL_BYTES, MAX_REPORTED, imap::reads, lmtp::converse};
use convoke_meeting::{
    Draft, draft,
    plan::{Face, Invitee, Plan},
};

/// A weekly meeting of Bob's.
static MEETING: LazyLock<Plan> = LazyLock::new(|| {
    let draft = Draft {
        dt_start: Some("2026-10-06T09:00:00"),
        dt_end: Some("2026-10-06T10:00:00"),
        time_zone: Some("America/New_York"),
        rrule: Some("FREQ=WEEKLY;BYDAY=TU"),
        ..Draft::default()
    };
    let bob = Invitee { email: "bob@example.test".to_owned(), name: String::new(), role: "guest".to_owned() };
    Plan::new(draft::check(&draft).expect("a series"), Face { people: vec![bob], ..Face::default() })
});

/// Any text is no answer, or one within its limits; what it is taken for is an occurrence of the series, or all of it, and it is
/// Bob's.
pub(crate) fn answer(data: &[u8]) {
    let Ok(incoming) = read(&String::from_utf8_lossy(data), Some("REPLY")) else { return };
    assert!((1..=MAX_EVENTS).contains(&incoming.said.len()), "{}", incoming.said.len());
    let bob = Sender { from: vec!["bob@example.test".to_owned()], evidence: Evidence::Proven };
    for said in incoming.said.iter().take(3) {
        assert!(said.attendees.len() <= MAX_ATTENDEES);
        assert!(said.comment.chars().count() <= MAX_COMMENT_CHARS);
        assert!(said.attendees.iter().all(|one| one.person.matches('@').count() == 1), "{said:?}");
        let Ok(taken) = judge(&incoming.method, said, &bob, &MEETING, Policy { needs_proof: true }) else {
            continue;
        };
        assert_eq!(taken.person, "bob@example.test");
        assert!(taken.recurrence.is_none_or(|original| MEETING.occurrence(original).is_some()), "{taken:?}");
        assert!(taken.proposed.is_none_or(|time| time.start < time.end), "{taken:?}");
    }
}

/// Any text as a calendar file: each component is an event, an exception of one, or a fault, and once.
pub(crate) fn file(data: &[u8]) {
    let Ok((events, faults)) = events(&String::from_utf8_lossy(data), None) else { return };
    let mut places: Vec<usize> = faults.iter().map(|(place, _)| *place).collect();
    for event in &events {
        places.push(event.place);
        places.extend(event.exceptions.iter().map(|one| one.place));
        assert!(!event.uid.is_empty() && !event.said.summary.contains(char::is_control), "{event:?}");
    }
    places.sort_unstable();
    assert!(places.iter().copied().eq(1..=places.len()), "{places:?}");
}

/// Any bytes are no mail, or one of which little is kept.
pub(crate) fn mail(data: &[u8]) {
    let Ok(received) = incoming::read(data, Some("mx.service.test")) else { return };
    assert_eq!(received.digest.len(), 64);
    match received.content {
        Content::Report(report) => {
            assert!((1..=MAX_REPORTED).contains(&report.recipients.len()));
            assert!(report.recipients.iter().all(|one| !one.detail.contains(['\r', '\n'])), "{report:?}");
        }
        Content::Calendar { text, method } => drop(read(&text, method.as_deref())),
        Content::Unreadable | Content::Nothing => {}
    }
}

/// Any bytes over LMTP: every answer is a line of one of its codes, and no mail is larger than what is taken.
pub(crate) fn lmtp(data: &[u8]) {
    let (said, mails) = converse("mx.service.test", &["meetings@service.test".to_owned()], data);
    let is_answer = |line: &str| {
        let digits = line.get(..3).is_some_and(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
        digits && matches!(line.as_bytes().get(3), Some(b' ' | b'-')) && line.is_ascii()
    };
    assert!(said.ends_with("\r\n") && said.lines().all(is_answer), "{said:?}");
    assert!(mails.iter().all(|mail| mail.len() <= MAX_MAIL_BYTES));
}

/// Any text as an answer of an IMAP server.
pub(crate) fn imap(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for line in text.lines() {
        let (uid, size, _, announced) = reads(line);
        assert!(uid.is_none() && size.is_none() || line.starts_with("* "), "{line}");
        assert!(announced.is_none() || line.trim_end().ends_with('}'), "{line}");
    }
}
