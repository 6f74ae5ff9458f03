//! PEM texts, certificates in them, and the judgement of a peer that shows any bytes.

use convoke_trust::{
    Bundle, Certificate, Finding, Identity, MAX_BUNDLE_CERTIFICATES, Pkcs12, Request, Usage,
    certificate_text, check_full_chain, expiry_warning, holds_name, judge_peer, key_matches, look, order,
    parse_certificates, parse_key, request_text, verify_chain,
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
    known_file(data);
    let half = data.len() / 2;
    if let Err(faults) = Identity::parse(&data[..half], &data[half..]) {
        assert!(!faults.is_empty());
    }
    if let Err(faults) = Identity::parse(data, data) {
        let words: Vec<String> = faults.iter().map(ToString::to_string).collect();
        assert!(words.iter().all(|words| !words.is_empty()));
    }
}

/// What a file is said to be: always something, and in words for one line.
fn known_file(data: &[u8]) {
    let looked = look(data);
    let words = looked.kind.to_string();
    assert!(!words.is_empty() && !words.contains(char::is_control), "{words:?}");
    match order(&looked.certificates) {
        Ok(ordered) => assert!(!check_full_chain(&ordered.chain).iter().any(Finding::is_fault)),
        Err(faults) => assert!(!faults.is_empty()),
    }
    let bundle = Bundle::new(looked.certificates.clone());
    drop(verify_chain(&bundle, &looked.certificates, Timestamp::UNIX_EPOCH));
    for certificate in &looked.certificates {
        shown(&certificate_text(certificate));
        assert_eq!(parse_certificates(certificate.to_pem().as_bytes(), 1), Ok(vec![certificate.clone()]));
    }
    if let Some(key) = &looked.key {
        assert!(parse_key(key.to_pem().as_bytes()).is_ok());
    }
}

/// Text of strangers holds to its lines.
fn shown(lines: &[String]) {
    assert!(!lines.is_empty() && !lines.iter().any(|line| line.contains(char::is_control)), "{lines:?}");
}

/// A certificate signing request in DER.
pub(crate) fn request(data: &[u8]) {
    if let Some(request) = Request::from_der(data) {
        shown(&request_text(&request));
        let words = [request.name(), request.subject(), &request.key_words()];
        assert!(words.iter().all(|words| !words.contains(char::is_control)), "{words:?}");
        let _ = (request.is_signed(), request.names().len());
    }
    known_file(data);
}

/// A PKCS#12 file, under the password that the kept ones have.
pub(crate) fn pkcs12(data: &[u8]) {
    match Pkcs12::parse(data, "x") {
        Ok(found) => assert!(found.chain.first().is_some_and(|own| key_matches(own, &found.key))),
        Err(faults) => assert!(!faults.is_empty()),
    }
}

/// A certificate as a peer shows it: a length of one byte tells where the chain is cut.
pub(crate) fn certificate(data: &[u8]) {
    let known = Certificate::from_der(data);
    if let Some(certificate) = &known {
        let words = [certificate.name(), certificate.issuer(), certificate.subject()];
        assert!(words.iter().all(|words| !words.contains(char::is_control)), "{words:?}");
        shown(&certificate_text(certificate));
        let _ = holds_name(certificate, "wb1.example.test");
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
