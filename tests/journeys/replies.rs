//! Answers that come by mail: a guest's calendar, by libraries that are not ours, reads the invitation and answers; what it answers
//! is what the API shows. One node takes mails by LMTP, the other reads a mailbox of a real Dovecot.

mod world;

use std::path::PathBuf;

use convoke_testkit::postgres::Postgres;
use http::Method;
use nix::sys::signal::Signal;
use serde_json::{Value, json};
use world::{
    Mail, Plan, World, journey,
    mail_in::{ANSWERS, Lmtp, Mailbox, SERVICE, answer_to},
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
        let address = format!("address = \"{ANSWERS}\"");
        let (lmtp, mailbox) = (Lmtp::of(1, &address), Mailbox::new(&address));
        let plan = Plan {
            nodes: 2,
            schedulers: 2,
            database: Some(postgres.database("convoke")),
            settings: vec![lmtp.settings.clone(), mailbox.settings(2)],
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
        let mut mails = self.world.mails().into_iter().zip(self.world.mail_files());
        mails.find(|(mail, _)| mail.to == to).expect("an invitation")
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
        what_only_outlook_reads_is_shown_as_such(&weekly).await;
        a_refused_reply_is_taken_once_when_two_accept_it_at_once(&weekly).await;
        an_answer_to_a_date_that_went_into_another_meeting_goes_there(&weekly).await;
    });
}

async fn an_answer_to_all_of_it_comes_by_lmtp(weekly: &Weekly) {
    let wish = json!({"method": "REPLY", "partstat": "ACCEPTED", "comment": "With pleasure, 네"});
    let (organizer, _) = weekly.gogis(wish, true);
    assert_eq!(organizer, format!("mailto:{ANSWERS}"), "the service is whom calendars answer to");
    let head = std::fs::read_to_string(weekly.invitation("gogi@s.com").1).unwrap();
    let field = |name: &str| head.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned();
    assert!(field("From: ").contains(&format!("<{ANSWERS}>")), "{head}");
    assert!(field("Reply-To: ").contains(&format!("<{}>", weekly.world.people.users[0].email)), "{head}");
    assert!(!head.contains(SERVICE), "{head}");
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
    let mut mails = weekly.world.mails().into_iter().rev();
    let last = mails.find(|mail| mail.to == "gogi@s.com" && mail.method == "REQUEST").expect("a mail");
    let id = last.message_id;
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
    let shown = weekly.get("").await;
    let mails = shown["attendees"].as_array().unwrap().iter().map(|person| &person["mail"]);
    let states: Vec<(&Value, &Value)> = mails.map(|mail| (&mail["state"], &mail["detail"])).collect();
    assert_eq!(states[0], (&json!("bounced"), &json!("550 5.1.1 user unknown")), "{shown}");
    assert_eq!(states[1].0, "sent", "{shown}");
    let log = weekly.world.logs();
    assert!(log.contains("unknownMail") && log.contains("bounced"), "{log}");
}

async fn what_only_outlook_reads_is_shown_as_such(weekly: &Weekly) {
    let id = weekly.invitation("gogi@s.com").0.message_id;
    let mail = |number: usize| {
        format!(
            "From: gogi@s.com\r\nMessage-ID: <tnef{number}@s.com>\r\nIn-Reply-To: {id}\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
         --b\r\n\r\nAccepted\r\n--b\r\nContent-Type: application/ms-tnef; name=winmail.dat\r\n\r\nx\r\n--b--\r\n"
        )
    };
    // One sender does not take the place of all others.
    for number in 0..11 {
        assert!(weekly.lmtp.hand_over(mail(number).as_bytes()).await.unwrap().starts_with("250"));
    }
    let refused = &weekly.get("/answers").await["refused"][0];
    assert_eq!(
        (&refused["reason"], &refused["claimed"]),
        (&json!("unreadable"), &json!("gogi@s.com")),
        "{refused}"
    );
    assert_eq!(weekly.get("/answers").await["refused"].as_array().unwrap().len(), 10);
}

