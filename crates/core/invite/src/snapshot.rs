//! What a mail is made from: a meeting as it stands after a change, and the person it goes to.
//!
//! Apart from how meetings are stored, so that a mail can be made again later from the same values.

use convoke_meeting::{Series, Zone};
use convoke_model::{EmailAddress, Language};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};

use crate::Change;

/// A person by name and address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// As people call them; may be empty, then the address stands for it.
    pub name: String,
    /// Where mail goes.
    pub email: EmailAddress,
}

impl Person {
    /// The name, or the address where there is none.
    pub fn shown(&self) -> &str {
        let name = self.name.trim();
        if name.is_empty() { self.email.as_str() } else { name }
    }
}

/// What an attendee has answered so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Answer {
    /// Nothing yet.
    #[default]
    NeedsAction,
    /// Yes.
    Accepted,
    /// No.
    Declined,
    /// Perhaps.
    Tentative,
}

/// Someone invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attendee {
    /// Who.
    pub person: Person,
    /// What they answered.
    pub answer: Answer,
}

/// A meeting as a mail tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The calendar's name of the meeting, the same for life.
    pub uid: String,
    /// Goes up with each change that is mailed (RFC 5545 3.8.7.4).
    pub sequence: u32,
    /// The meeting's name.
    pub summary: String,
    /// Free text; may be empty.
    pub description: String,
    /// When it takes place.
    pub series: Series,
    /// The occurrence of a series that this is, by its original local start; the series is a single time then.
    pub recurrence: Option<DateTime>,
    /// The occurrences that differ from the series, for the same recipient.
    pub exceptions: Vec<Exception>,
    /// Whose meeting it is.
    pub organizer: Person,
    /// The address that calendars know as the organizer's and answer to, where that is not the organizer's own.
    pub answers_to: Option<EmailAddress>,
    /// Everybody invited beside the organizer.
    pub attendees: Vec<Attendee>,
    /// The space it takes place in.
    pub space_name: String,
    /// Numbers to dial in by, which the templates of administrators may show.
    pub ivr_numbers: Vec<IvrNumber>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last; the time stamp of the calendar object.
    pub changed_at: Timestamp,
}

/// A number to dial in by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IvrNumber {
    /// What it is called, such as a town; may be empty.
    pub label: String,
    /// The number.
    pub number: String,
}

impl Snapshot {
    /// What the attendee with this address (in lower case) has answered to the occurrence with this original, or to the meeting as
    /// such.
    pub fn answer_of(&self, key: &str, original: Option<DateTime>) -> Answer {
        let own = |exception: &&Exception| exception.meeting.recurrence == original;
        let exception = original.and_then(|_| self.exceptions.iter().find(own));
        let attendees = exception.map_or(&self.attendees, |exception| &exception.meeting.attendees);
        let found = attendees.iter().find(|attendee| attendee.person.email.key() == key);
        found.map(|attendee| attendee.answer).unwrap_or_default()
    }
}

/// What somebody said of a meeting, for its organizer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// Who.
    pub person: Person,
    /// What they answered.
    pub answer: Answer,
    /// Of which occurrence, by its original local start, and whether those after it are meant too; `None` for all of it.
    pub about: Option<(DateTime, bool)>,
    /// Another local start and end that they would rather have.
    pub proposed: Option<(DateTime, DateTime)>,
    /// What they said with it; may be empty.
    pub comment: String,
}

/// How many people answered what to a meeting as it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Yes.
    pub accepted: usize,
    /// Perhaps.
    pub tentative: usize,
    /// No.
    pub declined: usize,
    /// Nothing yet.
    pub waiting: usize,
}

/// An occurrence that differs from its series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// What it says; it has a [`Snapshot::recurrence`] and no exceptions.
    pub meeting: Snapshot,
    /// How the recipient gets into it.
    pub joining: Joining,
}

/// How the recipient gets in, by their own role. What is absent is left out of the mail.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Joining {
    /// The access method's name.
    pub role: Option<String>,
    /// The page to join on.
    pub link: Option<String>,
    /// The number to dial or type.
    pub meeting_id: Option<String>,
    /// Asked for beside the meeting ID.
    pub passcode: Option<String>,
    /// The address to call from a video system.
    pub uri: Option<String>,
}

