//! The Web Bridge: the edge that browsers meet.
//!
//! A crate of one process (role). It serves the web app's files, takes the links that call bridges and schedulers dial, and
//! relays requests over them. It holds no database and no secret of users, and keeps nothing over a restart.

mod files;
mod front;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod handlers;
pub mod limits;
mod metrics;
mod policy;
mod relay;
mod routing;
mod run;
mod settings;
mod state;

pub use run::{Addresses, StartError, run};
pub use settings::WebBridgeSettings;

#[cfg(test)]
mod tests;
