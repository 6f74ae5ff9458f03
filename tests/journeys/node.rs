//! A node's life: settings checked, roles kept alive, stopped in time; operator's commands; the mail catcher.

mod world;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpStream},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use convoke::dev::{
    layout::{Layout, NodeLayout},
    system::System,
};
use convoke_runtime::Role;
use convoke_testkit::{own_address, process::Process};
use http::Method;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use serde_json::json;
use world::{World, journey};

/// The executable under test.
const CONVOKE: &str = env!("CARGO_BIN_EXE_convoke");

/// Runs `convoke` in `folder` with these arguments and this standard input to its end.
fn convoke_in(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(CONVOKE);
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads nothing may have ended already.
    drop(stdin.write_all(input.as_bytes()));
    drop(stdin);
    child.wait_with_output().unwrap()
}

/// A folder with certificates and `cms1.toml`, of which nothing runs.
fn prepared() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let address = own_address(1);
    let node = NodeLayout::new(1, address, address.to_string(), true).unwrap();
    let mail = SocketAddr::from((address, 25));
    let layout = Layout { folder: folder.path().to_owned(), database: None, nodes: vec![node], mail };
    drop(System::prepare(layout, Path::new(CONVOKE)).unwrap());
    folder
}

/// The folder of a running system.
fn folder_of(world: &World) -> &Path {
    &world.system.layout.folder
}

/// The processes of all roles.
fn roles_of(world: &World) -> Vec<i32> {
    Role::ALL.iter().flat_map(|role| world.processes(role.subcommand())).collect()
}

fn printed(output: &Output) -> (String, String, Option<i32>) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr), output.status.code())
}

#[test]
fn every_fault_of_a_settings_file_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("bad.toml"), "[node]\nname = \"a b\"\ncolour = 1\n[scheduler]\n").unwrap();
    let (out, _, code) = printed(&convoke_in(folder.path(), &["check-config", "bad.toml"], ""));
    assert_eq!(code, Some(1), "{out}");
    for expected in [
        "bad.toml: node.name: \"a b\" is not a host name; expected letters",
        "bad.toml: node.data_dir: missing",
        "bad.toml: node.colour: unknown key; expected one of:",
        "bad.toml: scheduler.c2w.key_file: missing",
    ] {
        assert!(out.contains(expected), "{expected}\nnot in\n{out}");
    }
    let (_, error, code) = printed(&convoke_in(folder.path(), &["node", "--config", "bad.toml"], ""));
    assert!(code == Some(1) && error.contains("node.colour: unknown key"), "{error}");
    assert!(!folder.path().join("data").exists(), "nothing is made when the settings are at fault");
}

#[test]
fn a_good_settings_file_has_no_faults() {
    let folder = prepared();
    let (out, _, code) = printed(&convoke_in(folder.path(), &["check-config", "cms1.toml"], ""));
    assert_eq!((out.as_str(), code), ("cms1.toml: no faults\n", Some(0)));
}

#[test]
fn a_role_that_dies_is_up_again_within_2_seconds_and_the_node_stops_within_5() {
    journey(async {
        let mut world = World::small().await;
        for role in [Role::CallBridge, Role::Scheduler, Role::WebBridge] {
            let before = world.processes(role.subcommand());
            assert_eq!(before.len(), 1, "{role:?}");
            let begun = Instant::now();
            kill(Pid::from_raw(before[0]), Signal::SIGKILL).unwrap();
            let line = format!("{} (process {}) ended: signal: 9 (SIGKILL)", role.subcommand(), before[0]);
            let told = async || world.logs().contains(&line).then_some(());
            world.until("the end of the role", told).await;
            world.system.until_ready().await.unwrap();
            assert!(begun.elapsed() < Duration::from_secs(2), "{role:?} took {:?}", begun.elapsed());
            assert_ne!(world.processes(role.subcommand()), before);
        }
        assert!(world.logs().contains("; starting it again in 100 ms"), "{}", world.logs());
        let (pids, begun) = (roles_of(&world), Instant::now());
        assert_eq!(pids.len(), 3);
        let status = world.system.stop_node(0).unwrap().unwrap();
        assert!(
            status.success() && begun.elapsed() < Duration::from_secs(5),
            "{status} {:?}",
            begun.elapsed()
        );
        assert_no_process(&pids);
        let log = fs::read_to_string(folder_of(&world).join("cms1.log")).unwrap();
        assert!(
            log.contains(" daemon.info cms1 node[") && log.contains("INFO Supervisor - node stopped"),
            "{log}"
        );
    });
}

