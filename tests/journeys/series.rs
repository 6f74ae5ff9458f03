//! Series and their exceptions, from the API to the mails: this date, this and those after it, all of them.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, Mail, World, clock_at, journey};

struct Series {
    world: World,
    alice: String,
    meetings: String,
    id: String,
}

impl Series {
    /// Tuesdays at 10 in Seoul, from 1 December on, three times, whose invitations have come.
    async fn weekly(world: World) -> Self {
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        world.wait_for_mails(3).await;
        Self { world, alice, meetings, id: made.json["id"].as_str().unwrap().to_owned() }
    }

    async fn call(&self, method: Method, rest: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/{}{rest}", self.meetings, self.id);
        let fields = [("if-match", "*")];
        self.world.call_with(method, &url, &self.alice, &fields, body).await.unwrap()
    }

    /// What a person's list shows of December and January: local starts and names.
    async fn listed(&self, person: usize) -> Vec<String> {
        let who = self.world.sign_in(person).await;
        let url = format!("{}?fromTime=2026-11-30T00:00:00Z&untilTime=2027-02-01T00:00:00Z", self.meetings);
        let list = self.world.call(Method::GET, &url, &who, None).await.json;
        let show =
            |i: &Value| format!("{} {}", i["dtStart"].as_str().unwrap(), i["summary"].as_str().unwrap());
        list.as_array().unwrap().iter().map(show).collect()
    }

    /// The mails after the first `before`, by recipient.
    async fn mails_after(&self, before: usize, count: usize) -> Vec<Mail> {
        let mut mails = self.world.wait_for_mails(before + count).await.split_off(before);
        mails.sort_by(|a, b| (&a.to, &a.calendar).cmp(&(&b.to, &b.calendar)));
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }
}

