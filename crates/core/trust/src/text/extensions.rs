//! Extensions in words: their titles, and what they say.

use x509_parser::{
    der_parser::Oid,
    extensions::{
        AuthorityKeyIdentifier, CRLDistributionPoint, CertificatePolicies, DistributionPointName,
        ExtendedKeyUsage, GeneralName, GeneralSubtree, KeyUsage, ParsedExtension, X509Extension,
    },
};

use super::{colons, line_of, named, names};

/// Most bytes that are shown of an extension that is not known.
const MAX_SHOWN_BYTES: usize = 1024;

const TITLES: &[(&str, &str)] = &[
    ("2.5.29.9", "X509v3 Subject Directory Attributes"),
    ("2.5.29.14", "X509v3 Subject Key Identifier"),
    ("2.5.29.15", "X509v3 Key Usage"),
    ("2.5.29.16", "X509v3 Private Key Usage Period"),
    ("2.5.29.17", "X509v3 Subject Alternative Name"),
    ("2.5.29.18", "X509v3 Issuer Alternative Name"),
    ("2.5.29.19", "X509v3 Basic Constraints"),
    ("2.5.29.30", "X509v3 Name Constraints"),
    ("2.5.29.31", "X509v3 CRL Distribution Points"),
    ("2.5.29.32", "X509v3 Certificate Policies"),
    ("2.5.29.33", "X509v3 Policy Mappings"),
    ("2.5.29.35", "X509v3 Authority Key Identifier"),
    ("2.5.29.36", "X509v3 Policy Constraints"),
    ("2.5.29.37", "X509v3 Extended Key Usage"),
    ("2.5.29.54", "X509v3 Inhibit Any Policy"),
    ("1.3.6.1.5.5.7.1.1", "Authority Information Access"),
    ("1.3.6.1.5.5.7.1.11", "Subject Information Access"),
    ("1.3.6.1.5.5.7.1.24", "TLS Feature"),
    ("1.3.6.1.4.1.11129.2.4.2", "CT Precertificate SCTs"),
    ("2.16.840.1.113730.1.1", "Netscape Cert Type"),
    ("2.16.840.1.113730.1.13", "Netscape Comment"),
];

const ACCESS: &[(&str, &str)] = &[
    ("1.3.6.1.5.5.7.48.1", "OCSP"),
    ("1.3.6.1.5.5.7.48.2", "CA Issuers"),
    ("1.3.6.1.5.5.7.48.5", "CA Repository"),
];

const POLICIES: &[(&str, &str)] = &[("2.5.29.32.0", "X509v3 Any Policy")];

/// The identifier of a policy's statement (RFC 5280 4.2.1.4).
const CPS: &str = "1.3.6.1.5.5.7.2.1";

pub(super) fn title(oid: &Oid<'_>) -> String {
    named(TITLES, oid)
}

/// The lines of an extension, each with how much deeper it stands.
pub(super) fn values(extension: &X509Extension<'_>) -> Vec<(usize, String)> {
    let one = |text: String| vec![(0, text)];
    match extension.parsed_extension() {
        ParsedExtension::BasicConstraints(constraints) => {
            let is_ca = if constraints.ca { "CA:TRUE" } else { "CA:FALSE" };
            let length = constraints.path_len_constraint.map(|length| format!(", pathlen:{length}"));
            one(is_ca.to_owned() + &length.unwrap_or_default())
        }
        ParsedExtension::KeyUsage(usage) => one(key_usage(usage)),
        ParsedExtension::ExtendedKeyUsage(usage) => one(extended(usage)),
        ParsedExtension::SubjectKeyIdentifier(id) => one(colons(id.0, true)),
        ParsedExtension::AuthorityKeyIdentifier(id) => authority(id),
        ParsedExtension::SubjectAlternativeName(names) => one(listed(&names.general_names)),
        ParsedExtension::IssuerAlternativeName(names) => one(listed(&names.general_names)),
        ParsedExtension::AuthorityInfoAccess(access) => access
            .accessdescs
            .iter()
            .map(|one| {
                (
                    0,
                    format!(
                        "{} - {}",
                        named(ACCESS, &one.access_method),
                        names::general(&one.access_location)
                    ),
                )
            })
            .collect(),
        ParsedExtension::CRLDistributionPoints(points) => {
            points.points.iter().flat_map(revocations).collect()
        }
        ParsedExtension::CertificatePolicies(policies) => policy(policies),
        ParsedExtension::NameConstraints(constraints) => {
            let mut lines = subtrees("Permitted:", constraints.permitted_subtrees.as_deref());
            lines.extend(subtrees("Excluded:", constraints.excluded_subtrees.as_deref()));
            lines
        }
        ParsedExtension::NsCertComment(text) => one(line_of(text)),
        _ => raw(extension.value),
    }
}

