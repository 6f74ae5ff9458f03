//! `webbridge3`: the edge that browsers meet.

use super::{Command, scheduler::Certs};
use crate::grammar::{Args, Word, form, not_here};

/// The port of plain HTTP that redirects, where none is said.
const REDIRECT_PORT: u16 = 80;

/// What is to be done with the web bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebBridge3 {
    /// Show the configuration.
    Show,
    /// Browsers are met here (`a:443`), or nowhere.
    HttpsListen(Vec<String>),
    /// What browsers are shown.
    HttpsCerts(Option<Certs>),
    /// Who may show the web app within a frame.
    FrameAncestors(Option<String>),
    /// Plain HTTP on this port that redirects, or none.
    HttpRedirect(Option<u16>),
    /// Call bridges and schedulers dial in here, or nowhere.
    C2wListen(Vec<String>),
    /// Who it is towards them.
    C2wCerts(Option<Certs>),
    /// Whom it trusts.
    C2wTrust(Option<String>),
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
pub const WEBBRIDGE3: Word = Word {
    name: "webbridge3",
    about: "Configure Web Bridge 3",
    forms: &[
        form("webbridge3", |_| ok(WebBridge3::Show)),
        form("webbridge3 https listen <interface:port>...", |args| ok(WebBridge3::HttpsListen(args.all(0)))),
        form("webbridge3 https listen none", |_| ok(WebBridge3::HttpsListen(Vec::new()))),
        form("webbridge3 https certs <key-file> <cert-fullchain-file>", |args| {
            ok(WebBridge3::HttpsCerts(Some(certs(args))))
        }),
        form("webbridge3 https certs none", |_| ok(WebBridge3::HttpsCerts(None))),
        form("webbridge3 https frame-ancestors <sources>", |args| {
            ok(WebBridge3::FrameAncestors(Some(args.rest()).filter(|sources| sources != "none")))
        }),
        form("webbridge3 http-redirect enable [<port>]", |args| {
            let port = args.optional(0).map(|_| args.port(0)).transpose()?;
            ok(WebBridge3::HttpRedirect(Some(port.unwrap_or(REDIRECT_PORT))))
        }),
        form("webbridge3 http-redirect disable", |_| ok(WebBridge3::HttpRedirect(None))),
        form("webbridge3 c2w listen <interface:port>...", |args| ok(WebBridge3::C2wListen(args.all(0)))),
        form("webbridge3 c2w listen none", |_| ok(WebBridge3::C2wListen(Vec::new()))),
        form("webbridge3 c2w certs <key-file> <cert-fullchain-file>", |args| {
            ok(WebBridge3::C2wCerts(Some(certs(args))))
        }),
        form("webbridge3 c2w certs none", |_| ok(WebBridge3::C2wCerts(None))),
        form("webbridge3 c2w trust <bundle>", |args| ok(WebBridge3::C2wTrust(Some(args.text(0))))),
        form("webbridge3 c2w trust none", |_| ok(WebBridge3::C2wTrust(None))),
        form("webbridge3 enable", |_| ok(WebBridge3::Enable)),
        form("webbridge3 disable", |_| ok(WebBridge3::Disable)),
        form("webbridge3 restart", |_| ok(WebBridge3::Restart)),
        not_here("webbridge3 meetingapps <anything>...", "Convoke has no such service"),
        form("webbridge3 status", |_| ok(WebBridge3::Status)),
    ],
    notes: "The sources of frame-ancestors are taken as they are typed, up to the end of the line; `none` clears them. The redirect listens on \
            the interface of the first HTTPS listener, on port 80 unless another is said.",
};

fn ok(bridge: WebBridge3) -> Result<Command, String> {
    Ok(Command::WebBridge3(bridge))
}

fn certs(args: &Args<'_>) -> Certs {
    Certs { key: args.text(0), chain: args.text(1) }
}
