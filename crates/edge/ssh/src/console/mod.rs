//! The machine's own console: a Unix socket that hands over the same sessions as SSH, to root and the node's own user alone.

mod client;
mod frame;
mod server;
mod terminal;

pub use client::{ConsoleError, run};
pub use server::{Console, ConsoleStartError};
