//! What the co-located scheduler asks.

use std::collections::BTreeSet;

use axum::body::Body;
use convoke_callbridge_api::loopback::SigningKeys;
use convoke_directory::token::Verifier;
use convoke_model::AccountRole;
use convoke_store::{DbFault, space_tasks};
use http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::support::{Bridge, TOKEN, form, on_both, on_sqlite};

const REQUEST: &str = "aaaaaaaa-0000-4000-8000-000000000001";

fn new_space(request: &str, template: &str, owner: &str) -> String {
    json!({ "request": request, "template": template, "name": "Team Meeting", "owner": owner }).to_string()
}

async fn made(bridge: &Bridge, body: &str) -> Value {
    let answer = bridge.inner(Method::POST, "/loopback/v1/spaces", body).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

#[test]
fn nothing_is_answered_without_the_token() {
    on_sqlite(async |bridge| {
        for path in [
            "/loopback/v1/signingKeys",
            "/loopback/v1/groups?limit=1",
            "/loopback/v1/organizers?id=x",
            "/api/v1/coSpaces",
            "/nothing",
            "/",
        ] {
            for method in [Method::GET, Method::DELETE, Method::POST] {
                for token in [None, Some(""), Some("wrong"), Some(&TOKEN[1..])] {
                    let mut request = Request::builder().method(method.clone()).uri(path);
                    if let Some(token) = token {
                        request = request.header("x-convoke-loopback-token", token);
                    }
                    let answer = bridge.send_inner(request.body(Body::empty()).unwrap()).await;
                    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{method} {path} {token:?}");
                    assert_eq!(answer.header("content-type"), "application/problem+json");
                }
            }
        }
    });
}

#[test]
fn behind_the_token_lies_the_public_api() {
    on_sqlite(async |bridge| {
        bridge.make("coSpaces", "name=A").await;
        let answer = bridge.inner(Method::GET, "/api/v1/coSpaces", "").await;
        assert!(answer.body.contains("total=\"1\""), "{}", answer.body);
        let made = bridge.inner(Method::POST, "/api/v1/coSpaces", "name=B").await;
        assert!(made.header("location").starts_with("/api/v1/coSpaces/"));
        let nothing = bridge.inner(Method::GET, "/loopback/v1/nothing", "").await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    });
}

#[test]
fn the_signing_keys_verify_a_real_token() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let token = bridge.token("alice").await;
        let keys = bridge.inner(Method::GET, "/loopback/v1/signingKeys", "").await;
        let keys: SigningKeys = serde_json::from_str(&keys.body).unwrap();
        let known = keys.keys.iter().map(|key| (key.kid.as_str(), key.x.as_str()));
        let claims = Verifier::new(&keys.cluster, known).unwrap();
        let claims = claims.verify(&token, bridge.state.clock.now()).unwrap();
        assert_eq!((claims.sub.as_str(), claims.jid.as_str()), (alice.as_str(), "alice@example.test"));
        assert!(!serde_json::to_string(&keys).unwrap().contains("PRIVATE"));
    });
}

#[test]
fn an_operator_is_known_by_name_and_password() {
    on_sqlite(async |bridge| {
        let given = |password: &str| json!({ "name": "Admin", "password": password, "address": "192.0.2.1" });
        let right = bridge.inner(Method::POST, "/loopback/v1/signIn", &given("secret").to_string()).await;
        assert_eq!(right.json(), json!({ "name": "admin", "role": "admin" }));
        for _ in 0..10 {
            let wrong = bridge.inner(Method::POST, "/loopback/v1/signIn", &given("x").to_string()).await;
            assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
        }
        let often = bridge.inner(Method::POST, "/loopback/v1/signIn", &given("x").to_string()).await;
        assert_eq!(often.status, StatusCode::TOO_MANY_REQUESTS);
    });
}

