//! Nodes that are neither collection nor object: status, queries, invitations.

use crate::support::on_sqlite;

#[test]
fn the_system_status_has_its_elements_in_the_known_order() {
    on_sqlite(async |bridge| {
        let alone = [
            "hostId",
            "softwareVersion",
            "uptimeSeconds",
            "cdrTime",
            "activated",
            "clusterEnabled",
            "cdrCorrelatorIndex",
            "callLegsActive",
            "callLegsMaxActive",
            "callLegsCompleted",
            "audioBitRateOutgoing",
            "audioBitRateIncoming",
            "videoBitRateOutgoing",
            "videoBitRateIncoming",
        ];
        let elements = |body: &str| -> Vec<String> {
            let inner = body.split_once("<status>").unwrap().1;
            inner.split("</").skip(1).map(|end| end.split_once('>').unwrap().0.to_owned()).collect()
        };
        let body = bridge.get("system/status").await.body;
        assert!(body.starts_with("<?xml version=\"1.0\"?><status><hostId>") && body.ends_with("</status>"));
        let mut expected: Vec<String> = alone.map(str::to_owned).into();
        expected.push("status".into());
        assert_eq!(elements(&body), expected);
        let status = bridge.show("system/status").await;
        assert_eq!(
            (status.fields["clusterEnabled"].as_str(), status.fields["softwareVersion"].as_str()),
            ("false", "3.3")
        );
        let time = &status.fields["cdrTime"];
        assert!(time.len() == 20 && time.ends_with('Z') && time.as_bytes()[10] == b'T', "{time}");

        bridge.make("callBridges", "name=cb1&address=https://cb1.test:445").await;
        expected.insert(6, "clusterId".into());
        assert_eq!(elements(&bridge.get("system/status").await.body), expected);
        assert_eq!(bridge.show("system/status").await.fields["clusterId"], bridge.state.cluster);
    });
}

#[test]
fn a_web_bridge_without_a_link_is_unused() {
    on_sqlite(async |bridge| {
        let id = bridge.make("webBridges", "url=c2w://wb.test:9999").await;
        assert_eq!(
            bridge.get(&format!("webBridges/{id}/status")).await.body,
            "<?xml version=\"1.0\"?><webBridgeStatus><status>unused</status></webBridgeStatus>"
        );
        bridge.get("webBridges/nonsense/status").await.is_refused("webBridgeDoesNotExist");
        bridge.put(&format!("webBridges/{id}/status"), "").await.is_refused("invalidOperation");
    });
}

#[test]
fn a_space_tells_how_to_dial_in() {
    on_sqlite(async |bridge| {
        let id = bridge.make("coSpaces", "name=A&uri=Weekly&callId=1234").await;
        assert_eq!(
            bridge.get(&format!("cospaces/{id}/meetingEntryDetail")).await.body,
            format!(
                "<?xml version=\"1.0\"?><meetingEntryDetail><coSpace>{id}</coSpace>\
                 <uri>weekly@Meet.Example.Test</uri><callId>1234</callId></meetingEntryDetail>"
            )
        );
        let bare = bridge.make("coSpaces", "name=B").await;
        assert_eq!(
            bridge.get(&format!("coSpaces/{bare}/meetingEntryDetail")).await.body,
            format!(
                "<?xml version=\"1.0\"?><meetingEntryDetail><coSpace>{bare}</coSpace></meetingEntryDetail>"
            )
        );
        bridge.get("coSpaces/x/meetingEntryDetail").await.is_refused("coSpaceDoesNotExist");
    });
}

#[test]
fn an_invitation_is_written_in_the_asked_language_with_line_feeds() {
    on_sqlite(async |bridge| {
        let space = bridge.make("coSpaces", "name=A+%26+B&uri=weekly&callId=1234&secret=s.1").await;
        let method = "name=Guest&callId=5678&secret=s.2&passcode=42";
        let method = bridge.make(&format!("coSpaces/{space}/accessMethods"), method).await;
        let path = format!("coSpaces/{space}/accessMethods/{method}/emailInvitation");
        let english = bridge.get(&format!("{path}?language=en_GB")).await.body;
        assert_eq!(
            english,
            "<?xml version=\"1.0\"?><emailInvitation><subject>Invitation: A &amp; B</subject><invitation>\
             You are invited to “A &amp; B”.\n\
             Join in a browser: https://meet.example.test/meeting/5678?secret=s.2\n\
             Meeting ID: 5678\nPasscode: 42\nVideo address: weekly@Meet.Example.Test\n\
             </invitation></emailInvitation>"
        );
        assert_eq!(bridge.get(&format!("{path}?language=es_ES")).await.body, english);
        assert_eq!(bridge.get(&path).await.body, english);
        let korean = bridge.show(&format!("{path}?language=ko_KR")).await;
        assert_eq!(korean.fields["subject"], "초대: A & B");
        let lines: Vec<&str> = korean.fields["invitation"].lines().collect();
        assert_eq!(
            lines[..2],
            [
                "‘A & B’ 회의에 초대합니다.",
                "브라우저로 참가: https://meet.example.test/meeting/5678?secret=s.2"
            ]
        );
        let whole = bridge.show(&format!("coSpaces/{space}/emailInvitation")).await;
        assert!(whole.fields["invitation"].contains("/meeting/1234?secret=s.1\n"));
        let other = bridge.make("coSpaces", "name=C").await;
        let wrong = format!("coSpaces/{other}/accessMethods/{method}/emailInvitation");
        bridge.get(&wrong).await.is_refused("accessMethodDoesNotExist");
        bridge.post(&path, "").await.is_refused("invalidOperation");
    });
}

