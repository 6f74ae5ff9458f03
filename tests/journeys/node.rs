//! A node's life: settings checked, roles kept alive, stopped in time; operator's commands; the mail catcher.

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    net::TcpStream,
    process::{Command, Output},
    time::{Duration, Instant},
};

use convoke::roles::Role;
use convoke_testkit::process::Process;
use nix::sys::signal::Signal;
use support::{CONVOKE, Shape, TestSystem, convoke_in, install_crypto};

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
        "bad.toml: scheduler.loopback: missing",
    ] {
        assert!(out.contains(expected), "{expected}\nnot in\n{out}");
    }
    let (_, error, code) = printed(&convoke_in(folder.path(), &["node", "--config", "bad.toml"], ""));
    assert!(code == Some(1) && error.contains("node.colour: unknown key"), "{error}");
    assert!(!folder.path().join("data").exists(), "nothing is made when the settings are at fault");
}

#[test]
fn a_good_settings_file_has_no_faults() {
    let prepared = TestSystem::prepare(Shape::sqlite());
    let (out, _, code) = printed(&prepared.system().convoke(&["check-config", "cms1.toml"], ""));
    assert_eq!((out.as_str(), code), ("cms1.toml: no faults\n", Some(0)));
}

#[test]
fn a_role_that_dies_is_up_again_within_2_seconds_and_the_node_stops_within_5() {
    let mut system = TestSystem::start(Shape::sqlite());
    for role in [Role::CallBridge, Role::Scheduler, Role::WebBridge] {
        let before = system.role_pid(0, role);
        let begun = Instant::now();
        system.kill_role(0, role);
        system.wait_for_log(0, &format!("{} started (process ", role.subcommand()), 2);
        system.wait_until_ready();
        assert!(begun.elapsed() < Duration::from_secs(2), "{role:?} took {:?}", begun.elapsed());
        assert_ne!(system.role_pid(0, role), before);
    }
    let log = system.log(0);
    assert!(log.contains(" ended: signal: 9 (SIGKILL); starting it again in 100 ms"), "{log}");
    let pids = Role::ALL.map(|role| system.role_pid(0, role));
    let took = system.stop_node(0);
    assert!(took < Duration::from_secs(5), "{took:?}");
    assert_no_process(&pids);
    assert!(system.log(0).contains("node[") && system.log(0).contains("INFO Supervisor - node stopped"));
}

#[test]
fn roles_end_with_a_node_that_is_killed() {
    let system = TestSystem::start(Shape::sqlite());
    let pids = Role::ALL.map(|role| system.role_pid(0, role));
    system.system.node(0).unwrap().signal(Signal::SIGKILL);
    assert_no_process(&pids);
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
    let system = TestSystem::start(Shape::sqlite());
    let (_, error, code) = printed(&system.convoke(&["node", "--config", "cms1.toml"], ""));
    let pid = system.system.node(0).unwrap().pid();
    assert!(code == Some(1) && error.contains(&format!("another node (process {pid}) runs")), "{error}");
}

#[test]
fn a_role_runs_alone_and_stops_by_itself() {
    let prepared = TestSystem::prepare(Shape::sqlite());
    let config = prepared.system().folder().join("cms1.toml");
    let mut command = Command::new(CONVOKE);
    let mut bridge = Process::start(command.arg("webbridge").arg("--config").arg(config));
    let line = bridge.wait_for_line("Web bridge listening");
    assert!(line.contains(" daemon.info cms1 client_backend["), "{line}");
    bridge.signal(Signal::SIGTERM);
    assert_eq!(bridge.wait(Duration::from_secs(5)), Some(0));
}

#[test]
fn people_are_added_listed_and_removed() {
    let system = TestSystem::prepare(Shape::sqlite());
    let user = |arguments: &[&str], input: &str| {
        let all: Vec<&str> =
            ["user"].iter().chain(arguments).chain(&["--config", "cms1.toml"]).copied().collect();
        printed(&system.system().convoke(&all, input))
    };
    let dave = ["add", "Dave@Example.Test", "--name", "Dave 도", "--email", "dave@example.test"];
    let (out, error, code) = user(&dave, "his password\n");
    assert!(code == Some(0) && out.starts_with("user dave@example.test added: "), "{out}{error}");
    assert!(user(&dave, "another\n").0.starts_with("user dave@example.test changed: "));
    let (out, ..) = user(&["list"], "");
    assert!(out.contains("dave@example.test   Dave 도 <dave@example.test>"), "{out}");
    assert!(!out.contains("password"));
    assert_eq!(user(&["del", "dave@example.test"], "").2, Some(0));
    let (_, error, code) = user(&["del", "dave@example.test"], "");
    assert_eq!((error.as_str(), code), ("convoke: there is no user dave@example.test\n", Some(1)));
    let (_, error, code) = user(&dave, "");
    assert!(code == Some(1) && error.contains("no password came on standard input"), "{error}");
    assert_eq!(user(&["add", "nonsense", "--name", "x", "--email", "x"], "p\n").2, Some(2));
}

#[test]
fn a_person_added_while_the_node_runs_signs_in_at_once() {
    let system = TestSystem::start(Shape::sqlite());
    let add = [
        "user",
        "add",
        "dave@example.test",
        "--config",
        "cms1.toml",
        "--name",
        "Dave",
        "--email",
        "d@x.test",
    ];
    let (out, error, code) = printed(&system.convoke(&add, "his password\n"));
    assert_eq!(code, Some(0), "{out}{error}");
    let sign_in = serde_json::json!({ "username": "dave", "password": "his password", "trace": false });
    let answer = system.guest().post("/api/auth", &sign_in).expect(200);
    assert_eq!(answer.json()["user"]["email"], "d@x.test");
}

#[test]
fn operators_are_added_listed_and_removed() {
    let system = TestSystem::start(Shape::sqlite());
    let admin = |arguments: &[&str], input: &str| {
        let all: Vec<&str> =
            ["admin"].iter().chain(arguments).chain(&["--config", "cms1.toml"]).copied().collect();
        printed(&system.convoke(&all, input))
    };
    assert_eq!(admin(&["add", "Reader", "--role", "api"], "secret\n").0, "operator reader added, role api\n");
    assert_eq!(admin(&["list"], "").0, "admin   admin\nreader  api\n");
    let reader = convoke::dev::api::basic("reader", "secret");
    let reader = system.operator().with_authorization(Some(&reader));
    reader.get("/api/v1/system/status").expect(200);
    assert_eq!(admin(&["del", "reader"], "").0, "operator reader removed\n");
    reader.get("/api/v1/system/status").expect(401);
    assert_eq!(admin(&["add", "x", "--role", "king"], "secret\n").2, Some(2));
}

#[test]
fn the_mail_catcher_keeps_each_mail_byte_for_byte() {
    install_crypto();
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
    let expected = ["admin", "admin_api", "ca_cert", "mail_dir", "pid", "scheduler_api", "users", "web_app"];
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
