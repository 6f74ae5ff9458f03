//! What developers and tests start: a mail server that keeps mails as files, and whole systems on one machine.
//!
//! The only part of the executable that may panic on a broken machine: it uses `testkit` for its CA and PostgreSQL.
//! The journeys in `tests/` build their systems from the same parts.

pub mod api;
pub mod catch_mail;
pub mod demo;
pub mod folder;
pub mod https;
pub mod layout;
pub mod readiness;
pub mod seed;
pub mod seed_meetings;
pub mod settings_file;
pub mod summary;
pub mod system;
