//! A meeting becomes calendar objects and mail parts.
//!
//! A crate of rules (core): a [`Snapshot`] of a meeting, a [`Recipient`] and a [`Kind`] give a [`MailContent`], always
//! the same for the same arguments. It knows no storage, no SMTP and no clock.

mod calendar;
mod changes;
mod content;
pub mod incoming;
pub mod intake;
mod page;
mod preview;
mod snapshot;
mod stencil;
mod template;
mod texts;
pub mod told;

pub use calendar::{Entry, MAX_LISTED_ATTENDEES, REFRESH_MINUTES, publish};
pub use changes::{Change, changes};
pub use content::{CalendarPart, MailContent, write};
pub use preview::{Previewed, preview};
pub use snapshot::{
    Answer, Attendee, Exception, IvrNumber, Joining, Kind, Person, Recipient, Said, Snapshot, Tally,
};
pub use stencil::{Audience, Personal, Stencil};

pub use template::{
    MAX_RENDERED_BYTES, MAX_TEMPLATE_BYTES, Rendered, Template, TemplateFault, TooMuch, Value, Values,
};

/// Names the program that made a calendar object (RFC 5545 3.7.3).
pub const PRODUCT_ID: &str = "-//Convoke//Scheduler//EN";
