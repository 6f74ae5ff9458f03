//! A backup: settings, accounts, keys, certificates, passwords of other servers and the SQLite database in one file, and the way back.
//!
//! The way back has two steps, so that a kill at any moment leaves the one state or the other: everything is unpacked beside, and marked
//! once it is whole and wanted; then it takes the place of what is there. A node that finds the mark at its start ends the second step.

use std::{
    fs::{self, File},
    io::{self, Read as _, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use convoke_runtime::{random, settings::database::Database};
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use tar::{Archive, Builder, EntryType, Header};

use crate::{bundle, settings_file::SettingsFile};

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

/// A backup that lies unpacked beside what is there.
#[derive(Debug)]
pub struct Unpacked {
    /// What it says of itself.
    pub about: About,
    folder: PathBuf,
    /// Where its database belongs, if it holds one.
    database: Option<String>,
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
        unpacked(&self.data_dir)
    }
}

fn unpacked(data_dir: &Path) -> PathBuf {
    data_dir.join("rollback")
}

/// What marks an unpacked backup as whole and wanted; it holds the place of the backup's own database.
const MARK: &str = "whole";

/// The folders and files of the node's own folder that a backup holds.
const FOLDERS: [&str; 2] = ["files", "secrets"];
const FILES: [&str; 1] = ["accounts.json"];
const DATABASE: &str = "database.sqlite";
const SETTINGS: &str = "settings.toml";
const ABOUT: &str = "about.json";

/// Removes what a snapshot left that was killed.
pub fn sweep(data_dir: &Path, files: &Path) {
    let is_ours = |name: &str| {
        (name.starts_with(COPY) && name.ends_with(".sqlite"))
            || (name.starts_with('.') && name.ends_with(".bak.new"))
    };
    for folder in [data_dir, files] {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if is_ours(&entry.file_name().to_string_lossy()) {
                drop(fs::remove_file(entry.path()));
            }
        }
    }
}

/// How copies of the database begin, as long as they are packed.
const COPY: &str = "backup-";

/// Writes a backup to `to`, which must not be there and appears whole. Blocking work.
pub fn write(places: &Places, about: &About, to: &Path) -> io::Result<()> {
    if to.exists() {
        return Err(io::Error::other("it is there already; choose another name, or remove it by SFTP first"));
    }
    let name = to.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = to.with_file_name(format!(".{name}.new"));
    let copy = places.data_dir.join(format!("{COPY}{}.sqlite", random::guid()));
    let written = pack(places, about, &fresh, &copy).and_then(|()| {
        fs::rename(&fresh, to)?;
        to.parent().map_or(Ok(()), sync_folder)
    });
    drop(fs::remove_file(&copy));
    match &written {
        Err(fault) if fault.kind() == io::ErrorKind::AlreadyExists => {
            return Err(io::Error::other("somebody else is writing it"));
        }
        Err(_) => drop(fs::remove_file(&fresh)),
        Ok(()) => {}
    }
    written
}

