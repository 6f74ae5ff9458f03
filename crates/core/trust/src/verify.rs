//! One's own certificates held against a bundle, and whether they hold a name: a look at set-up, when nobody has dialled yet.

use jiff::Timestamp;

use crate::{
    certificate::Certificate,
    fault::PeerFault,
    peer::{Bundle, Usage, check_dates, check_name, check_path},
    pem::MAX_CHAIN_CERTIFICATES,
};

/// How a certificate holds a host name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameMatch {
    /// By itself, among the alternative names.
    Exact,
    /// By a wildcard: it works, but one stolen key stands for every host.
    Wildcard,
    /// By the common name alone, which browsers do not look at.
    CommonName,
    /// Not at all.
    No,
}

/// Whether `chain` (a certificate, then issuers that are known) leads to a certificate of the bundle at `now`, for servers or for
/// clients. A CA certificate may stand first.
pub fn verify_chain(bundle: &Bundle, chain: &[Certificate], now: Timestamp) -> Result<(), PeerFault> {
    let (own, above) = chain.split_first().ok_or(PeerFault::NoCertificate)?;
    if bundle.certificates().contains(own) {
        return check_dates(own, now);
    }
    if own.is_ca() {
        return verify_authority(bundle, own, above, now);
    }
    let presented: Vec<_> = above.iter().take(MAX_CHAIN_CERTIFICATES).map(|c| c.der().clone()).collect();
    let server = Usage::Server { name: String::new() };
    match check_path(bundle, own, &presented, now, &server) {
        Err(PeerFault::NoServerUsage { .. }) => check_path(bundle, own, &presented, now, &Usage::Client),
        other => other,
    }
}

/// A CA's own certificate, which no peer may show as its own: by names, signatures and dates.
fn verify_authority(
    bundle: &Bundle,
    own: &Certificate,
    above: &[Certificate],
    now: Timestamp,
) -> Result<(), PeerFault> {
    let mut last = own;
    for _ in 0..MAX_CHAIN_CERTIFICATES {
        check_dates(last, now)?;
        let issued = |issuer: &&Certificate| issuer.is_ca() && *issuer != last && last.is_issued_by(issuer);
        if let Some(anchor) = bundle.certificates().iter().find(issued) {
            return check_dates(anchor, now);
        }
        match above.iter().find(issued) {
            Some(next) => last = next,
            None => break,
        }
    }
    Err(PeerFault::UnknownIssuer { subject: own.name().to_owned(), issuer: last.issuer().to_owned() })
}

/// How the certificate holds this host name or address.
pub fn holds_name(certificate: &Certificate, host: &str) -> NameMatch {
    if check_name(certificate, host).is_err() {
        return NameMatch::No;
    }
    match &certificate.facts.alternative_names {
        None => NameMatch::CommonName,
        Some(names) if names.iter().any(|name| name.eq_ignore_ascii_case(host)) => NameMatch::Exact,
        // Addresses are written in several ways; a wildcard holds none.
        Some(_) if host.parse::<std::net::IpAddr>().is_ok() => NameMatch::Exact,
        Some(_) => NameMatch::Wildcard,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::ExtendedKeyUsagePurpose;

    use super::*;
    use crate::sample::{Ca, between, leaf, self_signed};

    fn verify(bundle: &[Certificate], chain: &[Certificate], now: &str) -> Result<(), String> {
        let bundle = Bundle::new(bundle.to_vec());
        verify_chain(&bundle, chain, now.parse().unwrap()).map_err(|fault| fault.to_string())
    }

    const NOW: &str = "2026-06-01T00:00:00Z";

    #[test]
    fn a_certificate_verifies_by_the_bundle_with_or_without_what_is_between() {
        let root = Ca::new("Root");
        let middle = root.intermediate("Middle");
        let own = middle.issue(leaf("a", &["a.test"])).certificate();
        let (root, middle) = (root.certificate(), middle.certificate());
        assert_eq!(verify(std::slice::from_ref(&root), &[own.clone(), middle.clone()], NOW), Ok(()));
        assert_eq!(verify(&[middle.clone(), root.clone()], std::slice::from_ref(&own), NOW), Ok(()));
        assert_eq!(
            verify(std::slice::from_ref(&own), std::slice::from_ref(&own), NOW),
            Ok(()),
            "it stands there itself"
        );
        assert_eq!(verify(std::slice::from_ref(&root), &[middle], NOW), Ok(()), "a CA's own");
        assert_eq!(verify(std::slice::from_ref(&root), std::slice::from_ref(&root), NOW), Ok(()));
        assert_eq!(
            verify(&[root], &[own], NOW).unwrap_err(),
            "unknown issuer: the certificate of a was issued by Middle, which the trust bundle does not hold"
        );
    }

    #[test]
    fn the_reason_is_told() {
        let root = Ca::new("Root");
        let old = root.issue(between(leaf("a", &["a.test"]), (2026, 1, 1), (2026, 2, 1))).certificate();
        let trusted = [root.certificate()];
        let fault = |chain: &[Certificate], now: &str| verify(&trusted, chain, now).unwrap_err();
        assert!(fault(std::slice::from_ref(&old), NOW).starts_with("expired: the certificate of a"));
        assert!(fault(&[old], "2025-12-01T00:00:00Z").starts_with("not yet valid"));
        let mut params = leaf("a", &["a.test"]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::CodeSigning];
        let signer = root.issue(params).certificate();
        assert!(!signer.is_for_servers() && !signer.is_for_clients());
        assert!(fault(&[signer], NOW).starts_with("wrong usage"));
        let mut params = leaf("a", &["a.test"]);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let client = root.issue(params).certificate();
        assert_eq!(verify(&trusted, &[client], NOW), Ok(()));
        let middle = Ca::new("Other").intermediate("Middle").certificate();
        assert!(
            fault(&[middle], NOW)
                .starts_with("unknown issuer: the certificate of Middle was issued by Other")
        );
        assert!(fault(&[], NOW).starts_with("no certificate"));
    }

    #[test]
    fn a_name_is_held_by_itself_by_a_wildcard_or_by_the_common_name_alone() {
        let made = |names: &[&str]| self_signed("cn.test", names).certificate();
        let certificate = made(&["a.test", "*.b.test", "10.0.0.1", "2001:db8::1"]);
        for (host, expected) in [
            ("A.test", NameMatch::Exact),
            ("x.b.test", NameMatch::Wildcard),
            ("x.y.b.test", NameMatch::No),
            ("10.0.0.1", NameMatch::Exact),
            ("2001:db8:0::1", NameMatch::Exact),
            ("10.0.0.2", NameMatch::No),
            ("cn.test", NameMatch::No),
            ("", NameMatch::No),
        ] {
            assert_eq!(holds_name(&certificate, host), expected, "{host}");
        }
        assert_eq!(holds_name(&made(&[]), "cn.test"), NameMatch::CommonName);
    }
}
