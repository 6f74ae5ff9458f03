//! What is offered and accepted: current algorithms only, and which keys of users count as strong enough.

use std::{borrow::Cow, fmt};

use russh::{
    Limits, MethodKind, MethodSet, Preferred, cipher, compression, kex,
    keys::{Algorithm, EcdsaCurve, HashAlg, PublicKey},
    mac,
};

use crate::limits::{MIN_RSA_BITS, REKEY_BYTES, REKEY_TIME};

/// Key exchange: the hybrid with ML-KEM first, then X25519; strict key exchange is announced with it (CVE-2023-48795).
const KEX: &[kex::Name] = &[
    kex::MLKEM768X25519_SHA256,
    kex::CURVE25519,
    kex::CURVE25519_PRE_RFC_8731,
    kex::EXTENSION_SUPPORT_AS_SERVER,
    kex::EXTENSION_OPENSSH_STRICT_KEX_AS_SERVER,
];

/// Both authenticate what they encrypt.
const CIPHERS: &[cipher::Name] = &[cipher::CHACHA20_POLY1305, cipher::AES_256_GCM];

/// Named because the protocol wants a list; with these ciphers none is used.
const MACS: &[mac::Name] = &[mac::HMAC_SHA512_ETM, mac::HMAC_SHA256_ETM];

/// Signatures that users may sign in with. The host's own key is Ed25519 alone, as it has no other.
const SIGNATURES: &[Algorithm] = &[
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];

pub(crate) fn preferred() -> Preferred {
    Preferred {
        kex: Cow::Borrowed(KEX),
        key: Cow::Borrowed(SIGNATURES),
        host_key_certificates: Cow::Borrowed(&[]),
        cipher: Cow::Borrowed(CIPHERS),
        mac: Cow::Borrowed(MACS),
        compression: Cow::Borrowed(&[compression::NONE]),
    }
}

pub(crate) fn methods() -> MethodSet {
    MethodSet::from([MethodKind::PublicKey, MethodKind::Password].as_slice())
}

pub(crate) fn rekeying() -> Limits {
    Limits::new(REKEY_BYTES, REKEY_BYTES, REKEY_TIME)
}

/// A user's public key, of a kind that is accepted: Ed25519, ECDSA on P-256 or P-384, RSA of 3,072 bits or more.
#[derive(Clone, PartialEq, Eq)]
pub struct UserKey {
    line: String,
    fingerprint: String,
}

/// Why a public key can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// The text is none.
    #[error("this is no public key as OpenSSH writes it, such as `ssh-ed25519 AAAA... name`")]
    NotAKey,
    /// Its kind is too old or too new.
    #[error("keys of this kind are not accepted; Ed25519, ECDSA (P-256, P-384) and RSA are")]
    Kind,
    /// It is too short.
    #[error("this RSA key is too short; {MIN_RSA_BITS} bits or more are accepted")]
    Short,
}

impl UserKey {
    /// Reads the line of an `authorized_keys` or `.pub` file; what stands behind the key is left out.
    pub fn read(line: &str) -> Result<Self, KeyFault> {
        let mut words = line.split_whitespace();
        let (Some(kind), Some(key)) = (words.next(), words.next()) else { return Err(KeyFault::NotAKey) };
        let key = PublicKey::from_openssh(&format!("{kind} {key}")).map_err(|_| KeyFault::NotAKey)?;
        Self::of(&key)
    }

    /// Judges a key that a client shows.
    pub(crate) fn of(key: &PublicKey) -> Result<Self, KeyFault> {
        match key.algorithm() {
            Algorithm::Ed25519 => {}
            Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 | EcdsaCurve::NistP384 } => {}
            Algorithm::Rsa { .. }
                if key.key_data().rsa().is_some_and(|key| key.key_size() < MIN_RSA_BITS) =>
            {
                return Err(KeyFault::Short);
            }
            Algorithm::Rsa { .. } => {}
            _ => return Err(KeyFault::Kind),
        }
        let line = PublicKey::new(key.key_data().clone(), "").to_openssh().map_err(|_| KeyFault::NotAKey)?;
        Ok(Self {
            line: line.trim_end().to_owned(),
            fingerprint: key.fingerprint(HashAlg::Sha256).to_string(),
        })
    }

    /// Its kind and the key itself, such as `ssh-ed25519 AAAA...`.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// As OpenSSH prints it: `SHA256:...`.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }
}

impl fmt::Debug for UserKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.fingerprint)
    }
}

/// Whether a signature of this kind counts: SHA-1 does not.
pub(crate) fn is_accepted(algorithm: &Algorithm) -> bool {
    SIGNATURES.contains(algorithm)
}
