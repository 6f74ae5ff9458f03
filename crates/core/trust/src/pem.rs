//! PEM files: certificates, bundles and keys, with limits. Apart because it is the only place that meets files' text.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use rustls_pki_types::pem::{Error as PemError, PemObject, SectionKind};

use crate::{certificate::Certificate, key::PrivateKey};

/// Largest PEM file that is read, in bytes: a bundle of [`MAX_BUNDLE_CERTIFICATES`] usual certificates fits several times.
pub const MAX_PEM_BYTES: usize = 1024 * 1024;

/// Most certificates in a trust bundle: a cluster has tens of nodes, each with one certificate and a short chain.
pub const MAX_BUNDLE_CERTIFICATES: usize = 500;

/// Most certificates in a chain: public chains have 3 or 4; `webpki` follows at most 6 intermediates.
pub const MAX_CHAIN_CERTIFICATES: usize = 10;

/// What is wrong with a PEM file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PemFault {
    /// The file has more than [`MAX_PEM_BYTES`] bytes.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// There are more certificates than allowed.
    TooMany {
        /// How many are allowed.
        most: usize,
    },
    /// No certificate stands in the file.
    NoCertificate,
    /// No private key stands in the file.
    NoKey,
    /// More than one private key stands in the file.
    SeveralKeys,
    /// The key is encrypted with a passphrase.
    EncryptedKey,
    /// The PEM text itself is broken: a missing END line, or letters that are not base64.
    Broken {
        /// What was met.
        what: String,
    },
    /// A section says CERTIFICATE, but holds none.
    NotACertificate {
        /// Which certificate of the file, counted from 1.
        position: usize,
    },
    /// A section says CERTIFICATE REQUEST, but holds none.
    NotARequest,
    /// The key is of a kind, or damaged in a way, that TLS can't use.
    UnusableKey,
}

impl fmt::Display for PemFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(f, "the file has {bytes} bytes; at most {MAX_PEM_BYTES} are read"),
            Self::TooMany { most } => write!(f, "the file holds more than {most} certificates"),
            Self::NoCertificate => f.write_str("the file holds no PEM certificate (-----BEGIN CERTIFICATE-----)"),
            Self::NoKey => f.write_str("the file holds no PEM private key (-----BEGIN PRIVATE KEY-----)"),
            Self::SeveralKeys => f.write_str("the file holds more than one private key"),
            Self::EncryptedKey => f.write_str("the private key is encrypted; store it without a passphrase"),
            Self::Broken { what } => write!(f, "the PEM text is broken: {what}"),
            Self::NotACertificate { position } => {
                write!(f, "certificate {position} of the file can't be read as an X.509 certificate")
            }
            Self::NotARequest => f.write_str("the certificate signing request can't be read"),
            Self::UnusableKey => f.write_str(
                "the private key can't be used: expected RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) or Ed25519",
            ),
        }
    }
}

impl std::error::Error for PemFault {}

/// Reads all certificates of a PEM text, in its order; other sections are passed over.
///
/// `most` is [`MAX_CHAIN_CERTIFICATES`] or [`MAX_BUNDLE_CERTIFICATES`]. Errors: every fault found, at least one.
pub fn parse_certificates(pem: &[u8], most: usize) -> Result<Vec<Certificate>, Vec<PemFault>> {
    let mut faults = Vec::new();
    let mut certificates = Vec::new();
    let mut position = 0;
    for section in sections(pem)? {
        match section {
            Ok((SectionKind::Certificate, der)) => {
                position += 1;
                if position > most {
                    faults.push(PemFault::TooMany { most });
                    break;
                }
                match Certificate::from_der(&der) {
                    Some(certificate) => certificates.push(certificate),
                    None => faults.push(PemFault::NotACertificate { position }),
                }
            }
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    if position == 0 && faults.is_empty() {
        faults.push(PemFault::NoCertificate);
    }
    if faults.is_empty() { Ok(certificates) } else { Err(faults) }
}

/// What an encrypted key is known by.
pub(crate) const ENCRYPTED: [&[u8]; 2] =
    [b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED"];

/// Reads the one private key of a PEM text (PKCS#8, PKCS#1 or SEC1); other sections are passed over.
pub fn parse_key(pem: &[u8]) -> Result<PrivateKey, PemFault> {
    let mut found = None;
    for section in sections(pem).map_err(|mut faults| faults.remove(0))? {
        let (kind, der) = match section {
            Ok(section) => section,
            Err(_) if ENCRYPTED.iter().any(|mark| contains(pem, mark)) => return Err(PemFault::EncryptedKey),
            Err(fault) => return Err(fault),
        };
        if matches!(kind, SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey) {
            if found.is_some() {
                return Err(PemFault::SeveralKeys);
            }
            found = Some((kind, der));
        }
    }
    if ENCRYPTED.iter().any(|mark| contains(pem, mark)) {
        return Err(PemFault::EncryptedKey);
    }
    let (kind, der) = found.ok_or(PemFault::NoKey)?;
    PrivateKey::from_section(kind, der).ok_or(PemFault::UnusableKey)
}

/// Bytes as a section of a PEM text, in lines of 64 letters (RFC 7468 2).
pub(crate) fn to_pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|letter| char::from(*letter)));
        pem.push('\n');
    }
    pem + "-----END " + label + "-----\n"
}

