//! `status` speaks of the real process: one that starts, hangs, was killed, can't start; and an enable that fails leaves nothing behind.

use std::{fs, io::Write as _, net::TcpListener, os::unix::fs::OpenOptionsExt as _};

use convoke_testkit::{PATIENCE, terminal::Terminal, wait_for};
use nix::{
    fcntl::OFlag,
    sys::{signal::Signal, stat::Mode},
    unistd::mkfifo,
};

use crate::{
    matching::line_matches,
    server::Server,
    site::{CALL_BRIDGE, SCHEDULER_SETTINGS, Site, WELL, signal},
};

/// Where a scheduler listens on its server's `lo`, which no check looks at.
const SCHEDULER_LOOPBACK: u16 = 8083;
/// The same of a call bridge.
const CALL_BRIDGE_LOOPBACK: u16 = 8081;

#[test]
fn a_service_that_is_killed_is_started_again_and_its_last_exit_told() {
    let mut site = Site::whole();
    let killed = site.process(0, "scheduler");
    signal(killed, Signal::SIGKILL);
    let mut told = WELL.to_vec();
    told.insert(2, "Last exit <time>: signal: 9 (SIGKILL); started 2 times");
    site.until(0, "scheduler status", &told);
    let another = site.process(0, "scheduler");
    assert_ne!(another, killed);
    let logged = site.line(0, "log process=node scheduler");
    for line in [
        format!(
            "<time> daemon.warning cms1 node[<number>]: WARN Supervisor - scheduler (process {killed}) ended: signal: 9 (SIGKILL); starting it \
             again in 100 ms"
        ),
        format!(
            "<time> daemon.info cms1 node[<number>]: INFO Supervisor - scheduler started (process {another})"
        ),
    ] {
        assert!(logged.iter().any(|logged| line_matches(&line, logged)), "{line}\nis not in\n{logged:#?}");
    }
    // Who starts it anew asks for no account of what was before.
    site.done(0, "scheduler restart");
    site.until(0, "scheduler status", &WELL);
}

#[test]
fn a_service_whose_key_was_broken_by_hand_is_tried_until_it_is_mended_and_says_why() {
    let mut site = Site::whole();
    let key = site.server(0).files().join("CB344748.key");
    let good = fs::read(&key).unwrap();
    fs::write(&key, "no key\n").unwrap();
    signal(site.process(0, "scheduler"), Signal::SIGKILL);
    let why = "<any>scheduler.c2w.cert_file: <any>CB344748.key: <any>holds no PEM private key<any> (exit status: 1)";
    let failed = [
        "Status: enabled",
        &format!("Failed: {why}"),
        "Last exit <time>; started <number> times",
        "[status 1]",
    ];
    let starts = |lines: &[String]| -> u32 {
        let words = lines[2].rsplit_once("; started ").unwrap().1;
        words.trim_end_matches(" times").parse().unwrap()
    };
    let first = starts(&site.until(0, "scheduler status", &failed));
    wait_for("another try", || (starts(&site.until(0, "scheduler status", &failed)) > first).then_some(()));
    site.until(0, "health", &["...", &format!("scheduler : failed: {why}"), "..."]);
    fs::write(&key, good).unwrap();
    let mut told = WELL.to_vec();
    let last = format!("Last exit <time>: {why}; started <number> times");
    told.insert(2, &last);
    site.until(0, "scheduler status", &told);
}

