//! By what a file that was read is known again: whoever keeps what it held looks whether it is another one by now.

use std::{
    fs::Metadata,
    os::unix::fs::MetadataExt as _,
    time::{Duration, SystemTime},
};

/// A file that was written so lately may be written again at the same instant of its clock; what was read of it is not kept.
const SETTLED_AFTER: Duration = Duration::from_millis(100);

/// Which file it is, and as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl Stamp {
    /// Of the file as it is.
    pub fn of(metadata: &Metadata) -> Self {
        let modified = (metadata.mtime(), metadata.mtime_nsec());
        Self { inode: metadata.ino(), size: metadata.size(), modified }
    }

    /// The same, where a later write would show by it.
    pub fn of_settled(metadata: &Metadata) -> Option<Self> {
        let age = SystemTime::now().duration_since(metadata.modified().ok()?).ok()?;
        (age >= SETTLED_AFTER).then(|| Self::of(metadata))
    }
}
