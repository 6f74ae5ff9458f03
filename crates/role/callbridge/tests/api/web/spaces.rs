//! The spaces of a user, as the web app shows them.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::support::{BROWSER, Bridge, on_both, on_sqlite};

const NOBODY: &str = "aaaaaaaa-0000-4000-8000-00000000000f";

async fn made(bridge: &Bridge, token: &str, template: &str, name: &str) -> Value {
    let body = json!({ "coSpaceTemplateId": template, "name": name }).to_string();
    let answer = bridge.web(Method::POST, "/api/cospaces", token, &body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

#[test]
fn a_space_of_ones_own_is_made_seen_and_deleted_and_others_do_not_see_it() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        bridge.user("bob").await;
        let (alices, bobs) = (bridge.token("alice").await, bridge.token("bob").await);
        let space = made(&bridge, &alices, &template, "Team Meeting").await;
        let guid = space["guid"].as_str().unwrap();
        assert_eq!((&space["name"], &space["canDestroy"]), (&json!("Team Meeting"), &json!(true)));
        assert_eq!(space["members"], json!([{ "userJid": "alice@example.test", "name": "alice Kim" }]));
        let method = &space["accessMethods"][0];
        let call_id = method["callId"].as_str().unwrap();
        let link = method["link"].as_str().unwrap();
        assert!(link.starts_with(&format!("https://meet.example.test/meeting/{call_id}?secret=")), "{link}");
        assert!(!method.as_object().unwrap().contains_key("secret"));

        let path = format!("/api/cospaces/{guid}");
        let list = bridge.web(Method::GET, "/api/cospaces", &alices, "").await.json();
        assert_eq!(
            list,
            json!({ "spaces": [{ "guid": guid, "name": "Team Meeting", "uri": null, "callId": null }] })
        );
        assert_eq!(bridge.web(Method::GET, &path, &alices, "").await.json(), space);

        assert_eq!(bridge.web(Method::GET, "/api/cospaces", &bobs, "").await.json(), json!({ "spaces": [] }));
        for method in [Method::GET, Method::DELETE] {
            assert_eq!(bridge.web(method, &path, &bobs, "").await.status, StatusCode::NOT_FOUND);
        }
        let gone = bridge.web(Method::DELETE, &path, &alices, "").await;
        assert_eq!((gone.status, gone.json()), (StatusCode::OK, json!({})));
        assert_eq!(bridge.web(Method::GET, &path, &alices, "").await.status, StatusCode::NOT_FOUND);
        assert_eq!(bridge.list("coSpaces").await.0, 0);
    });
}

#[test]
fn a_bad_guid_is_told_apart_from_an_unknown_one() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        let token = bridge.token("alice").await;
        for method in [Method::GET, Method::DELETE] {
            let bad = bridge.web(method.clone(), "/api/cospaces/nonsense", &token, "").await;
            assert_eq!((bad.status, bad.json()["status"].as_u64()), (StatusCode::BAD_REQUEST, Some(400)));
            let unknown = bridge.web(method, &format!("/api/cospaces/{NOBODY}"), &token, "").await;
            assert_eq!(unknown.status, StatusCode::NOT_FOUND);
        }
    });
}

#[test]
fn a_member_without_the_right_does_not_delete_a_space() {
    on_sqlite(async |bridge| {
        bridge.user("alice").await;
        let token = bridge.token("alice").await;
        let space = bridge.make("coSpaces", "name=A").await;
        let members = format!("coSpaces/{space}/coSpaceUsers");
        let member = bridge.make(&members, "userJid=alice@example.test").await;
        let path = format!("/api/cospaces/{space}");
        assert_eq!(bridge.web(Method::GET, &path, &token, "").await.json()["canDestroy"], false);
        assert_eq!(bridge.web(Method::DELETE, &path, &token, "").await.status, StatusCode::FORBIDDEN);
        bridge.put(&format!("{members}/{member}"), "canDestroy=true").await.is_done();
        assert_eq!(bridge.web(Method::DELETE, &path, &token, "").await.status, StatusCode::OK);
    });
}

