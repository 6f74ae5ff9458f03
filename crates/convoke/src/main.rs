//! The entry point: picks the crypto provider, reads the command line, says what went wrong.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        eprintln!("convoke: another crypto provider was chosen already");
        return ExitCode::FAILURE;
    }
    match convoke::cli::run(convoke::cli::Convoke::parse()) {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("convoke: {fault:#}");
            ExitCode::FAILURE
        }
    }
}
