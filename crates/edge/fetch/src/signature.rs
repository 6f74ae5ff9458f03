//! How a receiver knows from whom a message is: the signature of standard-webhooks.com, version 1.

use std::fmt;

use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// Bytes of a key.
pub const SIGNING_KEY_BYTES: usize = 32;
/// What a key begins with as text.
const PREFIX: &str = "whsec_";

/// The key of one receiver.
#[derive(Clone)]
pub struct SigningKey {
    text: String,
    key: hmac::Key,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

impl SigningKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; SIGNING_KEY_BYTES]) -> Self {
        Self {
            text: format!("{PREFIX}{}", STANDARD.encode(bytes)),
            key: hmac::Key::new(hmac::HMAC_SHA256, bytes),
        }
    }

    /// The key that was written as text; `None` for other texts.
    pub fn of_text(text: &str) -> Option<Self> {
        let bytes = STANDARD.decode(text.strip_prefix(PREFIX)?).ok()?;
        Some(Self { text: text.to_owned(), key: hmac::Key::new(hmac::HMAC_SHA256, &bytes) })
    }

    /// As text, for its receiver and the database.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What `Webhook-Signature` says of this body under this id, sent at `timestamp` (seconds since 1970).
    pub fn sign(&self, id: &str, timestamp: i64, body: &[u8]) -> String {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(format!("{id}.{timestamp}.").as_bytes());
        context.update(body);
        format!("v1,{}", STANDARD.encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_the_standard() {
        // From the tests of the reference libraries.
        let key = SigningKey::of_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let signature = key.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, br#"{"test": 2432232314}"#);
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        let key = SigningKey::new(&[7; SIGNING_KEY_BYTES]);
        let again = SigningKey::of_text(key.text()).unwrap();
        assert_eq!(again.sign("a", 1, b"b"), key.sign("a", 1, b"b"));
        assert!(SigningKey::of_text("MfKQ9r8G").is_none() && SigningKey::of_text("whsec_*").is_none());
        assert_eq!(format!("{key:?}"), "SigningKey(..)");
    }
}
