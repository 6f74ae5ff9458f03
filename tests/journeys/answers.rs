//! What people answer: by the API, before and after changes, and who is told of it.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, Mail, World, clock_at, journey};

struct Meeting {
    world: World,
    alice: String,
    bob: String,
    url: String,
}

impl Meeting {
    /// Tuesdays at 10 in Seoul, from 1 December on, three times, whose invitations have come.
    async fn weekly(world: World) -> Self {
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        assert_eq!(partstats(&made.json), ["NEEDS-ACTION", "NEEDS-ACTION"]);
        world.wait_for_mails(3).await;
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        Self { world, alice, bob, url }
    }

    async fn as_alice(&self, method: Method, rest: &str, body: Option<&Value>) -> Answer {
        let fields = [("if-match", "*")];
        let url = format!("{}{rest}", self.url);
        self.world.call_with(method, &url, &self.alice, &fields, body).await.unwrap()
    }

    /// Without any condition: answers need none.
    async fn as_bob(&self, method: Method, rest: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}{rest}", self.url);
        self.world.call_with(method, &url, &self.bob, &[], body).await.unwrap()
    }

    async fn bob_says(&self, body: &Value) -> Answer {
        let answer = self.as_bob(Method::PUT, "/answer", Some(body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        answer
    }

    /// What Bob's state is on each of the three dates, and in the series as such.
    async fn bobs(&self) -> [String; 4] {
        let page = "/occurrences?fromTime=2026-11-30T00:00:00Z&untilTime=2027-02-01T00:00:00Z";
        let shown = self.as_alice(Method::GET, page, None).await.json;
        let meeting = self.as_alice(Method::GET, "", None).await.json;
        let mut states: Vec<String> = shown["occurrences"]
            .as_array()
            .unwrap()
            .iter()
            .map(|occurrence| {
                of(&occurrence["attendees"], "bob@example.test")["partstat"].as_str().unwrap().into()
            })
            .collect();
        states.push(of(&meeting["attendees"], "bob@example.test")["partstat"].as_str().unwrap().into());
        states.try_into().unwrap()
    }

    async fn restart_at(&mut self, time: &str) {
        self.world.system.stop_node(0).unwrap();
        self.world.system.start_node(0, &[&clock_at(time)]).unwrap();
        self.world.system.until_ready().await.unwrap();
        self.alice = self.world.sign_in(0).await;
        self.bob = self.world.sign_in(1).await;
    }
}

fn of(attendees: &Value, email: &str) -> Value {
    attendees.as_array().unwrap().iter().find(|attendee| attendee["email"] == email).unwrap().clone()
}

fn partstats(meeting: &Value) -> Vec<&str> {
    let attendees = meeting["attendees"].as_array().unwrap();
    attendees.iter().map(|attendee| attendee["partstat"].as_str().unwrap()).collect()
}

fn yes() -> Value {
    json!({"partstat": "ACCEPTED"})
}

/// What the calendar object of a mail says that a person answered, of its first event.
fn told<'m>(mail: &'m Mail, email: &str) -> Option<&'m str> {
    let start = mail.calendar.find("BEGIN:VEVENT")?;
    let event = mail.calendar.get(start..)?;
    let unfolded = event.replace("\r\n ", "").replace("\n ", "");
    let line = unfolded.lines().find(|line| line.starts_with("ATTENDEE") && line.contains(email))?;
    ["NEEDS-ACTION", "ACCEPTED", "TENTATIVE", "DECLINED"].into_iter().find(|state| line.contains(state))
}

