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

/// People at work.
pub struct Load {
    stop: Arc<AtomicBool>,
    people: Vec<JoinHandle<Vec<Told>>>,
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
    asked: usize,
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
                asked: 0,
            };
            tokio::spawn(person.work(stop.clone()))
        };
        let people = (0..people).map(start).collect();
        Self { stop, people }
    }

    /// Lets everybody finish what they do, and answers what they were told.
    pub async fn stop(self) -> Vec<Told> {
        self.stop.store(true, Ordering::Relaxed);
        let mut told = Vec::new();
        for person in self.people {
            told.extend(person.await.unwrap());
        }
        told
    }
}

impl Person {
    async fn work(mut self, stop: Arc<AtomicBool>) -> Vec<Told> {
        while !stop.load(Ordering::Relaxed) {
            let open: Vec<usize> =
                (0..self.told.len()).filter(|&n| self.told[n].cancelled.is_none()).collect();
            match self.chance.below(10) {
                0..=2 if !open.is_empty() => self.change(*self.chance.clone().pick(&open)).await,
                3 if !open.is_empty() => self.cancel(*self.chance.clone().pick(&open)).await,
                _ => self.create().await,
            }
            tokio::time::sleep(self.chance.pause(THINKS)).await;
        }
        self.told
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

    fn name(&mut self) -> String {
        self.asked += 1;
        format!("P{}-{}", self.number, self.asked)
    }

    async fn create(&mut self) {
        let summary = self.name();
        let (request, attendees) = self.request(&summary);
        let url = self.url("");
        if let Some((201, made)) = self.call(Method::POST, &url, Some(&request)).await {
            let id = made["id"].as_str().unwrap().to_owned();
            self.told.push(Told { id, summaries: vec![summary], attendees, cancelled: None });
        }
    }

    async fn change(&mut self, which: usize) {
        let summary = self.name();
        let (request, attendees) = self.request(&summary);
        let url = self.url(&format!("/{}", self.told[which].id));
        let answer = self.call(Method::PUT, &url, Some(&request)).await;
        let told = &mut self.told[which];
        match answer {
            Some((200, _)) => {
                told.summaries = vec![summary];
                told.attendees = attendees;
            }
            // Refused in words that say that nothing was changed, or no words: it may have been changed.
            _ => told.summaries.push(summary),
        }
    }

    async fn cancel(&mut self, which: usize) {
        let url = self.url(&format!("/{}", self.told[which].id));
        let answer = self.call(Method::DELETE, &url, None).await;
        self.told[which].cancelled = Some(matches!(answer, Some((200, _))));
    }

    fn url(&mut self, rest: &str) -> String {
        format!("{}{rest}", self.chance.clone().pick(&self.meetings))
    }

    async fn call(&self, method: Method, url: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let request =
            Request::builder().method(method).uri(url).header(header::AUTHORIZATION, &self.authorization);
        let sent = self.client.send(request.body(bytes).unwrap());
        let answer = tokio::time::timeout(PATIENCE, sent).await.ok()?.ok()?;
        let status = answer.status().as_u16();
        // Whatever happens, nobody is told that it is their own fault, or ours.
        assert!(![400, 401, 403, 422, 500].contains(&status), "{url}: {:?}", answer.body());
        Some((status, serde_json::from_slice(answer.body()).unwrap_or(Value::Null)))
    }
}

/// Everything that was acknowledged is there, and nothing is left of what was not.
///
/// At the end the system stands half an hour later, so that what was begun in vain is settled.
pub async fn judge(world: &mut World, told: &[Told], spaces_that_stay: usize) {
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
        world.system.start_node(index, &[&clock_at("2026-11-22T09:40:00Z")]).unwrap();
    }
    world.system.until_ready().await.unwrap();
    for day in 1..=LAST_DAY {
        let window =
            format!("fromTime=2026-12-{day:02}T00:00:00Z&untilTime=2026-12-{:02}T00:00:00Z", day + 1);
        let url = format!("{api}?{window}&maxMeetings=1000");
        let listed = world.call(Method::GET, &url, &operator, None).await.json.as_array().unwrap().clone();
        assert!(listed.len() < 1000, "too many for one list");
        // Meetings that were made without anybody being told have spaces too.
        for one in &listed {
            let id = one["meeting"].as_str().or(one["id"].as_str()).unwrap().to_owned();
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
