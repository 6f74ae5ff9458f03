//! Users who may do with a meeting what its organizer may, and those to whom it is handed over.

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
        let named = [("if-match", "*"), ("idempotency-key", "carols")];
        let date = format!("{meetings}/{id}/occurrences/2026-12-08T10:00:00");
        let changed = world.call_with(Method::PATCH, &date, &carol, &named, Some(&one)).await.unwrap();
        assert_eq!(changed.status, 200, "{}", changed.json);
        // The spaces and templates of its organizer are not theirs to choose from.
        let elsewhere = json!({"coSpaceTemplate": world.objects.template});
        let replaced = call(&carol, Method::PATCH, "", Some(&elsewhere)).await;
        assert_eq!(replaced.status, 200, "the template that the meeting is of already: {}", replaced.json);
        for (rest, space) in
            [("", "coSpaceTemplate"), ("", "coSpace"), ("/occurrences/2026-12-15T10:00:00", "coSpace")]
        {
            let other = json!({space: "7d13b5a4-6f5b-4a30-9a43-6a6f0e3f2f11"});
            let moved = call(&carol, Method::PATCH, rest, Some(&other)).await;
            let refused = if rest.is_empty() { 403 } else { 422 };
            assert_eq!(moved.status, refused, "{}", moved.json);
        }
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
        let again = world.call_with(Method::PATCH, &date, &carol, &named, Some(&one)).await.unwrap();
        assert_eq!(again.status, 404, "the name of a request is no key: {}", again.json);
        assert_eq!((listed(&carol).await, listed(&bob).await), (Vec::new(), vec![(false, false)]));
        assert_eq!(call(&bob, Method::DELETE, "", None).await.status, 403);
    });
}

