//! What is special about some kinds: values that the bridge makes itself, and rules across objects.

use convoke_store::{DbFault, objects};

use crate::support::{on_both, on_sqlite};

fn is_secret(text: &str) -> bool {
    text.len() == 22 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.".contains(&b))
}

#[test]
fn a_call_id_is_made_when_asked_for_and_a_secret_whenever_there_is_one() {
    on_sqlite(async |bridge| {
        let space = bridge.make("coSpaces", "name=A").await;
        for path in [format!("coSpaces/{space}"), {
            let method = bridge.make(&format!("coSpaces/{space}/accessMethods"), "").await;
            format!("coSpaces/{space}/accessMethods/{method}")
        }] {
            let shown = bridge.show(&path).await;
            assert!(!shown.fields.contains_key("callId") && !shown.fields.contains_key("secret"), "{path}");
            bridge.put(&path, "requireCallId=true").await.is_done();
            let shown = bridge.show(&path).await;
            let call_id = &shown.fields["callId"];
            assert!(call_id.len() == 9 && call_id.bytes().all(|b| b.is_ascii_digit()), "{call_id}");
            assert!(is_secret(&shown.fields["secret"]), "{}", shown.fields["secret"]);
            // A second time changes nothing.
            bridge.put(&path, "requireCallId=true&name=B").await.is_done();
            let again = bridge.show(&path).await;
            assert_eq!(
                (&again.fields["callId"], &again.fields["secret"]),
                (call_id, &shown.fields["secret"])
            );
        }
    });
}

#[test]
fn a_secret_is_kept_replaced_and_given() {
    on_sqlite(async |bridge| {
        let space = bridge.make("coSpaces", "callId=1&secret=given").await;
        let path = format!("coSpaces/{space}");
        assert_eq!(bridge.show(&path).await.fields["secret"], "given");
        bridge.put(&path, "regenerateSecret=false&name=x").await.is_done();
        assert_eq!(bridge.show(&path).await.fields["secret"], "given");
        bridge.put(&path, "regenerateSecret=true").await.is_done();
        let fresh = bridge.show(&path).await.fields["secret"].clone();
        assert!(is_secret(&fresh));
        bridge.put(&path, "regenerateSecret=true").await.is_done();
        assert_ne!(bridge.show(&path).await.fields["secret"], fresh);
        bridge.put(&path, "secret=").await.is_done();
        assert!(is_secret(&bridge.show(&path).await.fields["secret"]));
    });
}

#[test]
fn a_passcode_is_as_long_as_the_profile_of_the_method_or_of_its_space_asks() {
    on_sqlite(async |bridge| {
        let four = bridge.make("dialInSecurityProfiles", "minPasscodeLength=4").await;
        let eight = bridge.make("dialInSecurityProfiles", "minPasscodeLength=8").await;
        let with = |form: &str, profile: &str| format!("{form}&dialInSecurityProfile={profile}");
        bridge.post("coSpaces", &with("passcode=123", &four)).await.is_refused("passcodeTooShort");
        let space = bridge.make("coSpaces", &with("passcode=1234", &four)).await;
        let open = bridge.make("coSpaces", &with("name=open", &four)).await;
        bridge.put(&format!("coSpaces/{open}"), "passcode=1").await.is_refused("passcodeTooShort");
        let methods = format!("coSpaces/{space}/accessMethods");
        bridge.post(&methods, "passcode=123").await.is_refused("passcodeTooShort");
        bridge.make(&methods, "passcode=1234").await;
        bridge.post(&methods, &with("passcode=1234567", &eight)).await.is_refused("passcodeTooShort");
        bridge.make(&methods, &with("passcode=12345678", &eight)).await;
        bridge.make("coSpaces", "passcode=1").await;
    });
}

