//! The programs that Convoke is measured against.

pub mod hello;
pub mod libical;
pub mod nginx;
pub mod pgbench;
pub mod postfix;
pub mod raw_sqlite;
pub mod rrule;

use std::time::{Duration, Instant};

/// How often something was done.
#[derive(Debug, Clone, Copy)]
pub struct Expanded {
    /// How many times.
    pub passes: u64,
    /// In how long.
    pub took: Duration,
}

impl Expanded {
    /// Does it for so long; the first error ends it.
    pub fn during(span: Duration, mut pass: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<Self> {
        let begun = Instant::now();
        let mut passes = 0;
        while begun.elapsed() < span {
            // Looking at the clock costs as much as some passes do.
            for _ in 0..PASSES_A_LOOK {
                pass()?;
            }
            passes += PASSES_A_LOOK;
        }
        Ok(Self { passes, took: begun.elapsed() })
    }

    /// Times a second.
    pub fn rate(&self) -> f64 {
        self.passes as f64 / self.took.as_secs_f64()
    }
}

const PASSES_A_LOOK: u64 = 8;
