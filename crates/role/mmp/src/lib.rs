//! The MMP: the sessions of the shell, and what each of its commands does to this server.
//!
//! A role crate, run within `convoke node`.

pub mod console;
pub mod outcome;
pub mod services;
pub mod settings_file;
pub mod terminal;
