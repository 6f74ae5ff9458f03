//! Between what the database keeps of a meeting ([`Body`]) and the plan that the rules change
//! ([`convoke_meeting::plan::Plan`]).

use std::collections::{BTreeMap, HashMap, HashSet};

use convoke_meeting::plan::{self, Era, Face, Invitee, Plan};
use jiff::civil::DateTime;

use super::body::{Attendee, Body, Override, Place, Time, local, parsed};

impl Body {
    /// The plan; `None` when what is kept has been damaged.
    pub(crate) fn plan(&self, is_cancelled: bool) -> Option<Plan> {
        let face = Face {
            summary: self.summary.clone(),
            description: self.description.clone(),
            place: self.space.clone(),
            organizer_role: self.organizer.role.clone(),
            people: self.attendees.iter().map(invitee).collect(),
        };
        let overrides = self.overrides.iter().map(|said| Some((parsed(&said.original)?, read(said)?)));
        let overrides: BTreeMap<DateTime, plan::Override> = overrides.collect::<Option<_>>()?;
        let eras = self.eras.iter().map(|said| {
            let era = read(said)?;
            let answers_since = era.answers_since.unwrap_or_default();
            Some(Era { until: parsed(&said.original)?, face: era.face(&face), answers_since })
        });
        Some(Plan {
            series: self.time.series()?,
            eras: eras.collect::<Option<_>>()?,
            face,
            overrides,
            sequence: u32::try_from(self.sequence).ok()?,
            answers_since: u32::try_from(self.answers_since).ok()?,
            is_cancelled,
        })
    }

    /// The same meeting as this plan has it. A place that is not the meeting's own is one of `places`, or one that an
    /// occurrence is in already.
    pub(crate) fn with_plan(&self, plan: &Plan, places: &[Place]) -> Self {
        let own =
            Place { space: self.space.clone(), space_name: self.space_name.clone(), ways: self.ways.clone() };
        let known = self.overrides.iter().chain(&self.eras).filter_map(|said| said.place.as_ref());
        let all: Vec<&Place> = places.iter().chain(known).chain([&own]).collect();
        let find = |id: &str| all.iter().find(|place| place.space == id).copied();
        let all_day = plan.series.is_all_day();
        let write = |original: DateTime, said: &plan::Override| {
            let place = said.place.as_deref().and_then(find).cloned();
            written(original, said, place, all_day)
        };
        let main = find(&plan.face.place).unwrap_or(&own);
        let known: HashMap<String, &Attendee> =
            self.everybody().into_iter().map(|attendee| (attendee.email.to_lowercase(), attendee)).collect();
        Self {
            summary: plan.face.summary.clone(),
            description: plan.face.description.clone(),
            time: Time::of(&plan.series),
            organizer: super::body::Organizer {
                role: plan.face.organizer_role.clone(),
                ..self.organizer.clone()
            },
            answers_to: self.answers_to.clone(),
            attendees: plan.face.people.iter().map(|invitee| known_as(attendee(invitee), &known)).collect(),
            space: main.space.clone(),
            space_name: main.space_name.clone(),
            ways: main.ways.clone(),
            template: self.template.clone().filter(|_| main.space == self.space),
            language: self.language.clone(),
            sequence: plan.sequence.into(),
            guest_list: self.guest_list,
            co_organizers: self.co_organizers.clone(),
            templates: self.templates.clone(),
            ivr_numbers: self.ivr_numbers.clone(),
            reminders: self.reminders.clone(),
            answers_since: plan.answers_since.into(),
            overrides: plan.overrides.iter().map(|(original, said)| write(*original, said)).collect(),
            eras: plan
                .eras
                .iter()
                .map(|era| {
                    let said = plan::Override::between(&plan.face, &era.face, None);
                    let answers_since = Some(era.answers_since).filter(|since| *since > 0);
                    write(era.until, &plan::Override { answers_since, ..said })
                })
                .collect(),
        }
    }

    /// The ways into a space that the meeting, or one of its occurrences, is in.
    pub(crate) fn place(&self, space: &str) -> Option<Place> {
        let of = |said: &Override| said.place.clone().filter(|place| place.space == space);
        if self.space == space {
            let (space_name, ways) = (self.space_name.clone(), self.ways.clone());
            return Some(Place { space: self.space.clone(), space_name, ways });
        }
        self.overrides.iter().chain(&self.eras).find_map(of)
    }

