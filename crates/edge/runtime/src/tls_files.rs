//! Certificates and keys as files: read, matched, and kept in types that hide the key.

use std::{
    fmt, fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    sign::CertifiedKey,
};

/// Largest PEM file that is read, in bytes.
pub const MAX_PEM_BYTES: u64 = 1 << 20;

/// A full chain and its private key.
#[derive(Clone)]
pub struct Identity {
    /// The certificates, the own one first, each next the issuer of the one before.
    pub chain: Vec<CertificateDer<'static>>,
    /// The key, ready for signing.
    pub certified: Arc<CertifiedKey>,
    key: Arc<PrivateKeyDer<'static>>,
    /// Where the chain was read from.
    pub chain_file: PathBuf,
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.chain_file.display())
    }
}

/// A trust bundle: certificates of peers or of the CAs above them.
#[derive(Clone)]
pub struct Bundle {
    /// The certificates, in the order of the file.
    pub certificates: Vec<CertificateDer<'static>>,
    /// Where they were read from.
    pub file: PathBuf,
}

impl fmt::Debug for Bundle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Bundle({}, {} certificates)", self.file.display(), self.certificates.len())
    }
}

impl Identity {
    /// Reads a key and its full chain; the error says which file is at fault and why.
    pub fn read(key_file: &Path, chain_file: &Path) -> Result<Self, String> {
        let chain = certificates(chain_file)?;
        if let Some(mode) = mode_beyond(key_file, 0o007) {
            return Err(format!(
                "{} can be read by everyone (mode {mode:04o}); expected 0600 or 0640",
                key_file.display()
            ));
        }
        let key = PrivateKeyDer::from_pem_slice(&read_pem(key_file)?)
            .map_err(|_| format!("{} holds no private key in PEM form", key_file.display()))?;
        let signing = rustls::crypto::aws_lc_rs::sign::any_supported_type(&key)
            .map_err(|e| format!("{}: a key of a kind that can't be used: {e}", key_file.display()))?;
        let certified = CertifiedKey::new(chain.clone(), signing);
        certified.keys_match().map_err(|_| {
            format!(
                "the key {} does not belong to the certificate {}",
                key_file.display(),
                chain_file.display()
            )
        })?;
        Ok(Self {
            chain,
            certified: Arc::new(certified),
            key: Arc::new(key),
            chain_file: chain_file.to_owned(),
        })
    }

    /// The private key, for builders that want it as such.
    pub fn private_key(&self) -> PrivateKeyDer<'static> {
        self.key.clone_key()
    }
}

impl Bundle {
    /// Reads a file of one or more certificates in PEM form.
    pub fn read(file: &Path) -> Result<Self, String> {
        Ok(Self { certificates: certificates(file)?, file: file.to_owned() })
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let pem = read_pem(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        Ok(_) => Err(format!("{} holds no certificate in PEM form", file.display())),
        Err(e) => Err(format!("{} is not well-formed PEM: {e}", file.display())),
    }
}

fn read_pem(file: &Path) -> Result<Vec<u8>, String> {
    let size = fs::metadata(file).map_err(|e| format!("{}: {e}", file.display()))?.len();
    if size > MAX_PEM_BYTES {
        return Err(format!("{} has {size} bytes; a PEM file has at most {MAX_PEM_BYTES}", file.display()));
    }
    fs::read(file).map_err(|e| format!("{}: {e}", file.display()))
}

/// The file's mode when it grants more than it may (`forbidden` bits).
pub fn mode_beyond(file: &Path, forbidden: u32) -> Option<u32> {
    let mode = fs::metadata(file).ok()?.permissions().mode() & 0o7777;
    (mode & forbidden != 0).then_some(mode)
}
