//! What the web bridge answers itself.

pub(crate) mod events;
pub(crate) mod status;
