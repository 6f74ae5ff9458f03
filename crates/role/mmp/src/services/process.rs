//! One role's process: what it is started with, what it says, its end.

use std::{convert::Infallible, future::pending, path::PathBuf, process::Stdio, time::Duration};

use convoke_runtime::{Role, Shutdown, journal::Journal};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, BufReader},
    process::{Child, Command},
    time::{Instant, sleep, timeout},
};

use super::{Ended, Running, Services, backoff::Backoff};
use crate::mmp::Host;

/// How long a role may take to stop before it is killed; the node itself has 5 s.
const STOP: Duration = Duration::from_millis(4500);
/// How long is waited for a process's last words after its end.
const LAST_WORDS: Duration = Duration::from_secs(1);
/// Longest line of a role that is read whole, in bytes.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// What to start.
#[derive(Debug, Clone)]
pub struct Program {
    /// The executable.
    pub executable: PathBuf,
    /// The settings file of the node.
    pub config: PathBuf,
    /// Further arguments for each role.
    pub arguments: Vec<String>,
    /// The name of this server in log lines.
    pub host: Host,
}

impl Program {
    fn command(&self, role: Role) -> Command {
        let mut command = Command::new(&self.executable);
        command.arg(role.subcommand()).arg("--config").arg(&self.config);
        command.args(["--parent", &std::process::id().to_string()]).args(&self.arguments);
        // A group of its own: Ctrl-C at the terminal reaches the node alone, which then stops the roles.
        command.process_group(0).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }
}

/// Keeps a role running until the stop.
pub(super) async fn keep(services: &Services, role: Role, shutdown: Shutdown) {
    let mut backoff = Backoff::new();
    let name = role.subcommand();
    while !shutdown.is_asked() {
        let begun = Instant::now();
        let (how, error) = match services.shared.program.command(role).spawn() {
            Ok(mut child) => {
                let pid = child.id().unwrap_or_default();
                tracing::info!(target: "Supervisor", "{name} started (process {pid})");
                let since = services.shared.clock.now();
                services.change(role, |life| {
                    life.process = Some(Running { pid, since });
                    life.has_answered = false;
                    life.starts += 1;
                });
                let words = Words::listen(services, role, &mut child);
                tokio::select! {
                    status = child.wait() => {
                        let how = match status {
                            Ok(status) => status.to_string(),
                            Err(error) => format!("it can't be waited for: {error}"),
                        };
                        (how, words.last_error().await)
                    }
                    () = shutdown.asked() => {
                        stop(name, child).await;
                        drop(words.last_error().await);
                        return;
                    }
                    never = hear(services, role) => match never {},
                }
            }
            Err(error) => (format!("it can't be started: {error}"), None),
        };
        let pause = backoff.after(begun.elapsed());
        let process = services
            .life(role)
            .process
            .map_or(String::new(), |running| format!(" (process {})", running.pid));
        tracing::warn!(target: "Supervisor", "{name}{process} ended: {how}; starting it again in {} ms", pause.as_millis());
        let at = services.shared.clock.now();
        services.change(role, |life| {
            life.process = None;
            life.last_end = Some(Ended { at, how, error });
        });
        if !shutdown.sleep(pause).await {
            return;
        }
    }
}

/// Asks a process that was started until it has answered once, so that one that hangs later is told from one that still starts, whether
/// or not anybody has asked meanwhile. Given up with the process.
async fn hear(services: &Services, role: Role) -> Infallible {
    let mut pauses = Backoff::new();
    while !services.life(role).has_answered {
        drop(services.condition(role).await);
        sleep(pauses.after(Duration::ZERO)).await;
    }
    pending().await
}

/// What a process says goes into the journal; the last error among it is remembered.
struct Words {
    out: tokio::task::JoinHandle<Option<String>>,
    err: tokio::task::JoinHandle<Option<String>>,
}

impl Words {
    fn listen(services: &Services, role: Role, child: &mut Child) -> Self {
        let (journal, program) = (services.shared.journal.clone(), &services.shared.program);
        let (out, err) = (child.stdout.take(), child.stderr.take());
        let clock = services.shared.clock.clone();
        // What does not come through the log: a panic, or a fault before logging begins.
        let raw = format!("daemon.err {} {}:", program.host.name(), role.process());
        let out_journal = journal.clone();
        Self {
            out: tokio::spawn(async move { listen(out, out_journal, str::to_owned).await }),
            err: tokio::spawn(async move {
                listen(err, journal, |text| {
                    format!("{} {raw} {text}", clock.now().strftime("%b %d %H:%M:%S.%3f"))
                })
                .await
            }),
        }
    }

    async fn last_error(self) -> Option<String> {
        let heard =
            timeout(LAST_WORDS, async { (self.out.await.ok().flatten(), self.err.await.ok().flatten()) });
        let (out, err) = heard.await.ok()?;
        out.or(err)
    }
}

async fn listen(
    from: Option<impl AsyncRead + Unpin>,
    journal: Journal,
    form: impl Fn(&str) -> String,
) -> Option<String> {
    let mut from = BufReader::new(from?);
    let mut last = None;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        match (&mut from).take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes).await {
            Ok(0) | Err(_) => return last,
            Ok(_) => {}
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_end();
        if text.is_empty() {
            continue;
        }
        let line = form(text);
        if let Some(error) = error_of(&line) {
            last = Some(error);
        }
        journal.write(&line);
    }
}

/// What a line says of why its process ends: that it can't run, or that it panicked. Other errors are its daily life.
fn error_of(line: &str) -> Option<String> {
    let said = if line.starts_with('{') {
        let object: serde_json::Value = serde_json::from_str(line).ok()?;
        (object["level"] == "ERROR").then(|| object["message"].as_str().map(str::to_owned))??
    } else if let Some((_, said)) = line.split_once("]: ERROR Main - ") {
        said.to_owned()
    } else {
        // What does not come through the log.
        line.split_once(" daemon.err ")?
            .1
            .split_once(": ")
            .filter(|(from, _)| !from.contains('['))
            .map(|(_, said)| said.to_owned())?
    };
    let is_the_end = said.contains(" can't run: ")
        || said.contains("panicked")
        || said.starts_with("convoke: ")
        || said.contains(".toml: ");
    is_the_end.then_some(said)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_told_in_the_words_of_the_process() {
        for (line, error) in [
            (
                "Aug 21 11:53:28.999 daemon.err cms1 scheduler_backend[7]: ERROR Main - scheduler can't run: port 9443 is taken",
                Some("scheduler can't run: port 9443 is taken"),
            ),
            ("Aug 21 11:53:28.999 daemon.info cms1 scheduler_backend[7]: INFO Main - fine", None),
            (
                r#"{"level":"ERROR","class":"Main","message":"webbridge can't run: \"x\" is taken"}"#,
                Some("webbridge can't run: \"x\" is taken"),
            ),
            ("Aug 21 11:53:28.999 daemon.err cms1 scheduler_backend[7]: ERROR EmailService - refused", None),
            (
                "Aug 21 11:53:28.999 daemon.err cms1 client_backend: thread 'main' panicked",
                Some("thread 'main' panicked"),
            ),
        ] {
            assert_eq!(error_of(line).as_deref(), error, "{line}");
        }
    }
}
