//! A meeting in the calendar that somebody has subscribed to: what a mail of all of it would have put there, with that person's own
//! way in.

use convoke_callbridge_api::loopback::User;
use convoke_invite::{Audience, Entry};
use convoke_model::Language;
use convoke_scheduler_api::request::GuestList;
use convoke_store::meetings::{MeetingRow, Revision};
use jiff::Timestamp;

use super::{
    answers::Answers,
    body::Body,
    copies::Copies,
    letters::{Read, SaidOf, joining, snapshot, without_guests},
    mails,
    preferred::Preferences,
};

/// The entry of a meeting, by its row and what it says, for a user; `None` when nothing of it is theirs to attend.
pub(crate) fn entry(row: &MeetingRow, said: &str, user: &User, now: Timestamp) -> Option<Entry> {
    let body: Body = serde_json::from_str(said).ok()?;
    let is_organizer = body.organizer.id == user.id;
    let key = if is_organizer { String::new() } else { user.email.to_lowercase() };
    let attendee = body.everybody().into_iter().find(|attendee| attendee.email.to_lowercase() == key);
    if !is_organizer && attendee.is_none() {
        return None;
    }
    let role = attendee.map_or(body.organizer.role.as_str(), |attendee| attendee.role.as_str());
    let language = attendee.and_then(|attendee| attendee.language.as_deref()).unwrap_or(&body.language);
    let language = Language::from_locale(language).unwrap_or_default();
    // Nobody else stands in it, so nobody's answer does.
    let answers = Answers::default();
    let revision = Revision {
        body: String::new(),
        changed_by: String::new(),
        changed_at: row.updated_at,
        via: String::new(),
        address: None,
        change: String::new(),
    };
    let read = Read {
        row,
        after: &revision,
        before: None,
        answers: &answers,
        links: None,
        preferences: &Preferences::default(),
    };
    let said = SaidOf::new(&body, &answers);
    let master = snapshot(&read, &body, &said)?;
    let (meeting, way) = match Copies::of(None, &body, now, &said) {
        None => (master, body.way(role).map(joining).unwrap_or_default()),
        Some(copies) => {
            let view = copies.view(&key, mails::INVITATION)?;
            let (meeting, way, _) = copies.told(&view, &convoke_invite::Kind::Invitation, &master)?;
            (meeting, way)
        }
    };
    let hides_guests = body.guest_list == GuestList::Organizer && !is_organizer;
    let meeting = if hides_guests { without_guests(meeting) } else { meeting };
    let audience = Audience { joining: way, language, zone: None, is_organizer, is_asked: false };
    Some(Entry { meeting, audience })
}
