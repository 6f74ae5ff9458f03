//! Where a meeting takes place: a space that exists, or one to be made from a template; and who gets which way in.

use convoke_callbridge_api::loopback::{NewSpace, Organizer, Space, User};
use convoke_callbridge_client::{OrganizerAsked, UserAsked};
use convoke_model::{MeetingId, SpaceId, TemplateId};
use convoke_scheduler_api::{meeting::Way, request::MeetingRequest};
use convoke_web_api::{FieldFault, Problem};

use super::{
    body::{self, Attendee, Body},
    check::Checked,
};
use crate::state::{Shared, call_bridge};

/// Where, with the names of the ways in.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    /// A space that exists.
    Existing(Space),
    /// A template of the organizer's, by id, with its roles.
    Template(String, Vec<String>),
}

impl Place {
    /// The names of the roles that attendees can have.
    fn roles(&self) -> Vec<&str> {
        match self {
            Self::Existing(space) => space.access_methods.iter().map(|method| method.name.as_str()).collect(),
            Self::Template(_, roles) => roles.iter().map(String::as_str).collect(),
        }
    }

    fn default_role(&self) -> String {
        let chosen = match self {
            Self::Existing(space) => space.default_access_method.clone(),
            Self::Template(..) => None,
        };
        chosen.or_else(|| self.roles().first().map(|role| (*role).to_owned())).unwrap_or_default()
    }
}

/// Finds what the request names among what the call bridge told of its organizer; `None` with a fault noted when it is
/// not there or not the organizer's.
///
/// A space that was made for a meeting is none for another one; `own` is the meeting that is changed.
pub(crate) fn resolve(
    request: &MeetingRequest,
    organizer: &Organizer,
    own: Option<&Body>,
    faults: &mut Vec<FieldFault>,
) -> Option<Place> {
    match (&request.co_space, &request.co_space_template) {
        (Some(_), None) => {
            if organizer.space.is_none() {
                let reason = "There is no such space among the organizer's.";
                faults.push(FieldFault::new("coSpace", "notFound", reason));
            }
            let is_anothers =
                |space: &Space| space.is_temporary && own.is_none_or(|own| own.place(&space.id).is_none());
            if organizer.space.as_ref().is_some_and(is_anothers) {
                let reason = "This space was made for another meeting and goes with it; choose another one.";
                faults.push(FieldFault::new("coSpace", "anotherMeetings", reason));
            }
            organizer.space.clone().map(Place::Existing)
        }
        (None, Some(template)) => {
            let id = template.parse::<TemplateId>().ok().map(|id| id.to_string());
            let found = id.zip(organizer.template_roles.clone());
            if found.is_none() {
                let reason = "There is no such template among the organizer's.";
                faults.push(FieldFault::new("coSpaceTemplate", "notFound", reason));
            }
            found.map(|(id, roles)| Place::Template(id, roles))
        }
        _ => None,
    }
}

/// What the call bridge knows of a user and of the place that the request names; `None` when there is no such user.
pub(crate) async fn organizer_of(
    state: &Shared,
    user: UserAsked<'_>,
    request: &MeetingRequest,
) -> Result<Option<Organizer>, Problem> {
    // In the one spelling that ids have inside, whatever the request's.
    let space =
        request.co_space.as_deref().and_then(|id| id.parse::<SpaceId>().ok()).map(|id| id.to_string());
    let template = request.co_space_template.as_deref();
    let template = template.and_then(|id| id.parse::<TemplateId>().ok()).map(|id| id.to_string());
    let asked = OrganizerAsked { user, space: space.as_deref(), template: template.as_deref() };
    state.call_bridge.organizer(&asked).await.map_err(call_bridge)
}

/// Every role that is asked for must be one of the place's. A role that somebody has in the meeting already, and that its space has
/// lost since, is nobody's fault: they get the default.
pub(crate) fn check_roles(
    place: &Place,
    request: &MeetingRequest,
    own: Option<&Body>,
    faults: &mut Vec<FieldFault>,
) {
    let roles = place.roles();
    let stays = matches!(place, Place::Existing(space) if own.is_some_and(|own| own.space == space.id));
    let own = own.filter(|_| stays);
    let mut check = |field: String, role: Option<&str>, had: &dyn Fn() -> Option<String>| {
        let role = role.map(str::trim).filter(|role| !role.is_empty() && !roles.contains(role));
        if let Some(role) = role.filter(|role| had().as_deref() != Some(*role)) {
            let known = if roles.is_empty() { "none".to_owned() } else { roles.join(", ") };
            let reason = format!("The space has no access method “{role}”; it has {known}.");
            faults.push(FieldFault::new(field, "unknownRole", reason));
        }
    };
    check("organizerRole".into(), request.organizer_role.as_deref(), &|| Some(own?.organizer.role.clone()));
    for (number, attendee) in request.attendees.iter().enumerate() {
        let had = || Some(own?.attendee(attendee.email.trim())?.role.clone());
        check(format!("attendees[{number}].role"), attendee.role.as_deref(), &had);
    }
}

