//! Passwords: argon2id, on threads for blocking work, a few at a time.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

/// Longest password, in bytes.
pub const MAX_PASSWORD_BYTES: usize = 512;
/// Hashes computed at the same time at most; each takes 19 MiB.
const AT_ONCE: usize = 2;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// What is verified when there is no such user, so that the answer takes as long as for one that exists.
static NOBODY: LazyLock<String> =
    LazyLock::new(|| hash(&SecretString::from("nobody".to_owned())).unwrap_or_default());

/// The password can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordFault {
    /// No characters.
    #[error("a password can't be empty")]
    Empty,
    /// More than [`MAX_PASSWORD_BYTES`].
    #[error("a password has at most {MAX_PASSWORD_BYTES} bytes")]
    TooLong,
    /// The hash function failed.
    #[error("the password could not be hashed")]
    Failed,
}

/// The hash of a password in PHC form, with a salt of its own. Takes about 25 ms.
pub fn hash(password: &SecretString) -> Result<String, PasswordFault> {
    let password = password.expose_secret();
    match password.len() {
        0 => Err(PasswordFault::Empty),
        1..=MAX_PASSWORD_BYTES => {
            let hash = Argon2::default().hash_password(password.as_bytes());
            hash.map(|hash| hash.to_string()).map_err(|_| PasswordFault::Failed)
        }
        _ => Err(PasswordFault::TooLong),
    }
}

/// Whether `password` is the one of `hash`. Without a hash the answer is no, after the same time.
///
/// `begin` is asked when its turn has come, before anything is computed; `None` when it says no. Failures are counted there:
/// those who wait for their turn are not failures, and those who guess at the same time are counted one after the other.
pub async fn verify(
    password: SecretString,
    hash: Option<String>,
    begin: impl FnOnce() -> bool + Send,
) -> Option<bool> {
    let known = hash.is_some();
    let _place = PLACES.acquire().await.ok()?;
    if !begin() {
        return None;
    }
    let right = tokio::task::spawn_blocking(move || {
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        matches(&password, &text)
    });
    Some(right.await.unwrap_or(false) && known)
}

/// Whether `password` is the one of `hash`. Takes about 25 ms of the thread that asks.
pub fn matches(password: &SecretString, hash: &str) -> bool {
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let password = password.expose_secret();
    (1..=MAX_PASSWORD_BYTES).contains(&password.len())
        && Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[tokio::test]
    async fn only_the_right_password_is_let_in() {
        let hash = hash(&secret("correct 말")).unwrap();
        assert!(hash.starts_with("$argon2id$"));
        let verify = async |text: &str, hash: Option<&str>| {
            verify(secret(text), hash.map(str::to_owned), || true).await.unwrap()
        };
        assert!(verify("correct 말", Some(&hash)).await);
        assert!(!verify("wrong", Some(&hash)).await);
        assert!(!verify("", Some(&hash)).await);
        assert!(!verify("nobody", None).await);
        assert!(!verify("x", Some("no hash")).await);
        assert_eq!(super::verify(secret("correct 말"), Some(hash), || false).await, None);
    }

    #[test]
    fn a_password_has_limits() {
        assert_eq!(hash(&secret("")), Err(PasswordFault::Empty));
        assert!(hash(&secret(&"x".repeat(MAX_PASSWORD_BYTES))).is_ok());
        assert_eq!(hash(&secret(&"x".repeat(MAX_PASSWORD_BYTES + 1))), Err(PasswordFault::TooLong));
    }
}
