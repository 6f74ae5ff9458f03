//! In which language and zone people have their mails: what is said of them in the meeting, else what they prefer themselves, else
//! the meeting's.

use std::collections::HashMap;

use convoke_meeting::Zone;
use convoke_model::Language;
use convoke_store::{
    DbFault, Tx,
    preferences::{self, PreferenceRow},
};

use super::body::{Attendee, Body};

/// What people prefer, by address in lower case; those who prefer nothing are missing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Preferences(HashMap<String, PreferenceRow>);

/// The languages and zones of those who have their mails otherwise than their meeting, by address in lower case.
pub(crate) type Own = HashMap<String, (Option<Language>, Option<String>)>;

impl Preferences {
    /// What everybody of these states of a meeting preferred before `at` (milliseconds since 1970).
    pub(crate) fn of_meeting(tx: &mut Tx<'_>, bodies: &[Body], at: i64) -> Result<Self, DbFault> {
        let mut people: Vec<String> = bodies
            .iter()
            .flat_map(|body| {
                let attendees = body.everybody().into_iter().map(|attendee| attendee.email.to_lowercase());
                std::iter::once(body.organizer.email.to_lowercase()).chain(attendees)
            })
            .collect();
        people.sort_unstable();
        people.dedup();
        Ok(Self(preferences::as_of(tx, people.iter().map(String::as_str), at)?))
    }

    /// What one person (an address in lower case) preferred before `at`.
    pub(crate) fn of_person(tx: &mut Tx<'_>, person: &str, at: i64) -> Result<Self, DbFault> {
        Ok(Self(preferences::as_of(tx, [person], at)?))
    }

    /// Whoever of these states of a meeting, the newest last, has their mails otherwise than the meeting.
    pub(crate) fn own<'b>(&self, bodies: impl Iterator<Item = &'b Body>) -> Own {
        let mut own = Own::new();
        let mut note = |key: String, known: Option<&Attendee>| {
            match (self.language(&key, known), self.zone_name(&key, known)) {
                (None, None) => own.remove(&key),
                differs => own.insert(key, differs),
            };
        };
        for body in bodies {
            note(body.organizer.email.to_lowercase(), None);
            for attendee in body.everybody() {
                note(attendee.email.to_lowercase(), Some(attendee));
            }
        }
        own
    }

    /// The language of the mails of a person whom the meeting knows as `known`, where it is not the meeting's.
    pub(crate) fn language(&self, person: &str, known: Option<&Attendee>) -> Option<Language> {
        let said = known.and_then(|known| known.language.as_deref());
        let preferred = || self.0.get(person).map(|preferred| preferred.language.as_str());
        said.or_else(preferred).and_then(Language::from_locale)
    }

    /// The name of the zone in which their mails tell times as well as in the meeting's.
    pub(crate) fn zone_name(&self, person: &str, known: Option<&Attendee>) -> Option<String> {
        let said = known.and_then(|known| known.zone.as_deref());
        let preferred = || self.0.get(person).map(|preferred| preferred.time_zone.as_str());
        said.or_else(preferred).filter(|zone| !zone.is_empty()).map(ToOwned::to_owned)
    }

    /// The same zone, where it is known.
    pub(crate) fn zone(&self, person: &str, known: Option<&Attendee>) -> Option<Zone> {
        Zone::named(&self.zone_name(person, known)?).ok()
    }
}
