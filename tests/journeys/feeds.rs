//! Calendars to subscribe to: what another program reads in them is what the lists of their people show.

mod world;

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use world::{World, journey};

const FROM: &str = "2026-11-22T00:00:00Z";
const UNTIL: &str = "2027-02-01T00:00:00Z";

/// A calendar as a program gets it, which has no account here.
struct Got {
    status: u16,
    fields: http::HeaderMap,
    text: String,
}

impl Got {
    fn field(&self, name: &str) -> &str {
        self.fields.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

async fn get(world: &World, url: &str, known: &str) -> Got {
    let request = Request::builder().uri(url).header("if-none-match", known).body(Bytes::new()).unwrap();
    let answer = world.system.client.send(request).await.unwrap();
    let text = String::from_utf8_lossy(answer.body()).into_owned();
    Got { status: answer.status().as_u16(), fields: answer.headers().clone(), text }
}

/// What another program shows of a calendar: start, end and name of each event.
fn shown(calendar: &str) -> Vec<[String; 3]> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut python = Command::new(format!("{root}/target/test-venv/bin/python"))
        .arg(format!("{root}/tests/journeys/calendar_shows.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let asked = json!({"mails": [calendar], "from": FROM.replace('Z', "+00:00"), "until": UNTIL.replace('Z', "+00:00")});
    python.stdin.take().unwrap().write_all(format!("{asked}\n").as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{calendar}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What a person's list shows.
async fn listed(world: &World, who: &str) -> Vec<[String; 3]> {
    let url = format!("{}/api/v1/scheduler/meetings?fromTime={FROM}&untilTime={UNTIL}", world.web(0));
    let list = world.call(Method::GET, &url, who, None).await.json;
    let show = |one: &Value| {
        ["dtStartUtc", "dtEndUtc", "summary"].map(|name| one[name].as_str().unwrap().to_owned())
    };
    let mut shown: Vec<[String; 3]> = list.as_array().unwrap().iter().map(show).collect();
    shown.sort();
    shown
}

#[test]
fn a_calendar_shows_what_the_list_of_its_person_shows_with_their_own_way_in() {
    journey(async {
        let world = World::small().await;
        let signed_in = [world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await];
        let [alice, bob, _] = &signed_in;
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let post = async |who: &str, path: &str, body: &Value| {
            let answer = world.call(Method::POST, &format!("{api}{path}"), who, Some(body)).await;
            assert_eq!(answer.status, 201, "{path}: {}", answer.json);
            answer.json
        };
        let carol = &world.people.users[2].email;
        let mut weekly = world.weekly();
        weekly["rrule"] = json!("FREQ=WEEKLY;COUNT=6");
        let series = post(alice, "/meetings", &weekly).await;
        let id = series["id"].as_str().unwrap();
        let change = async |method: Method, rest: &str, body: Option<&Value>| {
            let url = format!("{api}/meetings/{id}{rest}");
            let changed = world.call_with(method, &url, alice, &[("if-match", "*")], body).await.unwrap();
            assert_eq!(changed.status, 200, "{}", changed.json);
        };
        let other = json!({"dtStart": "2026-12-08T15:00:00", "dtEnd": "2026-12-08T16:00:00", "summary": "Moved, 옮김"});
        change(Method::PATCH, "/occurrences/2026-12-08T10:00:00", Some(&other)).await;
        change(Method::DELETE, "/occurrences/2026-12-15T10:00:00", None).await;
        let guest =
            json!({"addAttendees": [{"email": carol}], "removeAttendees": [world.people.users[1].email]});
        change(Method::PATCH, "/occurrences/2026-12-22T10:00:00", Some(&guest)).await;
        change(
            Method::PATCH,
            "/occurrences/2026-12-29T10:00:00",
            Some(&json!({"addAttendees": [{"email": carol}]})),
        )
        .await;
        let all_day = json!({"summary": "Days", "dtStart": "2026-12-24", "dtEnd": "2026-12-26", "isFullDayMeeting": true,
            "timeZone": "UTC", "attendees": [{"email": carol}], "coSpaceTemplate": world.objects.template});
        post(bob, "/meetings", &all_day).await;
        let endless = json!({"summary": "Endless", "dtStart": "2026-11-25T09:00:00", "dtEnd": "2026-11-25T09:30:00",
            "timeZone": "America/New_York", "rrule": "FREQ=WEEKLY;BYDAY=WE", "attendees": [{"email": carol}],
            "coSpaceTemplate": world.objects.template});
        post(alice, "/meetings", &endless).await;
        let mut gone = endless.clone();
        gone["summary"] = json!("Gone");
        let gone = post(alice, "/meetings", &gone).await;
        let far = json!({"summary": "Far", "dtStart": "2028-01-01T09:00:00", "dtEnd": "2028-01-01T09:30:00",
            "timeZone": "Asia/Seoul", "coSpaceTemplate": world.objects.template});
        post(alice, "/meetings", &far).await;
        let url = format!("{api}/meetings/{}", gone["id"].as_str().unwrap());
        assert_eq!(world.call(Method::DELETE, &url, alice, None).await.status, 200);

        for (person, who) in signed_in.iter().enumerate() {
            let feed = post(who, "/feeds", &json!({"name": "Mine; all"})).await;
            let url = feed["url"].as_str().unwrap();
            assert!(url.starts_with(&format!("{api}/feeds/ics/")) && url.ends_with(".ics"), "{url}");
            let got = get(&world, url, "").await;
            assert_eq!((got.status, got.field("content-type")), (200, "text/calendar; charset=utf-8"));
            assert_eq!(got.field("cache-control"), "private, max-age=300");
            let mut expected = listed(&world, who).await;
            expected.sort();
            assert_eq!(shown(&got.text), expected, "{person}: {}", got.text);
            let plain = got.text.replace("\r\n ", "");
            assert!(plain.contains("\r\nX-WR-CALNAME:Mine\\; all\r\n") && !plain.contains("\r\nATTENDEE"));
            assert_eq!(plain.matches("BEGIN:VTIMEZONE").count(), if person == 1 { 1 } else { 2 });
            assert!(!plain.contains("SUMMARY:Far") && !plain.contains("SUMMARY:Gone"));
            // The organizer and Bob are hosts, Carol joins as the space's usual guests do.
            let join = |name: &str| {
                let all = series["accessMethods"].as_array().unwrap();
                let way = all.iter().find(|way| way["role"] == name).unwrap();
                plain.contains(&format!("\r\nURL:{}\r\n", way["link"].as_str().unwrap()))
            };
            let ways = ["InternalAccessMeth", "ExternalAccessMeth"].map(join);
            assert_eq!(ways, if person == 2 { [false, true] } else { [true, false] }, "{person}");
            let uids = plain.matches(&format!("{}\r\n", series["uid"].as_str().unwrap())).count();
            // The master and the moved date, and for Bob none for the date that he is not in; two dates that stand alone.
            assert_eq!(uids, 2, "{plain}");
        }
    });
}

#[test]
fn a_calendar_is_asked_for_again_cheaply_and_its_secret_is_revoked_and_never_logged() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let feeds = format!("{api}/feeds");
        let made = world.call(Method::POST, &feeds, &alice, None).await;
        assert_eq!((made.status, &made.json["name"]), (201, &json!("Alice Kim")), "{}", made.json);
        let url = made.json["url"].as_str().unwrap().to_owned();
        let first = get(&world, &url, "").await;
        let again = get(&world, &url, first.field("etag")).await;
        assert_eq!((first.status, again.status, again.text.as_str()), (200, 304, ""));
        assert_eq!(again.field("etag"), first.field("etag"));
        let meeting =
            world.call(Method::POST, &format!("{api}/meetings"), &alice, Some(&world.weekly())).await;
        assert_eq!(meeting.status, 201);
        let changed = get(&world, &url, first.field("etag")).await;
        assert_eq!(changed.status, 200);
        assert_ne!(changed.field("etag"), first.field("etag"));
        assert_eq!(get(&world, &url, &format!("W/{}", changed.field("etag"))).await.status, 304);
        // In the words that its user prefers.
        assert!(changed.text.replace("\r\n ", "").contains("DESCRIPTION:Join link: "), "{}", changed.text);
        let prefers = json!({"language": "ko", "timeZone": "Asia/Seoul"});
        let preferences = format!("{api}/preferences");
        assert_eq!(world.call(Method::PUT, &preferences, &alice, Some(&prefers)).await.status, 200);
        let korean = get(&world, &url, changed.field("etag")).await;
        assert_eq!(korean.status, 200);
        assert!(korean.text.replace("\r\n ", "").contains("DESCRIPTION:참가 링크: "), "{}", korean.text);

        // What the API shows of it afterwards is no key.
        let own = format!("{feeds}/{}", made.json["id"].as_str().unwrap());
        assert!(made.location.ends_with(own.strip_prefix(&world.web(0)).unwrap()));
        let list = world.call(Method::GET, &feeds, &alice, None).await.json;
        assert_eq!(list["feeds"][0]["url"], Value::Null);
        assert_eq!(world.call(Method::GET, &own, &alice, None).await.json, list["feeds"][0]);
        for (method, status) in [(Method::GET, 404), (Method::DELETE, 404)] {
            assert_eq!(world.call(method, &own, &bob, None).await.status, status);
        }
        let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
        let operators = format!("{scheduler}/api/v1/scheduler/feeds");
        assert_eq!(world.call(Method::POST, &operators, &world.operator(), None).await.status, 403);
        assert_eq!(world.call(Method::POST, &feeds, "", None).await.status, 401);
        let long = json!({"name": "x".repeat(101)});
        assert_eq!(world.call(Method::POST, &feeds, &alice, Some(&long)).await.status, 422);
        for _ in 1..10 {
            assert_eq!(world.call(Method::POST, &feeds, &alice, None).await.status, 201);
        }
        let more = world.call(Method::POST, &feeds, &alice, None).await;
        assert_eq!((more.status, &more.json["code"]), (409, &json!("tooManyFeeds")));

        // Wrong ones are all alike, and one that is used too often has to wait.
        let secret = url.rsplit('/').next().unwrap();
        let ics = url.strip_suffix(secret).unwrap();
        for wrong in ["x.ics", secret.trim_end_matches(".ics"), &secret.replace(".ics", "A.ics"), ".ics"] {
            let got = get(&world, &format!("{ics}{wrong}"), "").await;
            assert_eq!(got.status, 404, "{wrong}");
            assert!(got.text.contains("There is no such calendar."), "{}", got.text);
        }
        let detail = json!({"api": 60, "webBridge": 60});
        let logging = format!("{scheduler}/api/v1/scheduler/timedLogging");
        assert_eq!(world.call(Method::PUT, &logging, &world.operator(), Some(&detail)).await.status, 200);
        let mut statuses = Vec::new();
        for _ in 0..16 {
            statuses.push(get(&world, &url, "").await.status);
        }
        assert_eq!((statuses[14], statuses[15]), (200, 429), "{statuses:?}");
        assert_eq!(world.call(Method::DELETE, &own, &alice, None).await.status, 204);
        let fresh =
            world.call(Method::POST, &feeds, &alice, None).await.json["url"].as_str().unwrap().to_owned();
        assert_eq!(get(&world, &fresh, "").await.status, 200);
        let newest = world.call(Method::GET, &feeds, &alice, None).await.json["feeds"][9]["id"].clone();
        let newest = format!("{feeds}/{}", newest.as_str().unwrap());
        assert_eq!(world.call(Method::DELETE, &newest, &alice, None).await.status, 204);
        assert_eq!(get(&world, &fresh, "").await.status, 404);
        let logs = world.logs();
        assert!(logs.contains("/api/v1/scheduler/feeds/ics/... answered 429"), "{logs}");
        assert!(!logs.contains(secret.trim_end_matches(".ics")), "the secret is in the log");
    });
}

#[test]
fn what_the_person_of_a_calendar_declined_is_not_in_it() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let mut weekly = world.weekly();
        weekly["rrule"] = json!("FREQ=WEEKLY");
        let made = world.call(Method::POST, &format!("{api}/meetings"), &alice, Some(&weekly)).await.json;
        let url = format!("{api}/meetings/{}", made["id"].as_str().unwrap());
        let moved = json!({"dtStart": "2026-12-15T16:00:00", "dtEnd": "2026-12-15T17:00:00"});
        let date = format!("{url}/occurrences/2026-12-15T10:00:00");
        let changed =
            world.call_with(Method::PATCH, &date, &alice, &[("if-match", "*")], Some(&moved)).await.unwrap();
        assert_eq!(changed.status, 200, "{}", changed.json);
        let mut feeds = Vec::new();
        for who in [&alice, &bob] {
            let feed = world.call(Method::POST, &format!("{api}/feeds"), who, None).await.json;
            feeds.push(feed["url"].as_str().unwrap().to_owned());
        }
        // The starts, of December each as its day.
        let december = async |feed: &str| -> Vec<String> {
            let got = get(&world, feed, "").await;
            assert_eq!(got.status, 200);
            let starts = shown(&got.text).into_iter().map(|[start, ..]| start);
            starts.filter_map(|start| Some(start.strip_prefix("2026-12-")?[..2].to_owned())).collect()
        };
        let answer = async |partstat: &str, recurrence: &str, range: &str| {
            let mut body = json!({"partstat": partstat});
            for (name, value) in [("recurrence", recurrence), ("range", range)] {
                if !value.is_empty() {
                    body[name] = json!(value);
                }
            }
            let given = world.call(Method::PUT, &format!("{url}/answer"), &bob, Some(&body)).await;
            assert_eq!(given.status, 200, "{}", given.json);
        };
        assert_eq!(december(&feeds[1]).await, ["01", "08", "15", "22", "29"]);
        // Single dates, one of them one that says something of its own.
        answer("DECLINED", "2026-12-08T10:00:00", "").await;
        answer("TENTATIVE", "2026-12-22T10:00:00", "").await;
        assert_eq!(december(&feeds[1]).await, ["01", "15", "22", "29"]);
        answer("DECLINED", "2026-12-15T10:00:00", "").await;
        assert_eq!(december(&feeds[1]).await, ["01", "22", "29"]);
        answer("ACCEPTED", "2026-12-15T10:00:00", "").await;
        let plain = get(&world, &feeds[1], "").await.text.replace("\r\n ", "");
        assert!(
            plain.contains("RRULE:FREQ=WEEKLY") && plain.contains("EXDATE;TZID=Asia/Seoul:20261208T100000"),
            "{plain}"
        );
        // Those after a date: what is left stands for itself.
        answer("DECLINED", "2026-12-15T10:00:00", "THISANDFUTURE").await;
        assert_eq!(december(&feeds[1]).await, ["01"]);
        assert!(!get(&world, &feeds[1], "").await.text.contains("RRULE:FREQ=WEEKLY\r\n"));
        // All of it, and then one of them after all.
        answer("DECLINED", "", "").await;
        assert_eq!(december(&feeds[1]).await, Vec::<String>::new());
        assert!(!get(&world, &feeds[1], "").await.text.contains("BEGIN:VEVENT"));
        answer("ACCEPTED", "2026-12-29T10:00:00", "").await;
        assert_eq!(december(&feeds[1]).await, ["29"]);
        answer("ACCEPTED", "", "").await;
        assert_eq!(december(&feeds[1]).await, ["01", "08", "15", "22", "29"]);
        // Who organizes it has all of it.
        assert_eq!(december(&feeds[0]).await, ["01", "08", "15", "22", "29"]);
    });
}
