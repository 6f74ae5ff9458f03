//! What a file is, whatever it is called: found out by its bytes.

use std::fmt;

use rustls_pki_types::pem::SectionKind;

use crate::{
    certificate::Certificate,
    chain::{Finding, check_full_chain},
    key::PrivateKey,
    pem::{ENCRYPTED, MAX_BUNDLE_CERTIFICATES, MAX_PEM_BYTES, PemFault, contains, sections},
    pkcs12::is_pkcs12,
    request::Request,
};

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Text with BEGIN and END lines.
    Pem,
    /// The bytes themselves.
    Der,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Pem => "PEM",
            Self::Der => "DER",
        })
    }
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileKind {
    /// One certificate.
    Certificate(Encoding),
    /// Several certificates, each issued by the one that follows it.
    Chain {
        /// How many.
        count: usize,
    },
    /// Several certificates in another order.
    Bundle {
        /// How many.
        count: usize,
    },
    /// One private key, and nothing else.
    Key {
        /// How it is written.
        encoding: Encoding,
        /// Which, such as `RSA, 2048 bits`.
        words: String,
    },
    /// A private key that is encrypted with a passphrase.
    EncryptedKey,
    /// Certificates and a private key in one file.
    KeyAndCertificates {
        /// How many certificates.
        count: usize,
    },
    /// A certificate signing request.
    Request(Encoding),
    /// A key to sign in to the shell by.
    SshPublicKey {
        /// Which, such as `ssh-ed25519`.
        algorithm: String,
    },
    /// A PKCS#12 file: keys and certificates under a password.
    Pkcs12,
    /// None of these.
    Unknown,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificate(encoding) => write!(f, "a {encoding} encoded certificate"),
            Self::Chain { count } => write!(f, "{count} PEM encoded certificates, a full chain in order"),
            Self::Bundle { count } => write!(f, "{count} PEM encoded certificates"),
            Self::Key { encoding, words } => write!(f, "a {encoding} encoded private key ({words})"),
            Self::EncryptedKey => f.write_str("an encrypted private key (store it without a passphrase)"),
            Self::KeyAndCertificates { count: 1 } => {
                f.write_str("a PEM encoded private key and a certificate")
            }
            Self::KeyAndCertificates { count } => {
                write!(f, "a PEM encoded private key and {count} certificates")
            }
            Self::Request(encoding) => write!(f, "a {encoding} encoded certificate signing request"),
            Self::SshPublicKey { algorithm } => write!(f, "an SSH public key ({algorithm})"),
            Self::Pkcs12 => f.write_str("a PKCS#12 file; pki pkcs12-to-ssl takes it apart"),
            Self::Unknown => f.write_str("no certificate, key or request"),
        }
    }
}

/// A file that was looked at.
#[derive(Debug, Clone)]
pub struct Looked {
    /// What it is.
    pub kind: FileKind,
    /// Its certificates, in their order.
    pub certificates: Vec<Certificate>,
    /// Its signing request.
    pub request: Option<Request>,
    /// Its private key.
    pub key: Option<PrivateKey>,
    /// Everything that is wrong with it.
    pub faults: Vec<PemFault>,
}

impl Looked {
    fn new(kind: FileKind) -> Self {
        Self { kind, certificates: Vec::new(), request: None, key: None, faults: Vec::new() }
    }
}

/// Says what a file is.
pub fn look(data: &[u8]) -> Looked {
    if data.len() > MAX_PEM_BYTES {
        let faults = vec![PemFault::TooLarge { bytes: data.len() }];
        return Looked { faults, ..Looked::new(FileKind::Unknown) };
    }
    if let Some(algorithm) = ssh_algorithm(data) {
        return Looked::new(FileKind::SshPublicKey { algorithm });
    }
    if contains(data, b"-----BEGIN ") { look_at_pem(data) } else { look_at_der(data) }
}

fn look_at_der(data: &[u8]) -> Looked {
    if let Some(certificate) = Certificate::from_der(data) {
        let certificates = vec![certificate];
        return Looked { certificates, ..Looked::new(FileKind::Certificate(Encoding::Der)) };
    }
    if let Some(request) = Request::from_der(data) {
        return Looked { request: Some(request), ..Looked::new(FileKind::Request(Encoding::Der)) };
    }
    let kinds = [SectionKind::PrivateKey, SectionKind::RsaPrivateKey, SectionKind::EcPrivateKey];
    let key = kinds.into_iter().find_map(|kind| PrivateKey::from_section(kind, data.to_vec()));
    if let Some(key) = key {
        let kind = FileKind::Key { encoding: Encoding::Der, words: key.words() };
        return Looked { key: Some(key), ..Looked::new(kind) };
    }
    Looked::new(if is_pkcs12(data) { FileKind::Pkcs12 } else { FileKind::Unknown })
}

fn look_at_pem(data: &[u8]) -> Looked {
    let mut looked = Looked::new(FileKind::Unknown);
    let (mut certificates, mut keys) = (0, 0);
    for section in sections(data).unwrap_or_default() {
        match section {
            Ok((SectionKind::Certificate, der)) => {
                certificates += 1;
                if certificates > MAX_BUNDLE_CERTIFICATES {
                    looked.faults.push(PemFault::TooMany { most: MAX_BUNDLE_CERTIFICATES });
                    break;
                }
                match Certificate::from_der(&der) {
                    Some(certificate) => looked.certificates.push(certificate),
                    None => looked.faults.push(PemFault::NotACertificate { position: certificates }),
                }
            }
            Ok((SectionKind::Csr, der)) => match Request::from_der(&der) {
                Some(request) => looked.request = Some(request),
                None => looked.faults.push(PemFault::NotARequest),
            },
            Ok((
                kind @ (SectionKind::PrivateKey | SectionKind::RsaPrivateKey | SectionKind::EcPrivateKey),
                der,
            )) => {
                keys += 1;
                match PrivateKey::from_section(kind, der) {
                    _ if keys > 1 => looked.faults.push(PemFault::SeveralKeys),
                    Some(key) => looked.key = Some(key),
                    None => looked.faults.push(PemFault::UnusableKey),
                }
            }
            Ok(_) => {}
            Err(_) if is_encrypted(data) => {}
            Err(fault) => looked.faults.push(fault),
        }
    }
    looked.kind = kind_of(&looked, data);
    looked
}

