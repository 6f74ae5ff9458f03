//! Who is invited after a change that names only those who come and go.

use std::collections::{HashMap, HashSet};

use convoke_callbridge_client::UserAsked;
use convoke_scheduler_api::{
    group::GroupRequest,
    request::{AttendeeRequest, MeetingRequest},
};
use convoke_web_api::{FieldFault, Problem};

use crate::{
    meeting::{
        body::Body,
        groups::{self, Group},
        place,
    },
    state::Shared,
};

/// Who is invited after a change.
#[derive(Debug)]
pub(super) struct Merged {
    /// Everybody.
    pub(super) all: Vec<AttendeeRequest>,
    /// Where each of them comes from, so that faults name what the caller wrote.
    from: Vec<Origin>,
    /// The groups that some of them are of.
    groups: Vec<Group>,
}

/// Who comes and goes by a change.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Said<'a> {
    /// Who is to be invited instead of all who are.
    pub(super) instead: Option<&'a Vec<AttendeeRequest>>,
    /// Who comes.
    pub(super) add: &'a [AttendeeRequest],
    /// Who goes, by addresses.
    pub(super) remove: &'a [String],
    /// Whose people come.
    pub(super) groups: &'a [Group],
}

/// The groups that a change names, without the meeting's organizer.
pub(super) async fn groups_of_change(
    state: &Shared,
    body: &Body,
    asked: &[GroupRequest],
) -> Result<Vec<Group>, Problem> {
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    // Their address of now, as the check of everybody compares it.
    let user = UserAsked::Id(&body.organizer.id);
    let organizer = place::organizer_of(state, user, &MeetingRequest::default()).await?;
    let email = organizer.map_or_else(|| body.organizer.email.clone(), |organizer| organizer.user.email);
    groups::asked_for(state, asked, &email).await
}

/// Where somebody comes from who is invited after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// From the meeting as it is.
    Meeting,
    /// From `attendees`, by the place there.
    Given(usize),
    /// From `addAttendees`, by the place there.
    Added(usize),
    /// From a group, by its place among them.
    Group(usize),
}

impl Merged {
    /// Those who are invited, and who comes and goes.
    pub(super) fn of(invited: Vec<AttendeeRequest>, said: &Said<'_>) -> Result<Self, Problem> {
        let Said { instead: replaced, add, remove, groups } = *said;
        let mut all = replaced.cloned().unwrap_or(invited);
        let key = |email: &str| email.trim().to_lowercase();
        let gone: HashSet<String> = remove.iter().map(|email| key(email)).collect();
        let of_groups = groups.iter().flat_map(|group| &group.people).map(|person| key(&person.email));
        let known: HashSet<String> = all.iter().map(|person| key(&person.email)).chain(of_groups).collect();
        let fault = |(place, email): (usize, &String)| {
            let reason = format!("{} is not invited.", email.trim());
            FieldFault::new(format!("removeAttendees[{place}]"), "notFound", reason)
        };
        let unknown = remove.iter().enumerate().filter(|(_, email)| !known.contains(&key(email)));
        let mut faults: Vec<FieldFault> = unknown.map(fault).collect();
        let both = add.iter().enumerate().filter(|(_, person)| gone.contains(&key(&person.email)));
        faults.extend(both.map(|(place, person)| {
            let reason = format!("{} can't come and go at once.", person.email.trim());
            FieldFault::new(format!("addAttendees[{place}].email"), "conflict", reason)
        }));
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let mut from: Vec<Origin> = (0..all.len())
            .map(|place| if replaced.is_some() { Origin::Given(place) } else { Origin::Meeting })
            .collect();
        let stays: Vec<bool> = all.iter().map(|person| !gone.contains(&key(&person.email))).collect();
        from = from.into_iter().zip(&stays).filter(|(_, stays)| **stays).map(|(from, _)| from).collect();
        all.retain(|person| !gone.contains(&key(&person.email)));
        let places: HashMap<String, usize> =
            all.iter().enumerate().map(|(place, person)| (key(&person.email), place)).collect();
        for (number, person) in add.iter().enumerate() {
            match places.get(&key(&person.email)) {
                Some(place) if !matches!(from[*place], Origin::Added(_)) => {
                    all[*place] = updated(&all[*place], person);
                    from[*place] = Origin::Added(number);
                }
                // Somebody who is named twice is told of by the check of all.
                _ => {
                    all.push(person.clone());
                    from.push(Origin::Added(number));
                }
            }
        }
        let mut there: HashSet<String> = all.iter().map(|person| key(&person.email)).chain(gone).collect();
        for (number, group) in groups.iter().enumerate() {
            for person in group.asked().filter(|person| there.insert(key(&person.email))) {
                all.push(person);
                from.push(Origin::Group(number));
            }
        }
        Ok(Self { all, from, groups: groups.to_vec() })
    }

