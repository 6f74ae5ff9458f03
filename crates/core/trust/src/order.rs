//! A full chain brought into its order, or why that can't be: people put certificates together by hand.

use std::fmt;

use crate::{
    certificate::Certificate,
    chain::{Finding, check_full_chain},
    pem::{MAX_BUNDLE_CERTIFICATES, MAX_CHAIN_CERTIFICATES},
};

/// A chain in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ordered {
    /// The server's own certificate, then each issuer in turn.
    pub chain: Vec<Certificate>,
    /// What was done to bring them into that order; nothing when they were.
    pub mended: Vec<Mended>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mended {
    /// Certificates that stood there more than once were left out.
    Twice {
        /// Whose.
        name: String,
    },
    /// The order was another one.
    Reordered,
}

/// Why certificates make no chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unordered {
    /// There is none.
    Empty,
    /// There are too many for a chain.
    TooMany {
        /// How many different ones there are.
        count: usize,
    },
    /// Several could be the server's own.
    SeveralLeaves {
        /// Whose they are.
        names: Vec<String>,
    },
    /// None of them stands at the beginning: each issued another one.
    NoLeaf,
    /// It neither issued another one nor was it issued by one.
    Stranger {
        /// Whose it is.
        name: String,
    },
    /// Something is wrong with the chain in its order.
    Finding(Finding),
}

impl fmt::Display for Mended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twice { name } => write!(f, "the certificate of {name} stood there more than once"),
            Self::Reordered => {
                f.write_str("the order was not the server's own certificate first, then each issuer in turn")
            }
        }
    }
}

impl fmt::Display for Unordered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("there is no certificate"),
            Self::TooMany { count } => {
                write!(
                    f,
                    "{count} certificates are too many for a chain; at most {MAX_CHAIN_CERTIFICATES} are allowed"
                )
            }
            Self::SeveralLeaves { names } => write!(
                f,
                "several certificates could be the server's own, and a chain has one: {}",
                names.join(", ")
            ),
            Self::NoLeaf => {
                f.write_str("no certificate is the server's own: each of them issued another one")
            }
            Self::Stranger { name } => {
                write!(f, "the certificate of {name} has no place in the chain: it issued none of the others")
            }
            Self::Finding(finding) => finding.fmt(f),
        }
    }
}

/// Brings certificates into the order of a full chain. Errors: everything that stands in the way, at least one.
pub fn order(certificates: &[Certificate]) -> Result<Ordered, Vec<Unordered>> {
    if certificates.len() > MAX_BUNDLE_CERTIFICATES {
        return Err(vec![Unordered::TooMany { count: certificates.len() }]);
    }
    let (mut single, mut mended) = (Vec::<&Certificate>::new(), Vec::new());
    for certificate in certificates {
        if single.contains(&certificate) {
            let twice = Mended::Twice { name: certificate.name().to_owned() };
            if !mended.contains(&twice) {
                mended.push(twice);
            }
        } else {
            single.push(certificate);
        }
    }
    if single.is_empty() {
        return Err(vec![Unordered::Empty]);
    }
    if single.len() > MAX_CHAIN_CERTIFICATES {
        return Err(vec![Unordered::TooMany { count: single.len() }]);
    }
    let chain = walk(leaf(&single)?, &single);
    let strangers = single.iter().filter(|certificate| !chain.contains(certificate));
    let mut faults: Vec<Unordered> =
        strangers.map(|stranger| Unordered::Stranger { name: stranger.name().to_owned() }).collect();
    if chain != single {
        mended.push(Mended::Reordered);
    }
    let chain: Vec<Certificate> = chain.into_iter().cloned().collect();
    let findings = check_full_chain(&chain).into_iter().filter(Finding::is_fault);
    faults.extend(findings.map(Unordered::Finding));
    if faults.is_empty() { Ok(Ordered { chain, mended }) } else { Err(faults) }
}

