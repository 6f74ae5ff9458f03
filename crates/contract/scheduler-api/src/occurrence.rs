//! One occurrence of a meeting, what can be changed of it, and what a change would do.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    answer::{AnswerSource, PartStat},
    group::GroupRequest,
    meeting::{Meeting, Organizer, Status},
    patch::null_is_empty,
    request::AttendeeRequest,
};

/// Occurrences of one answer unless the caller says otherwise.
pub const DEFAULT_OCCURRENCES: usize = 50;
/// Occurrences of one answer at most.
pub const MAX_OCCURRENCES: usize = 500;
/// Occurrences that a look at a change shows of each side.
pub const LOOKED_AT: usize = 10;

/// Occurrences of a meeting, in order of their starts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OccurrencePage {
    /// Those that take place.
    pub occurrences: Vec<Occurrence>,
    /// What `fromTime` says to see those that follow; absent when these are the last of the time that was asked for.
    pub next: Option<String>,
}

/// One occurrence of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Occurrence {
    /// Which one of the series: its original local start.
    pub recurrence: String,
    /// Whether it takes place.
    pub status: Status,
    /// The name.
    pub summary: String,
    /// Free text.
    pub description: String,
    /// Local start.
    pub dt_start: String,
    /// Local end.
    pub dt_end: String,
    /// The IANA zone of the local times.
    pub time_zone: String,
    /// Start.
    pub dt_start_utc: String,
    /// End.
    pub dt_end_utc: String,
    /// Whose meeting it is.
    pub organizer: Organizer,
    /// Everybody invited beside the organizer; left out in a meeting's `overrides` where they are those of the meeting.
    pub attendees: Option<Vec<Person>>,
    /// The space it takes place in.
    pub co_space: String,
    /// The space's name.
    pub co_space_name: String,
    /// Whether it says something that its series does not.
    pub is_overridden: bool,
    /// Its `recurrence` before its series was moved.
    pub former: Option<String>,
    /// The caller's own join link.
    pub join_link: Option<String>,
}

/// Someone invited to an occurrence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Person {
    /// Where mail goes.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// The name of the access method.
    pub role: String,
    /// What they answered to it as it is now; left out in a look at a change.
    pub partstat: Option<PartStat>,
    /// When that answer came, in UTC; with the next two only for the organizer, for operators, and of oneself.
    pub answered_at: Option<String>,
    /// By which way it came.
    pub answer_source: Option<AnswerSource>,
    /// What was said with it.
    pub comment: Option<String>,
}

/// What is to be different in an occurrence, or in it and those after it; what is absent stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OccurrencePatch {
    /// The name.
    pub summary: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// Local start; without `dtEnd` the length stays.
    pub dt_start: Option<String>,
    /// Local end.
    pub dt_end: Option<String>,
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
    /// With `range=THISANDFUTURE`: the IANA zone of all local times.
    pub time_zone: Option<String>,
    /// With `range=THISANDFUTURE`: how it repeats; an empty text or null for "not any more".
    #[serde(deserialize_with = "null_is_empty")]
    pub rrule: Option<String>,
    /// With `range=THISANDFUTURE`: further local starts.
    pub rdate: Option<Vec<String>>,
    /// With `range=THISANDFUTURE`: local starts that do not take place.
    pub exdate: Option<Vec<String>>,
    /// What is to become of exceptions that find no place in the changed series.
    pub exceptions: Vec<ExceptionDecision>,
}

/// What is to become of an exception that finds no place in the changed series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ExceptionDecision {
    /// Which one.
    pub recurrence: String,
    /// What becomes of it.
    pub decision: Decision,
}

/// What becomes of an exception that finds no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Decision {
    /// It stays, as an extra date.
    Keep,
    /// It goes.
    Drop,
}

/// What a change answers: the meeting as it is now, or with `dryRun=true` what would become of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum Changed {
    /// The meeting, or the one that follows it (`Content-Location`).
    Meeting(Box<Meeting>),
    /// What would become of it.
    Preview(Box<Preview>),
}

/// What a change would do; nothing is kept and nobody is mailed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// The next occurrences as they are, at most 10.
    pub before: Vec<Occurrence>,
    /// The next occurrences as they would be, at most 10.
    pub after: Vec<Occurrence>,
    /// What would become of each occurrence that differs from its series.
    pub exceptions: Vec<ExceptionFate>,
    /// Whether somebody has to say first what becomes of some of them.
    pub needs_decision: bool,
    /// Who would be told what.
    pub mails: Vec<PlannedMail>,
    /// Whether what follows would become a meeting of its own, with a calendar entry of its own.
    pub new_meeting: bool,
    /// Whether anything would change at all.
    pub changes: bool,
}

/// What would become of an occurrence that differs from its series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ExceptionFate {
    /// Which one.
    pub recurrence: String,
    /// What would become of it.
    pub outcome: ExceptionOutcome,
    /// Its `recurrence` afterwards.
    pub to: Option<String>,
}

/// What would become of an occurrence that differs from its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ExceptionOutcome {
    /// It stays where it is.
    Kept,
    /// It keeps its own time, under another `recurrence`.
    Renamed,
    /// It moves with its series.
    Moved,
    /// It stays as an extra date.
    Extra,
    /// It goes.
    Dropped,
    /// Somebody has to say.
    Undecided,
}

/// A mail that a change would cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedMail {
    /// To whom.
    pub email: String,
    /// What it would tell.
    pub kind: PlannedKind,
    /// Whether it would be sent, by `notify`.
    pub is_sent: bool,
}

/// What a mail would tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum PlannedKind {
    /// They are invited.
    Invitation,
    /// What they are in changes.
    Update,
    /// It takes place without them.
    Removal,
    /// It does not take place.
    Cancellation,
    /// What they are in does not change.
    Nothing,
}