    /// Everybody whom a request names, one by one and by groups.
    pub(super) fn whole(request: &MeetingRequest, groups: &[Group]) -> Result<Self, Problem> {
        Self::of(Vec::new(), &Said { instead: Some(&request.attendees), groups, ..Said::default() })
    }

    /// The same problem in the words of what the caller wrote.
    pub(super) fn told(&self, mut problem: Problem) -> Problem {
        for fault in &mut problem.errors {
            if fault.field == "attendees" && fault.code == "tooMany" {
                self.tell_sizes(fault);
            }
            let place = fault.field.strip_prefix("attendees[").and_then(|rest| rest.split_once(']'));
            let Some((number, rest)) = place.and_then(|(n, rest)| Some((n.parse::<usize>().ok()?, rest)))
            else {
                continue;
            };
            match self.from.get(number) {
                Some(Origin::Added(own)) => fault.field = format!("addAttendees[{own}]{rest}"),
                Some(Origin::Given(own)) => fault.field = format!("attendees[{own}]{rest}"),
                // The caller did not name them: their address says who is meant.
                Some(Origin::Meeting) => {
                    fault.field = "attendees".to_owned();
                    fault.reason = format!("{}: {}", self.all[number].email, fault.reason);
                }
                // What is said of a group is said of each of its people.
                Some(Origin::Group(group)) if rest == ".role" => {
                    fault.field = format!("groups[{}].role", self.groups[*group].place);
                }
                Some(Origin::Group(group)) => {
                    fault.field = self.groups[*group].field();
                    fault.reason = format!("{}: {}", self.all[number].email, fault.reason);
                }
                None => {}
            }
        }
        problem.errors.dedup();
        if problem.status == 422 && !problem.errors.is_empty() {
            problem.detail = Problem::invalid(problem.errors.clone()).detail;
        }
        problem
    }

    /// Says of a meeting that has too many people which groups they come of.
    fn tell_sizes(&self, fault: &mut FieldFault) {
        if let [group] = self.groups.as_slice() {
            fault.field = group.field();
        }
        fault.reason.extend(self.groups.iter().map(Group::size_in_words));
    }
}

/// Somebody who is invited, as is said of them now.
fn updated(known: &AttendeeRequest, said: &AttendeeRequest) -> AttendeeRequest {
    let or = |said: &Option<String>, known: &Option<String>| said.clone().or_else(|| known.clone());
    AttendeeRequest {
        email: known.email.clone(),
        name: or(&said.name, &known.name),
        role: or(&said.role, &known.role),
        language: or(&said.language, &known.language),
        time_zone: or(&said.time_zone, &known.time_zone),
    }
}

#[cfg(test)]
mod tests {
    use convoke_callbridge_api::loopback::GroupMember;

    use super::*;

    fn person(email: &str, role: Option<&str>) -> AttendeeRequest {
        AttendeeRequest { email: email.into(), role: role.map(str::to_owned), ..AttendeeRequest::default() }
    }

