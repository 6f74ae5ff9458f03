//! The tests that docs/traps.md names exist.

use crate::repository::File;

/// Where the traps are listed.
const LIST: &str = "docs/traps.md";

/// Every test that is named there and is nowhere.
pub fn check(files: &[File]) -> Vec<String> {
    let Some(list) = files.iter().find(|file| file.path == LIST) else {
        return vec![format!("{LIST}: missing")];
    };
    let tests = list.text.lines().filter(|line| line.starts_with("| ")).flat_map(named);
    let is_there = |name: &str| {
        let opening = format!("fn {name}(");
        files.iter().any(|file| file.path.ends_with(".rs") && file.text.contains(&opening))
    };
    tests.filter(|name| !is_there(name)).map(|name| format!("{LIST}: there is no test {name}")).collect()
}

/// The names in the last column of a row, between back-quotes.
fn named(row: &str) -> impl Iterator<Item = &str> {
    let last = row.trim_end().trim_end_matches('|').rsplit('|').next().unwrap_or_default();
    last.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_does_not_exist_is_told() {
        let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
        let list = file(LIST, "| 1 | `method` | `is_there`, `is_not` |\n");
        let code = file("crates/a.rs", "#[test]\nfn is_there() {}\n");
        assert_eq!(check(&[list, code.clone()]), ["docs/traps.md: there is no test is_not"]);
        assert_eq!(check(&[code]), ["docs/traps.md: missing"]);
    }
}
