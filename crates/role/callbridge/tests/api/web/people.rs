//! Finding people.

use http::{Method, StatusCode};
use serde_json::Value;

use crate::support::{Bridge, form, on_both, on_sqlite};

async fn found(bridge: &Bridge, token: &str, text: &str) -> Vec<String> {
    let path = format!("/api/userLookup?{}", form("query", text));
    let answer = bridge.web(Method::GET, &path, token, "").await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let users = answer.json()["users"].as_array().unwrap().clone();
    users.iter().map(|user: &Value| user["userJid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn people_are_found_by_parts_of_name_jid_and_address() {
    on_both(async |bridge| {
        bridge.user("alice").await;
        bridge.user("bob").await;
        let token = bridge.token("alice").await;
        for text in ["ALI", "alice kim", "alice@ex", "lice.kim@mail", " alice "] {
            assert_eq!(found(&bridge, &token, text).await, ["alice@example.test"], "{text}");
        }
        assert_eq!(found(&bridge, &token, "kim").await.len(), 2);
        for text in ["", "a", " a ", "zz", "%%", "__"] {
            assert_eq!(found(&bridge, &token, text).await.len(), 0, "{text:?}");
        }
    });
}

#[test]
fn at_most_twenty_people_are_answered() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        for number in 0..25 {
            bridge.put_user(&format!("guest{number}")).await;
        }
        let token = bridge.token("alice").await;
        assert_eq!(found(&bridge, &token, "guest").await.len(), 20);
    });
}
