//! A request's fields checked, all faults at once. Pure: what lies in the database or with the call bridge comes later.

use std::collections::HashSet;

use convoke_meeting::{Series, Zone};
use convoke_model::{EmailAddress, Language};
use convoke_runtime::settings::scheduler::Limits;
use convoke_scheduler_api::request::{
    AttendeeRequest, GuestList, MAX_DESCRIPTION_CHARS, MAX_NAME_CHARS, MAX_REMINDER_MINUTES, MAX_REMINDERS,
    MAX_SUMMARY_CHARS, MeetingRequest,
};
use convoke_web_api::FieldFault;

use super::asked_time;

/// What a request says once it is known to be sound.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    /// The name.
    pub(crate) summary: String,
    /// Free text.
    pub(crate) description: String,
    /// When.
    pub(crate) series: Series,
    /// Everybody but the organizer; a role is still as asked for.
    pub(crate) attendees: Vec<Invited>,
    /// The language of the mails.
    pub(crate) language: Language,
    /// Who sees who else is invited, if it was said.
    pub(crate) guest_list: Option<GuestList>,
    /// Minutes before each occurrence at which everybody is reminded, the longest first, if it was said.
    pub(crate) reminders: Option<Vec<u32>>,
}

/// Somebody to be invited.
#[derive(Debug, Clone)]
pub(crate) struct Invited {
    /// Where mail goes.
    pub(crate) email: EmailAddress,
    /// As people call them.
    pub(crate) name: String,
    /// The role, as asked for.
    pub(crate) role: Option<String>,
    /// The language of their mails, if it was said; empty for the meeting's.
    pub(crate) language: Option<String>,
    /// The zone of their mails, if it was said; empty for none.
    pub(crate) zone: Option<String>,
}

/// Checks all fields that can be judged on their own.
pub(crate) fn check(
    request: &MeetingRequest,
    organizer_email: &str,
    limits: &Limits,
) -> Result<Checked, Vec<FieldFault>> {
    let mut faults = Vec::new();
    let summary = summary(&request.summary, &mut faults);
    let description = description(&request.description, &mut faults);
    let series = asked_time::time(request, limits.occurrences, &mut faults);
    let attendees = attendees(&request.attendees, organizer_email, limits.attendees, &mut faults);
    let language = language(request.language.as_deref(), &mut faults);
    let reminders = request.reminders.as_deref().map(|minutes| reminders(minutes, &mut faults));
    if request.unscheduled && reminders.as_ref().is_some_and(|minutes| !minutes.is_empty()) {
        let reason = "A meeting without a fixed time has no start to be reminded of.";
        faults.push(FieldFault::new("reminders", "conflict", reason));
    }
    place(request, &mut faults);
    match series {
        Some(series) if faults.is_empty() => {
            let guest_list = request.guest_list;
            Ok(Checked { summary, description, series, attendees, language, guest_list, reminders })
        }
        _ => Err(faults),
    }
}

fn summary(text: &str, faults: &mut Vec<FieldFault>) -> String {
    let text = text.trim();
    if text.is_empty() {
        faults.push(FieldFault::new("summary", "required", "A meeting needs a name."));
    } else if text.chars().count() > MAX_SUMMARY_CHARS {
        let reason = format!("A name has at most {MAX_SUMMARY_CHARS} characters.");
        faults.push(FieldFault::new("summary", "tooLong", reason));
    } else if text.chars().any(char::is_control) {
        faults.push(FieldFault::new(
            "summary",
            "invalid",
            "A name stands on one line, without control characters.",
        ));
    }
    text.to_owned()
}

fn description(text: &str, faults: &mut Vec<FieldFault>) -> String {
    let text = text.trim().replace("\r\n", "\n");
    if text.chars().count() > MAX_DESCRIPTION_CHARS {
        let reason = format!("A description has at most {MAX_DESCRIPTION_CHARS} characters.");
        faults.push(FieldFault::new("description", "tooLong", reason));
    } else if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        faults.push(FieldFault::new("description", "invalid", "A description has no control characters."));
    }
    text
}

