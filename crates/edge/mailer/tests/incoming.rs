//! Mails of Exchange, Google, Outlook, Postfix and qmail: what is found in them. Where each is from stands in `incoming/README.md`.

use std::path::Path;

use convoke_invite::incoming::{Evidence, Method};
use convoke_mailer::incoming::{
    Content, MAX_MAIL_BYTES, MAX_PART_DEPTH, MAX_PARTS, MailFault, Outcome, Received, Report, read,
};

const SERVER: &str = "mx.service.test";
const OURS: &str = "9b2f6a3e-1111-4222-8333-abcdefabcdef@meetings.example.test";

fn mail(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incoming").join(format!("{name}.eml"));
    std::fs::read(path).unwrap()
}

fn received(name: &str) -> Received {
    read(&mail(name), Some(SERVER)).unwrap()
}

fn calendar(received: &Received) -> (&str, Option<&str>) {
    match &received.content {
        Content::Calendar { text, method } => (text, method.as_deref()),
        other => panic!("{other:?}"),
    }
}

fn report(name: &str) -> Report {
    match received(name).content {
        Content::Report(report) => report,
        other => panic!("{name}: {other:?}"),
    }
}

#[test]
fn every_mail_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/incoming");
    let told = std::fs::read_to_string(folder.join("README.md")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || told.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn exchanges_answer_is_found_and_its_sender_proven() {
    let mail = received("exchange");
    let (text, method) = calendar(&mail);
    assert_eq!(method, Some("REPLY"));
    let incoming = convoke_invite::incoming::read(text, method).unwrap();
    assert_eq!((incoming.method, incoming.said[0].comment.as_str()), (Method::Reply, "참석하겠습니다"));
    assert_eq!(mail.sender.from, ["bob@example.test"]);
    assert_eq!(mail.sender.evidence, Evidence::Proven);
    assert_eq!(mail.answers.last().map(String::as_str), Some(OURS));
    assert_eq!(mail.sent_at.unwrap().to_string(), "2026-11-23T08:00:00Z");
}

#[test]
fn googles_inner_calendar_counts_and_its_own_domain_proves_nothing_of_the_guest() {
    let mail = received("google");
    let (text, _) = calendar(&mail);
    assert!(text.contains("PARTSTAT=ACCEPTED"), "{text}");
    assert_eq!(mail.sender.from, ["bob@example.test"]);
    assert_eq!(mail.sender.evidence, Evidence::None);
}

#[test]
fn a_calendar_is_read_in_the_charset_that_it_is_in() {
    let mail = received("outlook-korean-charset");
    assert!(calendar(&mail).0.contains("COMMENT:참석하겠습니다"));
}

#[test]
fn a_calendar_is_known_by_the_name_of_its_file() {
    let mail = received("calendar-by-name-only");
    assert!(calendar(&mail).0.ends_with("END:VCALENDAR\r\n"), "{:?}", calendar(&mail));
    assert_eq!(calendar(&mail).1, None);
}

#[test]
fn an_answer_that_only_outlook_reads_is_told_as_such() {
    let mail = received("tnef-only");
    assert_eq!((mail.content, mail.answers), (Content::Unreadable, vec![OURS.to_owned()]));
}

#[test]
fn what_somebody_forwards_is_nobodys_answer() {
    assert_eq!(received("forwarded").content, Content::Nothing);
}

#[test]
fn a_vacation_note_is_neither_an_answer_nor_a_report() {
    let note = String::from_utf8(mail("vacation")).unwrap();
    for note in [note.clone(), format!("Return-Path: <>\r\n{note}")] {
        assert_eq!(read(note.as_bytes(), None).unwrap().content, Content::Nothing);
    }
}

#[test]
fn a_failure_is_read_with_its_mail_its_recipient_and_its_reason() {
    let postfix = report("postfix-failed");
    assert_eq!(postfix.envelope_id.as_deref(), Some("9b2f6a3e-1111-4222-8333-abcdefabcdef"));
    assert_eq!(postfix.recipients[0].recipient, "bob@example.test");
    assert_eq!(
        postfix.recipients[0].detail,
        "550 5.1.1 <bob@example.test>: Recipient address rejected: User unknown (mail.example.test)"
    );
    for name in ["postfix-failed", "exchange-failed", "exchange-2007-tnef", "qmail"] {
        let report = report(name);
        assert!(report.message_ids.iter().any(|id| id == OURS), "{name}: {report:?}");
        let bob = report.recipients.iter().find(|one| one.recipient == "bob@example.test").unwrap();
        assert_eq!(bob.outcome, Outcome::Failed, "{name}");
        assert!(bob.detail.contains("5.1.1"), "{name}: {bob:?}");
    }
}

#[test]
fn a_delay_is_no_failure() {
    let delayed = report("postfix-delayed");
    assert_eq!(delayed.recipients[0].outcome, Outcome::Delayed);
    assert!(delayed.recipients[0].detail.starts_with("4.4.1 connect to"), "{delayed:?}");
}

#[test]
fn a_report_of_success_is_nothing() {
    let text = String::from_utf8(mail("postfix-failed")).unwrap();
    for action in ["delivered", "relayed", "expanded"] {
        let arrived = text.replace("Action: failed", &format!("Action: {action}"));
        assert_eq!(read(arrived.as_bytes(), None).unwrap().content, Content::Nothing, "{action}");
    }
}

#[test]
fn the_same_mail_is_the_same_by_whichever_way_it_comes() {
    let text = String::from_utf8(mail("exchange")).unwrap();
    let again = format!("Received: from elsewhere by imap.service.test\r\nDelivered-To: x@y.test\r\n{text}");
    let digest = |mail: &str| read(mail.as_bytes(), Some(SERVER)).unwrap().digest;
    assert_eq!(digest(&text), digest(&again));
    assert_ne!(digest(&text), digest(&text.replace("<SE1P", "<SE2P")));
    // Nobody can take the place of a mail that is yet to come by sending one of the same name before.
    assert_ne!(digest(&text), digest(&text.replace("Bob Lee <Bob@", "Bob Lee <Eve@")));
}

#[test]
fn two_senders_are_both_told() {
    let one = "From: bob@example.test\r\nFrom: eve@example.test\r\n\r\n";
    let list = "From: bob@example.test, Eve <eve@example.test>\r\n\r\n";
    for mail in [one, list] {
        assert_eq!(read(mail.as_bytes(), None).unwrap().sender.from.len(), 2, "{mail}");
    }
}

#[test]
fn what_is_beyond_a_limit_is_not_looked_at() {
    let large = vec![b'x'; MAX_MAIL_BYTES + 1];
    assert_eq!(read(&large, None), Err(MailFault::TooLarge));
    let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(MAX_PARTS));
    assert_eq!(read(wide.as_bytes(), None), Err(MailFault::TooManyParts));
    let mut deep = String::new();
    for level in 0..=MAX_PART_DEPTH {
        deep += &format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n");
    }
    assert_eq!(read(deep.as_bytes(), None), Err(MailFault::TooManyParts));
    assert_eq!(read(b"", None), Err(MailFault::NoMail));
    // Mails within mails, as many as fit: none of them is opened.
    let within = "Content-Type: message/rfc822\n\n".repeat(MAX_MAIL_BYTES / 40);
    assert_eq!(read(within.as_bytes(), None).unwrap().content, Content::Nothing);
}