#[test]
fn a_process_that_does_not_answer_yet_starts_and_one_that_did_hangs() {
    let mut site = Site::start(1);
    site.done(0, CALL_BRIDGE);
    // It gets no further than to its key while nobody writes one into that pipe.
    let key = site.server(0).files().join("CB344748.key");
    let good = key.with_extension("good");
    fs::rename(&key, &good).unwrap();
    mkfifo(&key, Mode::S_IRUSR | Mode::S_IWUSR).unwrap();
    signal(site.process(0, "callbridge"), Signal::SIGKILL);
    let said = site.server(0).wait_for_lines("Supervisor - callbridge started (process ", STARTS + 1);
    let started = said.rsplit_once("(process ").unwrap().1.trim_end_matches(')').parse().unwrap();
    let process = nix::unistd::Pid::from_raw(started);
    let killed = "Last exit <time>: signal: 9 (SIGKILL); started 2 times";
    site.until(0, "callbridge status", &["Status: enabled", "Starting", killed]);
    site.until(0, "webadmin status", &["STATUS : webadmin starting"]);
    let mut pipe = wait_for("who reads the key", || {
        // There is an error as long as nobody reads.
        fs::File::options().write(true).custom_flags(OFlag::O_NONBLOCK.bits()).open(&key).ok()
    });
    pipe.write_all(&fs::read(&good).unwrap()).unwrap();
    fs::rename(&good, &key).unwrap();
    drop(pipe);
    site.until(0, "callbridge status", &["Status: enabled", "Running", killed, "..."]);
    // Each answer takes as long as is waited for the process, so both are asked for at once.
    let mut asked = ["callbridge status", "webadmin status"].map(|line| (line, site.server(0).terminal()));
    signal(process, Signal::SIGSTOP);
    let silent = "silent: it did not answer within 5 s";
    let told = [format!("Running, and {silent}"), format!("STATUS : webadmin {silent}")];
    asked.iter_mut().for_each(|(line, terminal)| terminal.types(&format!("{line}\r")));
    for ((_, terminal), told) in asked.iter().zip(&told) {
        terminal.wait(told, |screen| screen.done.contains(told).then_some(()));
    }
    // A stop that it does not hear is carried out all the same.
    site.done(0, "callbridge disable");
    site.server(0).wait_for_lines("Supervisor - callbridge did not stop within 4500 ms: killed", 1);
    site.until(0, "callbridge status", &["Status: disabled", "Not running"]);
}

/// How often [`CALL_BRIDGE`] starts the call bridge: for its API, and for itself.
const STARTS: usize = 2;

#[test]
fn an_enable_that_passes_the_checks_and_fails_says_why_and_leaves_the_settings_as_they_were() {
    let mut site = Site::start(1);
    site.done(0, &[CALL_BRIDGE, SCHEDULER_SETTINGS].concat());
    let loopback = site.server(0).loopback;
    let before = settings(site.server(0));
    let taken = TcpListener::bind((loopback, SCHEDULER_LOOPBACK)).unwrap();
    let why = format!(
        "scheduler can't run: can't listen on {loopback} port {SCHEDULER_LOOPBACK}: another program listens there already (exit status: 1)"
    );
    let refused = [
        "SUCCESS: HTTPS Key and certificate pair match",
        "SUCCESS: HTTPS full chain of certificates verifies correctly",
        "SUCCESS: C2W Key and certificate pair match",
        "SUCCESS: C2W full chain of certificates verifies correctly",
        &format!("FAILURE: scheduler does not run: {why}"),
        "FAILURE: scheduler not enabled",
        "[status 1]",
    ];
    assert_eq!(site.line(0, "scheduler enable"), refused);
    assert_eq!(settings(site.server(0)), before);
    assert_eq!(site.line(0, "scheduler status"), ["Status: disabled", "Not running"]);
    let reason = why.strip_suffix(" (exit status: 1)").unwrap();
    let own = format!("<time> daemon.err cms1 scheduler_backend[<number>]: ERROR Main - {reason}");
    let logged = site.line(0, "log process=scheduler level=error");
    assert!(logged.first().is_some_and(|line| line_matches(&own, line)), "{logged:#?}");
    let ended = "<time> daemon.warning cms1 node[<number>]: WARN Supervisor - scheduler (process <number>) ended: exit status: 1; starting it \
                 again in 100 ms";
    let logged = site.line(0, "log process=node level=warning");
    assert!(logged.first().is_some_and(|line| line_matches(ended, line)), "{logged:#?}");
    drop(taken);
    site.done(0, "scheduler enable");
    // One that is enabled stays so, and is tried until it runs.
    let file = site.server(0).config();
    let moved = settings(site.server(0)).replace("[scheduler]\n", "[scheduler]\nloopback = \"lo:9083\"\n");
    fs::write(&file, &moved).unwrap();
    let taken = TcpListener::bind((loopback, 9083)).unwrap();
    let shown = site.line(0, "scheduler restart");
    assert!(shown[4].starts_with("FAILURE: scheduler does not run: scheduler can't run: "), "{shown:#?}");
    assert_eq!(shown[5..], ["FAILURE: scheduler not restarted", "[status 1]"]);
    assert_eq!(settings(site.server(0)), moved);
    site.until(
        0,
        "scheduler status",
        &["Status: enabled", "Failed: scheduler can't run: <any>", "Last exit <any>", "[status 1]"],
    );
    let rebooted = site.line(0, "reboot");
    assert_eq!(rebooted[0], "SUCCESS: callbridge restarted");
    assert!(
        rebooted[1].starts_with("FAILURE: scheduler does not run: scheduler can't run: "),
        "{rebooted:#?}"
    );
    drop(taken);
    site.until(0, "scheduler status", &["Status: enabled", "Running", "Last exit <any>", "..."]);
}

