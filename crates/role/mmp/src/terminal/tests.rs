//! Sessions from their first byte to their status, with a shell that is made for it.

use std::{future::pending, sync::Arc, time::Duration};

use bytes::Bytes;
use convoke_model::AccountRole;
use convoke_shell::{complete::Completion, editor::MAX_TYPED_AHEAD};
use convoke_ssh::{Ends, Input, Kind, Terminal, limits::OUTPUT_QUEUE, session};
use secrecy::ExposeSecret as _;
use tokio::{task::JoinHandle, time::Instant};

use super::{ENDED, IDLE, INTERRUPT_GRACE, INTERRUPTED, QUIET, Shell, drive};
use crate::console::{Console, Who};

/// What its commands do stands in [`TestShell::run`].
struct TestShell {
    greeting: u8,
}

impl Shell for TestShell {
    fn prompt(&self) -> String {
        "cms1> ".to_owned()
    }

    async fn greet(&self, console: Console) -> u8 {
        if self.greeting != 0 {
            console.line("not now").await;
        }
        self.greeting
    }

    async fn complete(&self, _: &Who, before_cursor: &str) -> Completion {
        let candidates = if "echo".starts_with(before_cursor) { vec!["echo".to_owned()] } else { Vec::new() };
        Completion { from: 0, candidates }
    }

    async fn help_at(&self, _: &Who, before_cursor: &str) -> Vec<String> {
        vec![format!("help for [{before_cursor}]")]
    }

    async fn run(&self, line: String, mut console: Console) -> u8 {
        let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
        match word {
            "echo" => {
                console.line(rest).await;
                0
            }
            "fail" => {
                console.line("FAILURE: on purpose").await;
                1
            }
            "ask" => {
                let Ok(name) = console.ask("Name: ").await else { return 130 };
                let Ok(secret) = console.ask_secret("Secret: ").await else { return 130 };
                console
                    .line(format!("{name} has {} characters", secret.expose_secret().chars().count()))
                    .await;
                0
            }
            "follow" => {
                console.line("following").await;
                console.interrupted().await;
                console.line("no longer").await;
                130
            }
            "flood" => loop {
                tokio::select! {
                    () = console.interrupted() => return 130,
                    () = tokio::task::yield_now() => {}
                }
                console.line("and more and more").await;
            },
            "deaf" => {
                console.line("deaf").await;
                pending().await
            }
            "panic" => panic!("on purpose"),
            _ => 2,
        }
    }
}

struct Client {
    ends: Ends,
    driven: JoinHandle<()>,
    shown: String,
}

fn client_of(kind: Kind, greeting: u8, ended: impl Future<Output = String> + Send + 'static) -> Client {
    let who =
        Who { name: "admin".to_owned(), role: AccountRole::Admin, from: "console".to_owned(), sign_in: None };
    let (session, ends) = session(who, None, kind);
    let driven = tokio::spawn(drive(session, Arc::new(TestShell { greeting }), ended));
    Client { ends, driven, shown: String::new() }
}

fn at_terminal() -> Client {
    let terminal = Some(Terminal { columns: 80, rows: 24, term: "dumb".to_owned() });
    client_of(Kind::Shell { terminal }, 0, pending())
}

impl Client {
    fn types(&mut self, text: &str) {
        self.ends.input.send(Input::Bytes(Bytes::copy_from_slice(text.as_bytes()))).unwrap();
    }

    /// Reads until `text` was shown since the last call; answers what came before it.
    async fn sees(&mut self, text: &str) -> String {
        loop {
            if let Some(at) = self.shown.find(text) {
                let before = self.shown[..at].to_owned();
                self.shown.drain(..at + text.len());
                return before;
            }
            let Some(bytes) = self.ends.output.recv().await else {
                panic!("it ended before {text:?}: {:?}", self.shown)
            };
            self.shown.push_str(std::str::from_utf8(&bytes).unwrap());
        }
    }

