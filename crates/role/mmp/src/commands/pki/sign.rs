//! `pki sign`: a certificate for who asks, by a CA of this server. Its file is a full chain, as the services want it.

use convoke_shell::rows;
use convoke_trust::{Certificate, expiry_warning, key_matches, order};
use jiff::Timestamp;

use super::{
    compute,
    make::{self, Life},
    may_write, read,
};
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

/// How long it holds unless said: what programs took at most of public CAs before they wanted even less.
const USUAL_DAYS: u64 = 825;

/// What is asked.
pub(super) struct Asked {
    pub csr: String,
    pub ca: String,
    pub days: Option<u64>,
    pub overwrite: bool,
}

pub(super) async fn run(mmp: &Mmp, console: &Console, asked: Asked) -> Done {
    let Asked { csr, ca, days, overwrite } = asked;
    let (request_file, to) = (format!("{csr}.csr"), format!("{csr}.crt"));
    let request = read(mmp, &request_file)?;
    let request = request.request.ok_or_else(|| {
        Failed::line(format!(
            "FAILURE: {request_file} is {}, and no certificate signing request",
            request.kind
        ))
    })?;
    if !request.is_signed() {
        return Err(Failed::line(format!(
            "FAILURE: {request_file} is not signed by its own key; make it anew by \"pki csr\""
        )));
    }
    let Authority { certificate: authority, above, key_pem } = authority(mmp, &ca)?;
    may_write(mmp, console, &[&to], overwrite).await?;
    let now = mmp.clock.now();
    let mut life = Life::of_days(days.unwrap_or(USUAL_DAYS), now);
    check_dates(&ca, &authority, now)?;
    if life.until > authority.not_after() {
        life.until = authority.not_after();
        console.line(format!("WARNING: {to} holds no longer than its CA, {ca}.crt")).await;
    }
    if let Some(days) = expiry_warning(&authority, now) {
        console.line(format!("WARNING: {ca}.crt expires in {}", rows::days(days))).await;
    }
    let der = request.der().to_vec();
    let mut pem = compute(move || make::signed(&der, &authority, &key_pem, life)).await?;
    above.iter().for_each(|certificate| pem.push_str(&certificate.to_pem()));
    mmp.files.write(&to, pem.as_bytes())?;
    console.line(format!("Created certificate {to} for {}, signed by {ca}", request.name())).await;
    console.line(format!("Certificate {to} holds until {}", mmp.shown_time(life.until))).await;
    Ok(())
}

/// A CA of this server.
struct Authority {
    certificate: Certificate,
    /// Its certificate and those above it, for the end of a full chain.
    above: Vec<Certificate>,
    key_pem: String,
}

/// The CA's certificate and its key, which belong together.
fn authority(mmp: &Mmp, ca: &str) -> Result<Authority, Failed> {
    let (key_file, certificate_file) = (format!("{ca}.key"), format!("{ca}.crt"));
    let (key, found) = (read(mmp, &key_file)?, read(mmp, &certificate_file)?);
    let fault = |text: String| Failed::line(format!("FAILURE: {text}"));
    let certificate = found.certificates.first().cloned();
    let certificate = certificate.ok_or_else(|| fault(format!("{certificate_file} is {}", found.kind)))?;
    let key = key.key.ok_or_else(|| fault(format!("{key_file} is {}, and no private key", key.kind)))?;
    if !certificate.is_ca() {
        return Err(fault(format!(
            "{certificate_file} is no CA certificate; \"pki selfsigned <basename> CN:<name>\" makes one"
        )));
    }
    if !key_matches(&certificate, &key) {
        return Err(fault(format!("{key_file} is not the key of {certificate_file}")));
    }
    let above = match order(&found.certificates) {
        Ok(ordered) if ordered.chain.first() == Some(&certificate) => ordered.chain,
        _ => vec![certificate.clone()],
    };
    Ok(Authority { certificate, above, key_pem: key.to_pem() })
}

fn check_dates(ca: &str, authority: &Certificate, now: Timestamp) -> Done {
    if now > authority.not_after() {
        return Err(Failed::line(format!(
            "FAILURE: {ca}.crt expired at {}; make a CA anew by \"pki selfsigned\"",
            authority.not_after()
        )));
    }
    Ok(())
}
