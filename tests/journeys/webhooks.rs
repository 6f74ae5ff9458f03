//! Webhooks: programs that are told what happens to meetings, whichever way it happens, until they have taken it.

mod world;

use std::{collections::HashSet, ops::Range};

use convoke_testkit::postgres::Postgres;
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use world::{
    Answer, Plan, World, clock_at, journey,
    mail_in::{Lmtp, answer_to},
    receiver::{Receiver, Reply, Told, signatures},
};

/// A system whose scheduler may tell a receiver.
struct Setting {
    world: World,
    receiver: Receiver,
    lmtp: Lmtp,
    alice: String,
    api: String,
    _postgres: Option<Postgres>,
}

impl Setting {
    /// So many nodes; more than one share a PostgreSQL.
    async fn start(nodes: usize) -> Self {
        let receiver = Receiver::start().await;
        let mut settings: Vec<_> = (1..=nodes).map(|node| receiver.settings(node)).collect();
        let mut lmtp: Vec<Lmtp> = (1..=nodes).map(|node| Lmtp::of(node, "")).collect();
        settings.extend(lmtp.iter().map(|lmtp| lmtp.settings.clone()));
        let lmtp = lmtp.remove(0);
        let postgres = (nodes > 1).then(Postgres::start);
        let database = postgres.as_ref().map(|server| server.database("convoke"));
        let plan = Plan { nodes, schedulers: nodes, database, settings, ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let api = format!("{}/api/v1/scheduler", world.web(0));
        Self { world, receiver, lmtp, alice, api, _postgres: postgres }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        self.call_as(&self.alice, method, path, body).await
    }

    async fn call_as(&self, who: &str, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{}{path}", self.api) };
        let json = "application/json";
        let fields = [("if-match", "*"), ("accept", json), ("content-type", json)];
        self.world.call_with(method, &url, who, &fields, body).await.unwrap()
    }

    /// A webhook of Alice's; its path and secret.
    async fn webhook(&self, path: &str, more: Value) -> (String, String) {
        let mut body = json!({"url": self.receiver.url(path)});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.call(Method::POST, "/webhooks", Some(&body)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let id = made.json["id"].as_str().unwrap();
        assert_eq!(made.location, format!("/api/v1/scheduler/webhooks/{id}"));
        (format!("/webhooks/{id}"), made.json["secret"].as_str().unwrap().to_owned())
    }

    /// Waits until so many tries have come to a path.
    async fn told(&self, path: &str, count: usize) -> Vec<Told> {
        let told = async || {
            let mut told = self.receiver.told();
            told.retain(|told| told.path == path);
            (told.len() >= count).then_some(told)
        };
        self.world.until(&format!("{count} tries at {path}"), told).await
    }

    /// Waits until the newest delivery of a webhook stands so.
    async fn newest(&self, webhook: &str, state: &str) -> Value {
        let newest = async || {
            let list = self.call(Method::GET, &format!("{webhook}/deliveries"), None).await;
            if list.status == 503 {
                // The scheduler that was killed is back, and not linked yet.
                return None;
            }
            assert_eq!(list.status, 200, "{}", list.json);
            let newest = list.json["deliveries"][0].clone();
            (newest["state"] == state).then_some(newest)
        };
        self.world.until(state, newest).await
    }
}

/// What a try tells: event, meeting, revision, and what was done.
fn line(told: &Told) -> (String, String) {
    let json = told.json();
    let (id, revision) = json["meeting"]["etag"].as_str().unwrap().trim_matches('"').split_once('.').unwrap();
    assert_eq!(id, json["meeting"]["id"]);
    let what = match json["event"].as_str().unwrap() {
        "answered" => json["answer"]["partstat"].clone(),
        _ => {
            assert_eq!(json["change"]["revision"].to_string(), revision);
            json["change"]["op"].clone()
        }
    };
    (id.to_owned(), format!("{} {revision} {}", json["event"].as_str().unwrap(), what.as_str().unwrap()))
}

#[test]
fn each_way_of_changing_a_meeting_is_told_once_by_either_scheduler_without_ways_of_joining_it() {
    journey(async {
        let setting = Setting::start(2).await;
        let (_, secret) = setting.webhook("/hers", json!({})).await;
        let operator = setting.world.operator();
        let scheduler = setting.world.system.layout.nodes[0].scheduler_api().unwrap();
        let all = json!({"url": setting.receiver.url("/all"), "events": ["cancelled"]});
        let url = format!("{scheduler}/api/v1/scheduler/webhooks");
        let made = setting.call_as(&operator, Method::POST, &url, Some(&all)).await;
        assert_eq!((made.status, &made.json["hearsOfAll"]), (201, &json!(true)), "{}", made.json);
        let people = &setting.world.people.users;
        let (bobs, carols) = (people[1].email.clone(), people[2].email.clone());
        let bob = setting.world.sign_in(1).await;

        let made = setting.call(Method::POST, "/meetings", Some(&setting.world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let id = made.json["id"].as_str().unwrap().to_owned();
        let of = |rest: &str| format!("/meetings/{id}{rest}");
        let mut expected = vec!["created 1 created".to_owned()];
        // By mail.
        let mails = setting.world.wait_for_mails(3).await;
        let gogis = mails.iter().position(|mail| mail.to == "gogi@s.com").unwrap();
        let invitation = setting.world.mail_files().swap_remove(gogis);
        let wish = json!({"method": "REPLY", "partstat": "ACCEPTED"});
        answer_to(&invitation, &wish, Some(setting.lmtp.address));
        expected.push("answered 1 ACCEPTED".to_owned());
        setting.told("/hers", 2).await;
        let mut request = setting.world.weekly();
        request["summary"] = json!("By PUT");
        request["rrule"] = json!("FREQ=WEEKLY;COUNT=8");
        let date = "/occurrences/2026-12-08T10:00:00";
        let steps = [
            (Method::PUT, of(""), Some(request), "changed 2 changed"),
            (Method::PATCH, of(""), Some(json!({"summary": "By PATCH"})), "changed 3 changed"),
            (Method::PATCH, of(date), Some(json!({"summary": "One"})), "changed 4 changed"),
            (Method::DELETE, of(date), None, "changed 5 cancelled"),
            (Method::POST, of(&format!("{date}/restore")), None, "changed 6 restored"),
            (
                Method::POST,
                of("/occurrences"),
                Some(json!({"dtStart": "2026-12-09T10:00:00"})),
                "changed 7 changed",
            ),
            (Method::PUT, of("/coOrganizers"), Some(json!({"coOrganizers": [carols]})), "changed 8 changed"),
            (
                Method::PUT,
                of("/attendees/gogi@s.com/answer"),
                Some(json!({"partstat": "TENTATIVE"})),
                "answered 8 TENTATIVE",
            ),
        ];
        for (method, path, body, event) in steps {
            let answer = setting.call(method.clone(), &path, body.as_ref()).await;
            assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.json);
            expected.push(event.to_owned());
        }
        // By the web app and by the personal link.
        let given = json!({"partstat": "ACCEPTED"});
        assert_eq!(setting.call_as(&bob, Method::PUT, &of("/answer"), Some(&given)).await.status, 200);
        expected.push("answered 8 ACCEPTED".to_owned());
        let link = mails[gogis].text.lines().map(str::trim).find(|line| line.contains("/answers/")).unwrap();
        let answer = setting.call_as("", Method::POST, link, Some(&json!({"partstat": "DECLINED"}))).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        expected.push("answered 8 DECLINED".to_owned());
        // A proposal that is accepted, and a part that becomes a meeting of its own.
        let other = json!({"partstat": "TENTATIVE", "recurrence": "2026-12-15T10:00:00",
            "dtStart": "2026-12-15T11:00:00", "dtEnd": "2026-12-15T11:30:00"});
        assert_eq!(setting.call_as(&bob, Method::PUT, &of("/answer"), Some(&other)).await.status, 200);
        expected.push("answered 8 TENTATIVE".to_owned());
        let proposals = setting.call(Method::GET, &of("/answers"), None).await.json["proposals"].clone();
        let proposal = proposals[0]["id"].as_str().unwrap();
        let accepted = setting.call(Method::POST, &of(&format!("/proposals/{proposal}/accept")), None).await;
        assert_eq!(accepted.status, 200, "{}", accepted.json);
        expected.push("changed 9 changed".to_owned());
        let rest = "/occurrences/2026-12-22T10:00:00?range=THISANDFUTURE";
        let parted = setting.call(Method::PATCH, &of(rest), Some(&json!({"summary": "Part two"}))).await;
        assert_eq!(parted.status, 200, "{}", parted.json);
        expected.push("changed 10 changed".to_owned());
        // Cancelled, taken back, and handed over: what comes then is the new organizer's alone to hear.
        assert_eq!(setting.call(Method::DELETE, &of(""), None).await.status, 200);
        expected.push("cancelled 11 cancelled".to_owned());
        assert_eq!(setting.call(Method::POST, &of("/restore"), None).await.status, 200);
        expected.push("changed 12 restored".to_owned());
        let handed = setting.call(Method::POST, &of("/handover"), Some(&json!({"organizer": bobs}))).await;
        assert_eq!(handed.status, 200, "{}", handed.json);
        expected.push("changed 13 handedOver".to_owned());
        assert_eq!(setting.call_as(&bob, Method::DELETE, &of(""), None).await.status, 200);

        // One more for the other half.
        let told = setting.told("/hers", expected.len() + 1).await;
        let of_operator = setting.told("/all", 2).await;
        assert_eq!(
            signatures(&secret, &told),
            told.iter().map(|told| told.field("webhook-signature").to_owned()).collect::<Vec<_>>()
        );
        let next = parted.json["id"].as_str().unwrap();
        let mut lines: Vec<(String, String)> = told.iter().map(line).collect();
        let part = lines.iter().position(|(id, _)| id == next).unwrap();
        assert_eq!(lines.remove(part).1, "created 1 parted");
        let mut lines: Vec<String> = lines.into_iter().map(|(_, line)| line).collect();
        lines.sort();
        expected.sort();
        assert_eq!(lines, expected);
        let mut lines: Vec<String> = of_operator.iter().map(|told| line(told).1).collect();
        lines.sort();
        assert_eq!(lines, ["cancelled 11 cancelled", "cancelled 14 cancelled"]);

        let secrets: Vec<String> = made.json["accessMethods"]
            .as_array()
            .unwrap()
            .iter()
            .chain([&made.json["join"]])
            .flat_map(|way| {
                ["passcode", "link"].map(|name| way[name].as_str().unwrap_or_default().to_owned())
            })
            .filter(|secret| !secret.is_empty())
            .collect();
        assert!(secrets.len() >= 3, "{}", made.json);
        for told in &told {
            let text = String::from_utf8_lossy(&told.body);
            assert!(secrets.iter().all(|secret| !text.contains(secret.as_str())), "{text}");
            assert_eq!(
                (told.field("content-type"), told.json()["id"].as_str()),
                ("application/json", Some(told.field("webhook-id")))
            );
        }
        let first = told.iter().map(Told::json).find(|json| json["event"] == "created").unwrap();
        assert_eq!(
            (&first["meeting"]["summary"], &first["meeting"]["isOrganizer"]),
            (&json!("Test-XRP"), &json!(true))
        );
    });
}

#[test]
fn an_event_is_told_until_it_is_taken_also_after_a_kill_and_under_the_same_id() {
    journey(async {
        let mut setting = Setting::start(1).await;
        let (webhook, secret) = setting.webhook("/hook?token=1", json!({})).await;
        setting.receiver.will_answer(&[Reply::Status(500), Reply::Hang]);
        let made = setting.call(Method::POST, "/meetings", Some(&setting.world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let deferred = setting.newest(&webhook, "deferred").await;
        assert_eq!((&deferred["detail"], &deferred["tries"]), (&json!("answered 500"), &json!(1)));
        assert_eq!(setting.told("/hook", 1).await.len(), 1);
        // Its time comes while nobody runs; then the receiver hangs, and the scheduler is killed.
        setting.world.system.stop_node(0).unwrap();
        setting.world.system.start_node(0, &[&clock_at("2026-11-22T09:10:00Z")]).unwrap();
        setting.world.system.until_ready().await.unwrap();
        setting.told("/hook", 2).await;
        let scheduler = setting.world.processes("scheduler");
        kill(Pid::from_raw(scheduler[0]), Signal::SIGKILL).unwrap();
        let told = setting.told("/hook", 3).await;
        let delivered = setting.newest(&webhook, "delivered").await;
        assert_eq!((&delivered["detail"], &delivered["tries"]), (&json!("answered 204"), &json!(1)));
        let signed: Vec<String> =
            told.iter().map(|told| told.field("webhook-signature").to_owned()).collect();
        assert_eq!(signatures(&secret, &told), signed);
        for told in &told {
            assert_eq!(told.field("webhook-id"), delivered["id"]);
            assert_eq!(told.body, setting.receiver.told()[0].body);
        }
        assert!(!setting.world.logs().contains("token=1"), "the URL is in the log");

        // What was delivered can be told again.
        let again = format!("{webhook}/deliveries/{}/retry", delivered["id"].as_str().unwrap());
        assert_eq!(setting.call(Method::POST, &again, None).await.status, 202);
        setting.told("/hook", 4).await;
        // A receiver that has had enough is left alone, and told so.
        setting.newest(&webhook, "delivered").await;
        setting.receiver.will_answer(&[Reply::Status(302), Reply::Status(410)]);
        assert_eq!(setting.call(Method::POST, &format!("{webhook}/test"), None).await.status, 202);
        let deferred = setting.newest(&webhook, "deferred").await;
        assert_eq!(deferred["detail"], "answered 302, and redirects are not followed");
        assert_eq!(deferred["event"], "test");
        assert_eq!(setting.call(Method::POST, &format!("{webhook}/test"), None).await.status, 202);
        let failed = setting.newest(&webhook, "failed").await;
        assert_eq!(failed["detail"], "answered 410");
        let shown = setting.call(Method::GET, &webhook, None).await.json;
        assert_eq!(
            (&shown["isEnabled"], &shown["disabledBecause"], &shown["secret"]),
            (&json!(false), &json!("the receiver answered 410: it wants to hear no more"), &Value::Null)
        );
        let refused = setting.call(Method::POST, &format!("{webhook}/test"), None).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("disabled")));
        assert!(setting.receiver.told().iter().all(|told| told.path == "/hook"), "a redirect was followed");
    });
}

#[test]
fn a_receiver_that_is_away_pauses_loses_nothing_and_is_left_alone_after_three_days() {
    journey(async {
        let mut setting = Setting::start(1).await;
        let (webhook, _) = setting.webhook("/hook", json!({"events": ["changed"]})).await;
        let body = json!({"summary": "x", "dtStart": "2026-12-01T10:00:00", "dtEnd": "2026-12-01T10:30:00",
            "timeZone": "Asia/Seoul", "coSpaceTemplate": setting.world.objects.template});
        let made = setting.call(Method::POST, "/meetings", Some(&body)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let path = format!("/meetings/{}?notify=none", made.json["id"].as_str().unwrap());
        let change = async |setting: &Setting, numbers: Range<usize>| {
            for number in numbers {
                let patch = json!({"summary": format!("x{number}")});
                assert_eq!(setting.call(Method::PATCH, &path, Some(&patch)).await.status, 200);
            }
        };
        let shown = async |setting: &Setting| setting.call(Method::GET, &webhook, None).await.json;

        // Away while much happens: a few tries, then a pause for all that is due, which a test ends.
        setting.receiver.will_answer(&[Reply::Status(503); 4]);
        change(&setting, 0..1).await;
        let failed = async || (shown(&setting).await["failures"].as_i64().unwrap() > 0).then_some(());
        setting.world.until("a failure", failed).await;
        change(&setting, 1..20).await;
        let tried = setting.receiver.told().len();
        assert!(tried <= 4, "{tried} tries, and it pauses");
        for _ in 0..4 {
            if shown(&setting).await["failures"] != 0 {
                let asked = setting.call(Method::POST, &format!("{webhook}/test"), None).await;
                assert_eq!(asked.status, 202, "{}", asked.json);
                let before = setting.receiver.told().len();
                let more = async || (setting.receiver.told().len() > before).then_some(());
                setting.world.until("a try", more).await;
            }
        }
        let all = async || {
            let told = setting.receiver.told();
            let ids: HashSet<&str> = told
                .iter()
                .filter(|told| told.json()["event"] == "changed")
                .map(|told| told.field("webhook-id"))
                .collect();
            (ids.len() == 20).then_some(())
        };
        setting.world.until("every event is tried", all).await;
        assert_eq!(shown(&setting).await["isEnabled"], true);

        // Away for three days, for more than one event.
        let over = async || (shown(&setting).await["failures"] == 0).then_some(());
        setting.world.until("a row that has ended", over).await;
        setting.receiver.will_answer(&[Reply::Status(503); 300]);
        change(&setting, 20..22).await;
        let failed = async || (shown(&setting).await["failures"].as_i64().unwrap() > 0).then_some(());
        setting.world.until("a failure", failed).await;
        setting.world.system.stop_node(0).unwrap();
        setting.world.system.start_node(0, &[&clock_at("2026-11-25T10:00:00Z")]).unwrap();
        setting.world.system.until_ready().await.unwrap();
        setting.alice = setting.world.sign_in(0).await;
        let disabled = async || Some(shown(&setting).await).filter(|shown| shown["isEnabled"] == false);
        let left_alone = setting.world.until("the end", disabled).await;
        let because = left_alone["disabledBecause"].as_str().unwrap();
        assert!(
            because.starts_with("it took nothing for 3 days; ")
                && because.ends_with("the last one so: answered 503"),
            "{because}"
        );
        // What waits is told when it is enabled again.
        setting.receiver.will_take_all();
        let before: HashSet<String> = ids_at(&setting);
        let again = json!({"url": setting.receiver.url("/hook")});
        let enabled = setting.call(Method::PUT, &webhook, Some(&again)).await;
        assert_eq!(
            (enabled.status, &enabled.json["isEnabled"], &enabled.json["failures"]),
            (200, &json!(true), &json!(0))
        );
        assert_eq!(enabled.json["events"], json!(["created", "changed", "cancelled", "answered"]));
        setting.newest(&webhook, "delivered").await;
        assert_eq!(ids_at(&setting), before, "those that failed are told, and no other");
    });
}

fn ids_at(setting: &Setting) -> HashSet<String> {
    setting.receiver.told().iter().map(|told| told.field("webhook-id").to_owned()).collect()
}

#[test]
fn webhooks_are_their_owners_have_limits_and_lead_out_of_the_house_only() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let webhooks = format!("{}/api/v1/scheduler/webhooks", world.web(0));
        let post = async |who: &str, body: Value| world.call(Method::POST, &webhooks, who, Some(&body)).await;
        for (url, code) in [
            ("http://example.com/", "invalid"),
            ("https://127.0.0.1/", "notAllowed"),
            ("https://[::1]/", "notAllowed"),
            ("https://169.254.169.254/latest", "notAllowed"),
            ("https://user:word@example.com/", "invalid"),
        ] {
            let refused = post(&alice, json!({"url": url})).await;
            assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!(code)), "{url}");
        }
        assert_eq!(post(&alice, json!({"url": "https://example.com/", "events": []})).await.status, 422);
        assert_eq!(post(&alice, json!({"url": "https://example.com/", "secret": "x"})).await.status, 400);
        assert_eq!(post("", json!({"url": "https://example.com/"})).await.status, 401);
        let mut made = Vec::new();
        for number in 0..10 {
            let answer =
                post(&alice, json!({"url": format!("https://localhost/{number}"), "isEnabled": number != 1}))
                    .await;
            assert_eq!(answer.status, 201, "{}", answer.json);
            made.push(answer.json["id"].as_str().unwrap().to_owned());
        }
        let more = post(&alice, json!({"url": "https://example.com/"})).await;
        assert_eq!((more.status, &more.json["code"]), (409, &json!("tooManyWebhooks")));
        let first = format!("{webhooks}/{}", made[0]);
        let body = json!({"url": "https://example.com/"});
        for (method, rest, body) in [
            (Method::GET, "", None),
            (Method::PUT, "", Some(&body)),
            (Method::DELETE, "", None),
            (Method::GET, "/deliveries", None),
            (Method::POST, "/test", None),
            (Method::POST, "/deliveries/7d13b5a4-6f5b-4a30-9a43-6a6f0e3f2f11/retry", None),
        ] {
            let refused = world.call(method.clone(), &format!("{first}{rest}"), &bob, body).await;
            assert_eq!(refused.status, 404, "{method} {rest}");
        }
        // Under a name, once; the secret is shown once all the same.
        let named = async |body: &Value| {
            let fields = [("idempotency-key", "bobs")];
            world.call_with(Method::POST, &webhooks, &bob, &fields, Some(body)).await.unwrap()
        };
        let (once, again) = (named(&body).await, named(&body).await);
        assert_eq!((once.status, again.status, &once.json["id"]), (201, 201, &again.json["id"]));
        assert!(once.json["secret"].is_string() && again.json["secret"].is_null(), "{}", again.json);
        assert_eq!(named(&json!({"url": "https://example.com/other"})).await.status, 422);
        let bobs = format!("{webhooks}/{}", once.json["id"].as_str().unwrap());
        for _ in 0..2 {
            let fields = [("idempotency-key", "gone")];
            let gone = world.call_with(Method::DELETE, &bobs, &bob, &fields, None).await.unwrap();
            assert_eq!(gone.status, 204);
        }
        let list = world.call(Method::GET, &webhooks, &bob, None).await;
        assert_eq!((list.status, &list.json), (200, &json!({"webhooks": []})));
        // A name may lead anywhere: what it leads to is judged when it is asked.
        for number in 0..6 {
            let answer = world.call(Method::POST, &format!("{first}/test"), &alice, None).await;
            assert_eq!(answer.status, if number < 5 { 202 } else { 429 }, "{}", answer.json);
        }
        let deferred = async || {
            let list = world.call(Method::GET, &format!("{first}/deliveries"), &alice, None).await.json;
            list["deliveries"]
                .as_array()
                .unwrap()
                .iter()
                .all(|one| one["state"] == "deferred")
                .then_some(list)
        };
        let list = world.until("five refusals", deferred).await;
        let words = "https://localhost leads to an address within this network, which is not allowed";
        assert_eq!(list["deliveries"][4]["detail"], words);
        let retry = format!("{first}/deliveries/{}/retry", list["deliveries"][0]["id"].as_str().unwrap());
        let under_way = world.call(Method::POST, &retry, &alice, None).await;
        assert_eq!((under_way.status, &under_way.json["code"]), (409, &json!("underWay")));

        let shown = world.call(Method::GET, &format!("{webhooks}/{}", made[1]), &alice, None).await.json;
        assert_eq!((&shown["isEnabled"], &shown["madeBy"]), (&json!(false), &json!("alice@example.test")));
        assert_eq!(world.call(Method::DELETE, &first, &alice, None).await.status, 204);
        assert_eq!(world.call(Method::GET, &first, &alice, None).await.status, 404);
        assert_eq!(post(&alice, json!({"url": "https://example.com/"})).await.status, 201);
        // An operator sees all of them.
        let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
        let all = format!("{scheduler}/api/v1/scheduler/webhooks");
        let list = world.call(Method::GET, &all, &world.operator(), None).await.json;
        assert_eq!(list["webhooks"].as_array().unwrap().len(), 10);
    });
}
