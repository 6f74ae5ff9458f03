//! What became of the mails about a meeting.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::meeting::MailState;

/// How often one person can be sent a meeting again within an hour.
pub const MAX_RESENT_AN_HOUR: i64 = 3;

/// What became of the mails about a meeting, person by person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Deliveries {
    /// Everybody who was mailed, or waits to be told.
    pub people: Vec<Delivery>,
}

/// What became of the last mail to somebody about a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// Where it went.
    pub email: String,
    /// `invitation`, `update`, `cancellation`, `removal`, `resent` and so on; absent for somebody who was not mailed.
    pub kind: Option<String>,
    /// Where it stands; absent for somebody who was not mailed.
    pub state: Option<MailState>,
    /// Why, in the mail server's words.
    pub detail: Option<String>,
    /// Since when, in UTC.
    pub at: Option<String>,
    /// Tries that failed.
    pub tries: i64,
    /// Whether what this person was told last is not what holds now, because nobody was notified of a change.
    pub is_pending: bool,
}