#[test]
fn an_owner_is_a_known_person() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        bridge.post("coSpaces", "ownerJid=nobody@example.test").await.is_refused("userDoesNotExist");
        bridge
            .post("coSpaces", "ownerJid=nonsense")
            .await
            .is_parameter_error(&[("ownerJid", "invalidValue")]);
        let space = bridge.make("coSpaces", "ownerJid=Alice@Example.TEST&ownerId=x").await;
        let path = format!("coSpaces/{space}");
        let shown = bridge.show(&path).await;
        assert_eq!(
            (&shown.fields["ownerId"], shown.fields["ownerJid"].as_str()),
            (&alice, "alice@example.test")
        );
        bridge.put(&path, "ownerJid=").await.is_done();
        assert!(!bridge.show(&path).await.fields.contains_key("ownerId"));
    });
}

#[test]
fn a_member_is_a_known_person_with_the_rights_that_the_api_gives() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        bridge.user("bob").await;
        let space = bridge.make("coSpaces", "name=A").await;
        let members = format!("coSpaces/{space}/coSpaceUsers");
        bridge.post(&members, "userJid=nobody@example.test").await.is_refused("userDoesNotExist");
        let member = bridge.make(&members, "userJid=alice@example.test&canChangeName=true").await;
        let path = format!("{members}/{member}");
        let shown = bridge.show(&path).await;
        assert_eq!(shown.fields["userId"], alice);
        for (flag, value) in [
            ("canDestroy", "false"),
            ("canAddRemoveMember", "false"),
            ("canChangeName", "true"),
            ("canChangeUri", "false"),
            ("canChangeCallId", "false"),
            ("canChangePasscode", "false"),
            ("canRemoveSelf", "false"),
            ("canChangeNonMemberAccessAllowed", "true"),
        ] {
            assert_eq!(shown.fields[flag], value, "{flag}");
        }
        // Who it is stays as it was.
        bridge.put(&path, "userJid=bob@example.test&canDestroy=true").await.is_done();
        let shown = bridge.show(&path).await;
        assert_eq!(
            (shown.fields["userJid"].as_str(), shown.fields["canDestroy"].as_str()),
            ("alice@example.test", "true")
        );
        bridge.post(&members, "userJid=ALICE@example.test").await.is_refused("duplicateCoSpaceUser");
    });
}

#[test]
fn a_default_lies_within_the_object_that_names_it() {
    on_both(async |bridge| {
        let (one, other) = (bridge.make("coSpaces", "name=A").await, bridge.make("coSpaces", "name=B").await);
        let own = bridge.make(&format!("coSpaces/{one}/accessMethods"), "name=own").await;
        let foreign = bridge.make(&format!("coSpaces/{other}/accessMethods"), "name=foreign").await;
        let path = format!("coSpaces/{one}");
        bridge.put(&path, &format!("defaultAccessMethod={own}")).await.is_done();
        let refused = bridge.put(&path, &format!("defaultAccessMethod={foreign}")).await;
        refused.is_refused("accessMethodDoesNotExist");
        assert_eq!(bridge.show(&path).await.fields["defaultAccessMethod"], own);

        let template = bridge.make("coSpaceTemplates", "name=T").await;
        let (path, set) =
            (format!("coSpaceTemplates/{template}"), format!("defaultAccessMethodTemplate={own}"));
        bridge.put(&path, &set).await.is_refused("coSpaceAccessMethodTemplateDoesNotExist");
    });
}

#[test]
fn every_change_of_web_bridges_is_noted_for_those_who_dial_them() {
    on_sqlite(async |bridge| {
        let version = async || -> Result<i64, DbFault> {
            bridge.state.store.read(|tx| objects::change_version(tx, "webBridges")).await
        };
        let mut seen = vec![version().await.unwrap()];
        let id = bridge.make("webBridges", "url=c2w://a:1").await;
        seen.push(version().await.unwrap());
        bridge.put(&format!("webBridges/{id}"), "url=c2w://b:1").await.is_done();
        seen.push(version().await.unwrap());
        bridge.delete(&format!("webBridges/{id}")).await.is_done();
        seen.push(version().await.unwrap());
        assert!(seen.is_sorted_by(|a, b| a < b), "{seen:?}");
    });
}
