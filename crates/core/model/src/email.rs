//! E-mail addresses as people type them into an attendee field.
//!
//! Stricter than RFC 5321 where leniency only helps an attacker: no quoted local parts, no comments, no
//! source routes, no percent hack, no control characters.

use std::{fmt, str::FromStr};

/// Longest address accepted, in octets (RFC 5321 4.5.3.1.3 allows a path of 256 with its brackets).
pub const MAX_ADDRESS_BYTES: usize = 254;
/// Longest local part, in octets (RFC 5321 4.5.3.1.1).
pub const MAX_LOCAL_PART_BYTES: usize = 64;

/// A checked address, kept as typed but for the domain, which is in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EmailAddress(String);

/// Why a text is not an address that mail can be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmailFault {
    /// Nothing was given.
    Empty,
    /// More than [`MAX_ADDRESS_BYTES`], or a local part above [`MAX_LOCAL_PART_BYTES`].
    TooLong,
    /// No `@`, or nothing before or after it.
    Incomplete,
    /// A character that such an address can't have.
    BadCharacter(char),
    /// A domain with an empty, overlong or ill-formed label.
    BadDomain,
}

impl fmt::Display for EmailFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an e-mail address is missing"),
            Self::TooLong => write!(
                f,
                "an e-mail address has at most {MAX_ADDRESS_BYTES} characters, {MAX_LOCAL_PART_BYTES} before the @"
            ),
            Self::Incomplete => f.write_str("an e-mail address looks like name@example.com"),
            Self::BadCharacter(c) => write!(f, "the character {c:?} can't stand in an e-mail address"),
            Self::BadDomain => f.write_str("the part after the @ is not a domain name such as example.com"),
        }
    }
}

impl std::error::Error for EmailFault {}

impl EmailAddress {
    /// The address as text, without angle brackets.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands after the `@`, in lower case.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The form two addresses are compared in: all in lower case.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for EmailAddress {
    type Err = EmailFault;

    fn from_str(text: &str) -> Result<Self, EmailFault> {
        let text = text.trim();
        if text.is_empty() {
            return Err(EmailFault::Empty);
        }
        if text.len() > MAX_ADDRESS_BYTES {
            return Err(EmailFault::TooLong);
        }
        let (local, domain) = text.rsplit_once('@').ok_or(EmailFault::Incomplete)?;
        if local.is_empty() || domain.is_empty() {
            return Err(EmailFault::Incomplete);
        }
        if local.len() > MAX_LOCAL_PART_BYTES {
            return Err(EmailFault::TooLong);
        }
        if let Some(bad) = local.chars().find(|c| !local_part_allows(*c)) {
            return Err(EmailFault::BadCharacter(bad));
        }
        if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
            return Err(EmailFault::BadCharacter('.'));
        }
        let domain = domain.to_lowercase();
        if !domain.split('.').all(is_label) {
            return Err(EmailFault::BadDomain);
        }
        Ok(Self(format!("{local}@{domain}")))
    }
}

/// `atext` of RFC 5322 3.2.3 with dots, less `%` (the old routing trick).
fn local_part_allows(c: char) -> bool {
    c.is_ascii_alphanumeric() || "!#$&'*+-/=?^_`{|}~.".contains(c)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_what_people_have() {
        for text in ["ivrman@s.com", " a.b+c@Example.COM ", "x@localhost", "o'neil@sub.example.org"] {
            assert!(text.parse::<EmailAddress>().is_ok(), "{text}");
        }
        assert_eq!("A@EXAMPLE.com".parse::<EmailAddress>().unwrap().as_str(), "A@example.com");
    }

    #[test]
    fn names_what_is_wrong() {
        let fault = |text: &str| text.parse::<EmailAddress>().unwrap_err();
        assert_eq!(fault(""), EmailFault::Empty);
        assert_eq!(fault("gogi"), EmailFault::Incomplete);
        assert_eq!(fault("@s.com"), EmailFault::Incomplete);
        assert_eq!(fault("a b@s.com"), EmailFault::BadCharacter(' '));
        assert_eq!(fault("a%b@s.com"), EmailFault::BadCharacter('%'));
        assert_eq!(fault("a\r\nBcc: x@s.com"), EmailFault::BadCharacter('\r'));
        assert_eq!(fault("a@s..com"), EmailFault::BadDomain);
        assert_eq!(fault("a@-s.com"), EmailFault::BadDomain);
        assert_eq!(fault(&format!("{}@s.com", "a".repeat(65))), EmailFault::TooLong);
        assert_eq!(fault(&format!("a@{}com", "s.".repeat(130))), EmailFault::TooLong);
    }

    #[test]
    fn keeps_the_longest_address_that_is_allowed() {
        let text =
            format!("{}@{}.com", "a".repeat(64), ["b".repeat(61), "c".repeat(61), "d".repeat(61)].join("."));
        assert_eq!(text.len(), MAX_ADDRESS_BYTES);
        assert!(text.parse::<EmailAddress>().is_ok());
    }
}
