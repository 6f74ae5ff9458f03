//! A look at when a meeting would take place, before there is one.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::recurrence::Words;

/// Occurrences in one answer at most.
pub const MAX_SHOWN: usize = 10;

/// The time part of a meeting.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct OccurrencesRequest {
    /// Local start.
    pub dt_start: Option<String>,
    /// Local end.
    pub dt_end: Option<String>,
    /// The IANA zone.
    pub time_zone: Option<String>,
    /// Whether it takes whole days.
    pub is_full_day_meeting: bool,
    /// How it repeats.
    pub rrule: Option<String>,
    /// Further local starts.
    pub rdate: Vec<String>,
    /// Local starts that do not take place.
    pub exdate: Vec<String>,
}

/// When it would take place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Occurrences {
    /// The first ones, at most 10.
    pub occurrences: Vec<OccurrenceShown>,
    /// How many there are; absent for a series without end.
    pub total: Option<u64>,
    /// How it repeats, in words; absent for a single meeting.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Words>,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OccurrenceShown {
    /// Its original local start.
    pub recurrence: String,
    /// Local start.
    pub dt_start: String,
    /// Local end.
    pub dt_end: String,
    /// Start.
    pub dt_start_utc: String,
    /// End.
    pub dt_end_utc: String,
}
