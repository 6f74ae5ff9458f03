//! Who a peer is: the rule of a trust bundle.
//!
//! A bundle holds certificates of peers *or* of the CAs above them. A peer is trusted when its own certificate stands in
//! the bundle byte for byte, or when its chain leads to a CA in it. A certificate that is no CA vouches for itself only.

use jiff::Timestamp;
use rustls_pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use webpki::{
    EndEntityCert, Error as PathError, ExtendedKeyUsageValidator, KeyUsage, anchor_from_trusted_cert,
};

use crate::{
    certificate::Certificate,
    fault::PeerFault,
    pem::{MAX_BUNDLE_CERTIFICATES, MAX_CHAIN_CERTIFICATES, PemFault, parse_certificates},
};

/// The certificates that one side of a connection trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    certificates: Vec<Certificate>,
}

impl Bundle {
    /// Reads a PEM bundle. Errors: every fault found, at least one.
    pub fn parse(pem: &[u8]) -> Result<Self, Vec<PemFault>> {
        parse_certificates(pem, MAX_BUNDLE_CERTIFICATES).map(|certificates| Self { certificates })
    }

    /// A bundle of certificates that were read before.
    pub fn new(certificates: Vec<Certificate>) -> Self {
        Self { certificates }
    }

    /// The certificates, in the file's order.
    pub fn certificates(&self) -> &[Certificate] {
        &self.certificates
    }
}

/// What the peer is to us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Usage {
    /// A server that was dialled by this host name or address.
    Server {
        /// The name, as dialled.
        name: String,
    },
    /// A client that came to us.
    Client,
}

/// Whether the peer that presented `chain` (its own certificate first) may be trusted at `now`.
pub fn judge_peer(
    bundle: &Bundle,
    chain: &[CertificateDer<'_>],
    now: Timestamp,
    usage: &Usage,
) -> Result<(), PeerFault> {
    let (own, above) = chain.split_first().ok_or(PeerFault::NoCertificate)?;
    let leaf = Certificate::from_der(own).ok_or(PeerFault::Malformed)?;
    if bundle.certificates.contains(&leaf) {
        check_alone(&leaf, now, usage)?;
    } else {
        check_path(bundle, &leaf, &above[..above.len().min(MAX_CHAIN_CERTIFICATES)], now, usage)?;
    }
    match usage {
        Usage::Server { name } => check_name(&leaf, name),
        Usage::Client => Ok(()),
    }
}

/// A certificate that stands in the bundle itself: only its own dates and usage count.
fn check_alone(leaf: &Certificate, now: Timestamp, usage: &Usage) -> Result<(), PeerFault> {
    check_dates(leaf, now)?;
    let Some(allowed) = leaf.facts.extended_usage else { return Ok(()) };
    match usage {
        Usage::Server { .. } if !allowed.server => {
            Err(PeerFault::NoServerUsage { subject: leaf.name().into() })
        }
        Usage::Client if !allowed.client => Err(PeerFault::NoClientUsage { subject: leaf.name().into() }),
        _ => Ok(()),
    }
}

pub(crate) fn check_dates(certificate: &Certificate, now: Timestamp) -> Result<(), PeerFault> {
    let subject = || certificate.name().to_owned();
    if now < certificate.not_before() {
        return Err(PeerFault::NotYetValid { subject: subject(), from: certificate.not_before() });
    }
    if now > certificate.not_after() {
        return Err(PeerFault::Expired { subject: subject(), at: certificate.not_after() });
    }
    Ok(())
}

/// A chain that must lead to a CA of the bundle. An expired CA does not vouch, but is named as the cause.
pub(crate) fn check_path(
    bundle: &Bundle,
    leaf: &Certificate,
    above: &[CertificateDer<'_>],
    now: Timestamp,
    usage: &Usage,
) -> Result<(), PeerFault> {
    let authorities = || bundle.certificates.iter().filter(|certificate| certificate.is_ca());
    let valid = authorities().filter(|ca| check_dates(ca, now).is_ok());
    let fault = match verify(leaf, above, valid, now, usage) {
        Err(fault @ PeerFault::UnknownIssuer { .. }) => fault,
        result => return result,
    };
    for outdated in authorities().filter(|ca| check_dates(ca, now).is_err()) {
        if verify(leaf, above, std::iter::once(outdated), now, usage).is_ok() {
            return check_dates(outdated, now);
        }
    }
    Err(fault)
}

fn verify<'b>(
    leaf: &Certificate,
    above: &[CertificateDer<'_>],
    authorities: impl Iterator<Item = &'b Certificate>,
    now: Timestamp,
    usage: &Usage,
) -> Result<(), PeerFault> {
    let anchors: Vec<TrustAnchor<'_>> =
        authorities.filter_map(|ca| anchor_from_trusted_cert(ca.der()).ok()).collect();
    let entity =
        EndEntityCert::try_from(leaf.der()).map_err(|error| path_fault(&error, leaf, above, usage))?;
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    let time = UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds));
    let usage_wanted = match usage {
        Usage::Server { .. } => KeyUsage::server_auth(),
        Usage::Client => KeyUsage::client_auth(),
    };
    verify_usage(&entity, &anchors, above, time, usage_wanted)
        .map_err(|error| path_fault(&error, leaf, above, usage))
}

