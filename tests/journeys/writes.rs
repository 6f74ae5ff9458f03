//! Changes that keep each other's: conditions, names of requests, history, and cancellations that are taken back.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, World, clock_at, journey};

struct Meeting {
    world: World,
    alice: String,
    url: String,
    made: Answer,
}

impl Meeting {
    /// A weekly meeting of Alice's, whose invitations have come.
    async fn weekly(world: World) -> Self {
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        world.wait_for_mails(3).await;
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        Self { world, alice, url, made }
    }

    async fn call(
        &self,
        method: Method,
        rest: &str,
        fields: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Answer {
        let url = format!("{}{rest}", self.url);
        self.world.call_with(method, &url, &self.alice, fields, body).await.unwrap()
    }
}

fn named(summary: &str, world: &World) -> Value {
    let mut body = world.weekly();
    body["summary"] = json!(summary);
    body
}

#[test]
fn two_editors_never_overwrite_each_other_silently() {
    journey(async {
        let meeting = Meeting::weekly(World::small().await).await;
        let (first, second) = (named("First", &meeting.world), named("Second", &meeting.world));
        let seen = meeting.made.etag.as_str();
        assert_eq!(seen, meeting.made.json["etag"].as_str().unwrap());
        assert_eq!(meeting.call(Method::GET, "", &[], None).await.etag, seen);

        let unsaid = meeting.call(Method::PUT, "", &[], Some(&first)).await;
        assert_eq!((unsaid.status, &unsaid.json["code"]), (428, &json!("preconditionRequired")));
        assert_eq!(
            unsaid.json["detail"],
            "Send If-Match with the ETag that this meeting was shown with, so that nobody's change is lost; * stands \
             for whatever is there."
        );
        let kept = meeting.call(Method::PUT, "", &[("if-match", seen)], Some(&first)).await;
        assert_eq!((kept.status, kept.etag != seen), (200, true), "{}", kept.json);

        // The second editor looked before; they learn who was quicker, and nothing is lost.
        let missed = meeting.call(Method::PUT, "", &[("if-match", seen)], Some(&second)).await;
        assert_eq!((missed.status, &missed.json["code"]), (412, &json!("changedMeanwhile")));
        assert_eq!(
            (&missed.json["current"]["etag"], &missed.json["current"]["changedBy"]),
            (&json!(kept.etag), &json!("alice@example.test"))
        );
        assert_eq!(
            missed.json["detail"],
            "Somebody else changed this meeting since you looked at it. Look again, and make your change there."
        );
        let cancelled = meeting.call(Method::DELETE, "", &[("if-match", seen)], None).await;
        assert_eq!(cancelled.status, 412);
        let now = meeting.call(Method::GET, "", &[], None).await;
        assert_eq!((&now.json["summary"], &now.json["status"]), (&json!("First"), &json!("CONFIRMED")));
        // Who asks for what is there already has lost nothing either.
        let again = meeting.call(Method::PUT, "", &[("if-match", seen)], Some(&first)).await;
        assert_eq!((again.status, again.etag), (200, kept.etag.clone()));

        let any = meeting.call(Method::PUT, "", &[("if-match", "*")], Some(&second)).await;
        assert_eq!((any.status, &any.json["summary"]), (200, &json!("Second")));
        let wrong = meeting.call(Method::PUT, "", &[("if-match", "1")], Some(&second)).await;
        assert_eq!((wrong.status, &wrong.json["errors"][0]["field"]), (400, &json!("If-Match")));
    });
}

#[test]
fn a_request_with_a_name_is_carried_out_once() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let weekly = world.weekly();
        let post = async |who: &str, key: &str, body: &Value| {
            let fields = [("idempotency-key", key)];
            world.call_with(Method::POST, &meetings, who, &fields, Some(body)).await.unwrap()
        };
        // Twenty times at once, and once more.
        let mut answers = futures_util::future::join_all((0..20).map(|_| post(&alice, "k1", &weekly))).await;
        answers.push(post(&alice, "k1", &weekly).await);
        let id = answers[0].json["id"].clone();
        for answer in &answers {
            assert_eq!((answer.status, &answer.json["id"]), (201, &id), "{}", answer.json);
            assert!(answer.location.ends_with(id.as_str().unwrap()) && !answer.etag.is_empty());
        }
        assert_eq!(answers.iter().filter(|answer| !answer.is_replayed).count(), 1);
        let mails = world.wait_for_mails(3).await;
        let other = post(&alice, "k1", &named("Other", &world)).await;
        assert_eq!((other.status, &other.json["code"]), (422, &json!("idempotencyKeyReused")));
        assert_eq!(
            other.json["detail"],
            "This Idempotency-Key was used for another request in the last 24 hours; give each request one of its own."
        );
        // What was refused was not carried out, and its name is free; another person's names are others.
        let refused = post(&alice, "k2", &json!({"summary": " "})).await;
        assert_eq!(refused.status, 422);
        assert_eq!(post(&alice, "k2", &named("Mended", &world)).await.status, 201);
        let mut bobs = named("Bob's", &world);
        bobs["coSpaceTemplate"] = Value::Null;
        assert_eq!(post(&bob, "k1", &bobs).await.json["code"], "invalid");
        assert_eq!(mails.len(), 3);

