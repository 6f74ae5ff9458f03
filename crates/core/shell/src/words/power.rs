//! `reboot`, `shutdown`, `factory_reset`: what ends everything for a moment or for good. Each asks whether it is meant.

use super::Command;
use crate::grammar::{Word, form};

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// Start all services again.
    Reboot,
    /// Stop the server.
    Shutdown,
    /// Forget the configuration.
    FactoryReset,
}

/// `reboot`.
pub const REBOOT: Word = Word {
    name: "reboot",
    about: "Restart all services",
    forms: &[form("reboot", |_| Ok(Command::Power(Power::Reboot)))],
    notes: "The machine itself stays up, and so do sessions. A new `hostname`, `timezone` and `syslog server` count from then on. What runs and could not start \
            again with the settings of now is told, and nothing is stopped.",
};

/// `shutdown`.
pub const SHUTDOWN: Word = Word {
    name: "shutdown",
    about: "Stop all services and this server's process",
    forms: &[form("shutdown", |_| Ok(Command::Power(Power::Shutdown)))],
    notes: "The machine stays up; what supervises the process (such as systemd) may start it again.",
};

/// `factory_reset`.
pub const FACTORY_RESET: Word = Word {
    name: "factory_reset",
    about: "Forget the configuration",
    forms: &[form("factory_reset app", |_| Ok(Command::Power(Power::FactoryReset)))],
    notes: "Settings of all services, keys and certificates go; accounts, the database and backups stay. Make a backup first.",
};
