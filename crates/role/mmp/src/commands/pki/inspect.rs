//! `pki inspect`: what a file is, and what stands in it.

use convoke_model::AccountRole;
use convoke_shell::rows;
use convoke_trust::{
    Certificate, FileKind, Looked, certificate_text, expiry_warning, look, order, request_text,
};

use super::users_of;
use crate::{
    console::Console,
    files::{is_of_pki, read_pem},
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &Console, name: &str) -> Done {
    // Public keys let people in: they are shown to who may change them.
    let may_see = is_of_pki(name) || (name.ends_with(".pub") && console.who.role == AccountRole::Admin);
    let path = mmp.files.place(name)?;
    let data = if may_see && path.is_file() { Some(read_pem(&path)) } else { None };
    let looked = match data {
        None => None,
        Some(Ok(data)) => Some(look(&data)),
        Some(Err(fault)) => return Err(Failed::line(format!("FAILURE: \"{name}\" can't be read: {fault}"))),
    };
    let ssh = looked.as_ref().is_some_and(|looked| matches!(looked.kind, FileKind::SshPublicKey { .. }));
    let found = |is: bool| if is { "found" } else { "not found" };
    console.line(format!("Checking ssh public keys...{}", found(ssh))).await;
    if !ssh {
        console
            .line(format!("Checking user configured certificates and keys...{}", found(looked.is_some())))
            .await;
    }
    let Some(looked) = looked else {
        return Err(Failed::line(format!(
            "FAILURE: there is no key or certificate \"{name}\"; \"pki list\" shows those that are there"
        )));
    };
    console.line(format!("File contains {}", looked.kind)).await;
    for certificate in &looked.certificates {
        console.text(certificate_text(certificate).join("\n") + "\n").await;
    }
    if let Some(request) = &looked.request {
        console.text(request_text(request).join("\n") + "\n").await;
    }
    for user in users_of(mmp, name)? {
        console.line(format!("Used by \"{user}\"")).await;
    }
    for line in remarks(mmp, &looked) {
        console.line(line).await;
    }
    let faults: Vec<String> = looked.faults.iter().map(|fault| format!("FAILURE: {fault}")).collect();
    if faults.is_empty() { Ok(()) } else { Err(Failed::Lines(faults)) }
}

/// What is worth knowing beyond what stands there.
fn remarks(mmp: &Mmp, looked: &Looked) -> Vec<String> {
    let mut lines: Vec<String> =
        looked.certificates.iter().filter_map(|certificate| expiry(mmp, certificate)).collect();
    if let FileKind::Bundle { .. } = looked.kind {
        match order(&looked.certificates) {
            Ok(ordered) => {
                lines.extend(
                    ordered.mended.iter().map(|mended| format!("WARNING: as a full chain, {mended}")),
                );
                lines.push(format!("WARNING: the order would be: {}", names(&ordered.chain)));
            }
            Err(faults) => {
                lines.extend(faults.iter().map(|fault| format!("As a full chain it is of no use: {fault}")))
            }
        }
    }
    if let Some(own) = looked.certificates.first().filter(|own| !own.is_ca()) {
        match (own.is_for_servers(), own.is_for_clients()) {
            (true, true) => {}
            (true, false) => {
                lines.push("WARNING: it is for servers only; C2W needs clients as well".to_owned())
            }
            (false, true) => lines.push("WARNING: it is for clients only; listeners need servers".to_owned()),
            (false, false) => lines.push("WARNING: it is neither for servers nor for clients".to_owned()),
        }
    }
    lines
}

/// A certificate that ends soon, or has ended.
pub(super) fn expiry(mmp: &Mmp, certificate: &Certificate) -> Option<String> {
    let days = expiry_warning(certificate, mmp.clock.now())?;
    let name = certificate.name();
    Some(if days < 0 {
        format!("WARNING: the certificate of {name} has expired")
    } else {
        format!("WARNING: the certificate of {name} expires in {}", rows::days(days))
    })
}

/// The names of certificates, one after the other.
pub(super) fn names(chain: &[Certificate]) -> String {
    chain.iter().map(Certificate::name).collect::<Vec<_>>().join(", ")
}