/// The lines of a calendar object, unfolded.
fn lines(mail: &Mail) -> Vec<String> {
    mail.calendar
        .replace("\r\n ", "")
        .replace("\n ", "")
        .lines()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn has(mail: &Mail, line: &str) -> bool {
    lines(mail).iter().any(|found| found == line)
}

fn recipients(mails: &[Mail]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

#[test]
fn one_date_of_a_series_is_moved_cancelled_and_brought_back() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let date = "/occurrences/2026-12-08T10:00:00";

        // Looked at first: nothing is kept, nobody is mailed.
        let patch = json!({"dtStart": "2026-12-09T15:00:00", "summary": "Moved"});
        let seen = series.call(Method::PATCH, &format!("{date}?dryRun=true"), Some(&patch)).await;
        assert_eq!(seen.status, 200, "{}", seen.json);
        let starts = |side: &str| {
            seen.json[side].as_array().unwrap().iter().map(|o| o["dtStart"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(starts("before"), ["2026-12-01T10:00:00", "2026-12-08T10:00:00", "2026-12-15T10:00:00"]);
        assert_eq!(starts("after"), ["2026-12-01T10:00:00", "2026-12-09T15:00:00", "2026-12-15T10:00:00"]);
        let mails = seen.json["mails"].as_array().unwrap();
        assert!(
            mails.len() == 3 && mails.iter().all(|mail| mail["kind"] == "update" && mail["isSent"] == true)
        );
        assert_eq!(series.call(Method::GET, "", None).await.json["overrides"], json!([]));

        let moved = series.call(Method::PATCH, date, Some(&patch)).await;
        assert_eq!((moved.status, &moved.json["sequence"]), (200, &json!(1)), "{}", moved.json);
        assert_eq!(moved.json["overrides"][0]["dtEnd"], "2026-12-09T15:30:00", "the length stays");
        let mails = series.mails_after(3, 3).await;
        for mail in &mails {
            assert_eq!(mail.method, "REQUEST");
            assert!(has(mail, "RECURRENCE-ID;TZID=Asia/Seoul:20261208T100000"), "{}", mail.calendar);
            assert!(has(mail, "DTSTART;TZID=Asia/Seoul:20261209T150000") && has(mail, "SEQUENCE:1"));
            assert_eq!(lines(mail).iter().filter(|line| *line == "BEGIN:VEVENT").count(), 1);
            assert!(!mail.calendar.contains("RRULE"));
            assert!(mail.text.contains("8 December 2026, 10:00"), "{}", mail.text);
        }
        for person in [0, 1] {
            let listed = series.listed(person).await;
            assert_eq!(
                listed,
                ["2026-12-01T10:00:00 Test-XRP", "2026-12-09T15:00:00 Moved", "2026-12-15T10:00:00 Test-XRP"]
            );
        }

        // Somebody is left out of one date, somebody else comes to just that one.
        let people = json!({"attendees": [{"email": "gogi@s.com", "role": "ExternalAccessMeth"}, {"email": "dan@s.com"}]});
        let other = series.call(Method::PATCH, "/occurrences/2026-12-15T10:00:00", Some(&people)).await;
        assert_eq!(other.status, 200, "{}", other.json);
        let mails = series.mails_after(6, 2).await;
        assert_eq!(recipients(&mails), ["bob@example.test", "dan@s.com"]);
        assert!(
            mails[0].method == "CANCEL" && has(&mails[0], "RECURRENCE-ID;TZID=Asia/Seoul:20261215T100000")
        );
        assert!(
            mails[1].method == "REQUEST" && !mails[1].calendar.contains("RRULE"),
            "{}",
            mails[1].calendar
        );
        assert_eq!(series.listed(1).await, ["2026-12-01T10:00:00 Test-XRP", "2026-12-09T15:00:00 Moved"]);

        let cancelled = series.call(Method::DELETE, date, None).await;
        assert_eq!((cancelled.status, &cancelled.json["status"]), (200, &json!("CONFIRMED")));
        let mails = series.mails_after(8, 3).await;
        for mail in &mails {
            assert!(mail.method == "CANCEL" && has(mail, "STATUS:CANCELLED"), "{}", mail.calendar);
            assert!(has(mail, "RECURRENCE-ID;TZID=Asia/Seoul:20261208T100000") && has(mail, "SEQUENCE:3"));
        }
        assert_eq!(series.listed(0).await, ["2026-12-01T10:00:00 Test-XRP", "2026-12-15T10:00:00 Test-XRP"]);
        let again = series.call(Method::DELETE, date, None).await;
        assert_eq!((again.status, &again.json["sequence"]), (200, &json!(3)));

        let back = series.call(Method::POST, &format!("{date}/restore"), None).await;
        assert_eq!(back.status, 200, "{}", back.json);
        let mails = series.mails_after(11, 3).await;
        assert!(mails.iter().all(|mail| mail.method == "REQUEST" && has(mail, "SEQUENCE:4")));
        assert!(has(&mails[0], "RECURRENCE-ID;TZID=Asia/Seoul:20261208T100000"), "{}", mails[0].calendar);
        assert_eq!(series.listed(0).await.len(), 3);

        // All of them get another name: what single dates say of their own stays, and one object tells all of it.
        let mut body = series.world.weekly();
        body["summary"] = json!("Everything");
        let renamed = series.call(Method::PUT, "", Some(&body)).await;
        assert_eq!(renamed.status, 200, "{}", renamed.json);
        let listed = series.listed(0).await;
        assert_eq!(
            listed,
            ["2026-12-01T10:00:00 Everything", "2026-12-09T15:00:00 Moved", "2026-12-15T10:00:00 Everything"]
        );
        let mails = series.mails_after(14, 4).await;
        let bobs = mails.iter().find(|mail| mail.to == "bob@example.test").unwrap();
        assert!(has(bobs, "EXDATE;TZID=Asia/Seoul:20261215T100000"), "{}", bobs.calendar);
        assert_eq!(lines(bobs).iter().filter(|line| *line == "BEGIN:VEVENT").count(), 2);
        let dans = mails.iter().find(|mail| mail.to == "dan@s.com").unwrap();
        assert!(!dans.calendar.contains("RRULE") && has(dans, "SUMMARY:Everything"), "{}", dans.calendar);
    });
}

#[test]
fn this_and_following_becomes_a_meeting_of_its_own() {
    journey(async { parted(World::small().await).await });
}

#[test]
fn this_and_following_becomes_a_meeting_of_its_own_on_postgres() {
    journey(async { parted(World::start(1, 1, true, &[]).await).await });
}

async fn parted(world: World) {
    let mut series = Series::weekly(world).await;
    let before = series.call(Method::GET, "", None).await;
    let date = "/occurrences/2026-12-08T10:00:00?range=THISANDFUTURE";
    let patch = json!({"dtStart": "2026-12-08T16:00:00"});
    let seen = series.call(Method::PATCH, &format!("{date}&dryRun=true"), Some(&patch)).await;
    assert_eq!((seen.status, &seen.json["newMeeting"]), (200, &json!(true)), "{}", seen.json);
    let next = series.call(Method::PATCH, date, Some(&patch)).await;
    assert_eq!(next.status, 200, "{}", next.json);
    assert_eq!(next.json["follows"], json!(series.id));
    assert_eq!(next.json["rrule"], "FREQ=WEEKLY;COUNT=2", "what is left of three");
    assert_eq!((&next.json["coSpace"], &next.json["sequence"]), (&before.json["coSpace"], &json!(0)));
    let old = series.call(Method::GET, "", None).await;
    assert_eq!((&old.json["followedBy"], &old.json["sequence"]), (&next.json["id"], &json!(1)));
    for person in [0, 1] {
        let listed = series.listed(person).await;
        assert_eq!(
            listed,
            ["2026-12-01T10:00:00 Test-XRP", "2026-12-08T16:00:00 Test-XRP", "2026-12-15T16:00:00 Test-XRP"]
        );
    }
    // Each half is whole in itself: whichever mail arrives first, the calendar ends up the same.
    let mails = series.mails_after(3, 6).await;
    for person in ["alice@example.test", "bob@example.test", "gogi@s.com"] {
        let own: Vec<&Mail> = mails.iter().filter(|mail| mail.to == person).collect();
        let of = |uid: &Value| {
            *own.iter().find(|mail| has(mail, &format!("UID:{}", uid.as_str().unwrap()))).unwrap()
        };
        let (old, next) = (of(&old.json["uid"]), of(&next.json["uid"]));
        assert!(has(old, "SEQUENCE:1") && old.method == "REQUEST" && next.method == "REQUEST");
        assert!(!old.calendar.contains("RRULE") || old.calendar.contains("UNTIL"), "{}", old.calendar);
        assert!(
            has(next, "DTSTART;TZID=Asia/Seoul:20261208T160000") && has(next, "RRULE:FREQ=WEEKLY;COUNT=2")
        );
    }
    // The old half goes, its space stays while the other half needs it.
    let history = series.call(Method::GET, "/history", None).await.json;
    assert_eq!(
        (&history["entries"][0]["scope"], &history["entries"][0]["recurrence"]),
        (&json!("following"), &json!("2026-12-08T10:00:00"))
    );
    series.world.system.stop_node(0).unwrap();
    series.world.system.start_node(0, &[&clock_at("2026-12-06T12:00:00Z")]).unwrap();
    series.world.system.until_ready().await.unwrap();
    series.alice = series.world.sign_in(0).await;
    let spaces = async |series: &Series| {
        series.world.system.admin_api(&series.world.people).read("coSpaces?limit=0").await.unwrap()
    };
    assert!(spaces(&series).await.contains("total=\"1\""));
    // Cancelled between its dates, the rest goes and what has been stays.
    let url = format!("{}/{}", series.meetings, next.json["id"].as_str().unwrap());
    series.world.system.stop_node(0).unwrap();
    series.world.system.start_node(0, &[&clock_at("2026-12-08T12:00:00Z")]).unwrap();
    series.world.system.until_ready().await.unwrap();
    series.alice = series.world.sign_in(0).await;
    let ended = series.world.call(Method::DELETE, &url, &series.alice, None).await;
    assert_eq!((ended.status, &ended.json["status"]), (200, &json!("CONFIRMED")), "{}", ended.json);
    assert_eq!(series.listed(0).await, ["2026-12-01T10:00:00 Test-XRP", "2026-12-08T16:00:00 Test-XRP"]);
    let restore = format!("{url}/restore");
    let fields = [("if-match", "*")];
    let back = series.world.call_with(Method::POST, &restore, &series.alice, &fields, None).await.unwrap();
    assert_eq!(back.status, 200, "{}", back.json);
    assert_eq!(series.listed(0).await.len(), 3);
    // A day after all of it the space goes.
    series.world.system.stop_node(0).unwrap();
    series.world.system.start_node(0, &[&clock_at("2026-12-18T12:00:00Z")]).unwrap();
    series.world.system.until_ready().await.unwrap();
    series
        .world
        .until("the space to go", async || spaces(&series).await.contains("total=\"0\"").then_some(()))
        .await;
}

/// What one person reads over the life of a series: each mail answers the one before, and says what is news to them.
#[test]
fn a_persons_mails_thread_and_tell_what_changed_since_they_were_told_last() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let bob = async |before: usize, count: usize| {
            let mails = series.mails_after(before, count).await;
            mails.into_iter().filter(|mail| mail.to == "bob@example.test").collect::<Vec<_>>()
        };
        let invited = bob(0, 3).await.remove(0);
        assert_eq!((invited.in_reply_to.as_str(), invited.references.as_str()), ("", ""));
        let change = async |method: Method, rest: &str, body: Value| {
            let changed = series.call(method, rest, Some(&body)).await;
            assert_eq!(changed.status, 200, "{}", changed.json);
        };

        // A change that nobody is told of is told with the next one.
        let mut meeting = series.world.weekly();
        meeting["summary"] = json!("Other name");
        change(Method::PUT, "?notify=none", meeting.clone()).await;
        meeting["description"] = json!("Bring figures");
        change(Method::PUT, "", meeting).await;
        let update = bob(3, 3).await.remove(0);
        assert_eq!(update.subject, "Updated: Other name");
        for words in ["Name, before: Test-XRP", "The description is new."] {
            assert!(update.text.contains(words), "{}", update.text);
        }
        assert_eq!(update.in_reply_to, invited.message_id);

        // A series that goes on as another one: a mail of each part, in the same thread.
        let date = "/occurrences/2026-12-08T10:00:00?range=THISANDFUTURE";
        change(Method::PATCH, date, json!({"dtStart": "2026-12-08T15:00:00"})).await;
        let parts = bob(6, 6).await;
        let part = |subject: &str| parts.iter().find(|mail| mail.subject == subject).unwrap();
        let (next, ended) = (part("Updated: Other name"), part("Ends: Other name"));
        for words in
            ["changed this meeting from 8 December 2026 on", "When, before: Tuesday, 1 December 2026, 10:00"]
        {
            assert!(next.text.contains(words), "{}", next.text);
        }
        assert!(!next.text.contains("Name, before"), "{}", next.text);
        assert!(
            ended.text.contains("its last date is 1 December 2026. After that it goes on"),
            "{}",
            ended.text
        );
        for mail in [next, ended] {
            let thread = [&invited.message_id, &update.message_id];
            assert!(thread.iter().all(|id| mail.references.contains(*id)), "{mail:?}");
        }

        // Called off, and on again.
        assert_eq!(series.call(Method::DELETE, "", None).await.status, 200);
        let cancelled = bob(12, 3).await.remove(0);
        assert_eq!((cancelled.method.as_str(), &cancelled.in_reply_to), ("CANCEL", &ended.message_id));
        assert_eq!(series.call(Method::POST, "/restore", None).await.status, 200);
        let back = bob(15, 3).await.remove(0);
        assert_eq!((back.method.as_str(), &back.in_reply_to), ("REQUEST", &cancelled.message_id));
        assert_eq!(back.subject, "Takes place after all: Other name");
    });
}