#[test]
fn roles_end_with_a_node_that_is_killed() {
    journey(async {
        let world = World::small().await;
        let pids = roles_of(&world);
        assert_eq!(pids.len(), 3);
        world.system.node(0).unwrap().signal(Signal::SIGKILL);
        assert_no_process(&pids);
    });
}

fn assert_no_process(pids: &[i32]) {
    for pid in pids {
        convoke_testkit::wait_for("the end of a role", || {
            // An orphan that has ended may wait for whoever reaps it.
            let state = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            (state.is_empty() || state.contains(") Z ")).then_some(())
        });
    }
}

#[test]
fn a_second_node_on_the_same_folder_is_refused() {
    journey(async {
        let world = World::small().await;
        let (_, error, code) =
            printed(&convoke_in(folder_of(&world), &["node", "--config", "cms1.toml"], ""));
        let pid = world.system.node(0).unwrap().pid();
        assert!(code == Some(1) && error.contains(&format!("another node (process {pid}) runs")), "{error}");
    });
}

#[test]
fn a_role_runs_alone_and_stops_by_itself() {
    let folder = prepared();
    let mut command = Command::new(CONVOKE);
    let mut bridge =
        Process::start(command.args(["webbridge", "--config"]).arg(folder.path().join("cms1.toml")));
    let line = bridge.wait_for_line("Web bridge listening");
    assert!(line.contains(" daemon.info cms1 client_backend["), "{line}");
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.wait(Duration::from_secs(5)), Some(0));
}

#[test]
fn people_are_added_listed_and_removed() {
    let folder = prepared();
    let user = |arguments: &[&str], input: &str| {
        let all = [&["user"], arguments, &["--config", "cms1.toml"]].concat();
        printed(&convoke_in(folder.path(), &all, input))
    };
    let dave = ["add", "Dave@Example.Test", "--name", "Dave 도", "--email", "dave@example.test"];
    let (out, error, code) = user(&dave, "his password\n");
    assert!(code == Some(0) && out.starts_with("user dave@example.test added: "), "{out}{error}");
    assert!(user(&dave, "another\n").0.starts_with("user dave@example.test changed: "));
    assert_eq!(user(&["list"], "").0, "dave@example.test  Dave 도 <dave@example.test>\n");
    assert_eq!(user(&["del", "dave@example.test"], "").2, Some(0));
    let (_, error, code) = user(&["del", "dave@example.test"], "");
    assert_eq!((error.as_str(), code), ("convoke: there is no user dave@example.test\n", Some(1)));
    let (_, error, code) = user(&dave, "");
    assert!(code == Some(1) && error.contains("no password came on standard input"), "{error}");
    assert_eq!(user(&["add", "nonsense", "--name", "x", "--email", "x"], "p\n").2, Some(2));
}

#[test]
fn a_person_added_while_the_node_runs_signs_in_at_once() {
    journey(async {
        let world = World::small().await;
        let add = ["user", "add", "dave@example.test", "--config", "cms1.toml"];
        let add = [&add[..], &["--name", "Dave", "--email", "d@x.test"]].concat();
        let (out, error, code) = printed(&convoke_in(folder_of(&world), &add, "his password\n"));
        assert_eq!(code, Some(0), "{out}{error}");
        let sign_in = json!({ "username": "dave", "password": "his password", "trace": false });
        let answer =
            world.call(Method::POST, &format!("{}/api/auth", world.web(0)), "", Some(&sign_in)).await;
        assert_eq!((answer.status, &answer.json["user"]["email"]), (200, &json!("d@x.test")));
    });
}

