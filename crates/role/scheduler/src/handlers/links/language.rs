//! The language of the page: the one that is asked for, else the first that the browser's user reads, else that of their mails.

use convoke_model::Language;
use http::{HeaderMap, header};

/// Entries of `Accept-Language` that are looked at.
const MAX_ENTRIES: usize = 20;

/// The language of a page; `asked` is what stands in the address.
pub(super) fn of(asked: Option<&str>, headers: &HeaderMap, otherwise: Language) -> Language {
    preferred(asked, headers).unwrap_or(otherwise)
}

fn preferred(asked: Option<&str>, headers: &HeaderMap) -> Option<Language> {
    if let Some(language) = asked.and_then(Language::from_locale) {
        return Some(language);
    }
    let accepted = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut entries: Vec<(f32, Language)> = accepted.split(',').take(MAX_ENTRIES).filter_map(entry).collect();
    entries.sort_by(|a, b| b.0.total_cmp(&a.0));
    entries.first().map(|(_, language)| *language)
}

fn entry(text: &str) -> Option<(f32, Language)> {
    let (locale, rest) = text.split_once(';').unwrap_or((text, ""));
    let weight = match rest.trim().strip_prefix("q=") {
        Some(weight) => weight.trim().parse().ok()?,
        None => 1.0,
    };
    (weight > 0.0).then_some((weight, Language::from_locale(locale.trim())?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_is_asked_for_or_the_first_that_is_read() {
        let accepting = |text: &str| HeaderMap::from_iter([(header::ACCEPT_LANGUAGE, text.parse().unwrap())]);
        let (ko, en) = (Language::Korean, Language::English);
        assert_eq!(of(Some("ko"), &accepting("en"), en), ko);
        assert_eq!(of(Some("xx"), &accepting("ko-KR,ko;q=0.9,en;q=0.8"), en), ko);
        assert_eq!(of(None, &accepting("de, en;q=0.3, ko;q=0.7"), en), ko);
        assert_eq!(of(None, &accepting("ko;q=0, en;q=0.1"), ko), en);
        assert_eq!(of(None, &accepting("de"), ko), ko);
        assert_eq!(of(None, &HeaderMap::new(), ko), ko);
    }
}