#[test]
fn what_cannot_be_changed_is_told_in_words() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let patch = |body: Value| body;
        for (rest, body, status, code, words) in [
            (
                "/occurrences/2026-12-09T10:00:00",
                patch(json!({})),
                404,
                "notFound",
                "The meeting has no occurrence with this recurrence.",
            ),
            (
                "/occurrences/tuesday",
                json!({}),
                400,
                "badParameter",
                "recurrence: It is the original local start of an occurrence, such as 2026-12-08T10:00:00, or its date.",
            ),
            (
                "/occurrences/2026-12-08T10:00:00",
                json!({"rrule": "FREQ=DAILY"}),
                422,
                "invalid",
                "One occurrence can't repeat; add range=THISANDFUTURE to the address.",
            ),
            (
                "/occurrences/2026-12-08T10:00:00",
                json!({"dtEnd": "2026-12-08T09:00:00"}),
                422,
                "invalid",
                "The end has to be after the start.",
            ),
            (
                "/occurrences/2026-12-08T10:00:00?notify=some",
                json!({}),
                400,
                "badParameter",
                "notify: It is one of all, affected, new and none.",
            ),
            (
                "/occurrences/2026-12-08T10:00:00?range=ALL",
                json!({}),
                400,
                "badParameter",
                "range: It is one of THISANDFUTURE, or left out for one occurrence.",
            ),
        ] {
            let refused = series.call(Method::PATCH, rest, Some(&body)).await;
            assert_eq!(
                (refused.status, refused.json["code"].as_str().unwrap()),
                (status, code),
                "{}",
                refused.json
            );
            assert_eq!(refused.json["detail"], words);
        }
        // An exception that finds no place is for the organizer to decide.
        let moved = json!({"dtStart": "2026-12-09T15:00:00"});
        assert_eq!(
            series.call(Method::PATCH, "/occurrences/2026-12-08T10:00:00", Some(&moved)).await.status,
            200
        );
        let mut monthly = series.world.weekly();
        monthly["rrule"] = json!("FREQ=MONTHLY;COUNT=3");
        let undecided = series.call(Method::PUT, "", Some(&monthly)).await;
        assert_eq!((undecided.status, &undecided.json["code"]), (409, &json!("exceptionsUndecided")));
        assert_eq!(
            undecided.json["errors"][0]["reason"],
            "What becomes of 2026-12-08T10:00:00, keep or drop?"
        );
        let kept = series.call(Method::PUT, "?exceptions=keep&notify=none", Some(&monthly)).await;
        assert_eq!(kept.status, 200, "{}", kept.json);
        let listed = series.listed(0).await;
        assert_eq!(
            listed,
            ["2026-12-01T10:00:00 Test-XRP", "2026-12-09T15:00:00 Test-XRP", "2027-01-01T10:00:00 Test-XRP"]
        );
        // The space of a meeting is no place for another one, which would lose it.
        let space = series.call(Method::GET, "", None).await.json["coSpace"].clone();
        let mut other = series.world.weekly();
        other["coSpaceTemplate"] = Value::Null;
        other["coSpace"] = space;
        let other = series.world.call(Method::POST, &series.meetings, &series.alice, Some(&other)).await;
        assert_eq!((other.status, &other.json["errors"][0]["code"]), (422, &json!("anotherMeetings")));
        assert_eq!(
            other.json["detail"],
            "This space was made for another meeting and goes with it; choose another one."
        );
        let bob = series.world.sign_in(1).await;
        let url = format!("{}/{}/occurrences/2026-12-01T10:00:00", series.meetings, series.id);
        let any = [("if-match", "*")];
        let not_his = series.world.call_with(Method::PATCH, &url, &bob, &any, Some(&moved)).await.unwrap();
        assert_eq!(not_his.status, 403);
    });
}

