//! One program for all targets, so that it is built once: `CONVOKE_FUZZ=rule convoke-fuzz ...`. Built by make/fuzz.sh it is a
//! libFuzzer; built in the usual way it gives the target the files that are named.

#![cfg_attr(fuzzing, no_main)]

use std::sync::LazyLock;

use convoke_fuzz::{TARGETS, Target, target};

/// The target that the environment names.
static CHOSEN: LazyLock<Target> = LazyLock::new(|| {
    let name = std::env::var("CONVOKE_FUZZ").unwrap_or_default();
    let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
    target(&name).unwrap_or_else(|| panic!("CONVOKE_FUZZ is one of {}", names.join(", ")))
});

#[cfg(fuzzing)]
libfuzzer_sys::fuzz_target!(|data: &[u8]| CHOSEN(data));

#[cfg(not(fuzzing))]
fn main() -> std::io::Result<()> {
    for file in std::env::args().skip(1) {
        CHOSEN(&std::fs::read(&file)?);
    }
    Ok(())
}
