//! A backup: settings, accounts, keys, certificates, passwords of other servers and the SQLite database in one file, and the way back.
//!
//! The way back has two steps, so that a kill at any moment leaves the one state or the other: everything is unpacked beside, and marked as
//! whole; then it takes the place of what is there. A node that finds the mark at its start ends the second step.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use convoke_runtime::settings::database::Database;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, EntryType, Header};

use crate::bundle;

/// The end of a backup's name.
pub const SUFFIX: &str = ".bak";
/// Largest backup that is unpacked, in bytes.
pub const MAX_UNPACKED_BYTES: u64 = 64 * 1024 * 1024 * 1024;
/// Most files in one.
pub const MAX_ENTRIES: usize = 10_000;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct About {
    /// The version of Convoke that wrote it.
    pub version: String,
    /// The name of its server.
    pub node: String,
    /// When, in RFC 3339.
    pub written: String,
    /// Whether the database is in it.
    pub database: bool,
}

/// Where the parts of a server are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The folder that the node alone writes to.
    pub data_dir: PathBuf,
    /// The settings file.
    pub settings: PathBuf,
    /// The SQLite database, if that is what is used.
    pub database: Option<PathBuf>,
}

impl Places {
    /// The SQLite file of these settings.
    pub fn database_of(database: &Database) -> Option<PathBuf> {
        match database {
            Database::Sqlite { file } => Some(file.clone()),
            Database::Postgres { .. } => None,
        }
    }

    fn unpacked(&self) -> PathBuf {
        self.data_dir.join("rollback")
    }

    fn mark(&self) -> PathBuf {
        self.unpacked().join("whole")
    }
}

/// The folders and files of the node's own folder that a backup holds.
const FOLDERS: [&str; 2] = ["files", "secrets"];
const FILES: [&str; 1] = ["accounts.json"];
const DATABASE: &str = "database.sqlite";
const SETTINGS: &str = "settings.toml";
const ABOUT: &str = "about.json";

/// Writes a backup to `to`, which appears whole. Blocking work.
pub fn write(places: &Places, about: &About, to: &Path) -> io::Result<()> {
    let fresh = to.with_file_name(format!(
        ".{}.new",
        to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
    ));
    let copy = places.data_dir.join("backup.sqlite");
    let written = pack(places, about, &fresh, &copy).and_then(|()| fs::rename(&fresh, to));
    drop(fs::remove_file(&copy));
    if written.is_err() {
        drop(fs::remove_file(&fresh));
    }
    written
}

fn pack(places: &Places, about: &About, fresh: &Path, copy: &Path) -> io::Result<()> {
    let file = File::options().write(true).create(true).truncate(true).mode(0o600).open(fresh)?;
    let mut archive = Builder::new(GzEncoder::new(file, Compression::default()));
    let text = serde_json::to_vec(about)?;
    let mut header = Header::new_gnu();
    header.set_size(text.len() as u64);
    header.set_mode(0o600);
    archive.append_data(&mut header, ABOUT, text.as_slice())?;
    archive.append_path_with_name(&places.settings, SETTINGS)?;
    for name in FILES {
        let path = places.data_dir.join(name);
        if path.exists() {
            archive.append_path_with_name(path, name)?;
        }
    }
    for folder in FOLDERS {
        let Ok(entries) = fs::read_dir(places.data_dir.join(folder)) else { continue };
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let is_other = name.ends_with(SUFFIX) || name == bundle::NAME || name.starts_with('.');
            if !is_other && entry.file_type()?.is_file() {
                archive.append_path_with_name(entry.path(), format!("{folder}/{name}"))?;
            }
        }
    }
    if let Some(database) = places.database.as_ref().filter(|path| path.exists()) {
        convoke_store::copy_sqlite(database, copy).map_err(|fault| io::Error::other(fault.to_string()))?;
        archive.append_path_with_name(copy, DATABASE)?;
    }
    archive.into_inner()?.finish()?.sync_all()
}

/// Unpacks a backup beside what is there, and marks it as whole; nothing else is changed. The error says what is wrong with it.
pub fn unpack(places: &Places, from: &Path, version: &str) -> Result<About, String> {
    let told = |fault: io::Error| format!("it is not a backup, or it is damaged: {fault}");
    let folder = places.unpacked();
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .map_err(|fault| format!("{} can't be emptied: {fault}", folder.display()))?;
    }
    fs::DirBuilder::new().mode(0o700).create(&folder).map_err(|fault| fault.to_string())?;
    let about = unpack_into(&folder, from).map_err(told)?;
    let about: About = serde_json::from_slice(&about).map_err(|fault| told(fault.into()))?;
    if about.version != version {
        drop(fs::remove_dir_all(&folder));
        return Err(format!(
            "it was written by Convoke {}, and this is {version}; the version must be the same",
            about.version
        ));
    }
    if !folder.join(SETTINGS).is_file() {
        drop(fs::remove_dir_all(&folder));
        return Err("it is not a backup: it holds no settings".to_owned());
    }
    File::create(places.mark()).and_then(|mark| mark.sync_all()).map_err(|fault| fault.to_string())?;
    Ok(about)
}

