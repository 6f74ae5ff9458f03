//! Accounts of a server: those who administer it by the shell and its APIs. People who meet are users, and another matter.

mod role;

pub use role::AccountRole;