#[test]
fn a_space_needs_an_assigned_template_and_a_name() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        bridge.user("bob").await;
        let (alices, bobs) = (bridge.token("alice").await, bridge.token("bob").await);
        for (token, template, name, field) in [
            (&alices, NOBODY, "A", "coSpaceTemplateId"),
            (&alices, "nonsense", "A", "coSpaceTemplateId"),
            (&bobs, template.as_str(), "A", "coSpaceTemplateId"),
            (&alices, template.as_str(), "", "name"),
            (&alices, template.as_str(), "a\u{7}b", "name"),
        ] {
            let body = json!({ "coSpaceTemplateId": template, "name": name }).to_string();
            let answer = bridge.web(Method::POST, "/api/cospaces", token, &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{body}: {}", answer.body);
        }
        assert_eq!(bridge.list("coSpaces").await.0, 0);
        let large = format!("{{\"name\":\"{}\"}}", "x".repeat(64 * 1024));
        let answer = bridge.web(Method::POST, "/api/cospaces", &alices, &large).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
    });
}

#[test]
fn the_templates_are_those_assigned() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        bridge.make("coSpaceTemplates", "name=other").await;
        let token = bridge.token("alice").await;
        let answer = bridge.web(Method::GET, "/api/coSpaceTemplates", &token, "").await.json();
        let [shown] = answer["coSpaceTemplates"].as_array().unwrap().as_slice() else { panic!("{answer}") };
        assert_eq!(
            (&shown["id"], &shown["name"], &shown["description"]),
            (&json!(template), &json!("Meeting"), &json!("For all"))
        );
        let methods = shown["accessMethodTemplates"].as_array().unwrap();
        assert_eq!(
            methods.iter().map(|m| &m["name"]).collect::<Vec<_>>(),
            ["ExternalAccessMeth", "InternalAccessMeth"]
        );
        assert_eq!(shown["defaultAccessMethodTemplate"], methods[0]["id"]);
    });
}

#[test]
fn an_invitation_is_given_to_members() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        bridge.user("bob").await;
        let (alices, bobs) = (bridge.token("alice").await, bridge.token("bob").await);
        let space = made(&bridge, &alices, &template, "주간 회의").await;
        let (guid, method) =
            (space["guid"].as_str().unwrap(), space["accessMethods"][0]["guid"].as_str().unwrap());
        let path = format!("/api/cospaces/{guid}/accessMethods/{method}/emailInvitation");
        let english = bridge.web(Method::POST, &path, &alices, "{\"language\":\"en_GB\"}").await.json();
        assert_eq!(
            (&english["subject"], &english["language"]),
            (&json!("Invitation: 주간 회의"), &json!("en_US"))
        );
        assert!(english["invitation"].as_str().unwrap().contains("”.\nJoin in a browser: https://"));
        assert_eq!(bridge.web(Method::POST, &path, &alices, "").await.json(), english);
        let korean = bridge.web(Method::POST, &path, &alices, "{\"language\":\"ko_KR\"}").await.json();
        assert_eq!(korean["language"], "ko_KR");
        assert!(korean["invitation"].as_str().unwrap().contains("\n회의 ID: "));
        let wrong = format!("/api/cospaces/{guid}/accessMethods/{NOBODY}/emailInvitation");
        for (token, path) in [(&alices, wrong), (&bobs, path)] {
            assert_eq!(bridge.web(Method::POST, &path, token, "{}").await.status, StatusCode::BAD_REQUEST);
        }
    });
}

#[test]
fn a_link_leads_to_a_meeting_only_with_its_secret() {
    on_both(async |bridge| {
        let space = bridge.make("coSpaces", "name=Weekly&callId=1234&secret=one").await;
        bridge
            .make(&format!("coSpaces/{space}/accessMethods"), "callId=1234&passcode=7&secret=t%2Bw o")
            .await;
        let entry =
            async |query: &str| bridge.web(Method::GET, &format!("/api/meetingEntry?{query}"), "", "").await;
        for good in ["callId=1234&secret=one", "callId=1234&secret=t%2Bw+o"] {
            assert_eq!(entry(good).await.json(), json!({ "name": "Weekly" }), "{good}");
        }
        for bad in ["callId=1234&secret=", "callId=1234", "callId=12&secret=one", "secret=one", ""] {
            assert_eq!(entry(bad).await.status, StatusCode::NOT_FOUND, "{bad}");
        }
        let twice = entry("callId=1&callId=2").await;
        assert_eq!((twice.status, twice.json()["status"].as_u64()), (StatusCode::BAD_REQUEST, Some(400)));
        for _ in 0..5 {
            entry("callId=1234&secret=guess").await;
        }
        let often = entry("callId=1234&secret=one").await;
        assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS, "after ten guesses from {BROWSER}");
    });
}
