//! The full chain that a server presents: leaf first, each issued by the next (seed: `full chain of certificates verifies
//! correctly`). Apart from judging a peer: this is a look at one's own files, at set-up.

use std::fmt;

use crate::{certificate::Certificate, pem::MAX_CHAIN_CERTIFICATES};

/// What was noticed in a chain of certificates. Positions count from 1, the leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// There is no certificate.
    Empty,
    /// There are more than [`MAX_CHAIN_CERTIFICATES`].
    TooLong {
        /// How many there are.
        count: usize,
    },
    /// The same certificate stands there twice.
    Twice {
        /// The later position.
        position: usize,
        /// Whose it is.
        name: String,
    },
    /// The certificate was not issued by the one that follows it: wrong order, or a stranger in the chain.
    NotIssuedByNext {
        /// Position of the certificate.
        position: usize,
        /// Whose it is.
        name: String,
        /// Who issued it.
        issuer: String,
        /// Who follows it in the file.
        next: String,
    },
    /// The names fit, but the signature was not made by the next certificate's key.
    BadSignature {
        /// Position of the certificate.
        position: usize,
        /// Whose it is.
        name: String,
    },
    /// The certificate follows another as its issuer, but may not issue certificates.
    NotACa {
        /// Position of the certificate.
        position: usize,
        /// Whose it is.
        name: String,
    },
    /// The chain ends below a root. Peers that hold the issuer can still verify it, so this is no fault.
    EndsBelowRoot {
        /// Who issued the last certificate.
        issuer: String,
    },
}

impl Finding {
    /// Whether a peer could not verify this chain. A finding that is no fault is worth a remark only.
    pub fn is_fault(&self) -> bool {
        !matches!(self, Self::EndsBelowRoot { .. })
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("the chain holds no certificate"),
            Self::TooLong { count } => {
                write!(
                    f,
                    "the chain holds {count} certificates; at most {MAX_CHAIN_CERTIFICATES} are allowed"
                )
            }
            Self::Twice { position, name } => {
                write!(f, "certificate {position} ({name}) stands in the chain twice")
            }
            Self::NotIssuedByNext { position, name, issuer, next } => write!(
                f,
                "certificate {position} ({name}) was issued by {issuer}, but {next} follows it: the order must be the \
                 server's own certificate, then each issuer in turn"
            ),
            Self::BadSignature { position, name } => {
                write!(
                    f,
                    "the signature of certificate {position} ({name}) was not made by the certificate that follows it"
                )
            }
            Self::NotACa { position, name } => {
                write!(
                    f,
                    "certificate {position} ({name}) is no CA certificate, so it can't have issued the one before it"
                )
            }
            Self::EndsBelowRoot { issuer } => {
                write!(f, "the chain ends below its root: the certificate of {issuer} is not in it")
            }
        }
    }
}

/// A certificate's file with the bundle of those above it. What stands in both stands there once: files of full chains have their CAs already.
pub fn with_bundle(mut own: Vec<Certificate>, above: Vec<Certificate>) -> Vec<Certificate> {
    for certificate in above {
        if !own.contains(&certificate) {
            own.push(certificate);
        }
    }
    own
}

/// The last certificate of a chain that ends below its root. RFC 8446 4.4.2 lets a root be left out, and nothing in the chain tells
/// whether its issuer is one.
pub fn below_root(chain: &[Certificate]) -> Option<&Certificate> {
    chain.last().filter(|last| !last.is_self_issued())
}

/// Looks at order, signatures and completeness. Empty: all is well. Dates are not looked at here.
pub fn check_full_chain(certificates: &[Certificate]) -> Vec<Finding> {
    if certificates.is_empty() {
        return vec![Finding::Empty];
    }
    if certificates.len() > MAX_CHAIN_CERTIFICATES {
        return vec![Finding::TooLong { count: certificates.len() }];
    }
    let mut findings = Vec::new();
    for (index, certificate) in certificates.iter().enumerate() {
        let (position, name) = (index + 1, certificate.name().to_owned());
        if certificates[..index].contains(certificate) {
            findings.push(Finding::Twice { position, name });
        } else if let Some(next) = certificates.get(index + 1) {
            findings.extend(check_pair(position, certificate, next));
        }
    }
    findings.extend(
        below_root(certificates).map(|last| Finding::EndsBelowRoot { issuer: last.issuer().to_owned() }),
    );
    findings
}

fn check_pair(position: usize, certificate: &Certificate, next: &Certificate) -> Option<Finding> {
    let name = certificate.name().to_owned();
    if certificate.facts.issuer_der != next.facts.subject_der {
        let (issuer, next) = (certificate.issuer().to_owned(), next.name().to_owned());
        return Some(Finding::NotIssuedByNext { position, name, issuer, next });
    }
    if !certificate.is_signed_by(next) {
        return Some(Finding::BadSignature { position, name });
    }
    (!next.is_ca()).then(|| Finding::NotACa { position: position + 1, name: next.name().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf, self_signed};

    #[test]
    fn a_complete_chain_in_order_gives_no_finding() {
        let root = Ca::new("Root");
        let middle = root.intermediate("Middle");
        let made = middle.issue(leaf("a", &["a.test"]));
        let chain = [made.certificate(), middle.certificate(), root.certificate()];
        assert_eq!(check_full_chain(&chain), []);
        assert_eq!(check_full_chain(&[self_signed("a", &["a.test"]).certificate()]), []);
    }

    #[test]
    fn a_chain_without_its_root_is_remarked_but_no_fault() {
        let made = Ca::new("Root").issue(leaf("a", &["a.test"]));
        let findings = check_full_chain(&[made.certificate()]);
        assert_eq!(findings, [Finding::EndsBelowRoot { issuer: "Root".into() }]);
        assert!(!findings[0].is_fault());
    }

    #[test]
    fn a_wrong_order_is_named() {
        let root = Ca::new("Root");
        let made = root.issue(leaf("a", &["a.test"]));
        let findings = check_full_chain(&[root.certificate(), made.certificate()]);
        assert!(findings[0].is_fault());
        assert_eq!(
            findings[0].to_string(),
            "certificate 1 (Root) was issued by Root, but a follows it: the order must be the server's own certificate, \
             then each issuer in turn"
        );
    }

    #[test]
    fn an_issuer_of_the_same_name_with_another_key_is_found() {
        let made = Ca::new("Root").issue(leaf("a", &["a.test"]));
        let findings = check_full_chain(&[made.certificate(), Ca::new("Root").certificate()]);
        assert_eq!(findings, [Finding::BadSignature { position: 1, name: "a".into() }]);
    }

    #[test]
    fn finds_nothing_twice_and_too_much() {
        assert_eq!(check_full_chain(&[]), [Finding::Empty]);
        let root = Ca::new("Root").certificate();
        assert!(
            check_full_chain(&[root.clone(), root.clone()])
                .contains(&Finding::Twice { position: 2, name: "Root".into() })
        );
        assert_eq!(check_full_chain(&vec![root; 11]), [Finding::TooLong { count: 11 }]);
    }
}
