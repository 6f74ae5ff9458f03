//! What must not be taken twice, within a space and across spaces.

use crate::support::{on_both, on_sqlite};

#[test]
fn a_uri_and_a_call_id_belong_to_one_space_and_its_access_methods() {
    on_both(async |bridge| {
        let one = bridge.make("coSpaces", "name=A&uri=a&secondaryUri=a2&callId=1").await;
        let methods = format!("coSpaces/{one}/accessMethods");
        bridge.make(&methods, "uri=b&callId=2").await;
        let other = bridge.make("coSpaces", "name=B").await;
        let others = format!("coSpaces/{other}/accessMethods");
        for (form, code) in [
            ("uri=a", "duplicateCoSpaceUri"),
            ("uri=A2", "duplicateCoSpaceUri"),
            ("uri=b", "duplicateCoSpaceUri"),
            ("uri=a&passcode=9", "duplicateCoSpaceUri"),
            ("callId=1", "duplicateCoSpaceId"),
            ("callId=2", "duplicateCoSpaceId"),
        ] {
            bridge.post("coSpaces", form).await.is_refused(code);
            bridge.put(&format!("coSpaces/{other}"), form).await.is_refused(code);
            bridge.post(&others, form).await.is_refused(code);
        }
        bridge.post("coSpaces", "secondaryUri=b").await.is_refused("duplicateCoSpaceUri");
        assert_eq!(bridge.list("coSpaces").await.0, 2);
        assert_eq!(bridge.list(&others).await.0, 0);
        // To keep one's own is no clash.
        bridge.put(&format!("coSpaces/{one}"), "uri=a&secondaryUri=a2&callId=1").await.is_done();
    });
}

#[test]
fn within_a_space_the_pair_with_the_passcode_is_what_counts() {
    on_both(async |bridge| {
        let space = bridge.make("coSpaces", "name=A&uri=a&callId=1").await;
        let methods = format!("coSpaces/{space}/accessMethods");
        bridge.post(&methods, "uri=a").await.is_refused("duplicateCoSpaceUriPasscode");
        bridge.post(&methods, "callId=1").await.is_refused("duplicateCoSpaceIdPasscode");
        let host = bridge.make(&methods, "uri=a&callId=1&passcode=77").await;
        bridge.make(&methods, "uri=a&callId=1&passcode=88").await;
        bridge.post(&methods, "uri=a&passcode=77").await.is_refused("duplicateCoSpaceUriPasscode");
        bridge.post(&methods, "callId=1&passcode=88").await.is_refused("duplicateCoSpaceIdPasscode");
        let host = format!("{methods}/{host}");
        bridge.put(&host, "passcode=88").await.is_refused("duplicateCoSpaceUriPasscode");
        bridge.put(&host, "passcode=").await.is_refused("duplicateCoSpaceUriPasscode");
        assert_eq!(bridge.show(&host).await.fields["passcode"], "77");
        bridge.put(&host, "passcode=99").await.is_done();
        bridge.make(&methods, "uri=a&passcode=77").await;
        bridge
            .put(&format!("coSpaces/{space}"), "passcode=99")
            .await
            .is_refused("duplicateCoSpaceUriPasscode");
    });
}

#[test]
fn call_bridges_have_names_of_their_own_in_any_case() {
    on_sqlite(async |bridge| {
        let one = bridge.make("callBridges", "name=Cb1").await;
        bridge.post("callBridges", "name=CB1").await.is_refused("duplicateCallBridgeName");
        let two = bridge.make("callBridges", "name=cb2").await;
        bridge.put(&format!("callBridges/{two}"), "name=cb1").await.is_refused("duplicateCallBridgeName");
        bridge.put(&format!("callBridges/{one}"), "name=CB1").await.is_done();
    });
}

#[test]
fn a_template_is_assigned_once_to_each_person() {
    on_both(async |bridge| {
        let (alice, bob) = (bridge.user("alice").await, bridge.user("bob").await);
        let template = bridge.make("coSpaceTemplates", "name=T").await;
        let path = format!("users/{alice}/userCoSpaceTemplates");
        let form = format!("coSpaceTemplate={template}");
        let first = bridge.make(&path, &form).await;
        bridge.post(&path, &form).await.is_refused("duplicateUserCoSpaceTemplate");
        bridge.assign(&bob, &template).await;
        bridge.delete(&format!("{path}/{first}")).await.is_done();
        bridge.make(&path, &form).await;
    });
}

#[test]
fn of_rivals_for_a_uri_one_wins() {
    on_both(async |bridge| {
        let forms = ["name=a&uri=x", "name=b&uri=x", "name=c&uri=x", "name=d&uri=x"];
        let [a, b, c, d] = forms.map(|form| bridge.post("coSpaces", form));
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        let (won, lost): (Vec<_>, Vec<_>) =
            [a, b, c, d].into_iter().partition(|answer| answer.body.is_empty());
        assert_eq!(won.len(), 1);
        lost.iter().for_each(|answer| answer.is_refused("duplicateCoSpaceUri"));
        assert_eq!(bridge.list("coSpaces").await.0, 1);
    });
}
