//! What the web bridge tells the parts behind it about the browser, and what they tell the web bridge about an answer.
//!
//! The web bridge removes these headers from what browsers send, so behind it they can be believed, and from answers.

/// The browser's IP address.
pub const CLIENT_ADDRESS: &str = "x-convoke-client-address";
/// On an answer: nothing of the request was carried out, so that another part may be asked, whatever the method.
pub const UNDONE: &str = "x-convoke-undone";
/// The host (and port) that the browser asked for.
pub const HOST: &str = "x-convoke-host";
