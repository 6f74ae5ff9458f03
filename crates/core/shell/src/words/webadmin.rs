//! `webadmin`: where the API listens. It is served by the call bridge's process.

use super::{Command, callbridge::BundledCerts};
use crate::grammar::{Word, form};

/// What is to be done with the API's listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebAdmin {
    /// Show the configuration.
    Show,
    /// It listens here, or nowhere.
    Listen(Option<(String, u16)>),
    /// What it shows.
    Certs(Option<BundledCerts>),
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
pub const WEBADMIN: Word = Word {
    name: "webadmin",
    about: "Configure Web Admin interface",
    forms: &[
        form("webadmin", |_| ok(WebAdmin::Show)),
        form("webadmin listen <interface> <port>", |args| {
            ok(WebAdmin::Listen(Some((args.text(0), args.port(1)?))))
        }),
        form("webadmin listen none", |_| ok(WebAdmin::Listen(None))),
        form("webadmin certs <key-file> <crt-file> [<crt-bundle>]", |args| {
            ok(WebAdmin::Certs(Some(BundledCerts::from(args))))
        }),
        form("webadmin certs none", |_| ok(WebAdmin::Certs(None))),
        form("webadmin enable", |_| ok(WebAdmin::Enable)),
        form("webadmin disable", |_| ok(WebAdmin::Disable)),
        form("webadmin restart", |_| ok(WebAdmin::Restart)),
        form("webadmin status", |_| ok(WebAdmin::Status)),
    ],
    notes: "The API is part of the call bridge: `webadmin enable` starts the call bridge, and starts one that runs again.",
};

fn ok(admin: WebAdmin) -> Result<Command, String> {
    Ok(Command::WebAdmin(admin))
}
