//! The programs that answer for the other side.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a peer says about one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Local starts, with their instants where it tells them.
    Starts(Vec<(String, Option<i64>)>),
    /// It does not take the rule.
    Refused(String),
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn here(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle").join(file)
}

/// python-dateutil's answers, in the order of the cases.
pub fn dateutil(cases: &str) -> Vec<Answer> {
    let python = workspace().join("target/oracle-venv/bin/python");
    assert!(python.exists(), "no {}; make it by: sh make/need.sh oracles", python.display());
    ask(Command::new(python).arg(here("dateutil_expand.py")), cases)
}

/// libical's answers, in the order of the cases.
pub fn libical(cases: &str) -> Vec<Answer> {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libical_expand");
    let built = Command::new("cc")
        .arg("-O2")
        .arg("-o")
        .arg(&program)
        .arg(here("libical_expand.c"))
        .arg("-lical")
        .output()
        .expect("no C compiler; install it by: sh make/need.sh compiler oracles");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    ask(&mut Command::new(program), cases)
}

fn ask(program: &mut Command, cases: &str) -> Vec<Answer> {
    let mut child = program.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || input.write_all(cases.as_bytes()).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{program:?} ended with {}", output.status);
    let text = String::from_utf8(output.stdout).unwrap();
    let answers: Vec<Answer> = text.lines().enumerate().map(|(number, line)| answer(number, line)).collect();
    assert_eq!(answers.len(), cases.lines().count(), "{program:?} did not answer all");
    answers
}

fn answer(number: usize, line: &str) -> Answer {
    let (said, rest) = line.split_once(' ').unwrap_or((line, ""));
    assert_eq!(said, number.to_string());
    match rest.strip_prefix('!') {
        Some(why) => Answer::Refused(why.to_owned()),
        None => Answer::Starts(
            rest.split_whitespace()
                .map(|one| match one.split_once('=') {
                    Some((local, instant)) => (local.to_owned(), Some(instant.parse().unwrap())),
                    None => (one.to_owned(), None),
                })
                .collect(),
        ),
    }
}
