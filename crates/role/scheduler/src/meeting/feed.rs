//! A meeting in the calendar that somebody has subscribed to: what a mail of all of it would have put there, with that person's own
//! way in.

use convoke_callbridge_api::loopback::User;
use convoke_invite::{Audience, Entry};
use convoke_model::Language;
use convoke_store::meetings::{MeetingRow, Revision};
use jiff::Timestamp;

use super::{
    answers::Answers,
    body::Body,
    copies::Copies,
    letters::{Read, SaidOf, joining, snapshot},
    mails,
    preferred::Preferences,
};

/// The entry of a meeting, by its row and what it says, for a user; `None` when nothing of it is theirs to attend.
pub(crate) fn entry(
    (row, said): (&MeetingRow, &str),
    user: &User,
    preferences: &Preferences,
    now: Timestamp,
) -> Option<Entry> {
    let body: Body = serde_json::from_str(said).ok()?;
    let is_organizer = body.organizer.id == user.id;
    let key = if is_organizer { String::new() } else { user.email.to_lowercase() };
    let body = without_others(body, &key);
    let attendee = body.everybody().into_iter().find(|attendee| attendee.email.to_lowercase() == key);
    if !is_organizer && attendee.is_none() {
        return None;
    }
    let role = attendee.map_or(body.organizer.role.as_str(), |attendee| attendee.role.as_str());
    let own = preferences.language(&user.email.to_lowercase(), attendee);
    let language = own.or_else(|| Language::from_locale(&body.language)).unwrap_or_default();
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
    let read = Read { row, after: &revision, before: None, answers: &answers, links: None, preferences };
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
    let audience = Audience { joining: way, language, zone: None, is_organizer, is_asked: false };
    Some(Entry { meeting, audience })
}

/// A calendar to look at shows nobody else, and a series of a thousand people may have hundreds of exceptions, each of which would
/// hold them all.
fn without_others(mut body: Body, key: &str) -> Body {
    let is_own = |email: &str| email.to_lowercase() == key;
    body.attendees.retain(|attendee| is_own(&attendee.email));
    for said in body.overrides.iter_mut().chain(&mut body.eras) {
        said.added.retain(|attendee| is_own(&attendee.email));
        said.removed.retain(|removed| removed == key);
        said.roles.retain(|of, _| of == key);
    }
    body
}
