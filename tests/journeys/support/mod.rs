//! A whole system in a test: real processes on free ports, throw-away certificates, a mailbox of files.
//!
//! Apart from the journeys so that each of them reads as a story. Everything is stopped and removed when the value is
//! dropped; tests run beside each other, because every node has a loopback address of its own.
//!
//! ```text
//! let mut system = TestSystem::start(Shape::sqlite());          // or Shape::postgres(), Shape::cluster()
//! let alice = system.user("alice");                             // signed in; asks through the web bridge
//! let made = alice.post("/api/v1/scheduler/meetings", &json!({..})).expect(201);
//! made.json()["id"]; made.text(); made.header("location");
//! system.operator()       // Basic, on the Call Bridge's API:  .get(path) .post_form(path, &[("name", "x")])
//! system.scheduler_api()  // Basic, on the Scheduler's own API: .get(path) .post(path, &json) .put(..) .delete(..)
//! system.guest()          // nobody, on the web app
//! let mails = system.wait_for_mails(|mail| mail.to == "bob@example.test", 1);
//! mails[0].subject; mails[0].calendar_property("METHOD"); mails[0].text; mails[0].raw;
//! system.stop_mail(); system.start_mail();                      // the mail server goes away and comes back
//! system.kill_role(0, Role::Scheduler);                         // SIGKILL; the node starts it again
//! system.wait_for_log(0, "scheduler started", 2);
//! system.restart_node(0, &["--clock-ahead=90000"]);             // a node whose clock goes 25 h ahead
//! TestSystem::prepare(shape)                                    // files only: change settings or certificates, then
//!     .change_settings(0, |text| text.replace(..)).launch()     // start; .launch_unready() does not wait for links
//! ```
//!
//! Calls of [`Caller`] panic when there is no answer at all; any status is an answer, and `expect` checks it.

#![allow(dead_code, unused_imports, clippy::allow_attributes, reason = "each journey uses its part of this")]

pub mod caller;
pub mod mail;

use std::{
    fs,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use convoke::{
    dev::{
        api::basic,
        catch_mail::MailCatcher,
        layout::{Layout, NodeLayout},
        seed::{Objects, People, SeededUser},
        system::System,
    },
    roles::Role,
};
use convoke_runtime::{Shutdown, ShutdownTrigger, random};
use convoke_testkit::{ca::Ca, postgres::Postgres, wait_for};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

pub use caller::{Answer, Caller};
pub use mail::Mail;

/// The executable under test.
pub const CONVOKE: &str = env!("CARGO_BIN_EXE_convoke");

/// What a system consists of.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// How many nodes, each with a call bridge and a web bridge.
    pub nodes: usize,
    /// How many of them, from the first on, have a scheduler.
    pub schedulers: usize,
    /// Whether the database is a PostgreSQL server; several nodes need one.
    pub postgres: bool,
}

impl Shape {
    /// One node on SQLite.
    pub fn sqlite() -> Self {
        Self { nodes: 1, schedulers: 1, postgres: false }
    }

    /// One node on PostgreSQL.
    pub fn postgres() -> Self {
        Self { postgres: true, ..Self::sqlite() }
    }

    /// Three nodes, two schedulers, one PostgreSQL.
    pub fn cluster() -> Self {
        Self { nodes: 3, schedulers: 2, postgres: true }
    }
}

/// A system whose files are written and whose people are known, but of which nothing runs but the mail server.
#[derive(Debug)]
pub struct Prepared(TestSystem);

/// A system, as started by [`TestSystem::start`] or [`Prepared::launch`].
#[derive(Debug)]
pub struct TestSystem {
    // Fields are dropped in this order: the nodes first, what they use after them.
    /// The system's own description, client and processes.
    pub system: System,
    mail: Option<MailServer>,
    postgres: Option<Postgres>,
    runtime: Runtime,
    /// Who may sign in.
    pub people: People,
    /// What was seeded; `None` until it was.
    pub objects: Option<Objects>,
    folder: TempDir,
}

#[derive(Debug)]
struct MailServer {
    trigger: ShutdownTrigger,
    task: tokio::task::JoinHandle<()>,
}

impl TestSystem {
    /// Starts a system of this shape and waits until every link is up.
    pub fn start(shape: Shape) -> Self {
        Self::prepare(shape).launch()
    }

