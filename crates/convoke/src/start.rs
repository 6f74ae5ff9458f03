//! What a long-running process is started with, and the first steps that all of them take alike.

use std::{
    fs::DirBuilder,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use anyhow::Context as _;
use convoke_runtime::{Clock, Settings, clock::ClockMover, process, settings::Wanted};
use jiff::SignedDuration;

/// How a process was started.
#[derive(Debug, Clone)]
pub struct Start {
    /// The node's settings file.
    pub config: PathBuf,
    /// The process whose end is this one's too.
    pub parent: Option<u32>,
    /// How far the clock goes ahead of the machine's, in seconds; 0 in earnest.
    pub clock_ahead: i64,
}

impl Start {
    /// Ties this process to its parent; `false` when the parent has ended already.
    pub fn tie_to_parent(&self) -> bool {
        process::raise_file_limit();
        !self.parent.is_some_and(process::end_with_parent)
    }

    /// The clock, and what keeps it ahead as long as it lives.
    pub fn clock(&self) -> (Clock, Option<ClockMover>) {
        if self.clock_ahead == 0 {
            return (Clock::system(), None);
        }
        let (clock, mover) = Clock::movable();
        mover.advance(SignedDuration::from_secs(self.clock_ahead));
        (clock, Some(mover))
    }
}

/// Reads the settings, with the sections of these roles; the error holds every fault, a line each.
pub fn settings(file: &Path, wanted: Wanted) -> anyhow::Result<Settings> {
    Settings::read_for(file, wanted).map_err(|faults| {
        let report = crate::check_config::report(file, Some(&faults));
        anyhow::anyhow!("the settings file has faults\n{}", report.trim_end())
    })
}

/// Makes the node's own folder, which nobody else may look into.
pub fn make_data_dir(settings: &Settings) -> anyhow::Result<()> {
    let folder = &settings.node.data_dir;
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("node.data_dir {} can't be made", folder.display()))
}
