//! What calendars answer (RFC 5546): read from a foreign object, held against the meeting that it names.
//!
//! [`read`] takes what programs really send, [`identify`] finds the occurrence that a foreign time names, [`judge`] decides whether
//! the sender may say it. Of a foreign object only the answer counts: whoever answers, for which occurrence, what, with which
//! words and which other time. What it says of the meeting itself is not looked at, as programs rewrite it.

mod events;
mod ical;
mod identify;
mod judge;
mod read;
mod windows_zones;

use convoke_meeting::Zone;
use jiff::{Timestamp, civil::DateTime};

use crate::Answer;

pub use events::{Event, EventFault, Exception, Found, MAX_LISTED, MAX_UID_CHARS, Said as EventSaid, events};
pub use ical::{MAX_CALENDAR_BYTES, MAX_COMPONENTS, MAX_DEPTH, MAX_LINES};
pub use identify::identify;
pub use judge::{Evidence, Judged, Policy, Proposed, Reason, Refusal, Sender, judge};
pub use read::{MAX_ATTENDEES, MAX_COMMENT_CHARS, MAX_EVENTS, read};

/// Why a text is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IncomingFault {
    /// There is no VCALENDAR in it.
    NoCalendar,
    /// It ends before its END:VCALENDAR.
    Truncated,
    /// More octets, lines, components, events or attendees than are looked at.
    TooLarge,
    /// No METHOD, neither in the object nor in the mail.
    NoMethod,
    /// No VEVENT with a UID, or several UIDs in one object.
    NoEvent,
}

impl std::fmt::Display for IncomingFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoCalendar => "there is no calendar object in it",
            Self::Truncated => "the calendar object is cut off",
            Self::TooLarge => "the calendar object is larger than what is looked at",
            Self::NoMethod => "the calendar object does not say what it is (METHOD)",
            Self::NoEvent => "the calendar object names no meeting, or several",
        })
    }
}

/// What an object is for (RFC 5546 1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Method {
    /// An answer.
    Reply,
    /// Another time is proposed.
    Counter,
    /// The invitation is asked for again.
    Refresh,
    /// A proposal was declined; what organizers send.
    DeclineCounter,
    /// Anything else, in upper case.
    Other(String),
}

/// A foreign object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incoming {
    /// What it is for.
    pub method: Method,
    /// The meeting's UID in lower case; ours, where Exchange has put it into an id of its own.
    pub uid: String,
    /// What it says, one an event, at most [`MAX_EVENTS`].
    pub said: Vec<Said>,
}

/// What one event of a foreign object says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// RECURRENCE-ID, or by what else the program names a single occurrence; `None` for all of it.
    pub recurrence: Option<CalendarTime>,
    /// Whether those after it are meant too (RANGE=THISANDFUTURE).
    pub is_following: bool,
    /// Who is named, in order, at most [`MAX_ATTENDEES`].
    pub attendees: Vec<Answering>,
    /// SEQUENCE of the invitation that is answered.
    pub sequence: Option<u32>,
    /// DTSTAMP: when the answer was made.
    pub stamped_at: Option<Timestamp>,
    /// COMMENT, without line ends around it.
    pub comment: String,
    /// DTSTART.
    pub start: Option<CalendarTime>,
    /// DTEND, or DTSTART with DURATION.
    pub end: Option<CalendarTime>,
}

/// Someone whom a foreign event names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answering {
    /// The address in lower case.
    pub person: String,
    /// PARTSTAT; `None` for one that is no answer to us (DELEGATED, or a word that nobody knows).
    pub answer: Option<Answer>,
    /// What was written to it.
    pub comment: String,
}

/// A time as a foreign program writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarTime {
    /// What its clock shows; midnight for a date.
    pub local: DateTime,
    /// Whether it is a date.
    pub is_date: bool,
    /// On whose clock.
    pub clock: Clock,
}

/// On whose clock a foreign time is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clock {
    /// Coordinated Universal Time.
    Utc,
    /// A zone that is known by its name, or by what Windows calls it.
    Zone(Zone),
    /// A zone of the object's own: offsets east of UTC, in seconds, that it ever has.
    Offsets(Vec<i32>),
    /// None is said.
    Floating,
}
