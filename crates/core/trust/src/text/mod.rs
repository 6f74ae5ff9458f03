//! Certificates and requests in words, in the form that administrators know from `openssl x509 -text` and `openssl req -text`.
//!
//! What a stranger wrote into a certificate is shown on one line and without control characters. Names are shown as they are
//! written, in any script; what is not known is shown as bytes.

mod extensions;
mod keys;
mod names;

use x509_parser::{
    certification_request::X509CertificationRequest,
    cri_attributes::ParsedCriAttribute,
    der_parser::Oid,
    extensions::X509Extension,
    prelude::{FromDer, X509Certificate},
    time::ASN1Time,
    x509::AlgorithmIdentifier,
};

use crate::{certificate::Certificate, request::Request};

pub(crate) use keys::short as key_words;

/// The certificate, line by line.
pub fn certificate_text(certificate: &Certificate) -> Vec<String> {
    // It was read before, so it is read now.
    match X509Certificate::from_der(certificate.der()) {
        Ok((_, parsed)) => of_certificate(&parsed),
        Err(_) => Vec::new(),
    }
}

/// The request, line by line.
pub fn request_text(request: &Request) -> Vec<String> {
    match X509CertificationRequest::from_der(request.der()) {
        Ok((_, parsed)) => of_request(&parsed),
        Err(_) => Vec::new(),
    }
}

fn of_certificate(parsed: &X509Certificate<'_>) -> Vec<String> {
    let mut lines = Lines::default();
    let version = parsed.version().0;
    lines.add(0, "Certificate:");
    lines.add(4, "Data:");
    lines.add(8, format!("Version: {} (0x{version:x})", version.saturating_add(1)));
    serial(&mut lines, parsed.raw_serial());
    lines.add(8, format!("Signature Algorithm: {}", signature(&parsed.tbs_certificate.signature)));
    lines.add(8, format!("Issuer: {}", names::distinguished(parsed.issuer())));
    lines.add(8, "Validity");
    lines.add(12, format!("Not Before: {}", instant(parsed.validity().not_before)));
    lines.add(12, format!("Not After : {}", instant(parsed.validity().not_after)));
    lines.add(8, format!("Subject: {}", names::distinguished(parsed.subject())));
    keys::show(&mut lines, 8, parsed.public_key());
    if !parsed.extensions().is_empty() {
        lines.add(8, "X509v3 extensions:");
        show_extensions(&mut lines, 12, parsed.extensions());
    }
    lines.add(4, format!("Signature Algorithm: {}", signature(&parsed.signature_algorithm)));
    lines.add(4, "Signature Value:");
    lines.bytes(8, &parsed.signature_value.data, 18);
    lines.0
}

fn of_request(parsed: &X509CertificationRequest<'_>) -> Vec<String> {
    let (mut lines, info) = (Lines::default(), &parsed.certification_request_info);
    lines.add(0, "Certificate Request:");
    lines.add(4, "Data:");
    lines.add(8, format!("Version: {} (0x{:x})", info.version.0.saturating_add(1), info.version.0));
    lines.add(8, format!("Subject: {}", names::distinguished(&info.subject)));
    keys::show(&mut lines, 8, &info.subject_pki);
    lines.add(8, "Attributes:");
    if info.attributes().is_empty() {
        lines.add(12, "(none)");
    }
    for attribute in info.attributes() {
        match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(asked) => {
                lines.add(12, "Requested Extensions:");
                show_extensions(&mut lines, 16, &asked.extensions);
            }
            // A password that somebody asked for is nothing to be shown.
            _ => lines.add(12, format!("{}: (not shown)", attribute.oid.to_id_string())),
        }
    }
    lines.add(4, format!("Signature Algorithm: {}", signature(&parsed.signature_algorithm)));
    lines.add(4, "Signature Value:");
    lines.bytes(8, &parsed.signature_value.data, 18);
    lines.0
}

fn show_extensions(lines: &mut Lines, indent: usize, extensions: &[X509Extension<'_>]) {
    for extension in extensions {
        let critical = if extension.critical { "critical" } else { "" };
        lines.add(indent, format!("{}: {critical}", extensions::title(&extension.oid)));
        for (deeper, text) in extensions::values(extension) {
            lines.add(indent + 4 + deeper, text);
        }
    }
}

fn serial(lines: &mut Lines, raw: &[u8]) {
    let start = raw.iter().position(|byte| *byte != 0).unwrap_or(raw.len().saturating_sub(1));
    let bytes = raw.get(start..).unwrap_or_default();
    let small = bytes.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256)?.checked_add(u64::from(*byte)));
    match small.filter(|small| i64::try_from(*small).is_ok()) {
        Some(small) => lines.add(8, format!("Serial Number: {small} (0x{small:x})")),
        None => {
            lines.add(8, "Serial Number:");
            lines.add(12, colons(bytes, false));
        }
    }
}

fn instant(time: ASN1Time) -> String {
    jiff::Timestamp::from_second(time.timestamp())
        .map_or_else(|_| "Bad time value".to_owned(), |at| at.strftime("%b %e %H:%M:%S %Y GMT").to_string())
}

fn signature(algorithm: &AlgorithmIdentifier<'_>) -> String {
    const NAMES: &[(&str, &str)] = &[
        ("1.2.840.113549.1.1.4", "md5WithRSAEncryption"),
        ("1.2.840.113549.1.1.5", "sha1WithRSAEncryption"),
        ("1.2.840.113549.1.1.10", "rsassaPss"),
        ("1.2.840.113549.1.1.11", "sha256WithRSAEncryption"),
        ("1.2.840.113549.1.1.12", "sha384WithRSAEncryption"),
        ("1.2.840.113549.1.1.13", "sha512WithRSAEncryption"),
        ("1.2.840.10045.4.1", "ecdsa-with-SHA1"),
        ("1.2.840.10045.4.3.2", "ecdsa-with-SHA256"),
        ("1.2.840.10045.4.3.3", "ecdsa-with-SHA384"),
        ("1.2.840.10045.4.3.4", "ecdsa-with-SHA512"),
        ("1.3.101.112", "ED25519"),
        ("1.3.101.113", "ED448"),
    ];
    named(NAMES, &algorithm.algorithm)
}

/// The name of an object identifier, or itself.
fn named(names: &[(&str, &str)], oid: &Oid<'_>) -> String {
    let id = oid.to_id_string();
    names.iter().find(|(known, _)| *known == id).map_or(id, |(_, name)| (*name).to_owned())
}

/// Bytes in hexadecimal with colons between.
fn colons(bytes: &[u8], is_upper: bool) -> String {
    let digits = |byte: &u8| if is_upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
    bytes.iter().map(digits).collect::<Vec<_>>().join(":")
}

/// Text of a stranger, on one line.
fn line_of(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect()
}

/// The lines so far.
#[derive(Default)]
struct Lines(Vec<String>);

impl Lines {
    fn add(&mut self, indent: usize, text: impl AsRef<str>) {
        self.0.push(format!("{:indent$}{}", "", text.as_ref()));
    }

    /// Bytes in rows of so many.
    fn bytes(&mut self, indent: usize, bytes: &[u8], a_row: usize) {
        let rows = bytes.len().div_ceil(a_row);
        for (number, row) in bytes.chunks(a_row).enumerate() {
            let more = if number + 1 < rows { ":" } else { "" };
            self.add(indent, colons(row, false) + more);
        }
    }
}

#[cfg(test)]
mod tests;
