//! `scheduler`: its forms are the seed's, to the letter. What the seed has no form for stands in the word `mail`.

use super::Command;
use crate::grammar::{Args, Word, form};

/// Longest time that something is logged in detail for, in seconds: a day.
pub const MAX_TIMED_LOGGING_SECONDS: u64 = 86_400;

/// A pair of files: a key and the full chain of its certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certs {
    /// The key's file.
    pub key: String,
    /// The file of the certificate and those above it.
    pub chain: String,
}

/// What can be logged in detail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// The links to web bridges.
    WebBridge,
    /// The API.
    Api,
    /// Mails.
    Email,
}

/// What is to be done with the scheduler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scheduler {
    /// Show the configuration.
    Show,
    /// Its own API listens here, or nowhere.
    HttpsListen(Option<(String, u16)>),
    /// What that listener shows, or nothing.
    HttpsCerts(Option<Certs>),
    /// Who it is towards web bridges, or nobody.
    C2wCerts(Option<Certs>),
    /// Whom it trusts as web bridges.
    C2wTrust(Option<String>),
    /// The mail server.
    EmailServer(Option<(String, u16)>),
    /// The name at the mail server; the password is asked for.
    EmailUsername(String),
    /// No name and no password.
    EmailRemoveUsername,
    /// TLS from the first byte (`smtps`), or not (`smtp`).
    EmailProtocol {
        /// `smtps`.
        smtps: bool,
    },
    /// Whether it signs in at the mail server.
    EmailAuth(bool),
    /// Whether SMTP must change to TLS.
    EmailStarttls(bool),
    /// Whom to trust as the mail server.
    EmailTrust(Option<String>),
    /// Show what is logged in detail.
    TimedLogging,
    /// Log a topic in detail for so many seconds; 0 ends it.
    SetTimedLogging(Topic, u32),
    /// Check and start it.
    Enable,
    /// Stop it.
    Disable,
    /// Stop and start it.
    Restart,
    /// Say how it is.
    Status,
}

/// The word.
pub const SCHEDULER: Word = Word {
    name: "scheduler",
    about: "Configure scheduler",
    forms: &[
        form("scheduler", |_| ok(Scheduler::Show)),
        form("scheduler https listen <interface> <port>", |args| {
            ok(Scheduler::HttpsListen(Some((args.text(0), args.port(1)?))))
        }),
        form("scheduler https listen none", |_| ok(Scheduler::HttpsListen(None))),
        form("scheduler https certs <key-file> <cert-fullchain-file>", |args| {
            ok(Scheduler::HttpsCerts(Some(certs(args))))
        }),
        form("scheduler https certs none", |_| ok(Scheduler::HttpsCerts(None))),
        form("scheduler c2w certs <key-file> <cert-fullchain-file>", |args| {
            ok(Scheduler::C2wCerts(Some(certs(args))))
        }),
        form("scheduler c2w certs none", |_| ok(Scheduler::C2wCerts(None))),
        form("scheduler c2w trust <bundle>", |args| ok(Scheduler::C2wTrust(Some(args.text(0))))),
        form("scheduler c2w trust none", |_| ok(Scheduler::C2wTrust(None))),
        form("scheduler email server <hostname|address> <port>", |args| {
            ok(Scheduler::EmailServer(Some((args.text(0), args.port(1)?))))
        }),
        form("scheduler email server none", |_| ok(Scheduler::EmailServer(None))),
        form("scheduler email username <smtp username>", |args| ok(Scheduler::EmailUsername(args.text(0)))),
        form("scheduler email remove username", |_| ok(Scheduler::EmailRemoveUsername)),
        form("scheduler email protocol <smtp|smtps>", |args| {
            ok(Scheduler::EmailProtocol { smtps: args.text(0) == "smtps" })
        }),
        form("scheduler email auth <enable|disable>", |args| ok(Scheduler::EmailAuth(args.is_enabled(0)))),
        form("scheduler email starttls <enable|disable>", |args| {
            ok(Scheduler::EmailStarttls(args.is_enabled(0)))
        }),
        form("scheduler email trust <bundle>", |args| ok(Scheduler::EmailTrust(Some(args.text(0))))),
        form("scheduler email trust none", |_| ok(Scheduler::EmailTrust(None))),
        form("scheduler timedLogging", |_| ok(Scheduler::TimedLogging)),
        form("scheduler timedLogging (webBridge|api|email) <time>", |args| {
            let seconds = args.number(1, 0, MAX_TIMED_LOGGING_SECONDS)?;
            let topic = match args.text(0).as_str() {
                "webBridge" => Topic::WebBridge,
                "api" => Topic::Api,
                _ => Topic::Email,
            };
            ok(Scheduler::SetTimedLogging(topic, u32::try_from(seconds).unwrap_or_default()))
        }),
        form("scheduler enable", |_| ok(Scheduler::Enable)),
        form("scheduler disable", |_| ok(Scheduler::Disable)),
        form("scheduler restart", |_| ok(Scheduler::Restart)),
        form("scheduler status", |_| ok(Scheduler::Status)),
    ],
    notes: "A change takes effect at `scheduler enable` or `scheduler restart`. The time of timedLogging is in seconds, 0 to 86400; 0 ends it. \
            `scheduler email username` asks for the password. Senders, and how answers come in, are set by `mail`.",
};

fn ok(scheduler: Scheduler) -> Result<Command, String> {
    Ok(Command::Scheduler(scheduler))
}

fn certs(args: &Args<'_>) -> Certs {
    Certs { key: args.text(0), chain: args.text(1) }
}
