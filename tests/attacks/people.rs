//! One person and what belongs to another; operators and the edge; guessing.

use std::time::{Duration, Instant};

use bytes::Bytes;
use convoke_callbridge_api::loopback;
use http::{Method, Request, header};
use serde_json::{Value, json};

use crate::world::{Answer, World};

pub async fn nobody_finds_meetings_and_spaces_of_others(world: &World) {
    let (alice, bob, carol) = (world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await);
    let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
    let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let id = made.json["id"].as_str().unwrap();
    let (url, unknown) =
        (format!("{meetings}/{id}"), format!("{meetings}/00000000-0000-4000-8000-000000000000"));

    // To a stranger it is as if it were not there, whatever is tried, in the same words.
    let weekly = world.weekly();
    for (method, body) in [(Method::GET, None), (Method::PUT, Some(&weekly)), (Method::DELETE, None)] {
        let answer = world.call(method.clone(), &url, &carol, body).await;
        let nothing = world.call(method.clone(), &unknown, &carol, body).await;
        assert_eq!((answer.status, &answer.json), (404, &nothing.json), "{method}");
    }
    // Who is invited sees it with the own way in alone, and changes nothing.
    let seen = world.call(Method::GET, &url, &bob, None).await;
    assert_eq!((seen.status, seen.json["accessMethods"].as_array().map(Vec::len)), (200, Some(0)));
    let guest =
        made.json["accessMethods"].as_array().unwrap().iter().find(|way| way["role"] == "ExternalAccessMeth");
    assert!(!seen.json.to_string().contains(guest.unwrap()["link"].as_str().unwrap()), "{}", seen.json);
    for (method, body) in [(Method::PUT, Some(&weekly)), (Method::DELETE, None)] {
        assert_eq!(world.call(method, &url, &bob, body).await.status, 403);
    }
    // Nobody makes a meeting in another's name, in another's space, or by a template that is not assigned.
    let space = made.json["coSpace"].clone();
    let with = |field: &str, value: Value| {
        let mut body = world.weekly();
        body["coSpaceTemplate"] =
            if field == "coSpace" { Value::Null } else { body["coSpaceTemplate"].clone() };
        body[field] = value;
        body
    };
    let template = json!("../coSpaces?x=");
    for (field, value) in [
        ("organizer", json!("alice@example.test")),
        ("coSpace", space.clone()),
        ("coSpaceTemplate", template),
    ] {
        let answer = world.call(Method::POST, &meetings, &carol, Some(&with(field, value))).await;
        assert_eq!(
            (answer.status, &answer.json["errors"][0]["field"]),
            (422, &json!(field)),
            "{}",
            answer.json
        );
    }
    // The space neither, nor its invitation.
    let space = space.as_str().unwrap();
    let base = format!("{}/api/cospaces/{space}", world.web(0));
    let method = world.call(Method::GET, &base, &alice, None).await.json["accessMethods"][0]["guid"].clone();
    let invitation = format!("{base}/accessMethods/{}/emailInvitation", method.as_str().unwrap());
    for (verb, url, refused) in
        [(Method::GET, &base, 404), (Method::DELETE, &base, 404), (Method::POST, &invitation, 400)]
    {
        assert_eq!(world.call(verb.clone(), url, &carol, None).await.status, refused, "{verb} {url}");
    }
    assert_eq!(world.call(Method::GET, &base, &alice, None).await.status, 200);
    let listed = world.call(Method::GET, &format!("{}/api/cospaces", world.web(0)), &carol, None).await;
    assert!(!listed.json.to_string().contains(space), "{}", listed.json);
    let window = format!("{meetings}?fromTime=2026-12-01T00:00:00Z&untilTime=2026-12-31T00:00:00Z");
    assert_eq!(world.call(Method::GET, &window, &carol, None).await.json, json!([]));
    // A link's number without its secret says nothing, nor does a wrong secret.
    let link = made.json["join"]["link"].as_str().unwrap();
    let (call_id, secret) = link.rsplit_once('/').unwrap().1.split_once("?secret=").unwrap();
    let entry = format!("{}/api/meetingEntry?callId={call_id}&secret=", world.web(0));
    assert_eq!(world.call(Method::GET, &format!("{entry}{secret}"), "", None).await.status, 200);
    for wrong in ["", "x", &secret[1..]] {
        assert_eq!(
            world.call(Method::GET, &format!("{entry}{wrong}"), "", None).await.status,
            404,
            "{wrong}"
        );
    }
}