#[test]
fn operators_are_added_listed_and_removed() {
    journey(async {
        let world = World::small().await;
        let admin = |arguments: &[&str], input: &str| {
            let all = [&["admin"], arguments, &["--config", "cms1.toml"]].concat();
            printed(&convoke_in(folder_of(&world), &all, input))
        };
        let status = async || {
            let url = format!("{}/api/v1/system/status", world.system.layout.nodes[0].admin_api());
            let reader = convoke::dev::api::basic("reader", "a secret one");
            world.call(Method::GET, &url, &reader, None).await.status
        };
        let (out, ..) = admin(&["add", "Reader", "--role", "api"], "a secret one\n");
        assert_eq!(out, "operator reader added, role api\n");
        assert_eq!(admin(&["list"], "").0, "admin   admin\nreader  api\n");
        assert_eq!(status().await, 200);
        assert_eq!(admin(&["del", "reader"], "").0, "operator reader removed\n");
        assert_eq!(status().await, 401);
        assert_eq!(admin(&["add", "x", "--role", "king"], "a secret one\n").2, Some(2));
        let (_, error, code) = admin(&["add", "keys", "--role", "crypto"], "secret\n");
        assert_eq!((error.as_str(), code), ("convoke: the password has fewer than 8 characters\n", Some(1)));
        let (_, error, _) = admin(&["del", "admin"], "");
        assert_eq!(error, "convoke: admin is the last account of role admin; add another one first\n");
    });
}

#[test]
fn accounts_that_several_processes_add_are_all_there_and_a_kill_leaves_the_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let settings = "[node]\nname = \"cms1\"\ndata_dir = \"data\"\n";
    fs::write(folder.path().join("cms1.toml"), settings).unwrap();
    let password = folder.path().join("password");
    fs::write(&password, "a secret one\n").unwrap();
    fs::set_permissions(&password, PermissionsExt::from_mode(0o600)).unwrap();
    let add = |name: String| {
        let mut command = Command::new(CONVOKE);
        command.current_dir(folder.path()).args(["admin", "add", &name, "--config", "cms1.toml"]);
        command.args(["--role", "admin", "--password-file", "password"]).stdout(Stdio::null());
        command.spawn().unwrap()
    };
    let list = || {
        let (names, error, code) =
            printed(&convoke_in(folder.path(), &["admin", "list", "--config", "cms1.toml"], ""));
        assert_eq!((error.as_str(), code), ("", Some(0)));
        names
    };
    let mut several: Vec<_> = (0..6).map(|number| add(format!("a{number}"))).collect();
    assert!(several.iter_mut().all(|child| child.wait().unwrap().success()));
    assert_eq!(list().lines().count(), 6);
    // Wherever each of them is when it is killed, what was there before is there after.
    for number in 0..20 {
        let (mut child, begun) = (add(format!("b{number}")), Instant::now());
        let life = Duration::from_millis(2 * number);
        while begun.elapsed() < life && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(list().lines().filter(|line| line.starts_with('a')).count() == 6);
    }
    assert!(add("last".into()).wait().unwrap().success());
    assert!(list().contains("last  admin"));
}

#[test]
fn the_mail_catcher_keeps_each_mail_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(CONVOKE);
    command.args(["dev", "catch-mail", "--listen", "127.0.0.1:0", "--dir"]).arg(folder.path());
    let mut catcher = Process::start(&mut command);
    let line = catcher.wait_for_line("catching mail on ");
    let address = line.split(' ').nth(3).unwrap().to_owned();

    let mut client = BufReader::new(TcpStream::connect(address).unwrap());
    let mut say = |text: &str| {
        client.get_mut().write_all(text.as_bytes()).unwrap();
        let mut answer = String::new();
        while answer.lines().last().is_none_or(|line| line.as_bytes().get(3) == Some(&b'-')) {
            assert_ne!(client.read_line(&mut answer).unwrap(), 0, "{answer}");
        }
        answer
    };
    assert!(say("").starts_with("220 "));
    assert!(say("EHLO test\r\n").contains("250-SIZE 26214400\r\n250-8BITMIME\r\n"));
    assert!(say("MAIL FROM:<a@example.test> SIZE=30\r\n").starts_with("250 "));
    assert!(say("RCPT TO:<bob@example.test>\r\n").starts_with("250 "));
    assert!(say("DATA\r\n").starts_with("354 "));
    // A line of dots is stuffed with one more; a mail's own end can't be one dot.
    let answer = say("Subject: x\r\n\r\n..\r\n...\r\n말\r\n.\r\n");
    assert_eq!(answer, "250 2.0.0 kept as 000001-bob@example.test.eml\r\n");
    assert!(say("NOOP\r\nRSET\r\n").starts_with("250 "));
    let kept = fs::read(folder.path().join("000001-bob@example.test.eml")).unwrap();
    assert_eq!(kept, "Subject: x\r\n\r\n.\r\n..\r\n말\r\n".as_bytes());
    catcher.signal(Signal::SIGTERM);
    assert_eq!(catcher.wait(Duration::from_secs(5)), Some(0));
}

