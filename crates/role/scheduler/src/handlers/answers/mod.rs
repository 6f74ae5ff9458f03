//! `/meetings/{id}/answers` and what belongs to it: what people say of a meeting.

pub(crate) mod give;
pub(crate) mod list;
pub(crate) mod proposals;
pub(crate) mod refused;

use axum::{
    Router,
    response::Response,
    routing::{get, post, put},
};
use convoke_web_api::{FieldFault, Problem};
use http::StatusCode;

use super::meetings::{Found, answer, show};
use crate::{asked::Asked, meeting::answering::Outcome, state::Shared};

/// The routes.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/meetings/{id}/answers", get(list::list))
        .route("/meetings/{id}/answer", put(give::own))
        .route("/meetings/{id}/attendees/{email}/answer", put(give::entered))
        .route("/meetings/{id}/proposals/{proposal}/accept", post(proposals::accept))
        .route("/meetings/{id}/proposals/{proposal}/decline", post(proposals::decline))
        .route("/meetings/{id}/refusedReplies/{reply}/accept", post(refused::accept))
        .route("/meetings/{id}/refusedReplies/{reply}/dismiss", post(refused::dismiss))
}

/// Why an answer does not hold, in words; nothing when it does.
pub(super) fn refusal(outcome: Outcome) -> Option<Problem> {
    let conflict = |code: &str, words: &str| Some(Problem::new(409, "Conflict", words).coded(code));
    match outcome {
        Outcome::Taken => None,
        Outcome::Older => conflict("answeredLater", "The same person has given a later answer, which holds."),
        Outcome::OutOfDate => conflict(
            "outOfDate",
            "The meeting is at another time or place since; look at it, and answer again.",
        ),
        Outcome::Late => conflict("over", "What this answers is over, or does not take place."),
        Outcome::NotInvited => conflict("notInvited", "That person is not invited to it."),
        Outcome::NoSuchOccurrence => {
            Some(Problem::not_found("The meeting has no occurrence with this recurrence."))
        }
        Outcome::NoSuchMeeting => Some(Problem::not_found("There is no such meeting among yours.")),
        Outcome::BadTime => {
            let reason =
                "No meeting can be at this time: its end is after its start, and at most 31 days later.";
            Some(Problem::invalid(vec![FieldFault::new("dtStart", "invalid", reason)]))
        }
    }
}

/// Answers the meeting as the caller sees it.
async fn shown(state: &Shared, asked: &Asked, found: &Found) -> Result<Response, Problem> {
    Ok(answer(StatusCode::OK, show(state, &asked.caller, found).await?))
}
