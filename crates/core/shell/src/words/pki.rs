//! `pki`: keys and certificates as files of this server.

use std::net::IpAddr;

use super::Command;
use crate::grammar::{Args, CRYPTO, Word, form_for};

/// Longest part of a subject, in characters (RFC 5280 A.1: ub-common-name and its like).
pub const MAX_PART_CHARS: usize = 64;
/// Most alternative names.
pub const MAX_NAMES: usize = 100;
/// Longest life of a certificate, in days.
pub const MAX_DAYS: u64 = 7_300;
/// Longest basename, in characters: with its ending it still is the name of a file.
const MAX_BASENAME_CHARS: usize = 100;

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pki {
    /// Make a key and a request for a certificate of it.
    Csr(NewKey),
    /// Make a key and a certificate that it signs itself: a CA.
    SelfSigned {
        /// Key and names.
        new: NewKey,
        /// Days that it holds.
        days: Option<u64>,
    },
    /// Sign a request by a CA of this server.
    Sign {
        /// `<csr>.csr`.
        csr: String,
        /// `<ca>.key` and `<ca>.crt`.
        ca: String,
        /// Days that it holds.
        days: Option<u64>,
        /// Whether a file that is there may be replaced.
        overwrite: bool,
    },
    /// List the files.
    List,
    /// Say what a file is.
    Inspect(String),
    /// Whether a key and a certificate belong together.
    Match {
        /// The key's file.
        key: String,
        /// The certificate's or the request's.
        certificate: String,
    },
    /// Whether a certificate is good by a bundle.
    Verify {
        /// The certificate's file, perhaps with its chain.
        certificate: String,
        /// The bundle's.
        bundle: String,
    },
    /// Remove a file.
    Remove(String),
    /// Take a PKCS#12 file apart.
    FromPkcs12 {
        /// The file.
        file: String,
        /// Whether files that are there may be replaced.
        overwrite: bool,
    },
}

/// A key that is to be made, with who it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewKey {
    /// The name of the files, without their endings.
    pub basename: String,
    /// Who it is for.
    pub subject: Subject,
    /// The names that it is reached by.
    pub names: Vec<AltName>,
    /// Which kind of key.
    pub kind: KeyKind,
    /// Whether files that are there may be replaced.
    pub overwrite: bool,
}

/// The subject of a certificate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Subject {
    /// The common name.
    pub cn: String,
    /// The unit.
    pub ou: Option<String>,
    /// The organisation.
    pub o: Option<String>,
    /// The place.
    pub l: Option<String>,
    /// The state.
    pub st: Option<String>,
    /// The country, two letters.
    pub c: Option<String>,
}

/// A name that a certificate is reached by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AltName {
    /// A host, or a wildcard.
    Dns(String),
    /// An address.
    Ip(IpAddr),
    /// A mail address.
    Email(String),
}

/// Kinds of keys.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum KeyKind {
    /// RSA of 2048 bits.
    Rsa2048,
    /// RSA of 3072 bits, which every program takes, and which is thought to last beyond 2030 (NIST SP 800-57 5.6.3).
    #[default]
    Rsa3072,
    /// RSA of 4096 bits.
    Rsa4096,
    /// ECDSA on P-256.
    EcP256,
    /// ECDSA on P-384.
    EcP384,
}

impl KeyKind {
    const WORDS: [(&str, Self); 5] = [
        ("rsa-2048", Self::Rsa2048),
        ("rsa-3072", Self::Rsa3072),
        ("rsa-4096", Self::Rsa4096),
        ("ec-p256", Self::EcP256),
        ("ec-p384", Self::EcP384),
    ];
}

