//! What every row needs: how long to measure, which programs, a folder to work in.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, ensure};
use tempfile::TempDir;

/// One run of the bench.
#[derive(Debug)]
pub struct Bench {
    /// A look rather than a result.
    pub quick: bool,
    /// The release build of `convoke`.
    pub convoke: PathBuf,
    /// This program, for rows that need a process of their own.
    pub own: PathBuf,
    folder: TempDir,
}

impl Bench {
    /// Finds the programs: `convoke` lies beside this one.
    pub fn new(quick: bool) -> anyhow::Result<Self> {
        let own = std::env::current_exe().context("the path of this program is not known")?;
        let convoke = own.with_file_name("convoke");
        ensure!(convoke.exists(), "{} is missing: run make bench", convoke.display());
        let folder = tempfile::Builder::new().prefix("convoke-bench-").tempdir()?;
        Ok(Self { quick, convoke, own, folder })
    }

    /// How often both sides take turns.
    pub fn rounds(&self) -> usize {
        if self.quick { 2 } else { 5 }
    }

    /// How long one side is measured in one round.
    pub fn span(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 3 })
    }

    /// A new folder below this run's own, which goes with it.
    pub fn folder(&self, name: &str) -> anyhow::Result<PathBuf> {
        let folder = tempfile::Builder::new().prefix(&format!("{name}-")).tempdir_in(self.folder.path())?;
        Ok(folder.keep())
    }

    /// The folder of this run.
    pub fn root(&self) -> &Path {
        self.folder.path()
    }
}
