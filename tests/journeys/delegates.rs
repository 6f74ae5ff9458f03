//! Users who act for other users.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, World, journey};

const WEEK: &str = "fromTime=2026-11-30T00:00:00Z&untilTime=2026-12-07T00:00:00Z";

struct People {
    world: World,
    api: String,
    /// Signed in: Alice, Bob, Carol.
    signed: [String; 3],
    /// Their addresses, which are their JIDs as well.
    jids: [String; 3],
}

impl People {
    async fn start(postgres: bool) -> Self {
        let world = World::start(1, 1, postgres, &[]).await;
        let signed = [world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await];
        let jids = [0, 1, 2].map(|person| world.people.users[person].email.clone());
        let api = format!("{}/api/v1/scheduler", world.web(0));
        Self { world, api, signed, jids }
    }

    async fn call(&self, who: usize, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.api);
        let body = Some(&body).filter(|body| !body.is_null());
        self.world.call_with(method, &url, &self.signed[who], &[("if-match", "*")], body).await.unwrap()
    }

    async fn get(&self, who: usize, path: &str) -> Answer {
        self.call(who, Method::GET, path, Value::Null).await
    }

    async fn delegate(&self, owner: usize, method: Method, whom: usize) -> Answer {
        self.call(owner, method, &format!("/delegates/{}", self.jids[whom]), Value::Null).await
    }

    /// The names of the meetings of a week that this query shows, and whether they are the caller's own.
    async fn listed(&self, who: usize, query: &str) -> Vec<(String, bool)> {
        let list = self.get(who, &format!("/meetings?{WEEK}{query}")).await;
        let show = |one: &Value| (one["summary"].as_str().unwrap().to_owned(), one["isOrganizer"] == true);
        list.json.as_array().unwrap_or_else(|| panic!("{}", list.json)).iter().map(show).collect()
    }
}

fn jids(people: &Value) -> Vec<&str> {
    people.as_array().unwrap().iter().map(|one| one["userJid"].as_str().unwrap()).collect()
}

