//! A session at a terminal, where a person sits.

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use convoke_shell::editor::{Editor, Event, Mode};
use convoke_ssh::{Gone, Input, Inputs, Output, Terminal};
use secrecy::SecretString;
use tokio::time::Instant;

use super::{
    IDLE, INTERRUPTED, QUIET, Shell, is_farewell, last_words, quiet_text,
    running::{Running, Step},
    shown::for_client,
};
use crate::console::Who;

const INTERRUPT: u8 = 0x03;

/// How a question of ours ends.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Asked {
    Line(String),
    Interrupt,
    End,
    /// Nothing was typed for [`IDLE`].
    Idle,
    Gone,
}

/// One person's session.
pub(super) struct Interactive<S> {
    shell: Arc<S>,
    who: Who,
    input: Inputs,
    output: Output,
    editor: Editor,
}

impl<S: Shell> Interactive<S> {
    pub(super) fn new(shell: Arc<S>, who: Who, input: Inputs, output: Output, terminal: &Terminal) -> Self {
        let editor = Editor::new(terminal.columns, terminal.rows, terminal.term == "dumb");
        Self { shell, who, input, output, editor }
    }

    /// Runs one line.
    pub(super) async fn run_only(mut self, line: &str) -> u8 {
        let greeting = Running::greet(&self.shell, &self.who, true);
        match self.follow(greeting).await {
            0 if is_farewell(line) || line.trim().is_empty() => 0,
            0 => self.command(line.trim()).await,
            status => status,
        }
    }

    /// Asks for lines and runs them until the person leaves.
    pub(super) async fn converse(mut self) -> u8 {
        let greeting = Running::greet(&self.shell, &self.who, true);
        match self.follow(greeting).await {
            0 => {}
            status => return status,
        }
        loop {
            let prompt = self.shell.prompt();
            match self.ask(&prompt, Mode::Command).await {
                Asked::Line(line) if is_farewell(&line) => return 0,
                Asked::Line(line) if line.trim().is_empty() => {}
                Asked::Line(line) => {
                    self.editor.remember(&line);
                    self.command(line.trim()).await;
                }
                Asked::Interrupt => {}
                Asked::End => return 0,
                Asked::Idle => {
                    let minutes = IDLE.as_secs() / 60;
                    let why = format!("\nNothing was typed for {minutes} minutes; the session ends.\n");
                    last_words(&self.output, &why, true).await;
                    return 0;
                }
                Asked::Gone => return INTERRUPTED,
            }
        }
    }

    /// What the editor wants shown goes as it is. Nobody types before it is read: the time for it is that of a prompt. That the client is
    /// gone is noticed at the next input.
    async fn paint(&self, shown: String) -> Result<(), Asked> {
        match tokio::time::timeout(IDLE, self.output.send(shown)).await {
            Ok(Ok(()) | Err(Gone)) => Ok(()),
            Err(_) => Err(Asked::Idle),
        }
    }

    async fn ask(&mut self, prompt: &str, mode: Mode) -> Asked {
        match self.ask_painting(prompt, mode).await {
            Ok(asked) | Err(asked) => asked,
        }
    }

    async fn ask_painting(&mut self, prompt: &str, mode: Mode) -> Result<Asked, Asked> {
        let shown = self.editor.ask(prompt, mode);
        self.paint(shown).await?;
        let mut typed = Bytes::new();
        loop {
            let fed = self.editor.feed(&typed);
            self.paint(fed.shown).await?;
            typed = Bytes::new();
            match fed.event {
                Some(Event::Line(line)) => return Ok(Asked::Line(line)),
                Some(Event::Interrupt) => return Ok(Asked::Interrupt),
                Some(Event::End) => return Ok(Asked::End),
                Some(Event::Complete) => self.complete().await?,
                Some(Event::Help) => self.help().await?,
                None => match tokio::time::timeout(IDLE, self.input.next()).await {
                    Err(_) => return Ok(Asked::Idle),
                    Ok(None) => return Ok(Asked::Gone),
                    Ok(Some(Input::Bytes(bytes))) => typed = bytes,
                    Ok(Some(Input::Resize { columns, rows })) => {
                        let shown = self.editor.resize(columns, rows);
                        self.paint(shown).await?;
                    }
                    Ok(Some(Input::Break)) => typed = Bytes::from_static(&[INTERRUPT]),
                    Ok(Some(Input::Eof)) => return Ok(Asked::End),
                },
            }
        }
    }

    async fn complete(&mut self) -> Result<(), Asked> {
        let found = self.shell.complete(&self.who, self.editor.before_cursor()).await;
        let shown = self.editor.complete(found.from, &found.candidates);
        self.paint(shown).await
    }

    async fn help(&mut self) -> Result<(), Asked> {
        let lines = self.shell.help_at(&self.who, self.editor.before_cursor()).await;
        let shown = self.editor.show_below(&lines);
        self.paint(shown).await
    }

    async fn command(&mut self, line: &str) -> u8 {
        let running = Running::line(&self.shell, &self.who, true, line);
        self.follow(running).await
    }

    /// Shows what a command says, lets the person answer what it asks, and interrupts it, until it ends.
    async fn follow(&mut self, mut running: Running) -> u8 {
        // What waits for a client that reads slowly: Ctrl-C is heard all the same.
        let mut waiting: VecDeque<Bytes> = VecDeque::new();
        let output = self.output.clone();
        let quiet = tokio::time::sleep(QUIET);
        tokio::pin!(quiet);
        loop {
            quiet.as_mut().reset(Instant::now() + QUIET);
            tokio::select! {
                () = &mut quiet => {
                    let status = running.end().await;
                    last_words(&self.output, &quiet_text(), true).await;
                    return status;
                }
                ready = output.ready(), if !waiting.is_empty() => {
                    let Ok(ready) = ready else { return running.end().await };
                    if let Some(first) = waiting.front_mut() {
                        ready.send_some(first);
                    }
                    if waiting.front().is_some_and(Bytes::is_empty) {
                        waiting.pop_front();
                    }
                }
                step = running.step(), if waiting.is_empty() => match step {
                    Step::Done(status) => return status,
                    Step::Text(text) => waiting.push_back(for_client(&text, true)),
                    Step::Ask { prompt, is_secret } => {
                        let mode = if is_secret { Mode::Secret } else { Mode::Answer };
                        match self.ask(&prompt, mode).await {
                            Asked::Line(line) => running.answer(SecretString::from(line)).await,
                            Asked::Interrupt | Asked::End => running.interrupt(),
                            Asked::Idle | Asked::Gone => return running.end().await,
                        }
                    }
                },
                input = self.input.next() => match input {
                    Some(Input::Bytes(bytes)) if bytes.contains(&INTERRUPT) => {
                        self.interrupt(&mut running, &mut waiting);
                    }
                    Some(Input::Bytes(bytes)) => {
                        let shown = self.editor.feed(&bytes).shown;
                        if !shown.is_empty() {
                            waiting.push_back(Bytes::from(shown));
                        }
                    }
                    Some(Input::Break) => self.interrupt(&mut running, &mut waiting),
                    Some(Input::Resize { columns, rows }) => drop(self.editor.resize(columns, rows)),
                    // A person's end of input is the next prompt's.
                    Some(Input::Eof) => drop(self.editor.feed(&[0x04])),
                    None => return running.end().await,
                },
            }
        }
    }

    fn interrupt(&mut self, running: &mut Running, waiting: &mut VecDeque<Bytes>) {
        waiting.clear();
        waiting.push_back(Bytes::from_static(b"^C\r\n"));
        self.editor.drop_typed_ahead();
        running.interrupt();
    }
}
