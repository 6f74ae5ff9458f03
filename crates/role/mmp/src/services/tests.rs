//! What is known of a process that nobody asks about. The process is one of the machine's own; what answers in its place is the socket that
//! every role has.

use std::{fs, os::unix::fs::PermissionsExt as _};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use super::*;
use crate::mmp::Host;

const ROLE: Role = Role::CallBridge;

/// Services of a program that waits to be ended.
fn services(folder: &TempDir) -> Services {
    let executable = folder.path().join("service");
    fs::write(&executable, "#!/bin/sh\nexec sleep 3600\n").unwrap();
    fs::set_permissions(&executable, fs::Permissions::from_mode(0o700)).unwrap();
    let config = folder.path().join("convoke.toml");
    let program = Program { executable, config, arguments: Vec::new(), host: Host::new("cms1") };
    let journal = Journal::open(&folder.path().join("logs"), Clock::system()).unwrap();
    Services::new(program, journal, Clock::system(), folder.path().join("control"))
}

/// Answers as the role does, until the trigger.
fn answer(folder: &TempDir) -> (ShutdownTrigger, JoinHandle<()>) {
    let (shutdown, trigger) = Shutdown::new();
    let socket = folder.path().join(format!("control/{}.sock", ROLE.section()));
    let answer = |_| async { Answer::Status(RoleStatus::default()) };
    (trigger, tokio::spawn(control::serve(socket, shutdown, answer)))
}

async fn until(services: &Services, is_so: impl Fn(&Life) -> bool) -> Life {
    let seen = async {
        loop {
            let life = services.life(ROLE);
            if is_so(&life) {
                return life;
            }
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(START_PATIENCE, seen).await.unwrap_or_else(|_| panic!("{:?}", services.life(ROLE)))
}

#[tokio::test]
async fn one_that_hangs_is_told_from_one_that_starts_though_nobody_has_asked_before() {
    let folder = TempDir::new().unwrap();
    let services = services(&folder);
    services.start(ROLE).await;
    let mut before = None;
    for _ in ["the first", "the one after its end"] {
        let life = until(&services, |life| life.process.is_some() && life.process != before).await;
        assert_eq!(services.condition(ROLE).await, Condition::Starting);
        let (trigger, answering) = answer(&folder);
        until(&services, |life| life.has_answered).await;
        trigger.ask();
        answering.await.unwrap();
        let silent = services.condition(ROLE).await;
        assert!(matches!(silent, Condition::Silent(_)), "{silent:?}");
        before = life.process;
        let process = Pid::from_raw(i32::try_from(life.process.unwrap().pid).unwrap());
        kill(process, Signal::SIGKILL).unwrap();
    }
    services.stop(ROLE).await;
}
