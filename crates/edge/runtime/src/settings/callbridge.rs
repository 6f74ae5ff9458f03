//! `[callbridge]`: the Call Bridge's listeners, certificates and trust.

use convoke_trust::{Bundle, Identity};

use super::{Interfaces, interfaces::Listener, reader::Section};

/// The Call Bridge.
#[derive(Debug, Clone)]
pub struct CallBridge {
    /// Whether `convoke node` runs it.
    pub enabled: bool,
    /// HTTPS for administrators and their programs (the Web Admin port of the model).
    pub https: Https,
    /// Plain HTTP for the co-located scheduler, health and metrics; loopback only.
    pub loopback: Listener,
    /// Who this call bridge is towards web bridges.
    pub c2w_identity: Identity,
    /// Whom it trusts as web bridges.
    pub c2w_trust: Bundle,
    /// Life of a web-app token, in hours.
    pub jwt_expiry_hours: u8,
    /// What stands after the `@` in URIs of spaces: the host of the web app unless it is set.
    pub domain: String,
    /// Where people open the web app; links to meetings begin with it.
    pub web_app_url: String,
    /// Whose certificates are believed of servers that people and administrators name: texts of invitations; those that the system believes when
    /// unset.
    pub outgoing_trust: Option<Bundle>,
}

/// An HTTPS listener with its certificate.
#[derive(Debug, Clone)]
pub struct Https {
    /// Where it listens.
    pub listen: Listener,
    /// What it shows.
    pub identity: Identity,
}

impl Https {
    pub(super) fn from(section: &Section<'_>, interfaces: &Interfaces) -> Option<Self> {
        let listen = interfaces.required(section, "listen");
        let identity = section.identity();
        Some(Self { listen: listen?, identity: identity? })
    }
}

/// A plain listener that must stay on this machine.
pub(super) fn loopback(section: &Section<'_>, interfaces: &Interfaces) -> Option<Listener> {
    let listener = interfaces.required(section, "loopback")?;
    if !listener.address.ip().is_loopback() {
        section.fault(
            "loopback",
            format!(
                "{} is not a loopback address, and this listener speaks plain HTTP",
                listener.address.ip()
            ),
            "an interface such as lo (127.0.0.1)",
        );
        return None;
    }
    Some(listener)
}

impl CallBridge {
    pub(super) fn from(
        section: &Section<'_>,
        interfaces: &Interfaces,
        web_app_url: &str,
        outgoing_trust: &Option<Bundle>,
    ) -> Option<Self> {
        let enabled = section.flag("enabled", true);
        let https = Https::from(&section.section("https"), interfaces);
        let loopback = loopback(section, interfaces);
        let c2w = section.section("c2w");
        let c2w_identity = c2w.identity();
        let c2w_trust = c2w.bundle("trust_file");
        let hours = section.number("jwt_expiry_hours", 1..=24, 24);
        let domain = section.text("domain").unwrap_or_else(|| host_of(web_app_url).to_owned());
        Some(Self {
            enabled,
            https: https?,
            loopback: loopback?,
            c2w_identity: c2w_identity?,
            c2w_trust: c2w_trust?,
            jwt_expiry_hours: u8::try_from(hours).unwrap_or(24),
            domain,
            web_app_url: web_app_url.to_owned(),
            outgoing_trust: outgoing_trust.clone(),
        })
    }
}

/// The host of `https://host:port`.
fn host_of(url: &str) -> &str {
    let host = url.trim_start_matches("https://");
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(host, _)| host)
}
