//! What is logged in detail for a time.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Seconds of detailed logging, by topic: those that are left when it is shown, those that are wanted when it is set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct TimedLogging {
    /// Links to web bridges, and the requests that come over them.
    #[schema(maximum = 86400)]
    pub web_bridge: Option<u32>,
    /// Requests of the API.
    #[schema(maximum = 86400)]
    pub api: Option<u32>,
    /// What is said to the mail server and what it answers, without mails and secrets.
    #[schema(maximum = 86400)]
    pub email: Option<u32>,
}
