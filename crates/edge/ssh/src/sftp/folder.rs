//! The folder: what lies in it, what is made when it is read, and which uploads are unfinished.

use std::{
    collections::HashSet,
    fmt, fs, io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use super::{answer::Refusal, names::Name};
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
}

impl Drop for Claim {
    fn drop(&mut self) {
        self.folder.0.uploading.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.path);
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
    pub(super) fn has_room(&self, name: &Name) -> Result<(), Refusal> {
        let is_new = fs::symlink_metadata(self.path_of(name)).is_err();
        if is_new && self.list()?.len() >= MAX_FILES {
            return Err(Refusal::failed(format!("there are {MAX_FILES} files already; remove some first")));
        }
        Ok(())
    }

    /// Where an account's unfinished upload of a name lies.
    pub(super) fn partial_of(&self, name: &Name, account: &str) -> PathBuf {
        let account: String = account.bytes().map(|byte| format!("{byte:02x}")).collect();
        self.0.path.join(format!(".{name}.{account}{PARTIAL_ENDING}"))
    }

    /// An upload that broke off and may be resumed: its size and when it did.
    pub(super) fn broken_off(&self, name: &Name, account: &str) -> Option<fs::Metadata> {
        let path = self.partial_of(name, account);
        if self.is_uploading(&path) {
            return None;
        }
        fs::symlink_metadata(&path).ok().filter(|found| found.is_file() && !is_stale(found))
    }

    /// Claims a partial for one upload; removes those that are too old, and refuses one more than there may be.
    pub(super) fn claim(&self, name: &Name, account: &str) -> Result<Claim, Refusal> {
        let path = self.partial_of(name, account);
        self.sweep(&path)?;
        let mut uploading = self.0.uploading.lock().unwrap_or_else(PoisonError::into_inner);
        if !uploading.insert(path.clone()) {
            return Err(Refusal::failed(format!("{name} is just being uploaded by this account")));
        }
        drop(uploading);
        Ok(Claim { folder: self.clone(), path })
    }

    fn is_uploading(&self, path: &Path) -> bool {
        self.0.uploading.lock().unwrap_or_else(PoisonError::into_inner).contains(path)
    }

    fn sweep(&self, but: &Path) -> Result<(), Refusal> {
        let failed = |cause: io::Error| Refusal::failed(format!("the folder can't be read: {cause}"));
        let mut partials = 0;
        for entry in fs::read_dir(&self.0.path).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !(name.starts_with('.') && name.ends_with(PARTIAL_ENDING)) || path == but {
                continue;
            }
            let is_old = fs::symlink_metadata(&path).is_ok_and(|found| is_stale(&found));
            if is_old && !self.is_uploading(&path) {
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

fn is_stale(found: &fs::Metadata) -> bool {
    let age = found.modified().ok().and_then(|then| SystemTime::now().duration_since(then).ok());
    age.is_some_and(|age| age >= PARTIAL_KEPT)
}