#[test]
fn a_delegate_does_what_the_organizer_may_but_gives_nothing_away() {
    journey(async {
        let people = People::start(true).await;
        let (world, [alice, bob, carol]) = (&people.world, [0, 1, 2]);
        let weekly = Value::Object(
            world
                .weekly()
                .as_object()
                .unwrap()
                .clone()
                .into_iter()
                .filter(|(key, _)| key != "attendees")
                .collect(),
        );
        let made = people.call(alice, Method::POST, "/meetings", weekly.clone()).await;
        assert_eq!((made.status, &made.json["isDelegate"]), (201, &json!(false)), "{}", made.json);
        let path = format!("/meetings/{}", made.json["id"].as_str().unwrap());
        let of_alice = format!("&organizer={}", people.jids[alice]);
        assert_eq!(people.get(bob, &path).await.status, 404);
        assert_eq!(people.get(bob, &format!("/meetings?{WEEK}{of_alice}")).await.status, 403);
        assert_eq!(people.get(bob, &format!("/meetings?{WEEK}&organizer=nobody@x")).await.status, 403);
        let mut for_alice = weekly.clone();
        for_alice["organizer"] = json!(people.jids[alice]);
        for_alice["summary"] = json!("By Bob");
        let refused = people.call(bob, Method::POST, "/meetings", for_alice.clone()).await;
        assert_eq!((refused.status, &refused.json["errors"][0]["code"]), (422, &json!("forbidden")));

        // Alice says who may act for her.
        let named = people.delegate(alice, Method::PUT, bob).await;
        assert_eq!((named.status, jids(&named.json["delegates"])), (200, vec![people.jids[bob].as_str()]));
        assert_eq!(people.delegate(alice, Method::PUT, bob).await.json, named.json, "it is so already");
        assert_eq!(people.get(alice, "/delegates").await.json, named.json);
        let for_whom = people.get(bob, "/delegations").await.json;
        assert_eq!(jids(&for_whom["organizers"]), [people.jids[alice].as_str()]);
        assert_eq!(people.delegate(alice, Method::PUT, alice).await.json["code"], "isYourself");
        let nobody = people.call(alice, Method::PUT, "/delegates/nobody@x", Value::Null).await;
        assert_eq!(nobody.status, 404);
        assert_eq!(people.delegate(alice, Method::DELETE, carol).await.status, 404);

        // Bob sees and changes her meetings, also where they take place, and finds them by her name alone.
        assert_eq!(people.listed(bob, "").await, []);
        assert_eq!(people.listed(bob, &of_alice).await, [("Test-XRP".to_owned(), false)]);
        assert_eq!(people.listed(alice, &of_alice).await, [("Test-XRP".to_owned(), true)]);
        let seen = people.get(bob, &path).await.json;
        assert_eq!((&seen["isOrganizer"], &seen["isDelegate"]), (&json!(false), &json!(true)));
        assert_eq!(seen["accessMethods"].as_array().unwrap().len(), 2);
        let change = json!({"summary": "Changed", "addAttendees": [{"email": "gogi@s.com"}]});
        let changed = people.call(bob, Method::PATCH, &path, change).await;
        assert_eq!((changed.status, &changed.json["isDelegate"]), (200, &json!(true)), "{}", changed.json);
        let admin = world.system.admin_api(&world.people);
        let space = admin.create("coSpaces", &[("name", "Alice's")]).await.unwrap();
        admin
            .create(&format!("coSpaces/{space}/coSpaceUsers"), &[("userJid", &people.jids[alice])])
            .await
            .unwrap();
        let moved = people.call(bob, Method::PATCH, &path, json!({"coSpace": space})).await;
        assert_eq!((moved.status, &moved.json["coSpaceName"]), (200, &json!("Alice's")), "{}", moved.json);
        let answered = format!("{path}/attendees/gogi@s.com/answer");
        let accepted = people.call(bob, Method::PUT, &answered, json!({"partstat": "ACCEPTED"})).await;
        assert_eq!(accepted.status, 200, "{}", accepted.json);
        // The organizer's own answer is nothing that anybody waits for, and a delegate is not invited.
        let own =
            people.call(bob, Method::PUT, &format!("{path}/answer"), json!({"partstat": "ACCEPTED"})).await;
        assert_eq!(own.status, 409);
        for (rest, body) in [
            ("coOrganizers", json!({"coOrganizers": [people.jids[bob]]})),
            ("handover", json!({"organizer": people.jids[bob]})),
        ] {
            let method = if rest == "handover" { Method::POST } else { Method::PUT };
            let refused = people.call(bob, method, &format!("{path}/{rest}"), body).await;
            assert_eq!((refused.status, &refused.json["code"]), (403, &json!("notAllowed")), "{rest}");
        }

        // What Bob schedules for her is hers.
        let other = people.call(bob, Method::POST, "/meetings", for_alice).await;
        assert_eq!(
            (other.status, &other.json["organizer"]["userJid"], &other.json["isDelegate"]),
            (201, &json!(people.jids[alice]), &json!(true)),
            "{}",
            other.json
        );
        assert_eq!(people.listed(bob, &of_alice).await.len(), 2);
        let rest = "occurrences/2026-12-15T10:00:00?range=THISANDFUTURE&notify=none";
        let parted =
            people.call(bob, Method::PATCH, &format!("{path}/{rest}"), json!({"summary": "Two"})).await;
        assert_eq!(parted.status, 200, "{}", parted.json);
        let by = async |meeting: &Value| {
            let path = format!("/meetings/{}/history", meeting["id"].as_str().unwrap());
            let entries = people.get(alice, &path).await.json["entries"].clone();
            let one = |entry: &Value| {
                let text = |field: &str| entry[field].as_str().unwrap_or("-").to_owned();
                format!("{} {} for {}", text("op"), text("by"), text("onBehalfOf"))
            };
            entries.as_array().unwrap().iter().map(one).collect::<Vec<_>>()
        };
        let [alices, bobs] = [&people.jids[alice], &people.jids[bob]];
        let for_her = |op: &str| format!("{op} {bobs} for {alices}");
        assert_eq!(
            by(&made.json).await,
            [
                for_her("changed"),
                for_her("answered"),
                for_her("changed"),
                for_her("changed"),
                format!("created {alices} for -"),
            ]
        );
        assert_eq!(by(&other.json).await, [for_her("created")]);
        assert_eq!(by(&parted.json).await, [for_her("parted")]);

        // Who is only invited reads whom to ask.
        world.wait_for_mails(1).await;
        let invited = people
            .call(alice, Method::PATCH, &path, json!({"addAttendees": [{"email": people.jids[carol]}]}))
            .await;
        assert_eq!(invited.status, 200, "{}", invited.json);
        let refused = people.call(carol, Method::PATCH, &path, json!({"summary": "No"})).await;
        let words = "Only the organizer, a co-organizer or a delegate can change this meeting.";
        assert_eq!((refused.status, &refused.json["detail"]), (403, &json!(words)));

        // Bob's own meetings are not Alice's, and what Alice takes back is gone at once.
        assert_eq!(people.get(alice, &format!("/meetings?{WEEK}&organizer={bobs}")).await.status, 403);
        let taken = people.delegate(alice, Method::DELETE, bob).await;
        assert_eq!((taken.status, &taken.json["delegates"]), (200, &json!([])));
        assert_eq!(people.get(bob, &path).await.status, 404);
        assert_eq!(people.get(bob, &format!("/meetings?{WEEK}{of_alice}")).await.status, 403);
        assert_eq!(people.get(bob, "/delegations").await.json, json!({"organizers": []}));

        // An operator finds anybody's, and has no delegates.
        let operators = format!("{}/api/v1/scheduler", world.system.layout.nodes[0].scheduler_api().unwrap());
        let list = async |path: &str| {
            world.call(Method::GET, &format!("{operators}{path}"), &world.operator(), None).await
        };
        let all = list(&format!("/meetings?{WEEK}{of_alice}")).await.json;
        assert_eq!((all.as_array().unwrap().len(), &all[0]["isOrganizer"]), (2, &json!(false)));
        assert_eq!(list(&format!("/meetings?{WEEK}&organizer=nobody@x")).await.status, 400);
        assert_eq!(list("/delegates").await.status, 403);
        assert_eq!(list("/delegations").await.status, 403);
    });
}