/// The organizer and the attendees with their roles filled in. An empty language or zone asks for the meeting's.
pub(crate) fn people(
    place: &Place,
    request: &MeetingRequest,
    checked: &Checked,
    user: &User,
) -> (body::Organizer, Vec<Attendee>) {
    let (default, roles) = (place.default_role(), place.roles());
    let role = |asked: Option<&str>| {
        let known = asked.map(str::trim).filter(|role| roles.contains(role));
        known.map_or_else(|| default.clone(), str::to_owned)
    };
    let organizer = body::Organizer {
        id: user.id.clone(),
        jid: user.jid.clone(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: role(request.organizer_role.as_deref()),
    };
    let attendees = checked.attendees.iter().map(|invited| Attendee {
        email: invited.email.to_string(),
        name: invited.name.clone(),
        role: role(invited.role.as_deref()),
        language: invited.language.clone(),
        zone: invited.zone.clone(),
    });
    (organizer, attendees.collect())
}

/// The ways into a space.
pub(crate) fn ways(space: &Space) -> Vec<Way> {
    let way = |method: &convoke_callbridge_api::loopback::AccessMethod| Way {
        role: method.name.clone(),
        link: method.link.clone(),
        meeting_id: method.call_id.clone(),
        passcode: method.passcode.clone(),
        uri: method.uri.clone(),
    };
    space.access_methods.iter().map(way).collect()
}

/// Makes the space of a template for a meeting. The call bridge notes an intent with it, so that a space whose meeting
/// never comes about is found and removed.
pub(crate) async fn make_space(
    state: &Shared,
    request: MeetingId,
    template: &str,
    name: &str,
    organizer: &User,
) -> Result<Space, Problem> {
    let new = NewSpace {
        request: request.to_string(),
        template: template.to_owned(),
        name: name.to_owned(),
        owner: organizer.id.clone(),
    };
    state.call_bridge.create_space(&new).await.map_err(call_bridge)
}

/// Removes at once the space of a meeting that did not come about; should that fail, the noted intent remains.
pub(crate) async fn unmake_space(state: &Shared, request: MeetingId) {
    if let Err(fault) = state.call_bridge.delete_space_of_request(&request.to_string()).await {
        tracing::warn!(target: "SpaceCleanup", "the space of a meeting that failed stays for now: {fault}");
    }
}

#[cfg(test)]
mod tests {
    use convoke_callbridge_api::loopback::AccessMethod;
    use convoke_scheduler_api::request::AttendeeRequest;
    use serde_json::json;

    use super::*;

    fn space(id: &str, roles: &[&str]) -> Place {
        let method = |name: &&str| AccessMethod {
            id: String::new(),
            name: (*name).to_owned(),
            uri: None,
            call_id: None,
            passcode: None,
            link: None,
        };
        Place::Existing(Space {
            id: id.into(),
            name: "One".into(),
            default_access_method: None,
            is_temporary: false,
            access_methods: roles.iter().map(method).collect(),
        })
    }

    #[test]
    fn a_role_that_the_space_has_lost_holds_nobody_who_had_it() {
        let own = json!({
            "summary": "Weekly", "description": "", "space": "s1", "space_name": "One", "template": null, "language": "en",
            "time": {"start": "2026-12-01T10:00:00", "end": "2026-12-01T10:30:00", "zone": "UTC", "all_day": false},
            "organizer": {"id": "a", "jid": "a@x", "name": "Alice", "email": "a@x", "role": "host"}, "ways": [], "sequence": 0,
            "attendees": [{"email": "B@x", "name": "", "role": "guest"}],
        });
        let own: Body = serde_json::from_value(own).unwrap();
        let person = |email: &str| AttendeeRequest {
            email: email.into(),
            role: Some("guest".into()),
            ..AttendeeRequest::default()
        };
        let request = MeetingRequest {
            attendees: vec![person("b@x"), person("c@x")],
            organizer_role: Some("host".into()),
            ..MeetingRequest::default()
        };
        let faults = |place: &Place, own| {
            let mut faults = Vec::new();
            check_roles(place, &request, own, &mut faults);
            faults.into_iter().map(|fault| fault.field).collect::<Vec<_>>()
        };
        assert_eq!(faults(&space("s1", &["host"]), Some(&own)), ["attendees[1].role"]);
        assert_eq!(faults(&space("s2", &["host"]), Some(&own)), ["attendees[0].role", "attendees[1].role"]);
        assert_eq!(
            faults(&space("s1", &[]), None),
            ["organizerRole", "attendees[0].role", "attendees[1].role"]
        );
    }
}