async fn a_refused_reply_is_taken_once_when_two_accept_it_at_once(weekly: &Weekly) {
    let reply = weekly.get("/answers").await["refused"][0]["id"].as_str().unwrap().to_owned();
    let accept = async |email: &str| {
        let url = format!("{}/refusedReplies/{reply}/accept", weekly.url);
        weekly.world.call(Method::POST, &url, &weekly.alice, Some(&json!({"email": email}))).await.status
    };
    let logged = async || weekly.get("/answers").await["log"].as_array().unwrap().len();
    let before = logged().await;
    assert_eq!(accept("no@s.com").await, 409, "who is not invited has no answer");
    let (first, second) = tokio::join!(accept("gogi@s.com"), accept("gogi@s.com"));
    assert_eq!(first.min(second), 200);
    assert_eq!(first.max(second), 409);
    assert_eq!(logged().await, before + 1);
}

/// What follows becomes a meeting of its own, which Gogi's calendar has not heard of yet when it answers.
async fn an_answer_to_a_date_that_went_into_another_meeting_goes_there(weekly: &Weekly) {
    let url = format!("{}/occurrences/2026-12-08T10:00:00?range=THISANDFUTURE", weekly.url);
    let later = json!({"summary": "From now on"});
    let parted =
        weekly.world.call_with(Method::PATCH, &url, &weekly.alice, &[("if-match", "*")], Some(&later)).await;
    let parted = parted.unwrap();
    assert_eq!(parted.status, 200, "{}", parted.json);
    let wish = json!({
        "method": "REPLY", "partstat": "TENTATIVE", "recurrence": "20261215T010000Z", "stamp": "20261122T091600Z",
    });
    weekly.gogis(wish, true);
    let new = format!("{}/{}", weekly.url.rsplit_once('/').unwrap().0, parted.json["id"].as_str().unwrap());
    let answers = weekly.world.call(Method::GET, &format!("{new}/answers"), &weekly.alice, None).await.json;
    let expected = one("gogi@s.com", "TENTATIVE", "2026-12-15T10:00:00");
    assert!(said(&answers, "answers").contains(&expected), "{answers}");
}

#[test]
fn one_scheduler_reads_the_mailbox_and_another_goes_on_when_it_stops() {
    journey(async {
        let (postgres, mailbox) = (Postgres::start(), Mailbox::new(""));
        let plan = Plan {
            nodes: 2,
            schedulers: 2,
            database: Some(postgres.database("convoke")),
            settings: vec![mailbox.settings(1), mailbox.settings(2)],
            ..Plan::default()
        };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let meetings = |node| format!("{}/api/v1/scheduler/meetings", world.web(node));
        let made = world.call(Method::POST, &meetings(0), &alice, Some(&world.weekly())).await;
        let id = made.json["id"].as_str().unwrap().to_owned();
        let mails = world.wait_for_mails(3).await;
        let at = mails.iter().position(|mail| mail.to == "gogi@s.com").unwrap();
        let answer = |partstat: &str, stamp: &str| {
            let wish = json!({"method": "REPLY", "partstat": partstat, "stamp": stamp});
            mailbox.dovecot.deliver(&answer_to(&world.mail_files()[at], &wish, None).1);
        };
        let shown = async |node: usize, partstat: &str| {
            let url = format!("{}/{id}/answers", meetings(node));
            world
                .until(partstat, async || {
                    let found = world.try_call(Method::GET, &url, &alice, None).await.ok()?.json;
                    (found["answers"][0]["partstat"] == partstat).then_some(())
                })
                .await;
        };
        let readers = || -> Vec<usize> {
            let reads = |node: &usize| {
                world
                    .system
                    .node(*node)
                    .is_some_and(|node| node.log().contains("reads answers from the mailbox"))
            };
            (0..2).filter(reads).collect()
        };
        answer("ACCEPTED", "20261122T090100Z");
        shown(0, "ACCEPTED").await;
        let [first] = readers()[..] else { panic!("{:?}", readers()) };
        world.system.node(first).unwrap().signal(Signal::SIGTERM);
        answer("DECLINED", "20261122T090200Z");
        shown(1 - first, "DECLINED").await;
        assert_eq!(readers().len(), 2);
    });
}
