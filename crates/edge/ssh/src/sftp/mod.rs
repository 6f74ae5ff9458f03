//! SFTP, version 3, over one flat folder: files come and go whole, and nothing else can be reached.
//!
//! Uploads are written beside and renamed when they are closed; see docs/decisions/0034.

mod answer;
mod attributes;
mod folder;
mod handles;
mod names;
mod room;
mod serve;
mod upload;
mod visitor;

pub use folder::{Folder, Made, Virtual};
pub use names::{Name, NameFault};
pub(crate) use serve::{Visit, serve};
#[cfg(feature = "fuzz")]
pub(crate) use {serve::take_frame, visitor::two_texts};

/// The file that a client's path means.
#[cfg(feature = "fuzz")]
pub(crate) fn file_of(path: &str) -> Option<Name> {
    match names::Place::read(path) {
        Ok(names::Place::File(name)) => Some(name),
        _ => None,
    }
}
