//! What one person's calendar is to show of a meeting.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::DateTime;

use super::Plan;
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

impl Plan {
    /// What the calendar of this person is to show; `None` when nothing. An empty key stands for the organizer, who is in
    /// all of it.
    pub fn copy_for(&self, key: &str) -> Option<Copy> {
        if self.is_cancelled {
            return None;
        }
        let role_in = |face: &super::Face| match key {
            "" => Some(face.organizer_role.clone()),
            key => face.person(key).map(|person| person.role.clone()),
        };
        let shown = |face: &super::Face, role: String| Shown {
            summary: face.summary.clone(),
            description: face.description.clone(),
            place: face.place.clone(),
            role,
        };
        let series = role_in(&self.face).map(|role| (self.series.clone(), shown(&self.face, role)));
        let (mut own, mut left_out) = (BTreeMap::new(), BTreeSet::new());
        for (original, said) in &self.overrides {
            let Some(planned) = self.occurrence(*original) else { continue };
            let role = role_in(&planned.face).filter(|_| !planned.is_cancelled);
            match role {
                Some(role) if series.is_none() || !said.is_plain() => {
                    let times = (planned.time.local_start, planned.time.local_end);
                    let shown = shown(&planned.face, role);
                    let differs = match &series {
                        Some((_, usual)) => said.time.is_some() || *usual != shown,
                        None => true,
                    };
                    if differs {
                        own.insert(*original, (times.0, times.1, shown));
                    }
                }
                Some(_) => {}
                None if series.is_some() => {
                    left_out.insert(*original);
                }
                None => {}
            }
        }
        (series.is_some() || !own.is_empty()).then_some(Copy { series, own, left_out })
    }

    /// The keys of everybody but the organizer who is in some of it.
    pub fn everybody(&self) -> BTreeSet<String> {
        let added = self.overrides.values().flat_map(|said| &said.added);
        self.face.people.iter().chain(added).map(super::Invitee::key).collect()
    }
}
