//! Each way in which a peer is trusted or not, with certificates made for it.

use proptest::prelude::*;
use rcgen::ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};

use super::*;
use crate::sample::{Ca, Made, between, leaf, self_signed};

const NOW: &str = "2026-11-22T09:00:00Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn server(name: &str) -> Usage {
    Usage::Server { name: name.into() }
}

fn bundle(certificates: &[Certificate]) -> Bundle {
    Bundle::new(certificates.to_vec())
}

fn chain(certificates: &[Certificate]) -> Vec<CertificateDer<'static>> {
    certificates.iter().map(|c| c.der().clone()).collect()
}

fn judge(trusted: &[Certificate], presented: &[Certificate], usage: &Usage) -> Result<(), PeerFault> {
    judge_peer(&bundle(trusted), &chain(presented), at(NOW), usage)
}

#[test]
fn a_chain_to_a_ca_in_the_bundle_is_trusted() {
    let root = Ca::new("Root");
    let middle = root.intermediate("Middle");
    let made = middle.issue(leaf("wb1", &["wb1.test"]));
    let presented = [made.certificate(), middle.certificate()];
    assert_eq!(judge(&[root.certificate()], &presented, &server("wb1.test")), Ok(()));
    assert_eq!(judge(&[root.certificate()], &presented, &Usage::Client), Ok(()));
    assert_eq!(judge(&[middle.certificate()], &presented[..1], &Usage::Client), Ok(()));
}

#[test]
fn a_pinned_leaf_is_trusted_without_its_ca() {
    let made = Ca::new("Root").issue(leaf("wb1", &["wb1.test", "10.0.0.1"]));
    let own = [made.certificate()];
    assert_eq!(judge(&own, &own, &server("wb1.test")), Ok(()));
    assert_eq!(judge(&own, &own, &server("10.0.0.1")), Ok(()));
    assert_eq!(judge(&own, &own, &Usage::Client), Ok(()));
}

#[test]
fn a_pinned_leaf_vouches_for_itself_only() {
    let pinned = self_signed("wb1", &["wb1.test"]);
    let forged = pinned.issue(leaf("evil", &["wb1.test"]));
    let presented = [forged.certificate(), pinned.certificate()];
    let fault = judge(&[pinned.certificate()], &presented[..1], &server("wb1.test")).unwrap_err();
    assert!(matches!(fault, PeerFault::UnknownIssuer { .. }), "{fault:?}");
    let fault = judge(&[pinned.certificate()], &presented, &server("wb1.test")).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "refused: the certificate of evil breaks a rule: one of its issuers is no CA"
    );
}

#[test]
fn an_unknown_issuer_is_named() {
    let made = Ca::new("Other CA").issue(leaf("wb1", &["wb1.test"]));
    let fault = judge(&[Ca::new("Root").certificate()], &[made.certificate()], &Usage::Client).unwrap_err();
    assert_eq!(
        fault.to_string(),
        "unknown issuer: the certificate of wb1 was issued by Other CA, which the trust bundle does not hold"
    );
}

#[test]
fn the_missing_issuer_is_the_one_above_what_was_presented() {
    let root = Ca::new("Hidden Root");
    let middle = root.intermediate("Middle");
    let made = middle.issue(leaf("wb1", &["wb1.test"]));
    let fault =
        judge(&[Ca::new("Root").certificate()], &[made.certificate(), middle.certificate()], &Usage::Client);
    let (subject, issuer) = ("wb1".into(), "Hidden Root".into());
    assert_eq!(fault, Err(PeerFault::UnknownIssuer { subject, issuer }));
}

#[test]
fn the_name_that_was_dialled_must_be_in_the_certificate() {
    let root = Ca::new("Root");
    for trusted in [root.certificate(), root.issue(leaf("other", &["other.test"])).certificate()] {
        let made = root.issue(leaf("wb1", &["wb1.test", "10.0.0.1"]));
        let trusted = [trusted, made.certificate()];
        let fault = judge(&trusted, &[made.certificate()], &server("10.0.0.2")).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "name not in certificate: 10.0.0.2 was dialled, but the certificate is for wb1.test, 10.0.0.1"
        );
    }
    let made = root.issue(leaf("wb1", &["*.example.test"]));
    assert_eq!(judge(&[root.certificate()], &[made.certificate()], &server("WB1.example.test")), Ok(()));
    assert!(judge(&[root.certificate()], &[made.certificate()], &server("not a name")).is_err());
}

