//! The administrators' texts of invitations, read once at the start.

use std::{collections::HashMap, fs, path::Path};

use convoke_invite::{MAX_TEMPLATE_BYTES, Template};
use convoke_model::Language;

/// Templates by language, with their texts; none: the built-in text.
#[derive(Debug, Clone, Default)]
pub(crate) struct Templates(HashMap<Language, (String, Template)>);

impl Templates {
    /// Reads files; what can't be read or understood is told in the log, and the built-in text stands for it.
    pub(crate) fn read(files: &[(String, std::path::PathBuf)]) -> Self {
        let mut found = HashMap::new();
        for (language, file) in files {
            match (Language::from_locale(language), template(file)) {
                (Some(language), Ok(template)) => drop(found.insert(language, template)),
                (_, Err(faults)) => {
                    for fault in faults {
                        tracing::warn!(target: "EmailService", "{}:{fault}; the built-in text is used", file.display());
                    }
                }
                (None, Ok(_)) => {}
            }
        }
        Self(found)
    }

    /// The template of a language.
    pub(crate) fn of(&self, language: Language) -> Option<&Template> {
        self.0.get(&language).map(|(_, template)| template)
    }

    /// Its text.
    pub(crate) fn text(&self, language: Language) -> Option<&str> {
        self.0.get(&language).map(|(text, _)| text.as_str())
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The same with these texts in place of those of their languages; one that is no template counts as none.
    pub(crate) fn with(&self, texts: Vec<(Language, String)>) -> Self {
        let mut all = self.clone();
        for (language, text) in texts {
            if let Ok(template) = Template::parse(&text) {
                all.0.insert(language, (text, template));
            }
        }
        all
    }
}

fn template(file: &Path) -> Result<(String, Template), Vec<String>> {
    let size = fs::metadata(file).map_err(|fault| vec![format!(" {fault}")])?.len();
    if size > MAX_TEMPLATE_BYTES as u64 {
        return Err(vec![format!(" a template has at most {MAX_TEMPLATE_BYTES} bytes")]);
    }
    let text = fs::read_to_string(file).map_err(|fault| vec![format!(" {fault}")])?;
    match Template::parse(&text) {
        Ok(template) => Ok((text, template)),
        Err(faults) => Err(faults.iter().map(ToString::to_string).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_wrong_leaves_the_built_in_text() {
        let folder = std::env::temp_dir().join(format!("convoke-templates-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let file = |name: &str, text: &str| {
            fs::write(folder.join(name), text).unwrap();
            folder.join(name)
        };
        let files = [
            ("en".to_owned(), file("en.txt", "Subject: %name%\nx")),
            ("ko".to_owned(), file("ko.txt", "#if name\n")),
        ];
        let templates = Templates::read(&files);
        assert!(templates.of(Language::English).is_some() && templates.of(Language::Korean).is_none());
        let fault = template(&files[1].1).unwrap_err();
        assert_eq!(fault, ["1:1: #endif is missing"]);
        assert!(template(&folder.join("none.txt")).unwrap_err()[0].contains("No such file"));
        fs::remove_dir_all(folder).unwrap();
    }
}
