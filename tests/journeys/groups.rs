//! Groups of people: listed by name, and invited by one name.

mod world;

use std::fmt::Write as _;

use convoke_testkit::postgres::Postgres;
use http::Method;
use serde_json::{Value, json};
use world::{Answer, Plan, World, journey};

/// A system with three groups, in which a meeting has at most ten attendees.
struct Grouped {
    world: World,
    alice: String,
    /// The id of the group Sales.
    sales: String,
}

impl Grouped {
    async fn on(database: Option<String>) -> Self {
        let limits = "[scheduler.limits]".to_owned();
        let limits = (1, limits.clone(), format!("{limits}\nattendees = 10"));
        let plan = Plan { database, settings: vec![limits], ..Plan::default() };
        let world = World::build(&plan, &[]).await;
        let alice = world.sign_in(0).await;
        let admin = world.system.admin_api(&world.people);
        let sales = admin.create("userGroups", &[("name", "Sales")]).await.unwrap();
        let people = &world.people.users;
        for (email, name) in [
            (people[0].email.as_str(), "Alice"),
            (&people[1].email.to_uppercase().replace("EXAMPLE.TEST", "example.test"), "Somebody"),
            ("carol@s.com", "Carol\n(sales)"),
            ("dave@s.com", "Dave"),
        ] {
            let member = [("email", email), ("name", name)];
            admin.create(&format!("userGroups/{sales}/userGroupMembers"), &member).await.unwrap();
        }
        let staff = admin.create("userGroups", &[("name", "직원 전체")]).await.unwrap();
        for number in 0..9 {
            let email = format!("p{number}@s.com");
            let path = format!("userGroups/{staff}/userGroupMembers");
            admin.create(&path, &[("email", &email)]).await.unwrap();
        }
        admin.create("userGroups", &[("name", "Nobody")]).await.unwrap();
        Self { world, alice, sales }
    }

    async fn call(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let url = format!("{}/api/v1/scheduler/{path}", self.world.web(0));
        self.world.call_with(method, &url, &self.alice, &[("if-match", "*")], body).await.unwrap()
    }
}

/// Each person as address and role.
fn people(json: &Value) -> String {
    json["attendees"].as_array().unwrap().iter().fold(String::new(), |mut text, person| {
        let said = |field: &str| person[field].as_str().unwrap_or_default().to_owned();
        let _ = write!(text, "{} {}; ", said("email"), said("role").trim_end_matches("AccessMeth"));
        text
    })
}

/// Each fault as its field, its code and its words.
fn faults(answer: &Answer) -> Vec<String> {
    let errors = answer.json["errors"].as_array().unwrap_or_else(|| panic!("{}", answer.json));
    let said = |fault: &Value, name: &str| fault[name].as_str().unwrap().to_owned();
    let told = |fault: &Value| {
        format!("{} {}: {}", said(fault, "field"), said(fault, "code"), said(fault, "reason"))
    };
    errors.iter().map(told).collect()
}

