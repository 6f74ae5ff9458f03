//! A command that runs: what it says and asks, and how it is interrupted. It is a task of its own, so that its fault stays its own.

use std::{sync::Arc, time::Duration};

use secrecy::SecretString;
use tokio::{
    sync::mpsc,
    task::{JoinError, JoinHandle},
    time::Instant,
};

use super::{INTERRUPT_GRACE, INTERRUPTED, Shell};
use crate::console::{Console, FromTerminal, ToTerminal, Who};

/// What a command says that nobody has shown yet, in messages; then it waits.
const SAID_AHEAD: usize = 16;
/// Answers and interruptions that it has not looked at.
const TOLD_AHEAD: usize = 4;
const FAILED: u8 = 1;

/// What a running command does next.
#[derive(Debug)]
pub(super) enum Step {
    Text(String),
    Ask { prompt: String, is_secret: bool },
    Done(u8),
}

/// A running command. Dropped, it is ended.
#[derive(Debug)]
pub(super) struct Running {
    task: JoinHandle<u8>,
    said: mpsc::Receiver<ToTerminal>,
    has_said_all: bool,
    tell: mpsc::Sender<FromTerminal>,
    /// When its patience after Ctrl-C ends.
    until: Option<Instant>,
    is_over: bool,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A future so far away that nobody waits for it.
const NEVER: Duration = Duration::from_secs(365 * 24 * 3600);

impl Running {
    /// Starts what comes before the first line.
    pub(super) fn greet<S: Shell>(shell: &Arc<S>, who: &Who, is_terminal: bool) -> Self {
        let shell = Arc::clone(shell);
        Self::start(who, is_terminal, |console| async move { shell.greet(console).await })
    }

    /// Starts a line.
    pub(super) fn line<S: Shell>(shell: &Arc<S>, who: &Who, is_terminal: bool, line: &str) -> Self {
        let (shell, line) = (Arc::clone(shell), line.to_owned());
        Self::start(who, is_terminal, |console| async move { shell.run(line, console).await })
    }

    fn start<F: Future<Output = u8> + Send + 'static>(
        who: &Who,
        is_terminal: bool,
        work: impl FnOnce(Console) -> F,
    ) -> Self {
        let (to, said) = mpsc::channel(SAID_AHEAD);
        let (tell, from) = mpsc::channel(TOLD_AHEAD);
        let console = Console::new(who.clone(), is_terminal, to, from);
        let task = tokio::spawn(work(console));
        Self { task, said, has_said_all: false, tell, until: None, is_over: false }
    }

    /// What it does next. Given up while it waits, nothing is lost.
    pub(super) async fn step(&mut self) -> Step {
        loop {
            let until = self.until.unwrap_or_else(|| Instant::now() + NEVER);
            tokio::select! {
                biased;
                () = tokio::time::sleep_until(until), if !self.is_over => {
                    self.is_over = true;
                    self.task.abort();
                    return Step::Text("The command did not end within 5 seconds and was dropped.\n".to_owned());
                }
                said = self.said.recv(), if !self.has_said_all => match said {
                    Some(ToTerminal::Text(text)) => return Step::Text(text),
                    Some(ToTerminal::Ask { prompt, secret }) => return Step::Ask { prompt, is_secret: secret },
                    None => self.has_said_all = true,
                },
                status = &mut self.task, if self.has_said_all => return Step::Done(self.status(status)),
            }
        }
    }

    fn status(&self, status: Result<u8, JoinError>) -> u8 {
        match status {
            Ok(status) => status,
            Err(_) if self.is_over => INTERRUPTED,
            Err(_) => {
                tracing::error!("a command of the shell panicked");
                FAILED
            }
        }
    }

    /// Gives it the answer to its question.
    pub(super) async fn answer(&self, line: SecretString) {
        // One that asked and went away needs none.
        drop(self.tell.send(FromTerminal::Line(line)).await);
    }

    /// Ctrl-C: from now on it has its time to end.
    pub(super) fn interrupt(&mut self) {
        drop(self.tell.try_send(FromTerminal::Interrupt));
        self.until.get_or_insert_with(|| Instant::now() + INTERRUPT_GRACE);
    }

    /// Interrupts it, and waits for its end without showing anything.
    pub(super) async fn end(mut self) -> u8 {
        self.interrupt();
        loop {
            match self.step().await {
                Step::Done(status) => return status,
                Step::Ask { .. } => drop(self.tell.try_send(FromTerminal::Interrupt)),
                Step::Text(_) => {}
            }
        }
    }
}
