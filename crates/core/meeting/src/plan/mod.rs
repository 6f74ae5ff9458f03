//! All that a meeting says: its series, and the occurrences that differ from it.
//!
//! An occurrence is named by its original, the local start that the series gives (RECURRENCE-ID). What one says instead of
//! the series stands in its [`Override`], and only what differs, so that a later change of the series reaches the rest.
//! [`operate`] is the only way in which a plan changes.

pub(crate) mod agreed;
mod copy;
mod cut;
mod exceptions;
mod notices;
mod parting;
mod surgery;
mod times;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{Timestamp, civil::DateTime};

use crate::{Occurrence, Series, series::SeriesParts};

pub use copy::{Calendars, Copy, Shown};
pub use exceptions::{Decision, Fate, Outcome};
pub use notices::{Concern, Notice, Notify, notices};
pub use surgery::{Aim, Edit, Scope, Surgery, SurgeryFault, operate};

/// Overrides of one plan at most.
pub const MAX_OVERRIDES: usize = 500;

/// All that a meeting says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// When it takes place.
    pub series: Series,
    /// What it says where nothing else is said.
    pub face: Face,
    /// The occurrences that differ, by their originals.
    pub overrides: BTreeMap<DateTime, Override>,
    /// What occurrences said that had begun before the series changed, oldest first.
    pub eras: Vec<Era>,
    /// SEQUENCE (RFC 5545 3.8.7.4): goes up with each change.
    pub sequence: u32,
    /// The SEQUENCE from which on answers count: what was answered before was said of another time or place.
    pub answers_since: u32,
    /// Whether all of it does not take place.
    pub is_cancelled: bool,
}

/// What a meeting, or one occurrence of it, says besides its time.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Face {
    /// The name.
    pub summary: String,
    /// Free text.
    pub description: String,
    /// The place, by an id that means nothing here.
    pub place: String,
    /// The organizer's role.
    pub organizer_role: String,
    /// Everybody else, in the order that they were named in.
    pub people: Vec<Invitee>,
}

/// Someone invited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitee {
    /// Where mail goes.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// Their role.
    pub role: String,
}

impl Invitee {
    /// What tells one person from another: the address in lower case.
    pub fn key(&self) -> String {
        self.email.to_lowercase()
    }
}

impl Face {
    /// The person with this key.
    pub fn person(&self, key: &str) -> Option<&Invitee> {
        self.people.iter().find(|person| person.key() == key)
    }
}

/// What one occurrence says instead of its series. One that says nothing of its own tells of a difference that was taken
/// back; calendars may still keep it, so it goes on being told.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Override {
    /// It does not take place.
    pub is_cancelled: bool,
    /// Its own local start and end.
    pub time: Option<(DateTime, DateTime)>,
    /// Its own name.
    pub summary: Option<String>,
    /// Its own text.
    pub description: Option<String>,
    /// Its own place.
    pub place: Option<String>,
    /// The organizer's role in it.
    pub organizer_role: Option<String>,
    /// Who is invited to it beside those of the series.
    pub added: Vec<Invitee>,
    /// Keys of those who are not invited to it.
    pub removed: BTreeSet<String>,
    /// Roles that differ, by key.
    pub roles: BTreeMap<String, String>,
    /// Its original before the series was moved, under which late replies name it.
    pub former: Option<DateTime>,
    /// The SEQUENCE from which on answers to it count, where that is another than its series'.
    pub answers_since: Option<u32>,
}

/// What occurrences said whose originals lie before `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Era {
    /// The original from which on something newer holds.
    pub until: DateTime,
    /// What they said.
    pub face: Face,
    /// The SEQUENCE from which on answers to them count.
    pub answers_since: u32,
}

/// Eras that are remembered at most; of older ones the newest is kept.
pub const MAX_ERAS: usize = 20;

/// One occurrence as the plan has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// When.
    pub time: Occurrence,
    /// What it says.
    pub face: Face,
    /// Whether it says something of its own.
    pub is_overridden: bool,
    /// Whether it does not take place.
    pub is_cancelled: bool,
}

impl Override {
    /// Whether nothing of the series is said otherwise.
    pub fn is_plain(&self) -> bool {
        *self == Self { former: self.former, answers_since: self.answers_since, ..Self::default() }
    }

    /// What an occurrence says by this override of a series that says `base`.
    pub fn face(&self, base: &Face) -> Face {
        let own = |own: &Option<String>, base: &String| own.as_ref().unwrap_or(base).clone();
        let stays = base.people.iter().filter(|person| !self.removed.contains(&person.key()));
        let added = self.added.iter().filter(|person| base.person(&person.key()).is_none());
        let with_role = |person: &Invitee| match self.roles.get(&person.key()) {
            Some(role) => Invitee { role: role.clone(), ..person.clone() },
            None => person.clone(),
        };
        Face {
            summary: own(&self.summary, &base.summary),
            description: own(&self.description, &base.description),
            place: own(&self.place, &base.place),
            organizer_role: own(&self.organizer_role, &base.organizer_role),
            people: stays.map(with_role).chain(added.cloned()).collect(),
        }
    }

