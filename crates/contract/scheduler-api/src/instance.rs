//! One time that a meeting takes place, as lists show it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::meeting::Status;

/// Instances in one answer unless the caller says otherwise.
pub const DEFAULT_INSTANCES: usize = 100;
/// Instances in one answer at most.
pub const MAX_INSTANCES: usize = 1_000;
/// Longest time that is listed, in days.
pub const MAX_WINDOW_DAYS: i64 = 366;
/// The time that is listed unless the caller says otherwise, in days.
pub const DEFAULT_WINDOW_DAYS: i64 = 31;

/// One time that a meeting takes place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Instance {
    /// The meeting's id.
    pub meeting: String,
    /// The space's id.
    pub co_space: String,
    /// The space's name.
    pub co_space_name: String,
    /// The name.
    pub summary: String,
    /// Local start.
    pub dt_start: String,
    /// Local end.
    pub dt_end: String,
    /// The IANA zone of the local times.
    pub time_zone: String,
    /// Which one of a series: its original local start. Absent for a single meeting.
    pub recurrence: Option<String>,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// Start.
    pub dt_start_utc: String,
    /// End.
    pub dt_end_utc: String,
    /// Whose meeting it is.
    pub organizer: InstanceOrganizer,
    /// Whether that is the caller.
    pub is_organizer: bool,
    /// How the meeting repeats.
    pub rrule: Option<String>,
    /// Whether it takes place.
    pub status: Status,
    /// The caller's own join link.
    pub join_link: Option<String>,
}

/// Whose meeting it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceOrganizer {
    /// As people call them.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// `user@domain`.
    pub user_jid: String,
}
