//! All meetings of somebody who leaves become somebody else's.

mod world;

use convoke_runtime::Role;
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::{Value, json};
use world::{Answer, World, journey};

struct Leaver {
    world: World,
    /// Signed in: Alice, Bob who leaves, Carol.
    signed: [String; 3],
    jids: [String; 3],
    /// The API behind the web bridge, and that of operators.
    api: [String; 2],
}

impl Leaver {
    async fn start() -> Self {
        let world = World::small().await;
        let signed = [world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await];
        let jids = [0, 1, 2].map(|person| world.people.users[person].email.clone());
        let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
        let api = [world.web(0), scheduler].map(|base| format!("{base}/api/v1/scheduler"));
        Self { world, signed, jids, api }
    }

    async fn call(&self, who: usize, method: Method, path: &str, body: Value) -> Answer {
        let url = format!("{}{path}", self.api[0]);
        let body = Some(&body).filter(|body| !body.is_null());
        self.world.call_with(method, &url, &self.signed[who], &[("if-match", "*")], body).await.unwrap()
    }

    /// What the operator asks for Bob's meetings.
    async fn hand_over(&self, body: Value) -> Answer {
        self.named("", body).await
    }

    async fn named(&self, name: &str, body: Value) -> Answer {
        let url = format!("{}/users/{}/handover", self.api[1], self.jids[1]);
        let fields = [("idempotency-key", name)];
        let fields = if name.is_empty() { &fields[..0] } else { &fields[..] };
        self.world.call_with(Method::POST, &url, &self.world.operator(), fields, Some(&body)).await.unwrap()
    }

    async fn progress(&self) -> Value {
        let url = format!("{}/users/{}/handover", self.api[1], self.jids[1]);
        self.world
            .try_call(Method::GET, &url, &self.world.operator(), None)
            .await
            .map_or(Value::Null, |a| a.json)
    }

    async fn finished(&self) -> Value {
        self.world
            .until("the hand-over to finish", async || {
                Some(self.progress().await).filter(|progress| progress["isFinished"] == true)
            })
            .await
    }

    /// Schedules a meeting of this person's with one guest, and answers its path.
    async fn schedule(&self, who: usize, more: Value) -> String {
        let mut body = json!({"summary": "Planning", "dtStart": "2026-12-01T10:00:00", "dtEnd": "2026-12-01T11:00:00",
            "timeZone": "Asia/Seoul", "attendees": [{"email": "gogi@s.com"}]});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = self.call(who, Method::POST, "/meetings", body).await;
        assert_eq!(made.status, 201, "{}", made.json);
        format!("/meetings/{}", made.json["id"].as_str().unwrap())
    }

    /// A space whose members these are.
    async fn space(&self, members: &[usize]) -> String {
        let admin = self.world.system.admin_api(&self.world.people);
        let space = admin.create("coSpaces", &[("name", "Team")]).await.unwrap().to_string();
        for member in members {
            self.join(&space, *member).await;
        }
        space
    }

    async fn join(&self, space: &str, member: usize) {
        let admin = self.world.system.admin_api(&self.world.people);
        let path = format!("coSpaces/{space}/coSpaceUsers");
        admin.create(&path, &[("userJid", &self.jids[member])]).await.unwrap();
    }
}

fn standing(json: &Value) -> [i64; 4] {
    ["total", "waiting", "done", "staying"].map(|field| json[field].as_i64().unwrap())
}

