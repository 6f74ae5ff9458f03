//! The Scheduler: meetings, invitations, clean-up.
//!
//! A crate of one process (role). The same router answers on its own HTTPS listener and over every C2W link
//! ([`handlers`]). What a change asks for beyond itself (mails, spaces to be removed) is a row of the same transaction;
//! [`jobs`] settle it later, in whichever scheduler comes first. The Call Bridge is asked over loopback.

mod answer_links;
mod asked;
mod branding;
mod caller;
mod handlers;
pub mod import;
mod jobs;
mod keys;
mod mail_limit;
mod meeting;
mod mesh;
mod metrics;
mod named;
mod openapi;
mod run;
mod state;
mod status;
mod templates;
mod users;

pub use openapi::openapi;
pub use run::{RunFault, run};
