//! Meetings that are made of calendar files.

mod world;

use bytes::Bytes;
use http::{Method, Request};
use serde_json::{Value, json};
use world::{World, journey};

/// A series of somebody's with a date that moved, one that is gone, one that was left out, and a room; a single meeting; and three that
/// come to nothing.
const FILE: &str = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//y//EN\r\n\
    BEGIN:VEVENT\r\nUID:series@old.test\r\nSUMMARY:Weekly\r\nDESCRIPTION:Agenda\\nTwo\r\n\
    DTSTART;TZID=Korea Standard Time:20261201T100000\r\nDTEND;TZID=Korea Standard Time:20261201T103000\r\n\
    RRULE:FREQ=WEEKLY;COUNT=5\r\nEXDATE;TZID=Korea Standard Time:20261208T100000\r\n\
    ORGANIZER;CN=Alice Kim:mailto:alice@example.test\r\n\
    ATTENDEE;CN=Bob Lee;PARTSTAT=ACCEPTED:mailto:bob@example.test\r\n\
    ATTENDEE;CN=\"Gogi, G\":MAILTO:gogi@s.com\r\n\
    ATTENDEE;CUTYPE=ROOM;CN=Room:mailto:room@example.test\r\nATTENDEE;CN=Fax:invalid:nomail\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:series@old.test\r\nRECURRENCE-ID;TZID=Korea Standard Time:20261215T100000\r\nSUMMARY:Retrospective\r\n\
    DTSTART;TZID=Korea Standard Time:20261216T140000\r\nDTEND;TZID=Korea Standard Time:20261216T150000\r\n\
    ATTENDEE:mailto:bob@example.test\r\nATTENDEE:mailto:carol@s.com\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:series@old.test\r\nRECURRENCE-ID:20261222T010000Z\r\nDTSTART:20261222T010000Z\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:series@old.test\r\nRECURRENCE-ID:20261223T010000Z\r\nDTSTART:20261223T010000Z\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:day@old.test\r\nDTSTART;VALUE=DATE:20261224\r\nSUMMARY:Eve\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:gone@old.test\r\nSUMMARY:Gone\r\nDTSTART:20261224T100000Z\r\nDTEND:20261224T110000Z\r\nSTATUS:CANCELLED\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:moment@old.test\r\nSUMMARY:A moment\r\nDTSTART:20261224T100000Z\r\nEND:VEVENT\r\n\
    BEGIN:VEVENT\r\nUID:floating@old.test\r\nSUMMARY:Somewhere\r\nDTSTART:20261224T100000\r\nDTEND:20261224T110000\r\nEND:VEVENT\r\n\
    END:VCALENDAR\r\n";

struct Office {
    world: World,
    alice: String,
    space: String,
}

impl Office {
    async fn start() -> Self {
        let world = World::small().await;
        let alice = world.sign_in(0).await;
        let admin = world.system.admin_api(&world.people);
        let space = admin.create("coSpaces", &[("name", "Team")]).await.unwrap().to_string();
        let members = format!("coSpaces/{space}/coSpaceUsers");
        admin.create(&members, &[("userJid", &world.people.users[0].email)]).await.unwrap();
        Self { world, alice, space }
    }

    /// Sends a file; the status, whether it was answered before, and the answer.
    async fn import(&self, query: &str, fields: &[(&str, &str)], file: &str) -> (u16, bool, Value) {
        let url = format!("{}/api/v1/scheduler/import{query}", self.world.web(0));
        self.send(&url, &self.alice, fields, file).await
    }

    async fn send(&self, url: &str, who: &str, fields: &[(&str, &str)], file: &str) -> (u16, bool, Value) {
        let mut request = Request::post(url).header("authorization", who);
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let request = request.body(Bytes::from(file.to_owned())).unwrap();
        let answer = self.world.system.client.send(request).await.unwrap();
        let is_replayed = answer.headers().get("idempotency-replayed").is_some();
        let json = serde_json::from_slice(answer.body()).unwrap_or_default();
        (answer.status().as_u16(), is_replayed, json)
    }

