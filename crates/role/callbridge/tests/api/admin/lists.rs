//! Collections: pages, totals and filters.

use convoke_callbridge_api::read;

use crate::support::{Bridge, form, on_both, on_sqlite};

async fn names(bridge: &Bridge, path: &str) -> (u64, Vec<String>) {
    let (total, page) = read::list(&bridge.get(path).await.body).unwrap();
    (total, page.into_iter().map(|one| one.fields.get("name").cloned().unwrap_or_default()).collect())
}

#[test]
fn a_page_has_what_was_asked_for_and_the_total_of_all() {
    on_both(async |bridge| {
        for number in 0..23 {
            bridge.make("coSpaces", &format!("name=s{number:02}")).await;
        }
        let all: Vec<String> = bridge.list("coSpaces?limit=100").await.1;
        for (query, page) in [
            ("", &all[..20]),
            ("?limit=5", &all[..5]),
            ("?limit=5&offset=20", &all[20..]),
            ("?offset=22&limit=1", &all[22..]),
            ("?offset=23", &[]),
            ("?offset=100000", &[]),
            ("?limit=0", &[]),
            ("?limit=-1&offset=-5", &all[..20]),
            ("?limit=many&offset=few", &all[..20]),
            ("?LIMIT=2&Offset=1", &all[1..3]),
        ] {
            assert_eq!(bridge.list(&format!("coSpaces{query}")).await, (23, page.to_vec()), "{query}");
        }
    });
}

#[test]
fn the_default_page_is_what_clients_assume_and_no_page_is_longer_than_500() {
    on_sqlite(async |bridge| {
        for _ in 0..11 {
            bridge.make("callProfiles", "").await;
        }
        assert_eq!(bridge.list("callProfiles").await.1.len(), 10);
        for number in 0..501 {
            bridge.make("coSpaces", &format!("name={number}")).await;
        }
        let (total, page) = bridge.list("coSpaces?limit=9999999").await;
        assert_eq!((total, page.len()), (501, 500));
    });
}

#[test]
fn filter_finds_parts_of_name_uri_and_call_id_in_any_case_and_nothing_by_pattern() {
    on_both(async |bridge| {
        bridge.make("coSpaces", &format!("{}&uri=weekly.team", form("name", "Team 50%_x"))).await;
        bridge.make("coSpaces", &format!("{}&callId=4455", form("name", "주간 회의 É"))).await;
        for (filter, found) in [
            ("TEAM", vec!["Team 50%_x"]),
            ("weekly", vec!["Team 50%_x"]),
            ("0%_x", vec!["Team 50%_x"]),
            ("%", vec!["Team 50%_x"]),
            ("회의 é", vec!["주간 회의 É"]),
            ("445", vec!["주간 회의 É"]),
            ("' OR 1=1 --", vec![]),
            ("_", vec!["Team 50%_x"]),
            ("!", vec![]),
            ("xweekly", vec![]),
            ("", vec!["Team 50%_x", "주간 회의 É"]),
        ] {
            let (total, found_names) = names(&bridge, &format!("coSpaces?{}", form("filter", filter))).await;
            assert_eq!((total, found_names.len()), (found.len() as u64, found.len()), "{filter}");
            assert!(found.iter().all(|name| found_names.iter().any(|other| other == name)), "{filter}");
        }
    });
}

#[test]
fn references_are_filtered_by_the_object_that_they_name() {
    on_sqlite(async |bridge| {
        let profile = bridge.make("callLegProfiles", "name=p").await;
        let with = bridge.make("coSpaces", &format!("name=with&callLegProfile={profile}")).await;
        bridge.make("coSpaces", "name=without").await;
        assert_eq!(bridge.list(&format!("coSpaces?callLegProfileFilter={profile}")).await, (1, vec![with]));
        let nobody = "19577d25-f7cf-4524-9a26-5fd418dd5f96";
        assert_eq!(bridge.list(&format!("coSpaces?callLegProfileFilter={nobody}")).await, (0, vec![]));
        assert_eq!(bridge.list(&format!("coSpaces?tenantFilter={nobody}")).await, (0, vec![]));
        assert_eq!(bridge.list("coSpaces?tenantFilter=").await.0, 2);
        for (path, parameter) in [("coSpaces", "tenantFilter"), ("users", "tenantFilter")] {
            let answer = bridge.get(&format!("{path}?{parameter}=nonsense")).await;
            answer.is_parameter_error(&[(parameter, "invalidValue")]);
        }
    });
}

