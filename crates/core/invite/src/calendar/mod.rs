//! The iCalendar object of a mail (RFC 5545, methods of RFC 5546).
//!
//! Written by hand, since the set of properties is small and fixed and each value that people type has to be escaped
//! for certain.

mod event;
mod lines;
mod observances;
mod zone;

use crate::{Kind, PRODUCT_ID, Recipient, Snapshot};
use lines::Lines;

/// The object for one recipient, complete, with CRLF line ends.
pub(crate) fn write(meeting: &Snapshot, recipient: &Recipient, kind: &Kind) -> String {
    let mut lines = Lines::new();
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("PRODID", PRODUCT_ID);
    lines.raw("VERSION", "2.0");
    lines.raw("CALSCALE", "GREGORIAN");
    lines.raw("METHOD", kind.method());
    zone::write(&mut lines, &meeting.series);
    event::write(&mut lines, meeting, recipient, kind);
    lines.raw("END", "VCALENDAR");
    lines.finish()
}
