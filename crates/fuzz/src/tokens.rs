//! Tokens: none is taken but those that were signed.

use std::sync::LazyLock;

use convoke_directory::token::{Signer, Verifier};
use convoke_web_api::token::{AUDIENCE, Claims};
use jiff::Timestamp;

/// A key for this alone, so that the same input does the same each time.
const KEY: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIDl9N6qedv369L7wgAOzqx5cD9NYDZgYXn4t19pJAO/k
-----END PRIVATE KEY-----
";

struct Keys {
    verifier: Verifier,
    good: String,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let signer = Signer::new("k", KEY).expect("the key is good");
    let text = |text: &str| text.to_owned();
    let claims = Claims {
        iss: text("cluster"),
        aud: text(AUDIENCE),
        sub: text("u"),
        jid: text("u@d"),
        name: text("U"),
        email: text("u@d"),
        iat: 0,
        exp: 100,
        jti: text("j"),
    };
    let verifier = Verifier::new("cluster", [("k", signer.public_key())]).expect("the key is good");
    Keys { verifier, good: signer.sign(&claims).expect("the claims are good") }
});

/// A token; `$` stands for one that is good.
pub(crate) fn token(data: &[u8]) {
    let text = String::from_utf8_lossy(data).replace('$', &KEYS.good);
    if let Ok(claims) = KEYS.verifier.verify(&text, Timestamp::UNIX_EPOCH) {
        assert_eq!(text, KEYS.good, "{claims:?}");
    }
}