/// The reason as a sentence: a capital first, a full stop last.
pub(crate) fn sentence(reason: &str) -> String {
    let mut chars = reason.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let stop = if reason.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{stop}", chars.as_str())
}

fn attendees(
    given: &[AttendeeRequest],
    organizer_email: &str,
    most: usize,
    faults: &mut Vec<FieldFault>,
) -> Vec<Invited> {
    if given.len() > most {
        let reason = format!("A meeting has at most {most} attendees; these are {}.", given.len());
        faults.push(FieldFault::new("attendees", "tooMany", reason));
        return Vec::new();
    }
    let mut seen = HashSet::new();
    let mut checked = Vec::with_capacity(given.len());
    for (place, attendee) in given.iter().enumerate() {
        let mut fault = |field: &str, code: &str, reason: String| {
            faults.push(FieldFault::new(format!("attendees[{place}].{field}"), code, reason));
        };
        let email: EmailAddress = match attendee.email.parse() {
            Ok(email) => email,
            Err(reason) => {
                fault("email", "invalid", sentence(&format!("{reason}")));
                continue;
            }
        };
        if email.key() == organizer_email.to_lowercase() {
            fault("email", "duplicate", "The organizer takes part anyway.".into());
        } else if !seen.insert(email.key()) {
            fault("email", "duplicate", format!("{email} is invited already."));
        }
        let name = attendee.name.as_deref().unwrap_or_default().trim().to_owned();
        if name.chars().count() > MAX_NAME_CHARS || name.chars().any(char::is_control) {
            fault(
                "name",
                "invalid",
                format!("A person's name is one line of at most {MAX_NAME_CHARS} characters."),
            );
        }
        let role = attendee.role.clone().filter(|role| !role.trim().is_empty());
        let language = attendee.language.as_deref().map(|given| match known_language(given) {
            Ok(language) => language.map(|language| language.tag().to_owned()).unwrap_or_default(),
            Err(reason) => {
                fault("language", "unknown", reason);
                String::new()
            }
        });
        let zone = attendee.time_zone.as_deref().map(|given| match known_zone(given) {
            Ok(zone) => zone,
            Err(reason) => {
                fault("timeZone", "unknown", reason);
                String::new()
            }
        });
        checked.push(Invited { email, name, role, language, zone });
    }
    checked
}

/// The language of this tag; nothing for an empty one.
pub(crate) fn known_language(given: &str) -> Result<Option<Language>, String> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(None);
    }
    Language::from_locale(given).map(Some).ok_or_else(|| {
        let known: Vec<_> = Language::ALL.iter().map(|language| language.tag()).collect();
        format!("There are no texts for this language; there are {}.", known.join(" and "))
    })
}

/// The name of this zone as it is spelt; nothing for an empty one.
pub(crate) fn known_zone(given: &str) -> Result<String, String> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(String::new());
    }
    let words = |_| "There is no such zone; expected an IANA name such as Asia/Seoul.".to_owned();
    Zone::named(given).map(|zone| zone.name().to_owned()).map_err(words)
}

fn reminders(given: &[u32], faults: &mut Vec<FieldFault>) -> Vec<u32> {
    let mut minutes = given.to_vec();
    minutes.sort_unstable_by(|a, b| b.cmp(a));
    minutes.dedup();
    if minutes.len() > MAX_REMINDERS {
        let reason = format!("A meeting has at most {MAX_REMINDERS} reminders; these are {}.", minutes.len());
        faults.push(FieldFault::new("reminders", "tooMany", reason));
    }
    if minutes.first().is_some_and(|longest| *longest > MAX_REMINDER_MINUTES) {
        let reason =
            format!("A reminder goes out at most {MAX_REMINDER_MINUTES} minutes (28 days) before the start.");
        faults.push(FieldFault::new("reminders", "tooLarge", reason));
    }
    minutes
}

fn language(given: Option<&str>, faults: &mut Vec<FieldFault>) -> Language {
    match known_language(given.unwrap_or_default()) {
        Ok(language) => language.unwrap_or_default(),
        Err(reason) => {
            faults.push(FieldFault::new("language", "unknown", reason));
            Language::default()
        }
    }
}

