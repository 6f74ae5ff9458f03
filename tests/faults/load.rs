//! People who schedule, change and cancel all the time, and remember what they were told; afterwards it is judged.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use convoke::dev::https::Client;
use http::{Method, Request, header};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::{
    chance::Chance,
    world::{Mail, World, clock_at},
};

/// A pause of a person between two acts, in milliseconds, at most.
const THINKS: u64 = 160;
/// Meetings are on one of the first so many days of the month, so that lists of a day hold them all.
const LAST_DAY: u64 = 28;
/// How long a person waits for an answer.
const PATIENCE: Duration = Duration::from_secs(12);

/// What a person was told of one meeting.
#[derive(Debug, Clone)]
pub struct Told {
    pub id: String,
    /// What it is called: as acknowledged last, and as asked for since without an answer.
    pub summaries: Vec<String>,
    /// The attendees as acknowledged, or asked for.
    pub attendees: BTreeSet<String>,
    /// The cancellation was asked for, and acknowledged.
    pub cancelled: Option<bool>,
}

/// What everybody was told.
#[derive(Debug, Default)]
pub struct Heard {
    /// Of meetings.
    pub told: Vec<Told>,
    /// Summaries of changes and meetings that were refused as not done.
    pub undone: BTreeSet<String>,
}

/// People at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    people: Vec<JoinHandle<Person>>,
}

struct Person {
    number: usize,
    client: Client,
    meetings: Vec<String>,
    authorization: String,
    template: String,
    space: String,
    chance: Chance,
    told: Vec<Told>,
    /// What was refused in words that say that nothing was changed.
    undone: Vec<String>,
    asked: usize,
}

/// How a request ended for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    Done,
    /// Refused in words that say that nothing was changed.
    Undone,
    /// No answer, or one that leaves it open.
    Open,
}

impl Load {
    /// So many people begin; each goes by one of these web apps after the other. `space` is a space that stays.
    pub async fn start(world: &World, people: usize, space: &str, chance: &mut Chance) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let nodes = world.system.layout.nodes.len();
        let meetings: Vec<String> =
            (0..nodes).map(|node| format!("{}/api/v1/scheduler/meetings", world.web(node))).collect();
        let authorization = world.sign_in(0).await;
        let start = |number| {
            let person = Person {
                number,
                client: world.system.client.clone(),
                meetings: meetings.clone(),
                authorization: authorization.clone(),
                template: world.objects.template.clone(),
                space: space.to_owned(),
                chance: chance.fork(),
                told: Vec::new(),
                undone: Vec::new(),
                asked: 0,
            };
            tokio::spawn(person.work(stop.clone()))
        };
        let people = (0..people).map(start).collect();
        Self { stop, people }
    }

    /// Lets everybody finish what they do, and answers what they were told.
    pub async fn stop(self) -> Heard {
        self.stop.store(true, Ordering::Relaxed);
        let mut heard = Heard::default();
        for person in self.people {
            let person = person.await.unwrap();
            heard.told.extend(person.told);
            heard.undone.extend(person.undone);
        }
        heard
    }
}

impl Person {
    async fn work(mut self, stop: Arc<AtomicBool>) -> Self {
        while !stop.load(Ordering::Relaxed) {
            let open: Vec<usize> =
                (0..self.told.len()).filter(|&n| self.told[n].cancelled.is_none()).collect();
            match self.chance.below(10) {
                0..=2 if !open.is_empty() => {
                    let which = *self.chance.pick(&open);
                    self.change(which).await;
                }
                3 if !open.is_empty() => {
                    let which = *self.chance.pick(&open);
                    self.cancel(which).await;
                }
                _ => self.create().await,
            }
            tokio::time::sleep(self.chance.pause(THINKS)).await;
        }
        self
    }

    /// A request with a name and guests of its own.
    fn request(&mut self, summary: &str) -> (Value, BTreeSet<String>) {
        let guests: BTreeSet<String> =
            (0..=self.chance.below(2)).map(|n| format!("{summary}-guest{n}@s.com").to_lowercase()).collect();
        let day = format!("2026-12-{:02}", 1 + self.chance.below(LAST_DAY));
        let attendees: Vec<Value> = guests.iter().map(|guest| json!({ "email": guest })).collect();
        let mut request = json!({
            "summary": summary,
            "dtStart": format!("{day}T10:00:00"),
            "dtEnd": format!("{day}T10:30:00"),
            "timeZone": "Asia/Seoul",
            "attendees": attendees,
        });
        let (field, place) = if self.chance.below(10) < 7 {
            ("coSpaceTemplate", &self.template)
        } else {
            ("coSpace", &self.space)
        };
        request[field] = json!(place);
        (request, guests)
    }

