//! People who are read from any text.

use convoke_invite::intake::{Form, MAX_READ_NAME_CHARS, MAX_SHOWN_CHARS, read};
use convoke_model::EmailAddress;

/// Any bytes as a text and as a table: nothing with an `@` in it vanishes, and what is told is short and of this text.
pub(crate) fn intake(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let lines = text
        .chars()
        .filter(|c| matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'))
        .count()
        + 1;
    for form in [Form::Text, Form::Table] {
        let found = read(&text, form, &["example.test".to_owned()]);
        let told = found.people.len() + found.faults.len() + found.duplicates.len();
        assert!(told > 0 || !text.contains(['@', '\u{ff20}']), "nothing is told of {text:?}");
        for one in &found.people {
            assert_eq!(one.email.as_str().parse::<EmailAddress>().as_ref(), Ok(&one.email));
            assert!(
                one.name.chars().count() <= MAX_READ_NAME_CHARS && !one.name.chars().any(char::is_control)
            );
        }
        for fault in &found.faults {
            assert!(fault.text.chars().count() <= MAX_SHOWN_CHARS);
            assert!(fault.suggestion.as_deref().is_none_or(|meant| meant.parse::<EmailAddress>().is_ok()));
        }
        let places = found.people.iter().map(|one| one.line).chain(found.faults.iter().map(|one| one.line));
        places.for_each(|line| assert!((1..=lines).contains(&line), "{line} of {lines}"));
    }
}
