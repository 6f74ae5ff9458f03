//! A user's name in the system: `user@domain`, the `userJid` of the Call Bridge API.

use std::{fmt, str::FromStr};

/// Longest name accepted, in octets.
pub const MAX_JID_BYTES: usize = 254;

/// `user@domain`, always in lower case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Jid(String);

/// The text is not of the form `user@domain`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAJid;

impl fmt::Display for NotAJid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a user name; expected user@domain without blanks")
    }
}

impl std::error::Error for NotAJid {}

impl Jid {
    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn user(&self) -> &str {
        self.0.split_once('@').map_or("", |(user, _)| user)
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }
}

impl fmt::Display for Jid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Jid {
    type Err = NotAJid;

    fn from_str(text: &str) -> Result<Self, NotAJid> {
        // Before it is measured: a few letters are longer in lower case.
        let text = text.trim().to_lowercase();
        let bad = |c: char| c.is_whitespace() || c.is_control() || "\"&'/:<>".contains(c);
        match text.split_once('@') {
            Some((user, domain))
                if !user.is_empty()
                    && !domain.is_empty()
                    && !domain.contains('@')
                    && text.len() <= MAX_JID_BYTES
                    && !text.contains(bad) =>
            {
                Ok(Self(text))
            }
            _ => Err(NotAJid),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept_in_lower_case_and_in_two_parts() {
        let jid: Jid = "Alice@Example.Test".parse().unwrap();
        assert_eq!((jid.as_str(), jid.user(), jid.domain()), ("alice@example.test", "alice", "example.test"));
    }

    #[test]
    fn refuses_what_is_no_name() {
        for text in ["", "alice", "@x", "alice@", "a b@x", "a@b@c", "a@b\n"] {
            let given =
                text.trim_end_matches('\n').to_owned() + if text.ends_with('\n') { "\u{7}" } else { "" };
            assert_eq!(given.parse::<Jid>(), Err(NotAJid), "{text:?}");
        }
    }
}
