//! Ids, addresses, JIDs, URIs: what is taken is taken again as it is shown.

use convoke_c2w::C2wUrl;
use convoke_model::{EmailAddress, Jid, Language, id::parse_guid, uri};

use crate::texts;

/// A text as each of them, and a second one as the name of a space.
pub(crate) fn names(data: &[u8]) {
    let [text, name] = texts(data);
    if let Ok(address) = text.parse::<EmailAddress>() {
        let shown = address.to_string();
        assert_eq!(shown.parse().as_ref(), Ok(&address));
        assert!(
            shown.is_ascii()
                && !shown
                    .contains(|c: char| c.is_control() || c.is_whitespace() || "<>,:;\"()[]\\".contains(c)),
            "{shown}"
        );
        assert_eq!(shown.matches('@').count(), 1);
    }
    if let Ok(jid) = text.parse::<Jid>() {
        assert_eq!(jid.to_string().parse().as_ref(), Ok(&jid));
        assert!(!jid.as_str().contains(|c: char| c.is_control() || c.is_whitespace()), "{jid}");
    }
    if let Ok(url) = text.parse::<C2wUrl>() {
        assert_eq!(format!("c2w://{url}").parse().as_ref(), Ok(&url));
        assert!(
            !url.host().contains(|c: char| c.is_control() || c.is_whitespace() || "/@?#".contains(c)),
            "{url}"
        );
    }
    if let Ok(guid) = parse_guid(&text) {
        assert_eq!(parse_guid(&guid.hyphenated().to_string()), Ok(guid));
    }
    let _ = Language::from_locale(&text);
    if uri::is_uri_generator(&text)
        && let Some(made) = uri::generate_uri(&text, &name)
    {
        assert!((1..=uri::MAX_URI_CHARS).contains(&made.chars().count()), "{made}");
        assert!(!made.contains(|c: char| c.is_whitespace() || c.is_control() || c == '@'), "{made}");
    }
}