async fn a_meeting_of_a_group(grouped: &Grouped) {
    let bob = grouped.world.people.users[1].email.clone();
    // Who is named one by one is invited as named, and the organizer takes part anyway.
    let mut weekly = grouped.world.weekly();
    weekly["groups"] = json!([
        {"group": "sales", "role": "ExternalAccessMeth"},
        {"group": grouped.sales, "role": "InternalAccessMeth"},
    ]);
    let made = grouped.call(Method::POST, "meetings", Some(&weekly)).await;
    assert_eq!(made.status, 201, "{}", made.json);
    let first = format!("gogi@s.com External; {bob} Internal; ");
    assert_eq!(people(&made.json), format!("{first}carol@s.com External; dave@s.com External; "));
    assert_eq!(made.json["attendees"][2]["name"], "Carol (sales)");
    assert!(made.json.get("groups").is_none(), "nothing of the group is kept");
    let mut mailed: Vec<String> =
        grouped.world.wait_for_mails(5).await.into_iter().map(|mail| mail.to).collect();
    mailed.sort();
    let mut expected = vec![
        grouped.world.people.users[0].email.clone(),
        bob.clone(),
        "carol@s.com".into(),
        "dave@s.com".into(),
    ];
    expected.push("gogi@s.com".into());
    expected.sort();
    assert_eq!(mailed, expected);
    let path = format!("meetings/{}", made.json["id"].as_str().unwrap());

    // A change invites a group beside those who are there, but for those who go.
    let gone = json!({"removeAttendees": ["carol@s.com", "gogi@s.com"], "groups": [{"group": "Sales"}]});
    let seen = grouped.call(Method::PATCH, &format!("{path}?dryRun=true"), Some(&gone)).await;
    let left = format!("{bob} Internal; dave@s.com External; ");
    assert_eq!(people(&seen.json["after"][0]), left, "{}", seen.json);
    let instead = json!({"attendees": [{"email": "eve@s.com"}], "addAttendees": [{"email": "dave@s.com", "name": "D"}],
        "removeAttendees": ["CAROL@s.com"], "groups": [{"group": "Sales", "role": "InternalAccessMeth"}]});
    let seen = grouped.call(Method::PATCH, &format!("{path}?dryRun=true"), Some(&instead)).await;
    assert_eq!(
        people(&seen.json["after"][0]).to_lowercase(),
        format!("eve@s.com external; dave@s.com external; {bob} internal; ").to_lowercase()
    );
    let told: Vec<&Value> =
        seen.json["mails"].as_array().unwrap().iter().map(|mail| &mail["email"]).collect();
    assert!(told.contains(&&json!("carol@s.com")) && told.contains(&&json!("eve@s.com")), "{told:?}");
    let kept = grouped.call(Method::PATCH, &path, Some(&gone)).await;
    assert_eq!((kept.status, people(&kept.json)), (200, left.clone()), "{}", kept.json);

    // One date has the group, the others go on as they were.
    let date = format!("{path}/occurrences/2026-12-08T10:00:00");
    let changed = grouped.call(Method::PATCH, &date, Some(&json!({"groups": [{"group": "sales"}]}))).await;
    assert_eq!(changed.status, 200, "{}", changed.json);
    assert_eq!(
        people(&grouped.call(Method::GET, &date, None).await.json),
        format!("{left}carol@s.com External; ")
    );
    assert_eq!(people(&grouped.call(Method::GET, &path, None).await.json), left);

    // A meeting is replaced by a group alone; what becomes of the group afterwards is nothing to the meeting.
    weekly["attendees"] = json!([]);
    weekly["coSpace"] = made.json["coSpace"].clone();
    weekly.as_object_mut().unwrap().remove("coSpaceTemplate");
    let put = grouped.call(Method::PUT, &path, Some(&weekly)).await;
    let expected = format!("{bob} External; carol@s.com External; dave@s.com External; ").to_lowercase();
    assert_eq!((put.status, people(&put.json).to_lowercase()), (200, expected), "{}", put.json);

    refusals(grouped, &path).await;
}

