//! Answers in somebody else's name: each rule by which a mail is believed is broken once, with all else as it should be.

use std::path::PathBuf;

use http::Method;
use serde_json::{Value, json};

use crate::world::{
    World,
    mail_in::{AUTHSERV_ID, Lmtp, SERVICE, answer_to},
};

/// A meeting that Gogi is invited to.
struct Meeting {
    url: String,
    alice: String,
    invitation: PathBuf,
}

impl Meeting {
    async fn schedule(world: &World) -> Self {
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let mails = world.wait_for_mails(3).await;
        let files = mails.into_iter().zip(world.mail_files());
        let (_, invitation) = files.into_iter().find(|(mail, _)| mail.to == "gogi@s.com").unwrap();
        Self { url: format!("{meetings}/{}", made.json["id"].as_str().unwrap()), alice, invitation }
    }

    async fn answers(&self, world: &World) -> Value {
        world.call(Method::GET, &format!("{}/answers", self.url), &self.alice, None).await.json
    }

    /// Gogi's acceptance with these words of mail servers above it, from the top down.
    fn acceptance(&self, words: &[&str], wish: &Value) -> String {
        let mut whole = json!({"method": "REPLY", "partstat": "ACCEPTED"});
        whole.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
        let mail = String::from_utf8(answer_to(&self.invitation, &whole, None).1).unwrap();
        let above: String = words.iter().map(|word| format!("Authentication-Results: {word}\r\n")).collect();
        above + &mail
    }
}

fn pass(domain: &str) -> String {
    format!("{AUTHSERV_ID}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}")
}

pub async fn nobody_answers_for_somebody_else(world: &World, lmtp: &Lmtp) {
    let meeting = Meeting::schedule(world).await;
    let before = world.mails().len();
    let (evil, gogis) = (pass("evil.test"), pass("s.com"));
    let of_another = gogis.replace(AUTHSERV_ID, "mx.evil.test");
    let none = format!("{AUTHSERV_ID}; dmarc=none header.from=s.com");
    let disowned = format!("{AUTHSERV_ID}; dkim=pass header.d=s.com; dmarc=fail header.from=s.com");
    let beside = format!("{AUTHSERV_ID}; spf=pass smtp.mailfrom=\"s.com; dmarc=pass\"@evil.test");
    let eve = json!({"sender": "eve@evil.test"});
    let plain = json!({});
    let other_occurrence = json!({"recurrence": "20261209T010000Z"});
    let invited = |mail: String| mail.replace("mailto:gogi@s.com", "mailto:eve@evil.test");
    let sent_by = |mail: String| mail.replace("PARTSTAT=", "SENT-BY=\"mailto:eve@evil.test\";PARTSTAT=");
    let forged = [
        ("otherName", meeting.acceptance(&[&evil], &eve)),
        ("otherName", sent_by(meeting.acceptance(&[&evil], &eve))),
        ("noSender", meeting.acceptance(&[&gogis], &json!({"sender": "gogi@s.com, eve@evil.test"}))),
        ("notProven", meeting.acceptance(&[], &plain)),
        ("notProven", meeting.acceptance(&[&of_another], &plain)),
        ("notProven", meeting.acceptance(&[&none, &gogis], &plain)),
        ("notProven", meeting.acceptance(&[&disowned], &plain)),
        ("notProven", meeting.acceptance(&[&beside], &plain)),
        ("notProven", meeting.acceptance(&[&evil], &plain)),
        ("notInvited", invited(meeting.acceptance(&[&evil], &eve))),
        ("noSuchOccurrence", meeting.acceptance(&[&gogis], &other_occurrence)),
    ];
    for (reason, mail) in &forged {
        let told = lmtp.hand_over(mail.as_bytes()).await.unwrap();
        assert!(told.starts_with("250"), "{reason}: nobody is told more than that it came: {told}");
    }
    let answers = meeting.answers(world).await;
    assert_eq!(answers["answers"], json!([]), "{answers}");
    let refused = answers["refused"].as_array().unwrap();
    let mut reasons: Vec<&str> = refused.iter().map(|one| one["reason"].as_str().unwrap()).collect();
    let mut expected: Vec<&str> = forged.iter().map(|(reason, _)| *reason).collect();
    reasons.sort_unstable();
    expected.sort_unstable();
    assert_eq!(reasons, expected, "{answers}");
    assert!(refused.iter().any(|one| one["claimed"] == "gogi@s.com" && one["sender"] == "eve@evil.test"));
    // With what is missing in each of them it is taken.
    let good = meeting.acceptance(&[&gogis], &plain);
    assert!(lmtp.hand_over(good.as_bytes()).await.unwrap().starts_with("250"));
    let answers = meeting.answers(world).await;
    assert_eq!(answers["answers"][0]["partstat"], "ACCEPTED", "{answers}");
    // One mail has gone out since: the organizer's note of it.
    let mails = world.wait_for_mails(before + 1).await;
    assert!(
        mails[before..].iter().all(|mail| mail.to == world.people.users[0].email),
        "{:?}",
        &mails[before..]
    );
}