#[test]
fn a_demo_says_what_it_is_and_a_signal_stops_all_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let mut command = Command::new(CONVOKE);
    let mut demo = Process::start(command.args(["dev", "demo", "--dir"]).arg(&dir));
    demo.wait_for_line("Stop: Ctrl-C here");
    let text = fs::read_to_string(dir.join("summary.json")).unwrap();
    let summary: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut keys: Vec<&str> = summary.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    let expected =
        ["admin", "admin_api", "ca_cert", "mail_dir", "mmp", "pid", "scheduler_api", "users", "web_app"];
    assert_eq!(keys, expected);
    assert_eq!(summary["pid"], demo.pid());
    assert_eq!(summary["users"][0]["username"], "alice");
    assert!(fs::metadata(summary["ca_cert"].as_str().unwrap()).unwrap().is_file());

    let again = convoke_in(folder.path(), &["dev", "demo", "--dir", "demo"], "");
    let (_, error, code) = printed(&again);
    assert!(code == Some(1) && error.contains(&format!("process {}", demo.pid())), "{error}");

    let log = fs::read_to_string(dir.join("cms1.log")).unwrap();
    let started = log.lines().filter_map(|line| line.split(" started (process ").nth(1));
    let pids: Vec<i32> = started.map(|pid| pid.trim_end_matches(')').parse().unwrap()).collect();
    assert_eq!(pids.len(), 3, "{log}");
    demo.signal(Signal::SIGINT);
    assert_eq!(demo.wait(Duration::from_secs(6)), Some(0), "{:?}", demo.lines());
    assert_no_process(&pids);
    assert!(!dir.join("summary.json").exists());
}

#[test]
fn a_topic_is_logged_in_detail_for_its_seconds_and_no_longer() {
    journey(async {
        let world = World::small().await;
        let operator = world.operator();
        let api = world.system.layout.nodes[0].scheduler_api().unwrap();
        let url = format!("{api}/api/v1/scheduler/timedLogging");
        let off = json!({"webBridge": 0, "api": 0, "email": 0});
        assert_eq!(world.call(Method::GET, &url, &operator, None).await.json, off);
        assert!(!world.logs().contains("DEBUG"));
        let set = world.call(Method::PUT, &url, &operator, Some(&json!({"api": 600, "email": 600}))).await;
        assert_eq!((set.status, &set.json["webBridge"]), (200, &json!(0)), "{}", set.json);
        assert!(set.json["email"].as_u64().is_some_and(|left| (590..=600).contains(&left)), "{}", set.json);

        let alice = world.sign_in(0).await;
        let meetings = format!("{}/api/v1/scheduler/meetings", world.web(0));
        assert_eq!(world.call(Method::POST, &meetings, &alice, Some(&world.weekly())).await.status, 201);
        world.wait_for_mails(3).await;
        world
            .until("the details", async || {
                let log = world.logs();
                let has =
                    |words: &str| log.lines().any(|line| line.contains("DEBUG") && line.contains(words));
                (has("POST /api/v1/scheduler/meetings answered 201")
                    && has("from the mail server: RCPT TO: 250"))
                .then_some(())
            })
            .await;
        // It goes off by itself.
        let set = world.call(Method::PUT, &url, &operator, Some(&json!({"api": 1, "email": 0}))).await;
        assert_eq!(set.json["email"], 0);
        world
            .until("the end", async || {
                world.logs().contains("api detailed tracing now disabled").then_some(())
            })
            .await;
        let before = world.logs().matches("DEBUG").count();
        assert_eq!(world.call(Method::GET, &url, &operator, None).await.json, off);
        assert_eq!(world.logs().matches("DEBUG").count(), before);

        let wrong = world.call(Method::PUT, &url, &operator, Some(&json!({"api": 86_401}))).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.json["errors"][0]["reason"], "A topic is logged in detail for 0 to 86400 seconds.");
        let as_user = world.call(Method::GET, &url, &alice, None).await;
        assert_eq!(
            (as_user.status, as_user.json["detail"].as_str().unwrap()),
            (403, "Only operators can see and set what is logged.")
        );
    });
}
