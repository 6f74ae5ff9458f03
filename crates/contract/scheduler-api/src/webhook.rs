//! Webhooks: addresses that are told what happens to meetings, and what they are told.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{answer::AnswerLogged, history::HistoryEntry, meeting::Meeting};

/// Webhooks of one user, and of all operators together.
pub const MAX_WEBHOOKS: usize = 10;
/// Webhooks that an operator is shown at most.
pub const MAX_WEBHOOKS_SHOWN: usize = 1_000;
/// Deliveries that are shown of one webhook: the newest.
pub const MAX_DELIVERIES: usize = 100;
/// Tests of one webhook in a minute at most.
pub const MAX_TESTS_A_MINUTE: i64 = 5;

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum WebhookTopic {
    /// A meeting was made.
    Created,
    /// Something of it was changed, which includes single occurrences that are cancelled, cancellations that are taken back, and
    /// other organizers.
    Changed,
    /// All of it was cancelled.
    Cancelled,
    /// Somebody answered.
    Answered,
}

impl WebhookTopic {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Created, Self::Changed, Self::Cancelled, Self::Answered];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::Answered => "answered",
        }
    }
}

/// What a webhook is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WebhookRequest {
    /// Where to: `https://`, without a name or a password in it.
    #[schema(max_length = 2048)]
    pub url: String,
    /// Of what; everything when absent.
    #[schema(max_items = 4)]
    pub events: Option<Vec<WebhookTopic>>,
    /// Whether anything is sent; true when absent.
    pub is_enabled: Option<bool>,
}

/// A webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// Its id (a GUID).
    pub id: String,
    /// Where to.
    pub url: String,
    /// Of what.
    pub events: Vec<WebhookTopic>,
    /// Whether it hears of all meetings, as operators' do, and not of those of one user.
    pub hears_of_all: bool,
    /// Who made it: `user@domain`, or an operator's name.
    pub made_by: String,
    /// Whether anything is sent.
    pub is_enabled: bool,
    /// Why nothing is sent, when that was not asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled_because: Option<String>,
    /// Tries that failed since the last one that did not.
    pub failures: i64,
    /// When it was made, in UTC.
    pub created_at: String,
    /// What deliveries are signed with, `whsec_` and Base64: shown once, in the answer to the request that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Webhooks, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Webhooks {
    /// The webhooks.
    pub webhooks: Vec<Webhook>,
}

/// Where a delivery stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum DeliveryState {
    /// It waits for its first try.
    Queued,
    /// It is tried again.
    Deferred,
    /// The receiver took it.
    Delivered,
    /// It is not tried any more.
    Failed,
}

/// An event on its way to a webhook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookDelivery {
    /// The event's id: `Webhook-Id` of every try.
    pub id: String,
    /// `created`, `changed`, `cancelled`, `answered` or `test`.
    pub event: String,
    /// Of which meeting; absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<String>,
    /// Where it stands.
    pub state: DeliveryState,
    /// Tries that failed.
    pub tries: i64,
    /// What became of the last try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// When it happened, in UTC.
    pub at: String,
    /// When it was tried last, in UTC; absent before the first try.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<String>,
    /// When it is tried next, in UTC; absent when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_at: Option<String>,
}

/// What is, or was, on its way to a webhook, the newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WebhookDeliveries {
    /// At most the newest 100.
    pub deliveries: Vec<WebhookDelivery>,
}

/// What a webhook is told: the body of a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WebhookEvent {
    /// The event's id, as in `Webhook-Id`.
    pub id: String,
    /// `created`, `changed`, `cancelled`, `answered` or `test`.
    pub event: String,
    /// When it happened, in UTC.
    pub at: String,
    /// The meeting as it was then, for its organizer's eyes, without ways of joining it; absent for a test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meeting: Option<Meeting>,
    /// What was done, unless somebody answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<HistoryEntry>,
    /// The answer that came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<AnswerLogged>,
    /// Whether the meeting's attendees and overrides are left out, as all of it had more than 1 MiB; ask for the meeting.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_shortened: bool,
}