    async fn get(&self, path: &str) -> Value {
        let url = format!("{}/api/v1/scheduler{path}", self.world.web(0));
        self.world.call(Method::GET, &url, &self.alice, None).await.json
    }
}

const CALENDAR: [(&str, &str); 1] = [("content-type", "text/calendar; charset=utf-8")];

/// Each as the component, a word, and what follows it.
fn told(list: &Value, word: &str) -> Vec<String> {
    let one = |one: &Value| format!("{} {}", one["component"], one[word].as_str().unwrap());
    list.as_array().unwrap().iter().map(one).collect()
}

#[test]
fn trap_19_import_mails_nobody_by_default() {
    journey(async {
        let office = Office::start().await;
        let query = format!("?coSpace={}", office.space);
        let named = [CALENDAR[0], ("idempotency-key", "i1")];
        let (status, _, first) = office.import(&query, &named, FILE).await;
        assert_eq!(status, 201, "{first}");
        assert_eq!(told(&first["made"], "uid"), ["1 series@old.test", "5 day@old.test"]);
        assert_eq!(
            told(&first["faults"], "code"),
            ["1 noAddress", "4 noSuchOccurrence", "6 cancelled", "7 invalid", "8 unknownTimeZone"]
        );
        assert_eq!(first["faults"][3]["reason"], "dtEnd: The end has to be after the start.");
        let (again, is_replayed, same) = office.import(&query, &named, FILE).await;
        assert_eq!((again, is_replayed, &same), (201, true, &first));

        // All of the series, under a UID of its own.
        let series = first["made"][0]["meeting"].as_str().unwrap();
        let shown = office.get(&format!("/meetings/{series}")).await;
        assert_ne!(shown["uid"], "series@old.test");
        assert_eq!(
            (&shown["summary"], &shown["description"], &shown["timeZone"], &shown["dtStart"]),
            (&json!("Weekly"), &json!("Agenda\nTwo"), &json!("Asia/Seoul"), &json!("2026-12-01T10:00:00"))
        );
        let people: Vec<_> = shown["attendees"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| (one["email"].as_str().unwrap(), one["name"].as_str().unwrap()))
            .collect();
        assert_eq!(people, [("bob@example.test", "Bob Lee"), ("gogi@s.com", "Gogi, G")]);
        let week = "fromTime=2026-11-30T00:00:00Z&untilTime=2027-02-01T00:00:00Z";
        let dates = office.get(&format!("/meetings?{week}")).await;
        let dates: Vec<String> = dates
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {}", one["summary"].as_str().unwrap(), one["dtStart"].as_str().unwrap()))
            .collect();
        assert_eq!(
            dates,
            [
                "Weekly 2026-12-01T10:00:00",
                "Retrospective 2026-12-16T14:00:00",
                "Eve 2026-12-24",
                "Weekly 2026-12-29T10:00:00"
            ]
        );
        let moved = office.get(&format!("/meetings/{series}/occurrences/2026-12-15T10:00:00")).await;
        let there: Vec<&str> =
            moved["attendees"].as_array().unwrap().iter().map(|one| one["email"].as_str().unwrap()).collect();
        assert_eq!(there, ["bob@example.test", "carol@s.com"]);

        // The same file again makes nothing twice, whatever it is called.
        let (status, _, twice) = office.import(&query, &CALENDAR, FILE).await;
        assert_eq!((status, &twice["made"]), (200, &json!([])));
        assert_eq!(twice["known"], first["made"]);

        // Nobody was mailed: the only mails are those of a meeting that is scheduled now.
        let meetings = format!("{}/api/v1/scheduler/meetings", office.world.web(0));
        let scheduled =
            office.world.call(Method::POST, &meetings, &office.alice, Some(&office.world.weekly())).await;
        assert_eq!(scheduled.status, 201);
        let mails = office.world.wait_for_mails(3).await;
        assert!(mails.iter().all(|mail| mail.subject.contains("Test-XRP")), "{}", mails.len());
        assert_eq!(office.get(&format!("/meetings/{series}")).await["attendees"][0]["mail"], json!(null));
    });
}

