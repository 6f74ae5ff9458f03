//! Groups of people, and their people as a request names them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Groups of one request at most.
pub const MAX_GROUPS: usize = 20;
/// Longest id or name of a group that is looked for, in characters.
pub const MAX_GROUP_CHARS: usize = 200;
/// Groups of one list, where nothing else is asked for.
pub const DEFAULT_GROUPS: usize = 50;
/// Groups of one list at most.
pub const MAX_SHOWN_GROUPS: usize = 200;

/// A group whose people are to be invited.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct GroupRequest {
    /// Its id, or its name in any case.
    pub group: String,
    /// The name of one of the space's access methods, for all of them; its default when absent.
    pub role: Option<String>,
}

/// Groups of people, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserGroups {
    /// One page of them.
    pub groups: Vec<UserGroup>,
    /// What `cursor` of the next page is; null on the last.
    pub next: Option<String>,
}

/// A group of people. Who is in it stands in the meetings that they are invited to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UserGroup {
    /// The id (a GUID).
    pub id: String,
    /// The name.
    pub name: String,
    /// How many people are in it.
    pub members: usize,
}
