//! PKCS#12 files, as Windows and Java write them: a key with its certificates under a password.

use std::fmt;

use p12_keystore::{Pkcs12Archive, error::Error};
use rustls_pki_types::pem::SectionKind;

use crate::{
    certificate::Certificate,
    key::{PrivateKey, key_matches},
    pem::{MAX_BUNDLE_CERTIFICATES, MAX_PEM_BYTES},
};

/// A key with its chain.
#[derive(Debug, Clone)]
pub struct Pkcs12 {
    /// The private key.
    pub key: PrivateKey,
    /// Its certificate, then each issuer that is there.
    pub chain: Vec<Certificate>,
    /// Certificates that are there and have no place in the chain.
    pub others: Vec<Certificate>,
}

/// Why a PKCS#12 file can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pkcs12Fault {
    /// It has more than [`MAX_PEM_BYTES`] bytes.
    TooLarge {
        /// Its size in bytes.
        bytes: usize,
    },
    /// It is no such file, or damaged.
    NotPkcs12,
    /// The password is wrong.
    WrongPassword,
    /// It is encrypted in a way that is not known.
    Unsupported,
    /// It has no private key.
    NoKey,
    /// It has more than one private key.
    SeveralKeys {
        /// How many.
        count: usize,
    },
    /// TLS can't use the private key.
    UnusableKey,
    /// It has no certificate of the key.
    NoCertificate,
    /// It has more certificates than a bundle may have.
    TooMany,
    /// A certificate in it can't be read.
    NotACertificate {
        /// Which, counted from 1.
        position: usize,
    },
}

impl fmt::Display for Pkcs12Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { bytes } => write!(f, "the file has {bytes} bytes; at most {MAX_PEM_BYTES} are read"),
            Self::NotPkcs12 => f.write_str("the file is no PKCS#12 file (.p12, .pfx), or it is damaged"),
            Self::WrongPassword => f.write_str("the password is wrong"),
            Self::Unsupported => {
                f.write_str("the file is encrypted in a way that is not supported; export it anew with AES or 3DES")
            }
            Self::NoKey => f.write_str("the file holds no private key; export it with the key"),
            Self::SeveralKeys { count } => write!(f, "the file holds {count} private keys; export one of them"),
            Self::UnusableKey => f.write_str(
                "the private key can't be used: expected RSA (2048 to 8192 bits), ECDSA (P-256, P-384, P-521) or Ed25519",
            ),
            Self::NoCertificate => f.write_str("the file holds no certificate of its private key"),
            Self::TooMany => write!(f, "the file holds more than {MAX_BUNDLE_CERTIFICATES} certificates"),
            Self::NotACertificate { position } => {
                write!(f, "certificate {position} of the file can't be read as an X.509 certificate")
            }
        }
    }
}

impl std::error::Error for Pkcs12Fault {}

impl Pkcs12 {
    /// Takes a file apart. It computes as long as the file asks for, which may be seconds. Errors: every fault found, at least one.
    pub fn parse(data: &[u8], password: &str) -> Result<Self, Vec<Pkcs12Fault>> {
        if data.len() > MAX_PEM_BYTES {
            return Err(vec![Pkcs12Fault::TooLarge { bytes: data.len() }]);
        }
        let archive =
            Pkcs12Archive::from_pkcs12(data, password).map_err(|error| vec![fault(&error, data)])?;
        let mut faults = Vec::new();
        if archive.certs.len() > MAX_BUNDLE_CERTIFICATES {
            faults.push(Pkcs12Fault::TooMany);
        }
        let mut certificates = Vec::new();
        for (index, bag) in archive.certs.iter().take(MAX_BUNDLE_CERTIFICATES).enumerate() {
            match Certificate::from_der(bag.cert.as_der()) {
                Some(certificate) if certificates.contains(&certificate) => {}
                Some(certificate) => certificates.push(certificate),
                None => faults.push(Pkcs12Fault::NotACertificate { position: index + 1 }),
            }
        }
        let key = match &archive.keys[..] {
            [] => Err(Pkcs12Fault::NoKey),
            [bag] => PrivateKey::from_section(SectionKind::PrivateKey, bag.key.as_der().to_vec())
                .ok_or(Pkcs12Fault::UnusableKey),
            several => Err(Pkcs12Fault::SeveralKeys { count: several.len() }),
        };
        let key = match key {
            Ok(key) => key,
            Err(fault) => {
                faults.push(fault);
                return Err(faults);
            }
        };
        let Some(own) = certificates.iter().position(|certificate| key_matches(certificate, &key)) else {
            faults.push(Pkcs12Fault::NoCertificate);
            return Err(faults);
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let own = certificates.remove(own);
        let (chain, others) = chain_of(own, certificates);
        Ok(Self { key, chain, others })
    }
}

/// The chain of the key's certificate, and what has no place in it.
fn chain_of(own: Certificate, certificates: Vec<Certificate>) -> (Vec<Certificate>, Vec<Certificate>) {
    let (mut chain, mut others) = (vec![own], certificates);
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        let issued = |issuer: &Certificate| {
            last.facts.issuer_der == issuer.facts.subject_der && last.is_signed_by(issuer)
        };
        let Some(next) = others.iter().position(issued) else { break };
        chain.push(others.remove(next));
    }
    (chain, others)
}