fn is_encrypted(data: &[u8]) -> bool {
    ENCRYPTED.iter().any(|mark| contains(data, mark))
}

fn kind_of(looked: &Looked, data: &[u8]) -> FileKind {
    let count = looked.certificates.len();
    match (&looked.key, count) {
        _ if is_encrypted(data) => FileKind::EncryptedKey,
        (Some(key), 0) => FileKind::Key { encoding: Encoding::Pem, words: key.words() },
        (Some(_), count) => FileKind::KeyAndCertificates { count },
        (None, 0) if looked.request.is_some() => FileKind::Request(Encoding::Pem),
        (None, 0) => FileKind::Unknown,
        (None, 1) => FileKind::Certificate(Encoding::Pem),
        (None, count) if check_full_chain(&looked.certificates).iter().any(Finding::is_fault) => {
            FileKind::Bundle { count }
        }
        (None, count) => FileKind::Chain { count },
    }
}

/// The algorithm of an SSH public key, in OpenSSH's form of one line or that of RFC 4716.
fn ssh_algorithm(data: &[u8]) -> Option<String> {
    const KNOWN: [&str; 7] = [
        "ssh-ed25519",
        "ssh-rsa",
        "ecdsa-sha2-nistp256",
        "ecdsa-sha2-nistp384",
        "ecdsa-sha2-nistp521",
        "sk-ssh-ed25519@openssh.com",
        "sk-ecdsa-sha2-nistp256@openssh.com",
    ];
    let text = std::str::from_utf8(data).ok()?;
    let line = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'))?;
    if line == "---- BEGIN SSH2 PUBLIC KEY ----" {
        return Some("RFC 4716".to_owned());
    }
    let algorithm = line.split(' ').next()?;
    KNOWN.contains(&algorithm).then(|| algorithm.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::KeyPair;

    use super::*;
    use crate::sample::{Ca, leaf};

    fn words(data: &[u8]) -> String {
        let looked = look(data);
        assert_eq!(looked.faults, [], "{}", looked.kind);
        looked.kind.to_string()
    }

    #[test]
    fn says_what_a_file_is_by_its_bytes() {
        let ca = Ca::new("Root");
        let made = ca.issue(leaf("a", &["a.test"]));
        let (pem, key) = (made.pem(), made.key_pem());
        assert_eq!(words(pem.as_bytes()), "a PEM encoded certificate");
        assert_eq!(words(made.certificate().der()), "a DER encoded certificate");
        assert_eq!(
            words((pem.clone() + &ca.pem()).as_bytes()),
            "2 PEM encoded certificates, a full chain in order"
        );
        assert_eq!(words((ca.pem() + &pem).as_bytes()), "2 PEM encoded certificates");
        assert_eq!(words(key.as_bytes()), "a PEM encoded private key (EC P-256)");
        let der = KeyPair::generate().unwrap().serialize_der();
        assert_eq!(words(&der), "a DER encoded private key (EC P-256)");
        assert_eq!(words((key + &pem).as_bytes()), "a PEM encoded private key and a certificate");
        let request = leaf("a", &["a.test"]).serialize_request(&KeyPair::generate().unwrap()).unwrap();
        assert_eq!(words(request.pem().unwrap().as_bytes()), "a PEM encoded certificate signing request");
        assert_eq!(words(request.der()), "a DER encoded certificate signing request");
        let ssh = "# mine\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ me@here\n";
        assert_eq!(words(ssh.as_bytes()), "an SSH public key (ssh-ed25519)");
        assert_eq!(words(b"---- BEGIN SSH2 PUBLIC KEY ----\nAAAA\n"), "an SSH public key (RFC 4716)");
        assert!(
            words(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n").starts_with("an encrypted private key")
        );
        for nothing in
            [&b""[..], b"hello", b"\x30\x03\x02\x01\x05", b"-----BEGIN X-----\nAAAA\n-----END X-----\n"]
        {
            assert_eq!(words(nothing), "no certificate, key or request");
        }
    }

    #[test]
    fn tells_everything_that_is_wrong_with_a_file() {
        let bad = |label: &str| format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
        let text = bad("CERTIFICATE")
            + &bad("PRIVATE KEY")
            + &bad("CERTIFICATE REQUEST")
            + "-----BEGIN CERTIFICATE-----\n";
        let faults = look(text.as_bytes()).faults;
        assert!(
            matches!(
                &faults[..],
                [
                    PemFault::NotACertificate { position: 1 },
                    PemFault::UnusableKey,
                    PemFault::NotARequest,
                    PemFault::Broken { .. }
                ]
            ),
            "{faults:?}"
        );
        let large = vec![b' '; MAX_PEM_BYTES + 1];
        assert_eq!(look(&large).faults, [PemFault::TooLarge { bytes: MAX_PEM_BYTES + 1 }]);
    }

    proptest! {
        #[test]
        fn any_bytes_are_something(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert!(!look(&bytes).kind.to_string().is_empty());
        }
    }
}
