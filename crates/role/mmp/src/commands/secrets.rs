//! Passwords of other servers: files that only this server's user may read, in a folder that SFTP does not show.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use convoke_runtime::random;
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    mmp::Mmp,
    outcome::{Done, Failed},
    settings_file::View,
};

/// Longest password, in bytes: as the settings read it.
const MAX_BYTES: usize = 4095;

/// Keeps a password in a file of its own and has the settings name it, both or neither: a change that is refused leaves the password of
/// before where it was. `key` is what names the file.
pub(super) fn set(
    mmp: &Mmp,
    key: &str,
    password: &SecretString,
    more: impl FnOnce(&mut View) -> Done,
) -> Done {
    let password = password.expose_secret();
    if password.is_empty() || password.len() > MAX_BYTES {
        return Err(Failed::line(format!(
            "FAILURE: a password has 1 to {MAX_BYTES} bytes; nothing was changed"
        )));
    }
    let before = mmp.settings.look()?.file(key);
    let fresh = mmp.data_dir.join("secrets").join(format!("{key}.{}", random::guid()));
    write(&fresh, password)
        .map_err(|fault| Failed::line(format!("FAILURE: the password can't be kept: {fault}")))?;
    let changed = mmp.settings.change(|view| {
        view.set(key, fresh.display().to_string());
        more(view)
    });
    match changed {
        Ok(()) => forget(mmp, before.as_deref()),
        Err(fault) => {
            forget(mmp, Some(&fresh))?;
            Err(fault)
        }
    }
}

/// Has the settings name no password any more, and removes its file.
pub(super) fn clear(mmp: &Mmp, key: &str, more: impl FnOnce(&mut View) -> Done) -> Done {
    let before = mmp.settings.look()?.file(key);
    mmp.settings.change(|view| {
        view.remove(key);
        more(view)
    })?;
    forget(mmp, before.as_deref())
}

fn write(path: &Path, password: &str) -> io::Result<()> {
    let Some(folder) = path.parent() else { return Err(io::ErrorKind::InvalidInput.into()) };
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let mut file = fs::File::options().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{password}")?;
    file.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

/// Removes a file of this folder; what lies elsewhere is somebody else's.
fn forget(mmp: &Mmp, path: Option<&Path>) -> Done {
    let Some(path) = path.filter(|path| path.parent() == Some(&mmp.data_dir.join("secrets"))) else {
        return Ok(());
    };
    match fs::remove_file(path) {
        Err(fault) if fault.kind() != io::ErrorKind::NotFound => {
            Err(Failed::line(format!("FAILURE: the password of before can't be removed: {fault}")))
        }
        _ => Ok(()),
    }
}
