//! The dialling side: one link to each web bridge that is wanted, kept up.

mod attempt;
mod backoff;
mod link;
mod mesh;
mod serve;
mod status;

pub use mesh::{Dialler, LinkSet};
pub use serve::FromWebBridge;
pub use status::{LinkState, LinkStatus};