/// The word.
pub const PKI: Word = Word {
    name: "pki",
    about: "Manage keys and certificates",
    forms: &[
        form_for(CRYPTO, "pki csr <basename> <attribute>...", |args| {
            let (new, days) = new_key(args)?;
            if days.is_some() {
                return Err("a request says no days: who signs it does".to_owned());
            }
            ok(Pki::Csr(new))
        }),
        form_for(CRYPTO, "pki selfsigned <basename> <attribute>...", |args| {
            let (new, days) = new_key(args)?;
            ok(Pki::SelfSigned { new, days })
        }),
        form_for(CRYPTO, "pki sign <csr-basename> <ca-basename> [<option>...]", sign),
        form_for(CRYPTO, "pki list", |_| ok(Pki::List)),
        form_for(CRYPTO, "pki inspect <file>", |args| ok(Pki::Inspect(args.text(0)))),
        form_for(CRYPTO, "pki match <key-file> <crt-file>", |args| {
            ok(Pki::Match { key: args.text(0), certificate: args.text(1) })
        }),
        form_for(CRYPTO, "pki verify <crt-file> <cert-bundle>", |args| {
            ok(Pki::Verify { certificate: args.text(0), bundle: args.text(1) })
        }),
        form_for(CRYPTO, "pki remove <file>", |args| ok(Pki::Remove(args.text(0)))),
        form_for(CRYPTO, "pki pkcs12-to-ssl <file>", |args| {
            ok(Pki::FromPkcs12 { file: args.text(0), overwrite: false })
        }),
        form_for(CRYPTO, "pki pkcs12-to-ssl <file> overwrite", |args| {
            ok(Pki::FromPkcs12 { file: args.text(0), overwrite: true })
        }),
    ],
    notes: "Attributes are `CN:<value>`, which must be there, `OU:`, `O:`, `L:`, `ST:`, `C:` (two letters), `subjectAltName:<a,b,c>` (host names, addresses and mail \
            addresses; the CN must be among them; without it the CN alone), `key:rsa-2048|rsa-3072|rsa-4096|ec-p256|ec-p384` (rsa-3072 unless said), \
            `days:<number>` (for selfsigned), and `overwrite`. A value with blanks stands in quotation marks: `\"O:Example Ltd\"`. Files that are there, and keys \
            that services use, are replaced only with `overwrite`.\n\
            `selfsigned` makes a CA that `sign` can use, good for 3650 days unless said; `sign` writes `<csr-basename>.crt` with the CA behind it, for servers and clients, good for 825 \
            days unless `days:<number>` says otherwise, and not for longer than its CA. `pkcs12-to-ssl` asks for the file's password, and writes a key and a full \
            chain beside it. `inspect` also says what is wrong with the order of a chain.",
};

fn ok(pki: Pki) -> Result<Command, String> {
    Ok(Command::Pki(pki))
}

fn sign(args: &Args<'_>) -> Result<Command, String> {
    let (csr, ca) = (basename(args, 0, ".csr")?, basename(args, 1, ".crt")?);
    let (mut days, mut overwrite) = (None, false);
    for option in args.all(2) {
        match option.split_once(':') {
            None if option == "overwrite" => overwrite = true,
            Some(("days", value)) if days.is_none() => days = Some(days_of(value)?),
            _ => return Err(format!("\"{option}\" is not known here: expected days:<number> or overwrite")),
        }
    }
    ok(Pki::Sign { csr, ca, days, overwrite })
}

/// The name of files without their ending, which people may type all the same.
fn basename(args: &Args<'_>, place: usize, ending: &str) -> Result<String, String> {
    let text = args.text(place);
    let name = text.strip_suffix(ending).unwrap_or(&text);
    let good = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if !name.is_empty() && name.len() <= MAX_BASENAME_CHARS && name.chars().all(good) {
        return Ok(name.to_owned());
    }
    Err(format!(
        "\"{text}\" is not a basename: expected 1 to {MAX_BASENAME_CHARS} letters, digits, hyphens and underscores"
    ))
}

fn days_of(text: &str) -> Result<u64, String> {
    let days = text.parse().ok().filter(|days| (1..=MAX_DAYS).contains(days));
    days.ok_or_else(|| format!("\"{text}\" is not a number of days: expected 1 to {MAX_DAYS}"))
}

