//! Mails as other programs read them: Python's parser finds every part, and nothing that was not meant.

use crate::servers::{mail, mail_between, read_by_python};

#[test]
fn the_same_arguments_give_the_same_bytes_with_crlf_and_short_lines() {
    let bytes = mail();
    assert_eq!(bytes, mail());
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.is_ascii());
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']));
    assert!(text.split("\r\n").all(|line| line.len() <= 998));
}

#[test]
fn names_can_add_no_header() {
    let evil = "x\r\nBcc: evil@example.test\r\n\r\nbody \"quoted\" <a@b>";
    let person = |name: &str, email: &str| convoke_invite::Person {
        name: name.to_owned(),
        email: email.parse().unwrap(),
    };
    let bytes = mail_between(&person(evil, "alice@example.test"), &person(evil, "bob@example.test"), evil);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("mail.eml");
    std::fs::write(&file, &bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    let head = text.split("\r\n\r\n").next().unwrap();
    assert!(!head.to_lowercase().contains("\r\nbcc"), "{head}");
    let found = read_by_python(&file);
    assert!(found.contains("<meetings@example.test>") && !found.contains("defects"), "{found}");
}

#[test]
fn a_name_that_looks_encoded_is_shown_as_it_was_typed() {
    let evil =
        "=?utf-8?Q?Board=0D=0ABcc:_evil@example.test?= 회의 =?us-ascii?B?YQ==?= and so on until it is long";
    let person = |name: &str, email: &str| convoke_invite::Person {
        name: name.to_owned(),
        email: email.parse().unwrap(),
    };
    let bytes = mail_between(&person(evil, "alice@example.test"), &person(evil, "bob@example.test"), evil);
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("mail.eml");
    std::fs::write(&file, &bytes).unwrap();
    // This reader puts a blank between two encoded words of a name, which RFC 2047 6.2 does not.
    let together = |text: &str| text.replace(' ', "");
    let found = together(&read_by_python(&file));
    for line in [
        format!("To: \"{evil}\" <bob@example.test>"),
        format!("Reply-To: \"{evil}\" <alice@example.test>"),
        format!(": {evil}\n"),
    ] {
        assert!(found.contains(&together(&line)), "{line} is not in\n{found}");
    }
    assert!(!found.contains("defects"), "{found}");
}

#[test]
fn pythons_parser_finds_every_part() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("mail.eml");
    std::fs::write(&file, mail()).unwrap();
    let found = read_by_python(&file);
    for expected in [
        "Subject: 회의 초대: 주간 회의",
        "From: Alice Kim <meetings@example.test>",
        "Reply-To: Alice Kim <alice@example.test>",
        "To: 홍길동 <bob@example.test>",
        "Date: Sun, 22 Nov 2026 09:30:00 +0000",
        "Message-ID: <19577d25.0.bob@example.test>",
        "Auto-Submitted: auto-generated",
        "part multipart/mixed method=None",
        "part multipart/alternative method=None",
        "part text/plain method=None charset=utf-8",
        "part text/html method=None charset=utf-8",
        "part text/calendar method=REQUEST charset=utf-8",
        "part application/ics method=None charset=None file=invite.ics",
        "  .dot at the start",
        "  METHOD:REQUEST",
    ] {
        assert!(found.contains(expected), "{expected} is not in\n{found}");
    }
    assert!(!found.contains("defects"), "{found}");
}
