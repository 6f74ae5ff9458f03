//! Basic sign-in of operators: accounts of this server whose role may use the APIs.

use std::net::IpAddr;

use base64::{Engine, engine::general_purpose::STANDARD};
use convoke_callbridge_api::loopback::Operator;
use convoke_directory::accounts::{Asked, Refused};
use convoke_model::account::{Denied, Purpose};
use secrecy::SecretString;

use crate::state::State;

/// Longest header that is read, in bytes.
const MAX_HEADER_BYTES: usize = 2048;

/// Why somebody is not let in who did not merely give a wrong name or password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too many failures under this name or from this address.
    TooOften,
    /// The password is right, but the account may not use the APIs, or not now.
    Denied(Denied),
    /// The accounts can't be read.
    NotReady,
}

/// The operator of an `Authorization` header; `None` when there is none or it is wrong.
pub async fn basic(state: &State, header: Option<&str>, address: &str) -> Result<Option<Operator>, Refusal> {
    match header.and_then(credentials) {
        Some((name, password)) => check(state, &name, password, address).await,
        None => Ok(None),
    }
}

/// The operator of a name and password.
pub async fn check(
    state: &State,
    name: &str,
    password: SecretString,
    address: &str,
) -> Result<Option<Operator>, Refusal> {
    let from: Option<IpAddr> = address.parse().ok();
    let asked = Asked { name, password, address: from, purpose: Purpose::Api, now: state.clock.now() };
    let refused = match state.accounts.verify(asked, &state.attempts).await {
        Ok(accepted) => {
            return Ok(Some(Operator { name: accepted.name.to_string(), role: accepted.role.to_string() }));
        }
        Err(refused) => refused,
    };
    // A name of any length and letters would otherwise end up in the log.
    let shown: String = name.chars().take(64).collect();
    match refused {
        Refused::TooOften => Err(Refusal::TooOften),
        Refused::Unavailable(fault) => {
            tracing::error!(target: "API", "nobody can sign in: {fault}");
            Err(Refusal::NotReady)
        }
        Refused::Wrong(why) => {
            tracing::warn!(target: "API", "{address}: sign-in of operator {shown:?} refused: {why}");
            Ok(None)
        }
        Refused::Denied(denied) => {
            tracing::warn!(target: "API", "{address}: sign-in of operator {shown:?} refused: {denied}");
            Err(Refusal::Denied(denied))
        }
    }
}

/// `Basic <base64>`, and `Basic<base64>` as one client writes it.
fn credentials(header: &str) -> Option<(String, SecretString)> {
    let scheme = header.get(..5)?;
    if header.len() > MAX_HEADER_BYTES || !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = STANDARD.decode(header.get(5..)?.trim()).ok()?;
    let text = String::from_utf8(decoded).ok()?;
    let (name, password) = text.split_once(':')?;
    Some((name.to_owned(), SecretString::from(password.to_owned())))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(header: &str) -> Option<(String, String)> {
        credentials(header).map(|(name, password)| (name, password.expose_secret().to_owned()))
    }

    #[test]
    fn both_spellings_of_the_header_are_read() {
        let expected = Some(("admin".to_owned(), "a:b".to_owned()));
        assert_eq!(read("Basic YWRtaW46YTpi"), expected);
        assert_eq!(read("BasicYWRtaW46YTpi"), expected);
        assert_eq!(read("basic  YWRtaW46YTpi"), expected);
    }

    #[test]
    fn anything_else_is_no_sign_in() {
        for header in ["", "Bas", "Bearer x", "Basic", "Basic !!!", "Basic YWRtaW4=", "Bäsic YWRtaW46YTpi"] {
            assert_eq!(read(header), None, "{header}");
        }
        assert_eq!(read(&format!("Basic {}", "A".repeat(MAX_HEADER_BYTES))), None);
    }
}
