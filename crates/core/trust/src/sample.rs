//! Certificates made for tests. Valid for the year 2026 unless said otherwise.

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair, date_time_ymd,
};

use crate::certificate::Certificate;

/// A certificate and its key.
pub struct Made {
    certificate: rcgen::Certificate,
    params: CertificateParams,
    key: KeyPair,
}

/// A certificate authority.
pub struct Ca(Made);

/// The parameters of a leaf certificate.
pub fn leaf(common_name: &str, names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    between(params, (2026, 1, 1), (2027, 1, 1))
}

/// The same, with other dates (year, month, day).
pub fn between(
    mut params: CertificateParams,
    from: (i32, u8, u8),
    until: (i32, u8, u8),
) -> CertificateParams {
    params.not_before = date_time_ymd(from.0, from.1, from.2);
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    params
}

/// A certificate that issued itself and is no CA.
pub fn self_signed(common_name: &str, names: &[&str]) -> Made {
    let (params, key) = (leaf(common_name, names), KeyPair::generate().unwrap());
    Made { certificate: params.self_signed(&key).unwrap(), params, key }
}

impl Made {
    /// What the rules see.
    pub fn certificate(&self) -> Certificate {
        Certificate::from_der(self.certificate.der()).unwrap()
    }

    /// The certificate file.
    pub fn pem(&self) -> String {
        self.certificate.pem()
    }

    /// The key file.
    pub fn key_pem(&self) -> String {
        self.key.serialize_pem()
    }

    /// A certificate under this one, allowed or not.
    pub fn issue(&self, params: CertificateParams) -> Made {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        Made { certificate: params.signed_by(&key, &issuer).unwrap(), params, key }
    }
}

impl Ca {
    /// A root.
    pub fn new(name: &str) -> Self {
        Self::dated(name, (2026, 1, 1), (2027, 1, 1))
    }

    /// A root with dates of its own.
    pub fn dated(name: &str, from: (i32, u8, u8), until: (i32, u8, u8)) -> Self {
        let (params, key) = (between(ca_params(name), from, until), KeyPair::generate().unwrap());
        Self(Made { certificate: params.self_signed(&key).unwrap(), params, key })
    }

    /// A CA under this one.
    pub fn intermediate(&self, name: &str) -> Ca {
        Ca(self.0.issue(ca_params(name)))
    }

    /// A leaf under this CA.
    pub fn issue(&self, params: CertificateParams) -> Made {
        self.0.issue(params)
    }

    /// What the rules see.
    pub fn certificate(&self) -> Certificate {
        self.0.certificate()
    }

    /// The certificate file.
    pub fn pem(&self) -> String {
        self.0.pem()
    }
}

fn ca_params(name: &str) -> CertificateParams {
    let mut params = leaf(name, &[]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params
}
