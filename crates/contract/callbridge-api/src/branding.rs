//! Where an organisation's text of invitations is looked for, by its branding profile and a language. Both who writes mails and who
//! shows a space's invitation look there.

use convoke_model::Language;
use serde::{Deserialize, Serialize};

/// What a branding profile says of invitations.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Branding {
    /// The URL of the text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invitation_template: Option<String>,
    /// The URL of the folder that has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource_location: Option<String>,
}

/// The name of the text in a folder, without its language and ending.
const FILE: &str = "invitation_template";

impl Branding {
    /// Whether it says nothing: texts are the built-in ones.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// The URLs of the text in a language; the first that has one counts.
    pub fn addresses(&self, language: Language) -> Vec<String> {
        let locale = match language {
            Language::English => "en_US",
            Language::Korean => "ko_KR",
        };
        if let Some(url) = &self.invitation_template {
            let sign = if url.contains('?') { '&' } else { '?' };
            return vec![format!("{url}{sign}language={locale}")];
        }
        let Some(folder) = self.resource_location.as_deref().map(|url| url.trim_end_matches('/')) else {
            return Vec::new();
        };
        vec![format!("{folder}/{FILE}_{locale}.txt"), format!("{folder}/{FILE}.txt")]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_asked_for_in_its_language_or_looked_for_in_a_folder() {
        let of = |template: Option<&str>, folder: Option<&str>| Branding {
            invitation_template: template.map(str::to_owned),
            resource_location: folder.map(str::to_owned),
        };
        let both = of(Some("https://a.test/t"), Some("https://b.test/x/"));
        assert_eq!(both.addresses(Language::Korean), ["https://a.test/t?language=ko_KR"]);
        let asked = of(Some("https://a.test/t?v=1"), None);
        assert_eq!(asked.addresses(Language::English), ["https://a.test/t?v=1&language=en_US"]);
        assert_eq!(
            of(None, Some("https://b.test/x/")).addresses(Language::Korean),
            ["https://b.test/x/invitation_template_ko_KR.txt", "https://b.test/x/invitation_template.txt"]
        );
        assert_eq!(Branding::default().addresses(Language::English), Vec::<String>::new());
    }
}
