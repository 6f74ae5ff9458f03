//! `convoke check-config`: every fault of a settings file at once, without starting anything.

use std::{path::Path, process::ExitCode};

use convoke_runtime::{Settings, settings::Faults};

use crate::zones;

/// Prints what is wrong with `file`, a fault a line; the exit code says whether anything is.
pub fn run(file: &Path) -> ExitCode {
    let read = Settings::read(file);
    let zone_data = read.as_ref().ok().and_then(|settings| settings.node.zone_data.as_deref());
    if let Some(Err(faults)) = zone_data.map(zones::install) {
        faults.iter().for_each(|fault| println!("{}: {fault}", file.display()));
        return ExitCode::FAILURE;
    }
    for remark in read.iter().flat_map(|settings| &settings.remarks) {
        println!("{}: {remark}", file.display());
    }
    print!("{}", report(file, read.as_ref().err()));
    if read.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The text that tells a file's faults.
pub fn report(file: &Path, faults: Option<&Faults>) -> String {
    let file = file.display();
    match faults {
        None => format!("{file}: no faults\n"),
        Some(faults) => faults.0.iter().map(|fault| format!("{file}: {fault}\n")).collect(),
    }
}
