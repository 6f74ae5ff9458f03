//! The folder: what lies in it, what is made when it is read, and which uploads are unfinished.

use std::{
    collections::HashSet,
    fmt, fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with, statvfs},
    io::Errno,
};

use super::{answer::Refusal, names::Name, room::Room};
use crate::limits::{MAX_FILES, MAX_PARTIALS, PARTIAL_KEPT};

/// What hidden files of unfinished uploads end in.
const PARTIAL_ENDING: &str = ".part";

/// A file that is made while one waits: open, and best without a name.
pub type Made = Pin<Box<dyn Future<Output = Result<fs::File, String>> + Send>>;

/// A name whose file is made whenever it is read.
pub struct Virtual {
    /// Its name.
    pub name: Name,
    /// Makes it; the error says why it can't be.
    pub make: Box<dyn Fn() -> Made + Send + Sync>,
}

impl fmt::Debug for Virtual {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Virtual({})", self.name)
    }
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    virtuals: Vec<Virtual>,
    uploading: Mutex<HashSet<PathBuf>>,
}

/// The one folder of SFTP.
#[derive(Debug, Clone)]
pub struct Folder(Arc<Inner>);

/// A partial that is being written, until it is dropped.
#[derive(Debug)]
pub(super) struct Claim {
    folder: Folder,
    pub(super) path: PathBuf,
    /// Whether it broke off, and goes on.
    pub(super) is_resumed: bool,
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.folder.uploading().remove(&self.path);
    }
}

