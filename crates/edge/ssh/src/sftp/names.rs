//! Which names files may have, and what a client's path means: the folder itself, or one file in it.

use std::fmt;

use crate::limits::{MAX_FILE_BYTES, MAX_FILE_NAME_BYTES, MAX_PEM_BYTES};

/// Endings of keys, certificates and what holds both.
const PEM_ENDINGS: [&str; 9] = ["key", "crt", "cer", "pem", "csr", "der", "p12", "pfx", "bundle"];

/// A file's name that is fit for the folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// Why a text is no file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It leads elsewhere.
    #[error("there is one folder without folders in it; name the file alone, such as cms1.key")]
    Path,
    /// It is too long or has other characters.
    #[error(
        "a file's name has letters (a-z), digits and . _ - + @ = only, begins with a letter, a digit or _, and is no longer than {MAX_FILE_NAME_BYTES}"
    )]
    Form,
}

/// What a path means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Folder,
    File(Name),
}

impl Name {
    /// Judges a name.
    pub fn new(text: &str) -> Result<Self, NameFault> {
        if text.contains('/') {
            return Err(NameFault::Path);
        }
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-+@=".contains(&byte));
        if begins && fits && text.len() <= MAX_FILE_NAME_BYTES {
            Ok(Self(text.to_owned()))
        } else {
            Err(NameFault::Form)
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// How large a file of this name may be, in bytes.
    pub fn most_bytes(&self) -> u64 {
        let ending = self.0.rsplit_once('.').map_or("", |(_, ending)| ending).to_ascii_lowercase();
        if PEM_ENDINGS.contains(&ending.as_str()) { MAX_PEM_BYTES } else { MAX_FILE_BYTES }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Place {
    /// Reads a path: `/`, `.`, `..` (the folder is its own parent), `/name`, `name`, `./name`.
    pub(super) fn read(path: &str) -> Result<Self, NameFault> {
        let mut rest = path.trim_start_matches('/');
        loop {
            match rest.split_once('/') {
                Some(("." | ".." | "", after)) => rest = after,
                _ if matches!(rest, "" | "." | "..") => return Ok(Self::Folder),
                _ => return Name::new(rest).map(Self::File),
            }
        }
    }

    /// The path as the client is to know it.
    pub(super) fn path(&self) -> String {
        match self {
            Self::Folder => "/".to_owned(),
            Self::File(name) => format!("/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_mean_the_folder_or_one_file_in_it() {
        for path in ["", "/", ".", "./", "/.", "..", "/..", "/../..", "//"] {
            assert_eq!(Place::read(path), Ok(Place::Folder), "{path}");
        }
        for path in ["cms1.key", "/cms1.key", "./cms1.key", "/./cms1.key", "../cms1.key", "/../../cms1.key"] {
            assert_eq!(Place::read(path).unwrap().path(), "/cms1.key", "{path}");
        }
        for path in ["/etc/passwd", "a/b", "cms1.key/", "../etc/passwd", "a/../b"] {
            assert_eq!(Place::read(path), Err(NameFault::Path), "{path}");
        }
        for path in [".hidden", "-rf", "two words", "한글.crt", "a\0b", "a\nb", "...", "a\\b", "a:b"] {
            assert_eq!(Place::read(path), Err(NameFault::Form), "{path}");
        }
    }

    #[test]
    fn a_name_is_as_long_as_it_may_be_and_no_longer() {
        assert!(Name::new(&"a".repeat(MAX_FILE_NAME_BYTES)).is_ok());
        assert_eq!(Name::new(&"a".repeat(MAX_FILE_NAME_BYTES + 1)), Err(NameFault::Form));
        assert_eq!(Name::new("Key.KEY").unwrap().most_bytes(), MAX_PEM_BYTES);
        assert_eq!(Name::new("backup.bak").unwrap().most_bytes(), MAX_FILE_BYTES);
        assert_eq!(Name::new("key").unwrap().most_bytes(), MAX_FILE_BYTES);
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_stays_in_the_folder(path in ".{0,60}|[./a]{0,12}|(\\.\\./){0,4}[a-z./]{0,8}") {
            if let Ok(Place::File(name)) = Place::read(&path) {
                let inside = std::path::Path::new("/folder").join(name.as_str());
                prop_assert_eq!(inside.parent(), Some(std::path::Path::new("/folder")));
                prop_assert!(!name.as_str().starts_with('.'));
            }
        }
    }
}
