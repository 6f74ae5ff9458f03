//! PEM texts, certificates in them, and the judgement of a peer that shows any bytes.

use convoke_trust::{
    Bundle, Certificate, Identity, MAX_BUNDLE_CERTIFICATES, Usage, check_full_chain, expiry_warning,
    judge_peer, parse_certificates, parse_key,
};
use jiff::Timestamp;
use rustls_pki_types::CertificateDer;

/// A PEM text, as each of the files that may be one.
pub(crate) fn pem(data: &[u8]) {
    match parse_certificates(data, MAX_BUNDLE_CERTIFICATES) {
        Ok(certificates) => {
            assert!(!certificates.is_empty());
            drop(check_full_chain(&certificates));
        }
        Err(faults) => assert!(!faults.is_empty()),
    }
    drop(parse_key(data));
    drop(Bundle::parse(data));
    let half = data.len() / 2;
    if let Err(faults) = Identity::parse(&data[..half], &data[half..]) {
        assert!(!faults.is_empty());
    }
    if let Err(faults) = Identity::parse(data, data) {
        let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(words.iter().all(|words| !words.is_empty()));
    }
}

/// A certificate as a peer shows it: a length of one byte tells where the chain is cut.
pub(crate) fn certificate(data: &[u8]) {
    let known = Certificate::from_der(data);
    if let Some(certificate) = &known {
        let words = [certificate.name(), certificate.issuer(), certificate.subject()];
        assert!(words.iter().all(|words| !words.contains(char::is_control)), "{words:?}");
        let _ = expiry_warning(certificate, Timestamp::UNIX_EPOCH);
        assert!(!format!("{certificate:?}").is_empty());
    }
    let (cut, rest) = data.split_first().map_or((0, data), |(cut, rest)| (usize::from(*cut) * 4, rest));
    let (own, above) = rest.split_at(cut.min(rest.len()));
    let chains =
        [vec![CertificateDer::from(data)], vec![CertificateDer::from(own), CertificateDer::from(above)]];
    let bundle = Bundle::new(Certificate::from_der(above).into_iter().collect());
    for usage in [Usage::Client, Usage::Server { name: "wb1.example.test".into() }] {
        for chain in &chains {
            if let Err(fault) = judge_peer(&bundle, chain, Timestamp::UNIX_EPOCH, &usage) {
                assert!(!fault.to_string().contains(char::is_control), "{fault}");
            }
        }
        // Nobody is trusted by an empty bundle.
        assert!(judge_peer(&Bundle::new(Vec::new()), &chains[0], Timestamp::UNIX_EPOCH, &usage).is_err());
    }
}