    /// A summary that no other request has; see [`is_of_the_load`].
    fn name(&mut self) -> String {
        self.asked += 1;
        format!("P{}-{}", self.number, self.asked)
    }

    async fn create(&mut self) {
        let summary = self.name();
        let (request, attendees) = self.request(&summary);
        let url = self.url("");
        match self.call(Method::POST, &url, Some(&request)).await {
            (Ended::Done, made) => {
                let id = made["id"].as_str().unwrap().to_owned();
                self.told.push(Told { id, summaries: vec![summary], attendees, cancelled: None });
            }
            (Ended::Undone, _) => self.undone.push(summary),
            (Ended::Open, _) => {}
        }
    }

    async fn change(&mut self, which: usize) {
        let summary = self.name();
        let (request, attendees) = self.request(&summary);
        let url = self.url(&format!("/{}", self.told[which].id));
        let answer = self.call(Method::PUT, &url, Some(&request)).await;
        let told = &mut self.told[which];
        match answer.0 {
            Ended::Done => {
                told.summaries = vec![summary];
                told.attendees = attendees;
            }
            Ended::Undone => self.undone.push(summary),
            Ended::Open => told.summaries.push(summary),
        }
    }

    async fn cancel(&mut self, which: usize) {
        let url = self.url(&format!("/{}", self.told[which].id));
        self.told[which].cancelled = match self.call(Method::DELETE, &url, None).await.0 {
            Ended::Done => Some(true),
            Ended::Undone => None,
            Ended::Open => Some(false),
        };
    }

    fn url(&mut self, rest: &str) -> String {
        format!("{}{rest}", self.chance.pick(&self.meetings))
    }

    async fn call(&self, method: Method, url: &str, body: Option<&Value>) -> (Ended, Value) {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request =
            Request::builder().method(method).uri(url).header(header::AUTHORIZATION, &self.authorization);
        let request = request.header(header::IF_MATCH, "*");
        let sent = self.client.send(request.body(bytes).unwrap());
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, sent).await else {
            return (Ended::Open, Value::Null);
        };
        let status = answer.status().as_u16();
        // Whatever happens, nobody is told that it is their own fault, or ours.
        assert!(![400, 401, 403, 422, 500].contains(&status), "{url}: {:?}", answer.body());
        let told: Value = serde_json::from_slice(answer.body()).unwrap_or(Value::Null);
        let ended = match status {
            200 | 201 => Ended::Done,
            409 | 412 => Ended::Undone,
            503 if told["title"] == "Not connected" => Ended::Undone,
            _ => Ended::Open,
        };
        (ended, told)
    }
}

