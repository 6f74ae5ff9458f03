//! One certificate: its bytes, and the facts that the rules and the messages need. Apart because every other file here
//! speaks of certificates, and parsing happens once.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls_pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate, X509Name};

/// Longest name from a certificate that a message repeats, in characters.
const MAX_SHOWN_NAME: usize = 200;

/// An X.509 certificate and what was read from it.
#[derive(Clone, PartialEq, Eq)]
pub struct Certificate {
    der: CertificateDer<'static>,
    pub(crate) facts: Facts,
}

/// What the rules ask of a certificate.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub subject: String,
    pub issuer: String,
    pub subject_der: Vec<u8>,
    pub issuer_der: Vec<u8>,
    pub spki_der: Vec<u8>,
    pub common_name: Option<String>,
    pub alternative_names: Option<Vec<String>>,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub is_ca: bool,
    /// `None`: the certificate has no extended key usage, so that every use is allowed.
    pub extended_usage: Option<ExtendedUsage>,
}

/// The two uses that TLS knows (RFC 5280 4.2.1.12).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct ExtendedUsage {
    pub server: bool,
    pub client: bool,
}

impl Certificate {
    /// Reads a DER certificate. `None` when the bytes are not exactly one certificate.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (rest, parsed) = X509Certificate::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        Some(Self { facts: Facts::read(&parsed)?, der: CertificateDer::from(der.to_vec()) })
    }

    /// The certificate's bytes, as TLS carries them.
    pub fn der(&self) -> &CertificateDer<'static> {
        &self.der
    }

    /// Who the certificate is for, in words: its common name, else its first alternative name, else its whole subject.
    pub fn name(&self) -> &str {
        let first = || self.facts.alternative_names.as_ref().and_then(|names| names.first());
        self.facts.common_name.as_ref().or_else(first).unwrap_or(&self.facts.subject)
    }

    /// Who issued the certificate, in words.
    pub fn issuer(&self) -> &str {
        &self.facts.issuer
    }

    /// The whole subject, for example `CN=wb1.example.test, O=Example`.
    pub fn subject(&self) -> &str {
        &self.facts.subject
    }

    /// The names (DNS names and addresses) that the certificate can be reached by: its alternative names, or its common
    /// name when it has no alternative names at all.
    pub fn names(&self) -> Vec<String> {
        match &self.facts.alternative_names {
            Some(names) => names.clone(),
            None => self.facts.common_name.clone().into_iter().collect(),
        }
    }

    /// Whether it may issue certificates (basic constraints, RFC 5280 4.2.1.9).
    pub fn is_ca(&self) -> bool {
        self.facts.is_ca
    }

    /// Whether its subject and issuer are the same.
    pub fn is_self_issued(&self) -> bool {
        self.facts.subject_der == self.facts.issuer_der
    }

    /// The first instant at which it is valid.
    pub fn not_before(&self) -> Timestamp {
        self.facts.not_before
    }

    /// The last instant at which it is valid.
    pub fn not_after(&self) -> Timestamp {
        self.facts.not_after
    }

    /// Whether it may be a TLS server (no extended key usage: any use).
    pub fn is_for_servers(&self) -> bool {
        self.facts.extended_usage.is_none_or(|usage| usage.server)
    }

    /// Whether it may be a TLS client (no extended key usage: any use).
    pub fn is_for_clients(&self) -> bool {
        self.facts.extended_usage.is_none_or(|usage| usage.client)
    }

    /// Its key in a few words, such as `RSA, 2048 bits`.
    pub fn key_words(&self) -> String {
        crate::text::key_words(&self.facts.spki_der)
    }

    /// The certificate as a PEM text.
    pub fn to_pem(&self) -> String {
        crate::pem::to_pem("CERTIFICATE", &self.der)
    }

    /// Whether `issuer`'s key made this certificate's signature.
    pub fn is_signed_by(&self, issuer: &Certificate) -> bool {
        let (Ok((_, own)), Ok((_, above))) =
            (X509Certificate::from_der(&self.der), X509Certificate::from_der(&issuer.der))
        else {
            return false;
        };
        own.verify_signature(Some(above.public_key())).is_ok()
    }

    /// Whether `issuer` made it, by name and signature. Whether it may issue any is another question ([`Self::is_ca`]).
    pub fn is_issued_by(&self, issuer: &Certificate) -> bool {
        self.facts.issuer_der == issuer.facts.subject_der && self.is_signed_by(issuer)
    }
}

