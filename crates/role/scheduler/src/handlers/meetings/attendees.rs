//! Who is invited after a change that names only those who come and go.

use std::collections::{HashMap, HashSet};

use convoke_scheduler_api::request::AttendeeRequest;
use convoke_web_api::{FieldFault, Problem};

/// Who is invited after a change.
#[derive(Debug)]
pub(super) struct Merged {
    /// Everybody.
    pub(super) all: Vec<AttendeeRequest>,
    /// Where each of them comes from, so that faults name what the caller wrote.
    from: Vec<Origin>,
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
}

impl Merged {
    /// Those who are invited (or `replaced`, who are to be instead of them) and `add`, without `remove`.
    pub(super) fn of(
        invited: Vec<AttendeeRequest>,
        replaced: Option<&Vec<AttendeeRequest>>,
        add: &[AttendeeRequest],
        remove: &[String],
    ) -> Result<Self, Problem> {
        let mut all = replaced.cloned().unwrap_or(invited);
        let key = |email: &str| email.trim().to_lowercase();
        let gone: HashSet<String> = remove.iter().map(|email| key(email)).collect();
        let known: HashSet<String> = all.iter().map(|person| key(&person.email)).collect();
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
        Ok(Self { all, from })
    }

    /// The same problem in the words of what the caller wrote.
    pub(super) fn told(&self, mut problem: Problem) -> Problem {
        for fault in &mut problem.errors {
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
                None => {}
            }
        }
        problem
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
    use super::*;

    fn person(email: &str, role: Option<&str>) -> AttendeeRequest {
        AttendeeRequest { email: email.into(), role: role.map(str::to_owned), ..AttendeeRequest::default() }
    }

    fn emails(merged: &Merged) -> Vec<&str> {
        merged.all.iter().map(|person| person.email.as_str()).collect()
    }

    #[test]
    fn people_come_and_go_and_what_is_said_of_one_who_is_there_replaces_what_was() {
        let invited = vec![person("B@x", Some("guest")), person("c@x", None)];
        let add = [person("d@x", None), person("b@x", Some("host"))];
        let merged = Merged::of(invited.clone(), None, &add, &[" C@X ".into()]).unwrap();
        assert_eq!(emails(&merged), ["B@x", "d@x"]);
        assert_eq!(merged.all[0].role.as_deref(), Some("host"));
        let replaced = vec![person("e@x", None)];
        let merged = Merged::of(invited, Some(&replaced), &add[..1], &[]).unwrap();
        assert_eq!(emails(&merged), ["e@x", "d@x"]);
    }

    #[test]
    fn faults_name_what_was_written() {
        let invited = || vec![person("b@x", None)];
        let refused = Merged::of(invited(), None, &[person("b@x", None)], &["b@x".into(), "z@x".into()]);
        let told: Vec<(String, String)> =
            refused.unwrap_err().errors.into_iter().map(|fault| (fault.field, fault.reason)).collect();
        assert_eq!(
            told,
            [
                ("removeAttendees[1]".to_owned(), "z@x is not invited.".to_owned()),
                ("addAttendees[0].email".to_owned(), "b@x can't come and go at once.".to_owned()),
            ]
        );
        let merged = Merged::of(invited(), None, &[person("nobody", None)], &[]).unwrap();
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
        let merged = Merged::of(invited(), Some(&given), &[], &["a@x".into()]).unwrap();
        assert_eq!(told(merged), ("attendees[1].role".to_owned(), "No role.".to_owned()));
        let merged = Merged::of(given, None, &[], &["a@x".into()]).unwrap();
        assert_eq!(told(merged), ("attendees".to_owned(), "b@x: No role.".to_owned()));
    }
}
