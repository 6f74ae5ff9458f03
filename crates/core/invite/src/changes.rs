//! What differs between two states of a meeting, as far as people need to be told.

use std::collections::HashSet;

use convoke_meeting::Series;

use crate::{Person, Snapshot};

/// One difference, with what was before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The meeting had another name.
    Summary {
        /// The name before.
        before: String,
    },
    /// It was at another time, or repeated otherwise.
    Time {
        /// The series before.
        before: Box<Series>,
    },
    /// The description is another.
    Description,
    /// It was somebody else's.
    Organizer {
        /// Whose.
        before: String,
    },
    /// It was in another space.
    Space {
        /// The space's name before.
        before: String,
    },
    /// Other people are invited.
    Attendees {
        /// Names of those who were not invited before.
        added: Vec<String>,
        /// Names of those who are not invited any more.
        removed: Vec<String>,
    },
}

/// What changed from one state to the next; empty when it is nothing that a mail tells.
pub fn changes(before: &Snapshot, after: &Snapshot) -> Vec<Change> {
    let mut found = Vec::new();
    if before.series != after.series {
        found.push(Change::Time { before: Box::new(before.series.clone()) });
    }
    if before.summary != after.summary {
        found.push(Change::Summary { before: before.summary.clone() });
    }
    if before.organizer.email.key() != after.organizer.email.key() {
        found.push(Change::Organizer { before: before.organizer.shown().to_owned() });
    }
    if before.space_name != after.space_name {
        found.push(Change::Space { before: before.space_name.clone() });
    }
    if before.description != after.description {
        found.push(Change::Description);
    }
    let added = missing_in(before, after);
    let removed = missing_in(after, before);
    if !added.is_empty() || !removed.is_empty() {
        found.push(Change::Attendees { added, removed });
    }
    found
}

/// The attendees of `there` that `here` has not, by address.
fn missing_in(here: &Snapshot, there: &Snapshot) -> Vec<String> {
    let known: HashSet<String> = here.attendees.iter().map(|attendee| attendee.person.email.key()).collect();
    there
        .attendees
        .iter()
        .map(|attendee| &attendee.person)
        .filter(|person| !known.contains(&person.email.key()))
        .map(Person::shown)
        .map(str::to_owned)
        .collect()
}
