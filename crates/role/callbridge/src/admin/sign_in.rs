//! Basic sign-in of operators.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::Instant,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use convoke_directory::{attempts::Counted, password};
use convoke_runtime::random;
use convoke_store::{DbFault, operators, operators::Operator};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use crate::state::State;

/// Sign-ins remembered at most.
const MAX_REMEMBERED: usize = 1000;
/// Longest name that is looked up, in bytes: `convoke admin add` takes no longer one.
const MAX_NAME_BYTES: usize = 64;
/// Longest header that is read, in bytes.
const MAX_HEADER_BYTES: usize = 2048;

/// Why a sign-in was not looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Too many failures under this name or from this address.
    TooOften,
    /// The database is out of reach.
    NotReady,
}

/// Sign-ins that were verified, by a keyed digest of name and password, each with the hash that it matched: a program
/// that signs in with every request pays for argon2 once, and a changed password counts at once.
pub struct Verified {
    key: [u8; 32],
    known: Mutex<HashMap<[u8; 32], String>>,
}

impl std::fmt::Debug for Verified {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Verified")
    }
}

impl Default for Verified {
    fn default() -> Self {
        Self { key: random::bytes(), known: Mutex::default() }
    }
}

impl Verified {
    fn digest(&self, name: &str, password: &SecretString) -> [u8; 32] {
        let mut digest = Sha256::new();
        digest.update(self.key);
        digest.update((name.len() as u64).to_be_bytes());
        digest.update(name);
        digest.update(password.expose_secret());
        digest.finalize().into()
    }

    fn holds(&self, digest: &[u8; 32], hash: &str) -> bool {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(digest).is_some_and(|matched| matched == hash)
    }

    fn remember(&self, digest: [u8; 32], hash: String) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED {
            known.clear();
        }
        known.insert(digest, hash);
    }
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
    if name.len() > MAX_NAME_BYTES {
        // Nobody's; it would only be kept in memory and in the log.
        return Ok(None);
    }
    let name = name.to_lowercase();
    let wanted = name.clone();
    let found = state.store.read(move |tx| operators::find(tx, &wanted)).await;
    let operator = found.map_err(|fault: DbFault| {
        tracing::warn!(target: "API", "sign-in of an operator: {fault}");
        Refusal::NotReady
    })?;
    let digest = state.verified.digest(&name, &password);
    if let Some(operator) = operator.as_ref().filter(|operator| state.verified.holds(&digest, &operator.hash))
    {
        return Ok(Some(operator.clone()));
    }
    let keys = [Counted::Name("operator", name.clone()), Counted::address(address)];
    if !state.attempts.may_try(&keys, Instant::now()) {
        return Err(Refusal::TooOften);
    }
    let hash = operator.as_ref().map(|operator| operator.hash.clone());
    // Counted before it is known, so that guesses made at the same time are counted too.
    let right = password::verify(password, hash, || state.attempts.begin(&keys, Instant::now())).await;
    if !right.ok_or(Refusal::TooOften)? {
        tracing::warn!(target: "API", "{address}: sign-in of operator \"{name}\" refused");
        return Ok(None);
    }
    state.attempts.note_success(&keys);
    if let Some(operator) = &operator {
        state.verified.remember(digest, operator.hash.clone());
    }
    Ok(operator)
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