#[test]
fn an_account_that_may_not_use_the_apis_is_told_why_once_its_password_is_right() {
    on_sqlite(async |bridge| {
        let accounts = &bridge.state.accounts;
        let password = secrecy::SecretString::from("right horse");
        for (name, role) in [("keys", AccountRole::Crypto), ("reader", AccountRole::AppAdmin)] {
            accounts.add(&name.parse().unwrap(), role, &password, true, bridge.state.clock.now()).unwrap();
        }
        let ask = async |name: &str, password: &str| {
            let given = json!({ "name": name, "password": password, "address": "192.0.2.1" });
            bridge.inner(Method::POST, "/loopback/v1/signIn", &given.to_string()).await
        };
        assert_eq!(
            ask("reader", "right horse").await.json(),
            json!({ "name": "reader", "role": "appadmin" })
        );
        assert_eq!(ask("keys", "wrong horse").await.status, StatusCode::UNAUTHORIZED);
        let keys = ask("keys", "right horse").await;
        assert_eq!(keys.status, StatusCode::FORBIDDEN);
        assert!(keys.body.contains("accounts of role crypto sign in to the shell only"), "{}", keys.body);

        accounts.expire(&"admin".parse().unwrap()).unwrap();
        let expired = bridge.get("system/status").await;
        assert_eq!(expired.status, StatusCode::FORBIDDEN);
        let reason = "the password must be changed first: sign in to the shell, or ask an administrator\n";
        assert_eq!(expired.body, reason);

        accounts.delete(&"reader".parse().unwrap()).unwrap();
        assert_eq!(ask("reader", "right horse").await.status, StatusCode::UNAUTHORIZED, "at once");
    });
}

#[test]
fn an_organizer_is_found_by_jid_or_id_with_the_place_that_is_asked_for() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let organizer = json!({ "user": { "id": alice, "jid": "alice@example.test", "name": "alice Kim",
            "email": "alice.kim@mail.test", "templates": [template] }, "space": null, "templateRoles": null });
        for query in ["jid=Alice@Example.Test".to_owned(), format!("id={alice}")] {
            let answer = bridge.inner(Method::GET, &format!("/loopback/v1/organizers?{query}"), "").await;
            assert_eq!(answer.json(), organizer, "{query}");
            let query = format!("{query}&template={template}");
            let answer = bridge.inner(Method::GET, &format!("/loopback/v1/organizers?{query}"), "").await;
            assert_eq!(answer.json()["templateRoles"], json!(["ExternalAccessMeth", "InternalAccessMeth"]));
        }
        for query in ["jid=bob@example.test", "id=aaaaaaaa-0000-4000-8000-000000000001", "", "jid="] {
            let answer = bridge.inner(Method::GET, &format!("/loopback/v1/organizers?{query}"), "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{query}");
        }
        let space = made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        let bob = bridge.user("bob").await;
        let of = async |who: &str, place: &str| {
            let path = format!("/loopback/v1/organizers?id={who}&{place}");
            bridge.inner(Method::GET, &path, "").await.json()
        };
        let place = format!("space={}", space["id"].as_str().unwrap());
        assert_eq!(of(&alice, &place).await["space"], space);
        assert_eq!(of(&bob, &place).await["space"], Value::Null, "not a member");
        assert_eq!(of(&bob, &format!("template={template}")).await["templateRoles"], Value::Null);
        assert_eq!(of(&alice, &format!("space={bob}")).await["space"], Value::Null, "no space at all");

        // The text of invitations is that of the space, and else that of the system.
        let all = bridge.make("callBrandingProfiles", "resourceLocation=https://a.test/texts").await;
        bridge.put("system/profiles", &format!("callBrandingProfile={all}")).await.is_done();
        let everywhere = json!({"resourceLocation": "https://a.test/texts"});
        assert_eq!(of(&alice, &place).await["branding"], everywhere);
        assert_eq!(of(&alice, "").await["branding"], everywhere);
        let own = bridge.make("callBrandingProfiles", "invitationTemplate=https://b.test/own").await;
        let of_space = format!("coSpaces/{}", space["id"].as_str().unwrap());
        bridge.put(&of_space, &format!("callBrandingProfile={own}")).await.is_done();
        assert_eq!(of(&alice, &place).await["branding"], json!({"invitationTemplate": "https://b.test/own"}));
        assert_eq!(of(&alice, "").await["branding"], everywhere);

        // Numbers to dial in by are those of the system's profile.
        let profile = bridge.make("webBridgeProfiles", "name=one").await;
        bridge.make(&format!("webBridgeProfiles/{profile}/ivrNumbers"), "number=112&label=Seoul").await;
        let address = form("address", "https://meet.example.test");
        bridge.make(&format!("webBridgeProfiles/{profile}/webBridgeAddresses"), &address).await;
        assert_eq!(of(&alice, "").await["ivrNumbers"], Value::Null);
        bridge.put("system/profiles", &format!("webBridgeProfile={profile}")).await.is_done();
        assert_eq!(of(&alice, "").await["ivrNumbers"], json!([{"label": "Seoul", "number": "112"}]));
    });
}

