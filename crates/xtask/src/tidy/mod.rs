//! The rules that the house means, held against the repository.

mod files;
mod layers;
mod literals;
mod sql;
mod traps;
mod words;

use anyhow::Result;

use crate::{generated, repository::Repository};

/// What was found.
#[derive(Debug, Default)]
pub struct Report {
    /// What must be mended.
    pub faults: Vec<String>,
    /// What should be looked at.
    pub warnings: Vec<String>,
}

/// Runs every check.
pub fn run(repository: &Repository) -> Result<Report> {
    let mut report = Report { faults: layers::check(&repository.crates()?), warnings: Vec::new() };
    let files = repository.files()?;
    report.faults.extend(traps::check(&files));
    for file in files {
        report.faults.extend(files::opening(&file));
        report.faults.extend(files::name(&file));
        report.faults.extend(words::check(&file));
        report.faults.extend(sql::check(&file));
        report.faults.extend(layers::testkit(&file));
        match files::length(&file) {
            Some(files::Length::TooLong(told)) => report.faults.push(told),
            Some(files::Length::Long(told)) => report.warnings.push(told),
            None => {}
        }
    }
    report.faults.extend(generated::check(repository)?);
    Ok(report)
}