pub async fn operators_have_no_way_in_by_the_edge(world: &World) {
    let operator = world.operator();
    let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
    let path = "/api/v1/scheduler/meetings";
    assert_eq!(world.call(Method::GET, &format!("{scheduler}{path}"), &operator, None).await.status, 200);
    for path in [path, "/api/cospaces"] {
        let answer = world.call(Method::GET, &format!("{}{path}", world.web(0)), &operator, None).await;
        assert_eq!(answer.status, 401, "{path}");
    }
    // A person is no operator: neither by token nor by password.
    let alice = &world.people.users[0];
    let basic = convoke::dev::api::basic(&alice.username, &alice.password);
    let admin = format!("{}/api/v1/coSpaces", world.system.layout.nodes[0].admin_api());
    for authorization in [world.sign_in(0).await, basic.clone()] {
        assert_eq!(world.call(Method::GET, &admin, &authorization, None).await.status, 401);
    }
    assert_eq!(world.call(Method::GET, &format!("{scheduler}{path}"), &basic, None).await.status, 401);
    // And an operator is nobody of the web app.
    let body = json!({"username": world.people.admin.username, "password": world.people.admin.password, "trace": false});
    let answer = world.call(Method::POST, &format!("{}/api/auth", world.web(0)), "", Some(&body)).await;
    assert_eq!(answer.status, 401);
}

/// A browser that has signed in at an operators' page sends the sign-in along with what any page makes it send.
pub async fn pages_of_another_site_do_not_act_for_an_operator(world: &World) {
    let node = &world.system.layout.nodes[0];
    let attack = async |url: &str, kind: &str, body: &str, fields: &[(&str, &str)]| {
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(url)
            .header(header::AUTHORIZATION, world.operator())
            .header(header::CONTENT_TYPE, kind);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let answer =
            world.system.client.send(request.body(Bytes::from(body.to_owned())).unwrap()).await.unwrap();
        answer.status().as_u16()
    };
    let bridges = format!("{}/api/v1/webBridges", node.admin_api());
    let form = "url=c2w%3A%2F%2Fevil.test%3A9999";
    let mut meeting = world.weekly();
    meeting["organizer"] = json!("alice@example.test");
    let meetings = format!("{}/api/v1/scheduler/meetings", node.scheduler_api().unwrap());
    for fields in [
        [("origin", "https://evil.test")].as_slice(),
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site"), ("origin", "https://other.example.test")],
    ] {
        assert_eq!(
            attack(&bridges, "application/x-www-form-urlencoded", form, fields).await,
            403,
            "{fields:?}"
        );
        assert_eq!(attack(&meetings, "text/plain", &meeting.to_string(), fields).await, 403, "{fields:?}");
    }
    let listed = world.system.admin_api(&world.people).read("webBridges").await.unwrap();
    assert!(!listed.contains("evil.test"), "{listed}");
    // A program, and a page of the same origin, do what they are allowed to.
    assert_eq!(attack(&meetings, "application/json", &meeting.to_string(), &[]).await, 201);
    let own = node.scheduler_api().unwrap();
    assert_eq!(attack(&meetings, "application/json", &meeting.to_string(), &[("origin", &own)]).await, 201);
}