#[test]
fn who_was_removed_is_told_with_the_instant() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        bridge.user("bob").await;
        let removed = async |since: i64| {
            bridge.inner(Method::GET, &format!("/loopback/v1/removedUsers?since={since}"), "").await.json()
        };
        assert_eq!(removed(0).await, json!({ "users": [] }));
        assert!(bridge.remove_user("alice").await);
        let told = removed(0).await;
        let at = told["users"][0]["removedAt"].as_i64().unwrap();
        assert_eq!(told, json!({ "users": [{ "id": alice, "removedAt": at }] }));
        assert_eq!(removed(at).await, told);
        assert_eq!(removed(at + 1).await, json!({ "users": [] }));
    });
}

#[test]
fn a_space_is_made_of_a_template_whole() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let space = made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        let id = space["id"].as_str().unwrap();
        assert_eq!(space["defaultAccessMethod"], "ExternalAccessMeth");
        let methods = space["accessMethods"].as_array().unwrap();
        let names: Vec<_> = methods.iter().map(|method| method["name"].as_str().unwrap()).collect();
        assert_eq!(names, ["ExternalAccessMeth", "InternalAccessMeth"]);
        assert_eq!(methods[0]["uri"], "team.meeting.guest@Meet.Example.Test");
        assert_eq!(methods[1]["uri"], "team.meeting.host@Meet.Example.Test");
        assert_ne!(methods[0]["callId"], methods[1]["callId"]);
        for method in methods {
            assert_eq!(method["callId"].as_str().unwrap().len(), 9);
            let call_id = method["callId"].as_str().unwrap();
            let link = format!("https://meet.example.test/meeting/{call_id}?secret=");
            assert_eq!(method["link"].as_str().unwrap().strip_prefix(&link).unwrap().len(), 22);
            assert_eq!(method["passcode"], Value::Null);
        }
        let shown = bridge.show(&format!("coSpaces/{id}")).await;
        assert_eq!(shown.fields["ownerId"], alice);
        assert_eq!(shown.fields["numAccessMethods"], "2");
        assert!(!shown.fields.contains_key("request"));
        let (_, members) = bridge.list(&format!("coSpaces/{id}/coSpaceUsers")).await;
        let member = bridge.show(&format!("coSpaces/{id}/coSpaceUsers/{}", members[0])).await;
        assert_eq!((&member.fields["userId"], member.fields["canDestroy"].as_str()), (&alice, "true"));
    });
}

#[test]
fn the_same_request_twice_is_the_same_space_even_after_a_change_and_both_at_once() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let body = new_space(REQUEST, &template, &alice);
        let (one, two) = tokio::join!(made(&bridge, &body), made(&bridge, &body));
        assert_eq!(one, two);
        bridge.put(&format!("coSpaces/{}", one["id"].as_str().unwrap()), "name=Renamed").await.is_done();
        let again = made(&bridge, &new_space(&REQUEST.to_uppercase(), &template, &alice)).await;
        assert_eq!(again["id"], one["id"]);
        assert_eq!(bridge.list("coSpaces").await.0, 1);
        let other =
            made(&bridge, &new_space("aaaaaaaa-0000-4000-8000-000000000002", &template, &alice)).await;
        assert_ne!(other["id"], one["id"]);
    });
}

#[test]
fn a_space_is_removed_by_its_request_whether_or_not_there_was_one() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let path = format!("/loopback/v1/spaces?request={REQUEST}");
        assert_eq!(bridge.inner(Method::DELETE, &path, "").await.status, StatusCode::OK);
        let space = made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        bridge.make("coSpaces", "name=other").await;
        for _ in 0..2 {
            assert_eq!(bridge.inner(Method::DELETE, &path, "").await.status, StatusCode::OK);
            assert_eq!(bridge.list("coSpaces").await.0, 1);
        }
        assert_eq!(bridge.list(&format!("users/{alice}/usercoSpaces")).await.0, 0);
        assert_ne!(made(&bridge, &new_space(REQUEST, &template, &alice)).await["id"], space["id"]);
        let nonsense = bridge.inner(Method::DELETE, "/loopback/v1/spaces?request=x", "").await;
        assert_eq!(nonsense.status, StatusCode::UNPROCESSABLE_ENTITY);
    });
}

#[test]
fn a_space_that_a_meeting_has_taken_over_is_not_given_up_with_its_request() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        // What the meeting's own transaction does.
        let taken = bridge.state.store.write_rows(|tx| space_tasks::settle_intent(tx, REQUEST)).await;
        let taken: Result<bool, DbFault> = taken;
        assert!(taken.unwrap());
        let path = format!("/loopback/v1/spaces?request={REQUEST}");
        assert_eq!(bridge.inner(Method::DELETE, &path, "").await.status, StatusCode::OK);
        assert_eq!(bridge.list("coSpaces").await.0, 1);
    });
}