fn verify_usage(
    entity: &EndEntityCert<'_>,
    anchors: &[TrustAnchor<'_>],
    above: &[CertificateDer<'_>],
    time: UnixTime,
    usage: impl ExtendedKeyUsageValidator,
) -> Result<(), PathError> {
    let algorithms = webpki::ALL_VERIFICATION_ALGS;
    entity.verify_for_usage(algorithms, anchors, above, time, usage, None, None).map(|_| ())
}

/// webpki's reason, with the names of the certificate that it is about.
fn path_fault(
    error: &PathError,
    leaf: &Certificate,
    above: &[CertificateDer<'_>],
    usage: &Usage,
) -> PeerFault {
    let subject = leaf.name().to_owned();
    match error {
        PathError::UnknownIssuer => unknown_issuer(leaf, above),
        PathError::CertExpired { not_after, .. } => {
            let at = instant(*not_after);
            PeerFault::Expired { subject: dated(leaf, above, |c| c.not_after() == at), at }
        }
        PathError::CertNotValidYet { not_before, .. } => {
            let from = instant(*not_before);
            PeerFault::NotYetValid { subject: dated(leaf, above, |c| c.not_before() == from), from }
        }
        PathError::RequiredEkuNotFoundContext(_) | PathError::EmptyEkuExtension => match usage {
            Usage::Server { .. } => PeerFault::NoServerUsage { subject },
            Usage::Client => PeerFault::NoClientUsage { subject },
        },
        PathError::InvalidSignatureForPublicKey
        | PathError::SignatureAlgorithmMismatch
        | PathError::UnsupportedSignatureAlgorithmContext(_)
        | PathError::UnsupportedSignatureAlgorithmForPublicKeyContext(_) => {
            PeerFault::BadSignature { subject }
        }
        PathError::BadDer | PathError::BadDerTime | PathError::TrailingData(_) => PeerFault::Malformed,
        other => PeerFault::Refused { subject, rule: rule_words(other) },
    }
}

fn rule_words(error: &PathError) -> String {
    match error {
        PathError::CaUsedAsEndEntity => "a CA certificate must not stand as the peer's own".into(),
        PathError::EndEntityUsedAsCa => "one of its issuers is no CA".into(),
        PathError::PathLenConstraintViolated => "the chain is longer than its CA allows".into(),
        PathError::NameConstraintViolation => "its name is outside what its CA may vouch for".into(),
        PathError::UnsupportedCriticalExtension => "it has a critical extension that is not known".into(),
        PathError::UnsupportedCertVersion => "it is not an X.509 version 3 certificate".into(),
        other => other.to_string(),
    }
}

/// Names the highest certificate that can be reached from the leaf, because its issuer is the one that is missing.
fn unknown_issuer(leaf: &Certificate, above: &[CertificateDer<'_>]) -> PeerFault {
    let presented: Vec<Certificate> = above.iter().filter_map(|der| Certificate::from_der(der)).collect();
    let mut top = leaf;
    for _ in 0..presented.len() {
        let issuer = presented.iter().find(|c| c.facts.subject_der == top.facts.issuer_der);
        match issuer {
            Some(issuer) if !top.is_self_issued() => top = issuer,
            _ => break,
        }
    }
    PeerFault::UnknownIssuer { subject: leaf.name().into(), issuer: top.issuer().into() }
}

/// Whose certificate of the chain has the date that webpki found wrong.
fn dated(leaf: &Certificate, above: &[CertificateDer<'_>], fits: impl Fn(&Certificate) -> bool) -> String {
    if fits(leaf) {
        return leaf.name().to_owned();
    }
    let found = above.iter().filter_map(|der| Certificate::from_der(der)).find(|c| fits(c));
    found.as_ref().unwrap_or(leaf).name().to_owned()
}

fn instant(time: UnixTime) -> Timestamp {
    i64::try_from(time.as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok()).unwrap_or(Timestamp::MAX)
}

/// Whether the host that was dialled is in the certificate (alternative names, else the common name).
pub(crate) fn check_name(leaf: &Certificate, wanted: &str) -> Result<(), PeerFault> {
    let fault = || PeerFault::NameNotInCertificate {
        wanted: wanted.chars().take(255).collect(),
        present: leaf.names(),
    };
    let name = ServerName::try_from(wanted).map_err(|_| fault())?;
    let entity = EndEntityCert::try_from(leaf.der()).map_err(|_| PeerFault::Malformed)?;
    if entity.verify_is_valid_for_subject_name(&name).is_ok() {
        return Ok(());
    }
    let common_name = leaf.facts.common_name.as_deref().unwrap_or_default();
    if leaf.facts.alternative_names.is_none() && common_name.eq_ignore_ascii_case(wanted) {
        return Ok(());
    }
    Err(fault())
}

#[cfg(test)]
#[path = "peer_tests.rs"]
mod tests;
