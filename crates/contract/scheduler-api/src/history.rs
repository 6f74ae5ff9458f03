//! What was done to a meeting, and answered, by whom and from where.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{AnswerOutcome, PartStat};

/// Entries of one answer unless the caller says otherwise.
pub const DEFAULT_ENTRIES: usize = 50;
/// Entries of one answer at most.
pub const MAX_ENTRIES: usize = 200;

/// Changes of a meeting, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct History {
    /// The changes.
    pub entries: Vec<HistoryEntry>,
    /// What `cursor` says to see older ones; absent when these are the last.
    pub next: Option<String>,
}

/// A change of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// The meeting's revision that it made, from 1 on; absent for an answer, which is no change of the meeting.
    pub revision: Option<i64>,
    /// When, in UTC.
    pub at: String,
    /// Who: `user@domain`, an operator's name, or the address of an attendee who answered.
    pub by: String,
    /// The organizer for whom they did it, when they are a delegate.
    pub on_behalf_of: Option<String>,
    /// By which way: `web` (through a web bridge), `api` or `job` (with all of a leaver's meetings, or because zone data changed), of an answer also `mail`, `link` or `organizer`; absent when nobody
    /// noted it.
    pub via: Option<String>,
    /// From which address.
    pub address: Option<String>,
    /// What was done.
    pub op: Operation,
    /// How far it reached.
    pub scope: Scope,
    /// Which occurrence it began with, or was of.
    pub recurrence: Option<String>,
    /// Which fields changed; empty when nobody noted it.
    pub fields: Vec<String>,
    /// SEQUENCE afterwards; absent when nobody noted it.
    pub sequence: Option<i64>,
    /// How many people were mailed; absent when nobody noted it.
    pub notified: Option<usize>,
    /// Whose answer it is.
    pub email: Option<String>,
    /// What was answered.
    pub partstat: Option<PartStat>,
    /// What became of the answer.
    pub outcome: Option<AnswerOutcome>,
}

/// How far a change reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Scope {
    /// All that had not begun.
    #[default]
    All,
    /// An occurrence and those after it.
    Following,
    /// One occurrence.
    One,
}

/// What was done to a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Operation {
    /// It was made.
    Created,
    /// It was changed.
    Changed,
    /// It was cancelled.
    Cancelled,
    /// A cancellation was taken back.
    Restored,
    /// What follows became a meeting of its own.
    Parted,
    /// It got another organizer.
    HandedOver,
    /// Somebody answered.
    Answered,
    /// It was told anew, as the clocks of its zone are to show something else.
    ClocksChanged,
}
