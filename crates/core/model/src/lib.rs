//! The words that every layer shares: ids, addresses, languages.
//!
//! A crate of rules (core): values in, values out. It knows no wire format, no storage and no clock.

pub mod account;
pub mod email;
pub mod id;
pub mod jid;
pub mod language;
pub mod network;
pub mod uri;

pub use account::AccountRole;
pub use email::EmailAddress;
pub use id::*;
pub use jid::Jid;
pub use language::Language;
