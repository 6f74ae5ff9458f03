//! The name of an account, in lower case.

use std::{fmt, str::FromStr};

/// Longest name of an account, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// What sessions of the machine's own console are shown as, and nobody can be called.
const RESERVED: &str = "console";

/// An account's name: 1 to [`MAX_NAME_CHARS`] letters, digits, dots, hyphens or underscores, compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountName(String);

/// The text is not a name for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAName;

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected 1 to {MAX_NAME_CHARS} letters, digits, dots, hyphens or underscores, and not \"{RESERVED}\""
        )
    }
}

impl std::error::Error for NotAName {}

impl AccountName {
    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        // A colon would end the name in a Basic sign-in.
        let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if !(1..=MAX_NAME_CHARS).contains(&text.len()) || !text.chars().all(good) {
            return Err(NotAName);
        }
        let name = text.to_ascii_lowercase();
        if name == RESERVED { Err(NotAName) } else { Ok(Self(name)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_fits_into_a_basic_sign_in() {
        assert_eq!("Admin.1".parse::<AccountName>().unwrap().to_string(), "admin.1");
        assert!("x".repeat(MAX_NAME_CHARS).parse::<AccountName>().is_ok());
        for text in ["", "a:b", "a b", "관리자", "Console", &"x".repeat(MAX_NAME_CHARS + 1)] {
            assert_eq!(text.parse::<AccountName>(), Err(NotAName), "{text}");
        }
    }
}
