//! `[callbridge]`: the Call Bridge's listeners, certificates and trust.

use convoke_trust::{Bundle, Identity};

use super::{Interfaces, interfaces::Listener, reader::Section};

/// The Call Bridge.
#[derive(Debug, Clone)]
pub struct CallBridge {
    /// Whether `convoke node` runs it.
    pub enabled: bool,
    /// HTTPS for administrators and their programs (the Web Admin port of the model); off when unset.
    pub https: Option<Https>,
    /// Plain HTTP for the co-located scheduler, health and metrics; loopback only.
    pub loopback: Listener,
    /// Who this call bridge is towards web bridges, and whom it trusts as those; it dials none when unset.
    pub c2w: Option<(Identity, Bundle)>,
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
    /// Whether TLS 1.3 alone is spoken.
    pub only_tls_1_3: bool,
}

impl Https {
    /// The keys without which there is no listener.
    pub(super) const NEEDED: [&'static str; 3] = ["listen", "key_file", "cert_file"];

    pub(super) fn from(section: &Section<'_>, interfaces: &Interfaces) -> Option<Self> {
        let listen = interfaces.required(section, "listen");
        let identity = section.identity();
        let only_tls_1_3 = only_tls_1_3(section);
        Some(Self { listen: listen?, identity: identity?, only_tls_1_3: only_tls_1_3? })
    }
}

/// `min_tls` of a section of a listener.
pub(super) fn only_tls_1_3(section: &Section<'_>) -> Option<bool> {
    section.choice("min_tls", &[("1.2", false), ("1.3", true)], false)
}

/// The port of the plain listener, where none is set.
const LOOPBACK_PORT: u16 = 8081;

/// The call bridge's plain listener, for a scheduler that reads nothing else of its section.
pub(super) fn loopback_of(root: &Section<'_>, interfaces: &Interfaces) -> Option<Listener> {
    let table = root.optional_unseen("callbridge")?;
    match table.get("loopback").and_then(toml::Value::as_str) {
        Some(text) => interfaces.resolve(text).ok(),
        None => Some(interfaces.loopback(LOOPBACK_PORT)),
    }
}

/// A plain listener that must stay on this machine; on `lo` and this port unless it is set.
pub(super) fn loopback(section: &Section<'_>, interfaces: &Interfaces, port: u16) -> Option<Listener> {
    let listener = interfaces.optional(section, "loopback")?.unwrap_or_else(|| interfaces.loopback(port));
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
        // The interfaces for calls: they are named here already, and must exist.
        let calls = interfaces.named(section, "listen");
        let https = Self::https(section, interfaces);
        let loopback = loopback(section, interfaces, LOOPBACK_PORT);
        let c2w = section.when_whole("c2w", &["key_file", "cert_file", "trust_file"], |c2w| {
            let (identity, trust) = (c2w.identity(), c2w.bundle("trust_file"));
            Some((identity?, trust?))
        });
        let hours = section.number("jwt_expiry_hours", 1..=24, 24);
        calls?;
        let domain = section.text("domain").unwrap_or_else(|| host_of(web_app_url).to_owned());
        Some(Self {
            enabled,
            https: https?,
            loopback: loopback?,
            c2w: c2w?,
            jwt_expiry_hours: u8::try_from(hours).unwrap_or(24),
            domain,
            web_app_url: web_app_url.to_owned(),
            outgoing_trust: outgoing_trust.clone(),
        })
    }

    /// Its API: none when the section is not there, or says that it is off.
    fn https(section: &Section<'_>, interfaces: &Interfaces) -> Option<Option<Https>> {
        let table = section.optional_unseen("https");
        let is_on = table.and_then(|table| table.get("enabled")).and_then(toml::Value::as_bool);
        let read = |https: &Section<'_>| {
            https.flag("enabled", true);
            Https::from(https, interfaces)
        };
        if is_on.unwrap_or(true) {
            return section.when_whole("https", &Https::NEEDED, read);
        }
        section.only_its_keys("https", |https| drop(read(https)));
        Some(None)
    }
}

/// The host of `https://host:port`.
fn host_of(url: &str) -> &str {
    let host = url.trim_start_matches("https://");
    host.rsplit_once(':')
        .filter(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(host, _)| host)
}
