//! From a form to the fields of an object: every parameter checked against its declaration, all faults at once.

use std::{collections::BTreeMap, net::Ipv6Addr};

use convoke_model::{EmailAddress, Jid, id::parse_guid, uri};

use crate::{
    Failure,
    failure::ParameterFault,
    form::Form,
    kind::{Access, Field, Kind, Values},
    xml,
};

/// What a request wants to set: a value, or nothing (`name=`) to unset.
pub type Changes = BTreeMap<&'static str, Option<String>>;

/// Longest text of any field, in bytes.
pub const MAX_VALUE_BYTES: usize = 16 * 1024;
/// Longest URL, in bytes.
pub const MAX_URL_BYTES: usize = 2048;
/// Longest host name, in bytes (RFC 1035 2.3.4, less the encoding's two).
const MAX_HOST_BYTES: usize = 253;

/// The parameters of a POST. Defaults are filled in, and what is required must be there.
pub fn creation(kind: &Kind, form: &Form) -> Result<Changes, Failure> {
    let (mut changes, mut faults) =
        given(kind, form, |access| !matches!(access, Access::ReadOnly | Access::Internal));
    for field in kind.fields {
        let is_set = matches!(changes.get(field.name), Some(Some(_)));
        if !is_set && let Some(default) = field.default {
            changes.insert(field.name, Some(default.to_owned()));
        } else if !is_set && field.required && !faults.iter().any(|fault| fault.parameter == field.name) {
            faults.push(ParameterFault { parameter: field.name.to_owned(), error: "missingValue" });
        }
    }
    finish(changes, faults)
}

/// The parameters of a PUT: what is absent stays, what is empty is unset.
pub fn modification(kind: &Kind, form: &Form) -> Result<Changes, Failure> {
    let (changes, mut faults) =
        given(kind, form, |access| matches!(access, Access::Free | Access::WriteOnly));
    for field in kind.fields.iter().filter(|field| field.required) {
        if changes.get(field.name) == Some(&None) {
            faults.push(ParameterFault { parameter: field.name.to_owned(), error: "missingValue" });
        }
    }
    finish(changes, faults)
}

fn finish(changes: Changes, faults: Vec<ParameterFault>) -> Result<Changes, Failure> {
    if faults.is_empty() { Ok(changes) } else { Err(Failure::Parameters(faults)) }
}

/// Parameters that no field declares (retired ones, those of later versions) are passed over.
fn given(kind: &Kind, form: &Form, may_set: impl Fn(Access) -> bool) -> (Changes, Vec<ParameterFault>) {
    let mut changes = Changes::new();
    let mut faults = Vec::new();
    for field in
        kind.fields.iter().filter(|field| may_set(field.access) && !matches!(field.values, Values::Count(_)))
    {
        let Some(value) = form.get(field.name) else { continue };
        if value.is_empty() {
            // Unset means the default where there is one.
            changes.insert(field.name, field.default.map(str::to_owned));
            continue;
        }
        match checked(field, value) {
            Some(value) => drop(changes.insert(field.name, Some(value))),
            None => faults.push(ParameterFault { parameter: field.name.to_owned(), error: "invalidValue" }),
        }
    }
    (changes, faults)
}

/// The value as it is kept, or `None` when it is not of the field's kind.
fn checked(field: &Field, value: &str) -> Option<String> {
    if value.len() > MAX_VALUE_BYTES {
        return None;
    }
    let kept = |fits: bool, value: String| fits.then_some(value);
    match field.values {
        Values::Text(most) => {
            let clean = value.chars().all(xml::can_hold);
            kept(clean && value.chars().count() <= most, value.to_owned())
        }
        Values::Flag => match value.to_ascii_lowercase().as_str() {
            "true" => Some("true".into()),
            "false" => Some("false".into()),
            _ => None,
        },
        Values::Number(least, most) => {
            let number: i64 = value.trim().parse().ok()?;
            kept((least..=most).contains(&number), number.to_string())
        }
        Values::Choice(words) => {
            words.iter().find(|word| word.eq_ignore_ascii_case(value)).map(|&word| word.to_owned())
        }
        Values::Reference(..) => parse_guid(value.trim()).ok().map(|guid| guid.hyphenated().to_string()),
        Values::UriPart => {
            let bad = |c: char| c.is_whitespace() || c.is_control() || "@:<>\"'/\\?#;,".contains(c);
            kept(!value.contains(bad) && value.chars().count() <= uri::MAX_URI_CHARS, value.to_lowercase())
        }
        Values::Digits(most) => {
            kept(value.len() <= most && value.bytes().all(|b| b.is_ascii_digit()), value.to_owned())
        }
        Values::Jid => value.parse::<Jid>().ok().map(|jid| jid.to_string()),
        Values::Email => value.parse::<EmailAddress>().ok().map(|email| email.to_string()),
        Values::Url(schemes) => kept(is_url(value, schemes), value.to_owned()),
        Values::UriGenerator => kept(uri::is_uri_generator(value), value.to_owned()),
        Values::Count(_) => None,
    }
}

