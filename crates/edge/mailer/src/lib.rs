//! SMTP out, replies in.
//!
//! An edge crate; its one outside system is the mail server. [`compose`] makes the bytes of a mail, always the same for
//! the same arguments, so that a retry is the same mail; [`Mailer`] hands bytes to the server and tells in words
//! what became of them. Queues and retries are not its business.

mod compose;
mod fault;
pub mod incoming;
mod line;
mod mailer;
mod pace;
mod session;
mod settings;
mod wire;

pub use compose::{Head, Parts, compose};
pub use fault::SendFault;
pub use line::Line;
pub use mailer::{Accepted, Envelope, Mailer};
pub use settings::{Auth, MailerSettings, Protocol, SettingsFault, Timeouts, Trust};
