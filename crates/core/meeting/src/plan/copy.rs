//! What people's calendars are to show of a meeting.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{Timestamp, civil::DateTime};

use super::{Face, Override, Plan};
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

impl Shown {
    fn of(face: &Face, said: Option<&Override>) -> Self {
        let own = |own: Option<&String>, face: &String| own.unwrap_or(face).clone();
        Self {
            summary: own(said.and_then(|said| said.summary.as_ref()), &face.summary),
            description: own(said.and_then(|said| said.description.as_ref()), &face.description),
            place: own(said.and_then(|said| said.place.as_ref()), &face.place),
            role: String::new(),
        }
    }

    fn to(&self, role: &str) -> Self {
        Self { role: role.to_owned(), ..self.clone() }
    }
}

/// Everybody's copies of one plan. Made once, it answers for thousands without looking through all people for each.
#[derive(Debug, Clone)]
pub struct Calendars {
    is_cancelled: bool,
    series: Series,
    shown: Shown,
    roles: Roles,
    own: Vec<Own>,
    /// The roles of each era's people, by its place; the last are those of now.
    eras: Vec<Roles>,
}

/// Roles by key; the organizer's key is empty.
type Roles = HashMap<String, String>;

/// One occurrence that differs.
#[derive(Debug, Clone)]
struct Own {
    original: DateTime,
    start: DateTime,
    end: DateTime,
    /// What it says, but for the role.
    shown: Shown,
    has_begun: bool,
    is_cancelled: bool,
    said: Override,
    added: Roles,
    /// Which of the eras its people are of.
    era: usize,
}

fn roles(face: &Face) -> Roles {
    let people = face.people.iter().map(|person| (person.key(), person.role.clone()));
    people.chain([(String::new(), face.organizer_role.clone())]).collect()
}

impl Own {
    fn role_of<'a>(&'a self, key: &str, people: &'a Roles) -> Option<&'a str> {
        if self.is_cancelled {
            return None;
        }
        let Some(role) = people.get(key) else { return self.added.get(key).map(String::as_str) };
        if key.is_empty() {
            return Some(self.said.organizer_role.as_ref().unwrap_or(role));
        }
        (!self.said.removed.contains(key)).then(|| self.said.roles.get(key).unwrap_or(role).as_str())
    }
}

impl Calendars {
    /// What the calendar of this person is to show; `None` when nothing. An empty key stands for the organizer, who is in
    /// all of it.
    pub fn copy_for(&self, key: &str) -> Option<Copy> {
        if self.is_cancelled {
            return None;
        }
        let usual = self.roles.get(key).map(|role| self.shown.to(role));
        let (mut own, mut left_out) = (BTreeMap::new(), BTreeSet::new());
        for one in &self.own {
            match one.role_of(key, &self.eras[one.era]) {
                // Who is in single occurrences only needs nothing of those that have begun.
                Some(_) if usual.is_none() && one.has_begun => {}
                Some(role) if usual.is_none() || !(one.said.is_plain() && one.era + 1 == self.eras.len()) => {
                    let shown = one.shown.to(role);
                    if one.said.time.is_some() || usual.as_ref() != Some(&shown) {
                        own.insert(one.original, (one.start, one.end, shown));
                    }
                }
                Some(_) => {}
                None if usual.is_some() => {
                    left_out.insert(one.original);
                }
                None => {}
            }
        }
        let series =
            usual.filter(|_| has_any_but(&self.series, &left_out)).map(|usual| (self.series.clone(), usual));
        if series.is_none() {
            left_out.clear();
        }
        (series.is_some() || !own.is_empty()).then_some(Copy { series, own, left_out })
    }

    /// Whether nothing takes place.
    pub fn is_cancelled(&self) -> bool {
        self.is_cancelled
    }

    /// Whether an occurrence does not take place, or is none of the series.
    pub fn is_off(&self, original: DateTime) -> bool {
        self.is_cancelled
            || match self.own.iter().find(|one| one.original == original) {
                Some(one) => one.is_cancelled,
                None => self.series.at(original).is_none(),
            }
    }
}

/// Whether a series has an occurrence besides these.
fn has_any_but(series: &Series, left_out: &BTreeSet<DateTime>) -> bool {
    let mut some = series.occurrences().take(left_out.len() + 1);
    left_out.is_empty() || some.any(|found| !left_out.contains(&found.original))
}

impl Plan {
    /// What everybody's calendars are to show at `now`.
    pub fn calendars(&self, now: Timestamp) -> Calendars {
        let own = self.differing().map(|(time, said)| {
            let era = self.eras.iter().position(|era| time.original < era.until).unwrap_or(self.eras.len());
            let added = said.added.iter().map(|person| (person.key(), person.role.clone()));
            Own {
                original: time.original,
                start: time.local_start,
                end: time.local_end,
                shown: Shown::of(self.face_at(time.original), Some(said)),
                has_begun: time.start <= now,
                is_cancelled: said.is_cancelled,
                said: said.clone(),
                added: added.collect(),
                era,
            }
        });
        let faces = self.eras.iter().map(|era| &era.face).chain([&self.face]);
        Calendars {
            is_cancelled: self.is_cancelled,
            series: self.series.clone(),
            shown: Shown::of(&self.face, None),
            roles: roles(&self.face),
            own: own.collect(),
            eras: faces.map(roles).collect(),
        }
    }

    /// What the calendar of this person is to show at `now`. For many, see [`Plan::calendars`].
    pub fn copy_for(&self, key: &str, now: Timestamp) -> Option<Copy> {
        self.calendars(now).copy_for(key)
    }

    /// The keys of everybody but the organizer who is in some of it.
    pub fn everybody(&self) -> BTreeSet<String> {
        let added = self.overrides.values().flat_map(|said| &said.added);
        self.face.people.iter().chain(added).map(super::Invitee::key).collect()
    }
}
