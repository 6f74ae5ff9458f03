//! Meetings that begin at once, and those that have no fixed time.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Mail, World, journey};

/// Without a time.
fn timeless(mut meeting: Value) -> Value {
    let fields = meeting.as_object_mut().unwrap();
    for field in ["dtStart", "dtEnd", "rrule", "timeZone"] {
        fields.remove(field);
    }
    meeting
}

fn reasons(problem: &Value) -> Vec<String> {
    let faults = problem["errors"].as_array().unwrap();
    faults
        .iter()
        .map(|f| format!("{}: {}", f["field"].as_str().unwrap(), f["reason"].as_str().unwrap()))
        .collect()
}

#[test]
fn a_meeting_without_a_fixed_time_is_told_so_and_can_be_given_one() {
    journey(async {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut body = timeless(world.weekly());
        body["unscheduled"] = json!(true);
        let made = world.call(Method::POST, &meetings, &alice, Some(&body)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let shown = |json: &Value| {
            ["dtStart", "dtEnd", "dtStartUtc", "dtEndUtc", "seriesEndUtc", "unscheduled"]
                .map(|field| json[field].clone())
        };
        let nothing = [Value::Null, Value::Null, Value::Null, Value::Null, Value::Null, json!(true)];
        assert_eq!(shown(&made.json), nothing);
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());

        let mails: Vec<Mail> = world.wait_for_mails(3).await;
        for mail in &mails {
            assert_eq!(mail.calendar, "", "what has no time stands in no calendar");
            assert!(mail.text.contains("When: No fixed time: join whenever you like"), "{}", mail.text);
            assert!(mail.text.contains("Join the meeting"), "{}", mail.text);
            assert!(!mail.text.contains("January 9000"), "{}", mail.text);
        }
        // It stands in no list of a time, but in its own.
        let all = format!("{meetings}?fromTime=2026-11-01T00:00:00Z&untilTime=2027-11-01T00:00:00Z");
        assert_eq!(world.call(Method::GET, &all, &alice, None).await.json, json!([]));
        let own = world.call(Method::GET, &format!("{meetings}?unscheduled=true"), &alice, None).await.json;
        assert_eq!(
            (own.as_array().unwrap().len(), &own[0]["dtStart"], &own[0]["dtStartUtc"]),
            (1, &Value::Null, &Value::Null)
        );
        assert_eq!(own[0]["summary"], body["summary"]);
        let dates = world.call(Method::GET, &format!("{url}/occurrences"), &alice, None).await.json;
        assert_eq!(dates["occurrences"], json!([]));
        let named = format!("{url}/occurrences/9000-01-01T00:00:00");
        assert_eq!(world.call(Method::GET, &named, &alice, None).await.status, 400, "nobody knows that year");
        // A series that goes on for ever is none of those without a time.
        let mut endless = world.weekly();
        endless["rrule"] = json!("FREQ=WEEKLY");
        endless["attendees"] = json!([]);
        assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&endless)).await.status, 201);
        let own = world.call(Method::GET, &format!("{meetings}?unscheduled=true"), &alice, None).await.json;
        assert_eq!(own.as_array().unwrap().len(), 1, "{own}");
        // A personal link shows it, and can be answered.
        let link =
            mails.iter().find_map(|mail| mail.text.lines().find(|line| line.contains("/answers/"))).unwrap();
        let page =
            world.call_with(Method::GET, link, "", &[("accept", "application/json")], None).await.unwrap();
        assert_eq!(
            (page.status, &page.json["dtStart"], &page.json["isOver"]),
            (200, &Value::Null, &json!(false)),
            "{}",
            page.json
        );

        // A new name: everybody is told, still without a calendar.
        let fields = [("if-match", "*")];
        let renamed = json!({"summary": "Open door"});
        let changed = world.call_with(Method::PATCH, &url, &alice, &fields, Some(&renamed)).await.unwrap();
        assert_eq!((changed.status, shown(&changed.json)), (200, nothing.clone()), "{}", changed.json);
        let told = world.wait_for_mails(7).await.split_off(4);
        assert!(told.iter().all(|mail| mail.calendar.is_empty() && mail.subject == "Updated: Open door"));

        // What is wrong with a time is said of what was named, and dates and answers to one belong to meetings that have a time.
        for (method, path, body, reason) in [
            (
                Method::PATCH,
                "",
                json!({"dtStart": "soon"}),
                "dtStart: It is a local start such as 2026-12-08T10:00:00, or a date of a full-day meeting.",
            ),
            (
                Method::POST,
                "/occurrences",
                json!({"dtStart": "2026-12-08T10:00:00"}),
                "dtStart: A meeting without a fixed time has no dates; give it a time by PATCH of the meeting with dtStart.",
            ),
        ] {
            let refused =
                world.call_with(method, &format!("{url}{path}"), &alice, &fields, Some(&body)).await.unwrap();
            assert_eq!((refused.status, reasons(&refused.json)), (422, vec![reason.to_owned()]));
        }
        let said = json!({"partstat": "ACCEPTED", "recurrence": "9000-01-01T00:00:00"});
        let refused =
            world.call(Method::PUT, &format!("{url}/answer"), &world.sign_in(1).await, Some(&said)).await;
        assert_eq!(refused.status, 404, "{}", refused.json);
        let day = json!({"dtStart": "2026-12-01", "isFullDayMeeting": true, "timeZone": "Asia/Seoul"});
        let look = world
            .call_with(Method::PATCH, &format!("{url}?dryRun=true"), &alice, &fields, Some(&day))
            .await
            .unwrap();
        assert_eq!(
            (look.status, &look.json["after"][0]["dtEnd"]),
            (200, &json!("2026-12-02")),
            "{}",
            look.json
        );

        // Then it gets a time, and stands in calendars.
        let time = json!({"dtStart": "2026-12-01T10:00:00", "timeZone": "Asia/Seoul"});
        let look = world
            .call_with(Method::PATCH, &format!("{url}?dryRun=true"), &alice, &fields, Some(&time))
            .await
            .unwrap();
        assert_eq!(
            (look.status, &look.json["before"], &look.json["after"][0]["dtEnd"]),
            (200, &json!([]), &json!("2026-12-01T11:00:00"))
        );
        let changed = world.call_with(Method::PATCH, &url, &alice, &fields, Some(&time)).await.unwrap();
        assert_eq!(
            (changed.status, &changed.json["dtEnd"]),
            (200, &json!("2026-12-01T11:00:00")),
            "{}",
            changed.json
        );
        assert!(changed.json.get("unscheduled").is_none());
        let told = world.wait_for_mails(10).await.split_off(7);
        for mail in &told {
            assert!(mail.calendar.contains("METHOD:REQUEST"), "{mail:?}");
            assert!(
                mail.text.contains("When, before: No fixed time: join whenever you like"),
                "{}",
                mail.text
            );
        }
        // The way back is shut.
        let back = json!({"unscheduled": true, "summary": "x", "coSpace": changed.json["coSpace"]});
        let refused = world.call_with(Method::PUT, &url, &alice, &fields, Some(&back)).await.unwrap();
        let reason =
            "unscheduled: A meeting that has a time keeps one; cancel it, and make one without a fixed time.";
        assert_eq!((refused.status, reasons(&refused.json)), (422, vec![reason.to_owned()]));
    });
}

