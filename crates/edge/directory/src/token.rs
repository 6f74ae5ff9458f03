//! Web-app tokens: JWTs signed with the cluster's Ed25519 key, verified with its public part.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use convoke_web_api::token::{AUDIENCE, Claims};
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rcgen::{KeyPair, PKCS_ED25519, PublicKeyData};
use sha2::{Digest, Sha256};

/// Longest token that is looked at, in bytes.
pub const MAX_TOKEN_BYTES: usize = 4096;
/// Verified tokens that are remembered at most, by their hash.
const MAX_REMEMBERED: usize = 10_000;
/// Length of an Ed25519 public key; it stands at the end of its SubjectPublicKeyInfo (RFC 8410).
const PUBLIC_KEY_BYTES: usize = 32;

/// A key can't be made or read.
#[derive(Debug, thiserror::Error)]
#[error("the signing key can't be used: {0}")]
pub struct KeyFault(String);

/// Why a token is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// Not a token of ours: another form, algorithm, key, cluster or audience.
    #[error("the sign-in is not valid")]
    Invalid,
    /// Its time is over.
    #[error("the sign-in has ended")]
    Expired,
}

/// A new private key (PKCS#8, PEM).
pub fn new_private_key() -> Result<String, KeyFault> {
    Ok(KeyPair::generate_for(&PKCS_ED25519).map_err(|e| KeyFault(e.to_string()))?.serialize_pem())
}

/// Signs tokens.
pub struct Signer {
    kid: String,
    key: EncodingKey,
    public: String,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.kid)
    }
}

impl Signer {
    /// A signer with this private key (PKCS#8, PEM).
    pub fn new(kid: &str, private_key: &str) -> Result<Self, KeyFault> {
        let pair = KeyPair::from_pem(private_key).map_err(|e| KeyFault(e.to_string()))?;
        let info = pair.subject_public_key_info();
        let public =
            info.len().checked_sub(PUBLIC_KEY_BYTES).map(|start| URL_SAFE_NO_PAD.encode(&info[start..]));
        Ok(Self {
            kid: kid.to_owned(),
            key: EncodingKey::from_ed_pem(private_key.as_bytes()).map_err(|e| KeyFault(e.to_string()))?,
            public: public.ok_or_else(|| KeyFault("it is too short".into()))?,
        })
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public key in base64url without padding.
    pub fn public_key(&self) -> &str {
        &self.public
    }

    /// A token with these claims.
    pub fn sign(&self, claims: &Claims) -> Result<String, KeyFault> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key).map_err(|e| KeyFault(e.to_string()))
    }
}

/// Verifies tokens of one cluster.
pub struct Verifier {
    cluster: String,
    keys: HashMap<String, DecodingKey>,
    /// Claims of tokens whose signature was found good, by the token's SHA-256: the signature costs more than all else of a
    /// small request.
    verified: Mutex<HashMap<[u8; 32], Arc<Claims>>>,
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Verifier({}, {} keys)", self.cluster, self.keys.len())
    }
}

impl Verifier {
    /// A verifier for the tokens of `cluster`, with its public keys (key id, base64url).
    pub fn new<'a>(
        cluster: &str,
        keys: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, KeyFault> {
        let keys = keys.into_iter().map(|(kid, x)| {
            let key = DecodingKey::from_ed_components(x).map_err(|e| KeyFault(e.to_string()))?;
            Ok((kid.to_owned(), key))
        });
        let keys = keys.collect::<Result<_, KeyFault>>()?;
        Ok(Self { cluster: cluster.to_owned(), keys, verified: Mutex::default() })
    }

    /// The claims of a token that is good at `now`.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Claims>, TokenFault> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(TokenFault::Invalid);
        }
        let hash: [u8; 32] = Sha256::digest(token).into();
        let known = self.verified.lock().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        let claims = match known {
            Some(claims) => claims,
            None => {
                let claims = Arc::new(self.judge(token)?);
                self.remember(hash, &claims, now);
                claims
            }
        };
        if claims.exp <= now.as_second() { Err(TokenFault::Expired) } else { Ok(claims) }
    }

    fn remember(&self, hash: [u8; 32], claims: &Arc<Claims>, now: Timestamp) {
        let mut verified = self.verified.lock().unwrap_or_else(PoisonError::into_inner);
        if verified.len() >= MAX_REMEMBERED {
            verified.retain(|_, claims| claims.exp > now.as_second());
        }
        if verified.len() >= MAX_REMEMBERED {
            verified.clear();
        }
        verified.insert(hash, claims.clone());
    }

    /// The claims of a token of this cluster; its time is not judged.
    fn judge(&self, token: &str) -> Result<Claims, TokenFault> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| TokenFault::Invalid)?;
        if header.alg != Algorithm::EdDSA {
            return Err(TokenFault::Invalid);
        }
        let key = header.kid.and_then(|kid| self.keys.get(&kid)).ok_or(TokenFault::Invalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[&self.cluster]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Time is judged by the caller's clock.
        validation.validate_exp = false;
        let decoded = jsonwebtoken::decode::<Claims>(token, key, &validation);
        decoded.map(|decoded| decoded.claims).map_err(|_| TokenFault::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims(iss: &str, exp: i64) -> Claims {
        Claims {
            iss: iss.into(),
            aud: AUDIENCE.into(),
            sub: "u".into(),
            jid: "alice@example.test".into(),
            name: "Alice".into(),
            email: "alice@example.test".into(),
            iat: 0,
            exp,
            jti: "j".into(),
        }
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn only_a_token_of_this_cluster_and_key_is_taken_and_only_in_its_time() {
        let (ours, theirs) =
            (Signer::new("k1", &new_private_key().unwrap()), Signer::new("k1", &new_private_key().unwrap()));
        let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
        let verifier = Verifier::new("cluster", [("k1", ours.public_key())]).unwrap();
        let good = ours.sign(&claims("cluster", 100)).unwrap();
        assert_eq!(verifier.verify(&good, at(99)).unwrap().sub, "u");
        assert_eq!(verifier.verify(&good, at(99)).unwrap().sub, "u", "remembered");
        assert_eq!(verifier.verify(&good, at(100)), Err(TokenFault::Expired));
        let refused = [
            theirs.sign(&claims("cluster", 100)).unwrap(),
            ours.sign(&claims("other", 100)).unwrap(),
            ours.sign(&Claims { aud: "x".into(), ..claims("cluster", 100) }).unwrap(),
            "x.y.z".into(),
            String::new(),
            "a".repeat(MAX_TOKEN_BYTES + 1),
        ];
        for token in refused {
            assert_eq!(verifier.verify(&token, at(1)), Err(TokenFault::Invalid), "{token}");
        }
    }

    #[test]
    fn a_token_without_a_signature_or_with_another_algorithm_is_refused() {
        let ours = Signer::new("k1", &new_private_key().unwrap()).unwrap();
        let verifier = Verifier::new("cluster", [("k1", ours.public_key())]).unwrap();
        let body = URL_SAFE_NO_PAD
            .encode("{\"iss\":\"cluster\",\"aud\":\"convoke-webapp\",\"sub\":\"u\",\"exp\":100}");
        for header in ["{\"alg\":\"none\",\"kid\":\"k1\"}", "{\"alg\":\"HS256\",\"kid\":\"k1\"}"] {
            let token = format!("{}.{body}.", URL_SAFE_NO_PAD.encode(header));
            assert_eq!(verifier.verify(&token, at(1)), Err(TokenFault::Invalid), "{header}");
        }
    }
}
