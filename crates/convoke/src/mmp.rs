//! `convoke mmp`: the shell of the node on this machine, for whoever may use its socket.

use std::{path::Path, process::ExitCode};

use convoke_runtime::settings::Wanted;
use convoke_ssh::console;

use crate::start;

/// Has a session with the node of this settings file: a shell, or one line.
pub fn run(config: &Path, line: &[String]) -> anyhow::Result<ExitCode> {
    let settings = start::settings(config, Wanted::Nothing)?;
    let socket = settings.node.data_dir.join("mmp.sock");
    let line = (!line.is_empty()).then(|| line.join(" "));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let status = runtime.block_on(console::run(&socket, line));
    // What reads standard input may still wait for it.
    runtime.shutdown_background();
    Ok(ExitCode::from(status?))
}
