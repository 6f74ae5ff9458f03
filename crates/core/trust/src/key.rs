//! Private keys: held so that `Debug` hides them, and compared with certificates. Apart so that key bytes have one home.

use std::{fmt, sync::Arc};

use rustls::{crypto::aws_lc_rs::sign::any_supported_type, sign::SigningKey};
use rustls_pki_types::{
    PrivateKeyDer, PrivatePkcs1KeyDer, PrivatePkcs8KeyDer, PrivateSec1KeyDer, pem::SectionKind,
};

use crate::certificate::Certificate;

/// A private key that TLS can use. Its `Debug` shows nothing of it.
pub struct PrivateKey {
    der: PrivateKeyDer<'static>,
    signing: Arc<dyn SigningKey>,
}

impl PrivateKey {
    pub(crate) fn from_section(kind: SectionKind, der: Vec<u8>) -> Option<Self> {
        let der = match kind {
            SectionKind::PrivateKey => PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(der)),
            SectionKind::RsaPrivateKey => PrivateKeyDer::Pkcs1(PrivatePkcs1KeyDer::from(der)),
            SectionKind::EcPrivateKey => PrivateKeyDer::Sec1(PrivateSec1KeyDer::from(der)),
            _ => return None,
        };
        let signing = any_supported_type(&der).ok()?;
        Some(Self { der, signing })
    }

    /// The key's bytes, for a TLS configuration.
    pub fn der(&self) -> &PrivateKeyDer<'static> {
        &self.der
    }

    /// The public half (SubjectPublicKeyInfo).
    pub fn spki_der(&self) -> Option<Vec<u8>> {
        self.signing.public_key().map(|spki| spki.as_ref().to_vec())
    }

    /// The key in a few words, such as `RSA, 2048 bits`.
    pub fn words(&self) -> String {
        self.spki_der().map_or_else(|| "unknown key".to_owned(), |spki| crate::text::key_words(&spki))
    }

    /// The key as a PEM text, which is a secret.
    pub fn to_pem(&self) -> String {
        let label = match &self.der {
            PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
            PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
            _ => "PRIVATE KEY",
        };
        crate::pem::to_pem(label, self.der.secret_der())
    }

    /// The key, ready to sign TLS handshakes.
    pub fn signing_key(&self) -> Arc<dyn SigningKey> {
        Arc::clone(&self.signing)
    }
}

impl Clone for PrivateKey {
    fn clone(&self) -> Self {
        Self { der: self.der.clone_key(), signing: Arc::clone(&self.signing) }
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(hidden)")
    }
}

/// Whether `key` is the private half of the key in `certificate` (seed: `Key and certificate pair match`).
pub fn key_matches(certificate: &Certificate, key: &PrivateKey) -> bool {
    key.spki_der().is_some_and(|spki| spki == certificate.facts.spki_der)
}

#[cfg(test)]
mod tests {
    use crate::sample::{Ca, leaf};
    use crate::{key_matches, parse_key};

    #[test]
    fn a_key_matches_its_own_certificate_only() {
        let ca = Ca::new("Root");
        let (one, other) = (ca.issue(leaf("a", &["a.test"])), ca.issue(leaf("a", &["a.test"])));
        let key = parse_key(one.key_pem().as_bytes()).unwrap();
        assert!(key_matches(&one.certificate(), &key));
        assert!(!key_matches(&other.certificate(), &key));
    }

    #[test]
    fn debug_hides_the_key() {
        let made = Ca::new("Root").issue(leaf("a", &["a.test"]));
        let key = parse_key(made.key_pem().as_bytes()).unwrap();
        assert_eq!(format!("{key:?}"), "PrivateKey(hidden)");
    }
}