#[test]
fn what_a_leaver_had_is_handed_over_and_what_cannot_be_is_told_with_its_reason() {
    journey(async {
        let leaver = Leaver::start().await;
        let world = &leaver.world;
        let [alice, bob, carol] = [0, 1, 2];
        let template = json!({"coSpaceTemplate": world.objects.template, "rrule": "FREQ=WEEKLY;COUNT=3"});
        let series = leaver.schedule(bob, template).await;
        let team = leaver.space(&[bob]).await;
        let teams = leaver.schedule(bob, json!({"coSpace": team, "summary": "In Bob's team"})).await;
        let cancelled = leaver.schedule(bob, json!({"coSpace": team})).await;
        assert_eq!(leaver.call(bob, Method::DELETE, &cancelled, Value::Null).await.status, 200);
        let carols_space = leaver.space(&[carol]).await;
        let carols = leaver.schedule(carol, json!({"coSpace": carols_space})).await;
        let named = json!({"coOrganizers": [leaver.jids[bob]]});
        assert_eq!(
            leaver.call(carol, Method::PUT, &format!("{carols}/coOrganizers"), named).await.status,
            200
        );
        let delegate = format!("/delegates/{}", leaver.jids[bob]);
        assert_eq!(leaver.call(carol, Method::PUT, &delegate, Value::Null).await.status, 200);
        let before = world.wait_for_mails(10).await.len();

        // Only operators, and only to somebody else who is there.
        let path = format!("/users/{}/handover", leaver.jids[bob]);
        let to = |who: usize| json!({"organizer": leaver.jids[who]});
        assert_eq!(leaver.call(alice, Method::POST, &path, to(alice)).await.status, 403);
        assert_eq!(leaver.call(alice, Method::GET, &path, Value::Null).await.status, 403);
        let code = |answer: &Answer| (answer.status, answer.json["errors"][0]["code"].clone());
        assert_eq!(code(&leaver.hand_over(to(bob)).await), (422, json!("isLeaver")));
        assert_eq!(code(&leaver.hand_over(json!({"organizer": "nobody@x"})).await), (422, json!("notFound")));
        let loud = json!({"organizer": leaver.jids[alice], "notify": "loud"});
        assert_eq!(code(&leaver.hand_over(loud).await), (422, json!("invalid")));
        let url = format!("{}/users/nobody@x/handover", leaver.api[1]);
        assert_eq!(world.call(Method::POST, &url, &world.operator(), Some(&to(alice))).await.status, 404);
        assert_eq!(world.call(Method::GET, &url, &world.operator(), None).await.status, 404);

        // Looked at first: nothing changes.
        let dry = leaver.hand_over(json!({"organizer": leaver.jids[alice], "dryRun": true})).await;
        assert_eq!(
            (dry.status, &dry.json["id"], &dry.json["lookedAt"]),
            (200, &json!(null), &json!(2)),
            "{}",
            dry.json
        );
        assert_eq!(
            (standing(&dry.json["meetings"]), standing(&dry.json["coOrganized"])),
            ([2, 2, 0, 0], [1, 1, 0, 0])
        );
        let words = "The new organizer is not a member of the meeting's space. Make them one, or move the meeting to another space first.";
        let staying = json!([{"meeting": teams.trim_start_matches("/meetings/"), "summary": "In Bob's team",
            "code": "notAMember", "reason": words}]);
        assert_eq!(dry.json["staying"], staying);
        assert_eq!(leaver.call(bob, Method::GET, &series, Value::Null).await.json["isOrganizer"], true);

        // Carried out. The same request again is the same answer.
        let asked = leaver.named("leaver", to(alice)).await;
        assert_eq!((asked.status, standing(&asked.json["meetings"])), (202, [2, 2, 0, 0]), "{}", asked.json);
        let again = leaver.named("leaver", to(alice)).await;
        assert_eq!((again.status, again.is_replayed, &again.json), (202, true, &asked.json));
        let done = leaver.finished().await;
        assert_eq!(
            (standing(&done["meetings"]), standing(&done["coOrganized"])),
            ([2, 0, 1, 1], [1, 0, 1, 0]),
            "{done}"
        );
        assert_eq!((&done["staying"], &done["organizer"]), (&staying, &json!(leaver.jids[alice])));
        let handed = leaver.call(alice, Method::GET, &series, Value::Null).await.json;
        assert_eq!(
            (&handed["isOrganizer"], handed["attendees"].as_array().unwrap().len()),
            (&json!(true), 1)
        );
        assert_eq!(
            leaver.call(bob, Method::GET, &series, Value::Null).await.status,
            404,
            "Bob does not stay"
        );
        let history = leaver.call(alice, Method::GET, &format!("{series}/history"), Value::Null).await.json;
        let last = &history["entries"][0];
        assert_eq!(
            (&last["op"], &last["via"], &last["by"]),
            (&json!("handedOver"), &json!("job"), &json!(world.people.admin.username))
        );
        let shown = leaver.call(carol, Method::GET, &carols, Value::Null).await.json;
        assert_eq!(shown["coOrganizers"], json!([]));
        assert_eq!(
            leaver.call(carol, Method::GET, "/delegates", Value::Null).await.json["delegates"],
            json!([])
        );
        // Alice is invited, Gogi is told of it, and it leaves Bob's calendar.
        let mut told: Vec<_> = world.wait_for_mails(before + 3).await[before..]
            .iter()
            .map(|mail| (mail.to.clone(), mail.method.clone()))
            .collect();
        told.sort();
        let expected = [
            (&leaver.jids[alice], "REQUEST"),
            (&leaver.jids[bob], "CANCEL"),
            (&"gogi@s.com".to_owned(), "REQUEST"),
        ];
        assert_eq!(told, expected.map(|(to, method)| (to.clone(), method.to_owned())));

        // Bob has left the directory; what stayed is handed over once Alice can have it, and nobody is mailed.
        leaver.join(&team, alice).await;
        world.remove_user(&leaver.jids[bob]);
        let rest = leaver.hand_over(json!({"organizer": leaver.jids[alice], "notify": "none"})).await;
        assert_eq!((rest.status, standing(&rest.json["meetings"])), (202, [1, 1, 0, 0]), "{}", rest.json);
        let done = leaver.finished().await;
        assert_eq!((standing(&done["meetings"]), &done["staying"]), ([1, 0, 1, 0], &json!([])));
        assert_eq!(leaver.call(alice, Method::GET, &teams, Value::Null).await.json["isOrganizer"], true);
        assert_eq!(world.mails().len(), before + 3);
    });
}

#[test]
fn a_hand_over_whose_scheduler_is_killed_goes_on_and_does_nothing_twice() {
    journey(async {
        let leaver = Leaver::start().await;
        let [alice, bob, _] = [0, 1, 2];
        let space = leaver.space(&[alice, bob]).await;
        let mut paths = Vec::new();
        for _ in 0..60 {
            paths.push(leaver.schedule(bob, json!({"coSpace": space, "attendees": []})).await);
        }
        let asked = leaver.hand_over(json!({"organizer": leaver.jids[alice], "notify": "none"})).await;
        assert_eq!(asked.status, 202, "{}", asked.json);
        while leaver.progress().await["meetings"]["done"] == 0 {}
        let killed = leaver.world.processes(Role::Scheduler.subcommand())[0];
        kill(Pid::from_raw(killed), Signal::SIGKILL).unwrap();
        let done = leaver.finished().await;
        assert_eq!(standing(&done["meetings"]), [60, 0, 60, 0], "{done}");
        for path in paths {
            let history = leaver.call(alice, Method::GET, &format!("{path}/history"), Value::Null).await.json;
            let ops: Vec<_> =
                history["entries"].as_array().unwrap().iter().map(|entry| &entry["op"]).collect();
            assert_eq!(ops, [&json!("handedOver"), &json!("created")]);
        }
    });
}
