//! One upload: written to a hidden file beside, and put in place when it is closed. What breaks off leaves the old file as it was.

use std::{
    fs,
    io::{self, Read as _},
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
    /// How long it may grow before it is looked whether there is room.
    granted: u64,
    appends: bool,
    /// It may not take the place of a file.
    is_new: bool,
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
        let is_new = flags.contains(OpenFlags::EXCLUDE);
        if is_new && folder.look(&name).is_ok() {
            return Err(there_already(&name));
        }
        folder.has_place(&name)?;
        let claim = folder.claim(&name, account)?;
        if !flags.contains(OpenFlags::CREATE) && !claim.is_resumed {
            folder.look(&name)?;
        }
        let goes_on = claim.is_resumed && !flags.contains(OpenFlags::TRUNCATE);
        // What is there is added to, in a copy.
        let copied = !claim.is_resumed && !flags.contains(OpenFlags::TRUNCATE);
        let copied = if copied { folder.look(&name).ok() } else { None };
        let granted = folder.room(&name, copied.as_ref().map_or(0, fs::Metadata::len))?;
        let failed = |cause: io::Error| Refusal::of_file(&name, &cause);
        let mut options = fs::OpenOptions::new();
        options.read(true).write(true).create(true).truncate(!goes_on);
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let file = options.open(&claim.path).map_err(failed)?;
        let begun = file.metadata().map_err(failed)?.len();
        if copied.is_some() {
            io::copy(&mut folder.read(&name)?.take(granted), &mut &file).map_err(failed)?;
        }
        let length = file.metadata().map_err(failed)?.len();
        let appends = flags.contains(OpenFlags::APPEND);
        let (folder, file, granted) = (folder.clone(), Arc::new(file), begun.saturating_add(granted));
        Ok(Self { folder, name, file, claim, length, granted, appends, is_new, is_broken: false })
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
        if end > self.granted {
            self.granted = self.length.saturating_add(self.folder.room(&self.name, end - self.length)?);
        }
        self.file.write_all_at(data, at).map_err(|cause| Refusal::of_file(&self.name, &cause))?;
        self.length = self.length.max(end);
        Ok(())
    }

    /// Cuts it to a size. Blocks.
    pub(super) fn cut(&mut self, size: u64) -> Result<(), Refusal> {
        if size > self.length {
            self.is_broken = true;
            return Err(Refusal::failed(format!(
                "{} has {} bytes; it can be cut, and grows by what is written alone",
                self.name, self.length
            )));
        }
        let cut = self.file.set_len(size).map_err(|cause| Refusal::of_file(&self.name, &cause));
        self.is_broken |= cut.is_err();
        self.length = size;
        cut
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
        self.folder.has_place(&self.name)?;
        let to = self.folder.path_of(&self.name);
        let put = self.file.sync_all().and_then(|()| self.folder.rename(&self.claim.path, &to, !self.is_new));
        put.map_err(|cause| match cause.kind() {
            io::ErrorKind::AlreadyExists => there_already(&self.name),
            _ => Refusal::of_file(&self.name, &cause),
        })
    }
}

/// A file that must not be replaced.
pub(super) fn there_already(name: &Name) -> Refusal {
    Refusal::failed(format!("there is a file {name} already; remove it first"))
}