#[test]
fn a_meeting_and_whoever_gives_its_request_up_never_both_win() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let mut kept = 0;
        for number in 0..40 {
            let request = format!("aaaaaaaa-0000-4000-8000-0000000001{number:02}");
            made(&bridge, &new_space(&request, &template, &alice)).await;
            let path = format!("/loopback/v1/spaces?request={request}");
            let store = bridge.state.store.clone();
            let meeting = async {
                let taken = store.write_rows(move |tx| space_tasks::settle_intent(tx, &request)).await;
                let taken: Result<bool, DbFault> = taken;
                taken.unwrap()
            };
            let (gone, taken) = tokio::join!(bridge.inner(Method::DELETE, &path, ""), meeting);
            assert_eq!(gone.status, StatusCode::OK);
            kept += u64::from(taken);
            assert_eq!(bridge.list("coSpaces").await.0, kept, "round {number}");
        }
    });
}

#[test]
fn nothing_is_left_of_a_space_that_can_not_be_made() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let bob = bridge.user("bob").await;
        let template = bridge.template(&alice).await;
        let other = bridge.make("coSpaceTemplates", "name=other").await;
        let nobody = "aaaaaaaa-0000-4000-8000-00000000000f";
        let nameless = json!({ "request": REQUEST, "template": template, "name": " ", "owner": alice });
        let long =
            json!({ "request": REQUEST, "template": template, "name": "x".repeat(201), "owner": alice });
        for (body, field) in [
            (new_space(REQUEST, nobody, &alice), "coSpaceTemplate"),
            (new_space(REQUEST, &other, &alice), "coSpaceTemplate"),
            (new_space(REQUEST, &template, &bob), "coSpaceTemplate"),
            (new_space(REQUEST, &template, nobody), "user"),
            (new_space(REQUEST, "x", &alice), "template"),
            (new_space(REQUEST, &template, "x"), "owner"),
            (new_space("x", &template, &alice), "request"),
            (nameless.to_string(), "name"),
            (long.to_string(), "name"),
        ] {
            let answer = bridge.inner(Method::POST, "/loopback/v1/spaces", &body).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
            assert_eq!(answer.json()["errors"][0]["field"], field, "{body}");
        }
        assert_eq!(bridge.list("coSpaces").await.0, 0);
        assert_eq!(bridge.list(&format!("users/{alice}/usercoSpaces")).await.0, 0);
        made(&bridge, &new_space(REQUEST, &template, &alice)).await;
    });
}

#[test]
fn a_uri_that_is_taken_gets_a_number() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        bridge.make("coSpaces", "uri=team.meeting.guest2").await;
        let mut uris = Vec::new();
        for number in 1..=3 {
            let request = format!("aaaaaaaa-0000-4000-8000-00000000000{number}");
            let space = made(&bridge, &new_space(&request, &template, &alice)).await;
            uris.push(
                space["accessMethods"][0]["uri"].as_str().unwrap().split('@').next().unwrap().to_owned(),
            );
        }
        assert_eq!(uris, ["team.meeting.guest", "team.meeting.guest3", "team.meeting.guest4"]);
    });
}

#[test]
fn methods_with_the_same_generator_are_told_apart_by_passcode_or_number() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let security = bridge.make("dialInSecurityProfiles", "minPasscodeLength=9").await;
        let form = format!("name=T&dialInSecurityProfile={security}");
        let template = bridge.make("coSpaceTemplates", &form).await;
        let methods = format!("coSpaceTemplates/{template}/accessMethodTemplates");
        for method in
            ["name=A", "name=B", "name=C&generateUniqueCallId=true", "name=D&generateUniqueCallId=true"]
        {
            bridge.make(&methods, &format!("{method}&uriGenerator=$.x")).await;
        }
        bridge.assign(&alice, &template).await;
        let space = made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        let methods = space["accessMethods"].as_array().unwrap();
        let text = |at: usize, name: &str| methods[at][name].as_str().unwrap_or_default().to_owned();
        assert_eq!(text(0, "callId"), text(1, "callId"));
        assert_eq!((text(0, "passcode").len(), text(1, "passcode").len()), (0, 9));
        assert_ne!(text(2, "callId"), text(3, "callId"));
        let uris: Vec<_> = (0..4).map(|at| text(at, "uri").split('@').next().unwrap().to_owned()).collect();
        assert_eq!(uris, ["team.meeting.x", "team.meeting.x", "team.meeting.x2", "team.meeting.x3"]);
    });
}

