//! What is to be different in a meeting; what is absent stays as it is.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::{
    group::GroupRequest,
    occurrence::ExceptionDecision,
    request::{AttendeeRequest, GuestList},
};

/// What is to be different in a meeting; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MeetingPatch {
    /// The name.
    pub summary: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Whether it starts now, at the minute that runs.
    pub start_now: bool,
    /// Local start; without `dtEnd` the length stays.
    pub dt_start: Option<String>,
    /// Local end.
    pub dt_end: Option<String>,
    /// The IANA zone of all local times.
    pub time_zone: Option<String>,
    /// Whether it takes whole days.
    pub is_full_day_meeting: Option<bool>,
    /// How it repeats; an empty text or null for "not any more".
    #[serde(deserialize_with = "null_is_empty")]
    pub rrule: Option<String>,
    /// Further local starts.
    pub rdate: Option<Vec<String>>,
    /// Local starts that do not take place.
    pub exdate: Option<Vec<String>>,
    /// Everybody invited beside the organizer.
    pub attendees: Option<Vec<AttendeeRequest>>,
    /// People to be invited beside those who are; what is said of one who is replaces what was.
    pub add_attendees: Vec<AttendeeRequest>,
    /// Groups whose people are invited too, as they are at this moment, at most 20, less those in `removeAttendees`. Who is invited
    /// already stays as they are, and nothing of the group is kept.
    pub groups: Vec<GroupRequest>,
    /// Addresses of those who are not to be invited any more.
    pub remove_attendees: Vec<String>,
    /// The organizer's role.
    pub organizer_role: Option<String>,
    /// A space that the organizer is a member of.
    pub co_space: Option<String>,
    /// A template of the organizer's that a temporary space is made from.
    pub co_space_template: Option<String>,
    /// The language of the mails: `en` or `ko`.
    pub language: Option<String>,
    /// Who sees who else is invited.
    pub guest_list: Option<GuestList>,
    /// Minutes before each occurrence at which everybody is reminded by mail.
    pub reminders: Option<Vec<u32>>,
    /// What is to become of exceptions that find no place in the changed series.
    pub exceptions: Vec<ExceptionDecision>,
}

/// A date that is to be added to a meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ExtraDate {
    /// Its local start, in the meeting's zone; it takes as long as the others.
    pub dt_start: String,
}

/// Null takes something away, as an empty text does; what is absent stays.
pub(crate) fn null_is_empty<'de, D: Deserializer<'de>>(given: D) -> Result<Option<String>, D::Error> {
    Ok(Some(Option::<String>::deserialize(given)?.unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_takes_the_rule_away_and_its_absence_leaves_it() {
        let patch = |text: &str| serde_json::from_str::<MeetingPatch>(text).unwrap().rrule;
        assert_eq!(patch("{}"), None);
        assert_eq!(patch(r#"{"rrule":null}"#), Some(String::new()));
        assert_eq!(patch(r#"{"rrule":"FREQ=DAILY"}"#), Some("FREQ=DAILY".to_owned()));
    }
}