#[test]
fn an_operator_imports_for_somebody_into_spaces_of_a_template_and_invites_everybody() {
    journey(async {
        let office = Office::start().await;
        let world = &office.world;
        let own =
            format!("{}/api/v1/scheduler/import", world.system.layout.nodes[0].scheduler_api().unwrap());
        let operator = world.operator();
        let template = &world.objects.template;
        let bob = &world.people.users[1].email;
        let ask = async |query: String, file: &str| {
            office.send(&format!("{own}?{query}"), &operator, &CALENDAR, file).await
        };

        let code = |answer: &(u16, bool, Value)| (answer.0, answer.2["errors"][0]["code"].clone());
        let nobody = ask(format!("coSpaceTemplate={template}"), FILE).await;
        assert_eq!(code(&nobody), (422, json!("required")));
        let wrong = "timeZone=Mars/Base&language=tlh&notify=new";
        let refused = office.import(&format!("?{wrong}"), &CALENDAR, FILE).await;
        let fields: Vec<_> =
            refused.2["errors"].as_array().unwrap().iter().map(|one| one["field"].clone()).collect();
        assert_eq!((refused.0, json!(fields)), (400, json!(["timeZone", "language", "notify", "coSpace"])));
        let others =
            office.import(&format!("?coSpace={}&organizer={bob}", office.space), &CALENDAR, FILE).await;
        assert_eq!(code(&others), (422, json!("forbidden")));
        let unknown = office.import("?coSpace=7d13b5a4-6f5b-4a30-9a43-6a6f0e3f2f11", &CALENDAR, FILE).await;
        assert_eq!(code(&unknown), (422, json!("notFound")));
        let space = format!("?coSpace={}", office.space);
        assert_eq!(office.import(&space, &[("content-type", "application/json")], FILE).await.0, 415);
        let (status, _, no) = office.import(&space, &CALENDAR, "hello").await;
        assert_eq!((status, &no["code"]), (400, &json!("notACalendar")));
        let (status, _, no) = office.import(&space, &CALENDAR, &" ".repeat(512 * 1_024 + 1)).await;
        assert_eq!(status, 413, "{no}");
        let many = |count: usize| {
            let event =
                |number: usize| format!("BEGIN:VEVENT\nUID:{number}\nDTSTART:20261201T100000Z\nEND:VEVENT\n");
            format!("BEGIN:VCALENDAR\n{}END:VCALENDAR", (0..count).map(event).collect::<String>())
        };
        let (status, _, no) = office.import(&space, &CALENDAR, &many(501)).await;
        assert_eq!((status, &no["errors"][0]["code"]), (422, &json!("tooMany")));
        let (status, _, each) = office.import(&space, &CALENDAR, &many(500)).await;
        assert_eq!(
            (status, each["faults"].as_array().unwrap().len(), &each["faultCount"]),
            (200, 200, &json!(500))
        );

        let query = format!(
            "coSpaceTemplate={template}&organizer=alice@example.test&notify=all&timeZone=Asia/Seoul&language=ko"
        );
        let (status, _, made) = ask(query, FILE).await;
        assert_eq!((status, told(&made["made"], "uid").len()), (201, 3), "{made}");
        let series = office.get(&format!("/meetings/{}", made["made"][0]["meeting"].as_str().unwrap())).await;
        assert_eq!((&series["temporarySpace"], &series["coSpaceName"]), (&json!(true), &json!("Weekly")));
        let history = office.get(&format!("/meetings/{}/history", series["id"].as_str().unwrap())).await;
        assert_eq!(history["entries"][0]["by"], json!(world.people.admin.username));
        // Alice of three meetings; Bob and Gogi of the series, and Carol of the date that she is in.
        let mails = world.wait_for_mails(6).await;
        let mut to: Vec<&str> = mails.iter().map(|mail| mail.to.as_str()).collect();
        to.sort_unstable();
        let alice = "alice@example.test";
        assert_eq!(to, [alice, alice, alice, "bob@example.test", "carol@s.com", "gogi@s.com"]);
        assert!(mails.iter().all(|mail| mail.subject.starts_with("회의")), "{}", mails[0].subject);
    });
}
