//! Forged tokens: every part of a token that must be right is wrong once, with all else as it should be.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use convoke_directory::token::{Signer, new_private_key};
use convoke_runtime::Settings;
use convoke_store::{DbFault, Store, keys};
use convoke_web_api::token::Claims;
use http::Method;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};

use crate::world::World;

/// The key of a running cluster, as somebody finds it who has the database: so that a token can be wrong in one thing.
fn cluster_key(world: &World) -> keys::ClusterKey {
    let file = world.system.layout.settings_file(&world.system.layout.nodes[0]);
    let settings = Settings::read(&file).unwrap();
    std::thread::scope(|scope| {
        let read = scope.spawn(|| {
            let store = Store::open(&settings.database).unwrap();
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let found: Result<_, DbFault> = runtime.block_on(store.read(keys::newest));
            found.unwrap().unwrap()
        });
        read.join().unwrap()
    })
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

pub async fn only_tokens_of_this_cluster_are_taken(world: &World) {
    let good = world.sign_in(0).await;
    let good = good.strip_prefix("Bearer ").unwrap().to_owned();
    let [head, body, signature] = good.split('.').collect::<Vec<_>>()[..] else { panic!("{good}") };
    let claims: Claims = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(body).unwrap()).unwrap();
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).unwrap()).unwrap();
    let (kid, key) = (header["kid"].as_str().unwrap(), cluster_key(world));
    let real = Signer::new(kid, &key.private_key).unwrap();
    let stranger = Signer::new(kid, &new_private_key().unwrap()).unwrap();
    let by = |signer: &Signer, claims: Claims| signer.sign(&claims).unwrap();
    let by_secret = |algorithm: Algorithm, secret: &[u8]| {
        let header = Header { kid: Some(kid.to_owned()), ..Header::new(algorithm) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let none = |name: &str| part(&json!({"alg": name, "typ": "JWT", "kid": kid}));
    let carol = Claims { sub: world.people.users[2].id.clone(), ..claims.clone() };
    let public = real.public_key().to_owned();
    let raw = URL_SAFE_NO_PAD.decode(&public).unwrap();
    let forged = [
        ("nothing", String::new()),
        ("no signature", format!("{head}.{body}.")),
        ("alg none", format!("{}.{body}.", none("none"))),
        ("alg nOnE", format!("{}.{body}.{signature}", none("nOnE"))),
        ("HS256 by the public key", by_secret(Algorithm::HS256, &raw)),
        ("HS256 by the public key as text", by_secret(Algorithm::HS256, public.as_bytes())),
        ("HS512 by the private key", by_secret(Algorithm::HS512, key.private_key.as_bytes())),
        ("another key under the same name", by(&stranger, claims.clone())),
        (
            "another key under its own name",
            by(&Signer::new("other", &new_private_key().unwrap()).unwrap(), claims.clone()),
        ),
        (
            "the real key under another name",
            by(&Signer::new("../x", &key.private_key).unwrap(), claims.clone()),
        ),
        ("expired", by(&real, Claims { exp: claims.iat - 1, ..claims.clone() })),
        ("of another cluster", by(&real, Claims { iss: "another".into(), ..claims.clone() })),
        ("for another audience", by(&real, Claims { aud: "convoke-admin".into(), ..claims.clone() })),
        (
            "somebody else's body",
            format!("{head}.{}.{signature}", part(&serde_json::to_value(&carol).unwrap())),
        ),
        (
            "a critical header",
            format!(
                "{}.{body}.{signature}",
                part(&json!({"alg": "EdDSA", "kid": kid, "crit": ["exp"], "exp": 1}))
            ),
        ),
        (
            "a key of its own",
            format!(
                "{}.{body}.{signature}",
                part(
                    &json!({"alg": "EdDSA", "jwk": {"kty": "OKP", "crv": "Ed25519", "x": stranger.public_key()}})
                )
            ),
        ),
        ("four parts", format!("{good}.x")),
        ("a long one", format!("{head}.{}.{signature}", "A".repeat(8_000))),
    ];
    let scheduler = world.system.layout.nodes[0].scheduler_api().unwrap();
    let urls = [
        format!("{}/api/cospaces", world.web(0)),
        format!("{}/api/v1/scheduler/meetings", world.web(0)),
        format!("{scheduler}/api/v1/scheduler/meetings"),
    ];
    // Who has the cluster's key, and names somebody who is not there.
    for sub in ["00000000-0000-4000-8000-000000000000", "' OR 1=1 --", ""] {
        let token = by(&real, Claims { sub: sub.into(), ..claims.clone() });
        let answer = world.call(Method::GET, &urls[0], &format!("Bearer {token}"), None).await;
        assert_eq!(answer.status, 401, "{sub}: {}", answer.json);
    }
    for url in &urls {
        for (what, token) in &forged {
            let answer = world.call(Method::GET, url, &format!("Bearer {token}"), None).await;
            assert_eq!(answer.status, 401, "{what} at {url}: {}", answer.json);
        }
        // The test itself is sound: a token by the real key with the claims of a sign-in is taken.
        let answer =
            world.call(Method::GET, url, &format!("Bearer {}", by(&real, claims.clone())), None).await;
        assert_eq!(answer.status, 200, "{url}: {}", answer.json);
        // By no other way than the header, either.
        let answer =
            world.call(Method::GET, &format!("{url}?access_token={good}&jwt={good}"), "", None).await;
        assert_eq!(answer.status, 401, "{url}");
    }
}