#[test]
fn a_meeting_without_a_fixed_time_takes_the_time_that_somebody_proposes() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut body = timeless(world.weekly());
        body["unscheduled"] = json!(true);
        body["timeZone"] = json!("Asia/Seoul");
        let made = world.call(Method::POST, &meetings, &alice, Some(&body)).await.json;
        let url = format!("{meetings}/{}", made["id"].as_str().unwrap());
        world.wait_for_mails(3).await;
        let said = json!({"partstat": "TENTATIVE", "dtStart": "2026-12-08T14:00:00", "comment": "Then?"});
        let answered = world.call(Method::PUT, &format!("{url}/answer"), &bob, Some(&said)).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        let note = world.wait_for_mails(4).await.pop().unwrap();
        assert!(
            note.text.contains("proposes Tuesday, 8 December 2026, 14:00–15:00 – “Then?”"),
            "{}",
            note.text
        );
        let answers = world.call(Method::GET, &format!("{url}/answers"), &alice, None).await.json;
        let accept = format!("{url}/proposals/{}/accept", answers["proposals"][0]["id"].as_str().unwrap());
        let accepted =
            world.call_with(Method::POST, &accept, &alice, &[("if-match", "*")], None).await.unwrap();
        assert_eq!(
            (accepted.status, &accepted.json["dtStart"]),
            (200, &json!("2026-12-08T14:00:00")),
            "{}",
            accepted.json
        );
    });
}

