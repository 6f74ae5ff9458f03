//! `[scheduler]`: the Scheduler's listener, certificates, trust and mail server.

use std::path::PathBuf;

use convoke_model::Language;
use convoke_trust::{Bundle, Identity};
use secrecy::SecretString;

use super::{
    Interfaces,
    callbridge::{Https, loopback},
    interfaces::Listener,
    reader::Section,
    replies::Replies,
};

/// The port of the plain listener, where none is set.
const LOOPBACK_PORT: u16 = 8083;

/// The Scheduler.
#[derive(Debug, Clone)]
pub struct Scheduler {
    /// Whether `convoke node` runs it.
    pub enabled: bool,
    /// HTTPS for the Scheduler's own API; off when unset.
    pub https: Option<Https>,
    /// Plain HTTP for health and metrics; loopback only.
    pub loopback: Listener,
    /// The plain listener of the call bridge of this node.
    pub call_bridge: Listener,
    /// Who this scheduler is towards web bridges.
    pub c2w_identity: Identity,
    /// Whom it trusts as web bridges.
    pub c2w_trust: Bundle,
    /// Where people open the web app; join links begin with it.
    pub web_app_url: String,
    /// The mail server; no mails are sent when unset (they wait).
    pub email: Option<Email>,
    /// How answers to invitations come in by mail; people's calendars answer to the organizer when unset.
    pub replies: Option<Replies>,
    /// How much people may ask for.
    pub limits: Limits,
    /// Whom webhooks may reach.
    pub webhooks: Webhooks,
    /// Whose certificates are believed of servers that people and administrators name: receivers of webhooks and texts of
    /// invitations; those that the system believes when
    /// unset.
    pub outgoing_trust: Option<Bundle>,
}

/// Whom webhooks may reach.
#[derive(Debug, Clone)]
pub struct Webhooks {
    /// Addresses of this host and of private networks too, also without TLS.
    pub allow_private: bool,
}

/// How much people may ask for.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Attendees of one meeting.
    pub attendees: usize,
    /// Mails that the meetings of one user ask for within an hour, of each scheduler.
    pub mails_per_hour: usize,
    /// Occurrences of one series that has an end.
    pub occurrences: u64,
    /// Bytes of the body of a request.
    pub request_bytes: usize,
}

/// Occurrences of one series, where nothing else is said, and the most that may be allowed: one a day for 27 years.
const OCCURRENCES: u32 = 10_000;
/// Bytes of a request's body, where nothing else is said: a thousand attendees with long names fit. As much comes through a web bridge.
const REQUEST_BYTES: u32 = 1024 * 1024;
/// The least that may be allowed: the longest description fits.
const MIN_REQUEST_BYTES: i64 = 64 * 1024;
/// The most that may be allowed: calendars to be imported are no larger.
const MAX_REQUEST_BYTES: i64 = 8 * 1024 * 1024;

/// Mails of one user within an hour, where nothing else is said.
const MAILS_PER_HOUR: u32 = 10_000;
/// The most that may be allowed.
const MAX_MAILS_PER_HOUR: i64 = 10_000_000;

/// Attendees of one meeting, where nothing else is said.
const ATTENDEES: u32 = 1_000;
/// The most that may be allowed: a request of so many is still below the web bridge's own limit.
const MAX_ATTENDEES: i64 = 5_000;

/// How to hand mails over.
#[derive(Debug, Clone)]
pub struct Email {
    /// Host name or address of the mail server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte (`smtps`), or SMTP.
    pub smtps: bool,
    /// Whether SMTP must change to TLS by STARTTLS.
    pub starttls: bool,
    /// Name and password, when the server wants a sign-in.
    pub auth: Option<(String, SecretString)>,
    /// Whom to trust as the mail server; the CAs of the system when unset.
    pub trust: Option<Bundle>,
    /// The address that mails come from.
    pub from: String,
    /// Domains whose people invitations come from by their own address; none: all come from [`Self::from`]. In lower case.
    pub person_domains: Vec<String>,
    /// The name that this host says in EHLO.
    pub hello: String,
    /// Files with the administrators' texts of invitations, by the tag of their language.
    pub templates: Vec<(String, PathBuf)>,
    /// Connections at the same time, at most.
    pub connections: usize,
    /// Mails over one connection, at most.
    pub mails_a_connection: u32,
}