fn listed(names: &[GeneralName<'_>]) -> String {
    names.iter().map(names::general).collect::<Vec<_>>().join(", ")
}

fn key_usage(usage: &KeyUsage) -> String {
    let words = [
        (usage.digital_signature(), "Digital Signature"),
        (usage.non_repudiation(), "Non Repudiation"),
        (usage.key_encipherment(), "Key Encipherment"),
        (usage.data_encipherment(), "Data Encipherment"),
        (usage.key_agreement(), "Key Agreement"),
        (usage.key_cert_sign(), "Certificate Sign"),
        (usage.crl_sign(), "CRL Sign"),
        (usage.encipher_only(), "Encipher Only"),
        (usage.decipher_only(), "Decipher Only"),
    ];
    words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| *word).collect::<Vec<_>>().join(", ")
}

fn extended(usage: &ExtendedKeyUsage<'_>) -> String {
    let words = [
        (usage.server_auth, "TLS Web Server Authentication"),
        (usage.client_auth, "TLS Web Client Authentication"),
        (usage.code_signing, "Code Signing"),
        (usage.email_protection, "E-mail Protection"),
        (usage.time_stamping, "Time Stamping"),
        (usage.ocsp_signing, "OCSP Signing"),
        (usage.any, "Any Extended Key Usage"),
    ];
    let known = words.iter().filter(|(is_set, _)| *is_set).map(|(_, word)| (*word).to_owned());
    known.chain(usage.other.iter().map(Oid::to_id_string)).collect::<Vec<_>>().join(", ")
}

fn authority(id: &AuthorityKeyIdentifier<'_>) -> Vec<(usize, String)> {
    // OpenSSL names the identifier only beside other parts.
    let key = id.key_identifier.as_ref().map(|key| (0, colons(key.0, true)));
    let issuers = id.authority_cert_issuer.iter().flatten().map(|name| (0, names::general(name)));
    let serial = id.authority_cert_serial.map(|serial| {
        let start = serial.iter().position(|byte| *byte != 0).unwrap_or_default();
        (0, format!("serial:{}", colons(serial.get(start..).unwrap_or_default(), true)))
    });
    key.into_iter().chain(issuers).chain(serial).collect()
}

fn revocations(point: &CRLDistributionPoint<'_>) -> Vec<(usize, String)> {
    match &point.distribution_point {
        Some(DistributionPointName::FullName(found)) => {
            let names = found.iter().map(|name| (2, names::general(name)));
            std::iter::once((0, "Full Name:".to_owned())).chain(names).collect()
        }
        _ => vec![(0, "<unsupported>".to_owned())],
    }
}

fn policy(policies: &CertificatePolicies<'_>) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for policy in policies {
        lines.push((0, format!("Policy: {}", named(POLICIES, &policy.policy_id))));
        for qualifier in policy.policy_qualifiers.iter().flatten() {
            let id = qualifier.policy_qualifier_id.to_id_string();
            // An IA5String of less than 128 bytes: tag, length, text.
            let text = qualifier.qualifier.get(2..).and_then(|text| std::str::from_utf8(text).ok());
            match text.filter(|_| id == CPS) {
                Some(text) => lines.push((2, format!("CPS: {}", line_of(text)))),
                None => lines.push((2, format!("Qualifier: {id}"))),
            }
        }
    }
    lines
}

fn subtrees(title: &str, subtrees: Option<&[GeneralSubtree<'_>]>) -> Vec<(usize, String)> {
    let Some(subtrees) = subtrees else { return Vec::new() };
    let names = subtrees.iter().map(|subtree| (2, names::subtree(&subtree.base)));
    std::iter::once((0, title.to_owned())).chain(names).collect()
}

/// What is not known, as far as it is text.
fn raw(bytes: &[u8]) -> Vec<(usize, String)> {
    let shown = bytes.iter().take(MAX_SHOWN_BYTES);
    let text =
        shown.map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '.' });
    vec![(0, text.collect())]
}