impl Folder {
    /// Opens a folder, which is made when it is missing; it is its owner's alone.
    pub fn open(path: &Path, virtuals: Vec<Virtual>) -> io::Result<Self> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
        let inner = Inner { path: path.to_owned(), virtuals, uploading: Mutex::default() };
        Ok(Self(Arc::new(inner)))
    }

    pub(super) fn path_of(&self, name: &Name) -> PathBuf {
        self.0.path.join(name.as_str())
    }

    pub(super) fn virtuals(&self) -> &[Virtual] {
        &self.0.virtuals
    }

    pub(super) fn made(&self, name: &Name) -> Option<&Virtual> {
        self.0.virtuals.iter().find(|made| made.name == *name)
    }

    /// The file of this name. What is no plain file (a link, a folder) is none.
    pub(super) fn look(&self, name: &Name) -> Result<fs::Metadata, Refusal> {
        let found = fs::symlink_metadata(self.path_of(name)).map_err(|e| Refusal::of_file(name, &e))?;
        if found.is_file() { Ok(found) } else { Err(Refusal::absent(name)) }
    }

    /// Opens it to be read.
    pub(super) fn read(&self, name: &Name) -> Result<fs::File, Refusal> {
        self.look(name)?;
        let mut options = fs::OpenOptions::new();
        options.read(true).custom_flags(libc::O_NOFOLLOW);
        options.open(self.path_of(name)).map_err(|e| Refusal::of_file(name, &e))
    }

    /// Every file, in the order of names.
    pub(super) fn list(&self) -> Result<Vec<(Name, fs::Metadata)>, Refusal> {
        let failed = |cause: io::Error| Refusal::failed(format!("the folder can't be read: {cause}"));
        let mut files = Vec::new();
        for entry in fs::read_dir(&self.0.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let Some(name) = entry.file_name().to_str().and_then(|name| Name::new(name).ok()) else {
                continue;
            };
            // One that is gone meanwhile is left out.
            if let Some(found) = entry.metadata().ok().filter(fs::Metadata::is_file) {
                files.push((name, found));
            }
        }
        files.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(files)
    }

    /// Refuses one more file when there are as many as there may be.
    pub(super) fn has_place(&self, name: &Name) -> Result<(), Refusal> {
        let is_new = fs::symlink_metadata(self.path_of(name)).is_err();
        if is_new && self.list()?.len() >= MAX_FILES {
            return Err(Refusal::failed(format!("there are {MAX_FILES} files already; remove some first")));
        }
        Ok(())
    }

    /// By how much a file that is to be put in place under this name may grow, if it is to grow by `wanted` at least. The one that it
    /// takes the place of does not count.
    pub(super) fn room(&self, name: &Name, wanted: u64) -> Result<u64, Refusal> {
        let failed = |cause: io::Error| Refusal::failed(format!("the folder can't be read: {cause}"));
        let (mut used, replaced) = (0_u64, self.path_of(name));
        for entry in fs::read_dir(&self.0.path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            if let Some(found) =
                entry.metadata().ok().filter(|found| found.is_file() && entry.path() != replaced)
            {
                used = used.saturating_add(found.len());
            }
        }
        let disk = statvfs(&self.0.path).map_err(|cause| failed(cause.into()))?;
        Room::of(used, disk.f_bavail.saturating_mul(disk.f_frsize)).grant(wanted)
    }

    /// Gives a file another name, at one moment: in the place of another file, or only where there is none.
    pub(super) fn rename(&self, from: &Path, to: &Path, replaces: bool) -> io::Result<()> {
        let renamed = match replaces {
            true => fs::rename(from, to),
            false => match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
                // The file system does not know it (NFS). A second name never takes the place of another file either.
                Err(Errno::INVAL | Errno::NOSYS) => {
                    fs::hard_link(from, to).and_then(|()| fs::remove_file(from))
                }
                renamed => renamed.map_err(io::Error::from),
            },
        };
        renamed.and_then(|()| self.sync())
    }

    /// Where an account's unfinished upload of a name lies.
    pub(super) fn partial_of(&self, name: &Name, account: &str) -> PathBuf {
        let account: String = account.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.0.path.join(format!(".{name}.{account}{PARTIAL_ENDING}"))
    }

    /// An upload that broke off and may be resumed: its size and when it did.
    pub(super) fn broken_off(&self, name: &Name, account: &str) -> Option<fs::Metadata> {
        let path = self.partial_of(name, account);
        if self.uploading().contains(&path) { None } else { resumable(&path) }
    }

    /// Removes an upload that broke off; whether there was one.
    pub(super) fn forget_broken_off(&self, name: &Name, account: &str) -> bool {
        let path = self.partial_of(name, account);
        let uploading = self.uploading();
        !uploading.contains(&path) && fs::remove_file(&path).is_ok()
    }

    /// Claims a partial for one upload; removes those that are too old, and refuses one more than there may be. All of it is one step:
    /// what another claim finds too old can't be claimed meanwhile.
    pub(super) fn claim(&self, name: &Name, account: &str) -> Result<Claim, Refusal> {
        let path = self.partial_of(name, account);
        let mut uploading = self.uploading();
        if uploading.contains(&path) {
            return Err(Refusal::failed(format!("{name} is just being uploaded by this account")));
        }
        self.sweep(&path, &uploading)?;
        uploading.insert(path.clone());
        let is_resumed = resumable(&path).is_some();
        Ok(Claim { folder: self.clone(), path, is_resumed })
    }

    fn uploading(&self) -> MutexGuard<'_, HashSet<PathBuf>> {
        self.0.uploading.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sweep(&self, but: &Path, uploading: &HashSet<PathBuf>) -> Result<(), Refusal> {
        let failed = |cause: io::Error| Refusal::failed(format!("the folder can't be read: {cause}"));
        let mut partials = 0;
        for entry in fs::read_dir(&self.0.path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !(name.starts_with('.') && name.ends_with(PARTIAL_ENDING)) || path == but {
                continue;
            }
            let is_old = fs::symlink_metadata(&path).is_ok_and(|found| is_stale(&found));
            if is_old && !uploading.contains(&path) {
                drop(fs::remove_file(&path));
            } else {
                partials += 1;
            }
        }
        if partials < MAX_PARTIALS {
            return Ok(());
        }
        let hours = PARTIAL_KEPT.as_secs() / 3600;
        Err(Refusal::failed(format!(
            "there are {MAX_PARTIALS} unfinished uploads; finish or remove one, or wait {hours} hour"
        )))
    }

    /// Makes a rename or removal lasting.
    pub(super) fn sync(&self) -> io::Result<()> {
        fs::File::open(&self.0.path)?.sync_all()
    }
}

