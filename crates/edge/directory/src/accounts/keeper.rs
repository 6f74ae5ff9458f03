//! Reading and replacing the file: whole at any moment, one change after the other, read again when it has changed.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read as _, Write as _},
    os::unix::fs::{MetadataExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use convoke_runtime::stamp::Stamp;

use super::{
    AccountsFault,
    file::{Book, MAX_FILE_BYTES},
};

/// How long a change waits for the one before it; they take milliseconds.
pub const LOCK_WAIT: Duration = Duration::from_secs(5);
/// How long a waiting change sleeps before it looks again.
const LOCK_PAUSE: Duration = Duration::from_millis(2);

/// The file, its lock, and what was read last.
#[derive(Debug)]
pub(super) struct Keeper {
    folder: PathBuf,
    file: PathBuf,
    pub(super) lock_wait: Duration,
    last: Mutex<Option<(Stamp, Arc<Book>)>>,
}

/// The file while nobody else changes it.
#[derive(Debug)]
pub(super) struct Held<'k> {
    keeper: &'k Keeper,
    _lock: File,
}

impl Held<'_> {
    /// Changes what the file holds; when `change` fails or changes nothing, nothing is written. Without a file it begins with none of the
    /// accounts.
    pub(super) fn change<T>(
        &self,
        change: impl FnOnce(&mut Book) -> Result<T, AccountsFault>,
    ) -> Result<T, AccountsFault> {
        let before = self.keeper.read()?;
        let mut book = before.as_deref().cloned().unwrap_or_default();
        let done = change(&mut book)?;
        if before.as_deref() != Some(&book) {
            self.keeper.write(&book)?;
        }
        Ok(done)
    }
}

impl Keeper {
    pub(super) fn new(folder: &Path) -> Self {
        let file = folder.join("accounts.json");
        Self { folder: folder.to_owned(), file, lock_wait: LOCK_WAIT, last: Mutex::default() }
    }

    /// What the file holds now; `None` when there is no file.
    pub(super) fn read(&self) -> Result<Option<Arc<Book>>, AccountsFault> {
        let metadata = match fs::metadata(&self.file) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.io(error)),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, book)) = last.as_ref().filter(|(stamp, _)| *stamp == Stamp::of(&metadata)) {
            return Ok(Some(Arc::clone(book)));
        }
        let mut file = File::open(&self.file).map_err(|error| self.io(error))?;
        // Of the file that is read, which may have come after the one that was looked at.
        let metadata = file.metadata().map_err(|error| self.io(error))?;
        if metadata.len() > MAX_FILE_BYTES {
            return Err(self.broken(format!("it has {} bytes, more than {MAX_FILE_BYTES}", metadata.len())));
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(|error| self.io(error))?;
        let book = Arc::new(Book::parse(&text).map_err(|why| self.broken(why))?);
        *last = Stamp::of_settled(&metadata).map(|stamp| (stamp, Arc::clone(&book)));
        Ok(Some(book))
    }

    /// Waits until nobody else changes the file, here or in another process.
    pub(super) fn hold(&self) -> Result<Held<'_>, AccountsFault> {
        Ok(Held { keeper: self, _lock: self.lock()? })
    }

    /// Makes the file unless it is there; whether it was made.
    pub(super) fn begin(&self, book: &Book) -> Result<bool, AccountsFault> {
        let _lock = self.lock()?;
        if self.read()?.is_some() {
            return Ok(false);
        }
        self.write(book)?;
        Ok(true)
    }

    fn lock(&self) -> Result<File, AccountsFault> {
        let path = self.folder.join("accounts.lock");
        let io = |error| AccountsFault::Io { path: path.clone(), error };
        let mut open = File::options();
        let file =
            open.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(io)?;
        give_to_owner(&file, &self.folder).map_err(io)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) if begun.elapsed() < self.lock_wait => {
                    thread::sleep(LOCK_PAUSE)
                }
                Err(TryLockError::WouldBlock) => return Err(AccountsFault::Busy { path }),
                Err(TryLockError::Error(error)) => return Err(io(error)),
            }
        }
    }

    fn write(&self, book: &Book) -> Result<(), AccountsFault> {
        let text = book.text().map_err(|error| self.broken(error.to_string()))?;
        let fresh = self.folder.join("accounts.json.new");
        let io = |error| AccountsFault::Io { path: fresh.clone(), error };
        // What a process left that was killed here may have another mode.
        match fs::remove_file(&fresh) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(io(error)),
            _ => {}
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&fresh).map_err(io)?;
        give_to_owner(&file, &self.folder).map_err(io)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(io)?;
        fs::rename(&fresh, &self.file).map_err(io)?;
        // The new name has to be on the disk too.
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(|error| self.io(error))
    }

    fn io(&self, error: io::Error) -> AccountsFault {
        AccountsFault::Io { path: self.file.clone(), error }
    }

    fn broken(&self, why: String) -> AccountsFault {
        AccountsFault::Broken { path: self.file.clone(), why }
    }
}

/// A file that root writes belongs to whom the folder belongs to: the server could not read it otherwise, and would refuse everybody.
fn give_to_owner(file: &File, folder: &Path) -> io::Result<()> {
    let (own, folder) = (file.metadata()?, fs::metadata(folder)?);
    if own.uid() == folder.uid() {
        return Ok(());
    }
    std::os::unix::fs::fchown(file, Some(folder.uid()), Some(folder.gid()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_root_writes_belongs_to_the_folders_owner() {
        let folder = tempfile::tempdir().unwrap();
        // Another one than the tests' user where they may choose it; else their own.
        drop(std::os::unix::fs::chown(folder.path(), Some(12_345), Some(12_345)));
        let owner = fs::metadata(folder.path()).unwrap().uid();
        Keeper::new(folder.path()).begin(&Book::default()).unwrap();
        for name in ["accounts.json", "accounts.lock"] {
            assert_eq!(fs::metadata(folder.path().join(name)).unwrap().uid(), owner, "{name}");
        }
    }
}
