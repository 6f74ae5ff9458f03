//! `syslog`: where logs go, and how they are read as they come.

use super::{Command, log::Filters};
use crate::grammar::{AUDIT, Args, Word, form_for};

/// The port of a syslog server, where none is said (RFC 5426, RFC 6587).
const PORT: u16 = 514;

/// A syslog server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Host name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TCP rather than UDP.
    pub tcp: bool,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Syslog {
    /// Show the configuration.
    Show,
    /// Lines go to this server as well, or to none.
    Server(Option<Server>),
    /// Show lines as they are written, until Ctrl-C.
    Follow(Filters),
}

/// The word.
pub const SYSLOG: Word = Word {
    name: "syslog",
    about: "Configure syslog",
    forms: &[
        form_for(AUDIT, "syslog", |_| ok(Syslog::Show)),
        form_for(AUDIT, "syslog server add <hostname|address> [<port>]", |args| {
            ok(Syslog::Server(Some(server(args)?)))
        }),
        form_for(AUDIT, "syslog server add <hostname|address> <port> (udp|tcp)", |args| {
            ok(Syslog::Server(Some(server(args)?)))
        }),
        form_for(AUDIT, "syslog server del", |_| ok(Syslog::Server(None))),
        form_for(AUDIT, "syslog follow [<filter>...]", |args| {
            ok(Syslog::Follow(Filters::parse(&args.all(0))?))
        }),
    ],
    notes: "A server takes effect at the next start of each service, and for the shell's own lines, what administrators do among them, at `reboot`, which starts all. The filters are those of `log`.",
};

fn ok(syslog: Syslog) -> Result<Command, String> {
    Ok(Command::Syslog(syslog))
}

fn server(args: &Args<'_>) -> Result<Server, String> {
    let port = args.optional(1).map(|_| args.port(1)).transpose()?;
    Ok(Server { host: args.text(0), port: port.unwrap_or(PORT), tcp: args.text(2) == "tcp" })
}
