//! HTTPS listeners around axum routers: accept loop, limits, graceful stop; health and metrics pages.
//!
//! A crate of one outside system (edge): whoever speaks HTTP to us. It decides nothing about what is served; a role brings
//! its router. Certificates come from `core/trust`, the signal to stop is any future.

mod bind;
mod body;
mod connection;
mod lasting;
pub mod limits;
mod ops;
mod origin;
mod problem;
mod redirect;
mod secure;
mod serve;
mod tls;
mod unread;

pub use bind::{BindError, Bound, bind};
pub use body::limit_body;
pub use connection::{Answers, ClientAddress};
pub use lasting::Lasting;
pub use ops::{Check, Readiness, ops_router};
pub use origin::refuse_other_sites;
pub use problem::Refusal;
pub use redirect::{is_plain_host, redirect_to_https};
pub use secure::{AddedHeaders, SecurityHeaders};
pub use serve::Transport;
pub use tls::{TlsConfigError, server_config};