/// Connections to the mail server, where nothing else is said; Postfix takes 50 from one address.
const CONNECTIONS: i64 = 8;
/// The most that may be asked for.
const MAX_CONNECTIONS: i64 = 64;
/// Mails over one connection, where nothing else is said; some servers end it after that many.
const MAILS_A_CONNECTION: i64 = 100;
/// The most that may be asked for.
const MAX_MAILS_A_CONNECTION: i64 = 100_000;

impl Scheduler {
    pub(super) fn from(
        section: &Section<'_>,
        interfaces: &Interfaces,
        web_app_url: &str,
        outgoing_trust: &Option<Bundle>,
        call_bridge: Option<Listener>,
    ) -> Option<Self> {
        let enabled = section.flag("enabled", true);
        let https = section.when_whole("https", &Https::NEEDED, |s| Https::from(s, interfaces));
        let loopback = loopback(section, interfaces, LOOPBACK_PORT);
        let c2w = section.section("c2w");
        let c2w_identity = c2w.identity();
        let c2w_trust = c2w.bundle("trust_file");
        let email = section.when_whole("email", &["server", "from"], Email::from);
        let from = email.as_ref().and_then(|email| email.as_ref()).map(|email| email.from.as_str());
        // What is wrong with the mail server is told once.
        let from = if email.is_none() { Some("") } else { from };
        let replies = Replies::from(&section.section("replies"), interfaces, from);
        Some(Self {
            enabled,
            https: https?,
            loopback: loopback?,
            call_bridge: call_bridge.unwrap_or_else(|| interfaces.loopback(0)),
            c2w_identity: c2w_identity?,
            c2w_trust: c2w_trust?,
            web_app_url: web_app_url.to_owned(),
            email: email?,
            replies: replies?,
            limits: Limits::from(&section.section("limits"))?,
            webhooks: Webhooks::from(&section.section("webhooks")),
            outgoing_trust: outgoing_trust.clone(),
        })
    }
}

impl Webhooks {
    fn from(section: &Section<'_>) -> Self {
        Self { allow_private: section.flag("allow_private", false) }
    }
}

impl Default for Limits {
    /// Those of settings that say nothing of them.
    fn default() -> Self {
        Self {
            attendees: ATTENDEES as usize,
            mails_per_hour: MAILS_PER_HOUR as usize,
            occurrences: OCCURRENCES.into(),
            request_bytes: REQUEST_BYTES as usize,
        }
    }
}

impl Limits {
    fn from(section: &Section<'_>) -> Option<Self> {
        let attendees = section.number("attendees", 1..=MAX_ATTENDEES, ATTENDEES.into());
        let mails_per_hour = section.number("mails_per_hour", 1..=MAX_MAILS_PER_HOUR, MAILS_PER_HOUR.into());
        let occurrences = section.number("occurrences", 1..=OCCURRENCES.into(), OCCURRENCES.into());
        let request_bytes =
            section.number("request_bytes", MIN_REQUEST_BYTES..=MAX_REQUEST_BYTES, REQUEST_BYTES.into());
        Some(Self {
            occurrences: u64::try_from(occurrences).ok()?,
            request_bytes: usize::try_from(request_bytes).ok()?,
            attendees: usize::try_from(attendees).ok()?,
            mails_per_hour: usize::try_from(mails_per_hour).ok()?,
        })
    }
}

