//! docs/operating/install.md as a newcomer types it: its blocks of the shell are a transcript.

use std::{fs, path::Path};

use crate::{
    replay::replay,
    server::PASSWORD,
    transcript::{action, seen},
};

const INSTALL: &str = include_str!("../../docs/operating/install.md");

/// Ports that only root may listen on, and what stands for them here.
const PORTS: [(&str, &str); 2] = [("listen a 445", "listen a 4445"), ("listen a:443", "listen a:4443")];

/// The lines of the shell's blocks, in their order, with what is typed at the questions.
fn transcript(text: &str) -> String {
    let blocks = text.split("```").skip(1).step_by(2);
    let of_shell = blocks.filter(|block| block.lines().any(|line| action_of(line).is_some()));
    let lines = of_shell.flat_map(|block| block.lines().skip_while(|line| action_of(line).is_none()));
    let lines = lines.map(|line| {
        let line = PORTS.iter().fold(line.to_owned(), |line, (port, free)| line.replace(port, free));
        if line.starts_with("Please enter") {
            format!("{line} «{PASSWORD}»\n")
        } else {
            format!("{line}\n")
        }
    });
    lines.collect()
}

/// Lines of other programs, such as `$ ssh -p 2022 ...`, are none of the shell's.
fn action_of(line: &str) -> Option<()> {
    line.starts_with("cms").then(|| action(line)).flatten().map(drop)
}

#[test]
fn a_server_is_set_up_as_install_md_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("install.mmp");
    let text = transcript(INSTALL);
    assert!(text.lines().any(|line| seen(line) == "cms1> scheduler enable"), "{text}");
    fs::write(
        &file,
        text + "$ ssh cms1 health\ncallbridge : running\nwebbridge3 : running\nscheduler : running\n...\n",
    )
    .unwrap();
    replay(Path::new(&file));
}
