//! Templates of invitations.

use std::collections::BTreeMap;

use convoke_invite::{MAX_RENDERED_BYTES, Template, Value, Values};

/// Any text is understood or refused with places in it, and what is understood becomes a text within its limits.
pub fn template(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text.lines().count().max(1);
    let template = match Template::parse(&text) {
        Ok(template) => template,
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a reason");
            assert!(
                faults.iter().all(|fault| fault.line >= 1 && fault.line <= lines + 1 && fault.column >= 1)
            );
            return;
        }
    };
    let entry: BTreeMap<String, String> = ["label", "address", "hyperlink"]
        .map(|name| (name.to_owned(), format!("https://{name}.test")))
        .into();
    let values: Values = [
        ("name", Value::Text("Team\r\n회의".to_owned())),
        ("passcode", Value::Text("4711".to_owned())),
        ("web_bridge_addresses", Value::List(vec![entry.clone(), entry])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into();
    assert!(
        template.unknown(&values).iter().all(|name| !values.contains_key(name)),
        "given, and told as missing"
    );
    if let Ok(made) = template.render(&values) {
        assert!(made.text.len() <= MAX_RENDERED_BYTES);
        assert!(made.subject.is_none_or(|subject| !subject.contains(['\r', '\n'])));
    }
}
