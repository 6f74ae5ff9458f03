//! A meeting from the click to the mail, on one node: scheduled, seen, changed, cancelled, cleaned up.

mod world;

use std::collections::BTreeSet;

use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use world::{Mail, Plan, World, clock_at, journey};

fn to<'a>(mails: &'a [Mail], address: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.to == address).collect()
}

fn fields(problem: &Value) -> BTreeSet<String> {
    problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["field"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn a_meeting_is_scheduled_invited_to_changed_and_cancelled_on_sqlite() {
    journey(async { whole_life(World::small().await).await });
}

#[test]
fn a_meeting_is_scheduled_invited_to_changed_and_cancelled_on_postgres() {
    journey(async { whole_life(World::start(1, 1, true, &[]).await).await });
}

async fn whole_life(world: World) {
    let alice = world.sign_in(0).await;
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let id = made.json["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location, format!("/api/v1/scheduler/meetings/{id}"));
    assert_eq!(made.json["temporarySpace"], true);
    let ways = made.json["accessMethods"].as_array().unwrap().clone();
    assert_eq!(ways.len(), 2, "{ways:?}");
    let way = |role: &str| ways.iter().find(|way| way["role"] == role).unwrap().clone();

    // Everyone gets one mail, with the way in of their own role and of no other.
    let mails = world.wait_for_mails(3).await;
    let (guest, host) = (way("ExternalAccessMeth"), way("InternalAccessMeth"));
    for (address, own, other) in [
        ("gogi@s.com", &guest, &host),
        ("bob@example.test", &host, &guest),
        ("alice@example.test", &host, &guest),
    ] {
        let [mail] = to(&mails, address)[..] else { panic!("{address}: {mails:?}") };
        assert_eq!(mail.method, "REQUEST");
        assert!(
            mail.calendar.contains("METHOD:REQUEST") && mail.calendar.contains("RRULE:FREQ=WEEKLY;COUNT=3")
        );
        assert!(mail.text.contains(own["link"].as_str().unwrap()), "{}", mail.text);
        assert!(mail.text.contains(own["meetingId"].as_str().unwrap()));
        assert!(!mail.text.contains(other["link"].as_str().unwrap()));
        assert!(!mail.calendar.replace("\r\n ", "").contains(other["link"].as_str().unwrap()));
    }

    // The known call lists its instances, to the organizer and to the colleague whose address is invited.
    let window =
        format!("{meetings}?fromTime=2026-12-01T00:00:00Z&untilTime=2026-12-31T00:00:00Z&maxMeetings=10");
    let bob = world.sign_in(1).await;
    let carol = world.sign_in(2).await;
    let own = world.call(Method::GET, &window, &alice, None).await.json;
    assert_eq!(own.as_array().unwrap().len(), 3);
    assert_eq!(
        (&own[1]["dtStart"], &own[1]["dtStartUtc"]),
        (&json!("2026-12-08T10:00:00"), &json!("2026-12-08T01:00:00Z"))
    );
    assert_eq!((&own[1]["recurrence"], &own[0]["joinLink"]), (&json!("2026-12-08T10:00:00"), &host["link"]));
    let bobs = world.call(Method::GET, &window, &bob, None).await.json;
    assert_eq!((bobs.as_array().unwrap().len(), &bobs[0]["isOrganizer"]), (3, &json!(false)));
    assert_eq!(world.call(Method::GET, &window, &carol, None).await.json, json!([]));
    let one = format!("{meetings}/{id}");
    assert_eq!(world.call(Method::GET, &one, &carol, None).await.status, 404);
    let seen = world.call(Method::GET, &one, &bob, None).await;
    assert_eq!((seen.status, &seen.json["accessMethods"]), (200, &json!([])));
    assert_eq!(world.call(Method::DELETE, &one, &bob, None).await.status, 403);
    let operators = format!("{}/api/v1/scheduler/meetings?fromTime=2026-12-01T00:00:00Z", scheduler(&world));
    assert_eq!(
        world.call(Method::GET, &operators, &world.operator(), None).await.json.as_array().unwrap().len(),
        3
    );

    // A change tells those who stay what it is, those who go that they are out, and those who come that they are in.
    let mut changed = world.weekly();
    changed["dtStart"] = json!("2026-12-01T11:00:00");
    changed["dtEnd"] = json!("2026-12-01T11:30:00");
    changed["attendees"] = json!([{"email": "bob@example.test"}, {"email": "new@s.com"}]);
    let answer = world.call(Method::PUT, &one, &alice, Some(&changed)).await;
    assert_eq!((answer.status, &answer.json["sequence"]), (200, &json!(1)), "{}", answer.json);
    assert_eq!(answer.json["coSpace"], made.json["coSpace"]);
    let mails = world.wait_for_mails(7).await;
    let kinds =
        |address: &str| to(&mails, address).iter().map(|mail| mail.method.clone()).collect::<Vec<_>>();
    assert_eq!(kinds("gogi@s.com"), ["REQUEST", "CANCEL"]);
    assert_eq!(kinds("bob@example.test"), ["REQUEST", "REQUEST"]);
    assert_eq!(kinds("new@s.com"), ["REQUEST"]);
    assert!(to(&mails, "bob@example.test")[1].calendar.contains("SEQUENCE:1"));

    // The same once more changes nothing and mails nobody; then it is cancelled, twice with one mail each.
    let again = world.call(Method::PUT, &one, &alice, Some(&changed)).await;
    assert_eq!((again.status, &again.json["sequence"]), (200, &json!(1)));
    for _ in 0..2 {
        let cancelled = world.call(Method::DELETE, &one, &alice, None).await;
        assert_eq!((cancelled.status, &cancelled.json["status"]), (200, &json!("CANCELLED")));
    }
    let mails = world.wait_for_mails(10).await;
    assert_eq!(mails.len(), 10);
    let last = to(&mails, "new@s.com")[1];
    assert!(
        last.method == "CANCEL" && last.calendar.contains("SEQUENCE:2") && last.calendar.contains("DTSTART")
    );
    let uids: BTreeSet<_> = mails.iter().map(|mail| line(&mail.calendar, "UID:")).collect();
    assert_eq!(uids.len(), 1, "one UID for life");
    let messages: BTreeSet<_> = mails.iter().map(|mail| &mail.message_id).collect();
    assert_eq!(messages.len(), 10);
    assert_eq!(world.call(Method::PUT, &one, &alice, Some(&changed)).await.status, 409);
    assert_eq!(world.call(Method::GET, &window, &alice, None).await.json, json!([]));
}

fn line(calendar: &str, name: &str) -> String {
    calendar.lines().find(|line| line.starts_with(name)).unwrap_or_default().to_owned()
}

fn scheduler(world: &World) -> String {
    world.system.layout.nodes[0].scheduler_api().unwrap()
}

/// Who writes an own text gets it in the invitation, and the built-in one where it has a fault, which the log tells.
#[test]
fn an_invitation_has_the_administrators_text_where_it_is_sound() {
    journey(async {
        let folder = tempfile::TempDir::new().unwrap();
        let file = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            folder.path().join(name).display().to_string()
        };
        let sound = file(
            "en.txt",
            "Subject: %organizer%: %name%\nCome to %name%: %join_link%\n#if passcode\nBring %passcode%\n#endif\n",
        );
        let broken = file("ko.txt", "one\n#if name\n");
        let from = "from = \"meetings@".to_owned();
        let to_ = format!("templates = {{ en = \"{sound}\", ko = \"{broken}\" }}\n{from}");
        let plan = Plan { settings: vec![(1, from, to_)], ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let told = format!("{broken}:2:1: #endif is missing; the built-in text is used");
        assert!(world.logs().contains(&told), "{}", world.logs());
        let (alice, url) = (world.sign_in(0).await, format!("{}/api/v1/scheduler/meetings", world.web(0)));
        for (before, language, subject, text) in [
            (0, "en", "Alice Kim: Test-XRP", "Come to Test-XRP: https://"),
            (3, "ko", "회의 초대: Test-XRP", "Alice Kim 님이 회의에 초대했습니다."),
        ] {
            let mut request = world.weekly();
            request["language"] = json!(language);
            let made = world.call(Method::POST, &url, &alice, Some(&request)).await;
            assert_eq!(made.status, 201, "{}", made.json);
            let mails = world.wait_for_mails(before + 3).await.split_off(before);
            let mail = to(&mails, "gogi@s.com")[0];
            assert_eq!(mail.subject, subject);
            assert!(mail.text.starts_with(text), "{}", mail.text);
            assert_eq!(mail.method, "REQUEST");
        }
    });
}

#[test]
fn what_is_wrong_is_told_all_at_once_and_leaves_nothing_behind() {
    journey(async {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut request = world.weekly();
        request["summary"] = json!(" ");
        request["timeZone"] = json!("Asia/Soul");
        request["attendees"] = json!([{"email": "nobody"}, {"email": "a@s.com", "role": "King"}]);
        request["organizerRole"] = json!("Queen");
        let refused = world.call(Method::POST, &meetings, &alice, Some(&request)).await;
        assert_eq!(refused.status, 422, "{}", refused.json);
        let expected = ["summary", "timeZone", "attendees[0].email", "attendees[1].role", "organizerRole"];
        assert_eq!(fields(&refused.json), expected.iter().map(|&field| field.to_owned()).collect());
        let role = refused.json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .find(|f| f["field"] == "organizerRole")
            .unwrap();
        assert_eq!(
            role["reason"],
            "The space has no access method “Queen”; it has ExternalAccessMeth, InternalAccessMeth."
        );

        let unknown = world.call(Method::POST, &meetings, &alice, Some(&json!({"sumary": "x"}))).await;
        assert_eq!(unknown.status, 400);
        assert!(
            unknown.json["detail"].as_str().unwrap().contains("unknown field `sumary`"),
            "{}",
            unknown.json
        );
        for (field, value) in
            [("coSpaceTemplate", "19577d25-f7cf-4524-9a26-5fd418dd5f96"), ("coSpaceTemplate", "x")]
        {
            let mut request = world.weekly();
            request[field] = json!(value);
            let refused = world.call(Method::POST, &meetings, &alice, Some(&request)).await;
            assert_eq!(
                (refused.status, fields(&refused.json).contains(field)),
                (422, true),
                "{}",
                refused.json
            );
        }
        assert_eq!(world.call(Method::GET, &meetings, "", None).await.status, 401);
        // An operator's password is not taken through the edge, and an operator must say whose meeting it is.
        assert_eq!(world.call(Method::GET, &meetings, &world.operator(), None).await.status, 401);
        let own = format!("{}/api/v1/scheduler/meetings", scheduler(&world));
        let refused = world.call(Method::POST, &own, &world.operator(), Some(&world.weekly())).await;
        assert_eq!((refused.status, fields(&refused.json).contains("organizer")), (422, true));
        let mut request = world.weekly();
        request["organizer"] = json!("bob@example.test");
        request["attendees"] = json!([]);
        let made = world.call(Method::POST, &own, &world.operator(), Some(&request)).await;
        assert_eq!((made.status, &made.json["organizer"]["name"]), (201, &json!("Bob Lee")), "{}", made.json);

        // One space came of all this: that of the one meeting which was made.
        let spaces = world.system.admin_api(&world.people).read("coSpaces").await.unwrap();
        assert!(spaces.contains("<coSpaces total=\"1\">"), "{spaces}");
    });
}

#[test]
fn temporary_spaces_go_by_the_rule_also_after_a_downtime() {
    journey(async {
        let mut world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let total =
            async |world: &World| world.system.admin_api(&world.people).read("coSpaces?limit=0").await;
        assert!(total(&world).await.unwrap().contains("total=\"1\""));

        // The last of the three ends on 15 December at 01:30 UTC. A node that was down comes back: first on 16 December
        // after 01:15 (it ended not yet 24 hours before that run), then on 17 December after it.
        for (back_at, expected) in
            [("2026-12-16T12:00:00Z", "total=\"1\""), ("2026-12-17T02:00:00Z", "total=\"0\"")]
        {
            world.system.stop_node(0).unwrap();
            world.system.start_node(0, &[&clock_at(back_at)]).unwrap();
            world.system.until_ready().await.unwrap();
            if expected.contains('0') {
                world
                    .until("the space to go", async || {
                        total(&world).await.ok().filter(|found| found.contains(expected))
                    })
                    .await;
                assert!(world.logs().contains("SpaceCleanup - temporary space"));
            } else {
                assert!(total(&world).await.unwrap().contains(expected));
            }
        }
    });
}

#[test]
fn what_was_acknowledged_survives_kill_9_and_every_mail_comes_once() {
    journey(async {
        let mut world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut acknowledged = Vec::new();
        for round in 0..30 {
            let mut request = world.weekly();
            request["summary"] = json!(format!("Round {round}"));
            let answer = world.try_call(Method::POST, &meetings, &alice, Some(&request)).await;
            if let Some(answer) = answer.ok().filter(|answer| answer.status == 201) {
                acknowledged.push(answer.json["id"].as_str().unwrap().to_owned());
            }
            if round % 5 == 2 {
                for pid in world.processes("scheduler").into_iter().chain(world.processes("callbridge")) {
                    // It may have ended by itself in between.
                    let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
                }
            }
            if round % 5 == 4 {
                world
                    .until("the scheduler to be back", async || {
                        let listed = world.try_call(Method::GET, &meetings, &alice, None).await;
                        listed.ok().filter(|answer| answer.status == 200)
                    })
                    .await;
            }
        }
        assert!(acknowledged.len() >= 10, "only {} of 30 were acknowledged", acknowledged.len());
        for id in &acknowledged {
            let found = world.call(Method::GET, &format!("{meetings}/{id}"), &alice, None).await;
            assert_eq!(found.status, 200, "{id}");
            world
                .until("its mails", async || {
                    let found =
                        world.try_call(Method::GET, &format!("{meetings}/{id}"), &alice, None).await.ok()?;
                    let attendees = found.json["attendees"].as_array()?.clone();
                    attendees.iter().all(|attendee| attendee["mail"]["state"] == "sent").then_some(())
                })
                .await;
        }
        // A space is left only where there is a meeting; half an hour later what was begun in vain is settled.
        world.system.stop_node(0).unwrap();
        world.system.start_node(0, &[&clock_at("2026-11-22T09:30:00Z")]).unwrap();
        world.system.until_ready().await.unwrap();
        let own = format!("{}/api/v1/scheduler/meetings", scheduler(&world));
        let window =
            format!("{own}?fromTime=2026-12-01T00:00:00Z&untilTime=2026-12-02T00:00:00Z&maxMeetings=1000");
        let listed = world.call(Method::GET, &window, &world.operator(), None).await;
        let meetings = listed.json.as_array().unwrap().len();
        assert!(meetings >= acknowledged.len());
        world
            .until("one space a meeting", async || {
                let spaces = world.system.admin_api(&world.people).read("coSpaces?limit=0").await.ok()?;
                spaces.contains(&format!("total=\"{meetings}\"")).then_some(())
            })
            .await;

        // A mail server may see a mail twice when its answer was lost; then it is the same mail.
        let mails = world.mails();
        for mail in &mails {
            let same: Vec<_> = mails.iter().filter(|other| other.message_id == mail.message_id).collect();
            assert!(same.iter().all(|other| other.calendar == mail.calendar && other.to == mail.to));
        }
    });
}
