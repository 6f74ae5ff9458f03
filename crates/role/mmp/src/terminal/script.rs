//! A session without a terminal: a script, or one line. No prompt and no echo; it stops at the first line that fails.

use std::sync::Arc;

use convoke_shell::grammar::read;
use convoke_ssh::{Gone, Inputs, Output};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    INTERRUPTED, NOT_UNDERSTOOD, QUIET, Shell, is_farewell,
    lines::{Lines, Next},
    quiet_text,
    running::{Running, Step},
    shown::for_client,
};
use crate::console::Who;

/// A script that is read and run line by line.
pub(super) struct Script<S> {
    shell: Arc<S>,
    who: Who,
    lines: Lines,
    output: Output,
}

impl<S: Shell> Script<S> {
    pub(super) fn new(shell: Arc<S>, who: Who, input: Inputs, output: Output) -> Self {
        Self { shell, who, lines: Lines::new(input), output }
    }

    /// Runs one line; its answers are lines of the input.
    pub(super) async fn run_only(mut self, line: &str) -> u8 {
        let greeting = Running::greet(&self.shell, &self.who, false);
        match self.follow(greeting).await {
            0 => {}
            status => return status,
        }
        for line in line.lines().map(str::trim).filter(|line| !is_skipped(line)) {
            if is_farewell(line) {
                break;
            }
            let status = self.command(line).await;
            if status != 0 {
                return status;
            }
        }
        0
    }

    /// Runs the input.
    pub(super) async fn run(mut self) -> u8 {
        let greeting = Running::greet(&self.shell, &self.who, false);
        match self.follow(greeting).await {
            0 => {}
            status => return status,
        }
        loop {
            let next = self.lines.next().await;
            // Answers of its command count as lines too.
            let number = self.lines.count;
            let status = match next {
                Next::Line(line) if is_skipped(&line) => 0,
                Next::Line(line) if is_farewell(&line) => return 0,
                Next::Line(line) => self.command(line.trim()).await,
                Next::TooLong => {
                    let _ = self.show("ERROR: the line is too long\n").await;
                    NOT_UNDERSTOOD
                }
                Next::End => return 0,
                Next::Break | Next::Gone => return INTERRUPTED,
            };
            if status != 0 {
                let _ = self.show(&format!("The script stops at line {number}.\n")).await;
                return status;
            }
        }
    }

    async fn show(&self, text: &str) -> Result<(), Gone> {
        self.output.send(for_client(text, false)).await
    }

    async fn command(&mut self, line: &str) -> u8 {
        let running = Running::line(&self.shell, &self.who, false, line);
        self.follow(running).await
    }

    /// Shows what a command says, answers what it asks from the lines that follow, until it ends.
    async fn follow(&mut self, mut running: Running) -> u8 {
        let mut is_interrupted = false;
        let quiet = tokio::time::sleep(QUIET);
        tokio::pin!(quiet);
        loop {
            quiet.as_mut().reset(Instant::now() + QUIET);
            let step = tokio::select! {
                () = &mut quiet => {
                    let _ = self.show(&quiet_text()).await;
                    return not_zero(running.end().await);
                }
                step = running.step() => step,
                () = self.lines.interrupted(), if !is_interrupted => {
                    running.interrupt();
                    is_interrupted = true;
                    continue;
                }
            };
            match step {
                Step::Done(status) => return status,
                Step::Text(text) => {
                    if self.show(&text).await.is_err() {
                        return running.end().await;
                    }
                }
                Step::Ask { prompt, is_secret } => match self.lines.next().await {
                    Next::Line(line) if is_secret && read(&line, self.who.role).is_ok() => {
                        // The answer was left out, and a command must not become a password.
                        let why = format!(
                            "ERROR: {:?} needs an answer, and the next line is a command\n",
                            prompt.trim()
                        );
                        let _ = self.show(&why).await;
                        return not_zero(running.end().await);
                    }
                    Next::Line(line) => running.answer(SecretString::from(line)).await,
                    Next::End | Next::TooLong => {
                        let why = format!(
                            "ERROR: {:?} needs an answer, and no line is left for it\n",
                            prompt.trim()
                        );
                        let _ = self.show(&why).await;
                        return not_zero(running.end().await);
                    }
                    Next::Break | Next::Gone => return running.end().await,
                },
            }
        }
    }
}

/// A command that had no answer has not succeeded, whatever it makes of the interruption.
fn not_zero(status: u8) -> u8 {
    if status == 0 { INTERRUPTED } else { status }
}

/// Lines without a command.
fn is_skipped(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}
