//! Who we are to others: a certificate chain and its key, checked together. Apart because every TLS side of Convoke takes
//! the same pair of files, and an operator should hear of all their faults at once.

use std::fmt;

use crate::{
    certificate::Certificate,
    chain::{Finding, check_full_chain, with_bundle},
    key::{PrivateKey, key_matches},
    pem::{MAX_CHAIN_CERTIFICATES, PemFault, parse_certificates, parse_key},
};

/// A full chain (own certificate first) and the key of its first certificate.
#[derive(Debug, Clone)]
pub struct Identity {
    chain: Vec<Certificate>,
    key: PrivateKey,
}

/// What is wrong with a pair of certificate and key files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum IdentityFault {
    /// The certificate file.
    Certificates(PemFault),
    /// The key file.
    Key(PemFault),
    /// The order or the signatures of the chain.
    Chain(Finding),
    /// The key is not that of the first certificate.
    Mismatch {
        /// Whose certificate it is.
        name: String,
    },
}

impl fmt::Display for IdentityFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Certificates(fault) => write!(f, "certificate file: {fault}"),
            Self::Key(fault) => write!(f, "key file: {fault}"),
            Self::Chain(finding) => write!(f, "certificate file: {finding}"),
            Self::Mismatch { name } => write!(f, "the key is not that of the certificate of {name}"),
        }
    }
}

impl std::error::Error for IdentityFault {}

impl Identity {
    /// Reads both files and checks that they belong together. Errors: every fault found, at least one.
    pub fn parse(chain_pem: &[u8], key_pem: &[u8]) -> Result<Self, Vec<IdentityFault>> {
        Self::parse_with(chain_pem, None, key_pem)
    }

    /// The same where the certificates above the own one stand in a file of their own.
    pub fn parse_with(
        chain_pem: &[u8],
        bundle_pem: Option<&[u8]>,
        key_pem: &[u8],
    ) -> Result<Self, Vec<IdentityFault>> {
        let read = |pem: &[u8]| parse_certificates(pem, MAX_CHAIN_CERTIFICATES);
        // A bundle may be empty: what it would hold may stand behind the own certificate.
        let bundle = bundle_pem.map(read).filter(|read| *read != Err(vec![PemFault::NoCertificate]));
        let chain = match (read(chain_pem), bundle.transpose()) {
            (Ok(own), Ok(above)) => Ok(with_bundle(own, above.unwrap_or_default())),
            (own, above) => Err(own.err().into_iter().chain(above.err()).flatten().collect::<Vec<_>>()),
        };
        let key = parse_key(key_pem);
        let mut faults = Vec::new();
        if let Err(found) = &chain {
            faults.extend(found.iter().cloned().map(IdentityFault::Certificates));
        }
        if let Err(found) = &key {
            faults.push(IdentityFault::Key(found.clone()));
        }
        let chain = chain.unwrap_or_default();
        if !chain.is_empty() {
            let findings = check_full_chain(&chain).into_iter().filter(Finding::is_fault);
            faults.extend(findings.map(IdentityFault::Chain));
        }
        match (chain.first(), key) {
            (Some(own), Ok(key)) if key_matches(own, &key) && faults.is_empty() => Ok(Self { chain, key }),
            (Some(own), Ok(key)) if !key_matches(own, &key) => {
                faults.push(IdentityFault::Mismatch { name: own.name().to_owned() });
                Err(faults)
            }
            _ => Err(faults),
        }
    }

    /// The own certificate.
    pub fn certificate(&self) -> &Certificate {
        // `parse` lets no empty chain through.
        &self.chain[0]
    }

    /// The whole chain, own certificate first.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The key of the own certificate.
    pub fn key(&self) -> &PrivateKey {
        &self.key
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf};

    #[test]
    fn a_chain_and_its_key_make_an_identity() {
        let ca = Ca::new("Root");
        let made = ca.issue(leaf("wb1", &["wb1.test"]));
        let chain = made.pem() + &ca.pem();
        let identity = Identity::parse(chain.as_bytes(), made.key_pem().as_bytes()).unwrap();
        assert_eq!(identity.certificate().name(), "wb1");
        assert_eq!(identity.chain().len(), 2);
    }

    #[test]
    fn tells_every_fault_of_both_files() {
        let ca = Ca::new("Root");
        let (made, other) = (ca.issue(leaf("wb1", &["wb1.test"])), ca.issue(leaf("wb2", &["wb2.test"])));
        let chain = made.pem() + &other.pem();
        let faults = Identity::parse(chain.as_bytes(), other.key_pem().as_bytes()).unwrap_err();
        assert!(
            matches!(&faults[..], [IdentityFault::Chain(_), IdentityFault::Mismatch { .. }]),
            "{faults:?}"
        );
        let faults = Identity::parse(b"", b"").unwrap_err();
        assert_eq!(
            faults,
            [IdentityFault::Certificates(PemFault::NoCertificate), IdentityFault::Key(PemFault::NoKey)]
        );
    }
}
