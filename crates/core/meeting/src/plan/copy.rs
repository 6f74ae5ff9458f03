//! What people's calendars are to show of a meeting.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{Timestamp, civil::DateTime};

use super::{Face, Invitee, Override, Plan};
use crate::Series;

/// What one person's calendar is to show. Equal copies need no mail in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The series with what holds for most of its occurrences; `None` for somebody who is in single ones only.
    pub series: Option<(Series, Shown)>,
    /// The occurrences that differ, by their originals: local start and end, and what they say.
    pub own: BTreeMap<DateTime, (DateTime, DateTime, Shown)>,
    /// Originals of the series that this person is not to show.
    pub left_out: BTreeSet<DateTime>,
}

/// What a calendar says of a meeting, and the way in by the own role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// The name.
    pub summary: String,
    /// Free text.
    pub description: String,
    /// The place.
    pub place: String,
    /// The own role.
    pub role: String,
}

/// What the calendars of all people are to show, worked out once for all of them.
#[derive(Debug, Clone)]
pub struct Copies {
    is_cancelled: bool,
    series: Series,
    face: Texts,
    organizer_role: String,
    /// Roles in the series, by key.
    roles: HashMap<String, String>,
    own: Vec<Own>,
}

#[derive(Debug, Clone)]
struct Texts {
    summary: String,
    description: String,
    place: String,
}

/// An occurrence that differs.
#[derive(Debug, Clone)]
struct Own {
    original: DateTime,
    times: (DateTime, DateTime),
    has_begun: bool,
    is_cancelled: bool,
    is_plain: bool,
    has_time: bool,
    texts: Texts,
    organizer_role: String,
    /// Whose roles are not those of the series: `None` for who is not in it.
    roles: HashMap<String, Option<String>>,
}

impl Texts {
    fn of(face: &Face) -> Self {
        let Face { summary, description, place, .. } = face.clone();
        Self { summary, description, place }
    }

    fn shown(&self, role: &str) -> Shown {
        Shown {
            summary: self.summary.clone(),
            description: self.description.clone(),
            place: self.place.clone(),
            role: role.to_owned(),
        }
    }
}

impl Copies {
    /// The copy of this person; `None` when there is nothing to show. An empty key stands for the organizer, who is in all
    /// of it.
    pub fn copy_for(&self, key: &str) -> Option<Copy> {
        if self.is_cancelled {
            return None;
        }
        let in_series = if key.is_empty() { Some(&self.organizer_role) } else { self.roles.get(key) };
        let usual = in_series.map(|role| self.face.shown(role));
        let (mut own, mut left_out) = (BTreeMap::new(), BTreeSet::new());
        for said in &self.own {
            let role = match said.roles.get(key) {
                _ if key.is_empty() => Some(&said.organizer_role),
                Some(role) => role.as_ref(),
                None => in_series,
            };
            match (role.filter(|_| !said.is_cancelled), &usual) {
                (Some(role), Some(usual)) => {
                    let shown = said.texts.shown(role);
                    if !said.is_plain && (said.has_time || *usual != shown) {
                        own.insert(said.original, (said.times.0, said.times.1, shown));
                    }
                }
                // Who is in single occurrences only needs nothing of those that have begun.
                (Some(role), None) if !said.has_begun => {
                    own.insert(said.original, (said.times.0, said.times.1, said.texts.shown(role)));
                }
                (None, Some(_)) => {
                    left_out.insert(said.original);
                }
                (_, None) => {}
            }
        }
        let series = usual.map(|usual| (self.series.clone(), usual));
        (series.is_some() || !own.is_empty()).then_some(Copy { series, own, left_out })
    }

    /// Whether nothing takes place.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled
    }

    /// Whether an occurrence does not take place, or is none of the series.
    pub fn is_off(&self, original: DateTime) -> bool {
        self.is_cancelled
            || match self.own.iter().find(|said| said.original == original) {
                Some(said) => said.is_cancelled,
                None => self.series.at(original).is_none(),
            }
    }
}

impl Plan {
    /// What everybody's calendar is to show at `now`.
    pub fn copies(&self, now: Timestamp) -> Copies {
        let own = |(original, said): (&DateTime, &Override)| {
            let regular = self.series.at(*original)?;
            let (time, base) = (self.own_time(said, regular), self.face_at(*original));
            let bare = Face { people: Vec::new(), ..base.clone() };
            let face = Override { added: Vec::new(), ..said.clone() }.face(&bare);
            Some(Own {
                original: *original,
                times: (time.local_start, time.local_end),
                has_begun: time.start <= now,
                is_cancelled: said.is_cancelled,
                is_plain: said.is_plain() && base == &self.face,
                has_time: said.time.is_some(),
                texts: Texts::of(&face),
                organizer_role: face.organizer_role,
                roles: self.other_roles(said, base),
            })
        };
        Copies {
            is_cancelled: self.is_cancelled,
            series: self.series.clone(),
            face: Texts::of(&self.face),
            organizer_role: self.face.organizer_role.clone(),
            roles: self.face.people.iter().map(|person| (person.key(), person.role.clone())).collect(),
            own: self.overrides.iter().filter_map(own).collect(),
        }
    }

    /// The roles of those whose roles in an occurrence may not be those of the series.
    fn other_roles(&self, said: &Override, base: &Face) -> HashMap<String, Option<String>> {
        if base != &self.face {
            // It is of an era: everybody of then and of now, one by one.
            let then = said.face(base);
            let now = self.face.people.iter().map(|person| (person.key(), None));
            let then = then.people.iter().map(|person| (person.key(), Some(person.role.clone())));
            return now.chain(then).collect();
        }
        let series = if said.added.is_empty() { BTreeSet::new() } else { self.keys() };
        let added = said.added.iter().map(|person| (person.key(), Some(person.role.clone())));
        let changed = said.roles.iter().map(|(key, role)| (key.clone(), Some(role.clone())));
        let removed = said.removed.iter().map(|key| (key.clone(), None));
        added.filter(|(key, _)| !series.contains(key)).chain(changed).chain(removed).collect()
    }

    fn keys(&self) -> BTreeSet<String> {
        self.face.people.iter().map(Invitee::key).collect()
    }

    /// The copy of one person at `now`, as [`Copies::copy_for`].
    pub fn copy_for(&self, key: &str, now: Timestamp) -> Option<Copy> {
        self.copies(now).copy_for(key)
    }

    /// The keys of everybody but the organizer who is in some of it.
    pub fn everybody(&self) -> BTreeSet<String> {
        let mut everybody = self.keys();
        everybody.extend(self.overrides.values().flat_map(|said| &said.added).map(Invitee::key));
        everybody
    }
}
