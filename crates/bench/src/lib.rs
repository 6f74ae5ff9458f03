//! What `make bench` measures: rows of figures, each side by side with its peer in the same run.
//!
//! A tool, as xtask is: it may use every crate, and none uses it. Both sides of a figure run in the same minutes on the same
//! machine, in turns, so that the ratios mean something where absolute figures swing.

pub mod behind;
pub mod bench;
pub mod bridge;
pub mod browsers;
pub mod client;
pub mod filled;
pub mod peers;
pub mod process;
pub mod rounds;
pub mod rows;
pub mod system;
pub mod table;
pub mod wrk;