/// Whom the mail goes to; an organizer is told so in the texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Who.
    pub person: Person,
    /// Their own way in.
    pub joining: Joining,
    /// The language of the mail.
    pub language: Language,
    /// The recipient's own zone, if it is known: times are told in it too.
    pub zone: Option<Zone>,
    /// Where the recipient answers, if they are asked to.
    pub answer_link: Option<String>,
}

/// Why the mail is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The recipient is invited.
    Invitation,
    /// The meeting has changed; what, as far as known (see [`crate::changes`]).
    Update(Vec<Change>),
    /// The meeting does not take place.
    Cancellation,
    /// The meeting takes place without the recipient.
    Removal,
    /// The recipient has handed the meeting over to its organizer of now, and is not part of it any more.
    HandedOver,
    /// The cancellation is taken back.
    Restored,
    /// The same again, because somebody asked for it.
    Resent,
    /// The clocks of the meeting's zone are to show something else: the local time stays, the instant is another.
    Clocks,
    /// A series goes on from this date as another one, which the mail tells of; what changed, as far as known.
    Split {
        /// The first start of the new series.
        first: DateTime,
        /// What changed.
        changes: Vec<Change>,
    },
    /// A series ends earlier than it did.
    Ended {
        /// The day of its last occurrence.
        last: Date,
        /// Whether it goes on as another one, which another mail tells of.
        continues: bool,
    },
    /// What people said of the meeting, for its organizer; one who proposes another time alone has a mail that says so.
    Answers {
        /// What they said, in the order in which it came.
        said: Vec<Said>,
        /// What all have answered.
        tally: Tally,
    },
    /// The other time that the recipient proposed is not taken.
    ProposalDeclined {
        /// Its local start and end.
        proposed: (DateTime, DateTime),
    },
    /// It begins soon.
    Reminder {
        /// In so many minutes, as seen when the mail was queued.
        minutes: u32,
    },
}

/// The iTIP method of what takes place.
pub(crate) const REQUEST: &str = "REQUEST";

impl Kind {
    /// The iTIP method (RFC 5546): of the calendar object and of the mail part alike. `None` where there is no such object.
    pub fn method(&self) -> Option<&'static str> {
        match self {
            Self::Invitation
            | Self::Update(_)
            | Self::Restored
            | Self::Resent
            | Self::Clocks
            | Self::Split { .. }
            | Self::Ended { .. } => Some(REQUEST),
            Self::Cancellation | Self::Removal | Self::HandedOver => Some("CANCEL"),
            Self::ProposalDeclined { .. } => Some("DECLINECOUNTER"),
            Self::Answers { .. } | Self::Reminder { .. } => None,
        }
    }

    /// The name of the attached calendar file.
    pub(crate) fn file_name(&self) -> &'static str {
        match self {
            Self::Cancellation | Self::Removal | Self::HandedOver => "cancel.ics",
            Self::ProposalDeclined { .. } => "answer.ics",
            _ => "invite.ics",
        }
    }

    /// The one who proposes another time, when the mail tells of nothing else.
    pub(crate) fn proposal(&self) -> Option<&Said> {
        match self {
            Self::Answers { said, .. } => match &said[..] {
                [one] => Some(one).filter(|one| one.proposed.is_some()),
                _ => None,
            },
            _ => None,
        }
    }

    /// What changed, as far as the mail lists it.
    pub(crate) fn changes(&self) -> &[Change] {
        match self {
            Self::Update(changes) | Self::Split { changes, .. } => changes,
            _ => &[],
        }
    }

    /// Whether the meeting is still on for the recipient.
    pub fn is_on(&self) -> bool {
        !matches!(self, Self::Cancellation | Self::Removal | Self::HandedOver)
    }

    /// Whether it tells how to join: who hears of answers alone knows it.
    pub(crate) fn tells_way_in(&self) -> bool {
        self.method() == Some(REQUEST) || matches!(self, Self::Reminder { .. })
    }
}
