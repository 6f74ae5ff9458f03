//! Reminders by mail: once an occurrence and person, by whichever scheduler, never of what is past.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Mail, World, clock_at, journey};

/// Starts all nodes again at another time.
async fn at(world: &mut World, time: &str) {
    let nodes = world.system.layout.nodes.len();
    for node in 0..nodes {
        world.system.stop_node(node).unwrap();
    }
    for node in 0..nodes {
        world.system.start_node(node, &[&clock_at(time)]).unwrap();
    }
    world.system.until_ready().await.unwrap();
}

/// The mails after the first `before`, as their recipients and opening sentences.
async fn told(world: &World, before: usize, count: usize) -> Vec<(String, String)> {
    let mails: Vec<Mail> = world.wait_for_mails(before + count).await.split_off(before);
    let mut told: Vec<(String, String)> = mails
        .iter()
        .map(|mail| {
            assert_eq!(
                (mail.calendar.as_str(), mail.subject.starts_with("Reminder: ")),
                ("", true),
                "{mail:?}"
            );
            assert!(!mail.in_reply_to.is_empty(), "it stands in the meeting's thread");
            (mail.to.clone(), mail.text.lines().next().unwrap_or_default().to_owned())
        })
        .collect();
    told.sort();
    assert_eq!(told.len(), count, "{told:?}");
    told
}

#[test]
fn everybody_is_reminded_once_of_each_date_by_whichever_scheduler() {
    journey(async {
        let mut world = World::start(2, 2, true, &[]).await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut body = world.weekly();
        body["reminders"] = json!([15, 1440, 15]);
        let made = world.call(Method::POST, &meetings, &alice, Some(&body)).await;
        assert_eq!((made.status, &made.json["reminders"]), (201, &json!([1440, 15])), "{}", made.json);
        world.wait_for_mails(3).await;
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        // Its own time and people: Bob is not in the second one, which begins an hour later.
        let (host, bob) = (world.people.users[0].email.clone(), world.people.users[1].email.clone());
        let date = format!("{url}/occurrences/2026-12-08T10:00:00");
        let patch = json!({"dtStart": "2026-12-08T11:00:00", "removeAttendees": [bob]});
        let fields = [("if-match", "*")];
        let changed = world
            .call_with(Method::PATCH, &format!("{date}?notify=none"), &alice, &fields, Some(&patch))
            .await;
        assert_eq!(changed.unwrap().status, 200);

        let all = |words: &str| {
            let mut all: Vec<(String, String)> = [&host, &bob, "gogi@s.com"]
                .iter()
                .map(|person| (person.to_string(), words.to_owned()))
                .collect();
            all.sort();
            for (person, words) in &mut all {
                if *person == host {
                    *words = words.replace("This meeting", "Your meeting");
                }
            }
            all
        };
        at(&mut world, "2026-11-30T00:59:58Z").await;
        assert_eq!(told(&world, 3, 3).await, all("This meeting begins in 1 day."));
        // Too late for the quarter of an hour, and not for the meeting.
        at(&mut world, "2026-12-01T00:50:10Z").await;
        assert_eq!(told(&world, 6, 3).await, all("This meeting begins in 10 minutes."));
        at(&mut world, "2026-12-07T02:00:00Z").await;
        let of_the_moved = told(&world, 9, 2).await;
        assert!(
            of_the_moved.iter().all(|(person, words)| *person != bob && words.ends_with("in 1 day.")),
            "{of_the_moved:?}"
        );
        // Down past the second one's quarter of an hour and start: nothing of it, the third comes next.
        at(&mut world, "2026-12-14T00:59:58Z").await;
        assert_eq!(told(&world, 11, 3).await, all("This meeting begins in 1 day."));
        let last = world.mails();
        assert!(last[11..].iter().all(|mail| mail.text.contains("15 December 2026")), "{last:?}");
        // A cancelled meeting reminds nobody: another one's reminder comes, this one's does not.
        let alice = world.sign_in(0).await;
        assert_eq!(
            world
                .call_with(Method::DELETE, &format!("{url}?notify=none"), &alice, &fields, None)
                .await
                .unwrap()
                .status,
            200
        );
        let mut other = single(&world, "Other", "2026-12-15T10:05:00", "2026-12-15T10:30:00");
        other["reminders"] = json!([5]);
        assert_eq!(
            world.call(Method::POST, &format!("{meetings}?notify=none"), &alice, Some(&other)).await.status,
            201
        );
        world.wait_for_mails(15).await;
        at(&mut world, "2026-12-15T00:59:59Z").await;
        let mails = world.wait_for_mails(16).await;
        assert_eq!((mails.len(), mails[15].subject.as_str()), (16, "Reminder: Other"));
    });
}

/// A meeting of nobody but its organizer.
fn single(world: &World, name: &str, start: &str, end: &str) -> Value {
    let mut body = world.weekly();
    for (field, value) in [("summary", name), ("dtStart", start), ("dtEnd", end)] {
        body[field] = json!(value);
    }
    body["attendees"] = json!([]);
    body.as_object_mut().unwrap().remove("rrule");
    body
}

/// Trap 18.
#[test]
fn a_reminder_whose_time_is_past_at_creation_is_not_sent() {
    journey(async {
        let mut world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        for (name, start, end) in [
            ("Past", "2026-11-22T18:59:00", "2026-11-22T19:00:00"),
            ("Ahead", "2026-11-22T19:30:00", "2026-11-22T19:40:00"),
        ] {
            let mut body = single(&world, name, start, end);
            body["reminders"] = json!([60]);
            assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&body)).await.status, 201);
        }
        world.wait_for_mails(2).await;
        // Both are ahead, and of one the hour before has passed before it was scheduled.
        at(&mut world, "2026-11-22T09:29:59Z").await;
        let mails = world.wait_for_mails(3).await;
        let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
        assert_eq!(subjects, ["Scheduled: Past", "Scheduled: Ahead", "Reminder: Ahead"]);
    });
}
