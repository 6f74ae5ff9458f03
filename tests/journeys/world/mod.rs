//! A whole system of real processes for one test: nodes, database, mail catcher, people; gone with the test.

// Each journey is a program of its own and uses a part of this.
#![allow(dead_code, clippy::allow_attributes, reason = "shared by several test programs")]

pub mod mail_in;
pub mod receiver;

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use bytes::Bytes;
use convoke::dev::{
    catch_mail::MailCatcher,
    layout::{Layout, NodeLayout},
    seed::{Objects, People},
    system::System,
};
use convoke_runtime::{Shutdown, ShutdownTrigger};
use convoke_testkit::{own_address, postgres::Postgres};
use http::{Method, Request, header};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How long something that is bound to come may take.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What the nodes take for the present time at first, so that the meetings of the journeys always lie ahead.
pub const NOW: &str = "2026-11-22T09:00:00Z";

/// The argument that makes a node's clock show this time at its start.
pub fn clock_at(time: &str) -> String {
    clock_ahead_of(time, 0)
}

/// The same so many seconds later.
pub fn clock_ahead_of(time: &str, seconds: i64) -> String {
    let time: jiff::Timestamp = time.parse().unwrap();
    format!("--clock-ahead={}", time.duration_since(jiff::Timestamp::now()).as_secs() + seconds)
}

/// What a system is made of.
#[derive(Debug, Clone)]
pub struct Plan {
    pub nodes: usize,
    /// The first so many nodes have a scheduler.
    pub schedulers: usize,
    /// The URL of a PostgreSQL database, or SQLite.
    pub database: Option<String>,
    /// Another mail server than the catcher.
    pub mail: Option<SocketAddr>,
    /// Texts in the settings file of a node (from 1 on) to be replaced by others.
    pub settings: Vec<(usize, String, String)>,
    /// How far the clock of each further node goes ahead of the one before, in seconds.
    pub clocks_apart: i64,
}

impl Default for Plan {
    fn default() -> Self {
        Self { nodes: 1, schedulers: 1, database: None, mail: None, settings: Vec::new(), clocks_apart: 0 }
    }
}

/// A running system.
pub struct World {
    pub system: System,
    pub people: People,
    pub objects: Objects,
    _mail: ShutdownTrigger,
    _postgres: Option<Postgres>,
    folder: TempDir,
}

/// An answer: its status, some of its fields, and its JSON.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub etag: String,
    pub is_replayed: bool,
    pub next_cursor: String,
    pub json: Value,
}

/// A mail as Python's email package reads it.
#[derive(Debug, Clone)]
pub struct Mail {
    pub subject: String,
    pub to: String,
    pub message_id: String,
    /// Empty in the first mail of a thread.
    pub in_reply_to: String,
    pub references: String,
    pub text: String,
    /// Empty where there is nothing for calendars.
    pub calendar: String,
    pub method: String,
}

/// Runs a journey on the thread that the nodes end with.
pub fn journey<F: Future<Output = ()>>(body: F) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
        .block_on(body);
}

impl World {
    /// A single node on SQLite.
    pub async fn small() -> Self {
        Self::start(1, 1, false, &[]).await
    }

    /// So many nodes, the first ones with a scheduler; more than one share a PostgreSQL.
    pub async fn start(nodes: usize, schedulers: usize, postgres: bool, arguments: &[&str]) -> Self {
        let postgres = postgres.then(Postgres::start);
        let database = postgres.as_ref().map(|server| server.database("convoke"));
        let plan = Plan { nodes, schedulers, database, ..Plan::default() };
        let mut world = Self::build(&plan, arguments).await;
        world._postgres = postgres;
        world
    }