fn place(request: &MeetingRequest, faults: &mut Vec<FieldFault>) {
    match (&request.co_space, &request.co_space_template) {
        (None, None) => {
            let reason = "Choose a space, or a template that a space is made from.";
            faults.push(FieldFault::new("coSpace", "required", reason));
        }
        (Some(_), Some(_)) => {
            let reason = "Give either a space or a template, not both.";
            faults.push(FieldFault::new("coSpaceTemplate", "conflict", reason));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use convoke_scheduler_api::request::MAX_ATTENDEES;

    use super::*;

    fn request() -> MeetingRequest {
        MeetingRequest {
            summary: " Weekly ".into(),
            dt_start: Some("2026-12-01T10:00:00".into()),
            dt_end: Some("2026-12-01T10:30:00".into()),
            time_zone: Some("Asia/Seoul".into()),
            co_space: Some("x".into()),
            ..MeetingRequest::default()
        }
    }

    fn attendee(email: &str) -> AttendeeRequest {
        AttendeeRequest { email: email.into(), ..AttendeeRequest::default() }
    }

    fn faults(request: &MeetingRequest) -> Vec<(String, String)> {
        let faults = check(request, "alice@example.test", &Limits::default()).unwrap_err();
        faults.into_iter().map(|fault| (fault.field, fault.code)).collect()
    }

    #[test]
    fn a_sound_request_is_trimmed() {
        let checked = check(&request(), "alice@example.test", &Limits::default()).unwrap();
        assert_eq!((checked.summary.as_str(), checked.language), ("Weekly", Language::English));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let request = MeetingRequest {
            summary: " ".into(),
            description: "x".repeat(MAX_DESCRIPTION_CHARS + 1),
            dt_end: Some("2026-12-01T09:00:00".into()),
            time_zone: Some("Asia/Soul".into()),
            attendees: vec![
                attendee("nobody"),
                attendee("b@x.test"),
                attendee("B@x.test"),
                attendee("Alice@example.test"),
            ],
            language: Some("xx".into()),
            co_space: None,
            ..request()
        };
        let found = faults(&request);
        for expected in [
            ("summary", "required"),
            ("description", "tooLong"),
            ("timeZone", "unknownTimeZone"),
            ("attendees[0].email", "invalid"),
            ("attendees[2].email", "duplicate"),
            ("attendees[3].email", "duplicate"),
            ("language", "unknown"),
            ("coSpace", "required"),
        ] {
            assert!(
                found.contains(&(expected.0.to_owned(), expected.1.to_owned())),
                "{expected:?} in {found:?}"
            );
        }
    }

    #[test]
    fn limits_hold_at_their_edge() {
        let summary = |n: usize| MeetingRequest { summary: "가".repeat(n), ..request() };
        assert!(check(&summary(MAX_SUMMARY_CHARS), "a@x", &Limits::default()).is_ok());
        assert_eq!(faults(&summary(MAX_SUMMARY_CHARS + 1)), [("summary".to_owned(), "tooLong".to_owned())]);
        let people = |n: usize| MeetingRequest {
            attendees: (0..n).map(|i| attendee(&format!("p{i}@x.test"))).collect(),
            ..request()
        };
        assert_eq!(
            check(&people(MAX_ATTENDEES), "a@x", &Limits::default()).unwrap().attendees.len(),
            MAX_ATTENDEES
        );
        assert_eq!(faults(&people(MAX_ATTENDEES + 1)), [("attendees".to_owned(), "tooMany".to_owned())]);
    }

    #[test]
    fn a_reason_is_told_as_a_sentence() {
        let request = MeetingRequest { dt_end: Some("2026-12-01T09:00:00".into()), ..request() };
        let fault = check(&request, "a@x", &Limits::default()).unwrap_err().remove(0);
        assert_eq!((fault.field.as_str(), fault.code.as_str()), ("dtEnd", "endBeforeStart"));
        assert!(fault.reason.starts_with("The end") && fault.reason.ends_with('.'), "{}", fault.reason);
    }
}
