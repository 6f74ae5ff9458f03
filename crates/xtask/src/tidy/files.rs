//! How files open, how long they are, what they are called.

use crate::repository::File;

/// Lines above which a file is split.
const MOST_LINES: usize = 600;
/// Lines above which a file is looked at.
const MANY_LINES: usize = 400;
/// Names that say nothing of what a file holds.
const EMPTY_NAMES: &[&str] = &["util", "utils", "helper", "helpers", "common", "manager"];

fn is_rust(file: &File) -> bool {
    file.path.ends_with(".rs") && (file.path.starts_with("crates/") || file.path.starts_with("tests/"))
}

/// Each Rust file opens by saying what it is.
pub fn opening(file: &File) -> Option<String> {
    let first = file.text.lines().next().unwrap_or_default();
    let opens = first.strip_prefix("//!").is_some_and(|words| !words.trim().is_empty());
    (is_rust(file) && !opens).then(|| format!("{}: opens without a line of //!", file.path))
}

/// A file of too many lines.
#[derive(Debug, PartialEq, Eq)]
pub enum Length {
    /// It must be split.
    TooLong(String),
    /// It should be looked at.
    Long(String),
}

/// Whether a source file is too long; tests are not counted.
pub fn length(file: &File) -> Option<Length> {
    let source = is_rust(file)
        || file.path.starts_with("web/")
            && [".ts", ".tsx", ".js", ".mjs"].iter().any(|end| file.path.ends_with(end));
    let test = file.path.split('/').any(|part| part == "tests");
    let lines = file.text.lines().count();
    let told = format!("{}: {lines} lines", file.path);
    match lines {
        _ if !source || test => None,
        lines if lines > MOST_LINES => Some(Length::TooLong(told)),
        lines if lines > MANY_LINES => Some(Length::Long(told)),
        _ => None,
    }
}

/// A file or folder is named for what it holds.
pub fn name(file: &File) -> Option<String> {
    let stems = file.path.split('/').map(|part| part.split('.').next().unwrap_or_default());
    let mut words = stems.flat_map(|stem| stem.split(['_', '-'])).map(str::to_ascii_lowercase);
    let empty = words.find(|word| EMPTY_NAMES.contains(&word.as_str()));
    empty.map(|word| format!("{}: \"{word}\" does not name what it holds", file.path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    #[test]
    fn a_rust_file_says_first_what_it_is() {
        for (text, opens) in [
            ("//! What it is.\n\nuse x;", true),
            ("use x;", false),
            ("", false),
            ("//!\nuse x;", false),
            ("// What it is.", false),
            ("\n//! Too late.", false),
        ] {
            assert_eq!(opening(&file("crates/a/src/b.rs", text)).is_none(), opens, "{text:?}");
            assert_eq!(opening(&file("tests/journeys/b.rs", text)).is_none(), opens, "{text:?}");
        }
        assert_eq!(opening(&file("web/a.ts", "let x")), None);
    }

    #[test]
    fn long_files_are_named_and_longer_ones_refused() {
        let of = |path: &str, lines: usize| length(&file(path, &"x\n".repeat(lines)));
        let path = "crates/a/src/b.rs";
        assert_eq!(of(path, 400), None);
        assert_eq!(of(path, 401), Some(Length::Long(format!("{path}: 401 lines"))));
        assert_eq!(of(path, 600), Some(Length::Long(format!("{path}: 600 lines"))));
        assert_eq!(of(path, 601), Some(Length::TooLong(format!("{path}: 601 lines"))));
        assert!(of("web/app/src/a.tsx", 601).is_some());
        assert_eq!(of("crates/a/tests/b.rs", 601), None);
        assert_eq!(of("Cargo.lock", 9000), None);
    }

    #[test]
    fn names_that_say_nothing_are_refused() {
        for bad in [
            "crates/a/src/utils.rs",
            "web/app/src/helpers/x.ts",
            "a/task_manager.rs",
            "Common.tsx",
            "a/string-util.rs",
        ] {
            assert!(name(&file(bad, "")).is_some(), "{bad}");
        }
        for good in ["crates/a/src/attempt.rs", "commonmark.rs", "a/managers_of_rooms/x.rs", "docs/help.md"] {
            assert!(name(&file(good, "")).is_none(), "{good}");
        }
    }
}