/// The one that issued none of the others; when there are several of them, the only one that is no CA.
fn leaf<'c>(certificates: &[&'c Certificate]) -> Result<&'c Certificate, Vec<Unordered>> {
    let issued_one = |issuer: &Certificate| {
        certificates
            .iter()
            .any(|other| *other != issuer && other.facts.issuer_der == issuer.facts.subject_der)
    };
    let candidates: Vec<&Certificate> = certificates.iter().copied().filter(|c| !issued_one(c)).collect();
    let own: Vec<&Certificate> =
        candidates.iter().copied().filter(|certificate| !certificate.is_ca()).collect();
    match (&candidates[..], &own[..]) {
        ([], _) => Err(vec![Unordered::NoLeaf]),
        ([one], _) | (_, [one]) => Ok(one),
        (several, _) => {
            let names = several.iter().map(|certificate| certificate.name().to_owned()).collect();
            Err(vec![Unordered::SeveralLeaves { names }])
        }
    }
}

/// From the leaf up, by names and signatures.
fn walk<'c>(leaf: &'c Certificate, certificates: &[&'c Certificate]) -> Vec<&'c Certificate> {
    let mut chain = vec![leaf];
    while let Some(last) = chain.last().filter(|last| !last.is_self_issued()) {
        let next = certificates.iter().find(|issuer| !chain.contains(issuer) && last.is_issued_by(issuer));
        match next {
            Some(issuer) => chain.push(issuer),
            None => break,
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{Ca, leaf as leaf_of};

    fn names(ordered: &Ordered) -> Vec<&str> {
        ordered.chain.iter().map(Certificate::name).collect()
    }

    #[test]
    fn a_chain_is_brought_into_its_order_and_what_was_done_is_told() {
        let root = Ca::new("Root");
        let middle = root.intermediate("Middle");
        let own = middle.issue(leaf_of("a", &["a.test"])).certificate();
        let (root, middle) = (root.certificate(), middle.certificate());
        let good = order(&[own.clone(), middle.clone(), root.clone()]).unwrap();
        assert_eq!((names(&good), &good.mended[..]), (vec!["a", "Middle", "Root"], &[][..]));
        let mixed = order(&[root.clone(), own.clone(), middle.clone(), root.clone()]).unwrap();
        assert_eq!(names(&mixed), ["a", "Middle", "Root"]);
        assert_eq!(mixed.mended, [Mended::Twice { name: "Root".into() }, Mended::Reordered]);
        let below = order(&[middle, own.clone()]).unwrap();
        assert_eq!(names(&below), ["a", "Middle"]);
        assert_eq!(names(&order(&[own]).unwrap()), ["a"]);
    }

    #[test]
    fn what_makes_no_chain_is_explained() {
        let root = Ca::new("Root");
        let one = root.issue(leaf_of("one", &["a.test"])).certificate();
        let two = root.issue(leaf_of("two", &["b.test"])).certificate();
        assert_eq!(order(&[]), Err(vec![Unordered::Empty]));
        let faults = order(&[root.certificate(), one.clone(), two]).unwrap_err();
        assert_eq!(
            faults[0].to_string(),
            "several certificates could be the server's own, and a chain has one: one, two"
        );
        let stranger = Ca::new("Stranger").certificate();
        let faults = order(&[one.clone(), root.certificate(), stranger]).unwrap_err();
        assert_eq!(faults, [Unordered::Stranger { name: "Stranger".into() }]);
        let namesake = Ca::new("Root").certificate();
        let faults = order(&[one.clone(), namesake]).unwrap_err();
        assert_eq!(
            faults,
            [Unordered::Stranger { name: "Root".into() }],
            "of the same name, with another key"
        );
        let many: Vec<Certificate> =
            (0..=MAX_CHAIN_CERTIFICATES).map(|number| Ca::new(&number.to_string()).certificate()).collect();
        assert_eq!(order(&many), Err(vec![Unordered::TooMany { count: MAX_CHAIN_CERTIFICATES + 1 }]));
    }
}
