//! The MMP: the sessions of the shell, and what each of its commands does to this server.
//!
//! A role crate, run within `convoke node`.

pub mod backup;
mod bundle;
mod checks;
mod commands;
pub mod console;
pub mod files;
pub mod gate;
mod hints;
mod issuers;
mod machine;
pub mod mmp;
pub mod outcome;
pub mod public_keys;
pub mod run;
pub mod services;
pub mod sessions;
pub mod settings_file;
pub mod shell;
pub mod sign_in;
pub mod terminal;
mod uses;
