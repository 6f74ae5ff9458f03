//! Who issued the last certificate of a chain that ends below its root. Apart from the checks, because it looks beyond the files that the
//! settings name: a chain may leave out a root that every machine knows, and nothing else.

use convoke_trust::{Certificate, below_root, check_full_chain, look};

use crate::files::{Files, read_pem};

/// What is missing of a chain.
#[derive(Debug, PartialEq, Eq)]
pub struct Missing {
    /// Whose certificate is the last one.
    pub last: String,
    /// Who issued it.
    pub issuer: String,
    /// It stands there alone: whoever issued it is left out for certain.
    pub is_alone: bool,
    /// A file of this server that helps.
    pub file: Option<Holder>,
}

/// A file of this server, by its name.
#[derive(Debug, PartialEq, Eq)]
pub enum Holder {
    /// It holds the whole chain of the same certificate.
    Whole(String),
    /// It holds the issuer's certificate, and whether that is a root.
    Issuer(String, bool),
}

impl Missing {
    /// Whether more is missing than a root for certain. A root may be left out, and where several certificates stand there nothing tells
    /// whether their last one's issuer is one, unless it is here.
    pub fn is_certain(&self) -> bool {
        self.is_alone || matches!(self.file, Some(Holder::Issuer(_, false)))
    }

    /// What is wrong with the chain, and what to do.
    pub fn told(&self, command: &str) -> String {
        let Self { last, issuer, .. } = self;
        let is = if self.is_certain() {
            format!("is incomplete: it ends with {last}, which {issuer} issued")
        } else {
            format!("ends with {last}, which {issuer} issued: peers must know that one as a root")
        };
        let within = match &self.file {
            Some(Holder::Whole(whole)) => {
                return format!("{is}; {whole} is its full chain: set that by \"{command}\"");
            }
            Some(Holder::Issuer(file, _)) => format!(", which is in {file},"),
            None => String::new(),
        };
        let otherwise = if self.is_certain() { "" } else { "if they do not, " };
        format!(
            "{is}; {otherwise}put the certificate of {issuer}{within} behind it, and so on up to the root, and set that file by \"{command}\""
        )
    }
}

/// What is missing of a chain in order; nothing when it ends at its root, or leads to one of the CAs that machines trust.
pub fn missing(
    files: &Files,
    chain: &[Certificate],
    trusted: impl FnOnce() -> Vec<Certificate>,
) -> Option<Missing> {
    let last = below_root(chain)?;
    let authorities = trusted();
    // Not the last one alone: a chain may go on to an older root by which the newer one was signed too.
    let is_known =
        |certificate: &Certificate| authorities.iter().any(|authority| certificate.is_issued_by(authority));
    if chain.iter().any(is_known) {
        return None;
    }
    Some(Missing {
        last: last.name().to_owned(),
        issuer: last.issuer().to_owned(),
        is_alone: chain.len() == 1,
        file: holder(files, chain, last),
    })
}

fn holder(files: &Files, chain: &[Certificate], last: &Certificate) -> Option<Holder> {
    let mut above = None;
    for name in files.names() {
        let certificates = match files.place(&name).map(|path| read_pem(&path)) {
            Ok(Ok(data)) => look(&data).certificates,
            _ => continue,
        };
        if certificates.first() == chain.first() && check_full_chain(&certificates).is_empty() {
            return Some(Holder::Whole(name));
        }
        let issuer = certificates.iter().find(|issuer| issuer.is_ca() && last.is_issued_by(issuer));
        if let (None, Some(issuer)) = (&above, issuer) {
            above = Some(Holder::Issuer(name, issuer.is_self_issued()));
        }
    }
    above
}

#[cfg(test)]
mod tests {
    use convoke_testkit::ca::{Ca, Request};
    use convoke_trust::{MAX_CHAIN_CERTIFICATES, parse_certificates};

    use super::*;

    fn certificates(pem: &str) -> Vec<Certificate> {
        parse_certificates(pem.as_bytes(), MAX_CHAIN_CERTIFICATES).unwrap()
    }

    #[test]
    fn a_chain_may_leave_out_a_root_that_machines_trust_and_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let ca = Ca::new("Lab CA");
        let own = ca.issue(&Request::new("cms1.lab", &["cms1.lab"]));
        let (alone, whole) = (certificates(&own.certificate), certificates(&own.full_chain));
        let (root, namesake) = (certificates(ca.pem()), certificates(Ca::new("Lab CA").pem()));
        assert_eq!(missing(&files, &whole, Vec::new), None);
        assert_eq!(missing(&files, &alone, || root.clone()), None);
        let told =
            |file| Some(Missing { last: "cms1.lab".into(), issuer: "Lab CA".into(), is_alone: true, file });
        assert_eq!(missing(&files, &alone, || namesake), told(None), "of the same name, with another key");
        files.write("a.cer", own.certificate.as_bytes()).unwrap();
        files.write("namesake.cer", Ca::new("Lab CA").pem().as_bytes()).unwrap();
        assert_eq!(missing(&files, &alone, Vec::new), told(None));
        files.write("root.cer", ca.pem().as_bytes()).unwrap();
        assert_eq!(missing(&files, &alone, Vec::new), told(Some(Holder::Issuer("root.cer".into(), true))));
        files.write("z.cer", own.full_chain.as_bytes()).unwrap();
        assert_eq!(missing(&files, &alone, Vec::new), told(Some(Holder::Whole("z.cer".into()))));
    }
}