/// Everything that was acknowledged is there, and nothing is left of what was not.
///
/// At the end the system stands hours later, so that what was begun in vain is settled.
pub async fn judge(world: &mut World, heard: &Heard, spaces_that_stay: usize) {
    let told = &heard.told;
    let operator = world.operator();
    let api = format!("{}/api/v1/scheduler/meetings", world.system.layout.nodes[0].scheduler_api().unwrap());
    let mut temporary = BTreeSet::new();
    for one in told {
        let found = world.call(Method::GET, &format!("{api}/{}", one.id), &operator, None).await;
        assert_eq!(found.status, 200, "a meeting that was acknowledged is lost: {one:?}");
        let summary = found.json["summary"].as_str().unwrap();
        assert!(
            one.summaries.iter().any(|known| known == summary),
            "{summary} is not what was told: {one:?}"
        );
        let cancelled = found.json["status"] == "CANCELLED";
        assert!(
            one.cancelled.unwrap_or(false) <= cancelled && cancelled <= one.cancelled.is_some(),
            "{one:?}"
        );
        if found.json["temporarySpace"] == true {
            temporary.insert(one.id.clone());
        }
    }
    // The figure is read from the database every 15 s, so that it may be an old one; each meeting's own state is not.
    for one in told {
        let url = format!("{api}/{}", one.id);
        world
            .until("the mails of a meeting", async || {
                let found = world.try_call(Method::GET, &url, &operator, None).await.ok()?;
                let attendees = found.json["attendees"].as_array()?.clone();
                attendees.iter().all(|attendee| attendee["mail"]["state"] == "sent").then_some(())
            })
            .await;
    }
    judge_mails(&world.mails(), told);
    judge_bytes(world);
    for index in 0..world.system.layout.nodes.len() {
        world.system.start_node(index, &[&clock_at("2026-11-22T12:40:00Z")]).unwrap();
    }
    world.system.until_ready().await.unwrap();
    let mut listed_as: HashMap<String, String> = HashMap::new();
    for day in 1..=LAST_DAY {
        let window =
            format!("fromTime=2026-12-{day:02}T00:00:00Z&untilTime=2026-12-{:02}T00:00:00Z", day + 1);
        let url = format!("{api}?{window}&maxMeetings=1000");
        let listed = world.call(Method::GET, &url, &operator, None).await.json.as_array().unwrap().clone();
        assert!(listed.len() < 1000, "too many for one list");
        // Meetings that were made without anybody being told have spaces too.
        for one in &listed {
            let id = one["meeting"].as_str().or(one["id"].as_str()).unwrap().to_owned();
            let summary = one["summary"].as_str().unwrap().to_owned();
            assert!(
                !heard.undone.contains(&summary),
                "{summary} was refused as not done, and is there: {one}"
            );
            // Each request has a summary of its own.
            if is_of_the_load(&summary) {
                let other = listed_as.insert(summary, id.clone());
                assert!(other.is_none(), "one request made two meetings: {other:?} and {one}");
            }
            let found = world.call(Method::GET, &format!("{api}/{id}"), &operator, None).await;
            if found.json["temporarySpace"] == true {
                temporary.insert(id);
            }
        }
    }
    let expected = format!("total=\"{}\"", temporary.len() + spaces_that_stay);
    world
        .until(&format!("spaces {expected}"), async || {
            let spaces = world.system.admin_api(&world.people).read("coSpaces?limit=0").await.ok()?;
            spaces.contains(&expected).then_some(())
        })
        .await;
    let waiting = async || {
        let node = &world.system.layout.nodes[0];
        let page = format!("http://{}:{}/metrics", node.address, node.ports.scheduler_loopback);
        let text = world.system.get(&page).await.ok()?;
        text.lines().any(|line| line == "convoke_mails_waiting 0").then_some(())
    };
    world.until("the outbox to be empty", waiting).await;
}

/// Whether a summary is one that [`Person::name`] gave.
fn is_of_the_load(summary: &str) -> bool {
    let parts = summary.strip_prefix('P').and_then(|rest| rest.split_once('-'));
    parts.is_some_and(|(person, number)| [person, number].iter().all(|part| part.parse::<usize>().is_ok()))
}

/// Each acknowledged meeting's people have got an invitation, and a cancellation when that was acknowledged.
fn judge_mails(mails: &[Mail], told: &[Told]) {
    let mut got: HashMap<(String, String), BTreeSet<String>> = HashMap::new();
    for mail in mails {
        let calendar = mail.calendar.replace("\r\n ", "");
        let uid = calendar.lines().find_map(|line| line.strip_prefix("UID:")).unwrap_or_default();
        let meeting = uid.split('@').next().unwrap_or_default().to_owned();
        got.entry((meeting, mail.to.to_lowercase())).or_default().insert(mail.method.clone());
    }
    for one in told {
        for guest in &one.attendees {
            let methods = got.get(&(one.id.clone(), guest.clone())).cloned().unwrap_or_default();
            let certain = one.summaries.len() == 1 && one.cancelled != Some(false);
            if certain {
                assert!(methods.contains("REQUEST"), "{guest} was never invited: {one:?}, {methods:?}");
            }
            if certain && one.cancelled == Some(true) {
                assert!(methods.contains("CANCEL"), "{guest} was never told of the end: {one:?}");
            }
        }
    }
}

/// A mail that came twice is the same mail, byte for byte.
pub fn judge_bytes(world: &World) {
    let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    let mut twice = 0;
    for file in world.mail_files() {
        let bytes = fs::read(&file).unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let id =
            text.lines().find_map(|line| line.strip_prefix("Message-ID: ")).expect("a Message-ID").to_owned();
        if let Some(first) = seen.get(&id) {
            assert!(*first == bytes, "{id} came with two contents; see {}", file.display());
            twice += 1;
        } else {
            seen.insert(id, bytes);
        }
    }
    println!("{} mails, of which {twice} came twice", seen.len());
}