    /// Everybody who is in it or in one of its occurrences, once each.
    pub(crate) fn everybody(&self) -> Vec<&Attendee> {
        let mut known: HashSet<String> =
            self.attendees.iter().map(|attendee| attendee.email.to_lowercase()).collect();
        let added = self.overrides.iter().flat_map(|said| &said.added);
        let mut everybody: Vec<&Attendee> = self.attendees.iter().collect();
        everybody.extend(added.filter(|attendee| known.insert(attendee.email.to_lowercase())));
        everybody
    }
}

impl Body {
    /// Gives everybody in single occurrences a role that its space has: one that it has not becomes its first one, as when
    /// the space changed for all and what was said of one date still names a role of the former.
    pub(crate) fn with_roles_of_its_places(mut self) -> Self {
        let main = self.ways.clone();
        let people: Vec<(String, String)> = self
            .attendees
            .iter()
            .map(|attendee| (attendee.email.to_lowercase(), attendee.role.clone()))
            .collect();
        let organizer_role = self.organizer.role.clone();
        for said in &mut self.overrides {
            let ways = said.place.as_ref().map_or(&main, |place| &place.ways);
            let Some(first) = ways.first().map(|way| way.role.clone()) else { continue };
            let has = |role: &str| ways.iter().any(|way| way.role == role);
            for attendee in said.added.iter_mut().filter(|attendee| !has(&attendee.role)) {
                attendee.role.clone_from(&first);
            }
            said.roles.retain(|_, role| has(role));
            for (key, role) in people.iter().filter(|(_, role)| !has(role)) {
                if !said.removed.contains(key) && !said.roles.contains_key(key) {
                    said.roles.insert(key.clone(), if has(role) { role.clone() } else { first.clone() });
                }
            }
            if !has(said.organizer_role.as_ref().unwrap_or(&organizer_role)) {
                said.organizer_role = Some(first);
            }
        }
        self
    }
}

/// The attendee with the language and the zone that the meeting knew of them, which a plan does not.
fn known_as(attendee: Attendee, known: &HashMap<String, &Attendee>) -> Attendee {
    match known.get(&attendee.email.to_lowercase()) {
        Some(known) => Attendee { language: known.language.clone(), zone: known.zone.clone(), ..attendee },
        None => attendee,
    }
}

/// The person of an attendee.
pub(crate) fn invitee(attendee: &Attendee) -> Invitee {
    Invitee { email: attendee.email.clone(), name: attendee.name.clone(), role: attendee.role.clone() }
}

/// The attendee of a person.
pub(crate) fn attendee(invitee: &Invitee) -> Attendee {
    Attendee {
        email: invitee.email.clone(),
        name: invitee.name.clone(),
        role: invitee.role.clone(),
        language: None,
        zone: None,
    }
}

fn read(said: &Override) -> Option<plan::Override> {
    let time = match &said.time {
        Some((start, end)) => Some((parsed(start)?, parsed(end)?)),
        None => None,
    };
    let former = match &said.former {
        Some(former) => Some(parsed(former)?),
        None => None,
    };
    Some(plan::Override {
        is_cancelled: said.cancelled,
        time,
        summary: said.summary.clone(),
        description: said.description.clone(),
        place: said.place.as_ref().map(|place| place.space.clone()),
        organizer_role: said.organizer_role.clone(),
        added: said.added.iter().map(invitee).collect(),
        removed: said.removed.iter().cloned().collect(),
        roles: said.roles.clone(),
        former,
        answers_since: said.answers_since.map(u32::try_from).transpose().ok()?,
    })
}