        // A change under a name is answered with what it made, whatever came after it; a cancellation too.
        let url = format!("{meetings}/{}", id.as_str().unwrap());
        let change = async |key: &str, summary: &str| {
            let fields = [("idempotency-key", key), ("if-match", "*")];
            world.call_with(Method::PUT, &url, &alice, &fields, Some(&named(summary, &world))).await.unwrap()
        };
        let first = change("c1", "First").await;
        assert_eq!((first.status, first.is_replayed), (200, false));
        assert_eq!(change("c2", "Second").await.json["summary"], "Second");
        let again = change("c1", "First").await;
        assert_eq!((again.status, again.is_replayed, &again.etag), (200, true, &first.etag));
        assert_eq!(again.json["summary"], "First");
        let now = world.call(Method::GET, &url, &alice, None).await;
        assert_eq!((&now.json["summary"], &now.json["sequence"]), (&json!("Second"), &json!(2)));
        // Also one that asks for what is there: again, it does not take back what somebody else made of it meanwhile.
        let same = change("c3", "Second").await;
        assert_eq!((same.status, same.is_replayed, &same.etag), (200, false, &now.etag));
        assert_eq!(change("c4", "Third").await.json["summary"], "Third");
        let again = change("c3", "Second").await;
        assert_eq!((again.is_replayed, &again.json["summary"]), (true, &json!("Second")));
        let now = world.call(Method::GET, &url, &alice, None).await;
        assert_eq!(now.json["summary"], "Third");
        // An answer, whose name was another request's.
        let answer = format!("{url}/attendees/gogi@s.com/answer");
        let given = async |key: &str, partstat: &str| {
            let body = json!({"partstat": partstat});
            let fields = [("idempotency-key", key)];
            world.call_with(Method::PUT, &answer, &alice, &fields, Some(&body)).await.unwrap()
        };
        let both = futures_util::future::join(given("a1", "ACCEPTED"), given("a1", "DECLINED")).await;
        let taken = |answer: &Answer| usize::from(answer.status == 200);
        assert_eq!(taken(&both.0) + taken(&both.1), 1, "{} {}", both.0.json, both.1.json);
        let reused = given("a1", "TENTATIVE").await;
        assert_eq!((reused.status, &reused.json["code"]), (422, &json!("idempotencyKeyReused")));

        // What is logged in detail has no meeting to show, and is answered again as it was.
        let own = world.system.layout.nodes[0].scheduler_api().unwrap();
        let logging = format!("{own}/api/v1/scheduler/timedLogging");
        for is_replayed in [false, true] {
            let fields = [("idempotency-key", "l1")];
            let body = json!({"api": 60});
            let set = world
                .call_with(Method::PUT, &logging, &world.operator(), &fields, Some(&body))
                .await
                .unwrap();
            assert_eq!((set.status, &set.json["api"], set.is_replayed), (200, &json!(60), is_replayed));
        }

        let fields = [("idempotency-key", "d1"), ("if-match", now.etag.as_str())];
        for is_replayed in [false, true] {
            let gone = world.call_with(Method::DELETE, &url, &alice, &fields, None).await.unwrap();
            assert_eq!((gone.status, gone.is_replayed), (200, is_replayed));
            assert_eq!(gone.json["status"], "CANCELLED");
        }
    });
}

