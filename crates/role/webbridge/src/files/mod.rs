//! The web app's files, from the executable itself: compressed ahead, cached by browsers.

mod encoding;
mod kind;
mod serve;
mod store;

pub(crate) use store::Files;