#[test]
fn an_answer_mails_nobody_but_the_organizer() {
    journey(async {
        let meeting = Meeting::weekly(World::small().await).await;
        let before = meeting.as_alice(Method::GET, "", None).await;
        let answered =
            meeting.bob_says(&json!({"partstat": "TENTATIVE", "comment": "Perhaps on the train."})).await;
        // It is no change of the meeting: nobody's condition misses for it.
        assert_eq!((&answered.etag, &answered.json["sequence"]), (&before.etag, &json!(0)));
        let own = of(&answered.json["attendees"], "bob@example.test");
        assert_eq!(
            [&own["partstat"], &own["answerSource"], &own["comment"]],
            [&json!("TENTATIVE"), &json!("web"), &json!("Perhaps on the train.")]
        );
        let mails = meeting.world.wait_for_mails(4).await;
        let note = &mails[3];
        assert_eq!((note.to.as_str(), note.calendar.as_str()), ("alice@example.test", ""));
        assert_eq!(note.subject, "Maybe: Test-XRP");
        assert!(note.text.contains("- Bob Lee: maybe – “Perhaps on the train.”"), "{}", note.text);
        assert!(note.text.contains("So far: 0 yes, 1 maybe, 0 no, 1 without an answer"), "{}", note.text);
        assert_eq!(note.in_reply_to, mails.iter().find(|mail| mail.to == note.to).unwrap().message_id);
        // What the organizer enters is news to nobody, nor is the same again. A change that is mailed comes after all of it.
        let entered = meeting
            .as_alice(Method::PUT, "/attendees/Gogi@S.com/answer", Some(&json!({"partstat": "DECLINED"})))
            .await;
        assert_eq!(partstats(&entered.json), ["DECLINED", "TENTATIVE"], "{}", entered.json);
        meeting.bob_says(&json!({"partstat": "TENTATIVE", "comment": "Perhaps on the train."})).await;
        let mut renamed = meeting.world.weekly();
        renamed["summary"] = json!("Another name");
        assert_eq!(meeting.as_alice(Method::PUT, "", Some(&renamed)).await.status, 200);
        let mails = meeting.world.wait_for_mails(7).await;
        assert_eq!(mails.len(), 7, "{mails:?}");
        for mail in &mails[4..] {
            assert_eq!(mail.method, "REQUEST");
            assert_eq!(told(mail, "bob@example.test"), Some("TENTATIVE"), "{}", mail.calendar);
            assert_eq!(told(mail, "gogi@s.com"), Some("DECLINED"));
        }
    });
}

#[test]
fn answers_are_gathered_and_mailed_once_in_ten_minutes() {
    journey(async {
        let mut meeting = Meeting::weekly(World::small().await).await;
        meeting.bob_says(&yes()).await;
        meeting.world.wait_for_mails(4).await;
        meeting.bob_says(&json!({"partstat": "DECLINED", "recurrence": "2026-12-08T10:00:00"})).await;
        meeting.bob_says(&json!({"partstat": "TENTATIVE", "recurrence": "2026-12-15T10:00:00"})).await;
        // What waits holds no mail of the meeting up.
        let mut renamed = meeting.world.weekly();
        renamed["summary"] = json!("Another name");
        assert_eq!(meeting.as_alice(Method::PUT, "", Some(&renamed)).await.status, 200);
        let mails = meeting.world.wait_for_mails(7).await;
        assert!(mails[4..].iter().all(|mail| mail.method == "REQUEST"), "{mails:?}");
        meeting.restart_at("2026-11-22T09:30:00Z").await;
        let mails = meeting.world.wait_for_mails(8).await;
        let digest = &mails[7];
        assert_eq!(
            (digest.subject.as_str(), digest.to.as_str()),
            ("Answers: Test-XRP", "alice@example.test")
        );
        assert!(digest.text.contains("- Bob Lee: no (8 December 2026, 10:00)"), "{}", digest.text);
        assert!(digest.text.contains("- Bob Lee: maybe (15 December 2026, 10:00)"), "{}", digest.text);
        assert!(!digest.text.contains("- Bob Lee: yes"), "{}", digest.text);
    });
}

