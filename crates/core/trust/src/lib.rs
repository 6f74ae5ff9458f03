//! Keys, certificates, chains and bundles, and who a peer is.
//!
//! A crate of rules (core): bytes and `now` in, findings out. It opens no file and no socket and reads no clock; whoever
//! uses it brings the bytes and the time. No input makes it panic.

mod certificate;
mod chain;
mod fault;
mod identity;
mod key;
mod look;
mod order;
mod peer;
mod pem;
mod pkcs12;
mod request;
mod text;
mod validity;
mod verify;

pub use certificate::Certificate;
pub use chain::{Finding, below_root, check_full_chain, with_bundle};
pub use fault::PeerFault;
pub use identity::{Identity, IdentityFault};
pub use key::{PrivateKey, key_matches};
pub use look::{Encoding, FileKind, Looked, look};
pub use order::{Mended, Ordered, Unordered, order};
pub use peer::{Bundle, Usage, judge_peer};
pub use pem::{
    MAX_BUNDLE_CERTIFICATES, MAX_CHAIN_CERTIFICATES, MAX_PEM_BYTES, PemFault, parse_certificates, parse_key,
};
pub use pkcs12::{MAX_PKCS12_BYTES, Pkcs12, Pkcs12Fault};
pub use request::Request;
pub use text::{certificate_text, request_text};
pub use validity::{EXPIRY_WARNING_DAYS, expiry, expiry_warning};
pub use verify::{NameMatch, holds_name, verify_chain};

#[cfg(test)]
mod sample;
