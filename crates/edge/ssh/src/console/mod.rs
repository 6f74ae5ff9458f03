//! The machine's own console: a Unix socket that hands over the same sessions as SSH, to root and the node's own user alone.

mod client;
mod frame;
mod server;
mod terminal;

pub use client::{ConsoleError, run};
pub use server::{Console, ConsoleStartError};

/// Reads a frame as either side would.
#[cfg(feature = "fuzz")]
pub(crate) fn read_either(kind: u8, body: &bytes::Bytes) {
    for side in [frame::Side::Server, frame::Side::Client] {
        drop(frame::Frame::decode(kind, body.clone(), side));
    }
}
