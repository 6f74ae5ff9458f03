//! A meeting as it is shown.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    answer::{AnswerSource, PartStat},
    occurrence::Occurrence,
    recurrence::Words,
    request::GuestList,
};

/// A single meeting or a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Meeting {
    /// The id (a GUID).
    pub id: String,
    /// The calendar's name of it, the same for life.
    pub uid: String,
    /// What `If-Match` of a change says, so that nobody's change is lost.
    pub etag: String,
    /// Goes up with each change (RFC 5545 3.8.7.4).
    pub sequence: i64,
    /// Whether it takes place.
    pub status: Status,
    /// The name.
    pub summary: String,
    /// Free text.
    pub description: String,
    /// Local start of the first occurrence; null for a meeting without a fixed time.
    pub dt_start: Option<String>,
    /// Local end of the first occurrence; null for a meeting without a fixed time.
    pub dt_end: Option<String>,
    /// `true` for a meeting without a fixed time; absent for others.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unscheduled: bool,
    /// The IANA zone of all local times.
    pub time_zone: String,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// How it repeats.
    pub rrule: Option<String>,
    /// How it repeats, in words; absent for a single meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
    /// Further local starts.
    pub rdate: Vec<String>,
    /// Local starts that do not take place.
    pub exdate: Vec<String>,
    /// The occurrences that say something of their own, or do not take place.
    pub overrides: Vec<Occurrence>,
    /// The meeting that this one was parted from when what follows was changed.
    pub follows: Option<String>,
    /// The meeting that was parted from this one last.
    pub followed_by: Option<String>,
    /// Start of the first occurrence.
    pub dt_start_utc: Option<String>,
    /// End of the first occurrence.
    pub dt_end_utc: Option<String>,
    /// End of the last occurrence; absent for a series without end.
    pub series_end_utc: Option<String>,
    /// Whose meeting it is.
    pub organizer: Organizer,
    /// Whether that is the caller.
    pub is_organizer: bool,
    /// Whether the caller is one of those who may do what the organizer may.
    pub is_co_organizer: bool,
    /// Whether the caller may act for the organizer.
    pub is_delegate: bool,
    /// Users who may do what the organizer may, but name others; to those only who see who is invited.
    pub co_organizers: Vec<CoOrganizer>,
    /// Everybody invited beside the organizer.
    pub attendees: Vec<Attendee>,
    /// The space it takes place in.
    pub co_space: String,
    /// The space's name.
    pub co_space_name: String,
    /// The template that the space was made from.
    pub co_space_template: Option<String>,
    /// Whether the space is removed some time after the end.
    pub temporary_space: bool,
    /// The language of the mails.
    pub language: String,
    /// Who sees who else is invited.
    pub guest_list: GuestList,
    /// Minutes before each occurrence at which everybody is reminded by mail.
    pub reminders: Vec<u32>,
    /// When it was made.
    pub created_at: String,
    /// When it was changed last.
    pub updated_at: String,
    /// The caller's own way in.
    pub join: Option<Way>,
    /// Every way in; only for the organizer and for operators.
    pub access_methods: Vec<Way>,
}

/// Whether a meeting takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Status {
    /// It does.
    Confirmed,
    /// It does not.
    Cancelled,
}

/// Whose meeting it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Organizer {
    /// As people call them.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// `user@domain`.
    pub user_jid: String,
    /// The name of the access method.
    pub role: String,
}

/// A user who may do what the organizer may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CoOrganizer {
    /// As people call them.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// `user@domain`.
    pub user_jid: String,
}

/// Someone invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attendee {
    /// Where mail goes.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// The name of the access method.
    pub role: String,
    /// The language of their mails, where the meeting says it.
    pub language: Option<String>,
    /// The zone that their mails tell times in as well, where the meeting says it.
    pub time_zone: Option<String>,
    /// What they answered to the meeting as it is now.
    pub partstat: PartStat,
    /// When that answer came, in UTC; with the next two only for the organizer, for operators, and of oneself.
    pub answered_at: Option<String>,
    /// By which way it came.
    pub answer_source: Option<AnswerSource>,
    /// What was said with it.
    pub comment: Option<String>,
    /// What became of the last mail; only for the organizer and for operators.
    pub mail: Option<Mail>,
}

/// What became of a mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Mail {
    /// Where it stands.
    pub state: MailState,
    /// Why, in the mail server's words.
    pub detail: Option<String>,
    /// Since when.
    pub at: String,
}

/// Where a mail stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum MailState {
    /// It waits for its turn.
    Queued,
    /// The mail server took it.
    Sent,
    /// The mail server did not take it yet; it is tried again.
    Deferred,
    /// It will not be tried again.
    Failed,
    /// The mail server took it, and it came back: the recipient did not get it.
    Bounced,
    /// It was taken back before it was sent, because what it told of was not so any more.
    Withdrawn,
}

/// A way into the meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Way {
    /// The name of the access method.
    pub role: String,
    /// The page to join on.
    pub link: Option<String>,
    /// The meeting ID.
    pub meeting_id: Option<String>,
    /// The passcode.
    pub passcode: Option<String>,
    /// The address to call from a video system.
    pub uri: Option<String>,
}
