//! Opening the database for a command that does one thing and ends.

use std::path::Path;

use convoke_runtime::{Settings, settings::Wanted};
use convoke_store::Store;

use crate::start;

/// An open database and a thread's worth of runtime to wait for it with.
#[derive(Debug)]
pub struct Session {
    /// The database.
    pub store: Store,
    runtime: tokio::runtime::Runtime,
}

impl Session {
    /// Opens the database that the settings file names.
    pub fn open(config: &Path) -> anyhow::Result<Self> {
        Self::of(&start::settings(config, Wanted::Nothing)?)
    }

    /// Opens the database of these settings.
    pub fn of(settings: &Settings) -> anyhow::Result<Self> {
        start::make_data_dir(settings)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        Ok(Self { store: Store::open(&settings.database)?, runtime })
    }

    /// Waits for an answer.
    pub fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }
}
