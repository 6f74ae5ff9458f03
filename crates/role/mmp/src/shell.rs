//! One line of the shell: read, permitted or not, written into the audit log, done, and its end told.

use convoke_model::AccountRole;
use convoke_runtime::log::AUDIT;
use convoke_shell::{
    complete::{self, Completion, Named, Names},
    grammar::{Misread, read},
    help, words,
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
            audit(&console.who, line, if denied { "permission denied" } else { "not understood" });
            for line in fault.lines() {
                console.line(line).await;
            }
            return if denied { NOT_PERMITTED } else { NOT_UNDERSTOOD };
        }
        Ok(reading) => reading,
    };
    audit(&console.who, line, "permission granted");
    let (status, outcome) = match commands::run(mmp, console, reading.command).await {
        Ok(()) => (DONE, "done"),
        Err(Failed::Interrupted) => (INTERRUPTED, "interrupted"),
        Err(Failed::Lines(lines)) => {
            for line in lines {
                console.line(line).await;
            }
            (FAILED, "failed")
        }
    };
    if status != DONE {
        audit(&console.who, line, outcome);
    }
    status
}

/// The modelled system's line; no command has a secret as an argument.
fn audit(who: &Who, line: &str, outcome: &str) {
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
            Named::Backup => {
                let names = self.mmp.files.names().into_iter();
                names.filter_map(|name| name.strip_suffix(SUFFIX).map(str::to_owned)).collect()
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
