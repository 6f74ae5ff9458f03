//! `pki verify`: whether a certificate, with what stands below it in its file, is good by a bundle.

use convoke_trust::{Bundle, Finding, Looked, check_full_chain, order, verify_chain};

use super::{
    inspect::{expiry, names},
    read,
};
use crate::{
    console::Console,
    mmp::Mmp,
    outcome::{Done, Failed},
};

pub(super) async fn run(mmp: &Mmp, console: &Console, file: &str, bundle_file: &str) -> Done {
    let (own, bundle) = (read(mmp, file)?, read(mmp, bundle_file)?);
    for (looked, name) in [(&own, file), (&bundle, bundle_file)] {
        if looked.certificates.is_empty() {
            return Err(Failed::line(format!("FAILURE: {name} is {}, and no certificate", looked.kind)));
        }
    }
    let chain = own.certificates.clone();
    let bundle = Bundle::new(bundle.certificates);
    let now = mmp.clock.now();
    if let Err(fault) = verify_chain(&bundle, &chain, now) {
        let mut lines = vec![format!("FAILURE: {file} does not verify by {bundle_file}: {fault}")];
        lines.extend(order_faults(file, &own));
        return Err(Failed::Lines(lines));
    }
    let wrong = order_faults(file, &own);
    if !wrong.is_empty() {
        return Err(Failed::Lines(wrong));
    }
    console.line("SUCCESS: full chain of certificates verifies correctly").await;
    for line in chain.iter().filter_map(|certificate| expiry(mmp, certificate)) {
        console.line(line).await;
    }
    Ok(())
}

/// What is wrong with the order in the file, and what it should be.
fn order_faults(file: &str, looked: &Looked) -> Vec<String> {
    if !check_full_chain(&looked.certificates).iter().any(Finding::is_fault) {
        return Vec::new();
    }
    match order(&looked.certificates) {
        Ok(ordered) => vec![format!(
            "FAILURE: {file} is no full chain in order; the order must be: {}",
            names(&ordered.chain)
        )],
        Err(faults) => faults.iter().map(|fault| format!("FAILURE: {file}: {fault}")).collect(),
    }
}