async fn answers_follow_what_they_are_about(world: World) {
    let mut meeting = Meeting::weekly(world).await;
    let date = "2026-12-08T10:00:00";
    meeting.bob_says(&yes()).await;
    meeting.bob_says(&json!({"partstat": "DECLINED", "recurrence": date})).await;
    assert_eq!(meeting.bobs().await, ["ACCEPTED", "DECLINED", "ACCEPTED", "ACCEPTED"]);
    let from =
        json!({"partstat": "TENTATIVE", "recurrence": "2026-12-15T10:00:00", "range": "THISANDFUTURE"});
    meeting.bob_says(&from).await;
    assert_eq!(meeting.bobs().await, ["ACCEPTED", "DECLINED", "TENTATIVE", "ACCEPTED"]);

    // One date moves: it alone is asked anew.
    let patch = json!({"dtStart": "2026-12-08T15:00:00"});
    let moved = meeting.as_alice(Method::PATCH, &format!("/occurrences/{date}"), Some(&patch)).await;
    assert_eq!(moved.status, 200, "{}", moved.json);
    assert_eq!(meeting.bobs().await, ["ACCEPTED", "NEEDS-ACTION", "TENTATIVE", "ACCEPTED"]);
    meeting.bob_says(&json!({"partstat": "ACCEPTED", "recurrence": date})).await;
    assert_eq!(meeting.bobs().await, ["ACCEPTED", "ACCEPTED", "TENTATIVE", "ACCEPTED"]);

    // All of it moves to noon: the date with a time of its own keeps it, and its answer, under another name.
    let mut noon = meeting.world.weekly();
    noon["dtStart"] = json!("2026-12-01T12:00:00");
    noon["dtEnd"] = json!("2026-12-01T12:30:00");
    assert_eq!(meeting.as_alice(Method::PUT, "", Some(&noon)).await.status, 200);
    assert_eq!(meeting.bobs().await, ["NEEDS-ACTION", "ACCEPTED", "NEEDS-ACTION", "NEEDS-ACTION"]);
    let shown = meeting.as_bob(Method::GET, "/answers", None).await.json;
    let counted: Vec<(Value, Value)> = shown["answers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| (answer["recurrence"].clone(), answer["counts"].clone()))
        .collect();
    assert_eq!(
        counted,
        [
            (Value::Null, json!(false)),
            (json!("2026-12-08T12:00:00"), json!(true)),
            (json!("2026-12-15T10:00:00"), json!(false))
        ],
        "{shown}"
    );

    // This and those after it get another name: what follows takes the answers along.
    meeting.bob_says(&yes()).await;
    assert_eq!(
        meeting.bobs().await,
        ["ACCEPTED", "ACCEPTED", "ACCEPTED", "ACCEPTED"],
        "all dates were meant"
    );
    meeting.bob_says(&json!({"partstat": "DECLINED", "recurrence": "2026-12-15T12:00:00"})).await;
    let renamed = json!({"summary": "Part two"});
    let rest = "/occurrences/2026-12-08T12:00:00?range=THISANDFUTURE";
    let parted = meeting.as_alice(Method::PATCH, rest, Some(&renamed)).await;
    assert_eq!(parted.status, 200, "{}", parted.json);
    assert_eq!(partstats(&parted.json), ["NEEDS-ACTION", "ACCEPTED"]);
    let first = meeting.url.clone();
    let id = parted.json["id"].as_str().unwrap();
    meeting.url = format!("{}/{id}", first.rsplit_once('/').unwrap().0);
    let shown = meeting.as_alice(Method::GET, "/occurrences?fromTime=2026-12-01T00:00:00Z", None).await.json;
    let states: Vec<&str> = shown["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|occurrence| occurrence["attendees"][1]["partstat"].as_str().unwrap())
        .collect();
    assert_eq!(states, ["ACCEPTED", "DECLINED"], "{shown}");

    // Who is taken out and comes back is asked anew.
    let mut without = meeting.as_alice(Method::GET, "", None).await.json;
    let body = |attendees: Value, shown: &Value| {
        json!({"summary": shown["summary"], "dtStart": shown["dtStart"], "dtEnd": shown["dtEnd"], "timeZone": "Asia/Seoul",
            "rrule": shown["rrule"], "attendees": attendees, "coSpace": shown["coSpace"]})
    };
    let gogi = json!([{"email": "gogi@s.com"}]);
    without = meeting.as_alice(Method::PUT, "", Some(&body(gogi, &without))).await.json;
    assert_eq!(partstats(&without), ["NEEDS-ACTION"], "{without}");
    let both = json!([{"email": "gogi@s.com"}, {"email": "bob@example.test"}]);
    let back = meeting.as_alice(Method::PUT, "", Some(&body(both, &without))).await.json;
    assert_eq!(partstats(&back), ["NEEDS-ACTION", "NEEDS-ACTION"], "{back}");
}

#[test]
fn answers_follow_what_they_are_about_on_sqlite() {
    journey(async { answers_follow_what_they_are_about(World::small().await).await });
}

#[test]
fn answers_follow_what_they_are_about_on_postgresql() {
    journey(async { answers_follow_what_they_are_about(World::start(1, 1, true, &[]).await).await });
}

#[test]
fn a_late_answer_finds_its_date_in_all_that_a_series_was_parted_into() {
    journey(async {
        let mut meeting = Meeting::weekly(World::small().await).await;
        let rest = |date: &str| format!("/occurrences/{date}?range=THISANDFUTURE&notify=none");
        let part = async |date: &str, name: &str| {
            let parted = meeting.as_alice(Method::PATCH, &rest(date), Some(&json!({"summary": name}))).await;
            assert_eq!(parted.status, 200, "{}", parted.json);
            parted.json["id"].as_str().unwrap().to_owned()
        };
        let third = part("2026-12-15T10:00:00", "Third").await;
        let second = part("2026-12-08T10:00:00", "Second").await;
        meeting.bob_says(&json!({"partstat": "DECLINED", "recurrence": "2026-12-15T10:00:00"})).await;
        meeting.bob_says(&json!({"partstat": "TENTATIVE", "recurrence": "2026-12-08T10:00:00"})).await;
        let meetings = meeting.url.rsplit_once('/').unwrap().0.to_owned();
        for (id, followed_by, partstat) in
            [(second, json!(third), "TENTATIVE"), (third.clone(), Value::Null, "DECLINED")]
        {
            meeting.url = format!("{meetings}/{id}");
            let shown = meeting.as_alice(Method::GET, "", None).await.json;
            assert_eq!(shown["followedBy"], followed_by);
            let page = "/occurrences?fromTime=2026-11-30T00:00:00Z";
            let dates = meeting.as_alice(Method::GET, page, None).await.json;
            assert_eq!(of(&dates["occurrences"][0]["attendees"], "bob@example.test")["partstat"], partstat);
        }
    });
}

#[test]
fn a_proposed_time_is_accepted_or_declined_and_the_one_who_proposed_it_is_told() {
    journey(async {
        let meeting = Meeting::weekly(World::start(1, 1, true, &[]).await).await;
        let propose = |start: &str| json!({"partstat": "TENTATIVE", "recurrence": "2026-12-08T10:00:00", "dtStart": start, "comment": "Later?"});
        meeting.bob_says(&propose("2026-12-08T14:00:00")).await;
        let note = meeting.world.wait_for_mails(4).await.remove(3);
        assert_eq!(note.subject, "New time proposed: Test-XRP");
        assert!(
            note.text.contains("proposes Tuesday, 8 December 2026, 14:00–14:30 – “Later?”"),
            "{}",
            note.text
        );
        // The next proposal of the same person takes the place of the former.
        meeting.bob_says(&propose("2026-12-08T16:00:00")).await;
        let proposals = async || {
            let shown = meeting.as_alice(Method::GET, "/answers", None).await.json;
            shown["proposals"].as_array().unwrap().clone()
        };
        let known = proposals().await;
        assert_eq!((&known[0]["state"], &known[1]["state"]), (&json!("open"), &json!("superseded")));
        assert_eq!(
            (&known[0]["dtStart"], &known[0]["dtEnd"]),
            (&json!("2026-12-08T16:00:00"), &json!("2026-12-08T16:30:00"))
        );
        let accept = format!("/proposals/{}/accept", known[0]["id"].as_str().unwrap());
        assert_eq!(meeting.as_bob(Method::POST, &accept, None).await.status, 403);
        let seen = meeting.as_alice(Method::POST, &format!("{accept}?dryRun=true"), None).await;
        assert_eq!(seen.json["after"][1]["dtStart"], "2026-12-08T16:00:00", "{}", seen.json);
        let moved = meeting.as_alice(Method::POST, &accept, None).await;
        assert_eq!(
            (moved.status, &moved.json["overrides"][0]["dtStart"]),
            (200, &json!("2026-12-08T16:00:00"))
        );
        assert_eq!(proposals().await[0]["state"], "accepted");
        let again = meeting.as_alice(Method::POST, &accept, None).await;
        assert_eq!((again.status, &again.json["code"]), (409, &json!("settled")));
        meeting.world.wait_for_mails(7).await;

        // One that is declined: nothing moves, and only who proposed it is told, in a form that calendars understand.
        meeting.bob_says(&propose("2026-12-08T18:00:00")).await;
        let known = proposals().await;
        let decline = format!("/proposals/{}/decline", known[0]["id"].as_str().unwrap());
        assert_eq!(meeting.as_alice(Method::POST, &decline, None).await.status, 200);
        assert_eq!(proposals().await[0]["state"], "declined");
        let mails = meeting.world.wait_for_mails(8).await;
        let told = &mails[7];
        assert_eq!((told.to.as_str(), told.method.as_str()), ("bob@example.test", "DECLINECOUNTER"));
        assert!(told.calendar.contains("METHOD:DECLINECOUNTER"), "{}", told.calendar);
        assert!(told.calendar.contains("RECURRENCE-ID;TZID=Asia/Seoul:20261208T100000"), "{}", told.calendar);
        assert!(told.text.contains("- Tuesday, 8 December 2026, 18:00–18:30"), "{}", told.text);
        let whole =
            json!({"partstat": "DECLINED", "dtStart": "2026-12-01T11:00:00", "dtEnd": "2026-12-01T12:00:00"});
        meeting.bob_says(&whole).await;
        let accept = format!("/proposals/{}/accept", proposals().await[0]["id"].as_str().unwrap());
        let moved = meeting.as_alice(Method::POST, &accept, None).await;
        assert_eq!(
            (moved.status, &moved.json["dtStart"], &moved.json["dtEnd"]),
            (200, &json!("2026-12-01T11:00:00"), &json!("2026-12-01T12:00:00")),
            "{}",
            moved.json
        );

        // The meeting gets another clock, and then none: what was proposed stays the same instant, or is out of date.
        let put = async |body: &Value| {
            let put = meeting.as_alice(Method::PUT, "?notify=none&exceptions=drop", Some(body)).await;
            assert_eq!(put.status, 200, "{}", put.json);
        };
        let accept_last = async || {
            let accept = format!("/proposals/{}/accept", proposals().await[0]["id"].as_str().unwrap());
            meeting.as_alice(Method::POST, &accept, None).await
        };
        let later = json!({"partstat": "TENTATIVE", "dtStart": "2026-12-01T14:00:00"});
        meeting.bob_says(&later).await;
        let mut other = meeting.world.weekly();
        other["timeZone"] = json!("Asia/Shanghai");
        put(&other).await;
        let moved = accept_last().await;
        assert_eq!(
            (moved.status, &moved.json["dtStart"]),
            (200, &json!("2026-12-01T13:00:00")),
            "{}",
            moved.json
        );
        meeting.bob_says(&later).await;
        for (name, value) in [("dtStart", json!("2026-12-01")), ("dtEnd", json!("2026-12-02"))] {
            other[name] = value;
        }
        other["isFullDayMeeting"] = json!(true);
        put(&other).await;
        let refused = accept_last().await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("outOfDate")), "{}", refused.json);
    });
}