fn unpack_into(folder: &Path, from: &Path) -> io::Result<Vec<u8>> {
    let mut about = Vec::new();
    let mut left = MAX_UNPACKED_BYTES;
    let mut archive = Archive::new(GzDecoder::new(File::open(from)?));
    for (number, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let Some(place) = place_of(folder, &path) else {
            return Err(io::Error::other(format!("{} does not belong into a backup", path.display())));
        };
        let size = entry.header().size()?;
        if number >= MAX_ENTRIES || entry.header().entry_type() != EntryType::Regular || size > left {
            return Err(io::Error::other("it holds more than a backup may, or what is no file"));
        }
        left -= size;
        if path == Path::new(ABOUT) {
            entry.take(64 * 1024).read_to_end(&mut about)?;
            continue;
        }
        if let Some(parent) = place.parent() {
            fs::DirBuilder::new().recursive(true).mode(0o700).create(parent)?;
        }
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(&place)?;
        io::copy(&mut entry, &mut file)?;
        file.sync_all()?;
    }
    Ok(about)
}

/// Where an entry goes: one of the known names, or a file directly within one of the known folders.
fn place_of(folder: &Path, path: &Path) -> Option<PathBuf> {
    let parts: Vec<&str> = path.iter().map(|part| part.to_str()).collect::<Option<_>>()?;
    match parts.as_slice() {
        [name] if FILES.contains(name) || [DATABASE, SETTINGS, ABOUT].contains(name) => {
            Some(folder.join(name))
        }
        [within, name]
            if FOLDERS.contains(within) && *name != ".." && *name != "." && !name.starts_with('.') =>
        {
            Some(folder.join(within).join(name))
        }
        _ => None,
    }
}

/// Whether an unpacked backup waits to take the place of what is there.
pub fn is_waiting(places: &Places) -> bool {
    places.mark().exists()
}

/// Puts what was unpacked in its place; no service may run. It may be done again after a kill: what has moved already is passed over. The
/// settings come last but for the mark, since they say where the database is.
pub fn put_in_place(places: &Places) -> io::Result<()> {
    let folder = places.unpacked();
    for name in FOLDERS {
        replace_folder(
            &folder.join(name),
            &places.data_dir.join(name),
            &folder.join(format!("{name}.cleared")),
        )?;
    }
    for name in FILES {
        move_to(&folder.join(name), &places.data_dir.join(name))?;
    }
    if let Some(database) = places.database.as_ref().filter(|_| folder.join(DATABASE).exists()) {
        // What SQLite has beside the old file belongs to the old file.
        for beside in ["-wal", "-shm"] {
            let mut name = database.clone().into_os_string();
            name.push(beside);
            match fs::remove_file(name) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
                _ => {}
            }
        }
        move_to(&folder.join(DATABASE), database)?;
    }
    if folder.join(SETTINGS).exists() {
        // Another file system, perhaps: copied beside, then renamed.
        let fresh = places.settings.with_extension("toml.new");
        fs::copy(folder.join(SETTINGS), &fresh)?;
        File::open(&fresh)?.sync_all()?;
        fs::rename(&fresh, &places.settings)?;
    }
    fs::remove_file(places.mark())?;
    fs::remove_dir_all(&folder)
}

/// What was not in the backup goes, other than backups themselves; what was in it comes. `cleared` marks that the first half is done, so
/// that after a kill nothing that has come already goes again.
fn replace_folder(from: &Path, to: &Path, cleared: &Path) -> io::Result<()> {
    fs::DirBuilder::new().recursive(true).mode(0o700).create(to)?;
    if !cleared.exists() {
        for entry in fs::read_dir(to)? {
            let entry = entry?;
            let is_backup = entry.file_name().to_string_lossy().ends_with(SUFFIX);
            if !is_backup && entry.file_type()?.is_file() {
                fs::remove_file(entry.path())?;
            }
        }
        File::create(cleared)?.sync_all()?;
    }
    let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
    for entry in entries {
        let entry = entry?;
        fs::rename(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

fn move_to(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => Err(fault),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[path = "backup_tests.rs"]
mod tests;