    /// A system as planned.
    pub async fn build(plan: &Plan, arguments: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("convoke-journey-").tempdir().unwrap();
        let (shutdown, mail_trigger) = Shutdown::new();
        let mails = Layout::mail_dir(folder.path());
        let catcher = MailCatcher::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), &mails).await.unwrap();
        let mail = plan.mail.unwrap_or(catcher.address().unwrap());
        tokio::spawn(catcher.serve(shutdown));
        let nodes = (1..=plan.nodes).map(|number| {
            let address = own_address(u8::try_from(number).unwrap());
            NodeLayout::new(number, address, address.to_string(), number <= plan.schedulers).unwrap()
        });
        let database = plan.database.clone();
        let layout = Layout { nodes: nodes.collect(), database, mail, folder: folder.path().to_owned() };
        let mut system = System::prepare(layout, Path::new(env!("CARGO_BIN_EXE_convoke"))).unwrap();
        for (number, node) in (1..).zip(&system.layout.nodes) {
            let file = system.layout.settings_file(node);
            let mut text = std::fs::read_to_string(&file).unwrap();
            for (_, from, to) in plan.settings.iter().filter(|(of, ..)| *of == number) {
                assert!(text.contains(from), "{from} is not in\n{text}");
                text = text.replace(from, to);
            }
            std::fs::write(&file, text).unwrap();
        }
        let people = system.seed_people().await.unwrap();
        for index in 0..system.layout.nodes.len() {
            let apart = plan.clocks_apart * i64::try_from(index).unwrap();
            let clock = clock_ahead_of(NOW, apart);
            let arguments: Vec<&str> =
                std::iter::once(clock.as_str()).chain(arguments.iter().copied()).collect();
            system.start_node(index, &arguments).unwrap();
        }
        let objects = system.seed_objects(&people).await.unwrap();
        system.until_ready().await.unwrap();
        Self { system, people, objects, _mail: mail_trigger, _postgres: None, folder }
    }

    /// The web app's address on a node.
    pub fn web(&self, node: usize) -> String {
        self.system.layout.nodes[node].web_app()
    }

    /// Sends JSON (or nothing) and reads JSON. A PUT or DELETE changes whatever is there.
    pub async fn call(&self, method: Method, url: &str, authorization: &str, body: Option<&Value>) -> Answer {
        self.try_call(method, url, authorization, body).await.unwrap()
    }

    /// The same, when nobody may be there.
    pub async fn try_call(
        &self,
        method: Method,
        url: &str,
        authorization: &str,
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let fields: &[(&str, &str)] =
            if [Method::PUT, Method::DELETE].contains(&method) { &[("if-match", "*")] } else { &[] };
        self.call_with(method, url, authorization, fields, body).await
    }

    /// The same with these header fields.
    pub async fn call_with(
        &self,
        method: Method,
        url: &str,
        authorization: &str,
        fields: &[(&str, &str)],
        body: Option<&Value>,
    ) -> anyhow::Result<Answer> {
        let bytes = body.map(|body| Bytes::from(body.to_string())).unwrap_or_default();
        let mut request = Request::builder().method(method).uri(url);
        if !authorization.is_empty() {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        let answer = self.system.client.send(request.body(bytes)?).await?;
        let field = |name: &str| {
            answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
        };
        Ok(Answer {
            status: answer.status().as_u16(),
            location: field("location"),
            etag: field("etag"),
            is_replayed: field("idempotency-replayed") == "true",
            next_cursor: field("x-next-cursor"),
            json: serde_json::from_slice(answer.body()).unwrap_or(Value::Null),
        })
    }

    /// Signs a person in; the value of `Authorization`.
    pub async fn sign_in(&self, person: usize) -> String {
        let person = &self.people.users[person];
        let body = json!({"username": person.username, "password": person.password, "trace": false});
        let answer = self.call(Method::POST, &format!("{}/api/auth", self.web(0)), "", Some(&body)).await;
        assert_eq!(answer.status, 200, "{}", answer.json);
        format!("Bearer {}", answer.json["jwt"].as_str().unwrap())
    }

    /// Removes a person from the directory, as an administrator of the first node does.
    pub fn remove_user(&self, jid: &str) {
        let file = self.system.layout.settings_file(&self.system.layout.nodes[0]);
        let arguments = ["user", "del", jid, "--config"];
        let done = Command::new(env!("CARGO_BIN_EXE_convoke")).args(arguments).arg(file).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// The operator's sign-in.
    pub fn operator(&self) -> String {
        convoke::dev::api::basic(&self.people.admin.username, &self.people.admin.password)
    }

    /// A weekly meeting with a guest and a colleague, in a space of its own.
    pub fn weekly(&self) -> Value {
        json!({
            "summary": "Test-XRP",
            "dtStart": "2026-12-01T10:00:00",
            "dtEnd": "2026-12-01T10:30:00",
            "timeZone": "Asia/Seoul",
            "rrule": "FREQ=WEEKLY;COUNT=3",
            "attendees": [
                {"email": "gogi@s.com", "name": "Gogi", "role": "ExternalAccessMeth"},
                {"email": self.people.users[1].email, "name": "Bob Lee", "role": "InternalAccessMeth"},
            ],
            "organizerRole": "InternalAccessMeth",
            "coSpaceTemplate": self.objects.template,
        })
    }

    /// Asks until `probe` answers something.
    pub async fn until<T>(&self, what: &str, mut probe: impl AsyncFnMut() -> Option<T>) -> T {
        let begun = Instant::now();
        loop {
            if let Some(found) = probe().await {
                return found;
            }
            assert!(begun.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain for {what}\n{}", self.logs());
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Every mail so far.
    pub fn mails(&self) -> Vec<Mail> {
        // A command line has room for so many.
        self.mail_files().chunks(2000).flat_map(read_mails).collect()
    }

    /// The files of all mails so far, in the order of their arrival.
    pub fn mail_files(&self) -> Vec<PathBuf> {
        let mut files: Vec<PathBuf> = std::fs::read_dir(Layout::mail_dir(self.folder.path()))
            .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
            .unwrap_or_default();
        files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
        files.sort();
        files
    }

    /// Waits until there are so many mails.
    pub async fn wait_for_mails(&self, count: usize) -> Vec<Mail> {
        self.until(&format!("{count} mails"), async || {
            let mails = self.mails();
            (mails.len() >= count).then_some(mails)
        })
        .await
    }

    /// Everything that all nodes have logged.
    pub fn logs(&self) -> String {
        (0..self.system.layout.nodes.len())
            .filter_map(|index| self.system.node(index).map(convoke::dev::system::NodeProcess::log))
            .collect()
    }

    /// The process ids of a role's processes, of all nodes.
    pub fn processes(&self, role: &str) -> Vec<i32> {
        self.processes_of(role, "")
    }

    /// The same of one node.
    pub fn processes_of(&self, role: &str, node: &str) -> Vec<i32> {
        let mut found = Vec::new();
        let config = self.folder.path().join(node).to_string_lossy().into_owned();
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let Ok(pid) = entry.file_name().to_string_lossy().parse::<i32>() else { continue };
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let words: Vec<String> =
                line.split(|b| *b == 0).map(|w| String::from_utf8_lossy(w).into_owned()).collect();
            if words.get(1).is_some_and(|word| word == role)
                && words.iter().any(|word| word.starts_with(&config))
            {
                found.push(pid);
            }
        }
        found
    }
}

/// Mails by a parser that is not ours.
fn read_mails(files: &[PathBuf]) -> Vec<Mail> {
    const PROGRAM: &str = r#"
import email, email.policy, json, sys
mails = []
for name in sys.argv[1:]:
    mail = email.message_from_binary_file(open(name, "rb"), policy=email.policy.default)
    parts = {part.get_content_type(): part for part in mail.walk()}
    calendar = parts.get("text/calendar")
    mails.append({"subject": mail["subject"], "to": mail["to"].addresses[0].addr_spec, "message_id": mail["message-id"],
        "in_reply_to": mail["in-reply-to"], "references": mail["references"],
        "text": parts["text/plain"].get_content(), "calendar": calendar and calendar.get_content(), "method": calendar and calendar.get_param("method")})
print(json.dumps(mails))
"#;
    if files.is_empty() {
        return Vec::new();
    }
    let output = Command::new("python3").arg("-c").arg(PROGRAM).args(files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let mails: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let text = |mail: &Value, name: &str| mail[name].as_str().unwrap_or_default().to_owned();
    mails
        .iter()
        .map(|mail| Mail {
            subject: text(mail, "subject"),
            to: text(mail, "to"),
            message_id: text(mail, "message_id"),
            in_reply_to: text(mail, "in_reply_to"),
            references: text(mail, "references"),
            text: text(mail, "text"),
            calendar: text(mail, "calendar"),
            method: text(mail, "method"),
        })
        .collect()
}
