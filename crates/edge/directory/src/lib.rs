//! Who may sign in: directory sources behind one interface, password checks, tokens.
//!
//! An edge crate (the outside system is whoever vouches for people). The built-in directory keeps password hashes with
//! the other data; a directory server will be a second [`Source`]. Those who administer a server have accounts in a file of its
//! own ([`accounts`]), so that they can sign in without a database.

pub mod accounts;
pub mod attempts;
pub mod link;
pub mod password;
pub mod source;
pub mod token;

pub use accounts::Accounts;
pub use attempts::Attempts;
pub use source::{BuiltIn, PasswordBook, Source};
