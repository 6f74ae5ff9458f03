//! `callbridge`: users, spaces, templates and calls; its API listens where `webadmin` says.

use super::Command;
use crate::grammar::{Args, Word, form, not_here};

/// A key, a certificate, and the certificates above it if they stand in a file of their own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundledCerts {
    /// The key's file.
    pub key: String,
    /// The certificate's file.
    pub certificate: String,
    /// The file of those above it.
    pub bundle: Option<String>,
}

impl BundledCerts {
    pub(super) fn from(args: &Args<'_>) -> Self {
        Self { key: args.text(0), certificate: args.text(1), bundle: args.optional(2) }
    }
}

/// What is to be done with the call bridge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CallBridge {
    /// Show the configuration.
    Show,
    /// The interfaces for calls.
    Listen(Vec<String>),
    /// Who it is towards web bridges.
    Certs(Option<BundledCerts>),
    /// Whom it trusts as web bridges.
    TrustC2w(Option<String>),
    /// Whom it trusts as servers of invitations' texts and receivers of webhooks.
    TrustBranding(Option<String>),
    /// How many hours a sign-in of the web app lives.
    JwtExpiry(u8),
    /// Where people open the web app.
    WebApp(Option<String>),
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
pub const CALLBRIDGE: Word = Word {
    name: "callbridge",
    about: "Configure Call Bridge",
    forms: &[
        form("callbridge", |_| ok(CallBridge::Show)),
        form("callbridge listen <interface>...", |args| ok(CallBridge::Listen(args.all(0)))),
        form("callbridge listen none", |_| ok(CallBridge::Listen(Vec::new()))),
        form("callbridge certs <key-file> <crt-file> [<crt-bundle>]", |args| {
            ok(CallBridge::Certs(Some(BundledCerts::from(args))))
        }),
        form("callbridge certs none", |_| ok(CallBridge::Certs(None))),
        form("callbridge trust c2w <bundle>", |args| ok(CallBridge::TrustC2w(Some(args.text(0))))),
        form("callbridge trust c2w none", |_| ok(CallBridge::TrustC2w(None))),
        form("callbridge trust branding <bundle>", |args| ok(CallBridge::TrustBranding(Some(args.text(0))))),
        form("callbridge trust branding none", |_| ok(CallBridge::TrustBranding(None))),
        form("callbridge wc3jwt expiry <hours>", |args| {
            let hours = args.number(0, 1, 24)?;
            ok(CallBridge::JwtExpiry(u8::try_from(hours).unwrap_or(24)))
        }),
        form("callbridge webapp <url>", |args| ok(CallBridge::WebApp(Some(args.text(0))))),
        form("callbridge webapp none", |_| ok(CallBridge::WebApp(None))),
        form("callbridge enable", |_| ok(CallBridge::Enable)),
        form("callbridge disable", |_| ok(CallBridge::Disable)),
        form("callbridge restart", |_| ok(CallBridge::Restart)),
        form("callbridge status", |_| ok(CallBridge::Status)),
        not_here("callbridge (ucm|imps) <anything>...", "presence and Unified CM are none of Convoke's"),
        not_here("callbridge av1 <anything>...", "browsers choose the codec; there is no switch"),
    ],
    notes: "`callbridge webapp` sets where people open the web app; links in invitations begin with it. `callbridge restart` starts a call bridge \
            that is not enabled yet.",
};

fn ok(bridge: CallBridge) -> Result<Command, String> {
    Ok(Command::CallBridge(bridge))
}
