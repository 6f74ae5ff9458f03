//! One time that a meeting takes place, as lists show it.

use std::borrow::Cow;

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
// Its texts may be borrowed, since lists are written by the thousand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Instance<'a> {
    /// The meeting's id.
    pub meeting: Cow<'a, str>,
    /// The space's id.
    pub co_space: Cow<'a, str>,
    /// The space's name.
    pub co_space_name: Cow<'a, str>,
    /// The name.
    pub summary: Cow<'a, str>,
    /// Local start; null for a meeting without a fixed time.
    pub dt_start: Option<Cow<'a, str>>,
    /// Local end; null for a meeting without a fixed time.
    pub dt_end: Option<Cow<'a, str>>,
    /// The IANA zone of the local times.
    pub time_zone: Cow<'a, str>,
    /// Which one of a series: its original local start. Absent for a single meeting.
    pub recurrence: Option<Cow<'a, str>>,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// Start; null for a meeting without a fixed time.
    pub dt_start_utc: Option<Cow<'a, str>>,
    /// End; null for a meeting without a fixed time.
    pub dt_end_utc: Option<Cow<'a, str>>,
    /// Whose meeting it is.
    pub organizer: InstanceOrganizer<'a>,
    /// Whether that is the caller.
    pub is_organizer: bool,
    /// `true` where the caller is one of those who may do what the organizer may; absent elsewhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_co_organizer: bool,
    /// How the meeting repeats.
    pub rrule: Option<Cow<'a, str>>,
    /// Whether it takes place.
    pub status: Status,
    /// The caller's own join link.
    pub join_link: Option<Cow<'a, str>>,
}

/// Whose meeting it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstanceOrganizer<'a> {
    /// As people call them.
    pub name: Cow<'a, str>,
    /// Where mail goes.
    pub email: Cow<'a, str>,
    /// `user@domain`.
    pub user_jid: Cow<'a, str>,
}
