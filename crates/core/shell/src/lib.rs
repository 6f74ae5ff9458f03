//! The MMP shell as rules: what a line means, what may follow, how a line is edited, how answers look.
//!
//! A crate of rules (core): lines and keys in, commands and texts out. It does nothing of what a command says; that is the
//! MMP's (`role/mmp`).

pub mod complete;
pub mod editor;
pub mod grammar;
pub mod help;
pub mod line;
pub mod manual;
mod near;
pub mod rows;
pub mod scrub;
pub mod words;
