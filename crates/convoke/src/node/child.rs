//! One role's process: started, watched, started again when it ends, stopped in time.

use std::{path::PathBuf, process::Stdio, time::Duration};

use anyhow::Context as _;
use convoke_runtime::{Role, Shutdown};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, timeout},
};

use super::backoff::Backoff;
use crate::start::Start;

/// How long a role may take to stop before it is killed; the node itself has 5 s.
const STOP: Duration = Duration::from_millis(4500);

/// What to start.
#[derive(Debug, Clone)]
pub struct Program {
    executable: PathBuf,
    start: Start,
}

impl Program {
    /// This executable, with the settings file that this process was given.
    pub fn of(start: &Start) -> anyhow::Result<Self> {
        let executable = std::env::current_exe().context("the path of this program is not known")?;
        Ok(Self { executable, start: start.clone() })
    }

    fn command(&self, role: Role) -> Command {
        let mut command = Command::new(&self.executable);
        command.arg(role.subcommand()).arg("--config").arg(&self.start.config);
        command.args(["--parent", &std::process::id().to_string()]);
        if self.start.clock_ahead != 0 {
            command.arg(format!("--clock-ahead={}", self.start.clock_ahead));
        }
        // A group of its own: Ctrl-C at the terminal reaches the node alone, which then stops the roles.
        command.process_group(0).stdin(Stdio::null()).kill_on_drop(true);
        command
    }
}

/// Keeps a role running until the stop.
pub async fn keep(role: Role, program: Program, shutdown: Shutdown) {
    let mut backoff = Backoff::new();
    let name = role.subcommand();
    while !shutdown.is_asked() {
        let begun = Instant::now();
        let ended = match program.command(role).spawn() {
            Ok(mut child) => {
                let pid = child.id().unwrap_or_default();
                tracing::info!(target: "Supervisor", "{name} started (process {pid})");
                tokio::select! {
                    status = child.wait() => match status {
                        Ok(status) => format!("{name} (process {pid}) ended: {status}"),
                        Err(error) => format!("{name} (process {pid}) can't be waited for: {error}"),
                    },
                    () = shutdown.asked() => return stop(name, child).await,
                }
            }
            Err(error) => format!("{name} can't be started: {error}"),
        };
        let pause = backoff.after(begun.elapsed());
        tracing::warn!(target: "Supervisor", "{ended}; starting it again in {} ms", pause.as_millis());
        if !shutdown.sleep(pause).await {
            return;
        }
    }
}

async fn stop(name: &str, mut child: Child) {
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).map(Pid::from_raw);
    if let Some(pid) = pid
        && let Err(error) = kill(pid, Signal::SIGTERM)
    {
        tracing::warn!(target: "Supervisor", "{name} can't be told to stop: {error}");
    }
    match timeout(STOP, child.wait()).await {
        Ok(_) => tracing::info!(target: "Supervisor", "{name} stopped"),
        Err(_) => {
            tracing::error!(target: "Supervisor", "{name} did not stop within {} ms: killed", STOP.as_millis());
            drop(child.kill().await);
        }
    }
}