    /// The override by which an occurrence of a series that says `base` says `face`, at `time` where that is its own.
    pub fn between(base: &Face, face: &Face, time: Option<(DateTime, DateTime)>) -> Self {
        let own = |base: &String, own: &String| (base != own).then(|| own.clone());
        let by_key = |face: &Face| -> BTreeMap<String, String> {
            face.people.iter().map(|person| (person.key(), person.role.clone())).collect()
        };
        let (known, named) = (by_key(base), by_key(face));
        let added = face.people.iter().filter(|person| !known.contains_key(&person.key()));
        let other_role = |(key, role): (&String, &String)| {
            known.get(key).is_some_and(|base| base != role).then(|| (key.clone(), role.clone()))
        };
        Self {
            is_cancelled: false,
            time,
            summary: own(&base.summary, &face.summary),
            description: own(&base.description, &face.description),
            place: own(&base.place, &face.place),
            organizer_role: own(&base.organizer_role, &face.organizer_role),
            added: added.cloned().collect(),
            removed: known.keys().filter(|key| !named.contains_key(*key)).cloned().collect(),
            roles: named.iter().filter_map(other_role).collect(),
            former: None,
            answers_since: None,
        }
    }
}

impl Plan {
    /// A plan without anything of its own for single occurrences.
    pub fn new(series: Series, face: Face) -> Self {
        Self {
            series,
            face,
            overrides: BTreeMap::new(),
            eras: Vec::new(),
            sequence: 0,
            answers_since: 0,
            is_cancelled: false,
        }
    }

    /// The occurrence with this original, also when it is cancelled; `None` when the series has none, or excludes it.
    pub fn occurrence(&self, original: DateTime) -> Option<Planned> {
        let regular = self.series.at(original)?;
        Some(self.planned(regular))
    }

    /// When those occurrences are that have an override, cancelled ones too, by their originals.
    fn differing(&self) -> impl Iterator<Item = (Occurrence, &Override)> {
        // Each is looked up by its name: a `COUNT` is counted once for all of them.
        let last = (self.overrides.len() > 1).then(|| self.series.last()).flatten();
        let series = self.series.clone().bounded_by(last);
        self.overrides.iter().filter_map(move |(original, said)| {
            let regular = series.at(*original)?;
            Some((self.own_time(said, regular), said))
        })
    }

    /// What an occurrence of the series is by its override.
    fn planned(&self, regular: Occurrence) -> Planned {
        let own = self.overrides.get(&regular.original);
        self.said_at(own.map_or(regular, |own| self.own_time(own, regular)))
    }

    /// An occurrence with all that it says, at the time that it has by its override.
    fn said_at(&self, time: Occurrence) -> Planned {
        let base = self.face_at(time.original);
        let own = self.overrides.get(&time.original);
        Planned {
            time,
            face: own.map_or_else(|| base.clone(), |own| own.face(base)),
            is_overridden: own.is_some_and(|own| !own.is_plain()),
            is_cancelled: self.is_cancelled || own.is_some_and(|own| own.is_cancelled),
        }
    }

    /// What the series said, or says, of this original.
    fn face_at(&self, original: DateTime) -> &Face {
        self.eras.iter().find(|era| original < era.until).map_or(&self.face, |era| &era.face)
    }

    fn own_time(&self, own: &Override, regular: Occurrence) -> Occurrence {
        let single = own.time.and_then(|(start, end)| {
            let parts = SeriesParts {
                start,
                end,
                zone: self.series.zone().clone(),
                all_day: self.series.is_all_day(),
                rule: None,
                rdates: Vec::new(),
                exdates: Vec::new(),
            };
            Series::new(parts)?.first()
        });
        single.map_or(regular, |single| Occurrence { original: regular.original, ..single })
    }

    /// The occurrences that take place and overlap the time from `from` to before `until`, by start, at most `most`.
    pub fn occurrences_in(&self, from: Timestamp, until: Timestamp, most: usize) -> Vec<Planned> {
        if self.is_cancelled || self.series.is_unscheduled() {
            return Vec::new();
        }
        let most_regular = most.saturating_add(self.overrides.len());
        let mut found = self.series.occurrences_in(from, until, most_regular);
        found.retain(|time| !self.overrides.contains_key(&time.original));
        let own = self.differing().filter(|(_, said)| !said.is_cancelled).map(|(time, _)| time);
        found.extend(own.filter(|time| time.start < until && time.end > from));
        found.sort_by_key(|time| (time.start, time.original));
        found.truncate(most);
        found.into_iter().map(|time| self.said_at(time)).collect()
    }

    /// The series of an occurrence and those after it: what a change of "this and following" starts from. `None` when there is
    /// no such occurrence, or no rule gives just those.
    pub fn series_from(&self, original: DateTime) -> Option<Series> {
        let original = self.series.at(original)?.original;
        cut::tail(&self.series, original)
    }

    /// From when to when it takes place, over the series and what is said of single occurrences; no end for a series
    /// without one, `None` when nothing takes place.
    pub fn extent(&self) -> Option<(Timestamp, Option<Timestamp>)> {
        let own: Vec<Occurrence> = self
            .differing()
            .filter(|(_, said)| !self.is_cancelled && !said.is_cancelled)
            .map(|(time, _)| time)
            .collect();
        let taken = |time: &Occurrence| !self.overrides.contains_key(&time.original);
        let first = self.series.occurrences().take(self.overrides.len() + 1).find(taken);
        let first = first.map(|time| time.start).into_iter().chain(own.iter().map(|own| own.start)).min()?;
        if self.series.is_endless() {
            return Some((first, None));
        }
        let regular = self.series.last_end();
        Some((first, regular.into_iter().chain(own.iter().map(|own| own.end)).max()))
    }
}
