//! A session without a terminal: a script, or one line. No prompt and no echo; it stops at the first line that fails.

use std::sync::Arc;

use bytes::Bytes;
use convoke_shell::grammar::read;
use convoke_ssh::{Inputs, Output};
use secrecy::SecretString;
use tokio::time::{Instant, timeout};

use super::{
    INTERRUPTED, NOT_UNDERSTOOD, QUIET, Shell, is_farewell, last_words,
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
                    self.show("ERROR: the line is too long\n").await;
                    NOT_UNDERSTOOD
                }
                Next::End => return 0,
                Next::Break | Next::Gone => return INTERRUPTED,
            };
            if status != 0 {
                self.show(&format!("The script stops at line {number}.\n")).await;
                return status;
            }
        }
    }

    /// Says what the script ends with. Whoever pages through what came before has as long for it as for a command's words.
    async fn show(&self, text: &str) {
        drop(timeout(QUIET, self.output.send(for_client(text, false))).await);
    }

    async fn command(&mut self, line: &str) -> u8 {
        let running = Running::line(&self.shell, &self.who, false, line);
        self.follow(running).await
    }

    /// Shows what a command says, answers what it asks from the lines that follow, until it ends.
    async fn follow(&mut self, mut running: Running) -> u8 {
        let mut is_interrupted = false;
        // What waits for a client that reads slowly: an interruption is heard all the same.
        let mut waiting = Bytes::new();
        let output = self.output.clone();
        let quiet = tokio::time::sleep(QUIET);
        tokio::pin!(quiet);
        loop {
            quiet.as_mut().reset(Instant::now() + QUIET);
            tokio::select! {
                () = &mut quiet => {
                    let status = not_zero(running.end().await);
                    last_words(&self.output, &quiet_text(), false).await;
                    return status;
                }
                ready = output.ready(), if !waiting.is_empty() => match ready {
                    Ok(ready) => ready.send_some(&mut waiting),
                    Err(_) => return running.end().await,
                },
                () = self.lines.interrupted(), if !is_interrupted => {
                    running.interrupt();
                    is_interrupted = true;
                }
                step = running.step(), if waiting.is_empty() => match step {
                    Step::Done(status) => return status,
                    Step::Text(text) => waiting = for_client(&text, false),
                    Step::Ask { prompt, is_secret } => match self.answer(is_secret).await {
                        Ok(line) => running.answer(line).await,
                        Err(Unanswered::Gone) => return running.end().await,
                        Err(Unanswered::Why(why)) => {
                            let status = not_zero(running.end().await);
                            self.show(&format!("ERROR: {:?} needs an answer, and {why}\n", prompt.trim())).await;
                            return status;
                        }
                    },
                },
            }
        }
    }

    /// The answer to a question: the next line.
    async fn answer(&mut self, is_secret: bool) -> Result<SecretString, Unanswered> {
        match self.lines.next().await {
            // The answer was left out, and a command must not become a password.
            Next::Line(line) if is_secret && read(&line, self.who.role).is_ok() => {
                Err(Unanswered::Why("the next line is a command"))
            }
            Next::Line(line) => Ok(SecretString::from(line)),
            Next::End | Next::TooLong => Err(Unanswered::Why("no line is left for it")),
            Next::Break | Next::Gone => Err(Unanswered::Gone),
        }
    }
}

/// Why a question has no answer.
enum Unanswered {
    Why(&'static str),
    Gone,
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
