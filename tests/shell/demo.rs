//! The shell of a demo and of a demonstrated cluster, as `summary.json` names it to programs.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use convoke_testkit::process::Process;
use serde_json::{Value, json};

const CONVOKE: &str = env!("CARGO_BIN_EXE_convoke");

/// Runs `convoke dev WHAT`, and answers with its summary. It ends with the test.
fn started(what: &str, folder: &Path) -> (Process, Value) {
    let process = Process::start(Command::new(CONVOKE).args(["dev", what, "--dir"]).arg(folder));
    process.wait_for_line("Stop: Ctrl-C here");
    let text = fs::read_to_string(folder.join("summary.json")).unwrap();
    (process, serde_json::from_str(&text).unwrap())
}

fn word<'v>(mmp: &'v Value, field: &str) -> &'v str {
    mmp[field].as_str().unwrap_or_else(|| panic!("no {field} in {mmp}"))
}

/// The known hosts that OpenSSH finds there; their fingerprint is the one that was told.
fn known_hosts(mmp: &Value) -> Vec<u8> {
    let port = mmp["port"].as_u64().unwrap().to_string();
    let keyscan = Command::new("ssh-keyscan")
        .args(["-t", "ed25519", "-p", &port, word(mmp, "host")])
        .stderr(Stdio::null())
        .output()
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known_hosts");
    fs::write(&file, &keyscan.stdout).unwrap();
    let shown = Command::new("ssh-keygen").arg("-lf").arg(&file).output().unwrap();
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.split(' ').any(|part| part == word(mmp, "fingerprint")), "{shown} is not {mmp}");
    keyscan.stdout
}

/// Signs in as the summary says, and asks.
fn ask(mmp: &Value, line: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known_hosts");
    fs::write(&known, known_hosts(mmp)).unwrap();
    let output = Command::new("sshpass")
        .env("SSHPASS", word(mmp, "password"))
        .args(["-e", "ssh", "-F", "none", "-o", "StrictHostKeyChecking=yes", "-o", "IdentityAgent=none"])
        .args(["-o", "PreferredAuthentications=password", "-p", &mmp["port"].to_string()])
        .arg(format!("-oUserKnownHostsFile={}", known.display()))
        .args([&format!("{}@{}", word(mmp, "username"), word(mmp, "host")), line])
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn a_demos_shell_lets_in_whom_its_summary_names() {
    let folder = tempfile::tempdir().unwrap();
    let (_demo, summary) = started("demo", &folder.path().join("demo"));
    assert_eq!(summary["mmp"]["username"], "admin");
    let status = ask(&summary["mmp"], "scheduler status");
    assert!(status.starts_with("Status: enabled\nRunning\n"), "{status}");
    assert!(status.contains("\nEmail server configured\n"), "{status}");
}

#[test]
fn each_node_of_a_demonstrated_cluster_has_its_own_shell() {
    let folder = tempfile::tempdir().unwrap();
    let (_cluster, summary) = started("cluster", &folder.path().join("cluster"));
    let nodes = summary["nodes"].as_array().unwrap();
    assert_eq!((nodes.len(), &nodes[0]["mmp"]), (3, &summary["mmp"]));
    let mut keys: Vec<&str> = Vec::new();
    for node in nodes {
        keys.push(word(&node["mmp"], "fingerprint"));
        let status = ask(&node["mmp"], "callbridge status");
        assert!(status.contains("\nC2W links to web bridges: 3 of 3 UP\n"), "{status}");
        let is_there = node["scheduler_api"] != json!(null);
        let scheduler = ask(&node["mmp"], "scheduler status");
        assert!(
            scheduler.starts_with(if is_there { "Status: enabled" } else { "Status: disabled" }),
            "{scheduler}"
        );
    }
    keys.sort_unstable();
    keys.dedup();
    assert_eq!(keys.len(), 3, "each has made a key of its own");
}
