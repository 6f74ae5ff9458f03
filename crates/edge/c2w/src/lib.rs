//! C2W: mutual-TLS WebSocket links, and HTTP/2 carried over them in reverse.
//!
//! A crate of one outside system (edge): the other processes of the cluster. The inner servers (call bridge, scheduler)
//! dial out to the edge, so that a web bridge can stand in a DMZ. After mutual TLS and the WebSocket upgrade the web bridge
//! names its GUID; then the dialler *serves* HTTP/2 over the link and the web bridge is the client.
//!
//! - [`LinkSet`] is the dialling side: it keeps one link to each web bridge that is wanted.
//! - [`C2wListener`] and [`LinkRegistry`] are the accepting side: the links that came, and requests sent over them.

mod accept;
mod alert;
mod dial;
mod expiry;
mod fault;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod heartbeat;
mod hello;
pub mod limits;
mod read_ahead;
mod repeats;
mod role;
mod tls;
mod url;
mod ws_io;

pub use accept::{
    BindError, C2wListener, Link, LinkCounts, LinkId, LinkInfo, LinkRegistry, ListenerSettings, SendError,
};
pub use dial::{Dialler, FromWebBridge, LinkSet, LinkState, LinkStatus};
pub use fault::{DownReason, Failure};
pub use role::Role;
pub use url::{C2wUrl, NotAC2wUrl};
