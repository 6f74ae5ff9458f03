//! `convoke admin add|del|list`: operators, who use the APIs with name and password.

use std::{fmt, path::Path, str::FromStr};

use anyhow::bail;
use convoke_runtime::Clock;
use convoke_store::{DbFault, Store, operators, operators::Operator};
use secrecy::SecretString;

use crate::{database::Session, password};

/// Longest name of an operator, in characters.
pub const MAX_NAME_CHARS: usize = 64;

/// An operator's name, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperatorName(String);

/// The text is not a name for an operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAName;

/// What an operator may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OperatorRole {
    /// Everything.
    Admin,
    /// The APIs.
    Api,
}

impl fmt::Display for NotAName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected 1 to {MAX_NAME_CHARS} letters, digits, dots, hyphens or underscores")
    }
}

impl std::error::Error for NotAName {}

impl fmt::Display for OperatorName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for OperatorName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        // A colon would end the name in a Basic sign-in.
        let good = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
        if (1..=MAX_NAME_CHARS).contains(&text.len()) && text.chars().all(good) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(NotAName)
        }
    }
}

impl OperatorRole {
    fn word(self) -> &'static str {
        match self {
            Self::Admin => "admin",
            Self::Api => "api",
        }
    }
}

/// Adds an operator or changes the one of this name, and says which.
pub fn add(
    config: &Path,
    name: OperatorName,
    role: OperatorRole,
    password_file: Option<&Path>,
) -> anyhow::Result<()> {
    let session = Session::open(config)?;
    let password = password::read(password_file)?;
    let wanted = name.to_string();
    let known: Result<_, DbFault> = session.wait(session.store.read(move |tx| operators::find(tx, &wanted)));
    let did = if known?.is_some() { "changed" } else { "added" };
    session.wait(put(&session.store, &name, role, &password))?;
    println!("operator {name} {did}, role {}", role.word());
    Ok(())
}

/// Adds an operator or changes the one of this name.
pub async fn put(
    store: &Store,
    name: &OperatorName,
    role: OperatorRole,
    password: &SecretString,
) -> anyhow::Result<()> {
    let hash = convoke_directory::password::hash(password)?;
    let operator = Operator { name: name.to_string(), role: role.word().to_owned(), hash };
    let now = Clock::system().now_ms();
    let put: Result<(), DbFault> = store.write(move |tx| operators::put(tx, &operator, now)).await;
    Ok(put?)
}

/// Removes an operator.
pub fn delete(config: &Path, name: OperatorName) -> anyhow::Result<()> {
    let session = Session::open(config)?;
    let wanted = name.to_string();
    let found: Result<bool, DbFault> =
        session.wait(session.store.write(move |tx| operators::delete(tx, &wanted)));
    if !found? {
        bail!("there is no operator {name}");
    }
    println!("operator {name} removed");
    Ok(())
}

/// Prints the operators, one a line: name and role.
pub fn list(config: &Path) -> anyhow::Result<()> {
    let session = Session::open(config)?;
    let found: Result<_, DbFault> = session.wait(session.store.read(operators::list));
    let found = found?;
    let width = found.iter().map(|operator| operator.name.len()).max().unwrap_or_default();
    for operator in found {
        println!("{:width$}  {}", operator.name, operator.role);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_operators_name_fits_into_a_basic_sign_in() {
        assert_eq!("Admin.1".parse::<OperatorName>().unwrap().to_string(), "admin.1");
        for text in ["", "a:b", "a b", "관리자", &"x".repeat(MAX_NAME_CHARS + 1)] {
            assert_eq!(text.parse::<OperatorName>(), Err(NotAName), "{text}");
        }
    }
}
