//! The shell as an administrator has it: transcripts that are typed through OpenSSH's client, and the machine's own console.

mod backups;
mod certificates;
mod console;
mod demo;
mod install;
// It knows more moods than are needed here.
#[path = "../faults/mail_server.rs"]
#[allow(dead_code, clippy::allow_attributes, reason = "shared by several test programs")]
mod mail_server;
mod matching;
mod meeting;
mod reach;
mod reboot;
mod replay;
mod server;
mod sessions;
mod signing_in;
mod site;
mod status;
mod transcript;

use std::{collections::BTreeSet, fs, path::Path};

/// Where the transcripts lie.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/transcripts");

/// A test each.
macro_rules! transcripts {
    ($($name:ident),* $(,)?) => {
        $(#[test]
        fn $name() {
            replay::replay(&Path::new(FOLDER).join(concat!(stringify!($name), ".mmp")));
        })*
        const NAMES: &[&str] = &[$(stringify!($name)),*];
    };
}

transcripts!(
    accounts,
    certificates,
    failures,
    first_steps,
    refusals,
    seed,
    services,
    wrong_certificates,
    wrong_files,
    wrong_surroundings,
);

#[test]
fn every_transcript_is_replayed() {
    let files = fs::read_dir(FOLDER).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "mmp"));
    let found: BTreeSet<String> =
        files.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    assert_eq!(found, NAMES.iter().map(|name| (*name).to_owned()).collect());
}