#[test]
fn who_is_in_one_date_alone_sees_that_date_and_its_way_in() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let date = "/occurrences/2026-12-08T10:00:00";
        let people = json!({"attendees": [{"email": "carol@example.test", "role": "ExternalAccessMeth"}]});
        let changed = series.call(Method::PATCH, date, Some(&people)).await;
        assert_eq!(changed.status, 200, "{}", changed.json);
        let carol = series.world.sign_in(2).await;
        let url = format!("{}/{}", series.meetings, series.id);
        let seen = series.world.call(Method::GET, &url, &carol, None).await;
        assert_eq!(
            (seen.status, &seen.json["rrule"], &seen.json["dtStart"]),
            (200, &Value::Null, &json!("2026-12-08T10:00:00"))
        );
        let attendees = seen.json["attendees"].as_array().unwrap();
        assert_eq!((attendees.len(), &attendees[0]["email"]), (1, &json!("carol@example.test")));
        assert_eq!(
            (&seen.json["join"]["role"], &seen.json["accessMethods"]),
            (&json!("ExternalAccessMeth"), &json!([]))
        );
        assert_eq!(seen.json["overrides"].as_array().unwrap().len(), 1);
        assert_eq!(series.listed(2).await, ["2026-12-08T10:00:00 Test-XRP"]);
        let page = series.world.call(Method::GET, &format!("{url}/occurrences"), &carol, None).await;
        assert_eq!(page.json["occurrences"].as_array().unwrap().len(), 1, "{}", page.json);
        // Cancelled, it is nothing to them any more.
        assert_eq!(series.call(Method::DELETE, date, None).await.status, 200);
        assert_eq!(series.world.call(Method::GET, &url, &carol, None).await.status, 404);
        let mails = series.world.wait_for_mails(3 + 3 + 2).await;
        let last = mails.iter().rfind(|mail| mail.to == "carol@example.test").unwrap();
        assert!(last.method == "CANCEL" && has(last, "STATUS:CANCELLED"), "{}", last.calendar);
    });
}

