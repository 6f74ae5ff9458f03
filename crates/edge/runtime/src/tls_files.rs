//! Certificates and keys as files: read within limits, with the modes that secrets need.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use convoke_trust::{Bundle, Certificate, Identity, MAX_PEM_BYTES};

/// Reads a key and its full chain; each error says which file is at fault and why. `bundle_file` holds the certificates above the own
/// one, where they stand in a file of their own.
pub fn read_identity(
    key_file: &Path,
    chain_file: &Path,
    bundle_file: Option<&Path>,
) -> Result<Identity, Vec<String>> {
    let (key, chain) = (read_pem(key_file), read_pem(chain_file));
    let bundle = bundle_file.map(read_pem).transpose();
    let mut faults: Vec<String> = [key.as_ref().err(), chain.as_ref().err(), bundle.as_ref().err()]
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    if let Some(mode) = mode_beyond(key_file, 0o007) {
        faults.push(format!(
            "{} can be read by everyone (mode {mode:04o}), and should have 0600 or 0640",
            key_file.display()
        ));
    }
    let (Ok(key), Ok(chain), Ok(bundle), true) = (key, chain, bundle, faults.is_empty()) else {
        return Err(faults);
    };
    let files = format!("{} with {}", chain_file.display(), key_file.display());
    Identity::parse_with(&chain, bundle.as_deref(), &key)
        .map_err(|found| found.iter().map(|fault| format!("{files}: {fault}")).collect())
}

/// Reads a file of one or more certificates.
pub fn read_bundle(file: &Path) -> Result<Bundle, Vec<String>> {
    let pem = read_pem(file).map_err(|fault| vec![fault])?;
    Bundle::parse(&pem)
        .map_err(|found| found.iter().map(|fault| format!("{}: {fault}", file.display())).collect())
}

/// The CAs that this machine trusts, or those of `SSL_CERT_FILE` and `SSL_CERT_DIR`. Reads some hundred certificates: for threads that may.
pub fn machine_authorities() -> Vec<Certificate> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().filter_map(|der| Certificate::from_der(der)).collect()
}

fn read_pem(file: &Path) -> Result<Vec<u8>, String> {
    let size = fs::metadata(file).map_err(|e| format!("{}: {e}", file.display()))?.len();
    if size > MAX_PEM_BYTES as u64 {
        return Err(format!("{} has {size} bytes; a PEM file has at most {MAX_PEM_BYTES}", file.display()));
    }
    fs::read(file).map_err(|e| format!("{}: {e}", file.display()))
}

/// The file's mode when it grants more than it may (`forbidden` bits).
pub fn mode_beyond(file: &Path, forbidden: u32) -> Option<u32> {
    let mode = fs::metadata(file).ok()?.permissions().mode() & 0o7777;
    (mode & forbidden != 0).then_some(mode)
}
