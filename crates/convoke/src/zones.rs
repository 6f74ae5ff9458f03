//! The zone data that the settings name, put in place of what is compiled in.

use std::path::Path;

use convoke_meeting::zone_data;
use convoke_runtime::zone_files;

/// What `node.zone_data` should be.
const EXPECTED: &str = "a folder of compiled zones such as /usr/share/zoneinfo";

/// Lets the zones of a folder hold in this process; says what is wrong with it, a line each.
pub fn install(folder: &Path) -> Result<(), Vec<String>> {
    let line = |reason: String| format!("node.zone_data: {reason}; expected {EXPECTED}");
    let found = zone_files::read(folder).map_err(|fault| vec![line(fault.to_string())])?;
    let (version, folder) = (found.version.clone(), folder.display());
    let count = zone_data::install(found.version, found.files).map_err(|faults| {
        faults
            .into_iter()
            .map(|bad| line(format!("{folder}/{}: {}", bad.name, bad.reason)))
            .collect::<Vec<_>>()
    })?;
    tracing::info!(target: "Main", "{count} time zones of {folder} hold: {version}");
    Ok(())
}