#[test]
fn the_common_name_counts_only_without_alternative_names() {
    let root = Ca::new("Root");
    let without = root.issue(leaf("wb1.test", &[]));
    assert_eq!(judge(&[root.certificate()], &[without.certificate()], &server("wb1.test")), Ok(()));
    let with = root.issue(leaf("wb1.test", &["wb2.test"]));
    assert!(judge(&[root.certificate()], &[with.certificate()], &server("wb1.test")).is_err());
}

fn dated_leaf(root: &Ca, from: (i32, u8, u8), until: (i32, u8, u8)) -> Made {
    root.issue(between(leaf("wb1", &["wb1.test"]), from, until))
}

#[test]
fn dates_are_checked_for_chained_and_for_pinned_certificates() {
    let root = Ca::new("Root");
    let old = dated_leaf(&root, (2026, 1, 1), (2026, 11, 1)).certificate();
    let early = dated_leaf(&root, (2026, 12, 1), (2027, 12, 1)).certificate();
    for trusted in [vec![root.certificate()], vec![old.clone(), early.clone()]] {
        let fault = judge(&trusted, std::slice::from_ref(&old), &Usage::Client).unwrap_err();
        assert_eq!(fault.to_string(), "expired: the certificate of wb1 expired at 2026-11-01T00:00:00Z");
        let fault = judge(&trusted, std::slice::from_ref(&early), &Usage::Client).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "not yet valid: the certificate of wb1 is valid from 2026-12-01T00:00:00Z"
        );
    }
}

#[test]
fn an_expired_ca_of_the_bundle_is_named_as_the_cause() {
    let root = Ca::dated("Old Root", (2020, 1, 1), (2026, 6, 1));
    let made = root.issue(leaf("wb1", &["wb1.test"]));
    let fault = judge(&[root.certificate()], &[made.certificate()], &Usage::Client).unwrap_err();
    assert_eq!(fault.to_string(), "expired: the certificate of Old Root expired at 2026-06-01T00:00:00Z");
}

#[test]
fn usage_is_checked_for_chained_and_for_pinned_certificates() {
    let root = Ca::new("Root");
    let with = |purpose| {
        let mut params = leaf("wb1", &["wb1.test"]);
        params.extended_key_usages = vec![purpose];
        root.issue(params).certificate()
    };
    let (for_server, for_client) = (with(ServerAuth), with(ClientAuth));
    let subject = || "wb1".to_owned();
    for trusted in [vec![root.certificate()], vec![for_server.clone(), for_client.clone()]] {
        let fault = judge(&trusted, std::slice::from_ref(&for_server), &Usage::Client);
        assert_eq!(fault, Err(PeerFault::NoClientUsage { subject: subject() }));
        let fault = judge(&trusted, std::slice::from_ref(&for_client), &server("wb1.test"));
        assert_eq!(fault, Err(PeerFault::NoServerUsage { subject: subject() }));
    }
}

#[test]
fn a_damaged_signature_is_refused() {
    let root = Ca::new("Root");
    let mut der = root.issue(leaf("wb1", &["wb1.test"])).certificate().der().to_vec();
    let last = der.len() - 1;
    der[last] ^= 1;
    let fault =
        judge_peer(&bundle(&[root.certificate()]), &[der.into()], at(NOW), &Usage::Client).unwrap_err();
    assert!(matches!(fault, PeerFault::BadSignature { .. } | PeerFault::UnknownIssuer { .. }), "{fault:?}");
}

#[test]
fn nothing_and_nonsense_are_refused() {
    let trusted = bundle(&[Ca::new("Root").certificate()]);
    assert_eq!(judge_peer(&trusted, &[], at(NOW), &Usage::Client), Err(PeerFault::NoCertificate));
    let nonsense = CertificateDer::from(vec![1, 2, 3]);
    assert_eq!(judge_peer(&trusted, &[nonsense], at(NOW), &Usage::Client), Err(PeerFault::Malformed));
}

proptest! {
    #[test]
    fn any_damage_is_judged_without_a_panic(flips in proptest::collection::vec((any::<u16>(), any::<u8>()), 1..4)) {
        let root = Ca::new("Root");
        let made = root.issue(leaf("wb1", &["wb1.test"]));
        let mut der = made.certificate().der().to_vec();
        for (at, value) in flips {
            let at = at as usize % der.len();
            der[at] = value;
        }
        let presented = [CertificateDer::from(der), made.certificate().der().clone()];
        let _ = judge_peer(&bundle(&[root.certificate()]), &presented, at(NOW), &server("wb1.test"));
    }
}
