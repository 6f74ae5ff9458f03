//! Zone data that changed, and the meetings that move by it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes in one answer at most: the newest.
pub const MAX_SHOWN_CHANGES: i64 = 100;
/// Meetings of a change in one answer at most.
pub const MAX_SHOWN_MOVED: i64 = 100;

/// Other zone data that was found when a scheduler started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ZoneChange {
    /// Its id.
    pub id: String,
    /// When it was found.
    pub found_at: String,
    /// The data that held before.
    pub from_version: String,
    /// The data that holds.
    pub to_version: String,
    /// The zones whose clocks show something else from then on.
    pub zones: Vec<String>,
    /// Whether all meetings were looked at; until then there may be more of them that move.
    pub is_complete: bool,
    /// How many meetings move.
    pub meetings: i64,
    /// Of how many the people were told.
    pub told: i64,
    /// Who asked for people to be told.
    pub told_by: Option<String>,
}

/// A change with the meetings that move.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ZoneReport {
    /// The change.
    #[serde(flatten)]
    pub change: ZoneChange,
    /// The meetings that move, at most 100.
    pub moved: Vec<MovedMeeting>,
    /// What `cursor` asks for those after them; null at the end.
    pub next: Option<String>,
}

/// A meeting that moves: its local time stays, the instant is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MovedMeeting {
    /// The meeting's id.
    pub meeting: String,
    /// Its name.
    pub summary: String,
    /// Its organizer's address.
    pub organizer: String,
    /// The zone of its times.
    pub time_zone: String,
    /// How many of its dates move, at most 5,000.
    pub occurrences: i64,
    /// The first of them, by its original local start.
    pub recurrence: String,
    /// When that one was to start.
    pub was: String,
    /// When it starts.
    pub is: String,
    /// When its people were told.
    pub told_at: Option<String>,
}
