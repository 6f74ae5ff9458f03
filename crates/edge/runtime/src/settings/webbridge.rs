//! `[webbridge]`: the Web Bridge's listeners, certificates and trust.

use convoke_trust::{Bundle, Identity};

use super::{
    Interfaces,
    callbridge::{loopback, only_tls_1_3},
    interfaces::Listener,
    reader::Section,
};

/// Longest value of frame-ancestors, in characters (as in the modelled system).
pub const MAX_FRAME_ANCESTORS: usize = 1000;

/// The port of the plain listener, where none is set.
const LOOPBACK_PORT: u16 = 8082;

/// The Web Bridge.
#[derive(Debug, Clone)]
pub struct WebBridge {
    /// Whether `convoke node` runs it.
    pub enabled: bool,
    /// HTTPS for browsers.
    pub https_listen: Vec<Listener>,
    /// What it shows browsers.
    pub https_identity: Identity,
    /// Whether TLS 1.3 alone is spoken to browsers.
    pub https_only_tls_1_3: bool,
    /// Who may show the web app within a frame; nobody when unset.
    pub frame_ancestors: Option<String>,
    /// Plain HTTP that only redirects to HTTPS.
    pub http_redirect: Option<Listener>,
    /// C2W for call bridges and schedulers.
    pub c2w_listen: Vec<Listener>,
    /// Who this web bridge is towards them.
    pub c2w_identity: Identity,
    /// Whom it trusts as call bridges and schedulers.
    pub c2w_trust: Bundle,
    /// Plain HTTP for health and metrics; loopback only.
    pub loopback: Listener,
}

impl WebBridge {
    pub(super) fn from(section: &Section<'_>, interfaces: &Interfaces) -> Option<Self> {
        let enabled = section.flag("enabled", true);
        let https = section.section("https");
        let https_listen = interfaces.several(&https, "listen");
        let https_identity = https.identity();
        let https_only_tls_1_3 = only_tls_1_3(&https);
        let frame_ancestors = frame_ancestors(&https);
        let http_redirect = interfaces.optional(&https, "http_redirect");
        let c2w = section.section("c2w");
        let c2w_listen = interfaces.several(&c2w, "listen");
        let c2w_identity = c2w.identity();
        let c2w_trust = c2w.bundle("trust_file");
        let loopback = loopback(section, interfaces, LOOPBACK_PORT);
        Some(Self {
            enabled,
            https_listen: https_listen?,
            https_identity: https_identity?,
            https_only_tls_1_3: https_only_tls_1_3?,
            frame_ancestors: frame_ancestors?,
            http_redirect: http_redirect?,
            c2w_listen: c2w_listen?,
            c2w_identity: c2w_identity?,
            c2w_trust: c2w_trust?,
            loopback: loopback?,
        })
    }
}

/// Whether a character may stand in frame-ancestors.
pub fn may_stand_in_frame_ancestors(c: char) -> bool {
    c.is_ascii_alphanumeric() || " _./:?#[]@!$&'()*+-=~%".contains(c)
}

fn frame_ancestors(section: &Section<'_>) -> Option<Option<String>> {
    let Some(text) = section.text("frame_ancestors") else { return Some(None) };
    if text.chars().count() > MAX_FRAME_ANCESTORS || !text.chars().all(may_stand_in_frame_ancestors) {
        section.fault(
            "frame_ancestors",
            "too long, or a character that can't stand there",
            format!("at most {MAX_FRAME_ANCESTORS} characters such as https://portal.example.com"),
        );
        return None;
    }
    Some(Some(text).filter(|text| !text.trim().is_empty()))
}