#[test]
fn a_template_without_methods_makes_a_space_that_is_itself_the_only_way_in() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.make("coSpaceTemplates", "name=T").await;
        bridge.assign(&alice, &template).await;
        let space = made(&bridge, &new_space(REQUEST, &template, &alice)).await;
        assert_eq!(
            space["accessMethods"],
            json!([{ "id": space["id"], "name": "", "uri": null, "callId": null, "passcode": null, "link": null }])
        );
    });
}

#[test]
fn many_spaces_are_made_at_once_and_none_is_refused() {
    on_both(async |bridge| {
        let alice = bridge.user("alice").await;
        let template = bridge.template(&alice).await;
        let bodies: Vec<_> = (0..40)
            .map(|number| {
                new_space(&format!("aaaaaaaa-0000-4000-8000-0000000000{number:02}"), &template, &alice)
            })
            .collect();
        let made = futures_util::future::join_all(bodies.iter().map(|body| made(&bridge, body))).await;
        let uris: BTreeSet<_> =
            made.iter().map(|space| space["accessMethods"][0]["uri"].to_string()).collect();
        assert_eq!(uris.len(), 40);
    });
}

#[test]
fn groups_are_listed_by_name_page_by_page_and_found_by_id_or_name() {
    on_both(async |bridge| {
        let mut ids = Vec::new();
        for name in ["Sales", "임원", "board", "Pre-Sales 100%", "empty"] {
            ids.push(bridge.make("userGroups", &form("name", name)).await);
        }
        let path = format!("userGroups/{}/userGroupMembers", ids[0]);
        bridge.make(&path, "email=Bob.Lee@Example.Test&name=Bob Lee").await;
        bridge.make(&path, "email=carol@example.test").await;
        bridge.post("userGroups", "name=SALES").await.is_refused("duplicateUserGroupName");
        let again = "email=bob.lee@example.test";
        bridge.post(&path, again).await.is_refused("duplicateUserGroupMember");
        let elsewhere = format!("userGroups/{}/userGroupMembers", ids[1]);
        bridge.make(&elsewhere, again).await;
        let wrong = bridge.post(&path, "email=nobody").await;
        wrong.is_parameter_error(&[("email", "invalidValue")]);

        let page = async |query: &str| {
            let answer = bridge.inner(Method::GET, &format!("/loopback/v1/groups?{query}"), "").await;
            assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
            answer.json()
        };
        let names = |page: &Value| -> Vec<String> {
            let groups = page["groups"].as_array().unwrap().iter();
            groups.map(|group| group["name"].as_str().unwrap().to_owned()).collect()
        };
        let first = page("limit=2").await;
        assert_eq!((names(&first), &first["next"]), (vec!["board".into(), "empty".into()], &json!("empty")));
        let second = page(&format!("limit=3&{}", form("after", "empty"))).await;
        assert_eq!(
            (names(&second), &second["next"]),
            (vec!["Pre-Sales 100%".into(), "Sales".into(), "임원".into()], &Value::Null)
        );
        assert_eq!(second["groups"][1], json!({ "id": ids[0], "name": "Sales", "members": 2 }));
        assert_eq!(names(&page("limit=9&filter=SALES").await), ["Pre-Sales 100%", "Sales"]);
        assert_eq!(names(&page(&format!("limit=9&{}", form("filter", "0%"))).await), ["Pre-Sales 100%"]);

        let of = async |group: &str| {
            let path = format!("/loopback/v1/groupMembers?{}", form("group", group));
            bridge.inner(Method::GET, &path, "").await
        };
        let sales = json!({ "id": ids[0], "name": "Sales", "members": [
            { "email": "Bob.Lee@example.test", "name": "Bob Lee" }, { "email": "carol@example.test", "name": "" }] });
        for named in [ids[0].as_str(), &ids[0].to_uppercase(), "sales", " Sales "] {
            assert_eq!(of(named).await.json(), sales, "{named}");
        }
        assert_eq!(of("Empty").await.json()["members"], json!([]));
        bridge.delete(&format!("userGroups/{}", ids[0])).await.is_done();
        for nobody in ["Sales", &ids[0], "", REQUEST] {
            assert_eq!(of(nobody).await.status, StatusCode::NOT_FOUND, "{nobody}");
        }
    });
}