#[test]
fn a_date_that_a_series_was_told_without_comes_back_with_the_series() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let date = "/occurrences/2026-12-08T10:00:00";
        let key = [("if-match", "*"), ("idempotency-key", "gone")];
        let url = format!("{}/{}{date}", series.meetings, series.id);
        for is_replayed in [false, true] {
            let gone = series.world.call_with(Method::DELETE, &url, &series.alice, &key, None).await.unwrap();
            assert_eq!((gone.is_replayed, &gone.json["status"]), (is_replayed, &json!("CONFIRMED")));
        }
        series.world.wait_for_mails(6).await;
        let mut body = series.world.weekly();
        body["summary"] = json!("Another name");
        assert_eq!(series.call(Method::PUT, "", Some(&body)).await.status, 200);
        let mails = series.mails_after(6, 3).await;
        assert!(mails.iter().all(|mail| has(mail, "EXDATE;TZID=Asia/Seoul:20261208T100000")));
        let seen = series.call(Method::POST, &format!("{date}/restore?dryRun=true"), None).await;
        assert_eq!(seen.json["changes"], true, "{}", seen.json);
        assert_eq!(series.call(Method::POST, &format!("{date}/restore"), None).await.status, 200);
        let mails = series.mails_after(9, 3).await;
        for mail in &mails {
            assert!(
                mail.calendar.contains("RRULE") && !mail.calendar.contains("EXDATE"),
                "{}",
                mail.calendar
            );
        }
    });
}

