//! What the checks look at: the files that are tracked, or would be, and the crates with what they depend on.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

/// The repository that this program was built in.
#[derive(Debug)]
pub struct Repository {
    root: PathBuf,
}

/// A tracked text file.
#[derive(Debug, Clone)]
pub struct File {
    /// Where it is, from the root.
    pub path: String,
    /// What it says; empty for a file that is no UTF-8.
    pub text: String,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crate {
    /// Where it is, from the root, such as `crates/core/model`.
    pub path: String,
    /// What it depends on, less what only its tests need.
    pub dependencies: Vec<Dependency>,
}

/// A direct dependency.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The package's name.
    pub name: String,
    /// Where it is, for a crate of the workspace.
    pub path: Option<String>,
}

impl Repository {
    /// The repository that holds this crate.
    pub fn here() -> Self {
        Self { root: Path::new(env!("CARGO_MANIFEST_DIR")).join("../..") }
    }

    /// A path from the root.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Every file that is tracked or new and not ignored.
    pub fn files(&self) -> Result<Vec<File>> {
        let listed = self.output("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
        let mut files = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            // One that was removed and not yet committed is still listed.
            if let Ok(bytes) = fs::read(self.root.join(path)) {
                files
                    .push(File { path: path.to_owned(), text: String::from_utf8(bytes).unwrap_or_default() });
            }
        }
        Ok(files)
    }

    /// Every crate of the workspace.
    pub fn crates(&self) -> Result<Vec<Crate>> {
        let arguments = ["metadata", "--no-deps", "--format-version", "1", "--offline"];
        let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
        crates(&self.output(&cargo, &arguments)?).context("cargo metadata is not understood")
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = Command::new(program).args(arguments).current_dir(&self.root).output();
        let output = output.with_context(|| format!("{program} can't be run"))?;
        let told = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{program} {}: {told}", arguments.join(" "));
        Ok(String::from_utf8(output.stdout)?)
    }
}

fn crates(metadata: &str) -> Option<Vec<Crate>> {
    let metadata: Value = serde_json::from_str(metadata).ok()?;
    let root = metadata["workspace_root"].as_str()?;
    let from_root = |path: &str| path.strip_prefix(root).map(|path| path.trim_start_matches('/').to_owned());
    let packages = metadata["packages"].as_array()?.iter().map(|package| {
        let manifest = from_root(package["manifest_path"].as_str()?)?;
        let declared = package["dependencies"].as_array()?.iter().filter(|one| one["kind"] != "dev");
        let dependencies = declared.map(|one| {
            let path = one["path"].as_str().and_then(from_root);
            Some(Dependency { name: one["name"].as_str()?.to_owned(), path })
        });
        let path = manifest.strip_suffix("/Cargo.toml")?.to_owned();
        Some(Crate { path, dependencies: dependencies.collect::<Option<_>>()? })
    });
    packages.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_read_without_what_only_tests_need() {
        let metadata = r#"{"workspace_root": "/r", "packages": [{"manifest_path": "/r/crates/core/a/Cargo.toml", "dependencies": [
            {"name": "b", "kind": null, "path": "/r/crates/core/b"}, {"name": "serde", "kind": null, "path": null},
            {"name": "tempfile", "kind": "dev"}]}]}"#;
        let b = Dependency { name: "b".into(), path: Some("crates/core/b".into()) };
        let serde = Dependency { name: "serde".into(), path: None };
        let expected = Crate { path: "crates/core/a".into(), dependencies: vec![b, serde] };
        assert_eq!(crates(metadata), Some(vec![expected]));
        assert_eq!(crates("{}"), None);
    }
}