#[test]
fn a_user_has_the_spaces_of_its_memberships() {
    on_sqlite(async |bridge| {
        let (alice, bob) = (bridge.user("alice").await, bridge.user("bob").await);
        let space = bridge.make("coSpaces", "name=A").await;
        bridge.make(&format!("coSpaces/{space}/coSpaceUsers"), "userJid=ALICE@example.test").await;
        assert_eq!(
            bridge.get(&format!("users/{alice}/usercoSpaces")).await.body,
            format!(
                "<?xml version=\"1.0\"?><userCoSpaces total=\"1\"><userCoSpace id=\"{space}\"><coSpaceId>{space}\
                 </coSpaceId><autoGenerated>false</autoGenerated></userCoSpace></userCoSpaces>"
            )
        );
        assert_eq!(bridge.list(&format!("users/{bob}/userCoSpaces")).await, (0, vec![]));
        bridge.get("users/x/usercoSpaces").await.is_refused("userDoesNotExist");
    });
}

#[test]
fn an_access_query_tells_how_a_space_would_be_reached() {
    on_sqlite(async |bridge| {
        bridge.make("coSpaces", "name=A&uri=weekly&callId=1234").await;
        let whole = "<?xml version=\"1.0\"?><accessQuery><uri>weekly@Meet.Example.Test</uri>\
                     <webAddress>https://meet.example.test/meeting/1234</webAddress><ivr/></accessQuery>";
        for given in ["uri=Weekly", "callId=1234", "uri=weekly%40meet.example.test"] {
            let body = bridge.post("accessQuery", given).await.body;
            assert_eq!(body.to_lowercase(), whole.to_lowercase(), "{given}");
        }
        assert_eq!(
            bridge.post("accessQuery", "callId=99").await.body,
            "<?xml version=\"1.0\"?><accessQuery><uri/><webAddress>https://meet.example.test/meeting/99</webAddress>\
             <ivr/></accessQuery>"
        );
        bridge.post("accessQuery", "").await.is_parameter_error(&[("uri", "missingValue")]);
        let answer = bridge.post("accessQuery", "uri=weekly").await;
        assert_eq!(answer.header("location"), "");
    });
}

#[test]
fn a_usage_query_tells_whose_a_uri_is() {
    on_sqlite(async |bridge| {
        let alice = bridge.user("alice").await;
        let space = bridge.make("coSpaces", "name=A&uri=weekly").await;
        let method = bridge.make(&format!("coSpaces/{space}/accessMethods"), "uri=weekly.host").await;
        assert_ne!(method, space);
        let used =
            format!("<?xml version=\"1.0\"?><uriUsageQuery><coSpace>{space}</coSpace></uriUsageQuery>");
        for uri in ["weekly", "WEEKLY@meet.example.test", "weekly.host"] {
            assert_eq!(bridge.post("uriUsageQuery", &format!("uri={uri}")).await.body, used, "{uri}");
        }
        assert_eq!(
            bridge.post("uriUsageQuery", "uri=alice@example.test").await.body,
            format!("<?xml version=\"1.0\"?><uriUsageQuery><userId>{alice}</userId></uriUsageQuery>")
        );
        assert_eq!(
            bridge.post("uriUsageQuery", "uri=nobody").await.body,
            "<?xml version=\"1.0\"?><uriUsageQuery></uriUsageQuery>"
        );
        bridge.post("uriUsageQuery", "").await.is_parameter_error(&[("uri", "missingValue")]);
    });
}

#[test]
fn the_profiles_of_the_system_are_set_unset_and_forgotten() {
    on_sqlite(async |bridge| {
        let none = "<?xml version=\"1.0\"?><profiles></profiles>";
        assert_eq!(bridge.get("system/profiles").await.body, none);
        let (call, brand) = (bridge.make("callProfiles", "").await, "invitationTemplate=https://a.test/t");
        let brand = bridge.make("callBrandingProfiles", brand).await;
        let both = format!("callBrandingProfile={brand}&callProfile={call}");
        bridge.put("system/profiles", &both).await.is_done();
        let shown = bridge.get("System/Profiles").await.body;
        assert_eq!(
            shown,
            format!(
                "<?xml version=\"1.0\"?><profiles><callProfile>{call}</callProfile>\
                 <callBrandingProfile>{brand}</callBrandingProfile></profiles>"
            )
        );
        bridge.put("system/profiles", "callProfile=").await.is_done();
        assert!(!bridge.get("system/profiles").await.body.contains("callProfile>"));
        let nobody = "callBrandingProfile=19577d25-f7cf-4524-9a26-5fd418dd5f96";
        bridge.put("system/profiles", nobody).await.is_refused("callBrandingProfileDoesNotExist");
        bridge
            .put("system/profiles", "dtmfProfile=x")
            .await
            .is_parameter_error(&[("dtmfProfile", "invalidValue")]);
        for refused in [bridge.post("system/profiles", "").await, bridge.delete("system/profiles").await] {
            refused.is_refused("invalidOperation");
        }
        bridge.delete(&format!("callBrandingProfiles/{brand}")).await.is_done();
        assert_eq!(bridge.get("system/profiles").await.body, none, "what is gone is named by nobody");
    });
}
