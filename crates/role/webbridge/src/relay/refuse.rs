//! Why there is no answer, in JSON that says which part it is about.

use std::time::Duration;

use convoke_c2w::Role;
use convoke_http::Refusal;
use convoke_web_api::Problem;

use crate::limits::MAX_BODY_BYTES;

/// Why a request has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// No part of the role is connected.
    NotConnected,
    /// All links of the role carry as much as they may.
    Busy,
    /// The link died after the request was sent, and it may not be sent twice.
    Lost,
    /// The part gave the request up.
    BrokenOff,
    /// No answer in time.
    TimedOut(Duration),
    /// The body is larger than allowed.
    BodyTooLarge,
    /// The body came too slowly.
    BodyTooSlow,
    /// The body could not be read.
    BodyBroken,
}

impl Failure {
    pub(crate) fn refusal(&self, role: Role) -> Refusal {
        let part = match role {
            Role::CallBridge => "call bridge",
            Role::Scheduler => "scheduler",
        };
        let problem = match self {
            Self::NotConnected => {
                Problem::not_connected(role.name(), format!("No {part} is connected to this web bridge."))
            }
            Self::Busy => {
                Problem::new(503, "Busy", format!("Every connected {part} is busy. Try again soon."))
            }
            Self::Lost => Problem::new(
                502,
                "Connection lost",
                format!(
                    "The connection to the {part} was lost; whether it carried the request out is not known."
                ),
            ),
            Self::BrokenOff => Problem::new(502, "No answer", format!("The {part} broke the request off.")),
            Self::TimedOut(limit) => Problem::new(
                504,
                "No answer in time",
                format!("The {part} did not answer within {} seconds.", limit.as_secs()),
            ),
            Self::BodyTooLarge => {
                Problem::new(413, "Too large", format!("A request has at most {MAX_BODY_BYTES} bytes."))
            }
            Self::BodyTooSlow => Problem::new(408, "Too slow", "The request's body did not arrive in time."),
            Self::BodyBroken => Problem::bad_request("The request's body could not be read."),
        };
        let names_part = matches!(self, Self::Busy | Self::Lost | Self::BrokenOff | Self::TimedOut(_));
        Refusal(if names_part { Problem { part: Some(role.name().into()), ..problem } } else { problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_connected_is_named() {
        assert_eq!(
            Failure::NotConnected.refusal(Role::Scheduler).0,
            Problem::not_connected("scheduler", "No scheduler is connected to this web bridge.")
        );
        let refusal = Failure::TimedOut(Duration::from_secs(30)).refusal(Role::CallBridge).0;
        assert_eq!((refusal.status, refusal.part.as_deref()), (504, Some("callBridge")));
    }
}
