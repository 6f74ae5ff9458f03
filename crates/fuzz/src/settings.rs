//! A settings file: every fault is told with its key, and none ends the program.

use std::path::Path;

use convoke_runtime::Settings;

/// Paths in the file count from here, where nothing is.
const NOWHERE: &str = "/nonexistent";

/// The text of a settings file.
pub(crate) fn settings(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // A path from the root would make this read files of the machine.
    if text.contains("\"/") || text.contains("'/") || text.contains("..") {
        return;
    }
    if let Err(faults) = Settings::parse(text, Path::new(NOWHERE)) {
        assert!(!faults.0.is_empty());
        assert!(faults.0.iter().all(|fault| !fault.key.is_empty() && !fault.reason.is_empty()), "{faults}");
    }
}