impl Email {
    fn from(section: &Section<'_>) -> Option<Self> {
        let host = section.host("server", "the name or address of the mail server");
        let smtps = section.choice("protocol", &[("smtp", false), ("smtps", true)], false);
        let port = section.number("port", 1..=65535, if smtps == Some(true) { 465 } else { 25 });
        let starttls = section.flag("starttls", false);
        if smtps == Some(true) && starttls {
            section.fault(
                "starttls",
                "smtps is encrypted from the first byte",
                "starttls = false, or protocol = \"smtp\"",
            );
        }
        let auth = Self::auth(section, smtps == Some(true) || starttls);
        let trust = section.optional_bundle("trust_file");
        let from = section.required("from", "the address that mails come from, such as meetings@example.com");
        let from = from.and_then(|text| match text.parse::<convoke_model::EmailAddress>() {
            Ok(address) => Some(address.to_string()),
            Err(fault) => {
                section.fault("from", fault.to_string(), "such as meetings@example.com");
                None
            }
        });
        let person_domains = Self::person_domains(section);
        let connections = section.number("connections", 1..=MAX_CONNECTIONS, CONNECTIONS);
        let mails_a_connection =
            section.number("mails_a_connection", 1..=MAX_MAILS_A_CONNECTION, MAILS_A_CONNECTION);
        let hello = section.text("hello").or_else(host_name).unwrap_or_else(|| "localhost".to_owned());
        Some(Self {
            host: host?,
            port: u16::try_from(port).ok()?,
            smtps: smtps?,
            starttls,
            auth: auth?,
            trust: trust?,
            from: from?,
            person_domains: person_domains?,
            templates: Self::templates(&section.section("templates")),
            hello,
            connections: usize::try_from(connections).ok()?,
            mails_a_connection: u32::try_from(mails_a_connection).ok()?,
        })
    }

    /// A file for each language that mails have.
    fn templates(section: &Section<'_>) -> Vec<(String, PathBuf)> {
        let of =
            |language: Language| Some((language.tag().to_owned(), section.optional_path(language.tag())?));
        Language::ALL.into_iter().filter_map(of).collect()
    }

    /// From whom invitations come: the service, or people of these domains themselves.
    fn person_domains(section: &Section<'_>) -> Option<Vec<String>> {
        let by_person = section.choice("sender", &[("service", false), ("person", true)], false)?;
        let domains = section.list("person_domains");
        let is_domain =
            |domain: &String| format!("a@{domain}").parse::<convoke_model::EmailAddress>().is_ok();
        if let Some(bad) = domains.iter().find(|domain| !is_domain(domain)) {
            section.fault("person_domains", format!("{bad:?} is no domain"), "such as [\"example.com\"]");
        }
        if by_person == domains.is_empty() {
            let reason = if by_person {
                "mails can come from people's own addresses only in domains that this host may send for"
            } else {
                "it says nothing without sender = \"person\""
            };
            section.fault(
                "person_domains",
                reason,
                "sender = \"person\" with person_domains = [\"example.com\"]",
            );
            return None;
        }
        Some(domains.iter().map(|domain| domain.to_lowercase()).collect())
    }

    fn auth(section: &Section<'_>, encrypted: bool) -> Option<Option<(String, SecretString)>> {
        let wanted = section.flag("auth", section.has("username"));
        let username = section.text("username");
        let file = section.optional_path("password_file");
        if !wanted {
            return Some(None);
        }
        if !encrypted {
            section.fault(
                "auth",
                "a password would go over the network in the clear",
                "starttls = true or protocol = \"smtps\" with auth",
            );
        }
        let (Some(username), Some(file)) = (username, file) else {
            section.fault("auth", "a sign-in needs a name and a password", "username and password_file");
            return None;
        };
        Some(Some((username, section.password("password_file", &file)?)))
    }
}

fn host_name() -> Option<String> {
    nix::unistd::gethostname().ok()?.into_string().ok().filter(|name| !name.is_empty())
}
