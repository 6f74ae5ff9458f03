//! How files look to the client: all of them are their owner's alone, whoever that is.

use std::{
    fs::Metadata,
    time::{SystemTime, UNIX_EPOCH},
};

use russh_sftp::protocol::{File, FileAttributes};

const FOLDER_MODE: u32 = 0o040_700;
const FILE_MODE: u32 = 0o100_600;

pub(super) fn of_folder() -> FileAttributes {
    FileAttributes { permissions: Some(FOLDER_MODE), ..FileAttributes::empty() }
}

/// Of a file; a size that nobody knows yet is left out.
pub(super) fn of_file(size: Option<u64>, modified: SystemTime) -> FileAttributes {
    let seconds = modified.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
    FileAttributes {
        size,
        uid: Some(0),
        gid: Some(0),
        permissions: Some(FILE_MODE),
        atime: Some(seconds),
        mtime: Some(seconds),
        ..FileAttributes::empty()
    }
}

pub(super) fn of(metadata: &Metadata) -> FileAttributes {
    of_file(Some(metadata.len()), metadata.modified().unwrap_or(UNIX_EPOCH))
}

/// A line of a list.
pub(super) fn entry(name: &str, attributes: FileAttributes) -> File {
    File::new(name, attributes)
}
