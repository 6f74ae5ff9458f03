//! `convoke-bench`: runs rows of measurements against their peers and prints one table.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, bail};
use clap::{Parser, Subcommand};
use convoke_bench::{
    behind::{part::Part, upstream::Upstream},
    bench::Bench,
    browsers::Browsers,
    peers::hello::Hello,
    rows::ROWS,
    table::Table,
};

/// Measures Convoke against its peers. Without names, all rows run.
#[derive(Debug, Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    /// Fewer and shorter rounds: a look, no result.
    #[arg(long)]
    quick: bool,
    /// Lists the rows.
    #[arg(long)]
    list: bool,
    /// The folder for <date>.md.
    #[arg(long, default_value = "target/bench")]
    out: PathBuf,
    /// Rows by name.
    rows: Vec<String>,
    #[command(subcommand)]
    helper: Option<Helper>,
}

/// Processes that rows start of this same program.
#[derive(Debug, Subcommand)]
#[command(hide = true)]
enum Helper {
    /// Behind a web bridge.
    Part(Part),
    /// Browsers that hold a stream.
    Browsers(Browsers),
    /// Behind nginx.
    Upstream(Upstream),
    /// Says hello.
    Hello(Hello),
}

impl Helper {
    fn run(self) -> anyhow::Result<()> {
        match self {
            Self::Part(part) => part.run(),
            Self::Browsers(browsers) => browsers.run(),
            Self::Upstream(upstream) => upstream.run(),
            Self::Hello(hello) => hello.run(),
        }
    }
}

fn main() -> ExitCode {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        eprintln!("convoke-bench: another crypto provider was chosen already");
        return ExitCode::FAILURE;
    }
    convoke_runtime::process::raise_file_limit();
    match run(Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(fault) => {
            eprintln!("convoke-bench: {fault:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every row could be measured; a goal not met is a result.
fn run(arguments: Arguments) -> anyhow::Result<bool> {
    match arguments.helper {
        Some(helper) => helper.run().map(|()| true),
        None if arguments.list => {
            for row in ROWS {
                println!("{:<12} {}", row.name, row.about);
            }
            Ok(true)
        }
        None => measure(&arguments),
    }
}

fn measure(arguments: &Arguments) -> anyhow::Result<bool> {
    if let Some(unknown) = arguments.rows.iter().find(|name| ROWS.iter().all(|row| row.name != **name)) {
        bail!("there is no row {unknown:?}; --list names them");
    }
    let bench = Bench::new(arguments.quick)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let mut table = Table::new(arguments.quick);
    // On the main thread, which lasts: what it starts ends with it.
    runtime.block_on(async {
        for row in ROWS
            .iter()
            .filter(|row| arguments.rows.is_empty() || arguments.rows.contains(&row.name.to_owned()))
        {
            eprintln!("{}: {}", row.name, row.about);
            match (row.run)(&bench).await {
                Ok(lines) => {
                    for line in &lines {
                        eprintln!("  {line}");
                    }
                    table.add(row.name, lines);
                }
                Err(fault) => {
                    eprintln!("  {} could not be measured: {fault:#}", row.name);
                    table.failed(row.name, &format!("{fault:#}"));
                }
            }
        }
    });
    println!("{}", table.text());
    let file = table.write(&arguments.out).context("the table could not be written")?;
    println!("written to {}", file.display());
    Ok(table.is_whole())
}
