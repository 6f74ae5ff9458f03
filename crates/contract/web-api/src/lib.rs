//! The web app's API on the wire, as relayed by the web bridge, and the form of every JSON refusal.
//!
//! A contract crate: call bridge, scheduler and web bridge answer in these words, the web app reads them.

pub mod problem;
pub mod relay;
pub mod spaces;
pub mod token;
pub mod users;

pub use problem::{FieldFault, Problem};