#[test]
fn the_history_tells_who_changed_what_from_where() {
    journey(async {
        let meeting = Meeting::weekly(World::small().await).await;
        let mut body = named("New name", &meeting.world);
        body["dtEnd"] = json!("2026-12-01T11:00:00");
        let any = [("if-match", "*")];
        assert_eq!(meeting.call(Method::PUT, "", &any, Some(&body)).await.status, 200);
        // An operator cancels it on the scheduler's own listener.
        let own = meeting.world.system.layout.nodes[0].scheduler_api().unwrap();
        let path = &meeting.url[meeting.world.web(0).len()..];
        let url = format!("{own}{path}");
        let operator = meeting.world.operator();
        assert_eq!(meeting.world.call(Method::DELETE, &url, &operator, None).await.status, 200);

        let told = meeting.call(Method::GET, "/history", &[], None).await;
        let entries = told.json["entries"].as_array().unwrap();
        let of = |entry: &Value| {
            ["op", "by", "via", "sequence", "notified"]
                .map(|name| entry[name].to_string().replace('"', ""))
                .join(" ")
        };
        let operator_name = &meeting.world.people.admin.username;
        assert_eq!(
            entries.iter().map(of).collect::<Vec<_>>(),
            [
                format!("cancelled {operator_name} api 2 3"),
                "changed alice@example.test web 1 3".into(),
                "created alice@example.test web 0 3".into()
            ]
        );
        assert_eq!(entries[1]["fields"], json!(["summary", "dtEnd"]));
        assert!(
            entries.iter().all(|entry| entry["address"].as_str().unwrap().starts_with("127.")),
            "{entries:?}"
        );
        assert_eq!(told.json["next"], Value::Null);
        let page = meeting.call(Method::GET, "/history?maxEntries=2", &[], None).await.json;
        let rest = format!("/history?cursor={}", page["next"].as_str().unwrap());
        let rest = meeting.call(Method::GET, &rest, &[], None).await.json;
        assert_eq!(
            (page["entries"].as_array().unwrap().len(), &rest["entries"][0]["op"]),
            (2, &json!("created"))
        );
        // It is not for those who are invited.
        let bob = meeting.world.sign_in(1).await;
        let url = format!("{}/history", meeting.url);
        assert_eq!(meeting.world.call(Method::GET, &url, &bob, None).await.status, 403);
    });
}

#[test]
fn a_cancellation_can_be_taken_back_for_30_days_also_when_its_space_is_gone() {
    journey(async {
        let mut meeting = Meeting::weekly(World::small().await).await;
        let any = [("if-match", "*")];
        assert_eq!(
            meeting.call(Method::POST, "/restore", &any, None).await.json["sequence"],
            0,
            "it takes place"
        );
        assert_eq!(meeting.call(Method::DELETE, "", &any, None).await.status, 200);
        let mails = meeting.world.wait_for_mails(6).await;
        assert_eq!(mails.iter().filter(|mail| mail.method == "CANCEL").count(), 3);
        let restored = meeting.call(Method::POST, "/restore", &any, None).await;
        assert_eq!(
            (restored.status, &restored.json["status"]),
            (200, &json!("CONFIRMED")),
            "{}",
            restored.json
        );
        assert_eq!(
            (&restored.json["sequence"], &restored.json["coSpace"]),
            (&json!(2), &meeting.made.json["coSpace"])
        );
        let mails = meeting.world.wait_for_mails(9).await;
        let last: Vec<_> = mails.iter().skip(6).collect();
        assert!(last.iter().all(|mail| mail.method == "REQUEST" && mail.calendar.contains("SEQUENCE:2")));

        // Cancelled again; two days on the space is gone, and a new one is made of the same template.
        assert_eq!(meeting.call(Method::DELETE, "", &any, None).await.status, 200);
        let restart = async |meeting: &mut Meeting, time: &str| {
            meeting.world.system.stop_node(0).unwrap();
            meeting.world.system.start_node(0, &[&clock_at(time)]).unwrap();
            meeting.world.system.until_ready().await.unwrap();
            meeting.alice = meeting.world.sign_in(0).await;
        };
        restart(&mut meeting, "2026-11-24T12:00:00Z").await;
        meeting
            .world
            .until("the space to go", async || {
                let spaces =
                    meeting.world.system.admin_api(&meeting.world.people).read("coSpaces?limit=0").await;
                spaces.ok().filter(|spaces| spaces.contains("total=\"0\""))
            })
            .await;
        let restored = meeting.call(Method::POST, "/restore", &any, None).await;
        assert_eq!(restored.status, 200, "{}", restored.json);
        assert_ne!(restored.json["coSpace"], meeting.made.json["coSpace"]);
        let ways = restored.json["accessMethods"].as_array().unwrap();
        assert_eq!(ways.len(), 2);
        assert_ne!(ways[0]["link"], meeting.made.json["accessMethods"][0]["link"]);

        // Cancelled for good.
        assert_eq!(meeting.call(Method::DELETE, "", &any, None).await.status, 200);
        restart(&mut meeting, "2026-12-24T12:30:00Z").await;
        let late = meeting.call(Method::POST, "/restore", &any, None).await;
        assert_eq!((late.status, &late.json["code"]), (410, &json!("tooLateToRestore")));
        assert_eq!(late.json["detail"], "It was cancelled more than 30 days ago; schedule it anew.");
    });
}
