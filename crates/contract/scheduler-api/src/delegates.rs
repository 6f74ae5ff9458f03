//! Users who act for other users.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Users who may act for one at most.
pub const MAX_DELEGATES: usize = 20;
/// Users for whom one may act who are shown at most.
pub const MAX_SHOWN_DELEGATIONS: i64 = 1_000;

/// Who may act for the caller.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delegates {
    /// By name, at most 20.
    pub delegates: Vec<Delegate>,
}

/// For whom the caller may act.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Delegations {
    /// By name, at most 1,000.
    pub organizers: Vec<Delegate>,
}

/// A user who acts for another one, or for whom another one acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delegate {
    /// As people call them.
    pub name: String,
    /// Where mail goes.
    pub email: String,
    /// `user@domain`.
    pub user_jid: String,
    /// Since when, in UTC.
    pub since: String,
}
