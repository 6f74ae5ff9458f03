//! Limits at their edges, and texts that try to be something else.

use convoke_callbridge_api::form::{MAX_BODY_BYTES, MAX_PARAMETERS};
use http::StatusCode;
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

use crate::support::{Bridge, form, on_both, on_sqlite};

#[test]
fn a_body_is_read_up_to_its_limit() {
    on_sqlite(async |bridge| {
        let filled = |bytes: usize| format!("name=x&filler={}", "y".repeat(bytes - "name=x&filler=".len()));
        bridge.make("coSpaces", &filled(MAX_BODY_BYTES)).await;
        let answer = bridge.post("coSpaces", &filled(MAX_BODY_BYTES + 1)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        assert_eq!(bridge.list("coSpaces").await.0, 1);
    });
}

#[test]
fn parameters_are_read_up_to_their_limit() {
    on_sqlite(async |bridge| {
        let filled = |count: usize| (0..count).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&");
        bridge.make("coSpaces", &filled(MAX_PARAMETERS)).await;
        let answer = bridge.post("coSpaces", &filled(MAX_PARAMETERS + 1)).await;
        assert_eq!(answer.status, StatusCode::PAYLOAD_TOO_LARGE);
        let answer = bridge.get(&format!("coSpaces?{}", filled(MAX_PARAMETERS + 1))).await;
        assert_eq!(answer.status, StatusCode::URI_TOO_LONG);
    });
}

#[test]
fn values_are_taken_up_to_their_length() {
    on_sqlite(async |bridge| {
        for (field, unit, most) in [
            ("name", "가", 200),
            ("cdrTag", "가", 100),
            ("uri", "a", 200),
            ("callId", "1", 24),
            ("passcode", "1", 32),
            ("secret", "s", 64),
            ("metadata", "m", 4096),
        ] {
            bridge.make("coSpaces", &form(field, &unit.repeat(most))).await;
            let answer = bridge.post("coSpaces", &form(field, &unit.repeat(most + 1))).await;
            answer.is_parameter_error(&[(field, "invalidValue")]);
        }
        for (value, good) in
            [("0", true), ("32", true), ("33", false), ("-1", false), ("1.5", false), ("", true)]
        {
            let answer = bridge.post("dialInSecurityProfiles", &form("minPasscodeLength", value)).await;
            assert_eq!(answer.status == StatusCode::OK, good, "{value}");
        }
    });
}

#[test]
fn a_profile_holds_32_addresses_and_32_numbers() {
    on_sqlite(async |bridge| {
        let profile = bridge.make("webBridgeProfiles", "name=p").await;
        let addresses = format!("webBridgeProfiles/{profile}/webBridgeAddresses");
        let numbers = format!("webBridgeProfiles/{profile}/ivrNumbers");
        for number in 0..32 {
            bridge.make(&addresses, &format!("address=https://w{number}.test")).await;
            bridge.make(&numbers, &format!("number=%2B82{number}")).await;
        }
        bridge.post(&addresses, "address=https://w.test").await.is_refused("tooManyWebBridgeAddresses");
        bridge.post(&numbers, "number=1").await.is_refused("tooManyIvrNumbers");
    });
}

#[test]
fn a_web_bridge_that_is_taken_can_be_dialled() {
    on_sqlite(async |bridge| {
        for url in ["c2w://cms1.example.test:8443", "C2W://127.0.0.1:9999/", "c2w://[::1]:449", "c2w://a_b:1"]
        {
            bridge.make("webBridges", &form("url", url)).await;
            assert!(convoke_callbridge::mesh::c2w_url(url).is_some(), "{url}");
        }
        for url in [
            "https://x:1",
            "c2w://x",
            "c2w://x:0",
            "c2w://x:65536",
            "c2w://x:+1",
            "c2w://x:1/y",
            "c2w://é:1",
            "c2w://[x]:1",
            "c2w://::1:5",
            "c2w://u@x:1",
            "c2w://x y:1",
            "c2w://:1",
        ] {
            let answer = bridge.post("webBridges", &form("url", url)).await;
            answer.is_parameter_error(&[("url", "invalidValue")]);
        }
    });
}

async fn survives(bridge: &Bridge, name: &str) {
    let id = bridge.make("coSpaces", &form("name", name)).await;
    assert_eq!(bridge.show(&format!("coSpaces/{id}")).await.fields["name"], name, "{name:?}");
    let (_, found) = bridge.list(&format!("coSpaces?limit=500&{}", form("filter", name))).await;
    assert!(found.contains(&id), "{name:?}");
    bridge.delete(&format!("coSpaces/{id}")).await.is_done();
}

#[test]
fn names_that_look_like_sql_or_xml_come_back_as_they_were() {
    on_both(async |bridge| {
        for name in [
            "Robert'); DROP TABLE object;--",
            "$1 ?1 :a @b {} %s",
            "</name></coSpace><x a=\"'\">",
            "<![CDATA[x]]>&amp;&#65;<!-- -->",
            "\\' \\u0041 \\x00 \\",
            "a\tb\nc\r\nd",
            " leading and trailing ",
            "\u{202e}\u{feff}é e\u{301} 👩‍👩‍👧 𠀀",
        ] {
            survives(&bridge, name).await;
        }
        for bad in ["a\0b", "\u{1}", "a\u{7f}", "\u{85}", "\u{ffff}"] {
            let answer = bridge.post("coSpaces", &form("name", bad)).await;
            answer.is_parameter_error(&[("name", "invalidValue")]);
        }
        bridge.get("coSpaces?filter=%00a").await;
        assert_eq!(bridge.list("coSpaces").await.0, 0);
    });
}

#[test]
fn any_printable_name_comes_back_as_it_was() {
    on_sqlite(async |bridge| {
        let mut runner = TestRunner::deterministic();
        let texts = proptest::string::string_regex("[\\PC&&[^\u{fffe}\u{ffff}]]{1,40}").unwrap();
        for _ in 0..48 {
            survives(&bridge, &texts.new_tree(&mut runner).unwrap().current()).await;
        }
    });
}
