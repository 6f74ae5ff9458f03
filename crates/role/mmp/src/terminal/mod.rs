//! A session's terminal: prompts, lets lines be edited, runs what is entered, and shows what commands say; or reads a script.

mod interactive;
mod lines;
mod running;
mod script;
mod shown;

#[cfg(test)]
mod tests;

use std::{sync::Arc, time::Duration};

use convoke_shell::complete::Completion;
use convoke_ssh::{Kind, Output, Session};
use tokio::time::timeout;

use crate::console::{Console, Who};
use interactive::Interactive;
use script::Script;

/// Silence at a prompt after which the session ends.
pub const IDLE: Duration = Duration::from_secs(600);
/// How long a command may take to end after Ctrl-C; then it is dropped.
pub const INTERRUPT_GRACE: Duration = Duration::from_secs(5);
/// How long a command may run without a word from either side, or with its words unread; then it is ended. Longer than a night's work (a migration of a large
/// database says nothing), and than `syslog follow` waits for a line on any server: whoever is gone by then is not waited for.
pub const QUIET: Duration = Duration::from_secs(12 * 3600);
/// The status of a line that was not understood.
pub const NOT_UNDERSTOOD: u8 = 2;
/// The status of a command that was interrupted.
pub const INTERRUPTED: u8 = 130;
/// The status of a session that was ended from outside.
pub const ENDED: u8 = 255;
/// Words that end a session.
const FAREWELLS: [&str; 3] = ["exit", "quit", "logout"];

/// What a terminal needs of the shell behind it.
pub trait Shell: Send + Sync + 'static {
    /// What stands before each line, such as `cms1> `.
    fn prompt(&self) -> String;

    /// What comes before the first prompt or the script's first line, such as a password that must be changed. A status other than 0 ends
    /// the session.
    fn greet(&self, console: Console) -> impl Future<Output = u8> + Send;

    /// What may stand at the cursor.
    fn complete(&self, who: &Who, before_cursor: &str) -> impl Future<Output = Completion> + Send;

    /// What may follow what stands before the cursor, line by line.
    fn help_at(&self, who: &Who, before_cursor: &str) -> impl Future<Output = Vec<String>> + Send;

    /// Carries a line out; answers its exit status.
    fn run(&self, line: String, console: Console) -> impl Future<Output = u8> + Send;
}

/// Drives a session to its end. `ended` ends it from outside (an eviction); what it answers is shown.
pub async fn drive<S: Shell>(session: Session<Who>, shell: Arc<S>, ended: impl Future<Output = String>) {
    let Session { who, kind, input, output, exit, .. } = session;
    let (is_terminal, last_words) = (terminal_of(&kind), output.clone());
    let served = async {
        match kind {
            Kind::Shell { terminal: Some(terminal) } => {
                Interactive::new(shell, who, input, output, &terminal).converse().await
            }
            Kind::Exec { line, terminal: Some(terminal) } => {
                Interactive::new(shell, who, input, output, &terminal).run_only(&line).await
            }
            Kind::Shell { terminal: None } => Script::new(shell, who, input, output).run().await,
            Kind::Exec { line, terminal: None } => {
                Script::new(shell, who, input, output).run_only(&line).await
            }
        }
    };
    let status = tokio::select! {
        status = served => status,
        why = ended => {
            let text = shown::for_client(&format!("\n{why}\n"), is_terminal);
            // A client that reads nothing is not waited for.
            drop(timeout(Duration::from_secs(1), last_words.send(text)).await);
            ENDED
        }
    };
    exit.set(status);
}

fn terminal_of(kind: &Kind) -> bool {
    let (Kind::Shell { terminal } | Kind::Exec { terminal, .. }) = kind;
    terminal.is_some()
}

/// Says why something was ended. A client that reads nothing is not waited for longer than a command after Ctrl-C.
async fn last_words(output: &Output, text: &str, is_terminal: bool) {
    drop(timeout(INTERRUPT_GRACE, output.send(shown::for_client(text, is_terminal))).await);
}

/// What is said of a command that was quiet for too long.
fn quiet_text() -> String {
    format!("Nothing was shown or typed for {} hours; the command is ended.\n", QUIET.as_secs() / 3600)
}

/// Whether a line ends the session.
fn is_farewell(line: &str) -> bool {
    FAREWELLS.contains(&line.trim())
}