impl std::fmt::Debug for Certificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Certificate({}, issued by {})", self.facts.subject, self.facts.issuer)
    }
}

impl Facts {
    fn read(parsed: &X509Certificate<'_>) -> Option<Self> {
        Some(Self {
            subject: shown(&parsed.subject().to_string()),
            issuer: common_name(parsed.issuer()).unwrap_or_else(|| shown(&parsed.issuer().to_string())),
            subject_der: parsed.subject().as_raw().to_vec(),
            issuer_der: parsed.issuer().as_raw().to_vec(),
            spki_der: parsed.public_key().raw.to_vec(),
            common_name: common_name(parsed.subject()),
            alternative_names: alternative_names(parsed),
            not_before: Timestamp::from_second(parsed.validity().not_before.timestamp()).ok()?,
            not_after: Timestamp::from_second(parsed.validity().not_after.timestamp()).ok()?,
            is_ca: is_ca(parsed),
            extended_usage: extended_usage(parsed),
        })
    }
}

pub(crate) fn common_name(name: &X509Name<'_>) -> Option<String> {
    name.iter_common_name().next().and_then(|cn| cn.as_str().ok()).filter(|cn| !cn.is_empty()).map(shown)
}

fn alternative_names(parsed: &X509Certificate<'_>) -> Option<Vec<String>> {
    let names = parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::SubjectAlternativeName(names) => Some(names),
        _ => None,
    })?;
    Some(names.general_names.iter().filter_map(general_name).collect())
}

pub(crate) fn general_name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(dns) => Some(shown(dns)),
        GeneralName::IPAddress(bytes) => ip_address(bytes).map(|address| address.to_string()),
        _ => None,
    }
}

fn ip_address(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from),
        16 => <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from),
        _ => None,
    }
}

fn is_ca(parsed: &X509Certificate<'_>) -> bool {
    parsed.extensions().iter().any(|extension| match extension.parsed_extension() {
        ParsedExtension::BasicConstraints(constraints) => constraints.ca,
        _ => false,
    })
}

fn extended_usage(parsed: &X509Certificate<'_>) -> Option<ExtendedUsage> {
    parsed.extensions().iter().find_map(|extension| match extension.parsed_extension() {
        ParsedExtension::ExtendedKeyUsage(usage) => Some(ExtendedUsage {
            server: usage.server_auth || usage.any,
            client: usage.client_auth || usage.any,
        }),
        _ => None,
    })
}

/// Text from a certificate, safe for one line of a log: a stranger may have written it.
pub(crate) fn shown(text: &str) -> String {
    text.chars().take(MAX_SHOWN_NAME).map(|c| if c.is_control() { '?' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf};
    use proptest::prelude::*;

    #[test]
    fn shows_names_addresses_and_dates() {
        let made = Ca::new("Root").issue(leaf("wb1.example.test", &["wb1.example.test", "10.1.2.3", "::1"]));
        let certificate = made.certificate();
        assert_eq!(certificate.name(), "wb1.example.test");
        assert_eq!(certificate.issuer(), "Root");
        assert_eq!(certificate.names(), ["wb1.example.test", "10.1.2.3", "::1"]);
        assert!(!certificate.is_ca());
        assert_eq!(certificate.not_before().to_string(), "2026-01-01T00:00:00Z");
        assert_eq!(certificate.not_after().to_string(), "2027-01-01T00:00:00Z");
    }

    #[test]
    fn a_line_break_in_a_name_does_not_reach_a_message() {
        let made = Ca::new("Root").issue(leaf("evil\r\nUP", &["wb1.example.test"]));
        assert_eq!(made.certificate().name(), "evil??UP");
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
            let _ = Certificate::from_der(&bytes);
        }

        #[test]
        fn a_damaged_certificate_is_read_or_refused(at in 0usize..400, value in any::<u8>()) {
            let made = Ca::new("Root").issue(leaf("a", &["a.example.test"]));
            let mut der = made.certificate().der().to_vec();
            let at = at % der.len();
            der[at] = value;
            if let Some(certificate) = Certificate::from_der(&der) {
                let _ = (certificate.name().len(), certificate.is_signed_by(&certificate));
            }
        }
    }
}
