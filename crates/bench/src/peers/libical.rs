//! libical, the C library that most calendar programs are built on, in a small program of its own.

use std::{path::PathBuf, time::Duration};

use anyhow::{Context as _, bail, ensure};
use tokio::process::Command;

use super::Expanded;
use crate::bench::Bench;

const SOURCE: &str = include_str!("libical.c");

/// The program, compiled for this run.
pub struct Libical {
    program: PathBuf,
}

impl Libical {
    /// Compiles it with the machine's C compiler.
    pub async fn new(bench: &Bench) -> anyhow::Result<Self> {
        let folder = bench.folder("libical")?;
        let (source, program) = (folder.join("libical.c"), folder.join("libical"));
        std::fs::write(&source, SOURCE)?;
        let mut compiler = Command::new("cc");
        compiler.arg("-O2").arg("-o").arg(&program).arg(&source).arg("-lical");
        let output = compiler.output().await.context("cc can't be run")?;
        ensure!(output.status.success(), "cc: {}", String::from_utf8_lossy(&output.stderr));
        Ok(Self { program })
    }

    /// The instants that a mode of the program lists, in seconds.
    pub async fn instants(&self, arguments: &[&str]) -> anyhow::Result<Vec<i64>> {
        let text = self.run(arguments).await?;
        text.lines().map(|line| line.parse().with_context(|| format!("libical told {line:?}"))).collect()
    }

    /// How often it does, in so much time, what the mode and its arguments say.
    pub async fn passes(&self, arguments: &[&str], span: Duration) -> anyhow::Result<Expanded> {
        let milliseconds = span.as_millis().to_string();
        let text = self.run(&[arguments, &[&milliseconds]].concat()).await?;
        let Some((passes, nanoseconds)) = text.trim().split_once(' ') else { bail!("libical told {text:?}") };
        Ok(Expanded { passes: passes.parse()?, took: Duration::from_nanos(nanoseconds.parse()?) })
    }

    async fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let output = Command::new(&self.program).args(arguments).output().await?;
        ensure!(
            output.status.success(),
            "libical {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8(output.stdout)?)
    }
}
