//! A certificate signing request (PKCS#10): who asks for a certificate of which key.

use x509_parser::{
    certification_request::X509CertificationRequest, extensions::ParsedExtension, prelude::FromDer,
};

use crate::{
    certificate::{common_name, general_name, shown},
    key::PrivateKey,
};

/// A certificate signing request and what was read from it.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    der: Vec<u8>,
    subject: String,
    common_name: Option<String>,
    alternative_names: Vec<String>,
    spki_der: Vec<u8>,
    is_signed: bool,
}

impl Request {
    /// Reads a DER request. `None` when the bytes are not exactly one request.
    pub fn from_der(der: &[u8]) -> Option<Self> {
        let (rest, parsed) = X509CertificationRequest::from_der(der).ok()?;
        if !rest.is_empty() {
            return None;
        }
        let info = &parsed.certification_request_info;
        let asked = parsed.requested_extensions().into_iter().flatten();
        let names = asked.filter_map(|extension| match extension {
            ParsedExtension::SubjectAlternativeName(names) => Some(&names.general_names),
            _ => None,
        });
        Some(Self {
            subject: shown(&info.subject.to_string()),
            common_name: common_name(&info.subject),
            alternative_names: names.flatten().filter_map(general_name).collect(),
            spki_der: info.subject_pki.raw.to_vec(),
            is_signed: parsed.verify_signature().is_ok(),
            der: der.to_vec(),
        })
    }

    /// The request's bytes.
    pub fn der(&self) -> &[u8] {
        &self.der
    }

    /// The whole subject.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Who asks, in words: the common name, else the whole subject.
    pub fn name(&self) -> &str {
        self.common_name.as_deref().unwrap_or(&self.subject)
    }

    /// The names (DNS names and addresses) that the certificate is to be reached by.
    pub fn names(&self) -> &[String] {
        &self.alternative_names
    }

    /// Whether who asks has shown to have the private key.
    pub fn is_signed(&self) -> bool {
        self.is_signed
    }

    /// Whether `key` is the private half of the key that the request is for.
    pub fn is_of(&self, key: &PrivateKey) -> bool {
        key.spki_der().is_some_and(|spki| spki == self.spki_der)
    }

    /// Its key in a few words, such as `RSA, 2048 bits`.
    pub fn key_words(&self) -> String {
        crate::text::key_words(&self.spki_der)
    }
}

impl std::fmt::Debug for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Request({})", self.subject)
    }
}

#[cfg(test)]
mod tests {
    use rcgen::KeyPair;

    use super::*;
    use crate::{parse_key, sample::leaf};

    #[test]
    fn tells_who_asks_for_which_key() {
        let (key, other) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
        let made = leaf("cms1.test", &["cms1.test", "10.0.0.1"]).serialize_request(&key).unwrap();
        let request = Request::from_der(made.der()).unwrap();
        assert_eq!((request.name(), request.subject()), ("cms1.test", "CN=cms1.test"));
        assert_eq!(request.names(), ["cms1.test", "10.0.0.1"]);
        assert_eq!(request.key_words(), "EC P-256");
        assert!(request.is_signed());
        assert!(request.is_of(&parse_key(key.serialize_pem().as_bytes()).unwrap()));
        assert!(!request.is_of(&parse_key(other.serialize_pem().as_bytes()).unwrap()));
        let mut forged = made.der().to_vec();
        let last = forged.len() - 1;
        forged[last] ^= 1;
        assert!(!Request::from_der(&forged).is_some_and(|request| request.is_signed()));
        assert_eq!(Request::from_der(&made.der()[1..]), None);
    }
}
