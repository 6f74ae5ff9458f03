//! One line of the shell: read, permitted or not, written into the audit log, done, and its end told.

use convoke_model::AccountRole;
use convoke_runtime::log::AUDIT;
use convoke_shell::{
    complete::{self, Completion, Named, Names},
    grammar::{Misread, read},
    help,
    scrub::without_userinfo,
    words,
};
use jiff::tz::db;

use crate::{
    backup::SUFFIX,
    commands,
    console::{Console, Who},
    mmp::Mmp,
    outcome::Failed,
};

/// The exit status of a line that was done.
pub const DONE: u8 = 0;
/// It was not done.
pub const FAILED: u8 = 1;
/// It was not understood.
pub const NOT_UNDERSTOOD: u8 = 2;
/// The account's role may not do it.
pub const NOT_PERMITTED: u8 = 3;
/// It was interrupted (128 + SIGINT, as shells have it).
pub const INTERRUPTED: u8 = 130;

/// Does a line, and answers its exit status.
pub async fn execute(mmp: &Mmp, console: &mut Console, line: &str) -> u8 {
    let line = line.trim();
    let reading = match read(line, console.who.role) {
        Err(Misread::Empty) => return DONE,
        Err(fault) => {
            let denied = fault == Misread::NotPermitted;
            // A password that was typed at the wrong moment is no command.
            let first = line.split_whitespace().next().filter(|word| words::find(word).is_some());
            let rest = if first == Some(line) { "" } else { " ..." };
            let understood =
                if denied { line.to_owned() } else { format!("{}{rest}", first.unwrap_or_default()) };
            audit(&console.who, &understood, if denied { "permission denied" } else { "not understood" });
            for line in fault.lines() {
                console.line(line).await;
            }
            return if denied { NOT_PERMITTED } else { NOT_UNDERSTOOD };
        }
        Ok(reading) => reading,
    };
    audit(&console.who, line, "permission granted");
    let mut end = End { who: console.who.clone(), line, outcome: "broken off" };
    match commands::run(mmp, console, reading.command).await {
        Ok(()) => {
            end.outcome = "";
            DONE
        }
        Err(Failed::Interrupted) => {
            end.outcome = "interrupted";
            INTERRUPTED
        }
        Err(Failed::Lines(lines)) => {
            end.outcome = "failed";
            for line in lines {
                console.line(line).await;
            }
            FAILED
        }
    }
}

/// How a command ended, which is noted also when it is broken off; that it was done is what is expected.
struct End<'l> {
    who: Who,
    line: &'l str,
    outcome: &'static str,
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        if !self.outcome.is_empty() {
            audit(&self.who, self.line, self.outcome);
        }
    }
}

/// The modelled system's line; no command has a secret as an argument.
fn audit(who: &Who, line: &str, outcome: &str) {
    let line = without_userinfo(line);
    tracing::info!(target: AUDIT, "User {} from {} issued command < {line}>: {outcome}", who.name, who.from);
}

/// What TAB finds.
pub fn complete_at(mmp: &Mmp, who: &Who, before_cursor: &str) -> Completion {
    complete::complete(before_cursor, who.role, &Known { mmp })
}

/// What `?` shows.
pub fn help_at(role: AccountRole, before_cursor: &str) -> Vec<String> {
    help::at(before_cursor, role)
}

struct Known<'a> {
    mmp: &'a Mmp,
}

impl Names for Known<'_> {
    fn of(&self, kind: Named) -> Vec<String> {
        match kind {
            Named::File => self.mmp.files.names(),
            Named::Backup => self.before(SUFFIX),
            Named::Requests => self.before(".csr"),
            Named::Pairs => {
                let certificates = self.before(".crt");
                self.before(".key").into_iter().filter(|name| certificates.contains(name)).collect()
            }
            Named::Interface => self.interfaces(),
            Named::Listener => self.interfaces().into_iter().map(|name| format!("{name}:")).collect(),
            Named::Account => {
                let book = self.mmp.accounts.book().unwrap_or_default();
                book.accounts.keys().map(ToString::to_string).collect()
            }
            Named::Word => words::ALL.iter().map(|word| word.name.to_owned()).collect(),
            Named::Zone => db().available().map(|name| name.as_str().to_owned()).collect(),
        }
    }
}

impl Known<'_> {
    /// What stands before this ending of files' names.
    fn before(&self, ending: &str) -> Vec<String> {
        let names = self.mmp.files.names().into_iter();
        names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect()
    }

    fn interfaces(&self) -> Vec<String> {
        let view = self.mmp.settings.look();
        let mut names: Vec<String> = view
            .map(|view| view.section("interfaces").into_iter().map(|(name, _)| name).collect())
            .unwrap_or_default();
        if !names.iter().any(|name| name == "lo") {
            names.push("lo".to_owned());
        }
        names
    }
}
