//! Names within certificates: whose they are, and by what they are reached.

use std::net::Ipv6Addr;

use x509_parser::{
    extensions::GeneralName,
    x509::{AttributeTypeAndValue, X509Name},
};

use super::{line_of, named};

const ATTRIBUTES: &[(&str, &str)] = &[
    ("2.5.4.3", "CN"),
    ("2.5.4.4", "SN"),
    ("2.5.4.5", "serialNumber"),
    ("2.5.4.6", "C"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.9", "street"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.12", "title"),
    ("2.5.4.13", "description"),
    ("2.5.4.15", "businessCategory"),
    ("2.5.4.17", "postalCode"),
    ("2.5.4.42", "GN"),
    ("2.5.4.43", "initials"),
    ("2.5.4.46", "dnQualifier"),
    ("2.5.4.97", "organizationIdentifier"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("1.3.6.1.4.1.311.60.2.1.1", "jurisdictionL"),
    ("1.3.6.1.4.1.311.60.2.1.2", "jurisdictionST"),
    ("1.3.6.1.4.1.311.60.2.1.3", "jurisdictionC"),
];

/// `C = KR, O = "Example, Ltd", CN = cms1.example.test`.
pub(super) fn distinguished(name: &X509Name<'_>) -> String {
    let of_one = |attribute: &AttributeTypeAndValue<'_>| {
        format!("{} = {}", named(ATTRIBUTES, attribute.attr_type()), quoted(&value(attribute)))
    };
    let sets = name.iter().map(|set| set.iter().map(of_one).collect::<Vec<_>>().join(" + "));
    sets.collect::<Vec<_>>().join(", ")
}

/// `/C=KR/O=Example/CN=cms1`.
fn with_slashes(name: &X509Name<'_>) -> String {
    name.iter_attributes()
        .map(|attribute| format!("/{}={}", named(ATTRIBUTES, attribute.attr_type()), value(attribute)))
        .collect()
}

fn value(attribute: &AttributeTypeAndValue<'_>) -> String {
    match attribute.as_str() {
        Ok(text) => line_of(text),
        Err(_) => {
            let bytes: String = attribute.as_slice().iter().map(|byte| format!("{byte:02X}")).collect();
            format!("#{bytes}")
        }
    }
}

/// Quotation marks where something else could be read (RFC 2253 2.4).
fn quoted(text: &str) -> String {
    let is_plain = !text.contains([',', '+', '"', '\\', '<', '>', ';'])
        && !text.starts_with([' ', '#'])
        && !text.ends_with(' ');
    if is_plain {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// An alternative name, such as `DNS:cms1.example.test`.
pub(super) fn general(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(text) => format!("DNS:{}", line_of(text)),
        GeneralName::RFC822Name(text) => format!("email:{}", line_of(text)),
        GeneralName::URI(text) => format!("URI:{}", line_of(text)),
        GeneralName::IPAddress(bytes) => format!("IP Address:{}", address(bytes)),
        GeneralName::RegisteredID(oid) => format!("Registered ID:{}", oid.to_id_string()),
        GeneralName::DirectoryName(name) => format!("DirName:{}", with_slashes(name)),
        GeneralName::OtherName(oid, _) => format!("othername:{}::<unsupported>", oid.to_id_string()),
        GeneralName::X400Address(_) => "X400Name:<unsupported>".to_owned(),
        GeneralName::EDIPartyName(_) => "EdiPartyName:<unsupported>".to_owned(),
        GeneralName::Invalid(..) => "<invalid>".to_owned(),
    }
}

/// The same as a part of the tree of names: an address stands there with its mask.
pub(super) fn subtree(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::IPAddress(bytes) if bytes.len() == 8 || bytes.len() == 32 => {
            let (network, mask) = bytes.split_at(bytes.len() / 2);
            format!("IP:{}/{}", address(network), address(mask))
        }
        other => general(other),
    }
}

fn address(bytes: &[u8]) -> String {
    match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok([a, b, c, d]), _) => format!("{a}.{b}.{c}.{d}"),
        (_, Ok(bytes)) => {
            let groups = Ipv6Addr::from(bytes).segments().map(|group| format!("{group:X}"));
            groups.join(":")
        }
        _ => "<invalid>".to_owned(),
    }
}
