//! A calendar to subscribe to: all of a person's meetings in one object, for programs that look at it again and again.

use std::collections::BTreeMap;

use super::{
    event,
    lines::{Lines, local},
    zone,
};
use crate::{Audience, PRODUCT_ID, Snapshot};

/// How often programs are asked to look again, in minutes.
pub const REFRESH_MINUTES: u32 = 60;

/// A meeting in a calendar, and how the calendar's person gets into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The meeting as this person is to see it. One with a [`Snapshot::recurrence`] is no more of its series than that occurrence and
    /// the exceptions beside it.
    pub meeting: Snapshot,
    /// Whose calendar it is.
    pub audience: Audience,
}

/// The object, with CRLF line ends; the same for the same entries.
pub fn publish(name: &str, entries: &[Entry]) -> String {
    let mut lines = Lines::new();
    lines.raw("BEGIN", "VCALENDAR");
    lines.raw("PRODID", PRODUCT_ID);
    lines.raw("VERSION", "2.0");
    lines.raw("CALSCALE", "GREGORIAN");
    lines.raw("METHOD", "PUBLISH");
    // RFC 7986, and what programs knew before it.
    lines.text("NAME", name);
    lines.text("X-WR-CALNAME", name);
    let refresh = format!("PT{REFRESH_MINUTES}M");
    lines.property("REFRESH-INTERVAL").with("VALUE", "DURATION").value(&refresh);
    lines.raw("X-PUBLISHED-TTL", &refresh);
    let mut zones: BTreeMap<&str, Vec<&Snapshot>> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| zone::is_needed(&entry.meeting)) {
        zones.entry(entry.meeting.series.zone().name()).or_default().push(&entry.meeting);
    }
    for meetings in zones.values() {
        zone::write(&mut lines, meetings);
    }
    for entry in entries {
        event(&mut lines, entry);
    }
    lines.raw("END", "VCALENDAR");
    lines.finish()
}

fn event(lines: &mut Lines, entry: &Entry) {
    let Entry { meeting, audience } = entry;
    let is_alone = meeting.recurrence.is_some();
    let mut write = |meeting: &Snapshot, audience: &Audience| match meeting.recurrence.filter(|_| is_alone) {
        None => event::publish(lines, meeting, audience),
        Some(original) => {
            // Programs take no occurrence of a series that is not there; each is an event of its own.
            let uid = format!("{}-{}", local(original), meeting.uid);
            event::publish(lines, &Snapshot { uid, recurrence: None, ..meeting.clone() }, audience);
        }
    };
    write(meeting, audience);
    for exception in &meeting.exceptions {
        let audience = Audience { joining: exception.joining.clone(), ..audience.clone() };
        write(&exception.meeting, &audience);
    }
}
