//! `pki pkcs12-to-ssl`: a PKCS#12 file taken apart into a key and its full chain.

use convoke_trust::{Certificate, Pkcs12};
use secrecy::ExposeSecret as _;

use super::{compute, existing, inspect::names, may_write};
use crate::{
    console::Console,
    files::read_pem,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &mut Console, file: &str, overwrite: bool) -> Done {
    let path = existing(mmp, file)?;
    let data = read_pem(&path)
        .map_err(|fault| Failed::line(format!("FAILURE: \"{file}\" can't be read: {fault}")))?;
    let base = file.rsplit_once('.').map_or(file, |(base, _)| base);
    let (key, chain) = (format!("{base}.key"), format!("{base}.crt"));
    may_write(mmp, console, &[&key, &chain], overwrite).await?;
    let password = console.ask_secret("Please enter password: ").await?;
    let found = compute(move || Ok(Pkcs12::parse(&data, password.expose_secret()))).await?;
    let found = found.map_err(|faults| {
        Failed::Lines(faults.iter().map(|fault| format!("FAILURE: {file}: {fault}")).collect())
    })?;
    let pem: String = found.chain.iter().map(Certificate::to_pem).collect();
    mmp.files.write(&key, found.key.to_pem().as_bytes())?;
    mmp.files.write(&chain, pem.as_bytes())?;
    console.line(format!("Created key file {key} and certificate {chain} ({})", names(&found.chain))).await;
    if found.chain.last().is_some_and(|last| !last.is_self_issued()) {
        console
            .line(format!(
                "WARNING: {chain} ends below its root: put the certificates of the CAs above it behind it before a service uses it"
            ))
            .await;
    }
    if !found.others.is_empty() {
        console
            .line(format!("WARNING: left out, as they have no place in the chain: {}", names(&found.others)))
            .await;
    }
    Ok(())
}
