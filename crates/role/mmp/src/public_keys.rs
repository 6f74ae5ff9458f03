//! The public keys of accounts, from the files that were uploaded for them. They are read anew when their file has changed, and not for each
//! key that somebody shows: whoever has not signed in pays with a look at the file alone.

use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_model::account::AccountName;
use convoke_runtime::stamp::Stamp;
use convoke_ssh::UserKey;

use crate::files::Files;

/// The end of the name of a file with an account's public keys: `<account>.pub`.
pub const PUBLIC_KEYS: &str = ".pub";
/// Largest file of public keys, in bytes: some six hundred.
pub const MAX_PUBLIC_KEYS_BYTES: u64 = 64 * 1024;

/// What a file held, and by what it is known.
#[derive(Debug)]
struct Known {
    stamp: Stamp,
    keys: Arc<[UserKey]>,
}

/// The keys, as they were read last.
#[derive(Debug)]
pub struct PublicKeys {
    files: Files,
    /// Of accounts whose file is there: as many as the folder has files, at most.
    known: Mutex<HashMap<AccountName, Known>>,
}

impl PublicKeys {
    /// The keys that lie in this folder.
    pub fn of(files: Files) -> Self {
        Self { files, known: Mutex::default() }
    }

    /// The keys of an account; lines that are none are passed over, and so is a file that is too large.
    pub fn of_account(&self, name: &AccountName) -> Arc<[UserKey]> {
        let Ok(path) = self.files.place(&format!("{name}{PUBLIC_KEYS}")) else { return Arc::default() };
        // Held while it is read, so that many who ask at once have it read once.
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let Ok(found) = fs::metadata(&path).map(|found| Stamp::of(&found)) else {
            known.remove(name);
            return Arc::default();
        };
        if let Some(read) = known.get(name).filter(|read| read.stamp == found) {
            return Arc::clone(&read.keys);
        }
        known.remove(name);
        let Ok((metadata, keys)) = read(&path) else { return Arc::default() };
        if let Some(stamp) = Stamp::of_settled(&metadata) {
            known.insert(name.clone(), Known { stamp, keys: Arc::clone(&keys) });
        }
        keys
    }
}

/// What a file holds, and by what it is known.
fn read(path: &Path) -> io::Result<(fs::Metadata, Arc<[UserKey]>)> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut text = String::new();
    if metadata.len() <= MAX_PUBLIC_KEYS_BYTES {
        file.take(MAX_PUBLIC_KEYS_BYTES).read_to_string(&mut text)?;
    }
    let keys = text.lines().filter_map(|line| UserKey::read(line).ok()).collect();
    Ok((metadata, keys))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIETXhNPBdLWt3NCG/3yhRSulQoq/tqUQ7Ss01YUDpk6I";

    #[test]
    fn a_file_is_read_once_until_it_is_another_one() {
        let folder = tempfile::tempdir().unwrap();
        let keys = PublicKeys::of(Files::open(folder.path()).unwrap());
        let (bob, path) = ("bob".parse().unwrap(), folder.path().join("files/bob.pub"));
        let read = || keys.of_account(&bob);
        let write = |text: &str, ago: Duration| {
            fs::write(&path, text).unwrap();
            File::options().write(true).open(&path).unwrap().set_modified(SystemTime::now() - ago).unwrap();
        };
        assert!(read().is_empty());
        write(&format!("# a comment\n{KEY} bob@desk\n{KEY}\n"), Duration::from_secs(60));
        assert_eq!(read().len(), 2);
        assert!(Arc::ptr_eq(&read(), &read()), "nothing was read again");
        write(KEY, Duration::from_secs(30));
        assert_eq!(read().len(), 1);
        write("", Duration::ZERO);
        assert!(read().is_empty());
        write(KEY, Duration::ZERO);
        assert!(!Arc::ptr_eq(&read(), &read()), "it may be written again at the same instant");
        fs::remove_file(&path).unwrap();
        assert!(read().is_empty() && keys.known.lock().unwrap().is_empty());
    }

    #[test]
    fn a_file_is_as_large_as_it_may_be() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        let keys = PublicKeys::of(files.clone());
        let padded = |size: u64| [KEY, "\n", &" ".repeat(size as usize - KEY.len() - 1)].concat();
        files.write("bob.pub", padded(MAX_PUBLIC_KEYS_BYTES).as_bytes()).unwrap();
        assert_eq!(keys.of_account(&"bob".parse().unwrap()).len(), 1);
        files.write("bob.pub", padded(MAX_PUBLIC_KEYS_BYTES + 1).as_bytes()).unwrap();
        assert!(keys.of_account(&"bob".parse().unwrap()).is_empty());
    }
}
