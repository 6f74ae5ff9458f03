//! The folder of files that people upload: one flat folder of keys, certificates and backups. The settings name its files by their
//! paths; the shell shows and takes their names alone.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
};

use convoke_ssh::sftp::Name;
use convoke_trust::MAX_PEM_BYTES;

use crate::outcome::Failed;

/// Endings of the names of keys and certificates: what `pki` sees to, and accounts of role crypto.
pub const ENDINGS: [&str; 9] = [".key", ".csr", ".crt", ".cer", ".pem", ".der", ".p7b", ".p12", ".pfx"];

/// Whether a name is that of a key or certificate.
pub fn is_of_pki(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// The folder.
#[derive(Debug, Clone)]
pub struct Files {
    folder: PathBuf,
}

impl Files {
    /// The folder within the node's own, which is made when it is missing.
    pub fn open(data_dir: &Path) -> io::Result<Self> {
        let folder = data_dir.join("files");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        Ok(Self { folder })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where a file of this name is or would be; the error says what names there may be.
    pub fn place(&self, name: &str) -> Result<PathBuf, Failed> {
        match Name::new(name) {
            Ok(name) => Ok(self.folder.join(name.as_str())),
            Err(fault) => {
                Err(Failed::line(format!("FAILURE: \"{name}\" is not the name of a file: {fault}")))
            }
        }
    }

    /// A file of this name that is there.
    pub fn existing(&self, name: &str) -> Result<PathBuf, Failed> {
        let path = self.place(name)?;
        if path.is_file() {
            return Ok(path);
        }
        Err(Failed::line(format!(
            "FAILURE: there is no file \"{name}\"; upload it by SFTP, or make it by pki (\"pki list\" shows what is there)"
        )))
    }

    /// How the shell shows a path: by its name alone where it lies in this folder.
    pub fn shown(&self, path: &Path) -> String {
        match path.file_name() {
            Some(name) if path.parent() == Some(&self.folder) => name.to_string_lossy().into_owned(),
            _ => path.display().to_string(),
        }
    }

    /// The names of all files, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let mut names: Vec<String> = entries
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| Name::new(name).is_ok())
            .collect();
        names.sort();
        names
    }

    /// Writes a file whole: beside it first, then renamed. Nobody else may read it.
    pub fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failed> {
        let path = self.place(name)?;
        let write = || -> io::Result<()> {
            let fresh = self.folder.join(format!(".{name}.new"));
            let mut file =
                fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&fresh, &path)?;
            fs::File::open(&self.folder)?.sync_all()
        };
        write().map_err(|fault| Failed::line(format!("FAILURE: \"{name}\" can't be written: {fault}")))
    }
}

/// Reads a file of keys or certificates, wherever it is.
pub fn read_pem(path: &Path) -> Result<Vec<u8>, String> {
    let size = fs::metadata(path).map_err(|fault| told(&fault))?.len();
    if size > MAX_PEM_BYTES as u64 {
        return Err(format!("it has {size} bytes; at most {MAX_PEM_BYTES} are read"));
    }
    fs::read(path).map_err(|fault| told(&fault))
}

fn told(fault: &io::Error) -> String {
    match fault.kind() {
        io::ErrorKind::NotFound => "there is no such file; upload it by SFTP, or make it by pki".to_owned(),
        _ => fault.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_to_no_other_folder() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::open(folder.path()).unwrap();
        for name in ["", ".", "..", ".hidden", "a/b", "../a", "a b", "키.key", &"x".repeat(101)] {
            assert!(files.place(name).is_err() && files.write(name, b"x").is_err(), "{name}");
        }
        assert!(files.place(&"x".repeat(100)).is_ok());
        let Err(Failed::Lines(lines)) = files.existing("CB.key") else { panic!() };
        assert_eq!(
            lines,
            [
                "FAILURE: there is no file \"CB.key\"; upload it by SFTP, or make it by pki (\"pki list\" shows what is there)"
            ]
        );
        files.write("CB.key", b"key").unwrap();
        assert_eq!(
            (files.names(), files.shown(&files.existing("CB.key").unwrap())),
            (vec!["CB.key".into()], "CB.key".into())
        );
        assert_eq!(files.shown(Path::new("/etc/ssl/CB.key")), "/etc/ssl/CB.key");
    }
}
