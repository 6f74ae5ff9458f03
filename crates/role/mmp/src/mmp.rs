//! What all commands share: this server.

use std::{
    path::PathBuf,
    sync::{Arc, PoisonError, RwLock},
};

use convoke_directory::{Accounts, attempts::Attempts};
use convoke_runtime::{Clock, Shutdown, ShutdownTrigger, journal::Journal};
use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::{Mutex, OwnedMutexGuard};

use crate::{files::Files, services::Services, sessions::Sessions, settings_file::SettingsFile};

/// The server's name, at the prompt and in log lines; `reboot` makes a new one count. Clones are the same.
#[derive(Debug, Clone)]
pub struct Host(Arc<RwLock<String>>);

impl Host {
    /// The name at the start.
    pub fn new(name: impl Into<String>) -> Self {
        Self(Arc::new(RwLock::new(name.into())))
    }

    /// The name now.
    pub fn name(&self) -> String {
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Another name, from here on.
    pub fn rename(&self, name: &str) {
        name.clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// This server, as its shell sees it.
#[derive(Debug)]
pub struct Mmp {
    /// What it is called.
    pub host: Host,
    /// The folder that this node alone writes to.
    pub data_dir: PathBuf,
    /// The settings file.
    pub settings: SettingsFile,
    /// The folder of uploaded files.
    pub files: Files,
    /// Who may sign in.
    pub accounts: Arc<Accounts>,
    /// Failed sign-ins to the shell.
    pub attempts: Arc<Attempts>,
    /// Who is signed in to the shell.
    pub sessions: Sessions,
    /// The services as processes.
    pub services: Services,
    /// Held by whoever changes which services run, so that two administrators do it one after the other.
    pub turn: Arc<Mutex<()>>,
    /// What was logged.
    pub journal: Journal,
    /// The time.
    pub clock: Clock,
    /// Since when the node runs.
    pub started_at: Timestamp,
    /// Stops the node.
    pub stop: Arc<ShutdownTrigger>,
    /// When the node stops.
    pub stopping: Shutdown,
}

/// The right to change which services run, which goes along with work that is done to its end.
pub type Turn = OwnedMutexGuard<()>;

impl Mmp {
    /// Waits for the turn.
    pub async fn turn(&self) -> Turn {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// The zone of duty hours and of the shell's times.
    pub fn zone(&self) -> TimeZone {
        let name = self.settings.look().ok().and_then(|view| view.string("mmp.time_zone"));
        name.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC)
    }

    /// An instant as the shell shows it.
    pub fn shown_time(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }
}
