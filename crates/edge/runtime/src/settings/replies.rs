//! `[scheduler.replies]`: how answers to invitations come in by mail.

use std::net::IpAddr;

use convoke_model::EmailAddress;
use convoke_trust::Bundle;
use secrecy::SecretString;

use super::{Interfaces, interfaces::Listener, reader::Section};

/// Hosts beside this one that may hand mails over, at most.
const MAX_ALLOWED: usize = 100;

/// How answers come in.
#[derive(Debug, Clone)]
pub struct Replies {
    /// The address that people's calendars answer to.
    pub address: EmailAddress,
    /// The mail server whose word on senders counts (RFC 8601); nobody's when unset.
    pub authserv_id: Option<String>,
    /// By which way.
    pub way: Way,
}

/// By which way answers come in.
#[derive(Debug, Clone)]
pub enum Way {
    /// A mailbox is read.
    Imap(Imap),
    /// The mail server hands them over.
    Lmtp(Lmtp),
}

/// A mailbox.
#[derive(Debug, Clone)]
pub struct Imap {
    /// Host name or address of the server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// TLS from the first byte (`imaps`), or STARTTLS.
    pub imaps: bool,
    /// The name to sign in with.
    pub username: String,
    /// Its password.
    pub password: SecretString,
    /// The folder that is read.
    pub folder: String,
    /// Whom to trust as the server; the CAs of the system when unset.
    pub trust: Option<Bundle>,
}

/// A listener for the mail server.
#[derive(Debug, Clone)]
pub struct Lmtp {
    /// Where the mail server connects to.
    pub listen: Listener,
    /// Who may, beside this host itself.
    pub allow: Vec<IpAddr>,
}

/// What `mode` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Off,
    Imap,
    Lmtp,
}

impl Replies {
    /// `from` is the address that mails come from, where there is one. The outer option says whether it could be read.
    pub(super) fn from(
        section: &Section<'_>,
        interfaces: &Interfaces,
        from: Option<&str>,
    ) -> Option<Option<Self>> {
        let modes = [("off", Mode::Off), ("imap", Mode::Imap), ("lmtp", Mode::Lmtp)];
        let mode = section.choice("mode", &modes, Mode::Off);
        let address = section.text("address").or_else(|| from.map(ToOwned::to_owned));
        let authserv_id =
            section.text("authserv_id").map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
        let imap = section.section("imap");
        let lmtp = section.section("lmtp");
        let way = match mode? {
            Mode::Off => {
                imap.know(Imap::KEYS);
                lmtp.know(Lmtp::KEYS);
                return Some(None);
            }
            Mode::Imap => {
                lmtp.know(Lmtp::KEYS);
                Imap::from(&imap).map(Way::Imap)
            }
            Mode::Lmtp => {
                imap.know(Imap::KEYS);
                Lmtp::from(&lmtp, interfaces).map(Way::Lmtp)
            }
        };
        if from.is_none() {
            section.fault(
                "mode",
                "answers come to invitations, and without a mail server there are none",
                "a section [scheduler.email]",
            );
        }
        let address = address.map(|text| text.parse::<EmailAddress>());
        if let Some(Err(fault)) = &address {
            section.fault("address", fault.to_string(), "such as meetings@example.com");
        }
        let address = address?.ok()?;
        let is_aligned =
            |from: &str| from.parse::<EmailAddress>().is_ok_and(|from| from.domain() == address.domain());
        if from.is_some_and(|from| !from.is_empty() && !is_aligned(from)) {
            section.fault(
                "address",
                "invitations come from it, and have to be vouched for like those from scheduler.email.from",
                "an address of the same domain",
            );
        }
        Some(Some(Self { address, authserv_id, way: way? }))
    }
}

impl Imap {
    const KEYS: &[&str] =
        &["server", "port", "protocol", "username", "password_file", "folder", "trust_file"];

    fn from(section: &Section<'_>) -> Option<Self> {
        let host = section.host("server", "the name or address of the IMAP server");
        let imaps = section.choice("protocol", &[("imaps", true), ("starttls", false)], true);
        let port = section.number("port", 1..=65535, if imaps == Some(false) { 143 } else { 993 });
        let username = section.required("username", "the name to sign in with");
        let file = section.path("password_file", "the file (mode 0600) whose first line is the password");
        let password = file.and_then(|file| section.password("password_file", &file));
        let folder = section.text("folder").unwrap_or_else(|| "INBOX".to_owned());
        let is_plain =
            |text: &String| !text.is_empty() && text.bytes().all(|byte| (0x20..0x7f).contains(&byte));
        if !is_plain(&folder) {
            section.fault(
                "folder",
                "not ASCII",
                "the folder's name as IMAP spells it, such as INBOX or &vMDSyA-",
            );
            return None;
        }
        let trust = section.optional_bundle("trust_file");
        Some(Self {
            host: host?,
            port: u16::try_from(port).ok()?,
            imaps: imaps?,
            username: username?,
            password: password?,
            folder,
            trust: trust?,
        })
    }
}

impl Lmtp {
    const KEYS: &[&str] = &["listen", "allow"];

    fn from(section: &Section<'_>, interfaces: &Interfaces) -> Option<Self> {
        let listen = interfaces.required(section, "listen");
        let texts = section.list("allow");
        let expected = "IP addresses of mail servers, such as [\"192.0.2.25\"]";
        if texts.len() > MAX_ALLOWED {
            section.fault("allow", format!("more than {MAX_ALLOWED}"), expected);
        }
        let mut allow = Vec::new();
        for text in &texts {
            match text.parse() {
                Ok(address) => allow.push(address),
                Err(_) => section.fault("allow", format!("{text:?} is not an IP address"), expected),
            }
        }
        Some(Self { listen: listen?, allow })
    }
}