async fn refusals(grouped: &Grouped, path: &str) {
    let refused = async |method: Method, path: &str, groups: Value| {
        let mut body = if method == Method::POST { grouped.world.weekly() } else { json!({}) };
        body["groups"] = groups;
        let answer = grouped.call(method, path, Some(&body)).await;
        assert_eq!(answer.status, 422, "{}", answer.json);
        faults(&answer)
    };
    let groups = json!([{"group": "Sales"}, {"group": "Ghosts"}, {"group": " "}, {"group": "nobody"}]);
    for (method, path) in [(Method::POST, "meetings"), (Method::PATCH, path)] {
        assert_eq!(
            refused(method, path, groups.clone()).await,
            [
                "groups[1].group notFound: There is no group “Ghosts”.",
                "groups[2].group required: Say which group, by its id or its name.",
                "groups[3].group empty: There is nobody in the group “Nobody”.",
            ]
        );
    }
    assert_eq!(
        refused(Method::PATCH, path, json!([{"group": "직원 전체"}])).await,
        [
            "groups[0].group tooMany: A meeting has at most 10 attendees; these are 12. The group “직원 전체” has 9 people."
        ]
    );
    let date = format!("{path}/occurrences/2026-12-08T10:00:00");
    assert_eq!(
        refused(Method::PATCH, &date, json!([{"group": "직원 전체"}])).await,
        [
            "groups[0].group tooMany: A meeting has at most 10 attendees; these are 12. The group “직원 전체” has 9 people."
        ]
    );
    assert_eq!(
        refused(Method::POST, "meetings", json!([{"group": "직원 전체"}, {"group": "Sales"}])).await,
        [
            "attendees tooMany: A meeting has at most 10 attendees; these are 13. The group “직원 전체” has 9 people. \
          The group “Sales” has 4 people."
        ]
    );
    assert_eq!(
        refused(Method::POST, "meetings", json!([{"group": "Sales", "role": "boss"}])).await,
        [
            "groups[0].role unknownRole: The space has no access method “boss”; it has ExternalAccessMeth, InternalAccessMeth."
        ]
    );
    let many: Vec<Value> = (0..21).map(|_| json!({"group": "Sales"})).collect();
    assert_eq!(
        refused(Method::POST, "meetings", json!(many)).await,
        ["groups tooMany: A request has at most 20 groups; these are 21."]
    );
}

async fn the_list(grouped: &Grouped) {
    let list = async |query: &str| grouped.call(Method::GET, &format!("groups?{query}"), None).await;
    let first = list("maxGroups=2").await;
    assert_eq!(first.status, 200, "{}", first.json);
    let sales = json!({"id": grouped.sales, "name": "Sales", "members": 4});
    assert_eq!((&first.json["groups"][0]["name"], &first.json["groups"][1]), (&json!("Nobody"), &sales));
    let next = first.json["next"].as_str().unwrap();
    let second = list(&format!("maxGroups=2&cursor={next}")).await;
    assert_eq!(
        (&second.json["groups"][0]["name"], &second.json["next"]),
        (&json!("직원 전체"), &Value::Null)
    );
    assert_eq!(list("filter=SAL").await.json["groups"], json!([sales]));
    assert_eq!(list("maxGroups=0&cursor=%21").await.status, 400);
    let url = format!("{}/api/v1/scheduler/groups", grouped.world.web(0));
    assert_eq!(grouped.world.call(Method::GET, &url, "", None).await.status, 401);
}

async fn people_of_a_text_and_a_group(grouped: &Grouped) {
    let text =
        json!({"text": "Dave K <DAVE@s.com>, x@s.com", "groups": [{"group": "Sales", "role": "host"}]});
    let found = grouped.call(Method::POST, "attendees/parse", Some(&text)).await;
    assert_eq!(found.status, 200, "{}", found.json);
    assert_eq!(found.json["attendees"][0], json!({"email": "DAVE@s.com", "name": "Dave K"}));
    let carol = json!({"email": "carol@s.com", "name": "Carol (sales)", "role": "host"});
    assert_eq!(found.json["attendees"][4], carol);
    assert_eq!(found.json["attendees"].as_array().unwrap().len(), 5);
    assert_eq!(found.json["groups"], json!([{"id": grouped.sales, "name": "Sales", "members": 4}]));
    let unknown =
        grouped.call(Method::POST, "attendees/parse", Some(&json!({"groups": [{"group": "x"}]}))).await;
    assert_eq!(faults(&unknown), ["groups[0].group notFound: There is no group “x”."]);
}

#[test]
fn a_group_is_invited_by_one_name_as_it_is_when_the_meeting_is_saved() {
    journey(async {
        let grouped = Grouped::on(None).await;
        the_list(&grouped).await;
        people_of_a_text_and_a_group(&grouped).await;
        a_meeting_of_a_group(&grouped).await;
    });
}

#[test]
fn the_same_on_postgresql() {
    journey(async {
        let postgres = Postgres::start();
        let grouped = Grouped::on(Some(postgres.database("convoke"))).await;
        the_list(&grouped).await;
        a_meeting_of_a_group(&grouped).await;
    });
}
