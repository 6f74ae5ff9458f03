//! `help`, `exit`, `version`, `license`, `health`, `uptime`.

use super::Command;
use crate::grammar::{ANY, Word, form_for};

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum General {
    /// Help of a word, or the list of all.
    Help(Option<String>),
    /// End the session.
    Exit,
    /// Which Convoke this is.
    Version,
    /// Which licence is needed.
    License,
    /// How every part is.
    Health,
    /// Since when it runs.
    Uptime,
}

/// `help`.
pub const HELP: Word = Word {
    name: "help",
    about: "Show what a command does",
    forms: &[form_for(ANY, "help [<command>]", |args| ok(General::Help(args.optional(0))))],
    notes: "",
};

/// `exit`.
pub const EXIT: Word = Word {
    name: "exit",
    about: "End the session",
    forms: &[form_for(ANY, "exit", |_| ok(General::Exit))],
    notes: "So do `quit`, `logout` and Ctrl-D.",
};

/// `version`.
pub const VERSION: Word = Word {
    name: "version",
    about: "Show the version",
    forms: &[form_for(ANY, "version", |_| ok(General::Version))],
    notes: "",
};

/// `license`.
pub const LICENSE: Word = Word {
    name: "license",
    about: "Show the licence",
    forms: &[form_for(ANY, "license", |_| ok(General::License))],
    notes: "",
};

/// `health`.
pub const HEALTH: Word = Word {
    name: "health",
    about: "Show how every part is",
    forms: &[form_for(ANY, "health", |_| ok(General::Health))],
    notes: "The exit status is 1 when something is not well.",
};

/// `uptime`.
pub const UPTIME: Word = Word {
    name: "uptime",
    about: "Show since when server and services run",
    forms: &[form_for(ANY, "uptime", |_| ok(General::Uptime))],
    notes: "",
};

fn ok(general: General) -> Result<Command, String> {
    Ok(Command::General(general))
}
