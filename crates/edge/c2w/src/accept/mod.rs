//! The accepting side: the links that diallers open, and the requests that a web bridge sends over them.

mod bind;
mod handshake;
mod link;
mod listener;
mod load;
mod newcomers;
mod registry;
mod send;

pub use bind::{BindError, C2wListener};
pub use listener::ListenerSettings;
pub use registry::{LinkCounts, LinkId, LinkInfo, LinkRegistry};
pub use send::{Link, SendError};