#[test]
fn a_meeting_starts_now_at_the_minute_that_runs() {
    journey(async {
        // The clock stands at 09:00 UTC.
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut body = timeless(world.weekly());
        body["startNow"] = json!(true);
        body["timeZone"] = json!("Asia/Seoul");
        let made = world.call(Method::POST, &meetings, &alice, Some(&body)).await;
        let times = (&made.json["dtStart"], &made.json["dtEnd"]);
        assert_eq!(
            (made.status, times),
            (201, (&json!("2026-11-22T18:00:00"), &json!("2026-11-22T19:00:00"))),
            "{}",
            made.json
        );
        let list = world.call(Method::GET, &meetings, &alice, None).await.json;
        assert_eq!(list.as_array().unwrap().len(), 1, "it is running: {list}");
        // One without a time starts now, too.
        let mut open = timeless(world.weekly());
        open["unscheduled"] = json!(true);
        let open = world.call(Method::POST, &meetings, &alice, Some(&open)).await.json;
        let url = format!("{meetings}/{}", open["id"].as_str().unwrap());
        let now = json!({"startNow": true});
        let begun =
            world.call_with(Method::PATCH, &url, &alice, &[("if-match", "*")], Some(&now)).await.unwrap();
        assert_eq!(
            (begun.status, &begun.json["dtStart"]),
            (200, &json!("2026-11-22T09:00:00")),
            "{}",
            begun.json
        );

        for (wish, expected) in [
            (
                json!({"startNow": true, "dtStart": "2026-12-01T10:00:00"}),
                "dtStart: A meeting that starts now has this start; leave it out.",
            ),
            (
                json!({"startNow": true, "unscheduled": true}),
                "unscheduled: A meeting that starts now has this start; leave it out.",
            ),
            (
                json!({"unscheduled": true, "rrule": "FREQ=DAILY"}),
                "rrule: A meeting without a fixed time has none of this; leave it out, or leave out unscheduled.",
            ),
            (
                json!({"unscheduled": true, "reminders": [15]}),
                "reminders: A meeting without a fixed time has no start to be reminded of.",
            ),
            (
                json!({"unscheduled": true, "timeZone": "Asia/Soul"}),
                "timeZone: There is no time zone \"Asia/Soul\"; expected an IANA name such as Asia/Seoul.",
            ),
        ] {
            let mut body = timeless(world.weekly());
            for (field, value) in wish.as_object().unwrap() {
                body[field] = value.clone();
            }
            let refused = world.call(Method::POST, &meetings, &alice, Some(&body)).await;
            assert_eq!((refused.status, reasons(&refused.json)), (422, vec![expected.to_owned()]));
        }
        let refused = world
            .call(
                Method::GET,
                &format!("{meetings}?unscheduled=true&fromTime=2026-12-01T00:00:00Z"),
                &alice,
                None,
            )
            .await;
        assert_eq!(
            reasons(&refused.json),
            ["fromTime: It does not go with unscheduled=true: those meetings have no time."]
        );
    });
}