#[test]
fn a_meeting_is_handed_over_with_its_space_and_its_entry_in_calendars() {
    journey(async {
        let world = World::start(1, 1, true, &[]).await;
        let (alice, bob, carol) = (world.sign_in(0).await, world.sign_in(1).await, world.sign_in(2).await);
        let [alices, bobs, carols] = [0, 1, 2].map(|person| world.people.users[person].email.clone());
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        world.wait_for_mails(3).await;
        let id = made.json["id"].as_str().unwrap().to_owned();
        let call = async |who: &str, id: &str, method: Method, rest: &str, body: Option<&Value>| -> Answer {
            let url = format!("{meetings}/{id}{rest}");
            world.call_with(method, &url, who, &[("if-match", "*")], body).await.unwrap()
        };
        let to = |jid: &str| json!({"organizer": jid});
        assert_eq!(call(&bob, &id, Method::POST, "/handover", Some(&to(&bobs))).await.status, 403);
        let nobody = call(&alice, &id, Method::POST, "/handover", Some(&to("nobody@x"))).await;
        assert_eq!((nobody.status, &nobody.json["errors"][0]["code"]), (422, &json!("notFound")));
        let same = call(&alice, &id, Method::POST, "/handover", Some(&to(&alices))).await;
        assert_eq!((same.status, &same.etag), (200, &made.etag));
        let seen = call(&alice, &id, Method::POST, "/handover?dryRun=true", Some(&to(&bobs))).await;
        assert_eq!((seen.status, seen.json["mails"].as_array().unwrap().len()), (200, 3), "{}", seen.json);

        // What can't be handed over lets nobody into its space.
        let members = async || {
            let space = made.json["coSpace"].as_str().unwrap();
            let path = format!("coSpaces/{space}/coSpaceUsers");
            world.system.admin_api(&world.people).read(&path).await.unwrap()
        };
        let before = members().await;
        let never = json!({"organizer": carols, "recurrence": "2026-12-09T10:00:00"});
        assert_eq!(call(&alice, &id, Method::POST, "/handover", Some(&never)).await.status, 404);
        assert_eq!(members().await, before);

        // To Bob, who was invited: Alice stays as an attendee, and nobody loses an entry.
        let handed = call(&alice, &id, Method::POST, "/handover", Some(&to(&bobs))).await;
        assert_eq!(
            (handed.status, &handed.json["organizer"]["userJid"]),
            (200, &json!(bobs)),
            "{}",
            handed.json
        );
        let people: Vec<&str> = handed.json["attendees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| one["email"].as_str().unwrap())
            .collect();
        assert_eq!((people, &handed.json["sequence"]), (vec!["gogi@s.com", alices.as_str()], &json!(1)));
        let mails = world.wait_for_mails(6).await;
        for mail in &mails[3..] {
            assert_eq!(mail.method, "REQUEST", "{}", mail.calendar);
            assert!(
                mail.calendar.contains(&format!("mailto:{bobs}"))
                    && mail.calendar.contains("ORGANIZER;CN=\"Bob"),
                "{}",
                mail.calendar
            );
        }
        let gogis = mails[3..].iter().find(|mail| mail.to == "gogi@s.com").unwrap();
        assert!(gogis.text.contains("- Organizer, before: Alice"), "{}", gogis.text);
        let is_organizer = async |who: &str| {
            let url = format!("{meetings}?fromTime=2026-11-30T00:00:00Z&untilTime=2026-12-07T00:00:00Z");
            let list = world.call(Method::GET, &url, who, None).await.json;
            list.as_array().unwrap().iter().map(|one| one["isOrganizer"] == true).collect::<Vec<_>>()
        };
        assert_eq!((is_organizer(&alice).await, is_organizer(&bob).await), (vec![false], vec![true]));
        // The space that was made for it is Bob's as well: what he changes is judged by what he may use.
        let renamed = call(&bob, &id, Method::PATCH, "", Some(&json!({"summary": "Bob's"}))).await;
        assert_eq!(renamed.status, 200, "{}", renamed.json);
        assert_eq!(call(&alice, &id, Method::PATCH, "", Some(&json!({"summary": "No"}))).await.status, 403);
        world.wait_for_mails(9).await;

        // From the second date on to Carol, who was in nothing of it; Bob does not stay.
        let rest = json!({"organizer": carols, "recurrence": "2026-12-08T10:00:00", "stays": false});
        let parted = call(&bob, &id, Method::POST, "/handover", Some(&rest)).await;
        assert_eq!(
            (parted.status, &parted.json["organizer"]["userJid"]),
            (200, &json!(carols)),
            "{}",
            parted.json
        );
        let next = parted.json["id"].as_str().unwrap().to_owned();
        assert_eq!(call(&carol, &next, Method::GET, "", None).await.json["isOrganizer"], true);
        assert_eq!(call(&bob, &next, Method::GET, "", None).await.status, 404);
        assert_eq!(call(&bob, &id, Method::GET, "", None).await.json["isOrganizer"], true);
        world.wait_for_mails(15).await;

        // All of it away: the former organizer is told so, and it leaves their calendar.
        let gone =
            call(&bob, &id, Method::POST, "/handover", Some(&json!({"organizer": alices, "stays": false})))
                .await;
        assert_eq!(gone.status, 200, "{}", gone.json);
        assert_eq!(call(&bob, &id, Method::GET, "", None).await.status, 404);
        let mails = world.wait_for_mails(18).await;
        let bobs_mail = mails[15..].iter().find(|mail| mail.to == bobs).unwrap();
        assert_eq!((bobs_mail.subject.as_str(), bobs_mail.method.as_str()), ("Handed over: Bob's", "CANCEL"));
        let told = call(&alice, &id, Method::GET, "/history", None).await.json;
        let ops: Vec<&str> =
            told["entries"].as_array().unwrap().iter().map(|one| one["op"].as_str().unwrap()).collect();
        assert_eq!(ops, ["handedOver", "handedOver", "changed", "handedOver", "created"]);

        // A space that was chosen is not the organizer's to give away.
        let admin = world.system.admin_api(&world.people);
        let space = admin.create("coSpaces", &[("name", "Team")]).await.unwrap();
        let members = format!("coSpaces/{space}/coSpaceUsers");
        admin.create(&members, &[("userJid", &alices)]).await.unwrap();
        let own = json!({"summary": "In a space", "dtStart": "2026-12-01T10:00:00", "dtEnd": "2026-12-01T11:00:00",
            "timeZone": "Asia/Seoul", "coSpace": space});
        let own = world.call(Method::POST, &meetings, &alice, Some(&own)).await;
        assert_eq!(own.status, 201, "{}", own.json);
        let id = own.json["id"].as_str().unwrap();
        let refused = call(&alice, id, Method::POST, "/handover", Some(&to(&carols))).await;
        assert_eq!((refused.status, &refused.json["code"]), (409, &json!("notAMember")), "{}", refused.json);
        admin.create(&members, &[("userJid", &carols)]).await.unwrap();
        assert_eq!(call(&alice, id, Method::POST, "/handover", Some(&to(&carols))).await.status, 200);
    });
}
