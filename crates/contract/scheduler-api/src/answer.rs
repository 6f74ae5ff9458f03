//! What people answer to an invitation.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::meeting::Status;

/// Longest comment of an answer, in characters.
pub const MAX_COMMENT_CHARS: usize = 1_000;
/// Answers of the log that one answer of the API shows; all of them are in the history.
pub const MAX_LOGGED: usize = 200;
/// Proposals, and refused replies, that one answer of the API shows.
pub const MAX_PROPOSALS: usize = 200;

/// What somebody answered (RFC 5545 3.2.12).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING-KEBAB-CASE")]
pub enum PartStat {
    /// Nothing that still counts.
    #[default]
    NeedsAction,
    /// Yes.
    Accepted,
    /// Perhaps.
    Tentative,
    /// No.
    Declined,
}

/// By which way an answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AnswerSource {
    /// A calendar's reply by mail.
    Mail,
    /// The personal link of an invitation.
    Link,
    /// This API, by somebody who is signed in.
    Web,
    /// The organizer entered it.
    Organizer,
}

/// An answer to be given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AnswerRequest {
    /// The answer; needed.
    pub partstat: Option<PartStat>,
    /// What is said with it, at most 1,000 characters.
    pub comment: String,
    /// Which occurrence it is about, by its original local start; all of them when absent.
    pub recurrence: Option<String>,
    /// `THISANDFUTURE`: that occurrence and those after it.
    pub range: Option<String>,
    /// Another local start that is proposed.
    pub dt_start: Option<String>,
    /// Another local end that is proposed; without it the length stays.
    pub dt_end: Option<String>,
    /// The IANA zone of what is proposed; the meeting's own when absent.
    pub time_zone: Option<String>,
}

/// Who a refused reply is from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AcceptRefused {
    /// The attendee whose answer it is; the one in whose name it came when absent.
    pub email: Option<String>,
}

/// What people said of a meeting: everything to its organizer, to others their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Answers {
    /// What each said last of the meeting, of an occurrence, or of one and those after it.
    pub answers: Vec<AnswerShown>,
    /// The last 200 answers that came, whatever became of them, newest first.
    pub log: Vec<AnswerLogged>,
    /// The last 200 other times that were proposed, newest first.
    pub proposals: Vec<Proposal>,
    /// The last 200 replies that were not taken, because nothing proves whose they are, newest first.
    pub refused: Vec<RefusedReply>,
}

/// What somebody said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerShown {
    /// Who.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// The answer.
    pub partstat: PartStat,
    /// Which occurrence it is about; all of them when absent.
    pub recurrence: Option<String>,
    /// `THISANDFUTURE`: that occurrence and those after it.
    pub range: Option<String>,
    /// What was said with it.
    pub comment: String,
    /// When it came, in UTC.
    pub answered_at: String,
    /// By which way it came.
    pub source: AnswerSource,
    /// Whether it counts: the meeting is still at the time and the place that were answered.
    pub counts: bool,
}

/// An answer that came, whatever became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AnswerLogged {
    /// When it came, in UTC.
    pub at: String,
    /// Whose it is.
    pub email: String,
    /// The answer.
    pub partstat: PartStat,
    /// Which occurrence it is about; all of them when absent.
    pub recurrence: Option<String>,
    /// `THISANDFUTURE`: that occurrence and those after it.
    pub range: Option<String>,
    /// What was said with it.
    pub comment: String,
    /// By which way it came.
    pub source: AnswerSource,
    /// What became of it.
    pub outcome: AnswerOutcome,
    /// Who entered it, when that was not the person.
    pub entered_by: Option<String>,
    /// From which address it came; only for the organizer and for operators.
    pub address: Option<String>,
}

/// What became of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum AnswerOutcome {
    /// It held from then on.
    Taken,
    /// The same person had given a later one.
    Older,
    /// It was about another time or place than that of then.
    OutOfDate,
    /// What it was about was over, or did not take place.
    Late,
}

/// Another time that somebody would rather have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Proposal {
    /// Its id (a GUID).
    pub id: String,
    /// Who proposes it.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// Of which occurrence; of all of them when absent.
    pub recurrence: Option<String>,
    /// Local start.
    pub dt_start: String,
    /// Local end.
    pub dt_end: String,
    /// The IANA zone of both.
    pub time_zone: String,
    /// What was said with it.
    pub comment: String,
    /// By which way it came.
    pub source: AnswerSource,
    /// What became of it.
    pub state: ProposalState,
    /// When it came, in UTC.
    pub received_at: String,
    /// When it was settled, in UTC.
    pub settled_at: Option<String>,
    /// Who settled it.
    pub settled_by: Option<String>,
}

/// What became of a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ProposalState {
    /// Nobody has said yet.
    Open,
    /// The meeting was moved there.
    Accepted,
    /// It was not.
    Declined,
    /// The same person proposed yet another time.
    Superseded,
}

/// A reply that was not taken, because nothing proves whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RefusedReply {
    /// Its id (a GUID).
    pub id: String,
    /// In whose name it came.
    pub claimed: String,
    /// Who sent it.
    pub sender: String,
    /// Why it was not taken.
    pub reason: String,
    /// What it says.
    pub partstat: PartStat,
    /// Which occurrence it is about; all of them when absent.
    pub recurrence: Option<String>,
    /// `THISANDFUTURE`: that occurrence and those after it.
    pub range: Option<String>,
    /// What was said with it.
    pub comment: String,
    /// When it came, in UTC.
    pub received_at: String,
    /// When somebody said what becomes of it, in UTC.
    pub settled_at: Option<String>,
    /// Who did.
    pub settled_by: Option<String>,
}

/// Dates that a personal link shows at most.
pub const MAX_LINKED_DATES: usize = 30;

/// A meeting as a personal link shows it to the one whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// Who answers by it.
    pub email: String,
    /// As people call them.
    pub name: String,
    /// The meeting's name.
    pub summary: String,
    /// Free text.
    pub description: String,
    /// Whose meeting it is.
    pub organizer: String,
    /// Whether it takes place.
    pub status: Status,
    /// Whether it is over.
    pub is_over: bool,
    /// Local start of the first occurrence; null for a meeting without a fixed time.
    pub dt_start: Option<String>,
    /// Local end of the first occurrence; null for a meeting without a fixed time.
    pub dt_end: Option<String>,
    /// The IANA zone of all local times.
    pub time_zone: String,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// How it repeats.
    pub rrule: Option<String>,
    /// What the person answered to it as it is now.
    pub partstat: PartStat,
    /// What they said with it.
    pub comment: String,
    /// The next dates that the person is invited to, at most 30.
    pub dates: Vec<LinkedDate>,
}

/// A date of a meeting as a personal link shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LinkedDate {
    /// Which one: its original local start.
    pub recurrence: String,
    /// Local start.
    pub dt_start: String,
    /// Local end.
    pub dt_end: String,
    /// Start.
    pub dt_start_utc: String,
    /// What the person answered to it.
    pub partstat: PartStat,
}