    /// Reads to the end: what was shown, and the status.
    async fn ends(mut self) -> (String, u8) {
        while let Some(bytes) = self.ends.output.recv().await {
            self.shown.push_str(std::str::from_utf8(&bytes).unwrap());
        }
        self.driven.await.unwrap();
        (self.shown, self.ends.exit.await.unwrap())
    }
}

/// Runs a script whole.
async fn script(text: &str) -> (String, u8) {
    let mut client = client_of(Kind::Shell { terminal: None }, 0, pending());
    client.types(text);
    client.ends.input.send(Input::Eof).unwrap();
    client.ends().await
}

async fn exec(line: &str, input: &str) -> (String, u8) {
    let mut client = client_of(Kind::Exec { line: line.to_owned(), terminal: None }, 0, pending());
    client.types(input);
    client.ends.input.send(Input::Eof).unwrap();
    client.ends().await
}

#[tokio::test]
async fn lines_are_run_one_after_the_other_until_the_person_leaves() {
    for farewell in ["exit\r", "quit\r", "logout\r", "\x04"] {
        let mut client = at_terminal();
        client.types("echo one\r\r");
        client.sees("cms1> ").await;
        client.sees("\r\none\r\n").await;
        client.types("fail\r");
        client.sees("FAILURE: on purpose\r\n").await;
        client.types(farewell);
        assert_eq!(client.ends().await.1, 0, "{farewell:?}");
    }
}

#[tokio::test]
async fn tab_completes_help_helps_and_the_arrows_remember() {
    let mut client = at_terminal();
    client.types("ec\t");
    client.sees("cms1> ").await;
    client.sees("ec\x1b[Jho ").await;
    client.types("x?");
    client.sees("help for [echo x]\r\n").await;
    client.sees("cms1> echo x").await;
    client.types("\r");
    client.sees("\r\nx\r\n").await;
    client.types("\x1b[A\r");
    client.sees("echo x").await;
    client.sees("\r\nx\r\n").await;
    client.types("half\x03");
    client.sees("half^C\r\n").await;
    client.types("exit\r");
    assert_eq!(client.ends().await.1, 0);
}

#[tokio::test]
async fn questions_are_answered_and_secrets_stay_unseen() {
    let mut client = at_terminal();
    client.types("ask\r");
    client.sees("Name: ").await;
    client.types("bob\r");
    client.sees("Secret: ").await;
    client.types("s3cr?t\r");
    let before = client.sees("bob has 6 characters\r\n").await;
    assert!(!before.contains('s'), "{before:?}");
    // Given up at a question.
    client.types("ask\r");
    client.sees("Name: ").await;
    client.types("\x03");
    client.sees("^C\r\n").await;
    client.sees("cms1> ").await;
    client.types("exit\r");
    assert_eq!(client.ends().await.1, 0);
}

#[tokio::test]
async fn ctrl_c_interrupts_a_command_and_drops_what_was_typed_ahead() {
    let mut client = at_terminal();
    client.types("follow\r");
    client.sees("following\r\n").await;
    client.types("echo never\r\x03");
    client.sees("^C\r\n").await;
    client.sees("no longer\r\n").await;
    client.types("follow\r");
    client.sees("following\r\n").await;
    client.ends.input.send(Input::Break).unwrap();
    client.sees("no longer\r\n").await;
    client.types("follow\recho later\r");
    client.sees("following\r\n").await;
    drop(client.ends.input);
    let (shown, status) = (client.shown, client.ends.exit.await);
    assert!(!shown.contains("never"));
    assert_eq!(status, Ok(INTERRUPTED), "the client is gone");
}

#[tokio::test]
async fn too_much_typed_ahead_is_told_and_none_of_it_is_run() {
    let mut client = at_terminal();
    client.types("follow\r");
    client.sees("following\r\n").await;
    client.types(&"echo never\r".repeat(MAX_TYPED_AHEAD / 10));
    client.sees("More than 64 KiB was typed ahead; all of it was dropped.\r\n").await;
    client.types("echo nor");
    client.ends.input.send(Input::Break).unwrap();
    client.sees("no longer\r\n").await;
    client.types("echo but this\r");
    let before = client.sees("\r\nbut this\r\n").await;
    assert!(!before.contains("never") && !before.contains("nor\r"), "{before:?}");
}

