//! Checks and generators of this repository: `cargo xtask tidy` and `cargo xtask gen`.
//!
//! `tidy` also runs as a test. Each check is a function of texts to findings; only [`repository`] reads files and runs
//! programs.

mod generated;
mod repository;
mod tidy;

use std::process::ExitCode;

use anyhow::Result;
use repository::Repository;

const HELP: &str = "\
cargo xtask tidy   hold the rules of the house against the repository
cargo xtask gen    write the generated files (docs/schema.sql, docs/openapi, docs/operating/shell.md)
";

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().skip(1).collect();
    let done = match given.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => run_tidy(),
        ["gen"] => generated::write(&Repository::here()).map(|()| ExitCode::SUCCESS),
        _ => {
            eprint!("{HELP}");
            return ExitCode::from(2);
        }
    };
    done.unwrap_or_else(|error| {
        eprintln!("{error:#}");
        ExitCode::FAILURE
    })
}

fn run_tidy() -> Result<ExitCode> {
    let report = tidy::run(&Repository::here())?;
    for warning in &report.warnings {
        println!("warning: {warning}");
    }
    for fault in &report.faults {
        println!("fault: {fault}");
    }
    println!("{} faults, {} warnings", report.faults.len(), report.warnings.len());
    Ok(if report.faults.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_is_tidy() {
        let report = tidy::run(&Repository::here()).unwrap();
        assert!(report.faults.is_empty(), "\n{}", report.faults.join("\n"));
    }
}
