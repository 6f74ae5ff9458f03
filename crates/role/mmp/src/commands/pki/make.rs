//! Making keys, requests and certificates. All of it computes, keys for up to seconds: it is for threads that may.

use std::time::Duration;

use convoke_runtime::random;
use convoke_shell::words::pki::{AltName, KeyKind, NewKey, Subject};
use convoke_trust::Certificate;
use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName, DnType, Error,
    ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256,
    PKCS_ECDSA_P384_SHA384, PKCS_RSA_SHA256, RsaKeySize, SanType, SerialNumber, date_time_ymd,
};

/// Clocks of peers may be behind by so much.
const BEFORE: SignedDuration = SignedDuration::from_hours(1);

/// A key with the file of what is made of it.
pub(super) struct Made {
    /// The key's file, a secret.
    pub key_pem: String,
    /// The request's or the certificate's.
    pub pem: String,
}

/// When a certificate holds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Life {
    pub from: Timestamp,
    pub until: Timestamp,
}

impl Life {
    /// So many days from now.
    pub(super) fn of_days(days: u64, now: Timestamp) -> Self {
        let hours = i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(24);
        let until = now.checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
        Self { from: now.checked_sub(BEFORE).unwrap_or(now), until }
    }
}

/// A request for a certificate of a new key, for servers and clients: both ends of C2W show it.
pub(super) fn request(new: &NewKey) -> Result<Made, String> {
    let key = key(new.kind).map_err(told)?;
    let mut params = params(new).map_err(told)?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = both();
    let pem = params.serialize_request(&key).and_then(|request| request.pem()).map_err(told)?;
    Ok(Made { key_pem: key.serialize_pem(), pem })
}

/// A CA that signed itself.
pub(super) fn authority(new: &NewKey, life: Life) -> Result<Made, String> {
    let key = key(new.kind).map_err(told)?;
    let mut params = params(new).map_err(told)?;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages =
        vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    date(&mut params, life);
    let certificate = params.self_signed(&key).map_err(told)?;
    Ok(Made { key_pem: key.serialize_pem(), pem: certificate.pem() })
}

/// A certificate for who asks, signed by a CA.
pub(super) fn signed(
    request_der: &[u8],
    ca: &Certificate,
    ca_key_pem: &str,
    life: Life,
) -> Result<String, String> {
    let mut request = CertificateSigningRequestParams::from_der(&request_der.to_vec().into())
        .map_err(|fault| format!("the request can't be signed: {fault}"))?;
    let key = KeyPair::from_pem(ca_key_pem).map_err(told)?;
    let issuer = Issuer::from_ca_cert_der(ca.der(), key).map_err(told)?;
    let params = &mut request.params;
    // Whatever it asks to be: what is signed here is for servers and clients.
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment];
    params.extended_key_usages = both();
    date(params, life);
    request.signed_by(&issuer).map(|certificate| certificate.pem()).map_err(told)
}

fn both() -> Vec<ExtendedKeyUsagePurpose> {
    vec![ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth]
}

fn date(params: &mut CertificateParams, life: Life) {
    let at = |instant: Timestamp| {
        let seconds = u64::try_from(instant.as_second()).unwrap_or_default();
        date_time_ymd(1970, 1, 1) + Duration::from_secs(seconds)
    };
    (params.not_before, params.not_after) = (at(life.from), at(life.until));
    // 126 random bits, positive whatever they are (RFC 5280 4.1.2.2).
    let mut serial: [u8; 16] = random::bytes();
    serial[0] = (serial[0] & 0x3f) | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
}

fn key(kind: KeyKind) -> Result<KeyPair, Error> {
    match kind {
        KeyKind::Rsa2048 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048),
        KeyKind::Rsa3072 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072),
        KeyKind::Rsa4096 => KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_4096),
        KeyKind::EcP256 => KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256),
        KeyKind::EcP384 => KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384),
    }
}

fn params(new: &NewKey) -> Result<CertificateParams, Error> {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished(&new.subject);
    for name in &new.names {
        params.subject_alt_names.push(match name {
            AltName::Dns(host) => SanType::DnsName(host.as_str().try_into()?),
            AltName::Ip(address) => SanType::IpAddress(*address),
            AltName::Email(address) => SanType::Rfc822Name(address.as_str().try_into()?),
        });
    }
    Ok(params)
}

fn distinguished(subject: &Subject) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    let parts = [
        (DnType::CountryName, &subject.c),
        (DnType::StateOrProvinceName, &subject.st),
        (DnType::LocalityName, &subject.l),
        (DnType::OrganizationName, &subject.o),
        (DnType::OrganizationalUnitName, &subject.ou),
    ];
    for (kind, value) in parts {
        if let Some(value) = value {
            name.push(kind, value.as_str());
        }
    }
    name.push(DnType::CommonName, subject.cn.as_str());
    name
}

fn told(fault: Error) -> String {
    format!("it can't be made: {fault}")
}
