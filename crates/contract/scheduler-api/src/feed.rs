//! Calendars to subscribe to.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Calendars to subscribe to of one user.
pub const MAX_FEEDS: usize = 10;
/// Longest name of one, in characters.
pub const MAX_FEED_NAME_CHARS: usize = 100;
/// How far back a calendar goes, in days; a series that goes on is in it from its beginning.
pub const DAYS_BACK: i64 = 30;
/// How far ahead, in days.
pub const DAYS_AHEAD: i64 = 366;
/// Meetings of one calendar; those that were made last, where there are more.
pub const MAX_FEED_MEETINGS: usize = 2_000;

/// What a calendar is to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FeedRequest {
    /// What it is called, there and here; the user's name when absent.
    #[schema(max_length = 100)]
    pub name: Option<String>,
}

/// A calendar to subscribe to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Feed {
    /// Its id (a GUID), which is no secret.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// When it was made, in UTC.
    pub created_at: String,
    /// Its address: shown once, in the answer to the request that made it. Whoever has it sees the user's meetings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// Calendars to subscribe to, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Feeds {
    /// The calendars.
    pub feeds: Vec<Feed>,
}