fn pack(places: &Places, about: &About, fresh: &Path, copy: &Path) -> io::Result<()> {
    let file = File::options().write(true).create_new(true).mode(0o600).open(fresh)?;
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

/// Unpacks a backup beside what is there; nothing else is changed, and nothing comes of it before [`Unpacked::is_wanted`]. The error says
/// what is wrong with it.
pub fn unpack(places: &Places, from: &Path, version: &str) -> Result<Unpacked, String> {
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
    let database = database_of_backup(places, &folder).inspect_err(|_| drop(fs::remove_dir_all(&folder)))?;
    Ok(Unpacked { about, folder, database })
}

impl Unpacked {
    /// Its settings.
    pub fn settings(&self) -> io::Result<String> {
        fs::read_to_string(self.folder.join(SETTINGS))
    }

    /// From here on it takes the place of what is there, after a kill as well: [`put_in_place`] goes on with it.
    pub fn is_wanted(&self) -> io::Result<()> {
        for within in FOLDERS.iter().map(|name| self.folder.join(name)).filter(|path| path.exists()) {
            sync_folder(&within)?;
        }
        let fresh = self.folder.join("whole.new");
        let mut file = File::create(&fresh)?;
        file.write_all(self.database.as_deref().unwrap_or_default().as_bytes())?;
        file.sync_all()?;
        sync_folder(&self.folder)?;
        fs::rename(&fresh, self.folder.join(MARK))?;
        sync_folder(&self.folder)
    }
}

/// Where the database of an unpacked backup belongs, by the settings within it; none when it holds none. The error says why the backup is
/// not of this server.
fn database_of_backup(places: &Places, folder: &Path) -> Result<Option<String>, String> {
    let text = fs::read_to_string(folder.join(SETTINGS))
        .map_err(|_| "it is not a backup: it holds no settings".to_owned())?;
    let of_settings = places.settings.parent().unwrap_or(Path::new("."));
    let document: toml_edit::DocumentMut =
        text.parse().map_err(|fault| format!("its settings are not well-formed: {fault}"))?;
    let own = document.get("node").and_then(|node| node.get("data_dir")).and_then(toml_edit::Item::as_str);
    let own = own.map(|path| of_settings.join(path)).unwrap_or_default();
    if own.canonicalize().ok() != places.data_dir.canonicalize().ok() {
        return Err(format!("it is of another server, whose folder is {}", own.display()));
    }
    if !folder.join(DATABASE).exists() {
        return Ok(None);
    }
    let url =
        document.get("database").and_then(|database| database.get("url")).and_then(toml_edit::Item::as_str);
    let name = url.unwrap_or("sqlite:convoke.db").strip_prefix("sqlite:");
    let name = name.ok_or("it holds a SQLite database, and its settings name another kind")?;
    Ok(Some(places.data_dir.join(name).display().to_string()))
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
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
pub fn is_waiting(data_dir: &Path) -> bool {
    unpacked(data_dir).join(MARK).exists()
}

/// Forgets what was unpacked, when it is not wanted after all.
pub fn forget_unpacked(data_dir: &Path) {
    let folder = unpacked(data_dir);
    // The mark goes first: without it the rest is nothing.
    drop(fs::remove_file(folder.join(MARK)));
    drop(fs::remove_dir_all(folder));
}

/// Puts what was unpacked in its place; no service may run. It may be done again after a kill: what has moved already is passed over.
pub fn put_in_place(data_dir: &Path, settings: &Path) -> io::Result<()> {
    let folder = unpacked(data_dir);
    let database = fs::read_to_string(folder.join(MARK))?;
    for name in FOLDERS {
        replace_folder(&folder.join(name), &data_dir.join(name), &folder.join(format!("{name}.cleared")))?;
    }
    {
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(data_dir.join("accounts.lock"))?;
        lock.lock()?;
        for name in FILES {
            move_to(&folder.join(name), &data_dir.join(name))?;
        }
    }
    if !database.is_empty() && folder.join(DATABASE).exists() {
        // What SQLite has beside the old file belongs to the old file.
        for beside in ["-wal", "-shm"] {
            match fs::remove_file(format!("{database}{beside}")) {
                Err(fault) if fault.kind() != io::ErrorKind::NotFound => return Err(fault),
                _ => {}
            }
        }
        move_to(&folder.join(DATABASE), Path::new(&database))?;
    }
    sync_folder(data_dir)?;
    if let Ok(text) = fs::read_to_string(folder.join(SETTINGS)) {
        let replaced = SettingsFile::new(settings).replace(&text);
        replaced.map_err(|_| io::Error::other(format!("{} can't be written", settings.display())))?;
    }
    fs::remove_file(folder.join(MARK))?;
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
    match fs::read_dir(from) {
        Ok(entries) => {
            for entry in entries {
                let entry = entry?;
                fs::rename(entry.path(), to.join(entry.file_name()))?;
            }
        }
        // None of it was in the backup.
        Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
        Err(fault) => return Err(fault),
    }
    // Before the mark goes.
    sync_folder(to)
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