    /// Writes the files and adds the people, but starts no node.
    pub fn prepare(shape: Shape) -> Prepared {
        install_crypto();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a runtime");
        let folder = tempfile::Builder::new().prefix("convoke-test-").tempdir().expect("a folder");
        let postgres = shape.postgres.then(Postgres::start);
        let database = postgres.as_ref().map(|server| server.database("convoke"));
        let nodes: Vec<NodeLayout> = (1..=shape.nodes).map(|n| place(n, n <= shape.schedulers)).collect();
        let mail_address = SocketAddr::from((nodes[0].address, 0));
        let (mail, address) = runtime.block_on(serve_mail(folder.path(), mail_address));
        let layout = Layout { folder: folder.path().to_owned(), database, nodes, mail: address };
        let system = System::prepare(layout, Path::new(CONVOKE)).expect("the files are written");
        let people = runtime.block_on(system.seed_people()).expect("the people are added");
        Prepared(Self { system, mail: Some(mail), postgres, runtime, people, objects: None, folder })
    }

    /// The system's folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The CA that the system trusts.
    pub fn ca(&self) -> &Ca {
        &self.system.ca
    }

    /// The shared PostgreSQL server.
    pub fn postgres(&mut self) -> &mut Postgres {
        self.postgres.as_mut().expect("a system of a shape with PostgreSQL")
    }

    /// Waits for an answer within the test's own runtime.
    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// Waits until every web bridge holds a link of every call bridge and scheduler.
    pub fn wait_until_ready(&mut self) {
        self.runtime.block_on(self.system.until_ready()).expect("all links come up");
    }

    // Who asks.

    /// A seeded person: `alice`, `bob` or `carol`.
    pub fn person(&self, username: &str) -> &SeededUser {
        let found = self.people.users.iter().find(|user| user.username == username);
        found.unwrap_or_else(|| panic!("nobody is called {username}"))
    }

    /// Nobody, asking the first node's web app.
    pub fn guest(&self) -> Caller {
        self.guest_at(0)
    }

    /// Nobody, asking the web app of the node of this index.
    pub fn guest_at(&self, index: usize) -> Caller {
        self.caller(self.node(index).web_app(), None)
    }

    /// A person who has signed in at the first node's web app.
    pub fn user(&self, username: &str) -> Caller {
        self.user_at(0, username)
    }

    /// A person who has signed in at the web app of the node of this index.
    pub fn user_at(&self, index: usize, username: &str) -> Caller {
        let password = &self.person(username).password;
        let body = json!({ "username": username, "password": password, "trace": false });
        let answer = self.guest_at(index).post("/api/auth", &body).expect(200);
        let jwt = answer.json()["jwt"].as_str().expect("a token").to_owned();
        self.caller(self.node(index).web_app(), Some(format!("Bearer {jwt}")))
    }

    /// The operator `admin` on the first Call Bridge's API.
    pub fn operator(&self) -> Caller {
        self.operator_at(0)
    }

    /// The operator `admin` on the Call Bridge's API of the node of this index.
    pub fn operator_at(&self, index: usize) -> Caller {
        self.caller(self.node(index).admin_api(), Some(self.basic()))
    }

    /// The operator `admin` on the first Scheduler's own API.
    pub fn scheduler_api(&self) -> Caller {
        self.scheduler_api_at(0)
    }

    /// The operator `admin` on the Scheduler's API of the node of this index.
    pub fn scheduler_api_at(&self, index: usize) -> Caller {
        let base = self.node(index).scheduler_api().expect("a node with a scheduler");
        self.caller(base, Some(self.basic()))
    }

    fn basic(&self) -> String {
        basic(&self.people.admin.username, &self.people.admin.password)
    }

    fn caller(&self, base: String, authorization: Option<String>) -> Caller {
        Caller::new(self.runtime.handle().clone(), self.system.client.clone(), base, authorization)
    }

    /// The plan of the node of this index: addresses, ports, names.
    pub fn node(&self, index: usize) -> &NodeLayout {
        &self.system.layout.nodes[index]
    }

    // Mails.

    /// The mailbox's folder.
    pub fn mail_dir(&self) -> PathBuf {
        Layout::mail_dir(self.folder.path())
    }

    /// Every mail so far, in the order of arrival.
    pub fn mails(&self) -> Vec<Mail> {
        mail::read_all(&self.mail_dir())
    }

    /// Waits until so many mails fit, and answers those that do.
    pub fn wait_for_mails(&self, fits: impl Fn(&Mail) -> bool, count: usize) -> Vec<Mail> {
        wait_for(&format!("{count} mails"), || {
            let found: Vec<Mail> = self.mails().into_iter().filter(&fits).collect();
            (found.len() >= count).then_some(found)
        })
    }

    /// Stops the mail server: connections to it are refused.
    pub fn stop_mail(&mut self) {
        if let Some(mail) = self.mail.take() {
            mail.trigger.ask();
            self.runtime.block_on(mail.task).expect("the mail server ends");
        }
    }

    /// Starts the mail server again on the same port.
    pub fn start_mail(&mut self) {
        self.stop_mail();
        let serving = serve_mail(self.folder.path(), self.system.layout.mail);
        self.mail = Some(self.runtime.block_on(serving).0);
    }

