//! All meetings of somebody who leaves, and who gets them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Meetings of one hand-over at most.
pub const MAX_HANDED_OVER: usize = 20_000;
/// Meetings that a dry run looks at one by one, at most.
pub const MAX_LOOKED_AT: usize = 200;
/// Meetings that stay as they were, shown at once at most.
pub const MAX_STAYING: i64 = 1_000;

/// Who is to have all meetings of somebody who leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct LeaverRequest {
    /// A user (`user@domain`).
    pub organizer: String,
    /// Whether it is only to be looked at.
    pub dry_run: bool,
    /// Who is mailed: `all`, `affected` (when absent), `new` or `none`.
    pub notify: Option<String>,
    /// Whether the leaver stays as an attendee.
    pub stays: bool,
}

/// A hand-over of all meetings of somebody who leaves, as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeaverHandover {
    /// Its id (a GUID); absent of a dry run.
    pub id: Option<String>,
    /// Whose meetings they were.
    pub former: String,
    /// Whose they are to be (`user@domain`).
    pub organizer: String,
    /// Whether nothing waits any more.
    pub is_finished: bool,
    /// Meetings that lie ahead, or run, whose organizer is to change.
    pub meetings: Standing,
    /// Meetings of others, out of whose co-organizers the leaver is taken.
    pub co_organized: Standing,
    /// The meetings that stay as they were, at most 1,000; of a dry run those that would.
    pub staying: Vec<Staying>,
    /// Of a dry run: how many of the meetings were looked at one by one.
    pub looked_at: Option<usize>,
    /// When it was asked for, in UTC.
    pub created_at: String,
    /// When the last meeting was settled, in UTC.
    pub finished_at: Option<String>,
}

/// How many meetings stand where.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// All of them.
    pub total: i64,
    /// Those that wait for their turn.
    pub waiting: i64,
    /// Those that are done.
    pub done: i64,
    /// Those that stay as they were.
    pub staying: i64,
}

/// A meeting that stays as it was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Staying {
    /// The meeting's id.
    pub meeting: String,
    /// Its name.
    pub summary: String,
    /// Why, as a word.
    pub code: String,
    /// Why.
    pub reason: String,
}