#[test]
fn a_call_bridge_that_can_not_start_again_without_its_api_or_with_it_is_told_and_tried_without() {
    let mut site = Site::start(1);
    site.done(0, CALL_BRIDGE);
    let loopback = site.server(0).loopback;
    let moved = settings(site.server(0)).replace("[callbridge]\n", "[callbridge]\nloopback = \"lo:9081\"\n");
    fs::write(site.server(0).config(), moved).unwrap();
    let taken = TcpListener::bind((loopback, 9081)).unwrap();
    let shown = site.line(0, "webadmin disable");
    assert!(shown[0].starts_with("FAILURE: callbridge does not run: callbridge can't run: "), "{shown:#?}");
    assert_eq!(shown[1..], ["[status 1]"]);
    let disabled = settings(site.server(0));
    let shown = site.line(0, "webadmin enable");
    assert!(shown[3].starts_with("FAILURE: webadmin does not run: callbridge can't run: "), "{shown:#?}");
    assert_eq!(shown[4..], ["FAILURE: webadmin not enabled", "[status 1]"]);
    assert_eq!(settings(site.server(0)), disabled);
    let failed = ["Status: enabled", "Failed: callbridge can't run: <any>", "Last exit <any>", "[status 1]"];
    site.until(0, "callbridge status", &failed);
    drop(taken);
    let runs = [
        "Status: enabled",
        "Running",
        "Last exit <any>",
        "Database responsive at start",
        "Web Admin not configured",
        "...",
    ];
    site.until(0, "callbridge status", &runs);
}

#[test]
fn what_an_enable_of_webadmin_writes_besides_is_undone_too() {
    let mut site = Site::start(1);
    site.done(0, "webadmin listen a 8445\nwebadmin certs CB344748.key CB344748.cer root.cer\n");
    let file = site.server(0).config();
    // Switched off as "webadmin disable" leaves it, with a remark of its own.
    let remarked = settings(site.server(0))
        .replace("[callbridge.https]\n", "[callbridge.https]\nenabled = false # for now\n");
    fs::write(&file, &remarked).unwrap();
    let loopback = site.server(0).loopback;
    let _taken = TcpListener::bind((loopback, CALL_BRIDGE_LOOPBACK)).unwrap();
    let shown = site.line(0, "webadmin enable");
    assert!(
        shown.iter().any(|line| line.starts_with("WARNING: links to meetings begin with https://cms1")),
        "{shown:#?}"
    );
    assert!(
        shown.iter().any(|line| line.starts_with("FAILURE: webadmin does not run: callbridge can't run: ")),
        "{shown:#?}"
    );
    assert_eq!(settings(site.server(0)), remarked);
    assert_eq!(site.line(0, "webadmin status"), ["STATUS : webadmin disabled"]);
}

fn settings(server: &Server) -> String {
    fs::read_to_string(server.config()).unwrap()
}

#[test]
fn syslog_follow_shows_a_line_the_moment_it_happens() {
    let mut site = Site::start(1);
    site.done(0, CALL_BRIDGE);
    let mut follower = site.server(0).terminal();
    let mut picky = site.server(0).terminal();
    follower.types("syslog follow\r");
    picky.types("syslog follow process=node\r");
    // They follow once they show what others do; a node alone has no life of its own to show.
    wait_for("those who follow", || {
        site.done(0, "callbridge restart");
        let follows = |terminal: &Terminal| {
            terminal.screen().done.iter().any(|line| line.contains("callbridge started"))
        };
        (follows(&follower) && follows(&picky)).then_some(())
    });
    site.done(0, "callbridge disable");
    let asked = "<time> local0.info cms1 cli: User admin from 127.0.0.1:<number> issued command < callbridge disable>: permission granted";
    let stopped = "<time> daemon.info cms1 node[<number>]: INFO Supervisor - callbridge stopped";
    let told = follower.wait("both lines", |screen| {
        let mut lines = screen.done.iter().skip_while(|line| !line_matches(asked, line));
        lines.find(|line| line_matches(stopped, line)).cloned()
    });
    picky.wait(&told, |screen| (screen.done.last() == Some(&told)).then_some(()));
    let shown = picky.screen().done;
    let others = shown.iter().skip(1).filter(|line| !line.contains(" node["));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
    for mut terminal in [follower, picky] {
        terminal.types("\x03");
        terminal.wait_for_current("cms1> ");
        terminal.types("exit\r");
        assert_eq!(terminal.wait_for_end(PATIENCE), Some(0));
    }
}