#[tokio::test]
async fn ctrl_c_is_heard_while_more_is_said_than_is_read() {
    let mut client = at_terminal();
    client.types("flood\r");
    client.sees("and more").await;
    while client.ends.output.len() < OUTPUT_QUEUE {
        tokio::task::yield_now().await;
    }
    client.types("\x03");
    client.sees("^C\r\n").await;
    client.sees("cms1> ").await;
}

#[tokio::test(start_paused = true)]
async fn a_command_that_does_not_react_is_dropped_after_its_time() {
    let mut client = at_terminal();
    client.types("deaf\r");
    client.sees("deaf\r\n").await;
    let began = Instant::now();
    client.types("\x03");
    client.sees("was dropped.\r\n").await;
    assert_eq!(began.elapsed().as_secs(), INTERRUPT_GRACE.as_secs());
    client.types("echo still here\r");
    client.sees("\r\nstill here\r\n").await;
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_when_nobody_types() {
    let mut client = at_terminal();
    client.sees("cms1> ").await;
    let began = Instant::now();
    let (shown, status) = client.ends().await;
    assert!(shown.ends_with("\r\nNothing was typed for 10 minutes; the session ends.\r\n"), "{shown:?}");
    assert_eq!((status, began.elapsed().as_secs()), (0, IDLE.as_secs()));
}

#[tokio::test(start_paused = true)]
async fn a_command_without_a_word_from_either_side_is_ended_after_its_time_and_not_before() {
    let mut client = at_terminal();
    client.types("follow\r");
    client.sees("following\r\n").await;
    tokio::time::sleep(QUIET - Duration::from_secs(1)).await;
    client.types("x");
    let began = Instant::now();
    client.sees("Nothing was shown or typed for 12 hours; the command is ended.\r\n").await;
    assert_eq!(began.elapsed().as_secs(), QUIET.as_secs());
    client.sees("cms1> ").await;
    let (shown, status) = client.ends().await;
    assert!(shown.contains("Nothing was typed for 10 minutes"), "{shown:?}");
    assert_eq!((status, began.elapsed().as_secs()), (0, (QUIET + IDLE).as_secs()));
    let text = "following\nNothing was shown or typed for 12 hours; the command is ended.\n";
    let (shown, status) = exec("follow", "").await;
    assert_eq!((shown.as_str(), status), (text, 130));
}

#[tokio::test(start_paused = true)]
async fn a_command_whose_words_nobody_reads_is_ended_after_its_time_and_the_session_after_its_own() {
    let mut client = at_terminal();
    client.types("flood\r");
    tokio::time::sleep(QUIET + INTERRUPT_GRACE / 2).await;
    client.sees("Nothing was shown or typed for 12 hours; the command is ended.\r\n").await;
    client.sees("cms1> ").await;
    let began = Instant::now();
    client.types("flood\r");
    // Of a client that is there and reads nothing: the last words, the prompt, the last words again.
    assert_eq!(client.ends.exit.await, Ok(0));
    let most = QUIET + INTERRUPT_GRACE + IDLE + INTERRUPT_GRACE;
    assert_eq!(began.elapsed().as_secs(), most.as_secs());
}

#[tokio::test(start_paused = true)]
async fn a_script_whose_words_nobody_reads_is_ended_after_its_time() {
    let began = Instant::now();
    let flood = client_of(Kind::Exec { line: "flood".to_owned(), terminal: None }, 0, pending());
    assert_eq!(flood.ends.exit.await, Ok(INTERRUPTED));
    assert_eq!(began.elapsed().as_secs(), (QUIET + INTERRUPT_GRACE).as_secs());
    // Where it stops is the piece that the client has no room for.
    let began = Instant::now();
    let mut full = client_of(Kind::Shell { terminal: None }, 0, pending());
    full.types(&("echo x\n".repeat(OUTPUT_QUEUE - 1) + "fail\n"));
    assert_eq!(full.ends.exit.await, Ok(1));
    assert_eq!((full.ends.output.len(), began.elapsed().as_secs()), (OUTPUT_QUEUE, QUIET.as_secs()));
}

#[tokio::test]
async fn a_panic_of_a_command_is_one_failure() {
    let mut client = at_terminal();
    client.types("panic\r");
    client.types("echo still here\r");
    client.sees("\r\nstill here\r\n").await;
    assert_eq!(exec("panic", "").await, (String::new(), 1));
}

#[tokio::test]
async fn a_script_has_no_prompt_and_no_echo_and_stops_at_the_first_line_that_fails() {
    assert_eq!(
        script("# a comment\r\necho one\r\n\r\n  echo two\nexit\necho three\n").await,
        ("one\ntwo\n".to_owned(), 0)
    );
    assert_eq!(script("echo no end").await, ("no end\n".to_owned(), 0));
    let (shown, status) = script("echo one\n# why\nfail\necho two\n").await;
    assert_eq!((shown.as_str(), status), ("one\nFAILURE: on purpose\nThe script stops at line 3.\n", 1));
    assert_eq!(script("what\n").await, ("The script stops at line 1.\n".to_owned(), 2));
    let long = format!("echo {}\n", "x".repeat(5000));
    assert_eq!(
        script(&long).await,
        ("ERROR: the line is too long\nThe script stops at line 1.\n".to_owned(), 2)
    );
    assert_eq!(script("").await, (String::new(), 0));
}

#[tokio::test]
async fn a_script_answers_questions_by_its_next_lines() {
    assert_eq!(script("ask\nbob\n한글\necho x\n").await, ("bob has 2 characters\nx\n".to_owned(), 0));
    let (shown, status) = script("ask\nbob").await;
    assert_eq!(
        shown,
        "ERROR: \"Secret:\" needs an answer, and no line is left for it\nThe script stops at line 1.\n"
    );
    assert_eq!(status, 130);
}

#[tokio::test]
async fn one_line_has_its_status_and_its_answers_from_the_input() {
    assert_eq!(exec(" echo 한글 ", "").await, ("한글\n".to_owned(), 0));
    assert_eq!(exec("fail", "").await, ("FAILURE: on purpose\n".to_owned(), 1));
    assert_eq!(exec("ask", "bob\nsecret\n").await, ("bob has 6 characters\n".to_owned(), 0));
    let forgotten = exec("ask", "bob\nscheduler status\n").await;
    assert_eq!(
        forgotten,
        ("ERROR: \"Secret:\" needs an answer, and the next line is a command\n".to_owned(), 130)
    );
    assert_eq!(exec("echo a\nfail\necho b", "").await, ("a\nFAILURE: on purpose\n".to_owned(), 1));
    assert_eq!(exec("", "").await, (String::new(), 0));
}

#[tokio::test]
async fn the_end_of_a_scripts_input_interrupts_nothing_and_its_end_does() {
    let mut client = client_of(Kind::Exec { line: "follow".to_owned(), terminal: None }, 0, pending());
    client.ends.input.send(Input::Eof).unwrap();
    client.sees("following\n").await;
    client.ends.input.send(Input::Break).unwrap();
    assert_eq!(client.ends().await, ("no longer\n".to_owned(), 130));
}

#[tokio::test]
async fn a_greeting_that_fails_and_an_eviction_end_the_session() {
    let client = client_of(Kind::Shell { terminal: None }, 3, pending());
    assert_eq!(client.ends().await, ("not now\n".to_owned(), 3));
    let (evict, evicted) = tokio::sync::oneshot::channel::<String>();
    let terminal = Some(Terminal { columns: 80, rows: 24, term: "dumb".to_owned() });
    let mut client = client_of(Kind::Shell { terminal }, 0, async { evicted.await.unwrap() });
    client.types("deaf\r");
    client.sees("deaf\r\n").await;
    evict.send("This session was ended by root.".to_owned()).unwrap();
    let (shown, status) = client.ends().await;
    assert!(shown.ends_with("\r\nThis session was ended by root.\r\n"), "{shown:?}");
    assert_eq!(status, ENDED);
}
