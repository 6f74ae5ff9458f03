//! What people's calendars show after they have processed every mail is what the server shows, whatever was changed.

mod world;

use std::{
    collections::BTreeMap,
    io::Write,
    process::{Command, Stdio},
};

use http::Method;
use serde_json::{Value, json};
use world::{Mail, World, journey};

/// Series that are changed, and changes of each. Others than usual by `CONVOKE_CALENDARS=number`.
const SERIES: u64 = 8;
const CHANGES: usize = 7;

/// Numbers that look random, and are the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % limit as u64).unwrap()
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// Everything that is done is told with the test that fails.
struct Editor<'a> {
    world: &'a World,
    meetings: String,
    alice: String,
    chance: Chance,
    done: Vec<String>,
}

impl Editor<'_> {
    async fn call(&mut self, method: Method, url: &str, body: Option<&Value>) -> Value {
        let fields = [("if-match", "*")];
        let answer = self.world.call_with(method.clone(), url, &self.alice, &fields, body).await.unwrap();
        let body = body.map(ToString::to_string).unwrap_or_default();
        let path = url.strip_prefix(&self.meetings).unwrap_or(url);
        self.done.push(format!("{method} {path} {body} -> {}", answer.status));
        let may_be = [200, 201, 404, 409, 422];
        assert!(may_be.contains(&answer.status), "{}\n{}", answer.json, self.done.join("\n"));
        answer.json
    }

    fn people(&mut self) -> Value {
        let all = ["bob@example.test", "carol@example.test"];
        let who: Vec<Value> =
            all.iter().filter(|_| self.chance.below(3) > 0).map(|email| json!({"email": email})).collect();
        json!(who)
    }

    fn moved(&mut self, start: &str) -> String {
        let time: jiff::civil::DateTime = start.parse().unwrap();
        let hours = *self.chance.pick(&[-25_i64, -2, 1, 3, 24, 49]);
        time.checked_add(jiff::SignedDuration::from_hours(hours)).unwrap().to_string()
    }

    /// One random change of one of the halves of a series.
    async fn change(&mut self, halves: &mut Vec<String>) {
        let id = self.chance.pick(halves).clone();
        let url = format!("{}/{id}", self.meetings);
        let meeting = self.call(Method::GET, &url, None).await;
        let page = format!("{url}/occurrences?fromTime=2026-11-01T00:00:00Z&untilTime=2027-06-01T00:00:00Z");
        let page = self.call(Method::GET, &page, None).await;
        let mut dates: Vec<Value> = page["occurrences"].as_array().cloned().unwrap_or_default();
        dates.extend(meeting["overrides"].as_array().cloned().unwrap_or_default());
        if dates.is_empty() {
            return;
        }
        let date = self.chance.pick(&dates).clone();
        let (name, start) = (date["recurrence"].as_str().unwrap(), date["dtStart"].as_str().unwrap());
        let one = format!("{url}/occurrences/{name}");
        let exceptions = *self.chance.pick(&["keep", "drop"]);
        let following = format!("{one}?range=THISANDFUTURE&exceptions={exceptions}");
        let title = format!("Name {}", self.done.len());
        let answer = match self.chance.below(10) {
            0 | 1 => {
                let start = self.moved(start);
                self.call(Method::PATCH, &one, Some(&json!({"dtStart": start}))).await
            }
            2 => self.call(Method::PATCH, &one, Some(&json!({"summary": title}))).await,
            3 => {
                let people = self.people();
                self.call(Method::PATCH, &one, Some(&json!({"attendees": people}))).await
            }
            4 => self.call(Method::DELETE, &one, None).await,
            5 => self.call(Method::POST, &format!("{one}/restore"), None).await,
            6 => {
                let start = self.moved(start);
                self.call(Method::PATCH, &following, Some(&json!({"dtStart": start, "summary": title}))).await
            }
            7 => {
                let people = self.people();
                self.call(Method::PATCH, &following, Some(&json!({"attendees": people}))).await
            }
            8 if self.chance.below(3) == 0 => self.call(Method::DELETE, &following, None).await,
            _ => {
                let mut body =
                    json!({"summary": title, "coSpace": meeting["coSpace"], "attendees": self.people()});
                for field in ["dtStart", "dtEnd", "timeZone", "rrule", "rdate", "exdate"] {
                    body[field] = meeting[field].clone();
                }
                if self.chance.below(2) == 0 {
                    body["dtStart"] = json!(self.moved(meeting["dtStart"].as_str().unwrap()));
                    body["dtEnd"] = json!(later(body["dtStart"].as_str().unwrap()));
                }
                self.call(Method::PUT, &format!("{url}?exceptions={exceptions}"), Some(&body)).await
            }
        };
        if let Some(next) = answer["id"].as_str().filter(|next| !halves.iter().any(|known| known == next)) {
            halves.push(next.to_owned());
        }
    }
}

/// Half an hour later.
fn later(start: &str) -> String {
    let time: jiff::civil::DateTime = start.parse().unwrap();
    time.checked_add(jiff::SignedDuration::from_mins(30)).unwrap().to_string()
}

