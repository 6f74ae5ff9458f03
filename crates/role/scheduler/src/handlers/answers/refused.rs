//! `POST /meetings/{id}/refusedReplies/{reply}/accept` and `/dismiss`: what becomes of a reply that was not taken, because nothing
//! proves whose it is.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_model::Uuid;
use convoke_scheduler_api::{answer::AcceptRefused, meeting::Meeting};
use convoke_store::{DbFault, refused_replies, refused_replies::RefusedRow};
use convoke_web_api::Problem;

use super::{list::missing, refusal, shown};
use crate::{
    asked::{self, Asked},
    handlers::{
        json,
        meetings::{Found, find_to_change, instead, replayed},
    },
    meeting::{
        answering::{self, Outcome},
        refused::Reply,
    },
    openapi::AnswerRefusals,
    state::{Shared, database},
};

/// Takes a reply that was refused, because the organizer knows whose it is.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/refusedReplies/{reply}/accept", tag = "answers",
    request_body = AcceptRefused,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("reply" = String, Path, description = "The reply's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting, with the answer", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn accept(
    State(state): State<Shared>,
    Path((id, reply)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: AcceptRefused =
        if asked.body.is_empty() { AcceptRefused::default() } else { json(&asked.body)? };
    let found = find_to_change(&state, &asked.caller, &id, "accept replies to").await?;
    let row = unsettled(&state, &found, &reply).await?;
    let person = request.email.as_deref().unwrap_or(&row.claimed).trim().to_lowercase();
    let reply: Reply = serde_json::from_str(&row.said).map_err(|_| Problem::internal())?;
    let by = asked.whence_in(&found.body);
    let said = reply.said(found.row.id, person, &by).ok_or_else(Problem::internal)?;
    settle(&state, &asked, &found, row.id, move |tx, now| answering::take(tx, &said, now)).await
}

/// Lets a reply that was refused be.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/refusedReplies/{reply}/dismiss", tag = "answers",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("reply" = String, Path, description = "The reply's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn dismiss(
    State(state): State<Shared>,
    Path((id, reply)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "dismiss replies to").await?;
    let row = unsettled(&state, &found, &reply).await?;
    settle(&state, &asked, &found, row.id, |_, _| Ok(Outcome::Taken)).await
}

/// Why nothing was written.
enum Undone {
    /// Somebody settled the reply already.
    Settled,
    /// It can't be taken, for this reason; it waits to be settled still.
    Not(Outcome),
    /// The database.
    Database(DbFault),
}

impl From<DbFault> for Undone {
    fn from(fault: DbFault) -> Self {
        Self::Database(fault)
    }
}

/// Settles it, and does what follows from that in the same transaction: all of it or nothing.
async fn settle(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    reply: Uuid,
    then: impl Fn(&mut convoke_store::Tx<'_>, i64) -> Result<Outcome, DbFault> + Send + Sync + 'static,
) -> Result<Response, Refusal> {
    let now = state.now_ms();
    let (by, named, shows) = (asked.whence.by.clone(), asked.name(), (found.row.id, found.row.revision));
    let settled = state.store.write_rows(move |tx| {
        // First of all, so that of two who accept it at once only one takes it.
        if !refused_replies::settle(tx, reply, &by, now)? {
            return Err(Undone::Settled);
        }
        match then(tx, now)? {
            // What does not hold any more was looked at all the same.
            Outcome::Taken | Outcome::Older | Outcome::OutOfDate | Outcome::Late => {}
            outcome => return Err(Undone::Not(outcome)),
        }
        Ok(asked::note(tx, named.as_ref(), 200, shows, now)?)
    });
    match settled.await {
        Ok(()) => {}
        Err(Undone::Settled) => return Err(is_settled().into()),
        Err(Undone::Not(outcome)) => {
            return Err(refusal(outcome).unwrap_or_else(Problem::internal).into());
        }
        Err(Undone::Database(fault)) => return Ok(instead(state, asked, database(fault)).await?),
    }
    state.mails.notify_one();
    Ok(shown(state, asked, found).await?)
}

fn is_settled() -> Problem {
    Problem::new(409, "Conflict", "This reply was accepted or dismissed already.").coded("settled")
}

/// The refused reply with this id, of which nobody has said what becomes of it.
async fn unsettled(state: &Shared, found: &Found, id: &str) -> Result<RefusedRow, Problem> {
    let missing = || missing("refused reply");
    let (meeting, id): (_, Uuid) = (found.row.id, id.parse().map_err(|_| missing())?);
    let read = state.store.read_little(move |tx| refused_replies::find(tx, meeting, id));
    let row = read.await.map_err(|fault: DbFault| database(fault))?.ok_or_else(missing)?;
    if row.settled_at.is_none() { Ok(row) } else { Err(is_settled()) }
}
