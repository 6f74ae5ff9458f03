//! `POST /meetings/{id}/attendees/{email}/link`: revokes the personal link of an attendee, and mails a new one.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::plan::Notify;
use convoke_scheduler_api::meeting::Meeting;
use convoke_store::{DbFault, answer_links, outbox};
use convoke_web_api::Problem;
use http::StatusCode;

use crate::{
    asked::{self, Asked},
    handlers::meetings::{answer, find_to_change, replayed, show, wishes::Wishes},
    meeting::mails,
    openapi::AnswerRefusals,
    state::{Shared, database},
};

/// Makes the personal link of an attendee void, because it came into other hands, and sends them the invitation again with a new one.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/attendees/{email}/link", tag = "answers",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("email" = String, Path, description = "The attendee's address"),
        ("notify" = Option<String>, Query, description = "none: the new link is not mailed now"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting; the former link is void", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn renew(
    State(state): State<Shared>,
    Path((id, email)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "renew links to").await?;
    let person = email.to_lowercase();
    let everybody = found.body.everybody();
    let Some(attendee) = everybody.iter().find(|attendee| attendee.email.to_lowercase() == person) else {
        return Err(Problem::not_found("Nobody with this address is invited to the meeting.").into());
    };
    let (id, revision, now, named) = (found.row.id, found.row.revision, state.now_ms(), asked.name());
    let is_mailed = wishes.notify != Notify::Nobody && !found.row.is_cancelled;
    let mails: Vec<(String, &'static str)> =
        is_mailed.then(|| (attendee.email.clone(), mails::RESENT)).into_iter().collect();
    state.count_mails(&found.body.organizer.id, mails.len())?;
    let mails = mails::rows(mails, id, revision, now);
    let renewed = state.store.write_rows(move |tx| {
        answer_links::revoke(tx, id, &person)?;
        outbox::insert(tx, &mails)?;
        asked::note(tx, named.as_ref(), 200, (id, revision), now)
    });
    match renewed.await {
        // The same request came twice at once.
        Ok(()) | Err(DbFault::Duplicate(_)) => {}
        Err(fault) => return Err(database(fault).into()),
    }
    state.mails.notify_one();
    Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?))
}