#[test]
fn usage_tells_profiles_that_are_referred_to_from_those_that_are_not() {
    on_both(async |bridge| {
        for kind in ["callProfiles", "callLegProfiles", "dialInSecurityProfiles"] {
            let (used, free) = (bridge.make(kind, "").await, bridge.make(kind, "").await);
            let field = kind.trim_end_matches('s');
            let space = bridge.make("coSpaces", &format!("{field}={used}")).await;
            let listed = async |usage: &str| bridge.list(&format!("{kind}?usageFilter={usage}")).await;
            assert_eq!(listed("referenced").await, (1, vec![used.clone()]));
            assert_eq!(listed("unreferenced").await, (1, vec![free]));
            bridge.put(&format!("coSpaces/{space}"), &format!("{field}=")).await.is_done();
            assert_eq!(listed("referenced").await, (0, vec![]));
        }
        let answer = bridge.get("callProfiles?usageFilter=some").await;
        answer.is_parameter_error(&[("usageFilter", "invalidValue")]);
    });
}

#[test]
fn users_are_found_by_parts_of_the_jid_and_by_the_whole_address() {
    on_sqlite(async |bridge| {
        let (alice, alicia) = (bridge.user("alice").await, bridge.user("alicia").await);
        let mut both = vec![alice.clone(), alicia.clone()];
        both.sort();
        let mut found = bridge.list("users?filter=ALIC").await;
        found.1.sort();
        assert_eq!(found, (2, both));
        assert_eq!(bridge.list("users?filter=alicia@example.test").await, (1, vec![alicia]));
        assert_eq!(bridge.list("users?emailFilter=Alice.Kim@mail.test").await, (1, vec![alice]));
        assert_eq!(bridge.list("users?emailFilter=alice.kim").await.0, 0);
        assert_eq!(bridge.list("users?cdrTagFilter=x").await.0, 0);
    });
}

#[test]
fn lists_show_what_clients_need_of_each_object() {
    on_sqlite(async |bridge| {
        let template = bridge.make("coSpaceTemplates", "name=T").await;
        assert_eq!(
            bridge.get("coSpaceTemplates").await.body,
            format!(
                "<?xml version=\"1.0\"?><coSpaceTemplates total=\"1\"><coSpaceTemplate id=\"{template}\">\
                 <name>T</name><numAccessMethodTemplates>0</numAccessMethodTemplates></coSpaceTemplate>\
                 </coSpaceTemplates>"
            )
        );
        let methods = format!("coSpaceTemplates/{template}/accessMethodTemplates");
        let method = bridge.make(&methods, "name=M&scope=public&uriGenerator=$.x").await;
        assert_eq!(
            bridge.get(&methods).await.body,
            format!(
                "<?xml version=\"1.0\"?><accessMethodTemplates total=\"1\"><accessMethodTemplate id=\"{method}\">\
                 <name>M</name><uriGenerator>$.x</uriGenerator><scope>public</scope></accessMethodTemplate>\
                 </accessMethodTemplates>"
            )
        );
        let count = bridge.show(&format!("coSpaceTemplates/{template}")).await;
        assert_eq!(count.fields["numAccessMethodTemplates"], "1");

        let space = bridge.make("coSpaces", "name=S").await;
        assert!(!bridge.get(&format!("coSpaces/{space}")).await.body.contains("numAccessMethods"));
        let method = bridge.make(&format!("coSpaces/{space}/accessMethods"), "").await;
        assert_eq!(
            bridge.get(&format!("coSpaces/{space}/accessMethods")).await.body,
            format!(
                "<?xml version=\"1.0\"?><accessMethods total=\"1\"><accessMethod id=\"{method}\"><passcode/>\
                 </accessMethod></accessMethods>"
            )
        );
        assert_eq!(bridge.show(&format!("coSpaces/{space}")).await.fields["numAccessMethods"], "1");
        assert_eq!(
            bridge.get("webBridges").await.body,
            "<?xml version=\"1.0\"?><webBridges total=\"0\"></webBridges>"
        );
    });
}
