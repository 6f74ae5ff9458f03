//! Answers that come by mail: a guest's calendar, by libraries that are not ours, reads the invitation and answers; what it answers
//! is what the API shows. One node takes mails by LMTP, the other reads a mailbox of a real Dovecot.

mod world;

use std::path::PathBuf;

use convoke_testkit::postgres::Postgres;
use http::Method;
use serde_json::{Value, json};
use world::{
    Mail, Plan, World, journey,
    mail_in::{Lmtp, Mailbox, SERVICE, answer_to},
};

/// A weekly meeting of Alice's with Gogi and Bob on two nodes.
struct Weekly {
    world: World,
    alice: String,
    url: String,
    lmtp: Lmtp,
    mailbox: Mailbox,
    _postgres: Postgres,
}

impl Weekly {
    async fn start() -> Self {
        let postgres = Postgres::start();
        let (lmtp, mailbox) = (Lmtp::of(1, ""), Mailbox::of(2, ""));
        let plan = Plan {
            nodes: 2,
            schedulers: 2,
            database: Some(postgres.database("convoke")),
            settings: vec![lmtp.settings.clone(), mailbox.settings.clone()],
            ..Plan::default()
        };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        world.wait_for_mails(3).await;
        Self { world, alice, url, lmtp, mailbox, _postgres: postgres }
    }

    async fn get(&self, rest: &str) -> Value {
        let answer = self.world.call(Method::GET, &format!("{}{rest}", self.url), &self.alice, None).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer.json
    }

    /// The mail of the invitation to somebody, and its file.
    fn invitation(&self, to: &str) -> (Mail, PathBuf) {
        let mails = self.world.mails().into_iter().zip(self.world.mail_files());
        mails.filter(|(mail, _)| mail.to == to).next().expect("an invitation")
    }

    /// What Gogi's calendar answers.
    fn gogis(&self, wish: Value, is_handed_over: bool) -> (String, Vec<u8>) {
        let (_, file) = self.invitation("gogi@s.com");
        answer_to(&file, &wish, is_handed_over.then_some(self.lmtp.address))
    }

    /// The answers, once `is_there` finds in them what it waits for.
    async fn answers(&self, what: &str, is_there: impl Fn(&Value) -> bool) -> Value {
        self.world
            .until(what, async || {
                let answers = self.get("/answers").await;
                is_there(&answers).then_some(answers)
            })
            .await
    }
}

/// Of each answer whom, what and when.
fn said(answers: &Value, list: &str) -> Vec<(String, String, String)> {
    let text = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    answers[list]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (text(one, "email"), text(one, "partstat"), text(one, "recurrence")))
        .collect()
}

fn one(email: &str, partstat: &str, recurrence: &str) -> (String, String, String) {
    (email.to_owned(), partstat.to_owned(), recurrence.to_owned())
}

#[test]
fn what_a_guests_calendar_answers_is_what_the_organizer_sees() {
    journey(async {
        let weekly = Weekly::start().await;
        an_answer_to_all_of_it_comes_by_lmtp(&weekly).await;
        an_answer_to_one_occurrence_comes_by_the_mailbox(&weekly).await;
        the_same_mail_by_both_ways_counts_once(&weekly).await;
        another_time_is_proposed(&weekly).await;
        an_invitation_is_asked_for_again_three_times_a_day(&weekly).await;
        a_mail_that_came_back_is_told(&weekly).await;
    });
}

async fn an_answer_to_all_of_it_comes_by_lmtp(weekly: &Weekly) {
    let wish = json!({"method": "REPLY", "partstat": "ACCEPTED", "comment": "With pleasure, 네"});
    let (organizer, _) = weekly.gogis(wish, true);
    assert_eq!(organizer, format!("mailto:{SERVICE}"), "the service is whom calendars answer to");
    // LMTP answers after the commit: it is there at once.
    let answers = weekly.get("/answers").await;
    assert_eq!(said(&answers, "answers"), [one("gogi@s.com", "ACCEPTED", "")]);
    assert_eq!(answers["answers"][0]["comment"], "With pleasure, 네");
    assert_eq!(answers["answers"][0]["source"], "mail");
    let shown = weekly.get("").await;
    assert_eq!(shown["attendees"][0]["partstat"], "ACCEPTED", "{shown}");
    assert_eq!(weekly.get("/answers").await["refused"], json!([]));
}

async fn an_answer_to_one_occurrence_comes_by_the_mailbox(weekly: &Weekly) {
    // 8 December 10:00 in Seoul, as a calendar in another zone names it.
    let wish = json!({"method": "REPLY", "partstat": "DECLINED", "recurrence": "20261208T010000Z"});
    weekly.mailbox.dovecot.deliver(&weekly.gogis(wish, false).1);
    let answers =
        weekly.answers("the answer in the mailbox", |answers| said(answers, "answers").len() == 2).await;
    assert!(
        said(&answers, "answers").contains(&one("gogi@s.com", "DECLINED", "2026-12-08T10:00:00")),
        "{answers}"
    );
}

