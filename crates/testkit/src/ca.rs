//! A throw-away certification authority, and certificates with every fault that a test may want.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer,
    KeyPair, KeyUsagePurpose,
};
use time::{Duration, OffsetDateTime};

/// A CA whose key lives as long as this value.
pub struct Ca {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl std::fmt::Debug for Ca {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Ca")
    }
}

/// A certificate with its chain and key, in PEM form.
pub struct Leaf {
    /// The own certificate.
    pub certificate: String,
    /// The own certificate and the CA's.
    pub full_chain: String,
    /// PKCS#8.
    pub key: String,
}

/// What a certificate is to say.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The common name.
    pub common_name: &'a str,
    /// Names and addresses.
    pub names: &'a [&'a str],
    /// Days from today at which it begins.
    pub from_day: i64,
    /// Days from today at which it ends.
    pub until_day: i64,
    /// Whether it serves as a server's.
    pub server: bool,
    /// Whether it serves as a client's.
    pub client: bool,
}

impl<'a> Request<'a> {
    /// A good certificate for these names, for a year, as server and client.
    pub fn new(common_name: &'a str, names: &'a [&'a str]) -> Self {
        Self { common_name, names, from_day: -1, until_day: 365, server: true, client: true }
    }
}

impl Ca {
    /// A new CA of this name.
    pub fn new(name: &str) -> Self {
        let (params, key) = authority(name);
        let pem = params.self_signed(&key).expect("a CA certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// A CA below this one; the full chains of what it issues end with it.
    pub fn intermediate(&self, name: &str) -> Self {
        let (params, key) = authority(name);
        let pem = params.signed_by(&key, &self.issuer).expect("a CA certificate").pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// The CA's certificate.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Issues a certificate.
    pub fn issue(&self, request: &Request<'_>) -> Leaf {
        let key = KeyPair::generate().expect("a key");
        let names: Vec<String> = request.names.iter().map(|&name| name.to_owned()).collect();
        let mut params = CertificateParams::new(names).expect("names that a certificate can hold");
        params.distinguished_name = distinguished(request.common_name);
        params.not_before = OffsetDateTime::now_utc() + Duration::days(request.from_day);
        params.not_after = OffsetDateTime::now_utc() + Duration::days(request.until_day);
        params.use_authority_key_identifier_extension = true;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        if request.server {
            params.extended_key_usages.push(ExtendedKeyUsagePurpose::ServerAuth);
        }
        if request.client {
            params.extended_key_usages.push(ExtendedKeyUsagePurpose::ClientAuth);
        }
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate").pem();
        Leaf { full_chain: format!("{certificate}{}", self.pem), certificate, key: key.serialize_pem() }
    }

    /// Issues a certificate and writes `name.key` and `name.crt` (full chain) into `folder`.
    pub fn issue_into(&self, folder: &Path, name: &str, request: &Request<'_>) -> (PathBuf, PathBuf) {
        let leaf = self.issue(request);
        (
            write(folder, &format!("{name}.key"), &leaf.key, 0o600),
            write(folder, &format!("{name}.crt"), &leaf.full_chain, 0o644),
        )
    }
}

/// Writes a file of this mode.
pub fn write(folder: &Path, name: &str, text: &str, mode: u32) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, text).expect("the file is written");
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("the mode is set");
    path
}

fn authority(name: &str) -> (CertificateParams, KeyPair) {
    let mut params = CertificateParams::default();
    params.distinguished_name = distinguished(name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = OffsetDateTime::now_utc() - Duration::days(2);
    params.not_after = OffsetDateTime::now_utc() + Duration::days(3650);
    (params, KeyPair::generate().expect("a key"))
}

fn distinguished(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}
