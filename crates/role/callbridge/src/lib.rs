//! The Call Bridge: its API, users, spaces and templates.
//!
//! A crate of one process (role). It answers administrators and their programs over HTTPS ([`admin`]), the co-located
//! scheduler over loopback ([`loopback`]), and the web app's users through C2W ([`web`]). Objects of whatever kind go
//! through [`objects`], which reads their declarations.

pub mod admin;
pub mod loopback;
pub mod mesh;
pub mod metrics;
pub mod objects;
mod run;
pub mod spaces;
pub mod state;
mod status;
pub mod users;
pub mod web;

pub use run::{RunFault, run};
