//! Users who may do with a meeting what its organizer may.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, World, journey};

#[test]
fn a_co_organizer_may_do_all_but_name_others() {
    journey(async {
        let world = World::start(1, 1, true, &[]).await;
        let (alice, bob, carol) = (world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await);
        let [_, bobs, carols] = [0, 1, 2].map(|person| world.people.users[person].email.clone());
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut weekly = world.weekly();
        weekly["attendees"] = json!([{"email": bobs, "name": "Bob Lee"}]);
        let made = world.call(Method::POST, &meetings, &alice, Some(&weekly)).await;
        assert_eq!((made.status, &made.json["coOrganizers"]), (201, &json!([])), "{}", made.json);
        world.wait_for_mails(2).await;
        let id = made.json["id"].as_str().unwrap().to_owned();
        let call = async |who: &str, method: Method, rest: &str, body: Option<&Value>| -> Answer {
            let url = format!("{meetings}/{id}{rest}");
            world.call_with(method, &url, who, &[("if-match", "*")], body).await.unwrap()
        };
        let name = |names: &[&str]| json!({"coOrganizers": names});
        let listed = async |who: &str| {
            let url = format!("{meetings}?fromTime=2026-11-30T00:00:00Z&untilTime=2026-12-07T00:00:00Z");
            let list = world.call(Method::GET, &url, who, None).await.json;
            let show = |one: &Value| (one["isOrganizer"] == true, one["isCoOrganizer"] == true);
            list.as_array().unwrap().iter().map(show).collect::<Vec<_>>()
        };
        assert_eq!(call(&bob, Method::PUT, "/coOrganizers", Some(&name(&[&bobs]))).await.status, 403);
        assert_eq!(call(&carol, Method::GET, "", None).await.status, 404);
        let wrong = call(
            &alice,
            Method::PUT,
            "/coOrganizers",
            Some(&name(&["nobody@x", &bobs, &bobs, "alice@example.test"])),
        )
        .await;
        let codes: Vec<&str> = wrong.json["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|fault| fault["code"].as_str().unwrap())
            .collect();
        assert_eq!((wrong.status, codes), (422, vec!["notFound", "duplicate", "isOrganizer"]));

        // Bob is invited as well; Carol is not. Nobody is mailed, and no calendar has anything to learn.
        let named = call(&alice, Method::PUT, "/coOrganizers", Some(&name(&[&bobs, &carols]))).await;
        assert_eq!((named.status, &named.json["sequence"]), (200, &json!(0)), "{}", named.json);
        assert_ne!(named.etag, made.etag);
        assert_eq!(named.json["coOrganizers"][1]["userJid"], carols);
        let again = call(&alice, Method::PUT, "/coOrganizers", Some(&name(&[&bobs, &carols]))).await;
        assert_eq!(again.etag, named.etag, "it is so already");
        assert_eq!(listed(&alice).await, [(true, false)]);
        assert_eq!(listed(&bob).await, [(false, true)]);
        assert_eq!(listed(&carol).await, [(false, true)]);

        let seen = call(&carol, Method::GET, "", None).await;
        assert_eq!((&seen.json["isOrganizer"], &seen.json["isCoOrganizer"]), (&json!(false), &json!(true)));
        assert_eq!(seen.json["accessMethods"].as_array().unwrap().len(), 2);
        let one = json!({"summary": "By Carol"});
        let changed = call(&carol, Method::PATCH, "/occurrences/2026-12-08T10:00:00", Some(&one)).await;
        assert_eq!(changed.status, 200, "{}", changed.json);
        let entered = format!("/attendees/{bobs}/answer");
        assert_eq!(
            call(&carol, Method::PUT, &entered, Some(&json!({"partstat": "ACCEPTED"}))).await.status,
            200
        );
        let own = call(&bob, Method::PUT, "/answer", Some(&json!({"partstat": "DECLINED"}))).await;
        assert_eq!((own.status, &own.json["attendees"][0]["partstat"]), (200, &json!("DECLINED")));
        let history = call(&bob, Method::GET, "/history", None).await.json;
        let by: Vec<&str> = history["entries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry["by"].as_str().unwrap())
            .collect();
        assert_eq!(by, [bobs.as_str(), &carols, &carols, "alice@example.test", "alice@example.test"]);
        assert_eq!(history["entries"][3]["fields"], json!(["coOrganizers"]));
        assert_eq!(call(&carol, Method::PUT, "/coOrganizers", Some(&name(&[]))).await.status, 403);

        // What follows a cut has them too; who is none any more has lost what they had.
        let rest = "/occurrences/2026-12-15T10:00:00?range=THISANDFUTURE&notify=none";
        let parted = call(&carol, Method::PATCH, rest, Some(&json!({"summary": "Part two"}))).await;
        assert_eq!((parted.status, &parted.json["isCoOrganizer"]), (200, &json!(true)), "{}", parted.json);
        assert_eq!(call(&alice, Method::PUT, "/coOrganizers", Some(&name(&[]))).await.status, 200);
        assert_eq!(call(&carol, Method::GET, "", None).await.status, 404);
        assert_eq!((listed(&carol).await, listed(&bob).await), (Vec::new(), vec![(false, false)]));
        assert_eq!(call(&bob, Method::DELETE, "", None).await.status, 403);
    });
}