#[test]
fn wrong_answers_are_refused_and_every_answer_stands_in_the_history() {
    journey(async {
        let mut meeting = Meeting::weekly(World::small().await).await;
        let refused = async |meeting: &Meeting, body: Value| {
            let answer = meeting.as_bob(Method::PUT, "/answer", Some(&body)).await;
            let field = answer.json["errors"][0]["field"].clone();
            (answer.status, answer.json["code"].as_str().unwrap_or_default().to_owned(), field)
        };
        assert_eq!(refused(&meeting, json!({})).await, (422, "invalid".into(), json!("partstat")));
        assert_eq!(refused(&meeting, json!({"partstat": "MAYBE"})).await.0, 400);
        let long = json!({"partstat": "ACCEPTED", "comment": "x".repeat(1_001)});
        assert_eq!(refused(&meeting, long).await, (422, "invalid".into(), json!("comment")));
        let range = json!({"partstat": "ACCEPTED", "range": "THISANDFUTURE"});
        assert_eq!(refused(&meeting, range).await, (422, "invalid".into(), json!("range")));
        let never = json!({"partstat": "ACCEPTED", "recurrence": "2026-12-09T10:00:00"});
        assert_eq!(refused(&meeting, never).await, (404, "notFound".into(), Value::Null));
        let backwards =
            json!({"partstat": "ACCEPTED", "dtStart": "2026-12-01T12:00:00", "dtEnd": "2026-12-01T11:00:00"});
        assert_eq!(refused(&meeting, backwards).await, (422, "invalid".into(), json!("dtStart")));
        // Nobody waits for the organizer's own answer, and only the organizer enters those of others.
        let own = meeting.as_alice(Method::PUT, "/answer", Some(&yes())).await;
        assert_eq!((own.status, &own.json["code"]), (409, &json!("notInvited")));
        let others = meeting.as_bob(Method::PUT, "/attendees/gogi@s.com/answer", Some(&yes())).await;
        assert_eq!(others.status, 403);
        let stranger = meeting.as_alice(Method::PUT, "/attendees/no@s.com/answer", Some(&yes())).await;
        assert_eq!(stranger.status, 404);
        let carol = meeting.world.sign_in(2).await;
        let url = format!("{}/answer", meeting.url);
        assert_eq!(meeting.world.call(Method::PUT, &url, &carol, Some(&yes())).await.status, 404);

        // Under a name, an answer is given once.
        let named = async |meeting: &Meeting, partstat: &str| {
            let (url, body) = (format!("{}/answer", meeting.url), json!({"partstat": partstat}));
            let fields = [("idempotency-key", "a1")];
            meeting.world.call_with(Method::PUT, &url, &meeting.bob, &fields, Some(&body)).await.unwrap()
        };
        let first = named(&meeting, "ACCEPTED").await;
        assert_eq!((first.status, first.is_replayed), (200, false));
        assert!(named(&meeting, "ACCEPTED").await.is_replayed);
        assert_eq!(named(&meeting, "DECLINED").await.json["code"], "idempotencyKeyReused");
        meeting
            .as_alice(
                Method::PUT,
                "/attendees/gogi@s.com/answer",
                Some(&json!({"partstat": "DECLINED", "comment": "By phone"})),
            )
            .await;
        let told = meeting.as_alice(Method::GET, "/history", None).await.json;
        let line = |entry: &Value| {
            ["op", "by", "via", "email", "partstat", "outcome"]
                .map(|name| entry[name].as_str().unwrap_or("-").to_owned())
                .join(" ")
        };
        assert_eq!(
            told["entries"].as_array().unwrap().iter().map(line).collect::<Vec<_>>(),
            [
                "answered alice@example.test organizer gogi@s.com DECLINED taken",
                "answered bob@example.test web bob@example.test ACCEPTED taken",
                "created alice@example.test web - - -"
            ]
        );
        let page = meeting.as_alice(Method::GET, "/history?maxEntries=1", None).await.json;
        let rest = format!("/history?cursor={}", page["next"].as_str().unwrap());
        assert_eq!(
            meeting.as_alice(Method::GET, &rest, None).await.json["entries"].as_array().unwrap().len(),
            2
        );
        // Others see what they said themselves, and of the rest only the answer.
        let seen = meeting.as_bob(Method::GET, "", None).await.json;
        let gogi = of(&seen["attendees"], "gogi@s.com");
        assert_eq!((&gogi["partstat"], &gogi["comment"]), (&json!("DECLINED"), &Value::Null));
        let answers = meeting.as_bob(Method::GET, "/answers", None).await.json;
        assert_eq!(
            (answers["answers"].as_array().unwrap().len(), answers["log"].as_array().unwrap().len()),
            (1, 1)
        );

        // What is over can't be answered any more.
        meeting.restart_at("2026-12-20T00:00:00Z").await;
        assert_eq!(refused(&meeting, yes()).await, (409, "over".into(), Value::Null));
    });
}
