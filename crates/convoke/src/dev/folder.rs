//! The folder of a demo: one demo at a time in it, and nothing of a former one.

use std::{
    fs::{self, File},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, bail, ensure};
use nix::fcntl::Flock;

use crate::node::lock;

/// The file that marks a folder as a demo's and holds the id of the process that uses it.
const LOCK: &str = "demo.lock";

/// A demo's folder, locked until this is dropped.
#[derive(Debug)]
pub struct Folder {
    /// Its absolute path.
    pub path: PathBuf,
    _lock: Flock<File>,
}

impl Folder {
    /// Takes the folder and empties it; refuses one that is in use, or that holds what no demo has written.
    pub fn take(path: &Path) -> anyhow::Result<Self> {
        fs::create_dir_all(path).with_context(|| format!("{} can't be made", path.display()))?;
        let path = path.canonicalize()?;
        let names = names(&path)?;
        ensure!(
            names.is_empty() || names.iter().any(|name| name == LOCK),
            "{} holds files that no demo has written; choose another folder with --dir",
            path.display()
        );
        let lock = match lock::take_named(&path, LOCK)? {
            Ok(lock) => lock,
            Err(pid) => {
                bail!("a demo runs in {} already: process {pid} (stop it with: kill {pid})", path.display())
            }
        };
        for name in names.iter().filter(|name| *name != LOCK) {
            let old = path.join(name);
            let gone = if old.is_dir() { fs::remove_dir_all(&old) } else { fs::remove_file(&old) };
            gone.with_context(|| format!("{} can't be removed", old.display()))?;
        }
        Ok(Self { path, _lock: lock })
    }
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    fs::read_dir(folder)?.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_serves_one_demo_at_a_time_and_each_finds_it_empty() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("demo");
        let first = Folder::take(&path).unwrap();
        fs::create_dir(first.path.join("data")).unwrap();
        fs::write(first.path.join("data/old"), "x").unwrap();
        let refused = Folder::take(&path).unwrap_err().to_string();
        assert!(refused.contains(&format!("process {}", std::process::id())), "{refused}");
        drop(first);
        let second = Folder::take(&path).unwrap();
        assert_eq!(names(&second.path).unwrap(), [LOCK]);
    }

    #[test]
    fn a_folder_of_somebody_else_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("thesis.txt"), "x").unwrap();
        assert!(Folder::take(folder.path()).is_err());
        assert!(folder.path().join("thesis.txt").exists());
    }
}
