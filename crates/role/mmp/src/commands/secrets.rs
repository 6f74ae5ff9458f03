//! Passwords of other servers: files that only this server's user may read, in a folder that SFTP does not show.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::PathBuf,
};

use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// Longest password, in bytes: as the settings read it.
const MAX_BYTES: usize = 4095;

/// Keeps a password; the answer is the path that the settings name.
pub(super) fn keep(mmp: &Mmp, name: &str, password: &SecretString) -> Result<String, Failed> {
    let password = password.expose_secret();
    if password.len() > MAX_BYTES {
        return Err(Failed::line(format!(
            "FAILURE: a password has at most {MAX_BYTES} bytes; nothing was changed"
        )));
    }
    let path = place(mmp, name);
    let write = || -> io::Result<()> {
        let folder = mmp.data_dir.join("secrets");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
        let fresh = path.with_extension("new");
        let mut file =
            fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
        writeln!(file, "{password}")?;
        file.sync_all()?;
        fs::rename(&fresh, &path)?;
        fs::File::open(&folder)?.sync_all()
    };
    write().map_err(|fault| Failed::line(format!("FAILURE: the password can't be kept: {fault}")))?;
    Ok(path.display().to_string())
}

/// Forgets one.
pub(super) fn forget(mmp: &Mmp, name: &str) -> Done {
    match fs::remove_file(place(mmp, name)) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
            Err(Failed::line(format!("FAILURE: the password can't be removed: {fault}")))
        }
        _ => Ok(()),
    }
}

fn place(mmp: &Mmp, name: &str) -> PathBuf {
    mmp.data_dir.join("secrets").join(name)
}
