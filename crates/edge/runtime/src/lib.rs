//! What every process needs of its machine: settings, logs, clock, TLS files, stop signals.
//!
//! An edge crate (the outside system is the machine itself), and the one edge that other edges may use.

pub mod clock;
pub mod control;
pub mod detail;
pub mod journal;
pub mod log;
mod output;
pub mod process;
pub mod random;
pub mod role;
pub mod settings;
pub mod shutdown;
pub mod stamp;
pub mod syslog;
pub mod tls_files;
pub mod zone_files;

pub use clock::Clock;
pub use role::Role;
pub use settings::Settings;
pub use shutdown::{Shutdown, ShutdownTrigger};
