//! The iCalendar object of a mail (RFC 5545, methods of RFC 5546).
//!
//! Written by hand, since the set of properties is small and fixed and each value that people type has to be escaped
//! for certain.

mod event;
mod form;
mod lines;
mod observances;
mod published;
mod zone;

use crate::{Audience, Kind, PRODUCT_ID, Snapshot};
pub(crate) use form::Form;
use lines::Lines;
pub use published::{Entry, REFRESH_MINUTES, publish};

/// How many attendees a calendar object lists. In one of more people each finds the organizer and themselves: lists of
/// thousands, once a person, would be gigabytes of mail, and no calendar needs them to take an answer (RFC 5546 3.2.2).
pub const MAX_LISTED_ATTENDEES: usize = 50;

/// The object of this method, complete but for the line of a recipient whom it does not list, with CRLF line ends.
pub(crate) fn write(meeting: &Snapshot, audience: &Audience, kind: &Kind, method: &str) -> Form {
    let mut lines = Lines::new();
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("PRODID", PRODUCT_ID);
    lines.raw("VERSION", "2.0");
    lines.raw("CALSCALE", "GREGORIAN");
    lines.raw("METHOD", method);
    if zone::is_needed(meeting) {
        zone::write(&mut lines, &[meeting]);
    }
    let mut events = vec![event::write(&mut lines, meeting, audience, kind)];
    for exception in &meeting.exceptions {
        let audience = Audience { joining: exception.joining.clone(), ..audience.clone() };
        events.push(event::write(&mut lines, &exception.meeting, &audience, kind));
    }
    lines.raw("END", "VCALENDAR");
    Form::new(lines.finish(), events)
}
