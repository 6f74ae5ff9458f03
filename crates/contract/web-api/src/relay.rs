//! What the web bridge tells the parts behind it about the browser.
//!
//! The web bridge removes these headers from what browsers send, so behind it they can be believed.

/// The browser's IP address.
pub const CLIENT_ADDRESS: &str = "x-convoke-client-address";
/// The host (and port) that the browser asked for.
pub const HOST: &str = "x-convoke-host";
