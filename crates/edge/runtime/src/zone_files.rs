//! A folder of compiled time zones (TZif, RFC 9636), as `/usr/share/zoneinfo` is or `zic -d` makes one.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};

/// Files of zones in a folder at most; the whole database has 600.
pub const MAX_ZONE_FILES: usize = 2_000;
/// Largest file of a zone, in bytes; the largest real one has 4 KiB.
pub const MAX_ZONE_BYTES: u64 = 64 * 1024;
/// Folders within folders at most: `America/Argentina/Ushuaia`.
const MAX_DEPTH: usize = 3;
/// What such a file begins with.
const MAGIC: &[u8] = b"TZif";
/// Folders that hold the zones a second time, by other counts of seconds.
const SECOND_TIME: [&str; 2] = ["posix", "right"];

/// Files that say which zone the machine is in, and what rules it takes where a zone has none.
const NO_ZONES: [&str; 2] = ["localtime", "posixrules"];

/// What a folder holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneFiles {
    /// Names what it holds: equal names, equal contents. Begins with the release that the folder names, if it names one.
    pub version: String,
    /// Names of zones with their files, in order of the names.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A folder of zones that can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ZoneFilesFault {
    /// It can't be read.
    #[error("{0}: {1}")]
    Unreadable(PathBuf, io::Error),
    /// There is no zone in it.
    #[error("{0} holds no compiled zone")]
    Empty(PathBuf),
    /// There are more than [`MAX_ZONE_FILES`].
    #[error("{0} holds more than {MAX_ZONE_FILES} zones")]
    TooMany(PathBuf),
}

/// Reads all zones of a folder; files that are no zones are passed over, as such folders have lists of zones in them, too.
pub fn read(folder: &Path) -> Result<ZoneFiles, ZoneFilesFault> {
    let mut files = Vec::new();
    gather(folder, folder, 0, &mut files)?;
    if files.is_empty() {
        return Err(ZoneFilesFault::Empty(folder.to_owned()));
    }
    files.sort();
    let mut digest = Sha256::new();
    for (name, bytes) in &files {
        digest.update(name.len().to_be_bytes());
        digest.update(name);
        digest.update(bytes.len().to_be_bytes());
        digest.update(bytes);
    }
    let digest: String = digest.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    Ok(ZoneFiles { version: format!("{} ({digest})", release(folder)), files })
}

fn gather(
    top: &Path,
    folder: &Path,
    depth: usize,
    files: &mut Vec<(String, Vec<u8>)>,
) -> Result<(), ZoneFilesFault> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        move |fault| ZoneFilesFault::Unreadable(path, fault)
    };
    for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
        let path = entry.map_err(unreadable(folder))?.path();
        let is_second_time = depth == 0 && SECOND_TIME.iter().any(|name| path.ends_with(name));
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with('.') || NO_ZONES.contains(&name) {
            continue;
        }
        let kind = match fs::metadata(&path) {
            // A link that leads nowhere.
            Err(fault) if fault.kind() == io::ErrorKind::NotFound => continue,
            kind => kind.map_err(unreadable(&path))?,
        };
        if kind.is_dir() {
            if depth < MAX_DEPTH && !is_second_time {
                gather(top, &path, depth + 1, files)?;
            }
            continue;
        }
        let name = path.strip_prefix(top).ok().and_then(Path::to_str);
        let (Some(name), true) = (name, kind.is_file() && kind.len() <= MAX_ZONE_BYTES) else { continue };
        let bytes = fs::read(&path).map_err(unreadable(&path))?;
        if !bytes.starts_with(MAGIC) {
            continue;
        }
        if files.len() == MAX_ZONE_FILES {
            return Err(ZoneFilesFault::TooMany(top.to_owned()));
        }
        files.push((name.to_owned(), bytes));
    }
    Ok(())
}

/// The release that a folder says to hold, in a file `+VERSION` or in the first line of `tzdata.zi`.
fn release(folder: &Path) -> String {
    let line = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        Some(
            text.lines().next()?.trim().trim_start_matches("# version ").chars().take(40).collect::<String>(),
        )
    };
    let found = line("+VERSION").or_else(|| line("tzdata.zi")).filter(|text| !text.is_empty());
    found.unwrap_or_else(|| "unnamed".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_found_by_their_paths_and_other_files_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        };
        assert!(matches!(read(folder.path()), Err(ZoneFilesFault::Empty(_))));
        write("America/Argentina/Ushuaia", b"TZif2 one");
        write("Asia/Seoul", b"TZif2 two");
        write("posix/Asia/Seoul", b"TZif2 two");
        write("localtime", b"TZif2 three");
        write(".hidden/Asia/Seoul", b"TZif2 four");
        std::os::unix::fs::symlink("/nowhere/at/all", folder.path().join("Nowhere")).unwrap();
        write("zone.tab", b"KR\t+3733+12658\tAsia/Seoul\n");
        write("+VERSION", b"2026z\n");
        let found = read(folder.path()).unwrap();
        let names: Vec<&str> = found.files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["America/Argentina/Ushuaia", "Asia/Seoul"]);
        assert!(found.version.starts_with("2026z ("), "{}", found.version);
        assert_eq!(read(folder.path()).unwrap(), found);
        write("Asia/Seoul", b"TZif2 three");
        assert_ne!(read(folder.path()).unwrap().version, found.version);
        write("Asia/Tokyo", &[MAGIC, &vec![0; MAX_ZONE_BYTES as usize][..]].concat());
        assert_eq!(read(folder.path()).unwrap().files.len(), 2, "what is too large is no zone");
        let none = read(&folder.path().join("nowhere")).unwrap_err().to_string();
        assert!(none.contains("nowhere: No such file"), "{none}");
    }
}