fn new_key(args: &Args<'_>) -> Result<(NewKey, Option<u64>), String> {
    let mut new = NewKey {
        basename: basename(args, 0, ".key")?,
        subject: Subject::default(),
        names: Vec::new(),
        kind: KeyKind::default(),
        overwrite: false,
    };
    let (mut days, mut seen) = (None, Vec::new());
    for attribute in args.all(1) {
        let Some((key, value)) = attribute.split_once(':') else {
            if attribute != "overwrite" {
                return Err(format!(
                    "\"{attribute}\" is no attribute: expected such as CN:cms1.example.com, or overwrite"
                ));
            }
            new.overwrite = true;
            continue;
        };
        let key = key.to_ascii_lowercase();
        if seen.contains(&key) {
            return Err(format!("{key} stands there twice"));
        }
        match key.as_str() {
            "cn" => new.subject.cn = part(&attribute, value)?,
            "ou" => new.subject.ou = Some(part(&attribute, value)?),
            "o" => new.subject.o = Some(part(&attribute, value)?),
            "l" => new.subject.l = Some(part(&attribute, value)?),
            "st" => new.subject.st = Some(part(&attribute, value)?),
            "c" => new.subject.c = Some(country(value)?),
            "subjectaltname" => new.names = alternative(value)?,
            "key" => new.kind = kind(value)?,
            "days" => days = Some(days_of(value)?),
            _ => {
                return Err(format!(
                    "\"{attribute}\" is no attribute: expected CN, OU, O, L, ST, C, subjectAltName, key or days"
                ));
            }
        }
        seen.push(key);
    }
    check_names(&mut new)?;
    Ok((new, days))
}

/// The common name is there, and among the alternative names.
fn check_names(new: &mut NewKey) -> Result<(), String> {
    let cn = new.subject.cn.clone();
    if cn.is_empty() {
        return Err("CN is missing: expected CN:<name>, such as CN:cms1.example.com".to_owned());
    }
    let own = alternative(&cn).ok().and_then(|names| names.into_iter().next());
    if new.names.is_empty() {
        // Programs look at alternative names alone; a CN that is no name of a host stands for itself, such as that of a CA.
        new.names.extend(own);
    } else if !own.is_some_and(|own| new.names.contains(&own)) {
        return Err(format!("the CN must be among the alternative names: add {cn} to subjectAltName"));
    }
    Ok(())
}

fn part(attribute: &str, value: &str) -> Result<String, String> {
    let value = value.trim();
    if (1..=MAX_PART_CHARS).contains(&value.chars().count()) && !value.contains(char::is_control) {
        return Ok(value.to_owned());
    }
    Err(format!("\"{attribute}\": expected 1 to {MAX_PART_CHARS} characters"))
}

fn country(value: &str) -> Result<String, String> {
    if value.len() == 2 && value.chars().all(|c| c.is_ascii_alphabetic()) {
        return Ok(value.to_ascii_uppercase());
    }
    Err(format!("\"C:{value}\": expected the two letters of a country, such as KR"))
}

fn kind(value: &str) -> Result<KeyKind, String> {
    let found = KeyKind::WORDS.iter().find(|(word, _)| *word == value);
    found.map(|(_, kind)| *kind).ok_or_else(|| {
        let words: Vec<&str> = KeyKind::WORDS.iter().map(|(word, _)| *word).collect();
        format!("\"{value}\" is no kind of key: expected one of {}", words.join(", "))
    })
}

fn alternative(value: &str) -> Result<Vec<AltName>, String> {
    let texts: Vec<&str> = value.split(',').map(str::trim).collect();
    if texts.len() > MAX_NAMES {
        return Err(format!("a certificate has at most {MAX_NAMES} alternative names"));
    }
    let mut names = Vec::new();
    for text in texts {
        let name = alternative_name(text)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn alternative_name(text: &str) -> Result<AltName, String> {
    // OpenSSL's way of writing them is taken too.
    let bare = ["DNS:", "IP:", "email:"].iter().find_map(|kind| text.strip_prefix(kind)).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Ok(AltName::Ip(address));
    }
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let is_host = |host: &str| host.len() <= 253 && host.split('.').all(label);
    if bare.is_ascii()
        && let Some((user, host)) = bare.split_once('@')
        && (1..=64).contains(&user.len())
        && user.chars().all(|c| c.is_ascii_graphic() && c != '@')
        && is_host(host)
    {
        return Ok(AltName::Email(bare.to_owned()));
    }
    let numeric = bare.chars().all(|c| c.is_ascii_digit() || c == '.');
    if !numeric && is_host(bare.strip_prefix("*.").unwrap_or(bare)) {
        return Ok(AltName::Dns(bare.to_ascii_lowercase()));
    }
    Err(format!("\"{text}\" is no host name, address or mail address"))
}

#[cfg(test)]
#[path = "pki_tests.rs"]
mod tests;
