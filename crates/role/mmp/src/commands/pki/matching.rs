//! `pki match`: whether a key belongs to a certificate or to a request.

use convoke_trust::key_matches;

use super::read;
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &Console, key_file: &str, other_file: &str) -> Done {
    let (key, other) = (read(mmp, key_file)?, read(mmp, other_file)?);
    let Some(found) = key.key else {
        return Err(Failed::line(format!("FAILURE: {key_file} is {}, and no private key", key.kind)));
    };
    let (what, is_of) = match (other.certificates.first(), &other.request) {
        (Some(certificate), _) => ("certificate", key_matches(certificate, &found)),
        (None, Some(request)) => ("CSR", request.is_of(&found)),
        (None, None) => {
            return Err(Failed::line(format!(
                "FAILURE: {other_file} is {}, and neither a certificate nor a request",
                other.kind
            )));
        }
    };
    if is_of {
        console.line(format!("SUCCESS: Key and {what} pair match")).await;
        return Ok(());
    }
    Err(Failed::line(format!(
        "FAILURE: Key and {what} pair do not match: {key_file} is not the key of {other_file}"
    )))
}