fn written(original: DateTime, said: &plan::Override, place: Option<Place>, all_day: bool) -> Override {
    Override {
        original: local(original, all_day),
        cancelled: said.is_cancelled,
        time: said.time.map(|(start, end)| (local(start, all_day), local(end, all_day))),
        summary: said.summary.clone(),
        description: said.description.clone(),
        place,
        organizer_role: said.organizer_role.clone(),
        added: said.added.iter().map(attendee).collect(),
        removed: said.removed.iter().cloned().collect(),
        roles: said.roles.clone(),
        former: said.former.map(|former| local(former, all_day)),
        answers_since: said.answers_since.map(i64::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A body as the first version wrote it, without anything for single occurrences.
    const OLD: &str = r#"{"summary":"Weekly","description":"","time":{"start":"2026-12-01T10:00:00","end":"2026-12-01T10:30:00",
        "zone":"Asia/Seoul","all_day":false,"rrule":"FREQ=WEEKLY;COUNT=3"},"organizer":{"id":"a","jid":"a@x","name":"Alice",
        "email":"a@x","role":"host"},"attendees":[{"email":"B@x","name":"Bob","role":"guest"}],"space":"s1","space_name":"One",
        "template":"t1","language":"en","ways":[],"sequence":4}"#;

    #[test]
    fn what_was_kept_before_is_still_read_and_written_as_it_was() {
        let body: Body = serde_json::from_str(OLD).unwrap();
        let plan = body.plan(false).unwrap();
        assert_eq!((plan.sequence, plan.face.people[0].key()), (4, "b@x".to_owned()));
        assert_eq!(body.with_plan(&plan, &[]), body);
        let text = serde_json::to_string(&body).unwrap();
        assert!(!["overrides", "eras", "answers"].iter().any(|name| text.contains(name)), "{text}");
    }

    #[test]
    fn what_single_occurrences_say_is_kept() {
        let body: Body = serde_json::from_str(OLD).unwrap();
        let mut plan = body.plan(false).unwrap();
        let original = parsed("2026-12-08T10:00:00").unwrap();
        let mut face = plan.face.clone();
        face.summary = "Other".into();
        face.place = "s2".into();
        face.people = vec![Invitee { email: "C@x".into(), name: "Carol".into(), role: "guest".into() }];
        let time = (parsed("2026-12-09T10:00:00").unwrap(), parsed("2026-12-09T12:00:00").unwrap());
        let said = plan::Override::between(&plan.face, &face, Some(time));
        plan.overrides.insert(original, said);
        plan.answers_since = 4;
        plan.overrides.entry(original).and_modify(|said| said.answers_since = Some(2));
        let face = Face { summary: "Before".into(), ..plan.face.clone() };
        plan.eras.push(Era { until: original, face, answers_since: 3 });
        let two = Place { space: "s2".into(), space_name: "Two".into(), ways: Vec::new() };
        let kept = body.with_plan(&plan, std::slice::from_ref(&two));
        let text = serde_json::to_string(&kept).unwrap();
        let read: Body = serde_json::from_str(&text).unwrap();
        assert_eq!((read.plan(false).unwrap(), read.place("s2")), (plan.clone(), Some(two)));
        assert_eq!(read.with_plan(&plan, &[]), kept, "places that are known stay known");
        let everybody: Vec<&str> = read.everybody().iter().map(|a| a.email.as_str()).collect();
        assert_eq!(everybody, ["B@x", "C@x"]);
    }

    #[test]
    fn everybody_has_a_role_of_the_place_that_they_come_to() {
        let mut body: Body = serde_json::from_str(OLD).unwrap();
        let way =
            |role: &str| convoke_scheduler_api::meeting::Way { role: role.into(), ..Default::default() };
        body.ways = vec![way("host"), way("guest")];
        let added = vec![Attendee { email: "C@x".into(), role: "gone".into(), ..body.attendees[0].clone() }];
        let two =
            Place { space: "s2".into(), space_name: "Two".into(), ways: vec![way("visitor"), way("host")] };
        body.overrides = vec![
            Override { original: "2026-12-08T10:00:00".into(), added, ..Override::default() },
            Override { original: "2026-12-15T10:00:00".into(), place: Some(two), ..Override::default() },
        ];
        let settled = body.with_roles_of_its_places();
        assert_eq!(settled.overrides[0].added[0].role, "host");
        assert!(settled.overrides[0].roles.is_empty() && settled.overrides[0].organizer_role.is_none());
        let elsewhere =
            settled.plan(false).unwrap().occurrence(parsed("2026-12-15T10:00:00").unwrap()).unwrap();
        let roles = (elsewhere.face.organizer_role.as_str(), elsewhere.face.people[0].role.as_str());
        assert_eq!(roles, ("host", "visitor"));
    }
}
