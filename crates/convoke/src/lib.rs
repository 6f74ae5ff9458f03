//! The executable's parts: it reads the command line, builds the edges, and hands them to a role's `run`.
//!
//! Wiring only: no SQL and no rules stand here. [`node`] keeps the roles alive as child processes, [`roles`] runs one,
//! [`user`] and [`admin`] are the operator's commands, and [`dev`] is what developers and tests start.

pub mod accounts;
pub mod admin;
pub mod check_config;
pub mod cli;
pub mod database;
pub mod dev;
pub mod init;
pub mod mmp;
pub mod node;
pub mod password;
pub mod roles;
pub mod start;
pub mod user;
pub mod zones;
