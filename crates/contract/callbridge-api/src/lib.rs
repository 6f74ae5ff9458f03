//! The Call Bridge API on the wire: objects, parameters, XML, error codes.
//!
//! A contract crate: what the call bridge and its clients (the scheduler among them) share. Every object is declared
//! once, in [`kinds`]; reading parameters ([`check`]), paths ([`path`]) and writing XML ([`render`]) are written once for
//! all of them. To add an object: a file in `kinds/` with a [`kind::Kind`], and a line in [`kinds::ALL`].

pub mod branding;
pub mod check;
pub mod failure;
pub mod form;
pub mod kind;
pub mod kinds;
pub mod loopback;
pub mod path;
pub mod read;
pub mod render;
pub mod xml;

pub use failure::Failure;
pub use kind::{Field, Kind};
