//! The languages that pages and mails are written in.

/// A language with a full set of texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Language {
    /// English, also the fall-back.
    #[default]
    English,
    /// Korean.
    Korean,
}

impl Language {
    /// Every language there is.
    pub const ALL: [Language; 2] = [Language::English, Language::Korean];

    /// The BCP 47 tag: `en` or `ko`.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Korean => "ko",
        }
    }

    /// Reads `en`, `en_GB`, `en-US`, `ko_KR`... by their language part; `None` for a language without texts.
    pub fn from_locale(locale: &str) -> Option<Self> {
        let tag = locale.split(['_', '-']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_locales_by_their_language() {
        assert_eq!(Language::from_locale("en_GB"), Some(Language::English));
        assert_eq!(Language::from_locale("KO-kr"), Some(Language::Korean));
        assert_eq!(Language::from_locale("es_ES"), None);
        assert_eq!(Language::from_locale(""), None);
    }
}
