//! `pki csr`: a key, and a request for a certificate of it.

use convoke_shell::words::pki::NewKey;

use super::{compute_unless_interrupted, make, may_write};
use crate::{console::Console, mmp::Mmp, outcome::Done};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, new: NewKey) -> Done {
    let (key, csr) = (format!("{}.key", new.basename), format!("{}.csr", new.basename));
    may_write(mmp, console, &[&key, &csr], new.overwrite).await?;
    console.line("..............").await;
    let made = compute_unless_interrupted(console, move || make::request(&new)).await?;
    mmp.files.write(&key, made.key_pem.as_bytes())?;
    mmp.files.write(&csr, made.pem.as_bytes())?;
    console.line(format!("Created key file {key} and CSR {csr}")).await;
    console.line(format!("CSR file {csr} ready for download via SFTP")).await;
    Ok(())
}
