//! Certificates for the tests.

use convoke_trust::{Bundle, Certificate, Identity};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};

/// A certificate authority.
pub struct Ca {
    params: CertificateParams,
    key: KeyPair,
    certificate: rcgen::Certificate,
}

/// A leaf's parameters: valid from yesterday for a year.
pub fn leaf(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, common_name);
    dated(params, -1, 365)
}

/// The same, valid between two days, counted from today.
pub fn dated(mut params: CertificateParams, from: i64, until: i64) -> CertificateParams {
    // rcgen's only public constructor of a date takes a civil day.
    let day = |days: i64| {
        let date = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let date = date.checked_add(jiff::Span::new().days(days)).unwrap();
        rcgen::date_time_ymd(date.year().into(), date.month() as u8, date.day() as u8)
    };
    (params.not_before, params.not_after) = (day(from), day(until));
    params
}

impl Ca {
    pub fn new(name: &str) -> Self {
        let mut params = leaf(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self { params, key, certificate }
    }

    pub fn issue(&self, params: CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let certificate = params.signed_by(&key, &issuer).unwrap();
        Identity::parse(certificate.pem().as_bytes(), key.serialize_pem().as_bytes()).unwrap()
    }

    /// A web bridge on the loopback.
    pub fn bridge(&self) -> Identity {
        self.issue(leaf("wb1", &["127.0.0.1", "localhost"]))
    }

    /// A dialler.
    pub fn node(&self) -> Identity {
        self.issue(leaf("node1", &["node1.test"]))
    }

    pub fn bundle(&self) -> Bundle {
        Bundle::new(vec![Certificate::from_der(self.certificate.der()).unwrap()])
    }
}

/// A bundle that holds the peer's own certificate.
pub fn pinned(identity: &Identity) -> Bundle {
    Bundle::new(vec![identity.certificate().clone()])
}