/// A partial that may go on.
fn resumable(path: &Path) -> Option<fs::Metadata> {
    fs::symlink_metadata(path).ok().filter(|found| found.is_file() && !is_stale(found))
}

fn is_stale(found: &fs::Metadata) -> bool {
    let age = found.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    age.is_some_and(|age| age >= PARTIAL_KEPT)
}

#[cfg(test)]
mod tests {
    use std::{sync::Barrier, thread, time::Duration};

    use super::*;

    #[test]
    fn an_old_upload_that_is_claimed_is_not_swept_away_by_another_claim() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), Vec::new()).unwrap();
        let (old, other) = (Name::new("old.bak").unwrap(), Name::new("other.bak").unwrap());
        let partial = folder.partial_of(&old, "admin");
        let long_ago = SystemTime::now() - PARTIAL_KEPT - Duration::from_secs(1);
        // Often enough that one looks at the file while the other takes it.
        const TIMES: usize = 5000;
        let together = Barrier::new(2);
        thread::scope(|scope| {
            scope.spawn(|| {
                for _ in 0..TIMES {
                    together.wait();
                    drop(folder.claim(&other, "admin").unwrap());
                    together.wait();
                }
            });
            let mut kept = 0;
            for _ in 0..TIMES {
                fs::File::create(&partial).unwrap().set_modified(long_ago).unwrap();
                together.wait();
                let claim = folder.claim(&old, "admin").unwrap();
                let mut options = fs::OpenOptions::new();
                options.write(true).create(true).truncate(true).open(&claim.path).unwrap();
                together.wait();
                kept += usize::from(claim.path.exists());
            }
            assert_eq!(kept, TIMES, "what is being written stays");
        });
    }

    #[test]
    fn an_upload_under_way_is_neither_resumed_nor_forgotten_by_others() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), Vec::new()).unwrap();
        let name = Name::new("a.bak").unwrap();
        fs::write(folder.partial_of(&name, "admin"), "half").unwrap();
        let claim = folder.claim(&name, "admin").unwrap();
        assert!(claim.is_resumed);
        assert!(folder.claim(&name, "admin").is_err() && folder.broken_off(&name, "admin").is_none());
        assert!(!folder.forget_broken_off(&name, "admin") && claim.path.exists());
        drop(claim);
        assert!(folder.broken_off(&name, "admin").is_some() && folder.forget_broken_off(&name, "admin"));
        assert!(!folder.forget_broken_off(&name, "admin"));
    }

    #[test]
    fn a_new_name_is_given_at_one_moment_and_takes_the_place_of_a_file_only_where_it_may() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::open(place.path(), Vec::new()).unwrap();
        let path = |name: &str| place.path().join(name);
        // However many race for a name, one gets it and the others keep theirs.
        const RIVALS: usize = 4;
        for _ in 0..100 {
            let together = Barrier::new(RIVALS);
            let gains: usize = thread::scope(|scope| {
                let rival = |number: usize| {
                    let (from, to, folder, together) =
                        (path(&format!("from{number}")), path("to"), &folder, &together);
                    fs::write(&from, "x").unwrap();
                    scope.spawn(move || {
                        together.wait();
                        usize::from(folder.rename(&from, &to, false).is_ok())
                    })
                };
                let all: Vec<_> = (0..RIVALS).map(rival).collect();
                all.into_iter().map(|one| one.join().unwrap()).sum()
            });
            assert_eq!((gains, folder.list().unwrap().len()), (1, RIVALS));
            fs::remove_file(path("to")).unwrap();
        }
        fs::write(path("to"), "old").unwrap();
        fs::write(path("new"), "new").unwrap();
        assert_eq!(
            folder.rename(&path("new"), &path("to"), false).unwrap_err().kind(),
            io::ErrorKind::AlreadyExists
        );
        folder.rename(&path("new"), &path("to"), true).unwrap();
        assert_eq!(fs::read_to_string(path("to")).unwrap(), "new");
    }
}
