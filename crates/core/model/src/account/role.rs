//! What an account may do, in the five words of the modelled system.

use std::{fmt, str::FromStr};

/// The role of an account (seed's MMP: `user add <username> (admin|crypto|audit|appadmin|api)`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccountRole {
    /// Everything.
    Admin,
    /// Keys and certificates.
    Crypto,
    /// Logs.
    Audit,
    /// The APIs, as a person.
    AppAdmin,
    /// The APIs, as a program.
    Api,
}

impl AccountRole {
    /// Every role, in the order in which help shows them.
    pub const ALL: [Self; 5] = [Self::Admin, Self::Crypto, Self::Audit, Self::AppAdmin, Self::Api];

    /// Its word, such as `appadmin`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Crypto => "crypto",
            Self::Audit => "audit",
            Self::AppAdmin => "appadmin",
            Self::Api => "api",
        }
    }

    /// Whether it may sign in to the shell.
    pub fn may_use_shell(self) -> bool {
        matches!(self, Self::Admin | Self::Crypto | Self::Audit)
    }

    /// Whether it may sign in to the APIs.
    pub fn may_use_apis(self) -> bool {
        matches!(self, Self::Admin | Self::AppAdmin | Self::Api)
    }
}

impl fmt::Display for AccountRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// The text is no role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotARole;

impl FromStr for AccountRole {
    type Err = NotARole;

    fn from_str(text: &str) -> Result<Self, NotARole> {
        Self::ALL.into_iter().find(|role| role.word() == text).ok_or(NotARole)
    }
}
