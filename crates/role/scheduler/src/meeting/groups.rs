//! Groups that a request names, with everybody in them, as the call bridge knows them at this moment.

use std::collections::HashSet;

use convoke_callbridge_api::loopback::GroupMember;
use convoke_scheduler_api::{
    group::{GroupRequest, MAX_GROUP_CHARS, MAX_GROUPS, UserGroup},
    request::AttendeeRequest,
};
use convoke_web_api::{FieldFault, Problem};

use crate::state::{Shared, call_bridge};

/// A group that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Group {
    /// Its place in the request.
    pub(crate) place: usize,
    /// Its id.
    pub(crate) id: String,
    /// Its name.
    pub(crate) name: String,
    /// The role of its people, as asked for.
    pub(crate) role: Option<String>,
    /// How many people are in it.
    pub(crate) size: usize,
    /// Those of them who are to be invited.
    pub(crate) people: Vec<GroupMember>,
}

impl Group {
    /// The field of the request that names it.
    pub(crate) fn field(&self) -> String {
        format!("groups[{}].group", self.place)
    }

    /// What is said of it where its people are too many.
    pub(crate) fn size_in_words(&self) -> String {
        format!(" The group “{}” has {} people.", self.name, self.size)
    }

    /// The group as it is shown.
    pub(crate) fn shown(&self) -> UserGroup {
        UserGroup { id: self.id.clone(), name: self.name.clone(), members: self.size }
    }

    /// Its people as a request names people.
    pub(crate) fn asked(&self) -> impl Iterator<Item = AttendeeRequest> {
        self.people.iter().map(|person| AttendeeRequest {
            email: person.email.clone(),
            name: Some(person.name.clone()),
            role: self.role.clone(),
            ..AttendeeRequest::default()
        })
    }
}

/// The groups of a request, each once, without the organizer's address (`without`), who takes part anyway; all faults at once.
pub(crate) async fn asked_for(
    state: &Shared,
    asked: &[GroupRequest],
    without: &str,
) -> Result<Vec<Group>, Problem> {
    if asked.len() > MAX_GROUPS {
        let reason = format!("A request has at most {MAX_GROUPS} groups; these are {}.", asked.len());
        return Err(Problem::invalid(vec![FieldFault::new("groups", "tooMany", reason)]));
    }
    let (mut groups, mut faults, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (place, asked) in asked.iter().enumerate() {
        match group(state, place, asked).await? {
            Ok(group) if seen.insert(group.id.clone()) => groups.push(group),
            Ok(_) => {}
            Err(fault) => faults.push(fault),
        }
    }
    for group in &mut groups {
        group.people.retain(|person| !person.email.eq_ignore_ascii_case(without));
    }
    if faults.is_empty() { Ok(groups) } else { Err(Problem::invalid(faults)) }
}

async fn group(
    state: &Shared,
    place: usize,
    asked: &GroupRequest,
) -> Result<Result<Group, FieldFault>, Problem> {
    let name = asked.group.trim();
    let fault = |code: &str, reason: String| FieldFault::new(format!("groups[{place}].group"), code, reason);
    if name.is_empty() {
        return Ok(Err(fault("required", "Say which group, by its id or its name.".into())));
    }
    let found = if name.chars().count() > MAX_GROUP_CHARS {
        None
    } else {
        state.call_bridge.group(name).await.map_err(call_bridge)?
    };
    let Some(found) = found else {
        let shown: String = name.chars().take(MAX_GROUP_CHARS).collect();
        return Ok(Err(fault("notFound", format!("There is no group “{shown}”."))));
    };
    if found.members.is_empty() {
        return Ok(Err(fault("empty", format!("There is nobody in the group “{}”.", found.name))));
    }
    let size = found.members.len();
    let people =
        found.members.into_iter().map(|person| GroupMember { name: one_line(&person.name), ..person });
    let role = asked.role.clone();
    Ok(Ok(Group { place, id: found.id, name: found.name, role, size, people: people.collect() }))
}

/// A name as meetings take it: whoever wrote it into the directory is not who asks.
fn one_line(name: &str) -> String {
    name.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_the_directory_becomes_one_line() {
        assert_eq!(one_line(" Kim\tBob\n"), "Kim Bob");
    }
}