/// What the calendars of these people show, by another program.
fn shown(people: &[Vec<&Mail>]) -> Vec<Value> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut python = Command::new(format!("{root}/target/test-venv/bin/python"))
        .arg(format!("{root}/tests/journeys/calendar_shows.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = python.stdin.take().unwrap();
    for mails in people {
        let calendars: Vec<&str> = mails.iter().map(|mail| mail.calendar.as_str()).collect();
        let asked =
            json!({"mails": calendars, "from": "2026-11-22T09:00:00Z", "until": "2027-06-01T00:00:00Z"});
        writeln!(input, "{asked}").unwrap();
    }
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// The mails about each meeting in the order that they were sent in, the meetings one after the other: the last one first.
fn other_order<'a>(mails: &[&'a Mail]) -> Vec<&'a Mail> {
    let mut by_meeting: BTreeMap<&str, Vec<&Mail>> = BTreeMap::new();
    for mail in mails {
        let uid = mail.calendar.split("UID:").nth(1).unwrap_or_default().lines().next().unwrap_or_default();
        by_meeting.entry(uid).or_default().push(mail);
    }
    by_meeting.into_values().rev().flatten().collect()
}

#[test]
fn calendars_show_what_the_server_shows_after_every_mail() {
    journey(async {
        let world = World::small().await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let alice = world.sign_in(0).await;
        let rules = [
            "FREQ=WEEKLY;COUNT=8",
            "FREQ=DAILY;COUNT=10",
            "FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270430",
            "FREQ=MONTHLY;BYDAY=-1FR",
        ];
        let others = std::env::var("CONVOKE_CALENDARS").ok().and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut editor =
            Editor { world: &world, meetings: meetings.clone(), alice, chance: Chance(0), done: Vec::new() };
        let mut all = Vec::new();
        for seed in others..others + SERIES {
            editor.chance = Chance(seed.wrapping_mul(7_919) + 3);
            // Some have begun already, some begin in the weeks in which a clock changes.
            let start =
                *editor.chance.pick(&["2026-11-10T10:00:00", "2026-12-01T10:00:00", "2027-03-16T02:30:00"]);
            let mut body = world.weekly();
            body["dtStart"] = json!(start);
            body["dtEnd"] = json!(later(start));
            body["timeZone"] =
                json!(editor.chance.pick(&["Europe/Berlin", "Asia/Seoul", "America/New_York"]));
            body["rrule"] = json!(editor.chance.pick(&rules));
            body["attendees"] = json!([{"email": "bob@example.test"}, {"email": "carol@example.test"}]);
            let made = editor.call(Method::POST, &meetings, Some(&body)).await;
            let mut halves = vec![made["id"].as_str().unwrap().to_owned()];
            for _ in 0..CHANGES {
                editor.change(&mut halves).await;
            }
            all.extend(halves);
        }

        // The history tells how many mails each change caused.
        let mut count = 0;
        for id in &all {
            let url = format!("{meetings}/{id}/history?maxEntries=200");
            let history = editor.call(Method::GET, &url, None).await;
            let entries = history["entries"].as_array().unwrap();
            count += entries.iter().map(|entry| entry["notified"].as_u64().unwrap()).sum::<u64>();
        }
        let mails = world.wait_for_mails(usize::try_from(count).unwrap()).await;
        let people = ["alice@example.test", "bob@example.test", "carol@example.test"];
        let of = |person: &&str| mails.iter().filter(|mail| mail.to == *person).collect::<Vec<_>>();
        let sent: Vec<Vec<&Mail>> = people.iter().map(of).collect();
        let other: Vec<Vec<&Mail>> = sent.iter().map(|mails| other_order(mails)).collect();
        let (in_order, otherwise) = (shown(&sent), shown(&other));
        for (person, name) in people.iter().enumerate() {
            let who = world.sign_in(person).await;
            let url = format!(
                "{meetings}?fromTime=2026-11-22T09:00:00Z&untilTime=2027-06-01T00:00:00Z&maxMeetings=1000"
            );
            let list = world.call(Method::GET, &url, &who, None).await.json;
            let mut server: Vec<Value> = list
                .as_array()
                .unwrap()
                .iter()
                .filter(|i| i["dtStartUtc"].as_str().unwrap() >= "2026-11-22T09:00:00Z")
                .map(|i| json!([i["dtStartUtc"], i["dtEndUtc"], i["summary"]]))
                .collect();
            server.sort_by_key(ToString::to_string);
            let done = editor.done.join("\n");
            for (order, calendar) in
                [("as sent", &in_order[person]), ("the last meeting first", &otherwise[person])]
            {
                let calendar = calendar.as_array().unwrap();
                let only = |here: &[Value], there: &[Value]| {
                    here.iter()
                        .filter(|one| !there.contains(one))
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()
                };
                assert!(
                    *calendar == server,
                    "{name}, {order}\nonly in the calendar: {:?}\nonly on the server: {:?}\n{done}",
                    only(calendar, &server),
                    only(&server, calendar)
                );
            }
        }
    });
}

#[test]
fn one_changed_date_leaves_the_series_in_calendars() {
    journey(async {
        let world = World::small().await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        let alice = world.sign_in(0).await;
        let made = world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await.json;
        let date = format!("{meetings}/{}/occurrences/2026-12-08T10:00:00", made["id"].as_str().unwrap());
        let patch = json!({"dtStart": "2026-12-09T15:00:00"});
        let moved =
            world.call_with(Method::PATCH, &date, &alice, &[("if-match", "*")], Some(&patch)).await.unwrap();
        assert_eq!(moved.status, 200, "{}", moved.json);
        let mails = world.wait_for_mails(6).await;
        let guest: Vec<&Mail> = mails.iter().filter(|mail| mail.to == "gogi@s.com").collect();
        // What tells of the one date says nothing of the series.
        assert!(!guest[1].calendar.contains("RRULE"), "{}", guest[1].calendar);
        let starts: Vec<Value> =
            shown(&[guest])[0].as_array().unwrap().iter().map(|shown| shown[0].clone()).collect();
        assert_eq!(starts, ["2026-12-01T01:00:00Z", "2026-12-09T06:00:00Z", "2026-12-15T01:00:00Z"]);
    });
}
