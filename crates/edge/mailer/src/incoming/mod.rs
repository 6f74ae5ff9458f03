//! Mails that come in: what arrived, and what of it matters.
//!
//! [`read`] takes the bytes of a mail, whichever way they came, and tells who sent it, what is known of the sender, and whether it
//! holds an answer of a calendar or a report on a mail of ours. Everything else in a mail is not looked at.

mod evidence;
pub mod imap;
pub mod lmtp;
mod message;
mod parts;
mod report;

pub use message::{Content, MAX_MAIL_BYTES, Received, read};
pub use parts::{MAX_PART_DEPTH, MAX_PARTS, MailFault};
pub use report::{MAX_REPORTED, Outcome, Report, Reported};
