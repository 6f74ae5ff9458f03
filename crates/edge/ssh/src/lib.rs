//! The SSH and SFTP server, and the socket of the machine's own console.
//!
//! An edge crate (the outside systems are SSH clients): it authenticates through what it is given ([`Gate`]), and hands each session over as
//! streams ([`Session`]). It knows no command.

mod algorithms;
pub mod console;
#[cfg(feature = "fuzz")]
pub mod fuzz;
mod gate;
mod host_key;
pub mod limits;
mod queue;
mod server;
mod session;
pub mod sftp;

pub use algorithms::UserKey;
pub use gate::{Answer, Gate};
pub use host_key::{HostKey, HostKeyError};
pub use server::{Config, Server};
pub use session::{
    Ends, Exit, Gone, Input, InputSender, Inputs, Kind, NotTaken, Output, Ready, Session, Terminal, session,
};