async fn the_same_mail_by_both_ways_counts_once(weekly: &Weekly) {
    let wish = json!({"method": "REPLY", "partstat": "TENTATIVE", "id": "<same@guest.test>", "stamp": "20261122T090200Z"});
    let mail = weekly.gogis(wish, false).1;
    assert!(weekly.lmtp.hand_over(&mail).await.unwrap().starts_with("250"));
    assert!(weekly.lmtp.hand_over(&mail).await.unwrap().starts_with("250"));
    weekly.mailbox.dovecot.deliver(&mail);
    // What comes behind it in the mailbox is read after it.
    let last = json!({"method": "REPLY", "partstat": "ACCEPTED", "stamp": "20261122T090300Z"});
    weekly.mailbox.dovecot.deliver(&weekly.gogis(last, false).1);
    let answers = weekly
        .answers("the last answer", |answers| said(answers, "log")[0] == one("gogi@s.com", "ACCEPTED", ""))
        .await;
    let tentative = said(&answers, "log").into_iter().filter(|one| one.1 == "TENTATIVE").count();
    assert_eq!(tentative, 1, "{answers}");
}

async fn another_time_is_proposed(weekly: &Weekly) {
    let wish = json!({
        "method": "COUNTER", "partstat": "TENTATIVE", "recurrence": "20261215T010000Z", "start": "20261215T050000Z",
        "stamp": "20261122T090400Z",
    });
    weekly.gogis(wish, true);
    let answers = weekly.get("/answers").await;
    let proposal = &answers["proposals"][0];
    assert_eq!(
        (&proposal["dtStart"], &proposal["dtEnd"], &proposal["recurrence"], &proposal["state"]),
        (
            &json!("2026-12-15T14:00:00"),
            &json!("2026-12-15T14:30:00"),
            &json!("2026-12-15T10:00:00"),
            &json!("open")
        ),
        "{answers}"
    );
}

async fn an_invitation_is_asked_for_again_three_times_a_day(weekly: &Weekly) {
    let to_gogi = || {
        let mails = weekly.world.mails();
        mails.into_iter().filter(|mail| mail.to == "gogi@s.com" && mail.method == "REQUEST").count()
    };
    assert_eq!(to_gogi(), 1);
    for minute in 10..15 {
        weekly.gogis(json!({"method": "REFRESH", "stamp": format!("20261122T09{minute}00Z")}), true);
    }
    weekly.world.until("three invitations again", async || (to_gogi() >= 4).then_some(())).await;
    // A mail to Bob that is asked for now comes after any further one to Gogi would have come.
    let file = weekly.invitation(&weekly.world.people.users[1].email).1;
    answer_to(&file, &json!({"method": "REFRESH"}), Some(weekly.lmtp.address));
    let bob = &weekly.world.people.users[1].email;
    weekly
        .world
        .until("Bob's invitation again", async || {
            let mails = weekly.world.mails();
            (mails.iter().filter(|mail| mail.to == *bob && mail.method == "REQUEST").count() >= 2)
                .then_some(())
        })
        .await;
    assert_eq!(to_gogi(), 4);
}

async fn a_mail_that_came_back_is_told(weekly: &Weekly) {
    let id = weekly.invitation("gogi@s.com").0.message_id;
    let bob = weekly.world.people.users[1].email.clone();
    let report = |recipient: &str, action: &str| {
        format!(
            "From: MAILER-DAEMON@mx.test\r\nMessage-ID: <{action}.{recipient}>\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
             Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n\
             Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 user unknown\r\n\r\n--b\r\n\
             Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: {id}\r\n\r\n--b--\r\n"
        )
    };
    // It never went to Bob: nobody else's report counts.
    assert!(weekly.lmtp.hand_over(report(&bob, "failed").as_bytes()).await.unwrap().starts_with("250"));
    assert!(
        weekly.lmtp.hand_over(report("gogi@s.com", "failed").as_bytes()).await.unwrap().starts_with("250")
    );
    let deliveries = weekly.get("/deliveries").await;
    let people = deliveries["people"].as_array().unwrap();
    let states: Vec<String> = people.iter().map(|person| person.to_string()).collect();
    let bounced: Vec<&String> = states.iter().filter(|state| state.contains("bounced")).collect();
    assert!(bounced.len() <= 1 && bounced.iter().all(|state| state.contains("gogi@s.com")), "{deliveries}");
    let log = weekly.world.logs();
    assert!(log.contains("unknownMail") && log.contains("bounced"), "{log}");
}
