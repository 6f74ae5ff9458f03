//! Keys, certificates, chains and bundles, and who a peer is.
//!
//! A crate of rules (core): bytes and `now` in, findings out. It opens no file and no socket and reads no clock; whoever
//! uses it brings the bytes and the time. No input makes it panic.

mod certificate;
mod chain;
mod fault;
mod identity;
mod key;
mod peer;
mod pem;
mod request;
mod text;
mod validity;

pub use certificate::Certificate;
pub use chain::{Finding, check_full_chain};
pub use fault::PeerFault;
pub use identity::{Identity, IdentityFault};
pub use key::{PrivateKey, key_matches};
pub use peer::{Bundle, Usage, judge_peer};
pub use pem::{
    MAX_BUNDLE_CERTIFICATES, MAX_CHAIN_CERTIFICATES, MAX_PEM_BYTES, PemFault, parse_certificates, parse_key,
};
pub use request::Request;
pub use text::{certificate_text, request_text};
pub use validity::{EXPIRY_WARNING_DAYS, expiry, expiry_warning};

#[cfg(test)]
mod sample;
