//! Templates of administrators: what they become, and what is told of those that are wrong.

use std::collections::BTreeMap;

use convoke_invite::{MAX_RENDERED_BYTES, MAX_TEMPLATE_BYTES, Template, TooMuch, Value, Values};
use proptest::prelude::*;

fn values() -> Values {
    let text = |text: &str| Value::Text(text.to_owned());
    let entry = |label: &str, address: &str| -> BTreeMap<String, String> {
        [("label", label), ("address", address)].map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    };
    let list = Value::List(vec![entry("Web", "https://a.test"), entry("Lab", "https://b.test")]);
    [
        ("name", text("Team")),
        ("numeric_id", text("4711")),
        ("passcode", text("")),
        ("count", text("3")),
        ("web_bridge_addresses", list),
        ("ivr_numbers", Value::List(Vec::new())),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn rendered(text: &str) -> String {
    Template::parse(text).unwrap().render(&values()).unwrap().text
}

fn faults(text: &str) -> Vec<String> {
    Template::parse(text).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn a_template_as_administrators_have_it() {
    let text = "Subject: Join %name%\nWelcome to %name%.\n#if web_bridge_addresses\n#for x in web_bridge_addresses\n\
                - %x.label%: %x.address%\n#endfor\n#endif\nID: %numeric_id%{% if passcode %}, passcode %passcode%{% else %}, no passcode{% endif %}\n\
                #if length (ivr_numbers) > 0\nBy phone.\n#elif count >= 2\nFirst: %web_bridge_addresses.0.address%\n#else\nNothing.\n#endif\n100 %% sure, 50 % and #hash\n";
    let made = Template::parse(text).unwrap().render(&values()).unwrap();
    assert_eq!(made.subject.as_deref(), Some("Join Team"));
    assert_eq!(
        made.text,
        "Welcome to Team.\n- Web: https://a.test\n- Lab: https://b.test\nID: 4711, no passcode\nFirst: https://a.test\n100 % sure, 50 % and #hash\n"
    );
}

#[test]
fn conditions_are_what_they_say() {
    for (condition, expected) in [
        ("name", true),
        ("passcode", false),
        ("unknown", false),
        ("web_bridge_addresses", true),
        ("ivr_numbers", false),
        ("not passcode and name", true),
        ("passcode or not (name and unknown)", true),
        ("name == \"Team\"", true),
        ("name != \"Team\"", false),
        ("count < 10", true),
        ("count > \"10\"", false),
        ("length(web_bridge_addresses) == 2", true),
        ("length ( web_bridge_addresses ) <= 1", false),
        ("length(name) >= 4", true),
        ("length(ivr_numbers)", false),
        ("notpasscode or order", false),
    ] {
        let text = format!("{{% if {condition} %}}yes{{% endif %}}");
        assert_eq!(rendered(&text), if expected { "yes" } else { "" }, "{condition}");
    }
}

#[test]
fn white_space_goes_where_a_dash_stands() {
    assert_eq!(rendered("a {%- if name -%} b {%- endif %} c"), "ab c");
    assert_eq!(rendered("a {% if name %} b {% endif %} c"), "a  b  c");
    assert_eq!(rendered("  #if name\nx\n  #endif\n"), "x\n");
}

#[test]
fn every_fault_is_told_with_its_place() {
    assert_eq!(
        faults(
            "ok\n#if name ==\n#endfor\n#else\n#elif x\n#endif\n  #endif\n한 {% iff x %} {% if\n#for x list\n"
        ),
        [
            "2:1: a condition is missing",
            "3:1: there is no #for to end here",
            "5:1: #elif after #else",
            "7:3: there is no #if to end here",
            "8:3: expected if, elif, else, endif, for or endfor",
            "8:15: {% without %}",
            "9:1: expected #for name in list",
            "9:1: #endfor is missing",
        ]
    );
    assert_eq!(faults("%a..b%"), ["1:1: \"a..b\" is no name"]);
    let deep = faults(&"#if x\n".repeat(17));
    assert!(deep.contains(&"17:1: statements stand in one another at most 16 deep".to_owned()), "{deep:?}");
    assert_eq!(faults(&"x".repeat(MAX_TEMPLATE_BYTES + 1)).len(), 1);
    assert!(faults(&format!("#if {}x\n#endif", "not ".repeat(30)))[0].contains("at most 16"));
}

#[test]
fn loops_in_loops_end() {
    let nested = |inner: &str| {
        let depth = 16;
        format!("{}{inner}{}", "#for x in web_bridge_addresses\n".repeat(depth), "#endfor\n".repeat(depth))
    };
    for inner in ["", "text\n"] {
        let template = Template::parse(&nested(inner)).unwrap();
        assert_eq!(template.render(&values()), Err(TooMuch), "{inner}");
    }
    let long: Values = [("name".to_owned(), Value::Text("x".repeat(MAX_RENDERED_BYTES)))].into();
    assert_eq!(Template::parse("%name%%name%").unwrap().render(&long), Err(TooMuch));
}

#[test]
fn a_subject_is_one_line() {
    let evil: Values = [("name".to_owned(), Value::Text("a\r\nBcc: b@x".to_owned()))].into();
    let made = Template::parse("subject: %name%\nx").unwrap().render(&evil).unwrap();
    assert_eq!(made.subject.as_deref(), Some("a Bcc: b@x"));
}

proptest! {
    #[test]
    fn any_text_is_understood_or_refused_and_never_becomes_too_much(
        words in prop::collection::vec(prop::sample::select(vec![
            "#if ", "#for x in ", "#else", "#elif ", "#endif", "#endfor", "\n", "{% ", " %}", "-%}", "{%-", "if ", "endif", "%",
            "%%", "name", "x.label", "web_bridge_addresses", "length(", ")", "(", " and ", " or ", " not ", "==", "<", "\"", "3",
            "Subject: ", "한", ".", " ",
        ]), 0..60)
    ) {
        match Template::parse(&words.concat()) {
            Ok(template) => {
                if let Ok(made) = template.render(&values()) {
                    prop_assert!(made.text.len() <= MAX_RENDERED_BYTES);
                }
            }
            Err(faults) => prop_assert!(!faults.is_empty() && faults.iter().all(|fault| fault.line > 0)),
        }
    }
}

#[test]
fn names_that_nobody_gives_are_told_once_and_those_of_loops_are_given() {
    let text = "Subject: %title%\n%name% %title% %a.b%\n#if length(nobody) > 0 and not name or x == \"y\"\n#for entry in list\n\
                %entry.label%\n#endfor\n#for x in web_bridge_addresses\n%x.label%\n#endfor\n#endif\n%entry.label%\n";
    let template = Template::parse(text).unwrap();
    assert_eq!(template.unknown(&values()), ["a.b", "entry.label", "list", "nobody", "title", "x"]);
}
