//! The Scheduler API on the wire, in iCalendar's words.
//!
//! A contract crate: the scheduler answers in these words, the web app and programs read them.

pub mod answer;
pub mod delegates;
pub mod delivery;
pub mod feed;
pub mod group;
pub mod history;
pub mod import;
pub mod instance;
pub mod intake;
pub mod leaver;
pub mod meeting;
pub mod occurrence;
pub mod occurrences;
pub mod patch;
pub mod preferences;
pub mod recurrence;
pub mod request;
pub mod template;
pub mod timed_logging;
pub mod webhook;
pub mod zone_change;

/// Where the API begins, on the scheduler's own listener and behind a web bridge alike.
pub const PREFIX: &str = "/api/v1/scheduler";
