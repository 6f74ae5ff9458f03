//! `tls`: the oldest TLS that a listener speaks.

use super::Command;
use crate::grammar::{Word, form, not_here};

/// A service with listeners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listening {
    /// The API.
    WebAdmin,
    /// The web app.
    WebBridge3,
    /// The scheduler's API.
    Scheduler,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    /// Show the versions.
    Show,
    /// The oldest version of a service.
    MinVersion {
        /// Whose listeners.
        service: Listening,
        /// TLS 1.3 alone, rather than 1.2 and 1.3.
        only_1_3: bool,
    },
}

/// The word.
pub const TLS: Word = Word {
    name: "tls",
    about: "Configure TLS",
    forms: &[
        form("tls", |_| Ok(Command::Tls(Tls::Show))),
        form("tls (webadmin|webbridge3|scheduler) min-tls-version (1.2|1.3)", |args| {
            let service = match args.text(0).as_str() {
                "webadmin" => Listening::WebAdmin,
                "webbridge3" => Listening::WebBridge3,
                _ => Listening::Scheduler,
            };
            Ok(Command::Tls(Tls::MinVersion { service, only_1_3: args.text(1) == "1.3" }))
        }),
        not_here(
            "tls (webadmin|webbridge3|scheduler) min-tls-version (1.0|1.1)",
            "TLS 1.0 and 1.1 are broken (RFC 8996); 1.2 is the oldest that is spoken",
        ),
        not_here("tls (sip|ldap) <anything>...", "nothing of Convoke listens for SIP or LDAP"),
        not_here("tls min-dtls-version <anything>...", "media are encrypted by DTLS 1.2 or newer always"),
    ],
    notes: "TLS 1.2 and 1.3 are spoken unless set otherwise; older ones are not. C2W speaks the newest that both sides know. A change takes effect when \
            the service starts again.",
};
