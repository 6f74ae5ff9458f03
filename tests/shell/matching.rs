//! Whether what was shown is what a transcript expects: exactly, but for its placeholders.

/// A line of only this stands for any number of lines.
const ANY_LINES: &str = "...";

/// Whether the lines are the expected ones.
pub fn matches(expected: &[String], shown: &[String]) -> bool {
    match expected.split_first() {
        None => shown.is_empty(),
        Some((first, rest)) if first.trim() == ANY_LINES => {
            (0..=shown.len()).any(|skipped| matches(rest, &shown[skipped..]))
        }
        Some((first, rest)) => shown
            .split_first()
            .is_some_and(|(line, others)| line_matches(first, line) && matches(rest, others)),
    }
}

/// Whether a line is the expected one: `<guid>`, `<time>`, `<number>` and `<any>` stand for what they say, blanks at the end for nothing.
pub fn line_matches(expected: &str, shown: &str) -> bool {
    follows(expected.trim_end(), shown.trim_end())
}

fn follows(expected: &str, shown: &str) -> bool {
    let next = PLACEHOLDERS
        .iter()
        .filter_map(|(name, fits)| Some((expected.find(name)?, *name, *fits)))
        .min_by_key(|found| found.0);
    let Some((at, name, fits)) = next else { return expected == shown };
    let (before, rest) = (&expected[..at], &expected[at + name.len()..]);
    let Some(shown) = shown.strip_prefix(before) else { return false };
    let ends = shown.char_indices().map(|(at, _)| at).chain([shown.len()]);
    // Help shows some of these words themselves.
    ends.filter(|end| fits(&shown[..*end]) || &shown[..*end] == name).any(|end| follows(rest, &shown[end..]))
}

type Fits = fn(&str) -> bool;

const PLACEHOLDERS: [(&str, Fits); 5] = [
    ("<any>", |_| true),
    ("<number>", |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())),
    ("<guid>", |text| text.len() == 36 && text.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')),
    ("<time>", |text| {
        let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b":.-+ ".contains(&byte);
        text.len() >= 8 && text.bytes().all(is_part) && text.bytes().any(|byte| byte == b':')
    }),
    ("<fingerprint>", |text| text.starts_with("SHA256:") && text.len() == 50),
];

#[test]
fn placeholders_stand_for_what_they_say_and_all_else_for_itself() {
    for (expected, shown) in [
        ("Enabled : true", "Enabled : true  "),
        ("guid <guid> from <any>:8443", "guid 01234567-89ab-cdef-0123-456789abcdef from 127.0.0.1:8443"),
        ("Uptime <number> days", "Uptime 12 days"),
        ("at <time> cms1", "at Aug 21 11:53:22.408 cms1"),
        ("timedLogging <time>", "timedLogging <time>"),
    ] {
        assert!(line_matches(expected, shown), "{expected}");
    }
    for (expected, shown) in [
        ("Enabled : true", "Enabled : false"),
        ("Uptime <number>", "Uptime one"),
        ("<guid>", "x"),
        ("a", "ab"),
    ] {
        assert!(!line_matches(expected, shown), "{expected}");
    }
    let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    assert!(matches(&lines(&["a", "...", "d"]), &lines(&["a", "b", "c", "d"])));
    assert!(matches(&lines(&["...", "d"]), &lines(&["d"])));
    assert!(!matches(&lines(&["a", "...", "d"]), &lines(&["a", "b"])));
    assert!(!matches(&lines(&["a"]), &lines(&["a", "b"])));
}