    // Processes.

    /// Everything that the node of this index has logged.
    pub fn log(&self, index: usize) -> String {
        fs::read_to_string(self.system.layout.log_file(self.node(index))).unwrap_or_default()
    }

    /// Waits until so many lines of a node's log hold `text`, and answers them.
    pub fn wait_for_log(&self, index: usize, text: &str, count: usize) -> Vec<String> {
        wait_for(&format!("{count} lines with {text:?} in the log"), || {
            let log = self.log(index);
            let found: Vec<String> =
                log.lines().filter(|line| line.contains(text)).map(str::to_owned).collect();
            (found.len() >= count).then_some(found)
        })
    }

    /// The process id of a role, as its node has logged it last.
    pub fn role_pid(&self, index: usize, role: Role) -> i32 {
        let text = format!("{} started (process ", role.subcommand());
        let line = self.wait_for_log(index, &text, 1).pop().expect("a line");
        let after = line.split(&text).nth(1).expect("the text is in the line");
        after.trim_end_matches(')').parse().expect("a process id")
    }

    /// Kills a role with SIGKILL.
    pub fn kill_role(&self, index: usize, role: Role) {
        kill(Pid::from_raw(self.role_pid(index, role)), Signal::SIGKILL).expect("the role runs");
    }

    /// Stops a node with SIGTERM and answers how long that took.
    pub fn stop_node(&mut self, index: usize) -> Duration {
        let begun = Instant::now();
        let status = self.system.stop_node(index).expect("the node stops").expect("the node ran");
        assert!(status.success(), "the node ended with {status}\n{}", self.log(index));
        begun.elapsed()
    }

    /// Starts a node with further arguments for `convoke node`, after stopping it if it runs.
    pub fn restart_node(&mut self, index: usize, arguments: &[&str]) {
        self.system.start_node(index, arguments).expect("the node starts");
    }

    /// Runs `convoke` with these arguments and this standard input to its end.
    pub fn convoke(&self, arguments: &[&str], input: &str) -> Output {
        convoke_in(self.folder.path(), arguments, input)
    }
}

impl Prepared {
    /// Changes a node's settings file.
    pub fn change_settings(self, index: usize, change: impl FnOnce(String) -> String) -> Self {
        let file = self.0.system.layout.settings_file(self.0.node(index));
        let text = fs::read_to_string(&file).expect("the settings are there");
        fs::write(&file, change(text)).expect("the settings are written");
        self
    }

    /// The system as it is prepared, to put other certificates into `certs/` and so on.
    pub fn system(&self) -> &TestSystem {
        &self.0
    }

    /// Starts every node, makes the objects, and waits until every link is up.
    pub fn launch(self) -> TestSystem {
        let mut system = self.launch_unready();
        system.wait_until_ready();
        system
    }

    /// Starts every node and makes the objects, but waits for no link.
    pub fn launch_unready(self) -> TestSystem {
        let mut system = self.0;
        system.system.start().expect("the nodes start");
        let seeding = system.system.seed_objects(&system.people);
        system.objects = Some(system.runtime.block_on(seeding).expect("the objects are made"));
        system
    }
}

impl Drop for TestSystem {
    fn drop(&mut self) {
        if std::thread::panicking() {
            for index in 0..self.system.layout.nodes.len() {
                eprintln!("--- log of {}\n{}", self.node(index).name, self.log(index));
            }
        }
    }
}

/// Runs `convoke` in `folder` with these arguments and this standard input to its end.
pub fn convoke_in(folder: &Path, arguments: &[&str], input: &str) -> Output {
    use std::io::Write as _;
    let mut command = Command::new(CONVOKE);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("convoke starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    // A command that reads nothing may end before.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    child.wait_with_output().expect("convoke ends")
}

/// What tests in this process need before any TLS.
pub fn install_crypto() {
    // A second test of the same process finds it installed.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
}

/// A node on an address of 127.64.0.0/10 that no other test has: ports need no luck then.
fn place(number: usize, scheduler: bool) -> NodeLayout {
    let [a, b, c] = random::bytes::<3>();
    let address = Ipv4Addr::new(127, 64 | (a & 0x3f), b, c.clamp(1, 254));
    NodeLayout::new(number, address, address.to_string(), scheduler).expect("free ports")
}

async fn serve_mail(folder: &Path, listen: SocketAddr) -> (MailServer, SocketAddr) {
    let catcher = MailCatcher::bind(listen, &Layout::mail_dir(folder)).await.expect("a mail server");
    let address = catcher.address().expect("an address");
    let (shutdown, trigger) = Shutdown::new();
    (MailServer { trigger, task: tokio::spawn(catcher.serve(shutdown)) }, address)
}
