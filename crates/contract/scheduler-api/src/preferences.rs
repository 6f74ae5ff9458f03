//! What a user prefers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Changes of one user's preferences within six days at most.
pub const MAX_CHANGES: i64 = 100;

/// In which language and zone a user has their mails, wherever a meeting says nothing else of them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Preferences {
    /// `en` or `ko`; the meeting's language when absent or empty.
    pub language: Option<String>,
    /// The IANA zone in which mails tell times beside the meeting's; none when absent or empty.
    pub time_zone: Option<String>,
}
