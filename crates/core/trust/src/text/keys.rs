//! Public keys in words.

use x509_parser::{
    der_parser::Oid,
    prelude::FromDer,
    public_key::{PublicKey, RSAPublicKey},
    x509::SubjectPublicKeyInfo,
};

use super::{Lines, named};

const ALGORITHMS: &[(&str, &str)] = &[
    ("1.2.840.113549.1.1.1", "rsaEncryption"),
    ("1.2.840.113549.1.1.10", "rsassaPss"),
    ("1.2.840.10045.2.1", "id-ecPublicKey"),
    ("1.2.840.10040.4.1", "dsaEncryption"),
    ("1.3.101.112", "ED25519"),
    ("1.3.101.113", "ED448"),
];

/// Object identifier, OpenSSL's name, NIST's name, bits.
const CURVES: &[(&str, &str, &str, usize)] = &[
    ("1.2.840.10045.3.1.7", "prime256v1", "P-256", 256),
    ("1.3.132.0.34", "secp384r1", "P-384", 384),
    ("1.3.132.0.35", "secp521r1", "P-521", 521),
];

/// Bytes in a row of a key.
const A_ROW: usize = 15;

pub(super) fn show(lines: &mut Lines, indent: usize, key: &SubjectPublicKeyInfo<'_>) {
    let algorithm = named(ALGORITHMS, &key.algorithm.algorithm);
    lines.add(indent, "Subject Public Key Info:");
    lines.add(indent + 4, format!("Public Key Algorithm: {algorithm}"));
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => show_rsa(lines, indent + 8, &rsa),
        Ok(PublicKey::EC(point)) => show_curve(lines, indent + 8, point.data(), curve(key)),
        _ if algorithm.starts_with("ED") => {
            lines.add(indent + 8, format!("{algorithm} Public-Key:"));
            lines.add(indent + 8, "pub:");
            lines.bytes(indent + 12, &key.subject_public_key.data, A_ROW);
        }
        _ => {
            lines.add(indent + 8, "pub:");
            lines.bytes(indent + 12, &key.subject_public_key.data, A_ROW);
        }
    }
}

fn show_rsa(lines: &mut Lines, indent: usize, rsa: &RSAPublicKey<'_>) {
    lines.add(indent, format!("Public-Key: ({} bit)", bits(rsa)));
    lines.add(indent, "Modulus:");
    lines.bytes(indent + 4, rsa.modulus, A_ROW);
    match rsa.try_exponent() {
        Ok(exponent) => lines.add(indent, format!("Exponent: {exponent} (0x{exponent:x})")),
        Err(_) => lines.add(indent, "Exponent: (out of range)"),
    }
}

fn show_curve(lines: &mut Lines, indent: usize, point: &[u8], curve: Option<Oid<'_>>) {
    let id = curve.map(|oid| oid.to_id_string()).unwrap_or_default();
    let known = CURVES.iter().find(|(known, ..)| *known == id);
    if let Some((.., bits)) = known {
        lines.add(indent, format!("Public-Key: ({bits} bit)"));
    }
    lines.add(indent, "pub:");
    lines.bytes(indent + 4, point, A_ROW);
    match known {
        Some((_, name, nist, _)) => {
            lines.add(indent, format!("ASN1 OID: {name}"));
            lines.add(indent, format!("NIST CURVE: {nist}"));
        }
        None => lines.add(indent, format!("ASN1 OID: {id}")),
    }
}

fn curve<'k>(key: &'k SubjectPublicKeyInfo<'_>) -> Option<Oid<'k>> {
    key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok())
}

/// Bits of the modulus: leading zeros are none.
fn bits(rsa: &RSAPublicKey<'_>) -> usize {
    let start = rsa.modulus.iter().position(|byte| *byte != 0).unwrap_or(rsa.modulus.len());
    let digits = rsa.modulus.get(start..).unwrap_or_default();
    let unused = digits.first().map_or(0, |first| first.leading_zeros() as usize);
    (digits.len() * 8).saturating_sub(unused)
}

/// A public key in a few words: `RSA, 2048 bits`, `EC P-256`, `Ed25519`.
pub(crate) fn short(spki_der: &[u8]) -> String {
    let Ok((_, key)) = SubjectPublicKeyInfo::from_der(spki_der) else { return "unknown key".to_owned() };
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => format!("RSA, {} bits", bits(&rsa)),
        Ok(PublicKey::EC(_)) => {
            let id = curve(&key).map(|oid| oid.to_id_string()).unwrap_or_default();
            let known = CURVES.iter().find(|(known, ..)| *known == id);
            known.map_or_else(|| format!("EC, curve {id}"), |(_, _, nist, _)| format!("EC {nist}"))
        }
        _ => match named(ALGORITHMS, &key.algorithm.algorithm).as_str() {
            "ED25519" => "Ed25519".to_owned(),
            other => other.to_owned(),
        },
    }
}
