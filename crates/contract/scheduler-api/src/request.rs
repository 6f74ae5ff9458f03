//! What a meeting is made or replaced with.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::group::GroupRequest;

/// Longest summary, in characters.
pub const MAX_SUMMARY_CHARS: usize = 200;
/// Longest description, in characters.
pub const MAX_DESCRIPTION_CHARS: usize = 10_000;
/// Attendees of one meeting at most, where the settings say nothing else.
pub const MAX_ATTENDEES: usize = 1_000;
/// Longest name of a person or a role, in characters.
pub const MAX_NAME_CHARS: usize = 200;

/// A meeting to be made, or what replaces the editable fields of one.
///
/// Just one of `coSpace` and `coSpaceTemplate` is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct MeetingRequest {
    /// The name, 1 to 200 characters.
    pub summary: String,
    /// Free text of at most 10,000 characters.
    pub description: String,
    /// Whether it has no fixed time: people join when they like. Then nothing is said of times but the zone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unscheduled: bool,
    /// Whether it starts now, at the minute that runs; `dtStart` is left out then, and without `dtEnd` it takes an hour.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub start_now: bool,
    /// Local start, such as `2026-12-01T10:00:00`; a date for a full-day meeting.
    pub dt_start: Option<String>,
    /// Local end, which is not part of the meeting.
    pub dt_end: Option<String>,
    /// The IANA zone of all local times.
    pub time_zone: Option<String>,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// How it repeats (RFC 5545 3.3.10), without `RRULE:`.
    pub rrule: Option<String>,
    /// Further local starts.
    pub rdate: Vec<String>,
    /// Local starts that do not take place.
    pub exdate: Vec<String>,
    /// Everybody invited beside the organizer, at most 1,000.
    pub attendees: Vec<AttendeeRequest>,
    /// Groups whose people are invited too, as they are at this moment, at most 20. What is said of somebody in `attendees` counts, and
    /// nothing of the group is kept.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<GroupRequest>,
    /// The organizer's role; the space's default when absent.
    pub organizer_role: Option<String>,
    /// A space that the organizer is a member of.
    pub co_space: Option<String>,
    /// A template of the organizer's that a temporary space is made from.
    pub co_space_template: Option<String>,
    /// The language of the mails: `en` or `ko`.
    pub language: Option<String>,
    /// Whose meeting it is (`user@domain`): for operators, who must give it, and for delegates; one's own when absent.
    pub organizer: Option<String>,
    /// Who sees who else is invited; everybody when a meeting is made without it, and as it was when it is replaced.
    pub guest_list: Option<GuestList>,
    /// Minutes before each occurrence at which everybody is reminded by mail: at most 5, each 0 to 40,320 (28 days). None when a
    /// meeting is made without it, and as they were when it is replaced.
    pub reminders: Option<Vec<u32>>,
}

/// Reminders of one meeting at most.
pub const MAX_REMINDERS: usize = 5;
/// Longest time of a reminder before the start, in minutes: 28 days.
pub const MAX_REMINDER_MINUTES: u32 = 40_320;

/// Who sees who else is invited.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum GuestList {
    /// Everybody who is.
    #[default]
    All,
    /// Only the organizer: everybody else sees the organizer and themselves, in mails, calendars and here.
    Organizer,
}

/// Co-organizers of a meeting at most.
pub const MAX_CO_ORGANIZERS: usize = 20;

/// Who may do with a meeting what its organizer may.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CoOrganizersRequest {
    /// Users (`user@domain`), at most 20; those who are not named any more are none.
    pub co_organizers: Vec<String>,
}

/// Who is to be the organizer of a meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HandoverRequest {
    /// A user (`user@domain`).
    pub organizer: String,
    /// From which occurrence on, by its original local start; all that lies ahead when absent.
    pub recurrence: Option<String>,
    /// Whether the organizer of now stays, as an attendee; so when absent.
    pub stays: Option<bool>,
}

/// Someone to be invited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AttendeeRequest {
    /// Where the invitation goes.
    pub email: String,
    /// As people call them.
    pub name: Option<String>,
    /// The name of one of the space's access methods; its default when absent.
    pub role: Option<String>,
    /// The language of their mails, `en` or `ko`. When absent, what it was; when empty, what they prefer themselves, or the meeting's.
    pub language: Option<String>,
    /// The IANA zone that their mails tell times in as well. When absent, what it was; when empty, the one that they prefer themselves.
    pub time_zone: Option<String>,
}