    fn said<'a>(
        instead: Option<&'a Vec<AttendeeRequest>>,
        add: &'a [AttendeeRequest],
        remove: &'a [String],
    ) -> Said<'a> {
        Said { instead, add, remove, groups: &[] }
    }

    fn group(place: usize, name: &str, role: Option<&str>, people: &[&str]) -> Group {
        let member = |email: &&str| GroupMember { email: (*email).into(), name: String::new() };
        Group {
            place,
            id: name.into(),
            name: name.into(),
            role: role.map(str::to_owned),
            size: people.len(),
            people: people.iter().map(member).collect(),
        }
    }

    fn emails(merged: &Merged) -> Vec<&str> {
        merged.all.iter().map(|person| person.email.as_str()).collect()
    }

    #[test]
    fn people_come_and_go_and_what_is_said_of_one_who_is_there_replaces_what_was() {
        let invited = vec![person("B@x", Some("guest")), person("c@x", None)];
        let add = [person("d@x", None), person("b@x", Some("host"))];
        let merged = Merged::of(invited.clone(), &said(None, &add, &[" C@X ".into()])).unwrap();
        assert_eq!(emails(&merged), ["B@x", "d@x"]);
        assert_eq!(merged.all[0].role.as_deref(), Some("host"));
        let replaced = vec![person("e@x", None)];
        let merged = Merged::of(invited, &said(Some(&replaced), &add[..1], &[])).unwrap();
        assert_eq!(emails(&merged), ["e@x", "d@x"]);
    }

    #[test]
    fn faults_name_what_was_written() {
        let invited = || vec![person("b@x", None)];
        let refused =
            Merged::of(invited(), &said(None, &[person("b@x", None)], &["b@x".into(), "z@x".into()]));
        let told: Vec<(String, String)> =
            refused.unwrap_err().errors.into_iter().map(|fault| (fault.field, fault.reason)).collect();
        assert_eq!(
            told,
            [
                ("removeAttendees[1]".to_owned(), "z@x is not invited.".to_owned()),
                ("addAttendees[0].email".to_owned(), "b@x can't come and go at once.".to_owned()),
            ]
        );
        let merged = Merged::of(invited(), &said(None, &[person("nobody", None)], &[])).unwrap();
        let problem = Problem::invalid(vec![FieldFault::new("attendees[1].email", "invalid", "No address.")]);
        assert_eq!(merged.told(problem).errors[0].field, "addAttendees[0].email");
        // Places count as the caller wrote them, and who was not written is named.
        let given = vec![person("a@x", None), person("b@x", Some("gone"))];
        let fault =
            || Problem::invalid(vec![FieldFault::new("attendees[0].role", "unknownRole", "No role.")]);
        let told = |merged: Merged| {
            let fault = merged.told(fault()).errors.remove(0);
            (fault.field, fault.reason)
        };
        let merged = Merged::of(invited(), &said(Some(&given), &[], &["a@x".into()])).unwrap();
        assert_eq!(told(merged), ("attendees[1].role".to_owned(), "No role.".to_owned()));
        let merged = Merged::of(given, &said(None, &[], &["a@x".into()])).unwrap();
        assert_eq!(told(merged), ("attendees".to_owned(), "b@x: No role.".to_owned()));
    }

    #[test]
    fn people_of_groups_come_once_as_they_are_named_one_by_one_and_without_those_who_go() {
        let groups = [
            group(0, "Staff", Some("guest"), &["B@x", "c@x", "d@x", "e@x"]),
            group(2, "Board", Some("host"), &["C@x", "f@x"]),
        ];
        let invited = vec![person("b@x", Some("host"))];
        let add = [person("D@x", None)];
        let said = Said { add: &add, remove: &["E@x".to_owned()], groups: &groups, instead: None };
        let merged = Merged::of(invited, &said).unwrap();
        let told: Vec<(&str, Option<&str>)> =
            merged.all.iter().map(|one| (one.email.as_str(), one.role.as_deref())).collect();
        assert_eq!(
            told,
            [("b@x", Some("host")), ("D@x", None), ("c@x", Some("guest")), ("f@x", Some("host"))]
        );
    }

    #[test]
    fn faults_of_people_of_groups_are_told_of_their_group_once() {
        let groups = [group(1, "Staff", Some("x"), &["a@x", "b@x"])];
        let request = MeetingRequest { attendees: vec![person("c@x", None)], ..MeetingRequest::default() };
        let merged = Merged::whole(&request, &groups).unwrap();
        assert_eq!(emails(&merged), ["c@x", "a@x", "b@x"]);
        let told = |faults: Vec<(&str, &str)>| {
            let faults = faults.into_iter().map(|(field, code)| FieldFault::new(field, code, "Why."));
            let problem = merged.told(Problem::invalid(faults.collect()));
            let faults = problem.errors.into_iter().map(|fault| (fault.field, fault.reason));
            (problem.detail, faults.collect::<Vec<_>>())
        };
        let role = |number| (["attendees[1].role", "attendees[2].role"][number], "unknownRole");
        assert_eq!(
            told(vec![role(0), role(1)]),
            ("Why.".to_owned(), vec![("groups[1].role".to_owned(), "Why.".to_owned())])
        );
        let words = "Why. The group “Staff” has 2 people.".to_owned();
        assert_eq!(
            told(vec![("attendees", "tooMany")]),
            (words.clone(), vec![("groups[1].group".to_owned(), words)])
        );
        let words = "b@x: Why.".to_owned();
        assert_eq!(told(vec![("attendees[2].email", "invalid")]).1, [("groups[1].group".to_owned(), words)]);
    }
}
