//! Signing in, and what needs it.

use http::{Method, StatusCode};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::support::{BROWSER, Bridge, PASSWORD, on_both, on_sqlite};

async fn auth(bridge: &Bridge, name: &str, password: &str) -> crate::support::Answer {
    let given = json!({ "username": name, "password": password, "trace": false }).to_string();
    bridge.web(Method::POST, "/api/auth", "", &given).await
}

#[test]
fn a_person_signs_in_by_name_by_jid_or_by_address() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        bridge.user("malice").await;
        for name in ["alice", " Alice ", "alice@example.test", "ALICE@Example.Test", "alice.kim@mail.test"] {
            let answer = auth(&bridge, name, PASSWORD).await;
            assert_eq!(answer.status, StatusCode::OK, "{name}: {}", answer.body);
            assert_eq!(
                answer.json()["user"],
                json!({ "id": alice, "userJid": "alice@example.test", "name": "alice Kim", "email": "alice.kim@mail.test" })
            );
        }
        let before = auth(&bridge, "alice", PASSWORD).await.json();
        assert_eq!(before["lastLogin"]["address"], BROWSER);
        assert_eq!(auth(&bridge, "malice", PASSWORD).await.json()["lastLogin"], Value::Null);
    });
}

#[test]
fn a_name_is_found_among_many_that_end_alike() {
    on_sqlite(async |bridge| {
        for number in 0..60 {
            bridge.put_user(&format!("x{number}kim")).await;
        }
        let kim = bridge.user("kim").await;
        assert_eq!(auth(&bridge, "kim", PASSWORD).await.json()["user"]["id"], kim);
    });
}

#[test]
fn the_token_says_who_and_until_when() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let signed_in = auth(&bridge, "alice", PASSWORD).await.json();
        let token = signed_in["jwt"].as_str().unwrap();
        let claims = bridge.state.verifier.verify(token, bridge.state.clock.now()).unwrap();
        assert_eq!(
            (&claims.iss, claims.aud.as_str(), &claims.sub),
            (&bridge.state.cluster, "convoke-webapp", &alice)
        );
        assert_eq!(claims.exp - claims.iat, 24 * 3600);
        assert_eq!(signed_in["idToken"], claims.jti);
        let ends: jiff::Timestamp = signed_in["expiresAt"].as_str().unwrap().parse().unwrap();
        assert_eq!(ends.as_second(), claims.exp);
    });
}

#[test]
fn a_wrong_sign_in_is_refused_the_same_way_whatever_is_wrong() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        let wrong = auth(&bridge, "alice", "wrong").await;
        assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        assert_eq!(wrong.header("content-type"), "application/problem+json");
        for (name, password) in
            [("nobody", "wrong"), ("", PASSWORD), ("alice", ""), ("@", "x"), (&"x".repeat(300), "x")]
        {
            let answer = auth(&bridge, name, password).await;
            assert_eq!(
                (answer.status, answer.body),
                (StatusCode::UNAUTHORIZED, wrong.body.clone()),
                "{name}"
            );
        }
        for body in ["", "{", "\"x\"", "{\"username\":1}"] {
            let answer = bridge.web(Method::POST, "/api/auth", "", body).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{body}");
        }
    });
}

#[test]
fn after_ten_failures_the_name_waits_and_its_neighbours_do_not() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        bridge.user("bob").await;
        for _ in 0..10 {
            assert_eq!(auth(&bridge, "alice", "wrong").await.status, StatusCode::UNAUTHORIZED);
        }
        let answer = auth(&bridge, "alice", PASSWORD).await;
        assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
        assert_ne!(answer.header("retry-after"), "");
        assert_eq!(auth(&bridge, "bob", PASSWORD).await.status, StatusCode::OK);
    });
}

#[test]
fn everything_else_needs_a_token_that_is_good() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        let good = bridge.token("alice").await;
        let id = "aaaaaaaa-0000-4000-8000-000000000001";
        let calls = [
            (Method::GET, "/api/cospaces".to_owned()),
            (Method::POST, "/api/cospaces".to_owned()),
            (Method::GET, format!("/api/cospaces/{id}")),
            (Method::DELETE, format!("/api/cospaces/{id}")),
            (Method::GET, "/api/coSpaceTemplates".to_owned()),
            (Method::POST, format!("/api/cospaces/{id}/accessMethods/{id}/emailInvitation")),
            (Method::GET, "/api/userLookup?query=al".to_owned()),
        ];
        let forged = format!("{}x", &good[..good.len() - 1]);
        for (method, path) in &calls {
            for token in ["", "nonsense", "a.b.c", forged.as_str()] {
                let answer = bridge.web(method.clone(), path, token, "{}").await;
                assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path}");
                assert_eq!(answer.json()["status"], 401);
            }
        }
        assert_eq!(bridge.web(Method::GET, "/api/cospaces", &good, "").await.status, StatusCode::OK);
        bridge.mover.advance(SignedDuration::from_secs(24 * 3600 - 60));
        assert_eq!(bridge.web(Method::GET, "/api/cospaces", &good, "").await.status, StatusCode::OK);
        bridge.mover.advance(SignedDuration::from_secs(60));
        let late = bridge.web(Method::GET, "/api/cospaces", &good, "").await;
        assert_eq!(late.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn a_person_who_was_removed_is_out_at_once() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        let token = bridge.token("alice").await;
        bridge.remove_user("alice").await;
        let answer = bridge.web(Method::GET, "/api/userLookup?query=al", &token, "").await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        assert_eq!(auth(&bridge, "alice", PASSWORD).await.status, StatusCode::UNAUTHORIZED);
    });
}

#[test]
fn unknown_addresses_and_methods_are_told_in_the_same_form() {
    on_sqlite(async |bridge| {
        let nothing = bridge.web(Method::GET, "/api/nothing", "", "").await;
        assert_eq!((nothing.status, nothing.json()["status"].as_u64()), (StatusCode::NOT_FOUND, Some(404)));
        let wrong = bridge.web(Method::PUT, "/api/cospaces", "", "").await;
        assert_eq!(
            (wrong.status, wrong.json()["status"].as_u64()),
            (StatusCode::METHOD_NOT_ALLOWED, Some(405))
        );
    });
}
