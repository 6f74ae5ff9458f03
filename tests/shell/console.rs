//! `convoke mmp`: the same shell on the machine itself.

use std::time::Duration;

use convoke_testkit::PATIENCE;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};

use crate::server::Server;

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn lines_and_scripts_have_their_status_without_a_password() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    let version = server.mmp("version", "");
    assert!(version.status.success() && !version.stdout.is_empty(), "{}", text(&version.stderr));
    assert_eq!(server.mmp("nonsense", "").status.code(), Some(2));
    let script = server.mmp("", "# a script\r\nversion\nnonsense\nversion\n");
    assert_eq!(script.status.code(), Some(2));
    let said = text(&script.stdout);
    assert!(said.contains("The script stops at line 3."), "{said}");
    assert!(!said.contains("cms1>"), "no prompt: {said}");
}

#[test]
fn a_terminal_is_raw_while_the_session_lasts_and_as_before_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    for end in ["exit\r", "\x04", ""] {
        let mut terminal = server.mmp_at_terminal(&[]);
        terminal.wait_for_current("cms1> ");
        assert!(!terminal.echoes());
        terminal.types("vers\t");
        terminal.wait_for_current("cms1> version ");
        terminal.resize(40, 10);
        terminal.types("\x15");
        terminal.wait_for_current("cms1> ");
        if end.is_empty() {
            // Its child: setsid only waits.
            let children = format!("/proc/{0}/task/{0}/children", terminal.pid());
            let child = std::fs::read_to_string(children).unwrap();
            let pid = child.trim().parse().unwrap_or(i32::try_from(terminal.pid()).unwrap());
            kill(Pid::from_raw(pid), Signal::SIGTERM).unwrap();
        } else {
            terminal.types(end);
        }
        let status = terminal.wait_for_end(PATIENCE);
        assert_eq!(status, Some(if end.is_empty() { 143 } else { 0 }), "{end:?}");
        assert!(terminal.echoes(), "{end:?}");
    }
    let mut terminal = server.mmp_at_terminal(&["nonsense"]);
    assert_eq!(terminal.wait_for_end(Duration::from_secs(20)), Some(2));
}

#[test]
fn a_node_that_does_not_run_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path(), "cms1");
    let config = server.config();
    drop(server);
    let out = std::process::Command::new(env!("CARGO_BIN_EXE_convoke"))
        .args(["mmp", "--config"])
        .arg(config)
        .arg("version")
        .output()
        .unwrap();
    assert!(!out.status.success());
    assert!(text(&out.stderr).contains("is `convoke node` running"), "{}", text(&out.stderr));
}
