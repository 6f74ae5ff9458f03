//! One upload: written to a hidden file beside, and put in place when it is closed. What breaks off leaves the old file as it was.

use std::{
    fs, io,
    os::unix::fs::{FileExt as _, OpenOptionsExt as _},
    sync::Arc,
};

use russh_sftp::protocol::OpenFlags;

use super::{
    answer::Refusal,
    folder::{Claim, Folder},
    names::Name,
};

/// An upload under way.
#[derive(Debug)]
pub(super) struct Upload {
    folder: Folder,
    pub(super) name: Name,
    file: Arc<fs::File>,
    claim: Claim,
    /// Bytes so far.
    pub(super) length: u64,
    appends: bool,
    /// A write was refused: closing it must not put half a file in place.
    is_broken: bool,
}

impl Upload {
    /// Begins or resumes. Blocks.
    pub(super) fn begin(
        folder: &Folder,
        name: Name,
        account: &str,
        flags: OpenFlags,
    ) -> Result<Self, Refusal> {
        if flags.contains(OpenFlags::EXCLUDE) && folder.look(&name).is_ok() {
            return Err(Refusal::failed(format!("there is a file {name} already")));
        }
        if !flags.contains(OpenFlags::CREATE) && folder.broken_off(&name, account).is_none() {
            folder.look(&name)?;
        }
        folder.has_room(&name)?;
        let is_resumed = folder.broken_off(&name, account).is_some();
        let claim = folder.claim(&name, account)?;
        let failed = |cause: io::Error| Refusal::of_file(&name, &cause);
        let from_start = flags.contains(OpenFlags::TRUNCATE);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(from_start || !is_resumed);
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let file = options.open(&claim.path).map_err(failed)?;
        if !from_start && !is_resumed && folder.look(&name).is_ok() {
            // What is there is added to, in a copy.
            io::copy(&mut folder.read(&name)?, &mut &file).map_err(failed)?;
        }
        let length = file.metadata().map_err(failed)?.len();
        let appends = flags.contains(OpenFlags::APPEND);
        Ok(Self {
            folder: folder.clone(),
            name,
            file: Arc::new(file),
            claim,
            length,
            appends,
            is_broken: false,
        })
    }

    /// Writes a piece. Blocks.
    pub(super) fn write(&mut self, offset: u64, data: &[u8]) -> Result<(), Refusal> {
        let written = self.write_piece(offset, data);
        self.is_broken |= written.is_err();
        written
    }

    fn write_piece(&mut self, offset: u64, data: &[u8]) -> Result<(), Refusal> {
        let at = if self.appends { self.length } else { offset };
        let most = self.name.most_bytes();
        let end = at.saturating_add(data.len() as u64);
        if end > most {
            let most = most / (1024 * 1024);
            return Err(Refusal::failed(format!(
                "{} is larger than {most} MiB, the most for its kind",
                self.name
            )));
        }
        if at > self.length {
            return Err(Refusal::failed(format!("{}: a piece before this one is missing", self.name)));
        }
        self.file.write_all_at(data, at).map_err(|cause| Refusal::of_file(&self.name, &cause))?;
        self.length = self.length.max(end);
        Ok(())
    }

    /// Puts the file in place. Blocks.
    pub(super) fn finish(self) -> Result<(), Refusal> {
        if self.is_broken {
            drop(fs::remove_file(&self.claim.path));
            return Err(Refusal::failed(format!(
                "{} was not taken; what was there before is kept",
                self.name
            )));
        }
        let put = || {
            self.file.sync_all()?;
            fs::rename(&self.claim.path, self.folder.path_of(&self.name))?;
            self.folder.sync()
        };
        put().map_err(|cause| Refusal::of_file(&self.name, &cause))
    }
}