pub(crate) type Section = Result<(SectionKind, Vec<u8>), PemFault>;

/// The sections of a PEM text. It ends at the first broken one: what follows can't be told apart from it.
pub(crate) fn sections(pem: &[u8]) -> Result<Vec<Section>, Vec<PemFault>> {
    if pem.len() > MAX_PEM_BYTES {
        return Err(vec![PemFault::TooLarge { bytes: pem.len() }]);
    }
    let mut sections = Vec::new();
    for section in <(SectionKind, Vec<u8>)>::pem_slice_iter(pem) {
        let broken = section.is_err();
        sections.push(section.map_err(|error| PemFault::Broken { what: broken_words(&error) }));
        if broken {
            break;
        }
    }
    Ok(sections)
}

/// In words, without repeating the file's text: it may be a key.
fn broken_words(error: &PemError) -> String {
    match error {
        PemError::MissingSectionEnd { .. } => "a section has no END line".into(),
        PemError::IllegalSectionStart { .. } => "a BEGIN line is malformed".into(),
        PemError::Base64Decode(_) => "a section is not base64".into(),
        _ => "it can't be read".into(),
    }
}

pub(crate) fn contains(text: &[u8], mark: &[u8]) -> bool {
    text.windows(mark.len()).any(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf};
    use proptest::prelude::*;

    #[test]
    fn reads_certificates_in_the_order_of_the_file() {
        let ca = Ca::new("Root");
        let made = ca.issue(leaf("a", &["a.test"]));
        let text = format!("# comment\n{}{}", made.pem(), ca.pem());
        let read = parse_certificates(text.as_bytes(), 10).unwrap();
        assert_eq!(read.iter().map(Certificate::name).collect::<Vec<_>>(), ["a", "Root"]);
    }

    #[test]
    fn names_every_bad_certificate_of_a_file() {
        let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let text = format!("{bad}{}{bad}", Ca::new("Root").pem());
        assert_eq!(
            parse_certificates(text.as_bytes(), 10).unwrap_err(),
            [PemFault::NotACertificate { position: 1 }, PemFault::NotACertificate { position: 3 }]
        );
    }

    #[test]
    fn holds_to_its_limits() {
        let text = Ca::new("Root").pem().repeat(3);
        assert_eq!(parse_certificates(text.as_bytes(), 2).unwrap_err(), [PemFault::TooMany { most: 2 }]);
        let large = vec![b' '; MAX_PEM_BYTES + 1];
        assert_eq!(
            parse_certificates(&large, 2).unwrap_err(),
            [PemFault::TooLarge { bytes: MAX_PEM_BYTES + 1 }]
        );
        assert_eq!(parse_certificates(b"", 2).unwrap_err(), [PemFault::NoCertificate]);
    }

    #[test]
    fn a_cut_file_is_broken_not_empty() {
        let text = Ca::new("Root").pem();
        let faults = parse_certificates(&text.as_bytes()[..text.len() / 2], 2).unwrap_err();
        assert!(matches!(&faults[..], [PemFault::Broken { .. }]), "{faults:?}");
    }

    #[test]
    fn tells_what_is_wrong_with_a_key_file() {
        let made = Ca::new("Root").issue(leaf("a", &["a.test"]));
        assert!(parse_key(made.key_pem().as_bytes()).is_ok());
        assert_eq!(parse_key(made.pem().as_bytes()).unwrap_err(), PemFault::NoKey);
        assert_eq!(parse_key(made.key_pem().repeat(2).as_bytes()).unwrap_err(), PemFault::SeveralKeys);
        let encrypted = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
        assert_eq!(parse_key(encrypted.as_bytes()).unwrap_err(), PemFault::EncryptedKey);
        let damaged = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        assert_eq!(parse_key(damaged.as_bytes()).unwrap_err(), PemFault::UnusableKey);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(-----(BEGIN|END) (CERTIFICATE|PRIVATE KEY)-----\n|[A-Za-z0-9+/=]{0,9}\n|.){0,40}") {
            let _ = parse_certificates(text.as_bytes(), 3);
            let _ = parse_key(text.as_bytes());
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = parse_certificates(&bytes, 3);
            let _ = parse_key(&bytes);
        }
    }
}
