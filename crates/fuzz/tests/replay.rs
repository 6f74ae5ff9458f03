//! Every input that is kept, given to its target again: what libFuzzer has found once stays found.

use std::{fs, path::Path};

use convoke_fuzz::TARGETS;

fn replay(kept: &str, name: &str, target: fn(&[u8])) -> usize {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(kept).join(name);
    let Ok(entries) = fs::read_dir(&folder) else { return 0 };
    let files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    for file in &files {
        let data = fs::read(file).unwrap();
        if let Err(panic) = std::panic::catch_unwind(|| target(&data)) {
            eprintln!("{} breaks a promise", file.display());
            std::panic::resume_unwind(panic);
        }
    }
    files.len()
}

#[test]
fn no_input_that_is_kept_breaks_a_promise() {
    for (name, target) in TARGETS {
        assert!(replay("corpus", name, *target) > 0, "{name} has no input to begin with");
        replay("regressions", name, *target);
    }
}

#[test]
fn every_folder_is_of_a_target() {
    for kept in ["corpus", "regressions"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(kept)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            assert!(TARGETS.iter().any(|(known, _)| *known == name), "{kept}/{name}");
        }
    }
}
