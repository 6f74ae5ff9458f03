//! The server's own key: Ed25519, made at the first start, and told by its fingerprint.

use std::{
    fmt, fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use convoke_runtime::random;
use russh::keys::{
    Algorithm, HashAlg, PrivateKey,
    ssh_key::{LineEnding, private::Ed25519Keypair, private::KeypairData},
};

/// The file's name, as OpenSSH has it.
pub const FILE_NAME: &str = "ssh_host_ed25519_key";

/// The key that this server proves itself with.
#[derive(Clone)]
pub struct HostKey {
    pub(crate) key: PrivateKey,
}

/// Why there is no host key.
#[derive(Debug, thiserror::Error)]
pub enum HostKeyError {
    /// The file can't be read or written.
    #[error("host key {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system says.
        cause: io::Error,
    },
    /// It holds something else.
    #[error(
        "host key {0} is no Ed25519 key without a passphrase, as OpenSSH writes it; remove the file to have a new one made"
    )]
    Unfit(PathBuf),
}

impl HostKey {
    /// Reads the key of this folder, or makes one when there is none.
    pub fn load_or_make(folder: &Path) -> Result<Self, HostKeyError> {
        let path = folder.join(FILE_NAME);
        let failed = |cause| HostKeyError::File { path: path.clone(), cause };
        match fs::read(&path) {
            Ok(text) => Self::read(&text).ok_or(HostKeyError::Unfit(path)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => {
                let key = Self::make();
                write(folder, &path, &key).map_err(failed)?;
                Ok(key)
            }
            Err(cause) => Err(failed(cause)),
        }
    }

    /// Its fingerprint as OpenSSH prints it, such as `SHA256:jq2z...`.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint(HashAlg::Sha256).to_string()
    }

    /// Its public half, as a line of `known_hosts` has it behind the host's name.
    pub fn public_line(&self) -> String {
        let text = self.key.public_key().to_openssh().unwrap_or_default();
        text.trim_end().to_owned()
    }

    fn make() -> Self {
        let pair = Ed25519Keypair::from_seed(&random::bytes::<32>());
        Self { key: PrivateKey::from(pair) }
    }

    fn read(text: &[u8]) -> Option<Self> {
        let key = PrivateKey::from_openssh(text).ok()?;
        let fits = key.algorithm() == Algorithm::Ed25519 && matches!(key.key_data(), KeypairData::Ed25519(_));
        fits.then_some(Self { key })
    }
}

impl fmt::Debug for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "HostKey({})", self.fingerprint())
    }
}

/// New, then synced, then renamed: whatever happens there is a whole key or none.
fn write(folder: &Path, path: &Path, key: &HostKey) -> io::Result<()> {
    let text = key.key.to_openssh(LineEnding::LF).map_err(io::Error::other)?;
    let fresh = folder.join(format!(".{FILE_NAME}.new"));
    match fs::remove_file(&fresh) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
        _ => {}
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&fresh, path)?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn is_made_once_for_its_owner_alone_and_found_again() {
        let folder = tempfile::tempdir().unwrap();
        let made = HostKey::load_or_make(folder.path()).unwrap();
        let file = fs::metadata(folder.path().join(FILE_NAME)).unwrap();
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        let found = HostKey::load_or_make(folder.path()).unwrap();
        assert_eq!(found.fingerprint(), made.fingerprint());
        assert!(!format!("{made:?}").contains("PRIVATE"));
    }

    #[test]
    fn a_file_that_holds_something_else_is_told_and_left() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE_NAME);
        fs::write(&path, "nothing of the kind").unwrap();
        let told = HostKey::load_or_make(folder.path()).unwrap_err().to_string();
        assert!(told.contains("is no Ed25519 key"), "{told}");
        assert_eq!(fs::read(&path).unwrap(), b"nothing of the kind");
        let told = HostKey::load_or_make(&folder.path().join("absent")).unwrap_err().to_string();
        assert!(told.contains("No such file"), "{told}");
    }
}