/// `scheme://host[:port][/...]` without blanks or user information. C2W has no port of its own and no path.
fn is_url(value: &str, schemes: &[&str]) -> bool {
    let Some((scheme, rest)) = value.split_once("://") else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let c2w = scheme.eq_ignore_ascii_case("c2w");
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
        _ => (authority, None),
    };
    let path = &rest[authority.len()..];
    schemes.iter().any(|known| known.eq_ignore_ascii_case(scheme))
        && is_host(host)
        && port.map_or(!c2w, is_port)
        && (!c2w || matches!(path, "" | "/"))
        && !value.contains(|c: char| c.is_whitespace() || c.is_control() || "<>\"".contains(c))
        && value.len() <= MAX_URL_BYTES
}

/// A name of letters, digits, `-`, `_` and dots, or an address (IPv6 in brackets).
fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').and_then(|host| host.strip_suffix(']')) {
        Some(address) => address.parse::<Ipv6Addr>().is_ok(),
        None => {
            let label = |label: &str| {
                (1..=63).contains(&label.len())
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            };
            host.len() <= MAX_HOST_BYTES && host.strip_suffix('.').unwrap_or(host).split('.').all(label)
        }
    }
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|b| b.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kinds;

    fn form(text: &str) -> Form {
        Form::parse(text.as_bytes()).unwrap()
    }

    fn space(text: &str) -> Result<Changes, Failure> {
        creation(&kinds::cospaces::COSPACES, &form(text))
    }

    #[test]
    fn a_space_with_a_name_only_gets_its_defaults() {
        let changes = space("name=Weekly").unwrap();
        assert_eq!(changes["name"].as_deref(), Some("Weekly"));
        assert_eq!(changes["nonMemberAccess"].as_deref(), Some("true"));
        assert!(!changes.contains_key("uri"));
    }

    #[test]
    fn uris_are_kept_in_lower_case_and_names_found_in_any_case() {
        let changes = space("URI=APITestURI&callID=123").unwrap();
        assert_eq!(
            (changes["uri"].as_deref(), changes["callId"].as_deref()),
            (Some("apitesturi"), Some("123"))
        );
    }

    #[test]
    fn every_parameter_at_fault_is_named_at_once() {
        let failure =
            space("callId=12a&uri=a b&nonMemberAccess=maybe&callProfile=x&defaultLayout=round").unwrap_err();
        let Failure::Parameters(faults) = failure else { panic!("{failure:?}") };
        let named: Vec<_> = faults.iter().map(|f| f.parameter.as_str()).collect();
        assert_eq!(named, ["uri", "callId", "callProfile", "nonMemberAccess", "defaultLayout"]);
    }

    #[test]
    fn what_is_required_must_be_there_and_can_not_be_unset() {
        let kind = &kinds::cospace_users::COSPACE_USERS;
        assert_eq!(creation(kind, &form("")).unwrap_err(), Failure::parameter("userJid", "missingValue"));
        let bridge = &kinds::call_bridges::CALL_BRIDGES;
        assert_eq!(
            modification(bridge, &form("name=")).unwrap_err(),
            Failure::parameter("name", "missingValue")
        );
    }

    #[test]
    fn an_empty_value_unsets_and_an_absent_one_stays() {
        let changes =
            modification(&kinds::cospaces::COSPACES, &form("callProfile=&nonMemberAccess=")).unwrap();
        assert_eq!(changes.get("callProfile"), Some(&None));
        assert_eq!(changes["nonMemberAccess"].as_deref(), Some("true"));
        assert!(!changes.contains_key("name"));
    }

    #[test]
    fn unknown_and_retired_parameters_are_passed_over() {
        assert!(space("name=a&canPostMessage=true&whatever=1").is_ok());
    }

    #[test]
    fn texts_are_taken_up_to_their_limit() {
        assert!(space(&format!("cdrTag={}", "가".repeat(100))).is_ok());
        assert!(space(&format!("cdrTag={}", "가".repeat(101))).is_err());
        assert!(space(&format!("callId={}", "1".repeat(24))).is_ok());
        assert!(space(&format!("callId={}", "1".repeat(25))).is_err());
    }

    #[test]
    fn a_web_bridge_is_at_a_c2w_url() {
        let kind = &kinds::web_bridges::WEB_BRIDGES;
        for good in ["c2w://cms1.example.com:8443", "c2w://127.0.0.1:9999", "c2w://[::1]:9999"] {
            assert!(creation(kind, &form(&format!("url={good}"))).is_ok(), "{good}");
        }
        let bad = [
            "https://x:1",
            "c2w://",
            "c2w://:1",
            "c2w://u@x:1",
            "c2w://x:0",
            "c2w://x:70000",
            "c2w://a b:1",
            "c2w://x",
            "c2w://x:1/path",
            "c2w://x:%2B1",
            "c2w://-x:1",
            "c2w://x..y:1",
            "c2w://[x]:1",
        ];
        for bad in bad {
            assert!(creation(kind, &form(&format!("url={bad}"))).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn no_form_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(form) = Form::parse(&body) {
                for kind in kinds::ALL {
                    drop(creation(kind, &form));
                    drop(modification(kind, &form));
                }
            }
        }
    }
}
