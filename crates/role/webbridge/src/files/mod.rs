//! The web app's files, from the executable itself: compressed ahead, cached by browsers.

mod encoding;
mod kind;
mod serve;
mod store;

pub(crate) use store::Files;

/// The names of the codings that an `Accept-Encoding` allows, best first.
#[cfg(feature = "fuzz")]
pub(crate) fn encodings_by_preference(accepted: &str) -> Vec<&'static str> {
    encoding::by_preference(accepted).map(|encoding| encoding.name().unwrap_or("identity")).collect()
}