fn fault(error: &Error, data: &[u8]) -> Pkcs12Fault {
    match error {
        // Without a check sum of the whole a wrong password is met where the content is no content.
        Error::MacError(_) | Error::UnpadError | Error::Pkcs5Error(_) => Pkcs12Fault::WrongPassword,
        Error::UnsupportedEncryptionScheme
        | Error::UnsupportedMacAlgorithm
        | Error::UnsupportedCertificateType
        | Error::UnsupportedContentType => Pkcs12Fault::Unsupported,
        Error::InvalidPrivateKey => Pkcs12Fault::UnusableKey,
        _ if is_pkcs12(data) => Pkcs12Fault::Unsupported,
        _ => Pkcs12Fault::NotPkcs12,
    }
}

/// Whether these bytes begin as a PKCS#12 file does: a sequence, version 3, a sequence (RFC 7292 4).
pub(crate) fn is_pkcs12(data: &[u8]) -> bool {
    let Some((0x30, rest)) = data.split_first().map(|(first, rest)| (*first, rest)) else { return false };
    let length = rest.first().copied().unwrap_or_default();
    // One byte of length, or as many more as its lower bits say; an open length ends at a mark.
    let skip = if length < 0x80 { 1 } else { 1 + usize::from(length & 0x7f).min(8) };
    rest.get(skip..).is_some_and(|inner| inner.starts_with(&[0x02, 0x01, 0x03, 0x30]))
}

#[cfg(test)]
mod tests {
    use std::{fs, process::Command};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        FileKind, look,
        sample::{Ca, leaf},
    };

    /// A file as the real OpenSSL exports it.
    fn exported(arguments: &[&str]) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let root = Ca::new("Root");
        let middle = root.intermediate("Middle");
        let made = middle.issue(leaf("a", &["a.test"]));
        let stranger = Ca::new("Stranger");
        fs::write(folder.path().join("own.pem"), made.pem() + &made.key_pem()).unwrap();
        fs::write(folder.path().join("above.pem"), root.pem() + &stranger.pem() + &middle.pem()).unwrap();
        let mut command = Command::new("openssl");
        command.args(["pkcs12", "-export", "-in", "own.pem", "-out", "own.p12"]).args(arguments);
        let done = command.current_dir(folder.path()).output().expect("openssl is there");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        fs::read(folder.path().join("own.p12")).unwrap()
    }

    #[test]
    fn a_file_of_any_age_is_taken_apart_into_key_and_chain() {
        let old = ["-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1"];
        for more in [&[][..], &old[..]] {
            let arguments = [&["-certfile", "above.pem", "-passout", "pass:geheim 말"], more].concat();
            let file = exported(&arguments);
            assert_eq!(look(&file).kind, FileKind::Pkcs12);
            let found = Pkcs12::parse(&file, "geheim 말").unwrap();
            let names = |certificates: &[Certificate]| -> Vec<String> {
                certificates.iter().map(|certificate| certificate.name().to_owned()).collect()
            };
            assert_eq!(names(&found.chain), ["a", "Middle", "Root"]);
            assert_eq!(names(&found.others), ["Stranger"]);
            assert!(key_matches(&found.chain[0], &found.key));
            let pem = found.key.to_pem();
            assert!(crate::parse_key(pem.as_bytes()).is_ok_and(|key| key_matches(&found.chain[0], &key)));
            assert_eq!(Pkcs12::parse(&file, "wrong").unwrap_err(), [Pkcs12Fault::WrongPassword]);
        }
    }

    #[test]
    fn what_is_missing_is_told() {
        let without_key = exported(&["-nokeys", "-passout", "pass:x"]);
        assert_eq!(Pkcs12::parse(&without_key, "x").unwrap_err(), [Pkcs12Fault::NoKey]);
        let without_certificate = exported(&["-nocerts", "-passout", "pass:x"]);
        assert_eq!(Pkcs12::parse(&without_certificate, "x").unwrap_err(), [Pkcs12Fault::NoCertificate]);
        assert_eq!(Pkcs12::parse(b"hello", "x").unwrap_err(), [Pkcs12Fault::NotPkcs12]);
        let large = vec![0; MAX_PEM_BYTES + 1];
        assert_eq!(
            Pkcs12::parse(&large, "x").unwrap_err(),
            [Pkcs12Fault::TooLarge { bytes: MAX_PEM_BYTES + 1 }]
        );
    }

    #[test]
    fn a_damaged_file_is_read_or_refused() {
        let file = exported(&["-passout", "pass:x"]);
        for at in (0..file.len()).step_by(17) {
            let mut damaged = file.clone();
            damaged[at] ^= 0x41;
            if let Err(faults) = Pkcs12::parse(&damaged, "x") {
                assert!(!faults.is_empty());
            }
            drop(Pkcs12::parse(&file[..at], "x"));
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Pkcs12::parse(&bytes, "x");
            let _ = is_pkcs12(&bytes);
        }
    }
}
