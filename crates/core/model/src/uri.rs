//! URIs of spaces, and the generator that templates make them with.
//!
//! Source: `uriGenerator` of access method templates: characters `a-zA-Z0-9.-_$`; empty, or exactly one `$`, which
//! stands for the space's name with blanks turned into dots (`$.space` + "Team Meeting" gives `Team.Meeting.space`).

/// Longest user part of a URI, in characters.
pub const MAX_URI_CHARS: usize = 200;

/// Whether a text may serve as a URI generator.
pub fn is_uri_generator(text: &str) -> bool {
    text.is_empty()
        || (text.chars().all(|c| c.is_ascii_alphanumeric() || ".-_$".contains(c))
            && text.matches('$').count() == 1
            && text.len() <= MAX_URI_CHARS)
}

/// The user part that a generator makes of a space's name, in lower case as URIs are stored.
///
/// Letters of other scripts stay, since a SIP user part may carry them escaped and people recognise them; what can't
/// stand in a URI at all becomes a dot. A name of nothing but such characters gives `meeting` in its place.
pub fn generate_uri(generator: &str, space_name: &str) -> Option<String> {
    if generator.is_empty() {
        return None;
    }
    let mut name = String::new();
    for c in space_name.trim().chars() {
        let kept = if c.is_alphanumeric() || c == '-' || c == '_' { c } else { '.' };
        if kept != '.' || !name.ends_with('.') {
            name.push(kept);
        }
    }
    let name = name.trim_matches('.');
    let name = if name.is_empty() { "meeting" } else { name };
    let room = MAX_URI_CHARS.saturating_sub(generator.len() - 1);
    // In lower case first: some letters become two.
    let name: String = name.to_lowercase().chars().take(room).collect();
    Some(generator.to_lowercase().replacen('$', &name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_blanks_into_dots() {
        assert_eq!(generate_uri("$.space", "Team Meeting").as_deref(), Some("team.meeting.space"));
        assert_eq!(generate_uri("$.guest", "  주간   회의! ").as_deref(), Some("주간.회의.guest"));
        assert_eq!(generate_uri("$.host", "@@").as_deref(), Some("meeting.host"));
        assert_eq!(generate_uri("", "Team"), None);
    }

    #[test]
    fn a_generator_has_exactly_one_dollar_sign() {
        for good in ["", "$", "$.guest", "a-$_b"] {
            assert!(is_uri_generator(good), "{good}");
        }
        for bad in ["guest", "$$", "$ guest", "$@x", "손님.$"] {
            assert!(!is_uri_generator(bad), "{bad}");
        }
    }

    #[test]
    fn keeps_within_the_longest_uri() {
        let made = generate_uri("$.guest", &"x".repeat(500)).unwrap();
        assert_eq!(made.chars().count(), MAX_URI_CHARS);
    }
}
