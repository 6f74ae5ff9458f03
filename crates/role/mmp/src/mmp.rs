//! What all commands share: this server.

use std::{path::PathBuf, sync::Arc};

use convoke_directory::Accounts;
use convoke_runtime::{Clock, Shutdown, ShutdownTrigger, journal::Journal};
use jiff::{Timestamp, tz::TimeZone};
use tokio::sync::Mutex;

use crate::{files::Files, services::Services, sessions::Sessions, settings_file::SettingsFile};

/// This server, as its shell sees it.
#[derive(Debug)]
pub struct Mmp {
    /// The name at the prompt and in log lines; a new one counts from the next start.
    pub host: String,
    /// The folder that this node alone writes to.
    pub data_dir: PathBuf,
    /// The settings file.
    pub settings: SettingsFile,
    /// The folder of uploaded files.
    pub files: Files,
    /// Who may sign in.
    pub accounts: Arc<Accounts>,
    /// Who is signed in to the shell.
    pub sessions: Sessions,
    /// The services as processes.
    pub services: Services,
    /// Held by whoever changes which services run, so that two administrators do it one after the other.
    pub turn: Mutex<()>,
    /// What was logged.
    pub journal: Journal,
    /// The time.
    pub clock: Clock,
    /// Since when the node runs.
    pub started_at: Timestamp,
    /// Stops the node.
    pub stop: ShutdownTrigger,
    /// When the node stops.
    pub stopping: Shutdown,
}

impl Mmp {
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
