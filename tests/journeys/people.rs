//! Changes that name only what is to be different: people who come and go, an extra date, who sees whom, whose mails are in
//! which language.

mod world;

use http::Method;
use serde_json::{Value, json};
use world::{Answer, Mail, World, journey};

struct Weekly {
    world: World,
    alice: String,
    url: String,
}

impl Weekly {
    /// A weekly meeting of Alice's with Gogi and Bob, with these fields besides, whose invitations have come.
    async fn with(more: Value) -> Self {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let mut body = world.weekly();
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let made = world.call(Method::POST, &meetings, &alice, Some(&body)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        world.wait_for_mails(3).await;
        let url = format!("{meetings}/{}", made.json["id"].as_str().unwrap());
        Self { world, alice, url }
    }

    async fn call(&self, method: Method, rest: &str, body: &Value) -> Answer {
        let url = format!("{}{rest}", self.url);
        let body = Some(body).filter(|body| !body.is_null());
        self.world.call_with(method, &url, &self.alice, &[("if-match", "*")], body).await.unwrap()
    }

    async fn mails_after(&self, before: usize, count: usize) -> Vec<Mail> {
        let mut mails = self.world.wait_for_mails(before + count).await.split_off(before);
        mails.sort_by(|a, b| a.to.cmp(&b.to));
        assert_eq!(mails.len(), count, "{mails:?}");
        mails
    }
}

fn emails(json: &Value) -> Vec<&str> {
    json["attendees"].as_array().unwrap().iter().map(|person| person["email"].as_str().unwrap()).collect()
}

fn unfolded(mail: &Mail) -> String {
    mail.calendar.replace("\r\n ", "").replace("\n ", "")
}

/// Each fault as its field and its words.
fn faults(answer: &Answer) -> Vec<String> {
    let errors = answer.json["errors"].as_array().unwrap();
    let told = |fault: &Value| {
        format!("{}: {}", fault["field"].as_str().unwrap(), fault["reason"].as_str().unwrap())
    };
    errors.iter().map(told).collect()
}

#[test]
fn what_a_change_does_not_name_stays_as_it_is() {
    journey(async {
        let weekly = Weekly::with(json!({"description": "Agenda"})).await;
        let bob = weekly.world.people.users[1].email.clone();

        // Somebody comes, whose mails are in Korean and tell times in their own zone as well.
        let carol = json!({"email": "carol@s.com", "name": "Carol", "language": "ko-KR", "timeZone": "europe/berlin"});
        let changed = weekly.call(Method::PATCH, "?notify=new", &json!({"addAttendees": [carol]})).await;
        assert_eq!(changed.status, 200, "{}", changed.json);
        assert_eq!(emails(&changed.json), ["gogi@s.com", bob.as_str(), "carol@s.com"]);
        let kept = &changed.json["attendees"][2];
        assert_eq!((&kept["language"], &kept["timeZone"]), (&json!("ko"), &json!("Europe/Berlin")));
        assert_eq!(
            (&changed.json["description"], &changed.json["rrule"], &changed.json["dtStart"]),
            (&json!("Agenda"), &json!("FREQ=WEEKLY;COUNT=3"), &json!("2026-12-01T10:00:00"))
        );
        let mails = weekly.mails_after(3, 1).await;
        assert_eq!((mails[0].to.as_str(), mails[0].method.as_str()), ("carol@s.com", "REQUEST"));
        assert!(
            mails[0].text.contains("초대") && mails[0].text.contains("Europe/Berlin"),
            "{}",
            mails[0].text
        );

        // Somebody goes, and somebody has another role; only they are told.
        let change = json!({
            "removeAttendees": ["GOGI@s.com"],
            "addAttendees": [{"email": bob, "role": "ExternalAccessMeth"}],
        });
        let changed = weekly.call(Method::PATCH, "", &change).await;
        assert_eq!(emails(&changed.json), [bob.as_str(), "carol@s.com"]);
        assert_eq!(changed.json["attendees"][0]["name"], "Bob Lee");
        assert_eq!(changed.json["attendees"][1]["language"], "ko");
        let mails = weekly.mails_after(4, 2).await;
        let told: Vec<_> = mails.iter().map(|mail| (mail.to.as_str(), mail.method.as_str())).collect();
        assert_eq!(told, [(bob.as_str(), "REQUEST"), ("gogi@s.com", "CANCEL")]);

        // What is replaced as a whole keeps what its caller did not know of.
        let mut whole = weekly.world.weekly();
        whole["attendees"] = json!([{"email": "carol@s.com", "name": "Carol"}]);
        let replaced = weekly.call(Method::PUT, "?notify=none", &whole).await;
        assert_eq!(replaced.json["attendees"][0]["timeZone"], "Europe/Berlin");

        let wrong = json!({
            "addAttendees": [{"email": "nobody"}, {"email": "d@s.com", "language": "tlh", "timeZone": "Mars/Base"}],
            "reminders": [40_321, 1, 2, 3, 4, 5],
        });
        let refused = weekly.call(Method::PATCH, "", &wrong).await;
        assert_eq!(refused.status, 422);
        let told = faults(&refused);
        assert!(told[0].starts_with("addAttendees[0].email: "), "{told:?}");
        assert_eq!(
            told[1..],
            [
                "addAttendees[1].language: There are no texts for this language; there are en and ko.",
                "addAttendees[1].timeZone: There is no such zone; expected an IANA name such as Asia/Seoul.",
                "reminders: A meeting has at most 5 reminders; these are 6.",
                "reminders: A reminder goes out at most 40320 minutes (28 days) before the start.",
            ]
        );
        let refused = weekly.call(Method::PATCH, "", &json!({"removeAttendees": ["gogi@s.com"]})).await;
        assert_eq!(faults(&refused), ["removeAttendees[0]: gogi@s.com is not invited."]);

        // No rule: what was the series is one meeting then.
        let single = weekly.call(Method::PATCH, "?notify=none", &json!({"rrule": null})).await;
        assert_eq!((single.status, &single.json["rrule"]), (200, &json!(null)), "{}", single.json);
    });
}

#[test]
fn a_date_is_added_off_the_rule_and_once_only() {
    journey(async {
        let weekly = Weekly::with(json!({})).await;
        let extra = json!({"dtStart": "2026-12-03T16:00:00"});
        let added = weekly.call(Method::POST, "/occurrences", &extra).await;
        assert_eq!(
            (added.status, &added.json["rdate"]),
            (200, &json!(["2026-12-03T16:00:00"])),
            "{}",
            added.json
        );
        for mail in weekly.mails_after(3, 3).await {
            assert!(unfolded(&mail).contains("RDATE;TZID=Asia/Seoul:20261203T160000"), "{}", mail.calendar);
        }
        let again = weekly.call(Method::POST, "/occurrences", &extra).await;
        assert_eq!((again.status, &again.json["code"]), (409, &json!("takesPlaceAlready")));
        assert_eq!(again.json["detail"], "The meeting takes place then already.");
        let cancelled = weekly.call(Method::DELETE, "/occurrences/2026-12-08T10:00:00", &Value::Null).await;
        assert_eq!(cancelled.status, 200, "{}", cancelled.json);
        let back =
            weekly.call(Method::POST, "/occurrences", &json!({"dtStart": "2026-12-08T10:00:00"})).await;
        assert_eq!((back.status, &back.json["code"]), (409, &json!("cancelled")));
        assert_eq!(back.json["detail"], "This date was cancelled; restore it instead.");
        let wrong = weekly.call(Method::POST, "/occurrences", &json!({"dtStart": "soon"})).await;
        assert_eq!(
            faults(&wrong),
            ["dtStart: It is a local start such as 2026-12-08T10:00:00, or a date of a full-day meeting."]
        );
    });
}

#[test]
fn a_hidden_guest_list_is_seen_by_its_organizer_alone() {
    journey(async {
        let weekly = Weekly::with(json!({"guestList": "organizer"})).await;
        let (alice, bob) =
            (weekly.world.people.users[0].email.clone(), weekly.world.people.users[1].email.clone());
        let mut mails = weekly.world.mails();
        mails.sort_by(|a, b| a.to.cmp(&b.to));
        for mail in &mails {
            let shown = format!("{}\n{}", unfolded(mail), mail.text);
            assert!(shown.contains(&alice) && shown.contains(&mail.to), "{shown}");
            for (person, name) in [(bob.as_str(), "Bob Lee"), ("gogi@s.com", "Gogi")] {
                let is_named = shown.contains(person) || shown.contains(name);
                assert_eq!(is_named, [&alice, person].contains(&mail.to.as_str()), "{person} in {shown}");
            }
        }
        let seen = weekly.call(Method::GET, "", &Value::Null).await;
        assert_eq!((&seen.json["guestList"], emails(&seen.json).len()), (&json!("organizer"), 2));
        let as_bob = weekly.world.sign_in(1).await;
        let seen = weekly.world.call(Method::GET, &weekly.url, &as_bob, None).await;
        assert_eq!(emails(&seen.json), [bob.as_str()]);
        let dates =
            weekly.world.call(Method::GET, &format!("{}/occurrences", weekly.url), &as_bob, None).await;
        for date in dates.json["occurrences"].as_array().unwrap() {
            assert_eq!(emails(date), [bob.as_str()]);
        }
        // Who comes is nobody's business but the organizer's.
        let change = json!({"addAttendees": [{"email": "dan@s.com"}], "summary": "Other"});
        assert_eq!(weekly.call(Method::PATCH, "", &change).await.status, 200);
        for mail in weekly.mails_after(3, 4).await {
            assert_eq!(
                unfolded(&mail).contains("dan@s.com") || mail.text.contains("dan@s.com"),
                [&alice, "dan@s.com"].contains(&mail.to.as_str())
            );
        }
        let open = weekly.call(Method::PATCH, "?dryRun=true", &json!({"guestList": "all"})).await;
        assert!(
            open.json["mails"].as_array().unwrap().iter().all(|mail| mail["isSent"] == true),
            "{}",
            open.json
        );
    });
}

#[test]
fn what_was_kept_quiet_is_told_when_asked_for_and_to_those_alone_whom_it_concerns() {
    journey(async {
        let weekly = Weekly::with(json!({})).await;
        let (alice, bob) =
            (weekly.world.people.users[0].email.clone(), weekly.world.people.users[1].email.clone());
        let deliveries =
            async || weekly.call(Method::GET, "/deliveries", &Value::Null).await.json["people"].clone();
        let pending = async || {
            let people = deliveries().await;
            let waits = |person: &&Value| person["isPending"] == true;
            let waits = people.as_array().unwrap().iter().filter(waits);
            waits.map(|person| person["email"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        weekly
            .world
            .until("all to be sent", async || {
                let all = deliveries().await;
                all.as_array().unwrap().iter().all(|person| person["state"] == "sent").then_some(())
            })
            .await;
        let of = deliveries().await;
        assert_eq!(
            (&of[2]["email"], &of[2]["kind"], &of[2]["tries"]),
            (&json!("gogi@s.com"), &json!("invitation"), &json!(0))
        );
        assert!(pending().await.is_empty());

        // One date is moved for all, Bob goes, Dan comes, and nobody is told.
        let moved = json!({"dtStart": "2026-12-08T11:00:00"});
        assert_eq!(
            weekly.call(Method::PATCH, "/occurrences/2026-12-08T10:00:00?notify=none", &moved).await.status,
            200
        );
        let people = json!({"removeAttendees": [bob], "addAttendees": [{"email": "dan@s.com"}]});
        assert_eq!(weekly.call(Method::PATCH, "?notify=none", &people).await.status, 200);
        assert_eq!(pending().await, [alice.as_str(), bob.as_str(), "dan@s.com", "gogi@s.com"]);
        // Somebody else's business.
        let as_bob = weekly.world.sign_in(1).await;
        let url = format!("{}/notifyPending", weekly.url);
        assert_eq!(weekly.world.call(Method::POST, &url, &as_bob, None).await.status, 404);

        let told = weekly.call(Method::POST, "/notifyPending", &Value::Null).await;
        assert_eq!(told.status, 200, "{}", told.json);
        let mails = weekly.mails_after(3, 4).await;
        let what: Vec<_> = mails
            .iter()
            .map(|mail| (mail.to.as_str(), mail.method.as_str(), mail.calendar.contains("RRULE")))
            .collect();
        assert_eq!(
            what,
            [
                (alice.as_str(), "REQUEST", false),
                (bob.as_str(), "CANCEL", true),
                ("dan@s.com", "REQUEST", true),
                ("gogi@s.com", "REQUEST", false),
            ]
        );
        assert!(pending().await.is_empty());
        assert_eq!(weekly.call(Method::POST, "/notifyPending", &Value::Null).await.status, 200);

        // The same again for one person, three times an hour; nothing has been told in between.
        for _ in 0..3 {
            assert_eq!(
                weekly.call(Method::POST, "/deliveries/GOGI@s.com/resend", &Value::Null).await.status,
                200
            );
        }
        let again = weekly.mails_after(7, 3).await;
        assert!(again.iter().all(|mail| mail.to == "gogi@s.com"
            && mail.method == "REQUEST"
            && mail.calendar.contains("RRULE")));
        let often = weekly.call(Method::POST, "/deliveries/gogi@s.com/resend", &Value::Null).await;
        assert_eq!((often.status, &often.json["code"]), (429, &json!("resentTooOften")));
        assert_eq!(
            often.json["detail"],
            "This person was sent the meeting 3 times within an hour; try again in 60 minutes."
        );
        // Who was in one date that is cancelled has nothing left.
        let eve = json!({"addAttendees": [{"email": "eve@s.com"}]});
        let date = "/occurrences/2026-12-15T10:00:00?notify=none";
        assert_eq!(weekly.call(Method::PATCH, date, &eve).await.status, 200);
        assert_eq!(weekly.call(Method::DELETE, date, &Value::Null).await.status, 200);
        assert_eq!(weekly.call(Method::POST, "/deliveries/eve@s.com/resend", &Value::Null).await.status, 404);
        let nobody = weekly.call(Method::POST, "/deliveries/bob@s.com/resend", &Value::Null).await;
        assert_eq!(
            (nobody.status, nobody.json["detail"].as_str().unwrap()),
            (404, "Nobody with this address is in the meeting; it is sent again to those who are.")
        );
    });
}

#[test]
fn attendees_occurrences_and_bytes_are_limited_by_settings_and_what_would_be_right_is_told() {
    journey(async {
        let limits = "[scheduler.limits]\n".to_owned();
        let own = format!("{limits}attendees = 2\noccurrences = 3\nrequest_bytes = 65536\n");
        let settings = vec![(1, limits, own)];
        let world = World::build(&world::Plan { settings, ..world::Plan::default() }, &[]).await;
        let alice = world.sign_in(0).await;
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let schedule = async |more: Value| {
            let mut body = world.weekly();
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            world.call(Method::POST, &format!("{api}/meetings"), &alice, Some(&body)).await
        };
        let one = |number: usize| json!({"email": format!("p{number}@x.test")});
        let words = "attendees: A meeting has at most 2 attendees; these are 3.";
        let three = schedule(json!({"attendees": [one(1), one(2), one(3)]})).await;
        assert_eq!((three.status, faults(&three)), (422, vec![words.to_owned()]));
        let longer = schedule(json!({"rrule": "FREQ=WEEKLY;COUNT=4"})).await;
        let words = "rrule: More than 3 occurrences; end the series earlier or leave its end open.";
        assert_eq!((longer.status, faults(&longer)), (422, vec![words.to_owned()]));
        let shown = json!({"dtStart": "2026-12-01T10:00:00", "dtEnd": "2026-12-01T11:00:00", "timeZone": "Asia/Seoul",
            "rrule": "FREQ=WEEKLY;COUNT=4"});
        let preview = world.call(Method::POST, &format!("{api}/occurrences"), &alice, Some(&shown)).await;
        assert_eq!((preview.status, faults(&preview)), (422, vec![words.to_owned()]));
        assert_eq!(schedule(json!({"rrule": "FREQ=WEEKLY"})).await.status, 201, "without an end");

        // Three are right, in a body of just so many bytes.
        let mut body = world.weekly().to_string();
        body.extend(std::iter::repeat_n(' ', 65_536 - body.len()));
        let send = async |body: String| {
            let request = http::Request::post(format!("{api}/meetings")).header("authorization", &alice);
            let answer = world.system.client.send(request.body(body.into()).unwrap()).await.unwrap();
            let json: Value = serde_json::from_slice(answer.body()).unwrap_or_default();
            (answer.status().as_u16(), json["detail"].clone())
        };
        assert_eq!(send(body.clone()).await.0, 201);
        let words = "A request body has at most 65536 bytes.";
        assert_eq!(send(format!("{body} ")).await, (413, json!(words)));
    });
}

#[test]
fn the_mails_of_one_user_within_an_hour_are_limited() {
    journey(async {
        let limits = "[scheduler.limits]".to_owned();
        let settings = vec![(
            1,
            format!("{limits}\nmails_per_hour = 10000000"),
            format!("{limits}\nmails_per_hour = 4"),
        )];
        let world = World::build(&world::Plan { settings, ..world::Plan::default() }, &[]).await;
        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!(made.status, 201, "{}", made.json);
        let refused = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await;
        assert_eq!((refused.status, &refused.json["code"]), (429, &json!("tooManyMails")));
        assert_eq!(
            refused.json["detail"],
            "The mails of one user are at most 4 within an hour; try again in 60 minutes, or notify fewer people."
        );
        // Quietly it goes, and another user has mails of their own.
        let url = format!("{meetings}/{}?notify=none", made.json["id"].as_str().unwrap());
        let fields = [("if-match", "*")];
        let quiet = world
            .call_with(Method::PATCH, &url, &alice, &fields, Some(&json!({"summary": "Other"})))
            .await
            .unwrap();
        assert_eq!(quiet.status, 200, "{}", quiet.json);
    });
}

#[test]
fn people_have_their_mails_as_they_prefer_where_a_meeting_says_nothing_else() {
    journey(async {
        let world = World::small().await;
        let (alice, bob) = (world.sign_in(0).await, world.sign_in(1).await);
        let bobs = world.people.users[1].email.clone();
        let api = format!("{}/api/v1/scheduler", world.web(0));
        let url = format!("{api}/preferences");
        let put = async |who: &str, body: Value| {
            let named = [("idempotency-key", "preferred")];
            world.call_with(Method::PUT, &url, who, &named, Some(&body)).await.unwrap()
        };
        let nothing = json!({"language": null, "timeZone": null});
        assert_eq!(world.call(Method::GET, &url, &bob, None).await.json, nothing);
        let wrong = put(&bob, json!({"language": "tlh", "timeZone": "Mars/Base"})).await;
        assert_eq!(
            (wrong.status, faults(&wrong)),
            (
                422,
                vec![
                    "language: There are no texts for this language; there are en and ko.".to_owned(),
                    "timeZone: There is no such zone; expected an IANA name such as Asia/Seoul.".to_owned(),
                ]
            )
        );
        let operators =
            format!("{}/api/v1/scheduler/preferences", world.system.layout.nodes[0].scheduler_api().unwrap());
        assert_eq!(world.call(Method::GET, &operators, &world.operator(), None).await.status, 403);
        assert_eq!(world.call(Method::GET, &url, "", None).await.status, 401);

        let wanted = json!({"language": "ko-KR", "timeZone": "europe/berlin"});
        let preferred = json!({"language": "ko", "timeZone": "Europe/Berlin"});
        let set = put(&bob, wanted.clone()).await;
        assert_eq!((set.status, &set.json, set.is_replayed), (200, &preferred, false));
        let again = put(&bob, wanted).await;
        assert_eq!((again.status, &again.json, again.is_replayed), (200, &preferred, true));
        let other = put(&bob, json!({})).await;
        assert_eq!((other.status, &other.json["code"]), (422, &json!("idempotencyKeyReused")));
        assert_eq!(world.call(Method::GET, &url, &bob, None).await.json, preferred);
        put(&alice, json!({"language": "ko"})).await;

        // Bob's in Korean and in his zone, the organizer's in Korean, and Gogi's as the meeting says.
        let meetings = format!("{api}/meetings");
        let weekly = world.weekly();
        let made = world.call(Method::POST, &meetings, &alice, Some(&weekly)).await;
        assert_eq!(made.status, 201, "{}", made.json);
        assert_eq!(made.json["attendees"][1]["language"], json!(null), "it is Bob's, and not the meeting's");
        let mails = world.wait_for_mails(3).await;
        let of = |mails: &[Mail], to: &str| mails.iter().find(|mail| mail.to == to).unwrap().clone();
        let bobs_mail = of(&mails, &bobs);
        assert_eq!(bobs_mail.subject, "회의 초대: Test-XRP");
        assert!(bobs_mail.text.contains("오전 2:00~2:30 (Europe/Berlin"), "{}", bobs_mail.text);
        assert_eq!(of(&mails, "alice@example.test").subject, "회의 예약: Test-XRP");
        assert_eq!(of(&mails, "gogi@s.com").subject, "Invitation: Test-XRP");
        let link = bobs_mail.text.lines().find(|line| line.contains("/scheduler/answers/")).unwrap().trim();
        let request = http::Request::get(link).header("accept", "text/html").body(bytes::Bytes::new());
        let page = world.system.client.send(request.unwrap()).await.unwrap();
        let page = String::from_utf8_lossy(page.body()).into_owned();
        assert!(page.contains("<html lang=\"ko\">") && page.contains("Europe/Berlin"), "{page}");

        // What the meeting says of somebody goes before that.
        let mut english = weekly.clone();
        english["attendees"] = json!([{"email": bobs, "language": "en"}]);
        assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&english)).await.status, 201);
        let mails = world.wait_for_mails(5).await;
        let bobs_mail = of(&mails[3..], &bobs);
        assert_eq!(bobs_mail.subject, "Invitation: Test-XRP");
        assert!(bobs_mail.text.contains("Europe/Berlin"), "{}", bobs_mail.text);

        // What Bob answers is told to Alice in her language; a change of his mind to both as they prefer.
        let id = made.json["id"].as_str().unwrap();
        let answer = json!({"partstat": "ACCEPTED"});
        let answered = world.call(Method::PUT, &format!("{meetings}/{id}/answer"), &bob, Some(&answer)).await;
        assert_eq!(answered.status, 200, "{}", answered.json);
        let digest = of(&world.wait_for_mails(6).await[5..], "alice@example.test");
        assert!(digest.subject.starts_with("참석"), "{}", digest.subject);
        let named = [("idempotency-key", "another")];
        let cleared = world.call_with(Method::PUT, &url, &bob, &named, Some(&json!({}))).await.unwrap();
        assert_eq!((cleared.status, &cleared.json), (200, &nothing));
        let renamed = json!({"summary": "Other"});
        let url = format!("{meetings}/{id}");
        let changed =
            world.call_with(Method::PATCH, &url, &alice, &[("if-match", "*")], Some(&renamed)).await.unwrap();
        assert_eq!(changed.status, 200, "{}", changed.json);
        let mails = world.wait_for_mails(9).await;
        let bobs_mail = of(&mails[6..], &bobs);
        assert!(bobs_mail.subject.starts_with("Updated"), "{}", bobs_mail.subject);
        assert!(!bobs_mail.text.contains("Europe/Berlin"), "{}", bobs_mail.text);
    });
}