pub async fn what_is_no_answer_to_a_meeting_here_does_nothing(world: &World, lmtp: &Lmtp) {
    let meeting = Meeting::schedule(world).await;
    let good = meeting.acceptance(&[&pass("s.com")], &json!({}));
    let uid = good.lines().find(|line| line.starts_with("UID:")).unwrap().to_owned();
    let nested = "BEGIN:X\r\n".repeat(100_000);
    let within = "Content-Type: message/rfc822\r\n\r\n".repeat(60_000);
    for mail in [
        good.replace(&uid, "UID:ffffffff-ffff-4fff-bfff-ffffffffffff@example.test"),
        good.replace(&uid, "UID:'; DROP TABLE meeting; --"),
        good.replace(&uid, &format!("{uid}.evil.test")),
        good.replace("METHOD:REPLY", "METHOD:CANCEL"),
        good.replace("METHOD:REPLY", "METHOD:REQUEST"),
        good.replace("BEGIN:VEVENT", &nested),
        within,
        "\u{0}\u{1}\r\n\r\n".to_owned(),
        "From: \"a\r\n Nov 22 09:00:00 forged line\" <gogi@s.com>\r\n\r\n".to_owned(),
    ] {
        assert!(lmtp.hand_over(mail.as_bytes()).await.unwrap().starts_with("250"));
    }
    let answers = meeting.answers(world).await;
    assert_eq!((&answers["answers"], &answers["refused"]), (&json!([]), &json!([])), "{answers}");
    assert!(
        !world
            .logs()
            .lines()
            .any(|line| line.starts_with(" Nov") || line.starts_with("Nov 22 09:00:00 forged"))
    );
}

pub async fn the_listener_is_for_the_service_alone_and_for_a_few_at_a_time(lmtp: &Lmtp) {
    let hello = "LHLO a\r\nMAIL FROM:<a@b.test>\r\n";
    for (said, code) in [
        (format!("{hello}RCPT TO:<alice@example.test>\r\nQUIT\r\n"), "550 5.1.1"),
        (format!("{hello}RCPT TO:<{SERVICE}@evil.test>\r\nQUIT\r\n"), "550 5.1.1"),
        (format!("LHLO a\r\nMAIL FROM:<a@b.test> SIZE=99999999\r\nQUIT\r\n"), "552 5.3.4"),
        ("x".repeat(10_000) + "\r\n" + &"y\r\n".repeat(30), "421 4.7.0"),
    ] {
        let told = lmtp.talk(&said).await.unwrap();
        assert!(told.contains(code), "{said}: {told}");
    }
    let mut held = Vec::new();
    for _ in 0..20 {
        held.push(tokio::net::TcpStream::connect(lmtp.address).await.unwrap());
    }
    // The one beyond the limit is told so at once.
    let refused = lmtp.talk("").await.unwrap();
    assert!(refused.starts_with("421 4.3.2"), "{refused}");
    drop(held);
}