pub async fn the_loopback_api_wants_the_token_of_a_file_that_is_closed_to_others(world: &World) {
    use std::os::unix::fs::PermissionsExt as _;
    let node = &world.system.layout.nodes[0];
    let base = format!("http://{}:{}", node.address, node.ports.callbridge_loopback);
    let folder = world.system.layout.folder.join("data").join(&node.name);
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    for file in ["loopback.token", "convoke.db", "convoke.db-wal"] {
        assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
    }
    let targets = [
        (Method::GET, loopback::SIGNING_KEYS),
        (Method::GET, loopback::ORGANIZERS),
        (Method::GET, loopback::REMOVED_USERS),
        (Method::POST, loopback::SPACES),
        (Method::DELETE, loopback::SPACES),
        (Method::POST, loopback::SIGN_IN),
        (Method::GET, "/api/v1/coSpaces"),
        (Method::GET, "/"),
    ];
    for (method, path) in targets {
        for (name, value) in [
            ("x-convoke-loopback-token", ""),
            ("x-convoke-loopback-token", "x"),
            ("authorization", &world.operator()),
        ] {
            let request = Request::builder().method(&method).uri(format!("{base}{path}")).header(name, value);
            let request = request.body(Bytes::new()).unwrap();
            let answer = world.system.client.send(request).await.unwrap();
            assert_eq!(answer.status().as_u16(), 401, "{path} {name}");
        }
    }
}

async fn sign_in(world: &World, name: &str, password: &str) -> (Answer, Duration) {
    let body = json!({"username": name, "password": password, "trace": false});
    let begun = Instant::now();
    let answer = world.call(Method::POST, &format!("{}/api/auth", world.web(0)), "", Some(&body)).await;
    (answer, begun.elapsed())
}

pub async fn guessing_is_slow_and_tells_nothing(world: &World) {
    // A name that nobody has, one that somebody has, and one without a sign: all take as long, and answer the same.
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); 3];
    let names = ["alice@example.test", "nobody@example.test", "nobody"];
    let mut words = Vec::new();
    for _ in 0..7 {
        for (place, name) in names.iter().enumerate() {
            let (answer, took) = sign_in(world, name, "wrong").await;
            assert_eq!(answer.status, 401);
            words.push(answer.json.to_string());
            times[place].push(took);
        }
    }
    words.dedup();
    assert_eq!(words.len(), 1, "{words:?}");
    let medians: Vec<Duration> = times
        .iter_mut()
        .map(|times| {
            times.sort();
            times[times.len() / 2]
        })
        .collect();
    let (least, most) = (medians.iter().min().unwrap(), medians.iter().max().unwrap());
    // A hash takes tens of milliseconds and more; without one the answer would be there within two.
    assert!(*most < *least * 2, "{medians:?}");

    // Ten wrong ones, and not even the right one is looked at, under any spelling of the name.
    let bob = &world.people.users[1];
    for number in 0..10 {
        let (answer, _) = sign_in(world, &bob.username, &format!("wrong {number}")).await;
        assert_eq!(answer.status, 401);
    }
    let mut quickest = Duration::MAX;
    for name in [bob.username.clone(), bob.username.to_uppercase(), format!(" {} ", bob.username)] {
        let (answer, took) = sign_in(world, &name, &bob.password).await;
        assert_eq!(answer.status, 429, "{name}: {}", answer.json);
        quickest = quickest.min(took);
    }
    assert!(quickest < *least, "it is refused before the password is looked at: {quickest:?}");
    // An address that tries one name after the other waits too, whatever it says of itself.
    let url = format!("{}/api/auth", world.web(0));
    let mut refused = 0;
    for number in 0..120 {
        let body = json!({"username": format!("user{number}"), "password": "x", "trace": false}).to_string();
        let forged = format!("203.0.113.{number}");
        let request = Request::post(&url)
            .header("x-forwarded-for", &forged)
            .header("x-convoke-client-address", &forged)
            .body(Bytes::from(body))
            .unwrap();
        let status = world.system.client.send(request).await.unwrap().status().as_u16();
        assert!([401, 429].contains(&status), "{status}");
        refused += usize::from(status == 429);
        if refused == 3 {
            break;
        }
    }
    assert_eq!(refused, 3, "the address has to wait after 100 failures");
}