#[test]
fn a_space_that_was_chosen_outlives_the_meeting() {
    journey(async {
        let mut series = Series::weekly(World::small().await).await;
        // A space of Alice's own.
        let api = series.world.system.admin_api(&series.world.people);
        let space = api.create("coSpaces", &[("name", "Alice's own")]).await.unwrap();
        let member = format!("coSpaces/{space}/coSpaceUsers");
        api.create(&member, &[("userJid", "alice@example.test")]).await.unwrap();
        let patch = json!({"coSpace": space});
        let moved = series
            .call(Method::PATCH, "/occurrences/2026-12-08T10:00:00?range=THISANDFUTURE", Some(&patch))
            .await;
        assert_eq!((moved.status, &moved.json["temporarySpace"]), (200, &json!(false)), "{}", moved.json);
        series.world.system.stop_node(0).unwrap();
        series.world.system.start_node(0, &[&clock_at("2026-12-20T12:00:00Z")]).unwrap();
        series.world.system.until_ready().await.unwrap();
        series.alice = series.world.sign_in(0).await;
        let spaces = async |series: &Series| {
            series.world.system.admin_api(&series.world.people).read("coSpaces").await.unwrap()
        };
        series
            .world
            .until("the space of the meeting to go", async || {
                spaces(&series).await.contains("<coSpaces total=\"1\">").then_some(())
            })
            .await;
        assert!(
            spaces(&series).await.contains("Alice&apos;s own")
                || spaces(&series).await.contains("Alice's own")
        );
    });
}

#[test]
fn taking_back_is_looked_at_first_and_finds_its_place() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        assert_eq!(series.call(Method::DELETE, "", None).await.status, 200);
        series.mails_after(3, 3).await;
        let seen = series.call(Method::POST, "/restore?dryRun=true&notify=none", None).await;
        assert_eq!(
            (&seen.json["changes"], seen.json["mails"].as_array().map(Vec::len)),
            (&json!(true), Some(3))
        );
        assert!(seen.json["mails"].as_array().unwrap().iter().all(|mail| mail["isSent"] == false));
        assert_eq!(series.call(Method::GET, "", None).await.json["status"], "CANCELLED");
        let gone = series.call(Method::DELETE, "?dryRun=true", None).await;
        assert_eq!((gone.status, &gone.json["code"]), (409, &json!("cancelled")));
        assert_eq!(series.call(Method::POST, "/restore?notify=none", None).await.json["status"], "CONFIRMED");
        assert_eq!(series.world.mails().len(), 6, "nobody is told");
    });
}

#[test]
fn a_list_comes_in_pages() {
    journey(async {
        let series = Series::weekly(World::small().await).await;
        let window = format!(
            "{}?fromTime=2026-11-30T00:00:00Z&untilTime=2027-02-01T00:00:00Z&maxMeetings=2",
            series.meetings
        );
        let first = series.world.call(Method::GET, &window, &series.alice, None).await;
        assert_eq!(first.json.as_array().unwrap().len(), 2);
        let rest = format!("{window}&cursor={}", first.next_cursor);
        let rest = series.world.call(Method::GET, &rest, &series.alice, None).await;
        assert_eq!((rest.json.as_array().unwrap().len(), rest.next_cursor.as_str()), (1, ""));
        assert_eq!(rest.json[0]["dtStart"], "2026-12-15T10:00:00");
        let wrong = series.world.call(Method::GET, &format!("{window}&cursor=x"), &series.alice, None).await;
        assert_eq!((wrong.status, &wrong.json["code"]), (400, &json!("badParameter")));
        assert_eq!(wrong.json["detail"], "cursor: It is what X-Next-Cursor of a former answer said.");
    });
}
