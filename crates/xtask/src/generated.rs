//! Files that are generated from the code and committed, so that a change of behaviour is a diff that a person can read.

use std::fs;

use anyhow::{Context, Result};

use crate::repository::Repository;

/// A generated file: where it is from the root, and what it must say.
type Generated = (&'static str, String);

/// Every generated file.
fn files() -> Result<Vec<Generated>> {
    let schema = convoke_store::schema::dump().context("the migrations can't be run")?;
    let mut scheduler = serde_json::to_string_pretty(&convoke_scheduler::openapi())?;
    scheduler.push('\n');
    Ok(vec![
        ("docs/schema.sql", schema),
        ("docs/openapi/scheduler.json", scheduler),
        ("docs/operating/shell.md", convoke_shell::manual::text()),
    ])
}

/// Writes every generated file.
pub fn write(repository: &Repository) -> Result<()> {
    for (path, text) in files()? {
        let file = repository.path(path);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&file, text).with_context(|| format!("{path} can't be written"))?;
        println!("wrote {path}");
    }
    Ok(())
}

/// The files that don't say what they must.
pub fn check(repository: &Repository) -> Result<Vec<String>> {
    let found = |path: &str| fs::read_to_string(repository.path(path)).ok();
    Ok(files()?.iter().filter_map(|(path, text)| fault(path, text, found(path).as_deref())).collect())
}

fn fault(path: &str, expected: &str, found: Option<&str>) -> Option<String> {
    match found {
        Some(found) if found == expected => None,
        Some(_) => Some(format!("{path}: not what the code generates; run `cargo xtask gen`")),
        None => Some(format!("{path}: missing; run `cargo xtask gen`")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_missing_or_differs_is_named() {
        assert_eq!(fault("a", "x", Some("x")), None);
        assert!(fault("a", "x", Some("y")).unwrap().starts_with("a: not what"));
        assert!(fault("a", "x", None).unwrap().starts_with("a: missing"));
    }

    #[test]
    fn generating_twice_gives_the_same() {
        assert_eq!(files().unwrap(), files().unwrap());
    }
}
