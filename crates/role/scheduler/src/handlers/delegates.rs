//! `/delegates` and `/delegations`: who may act for the caller, and for whom the caller may.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_scheduler_api::{
    delegates::{Delegate, Delegates, Delegations, MAX_DELEGATES, MAX_SHOWN_DELEGATIONS},
    request::MeetingRequest,
};
use convoke_store::{
    DbFault, Tx,
    delegates::{self, Since, Somebody},
};
use convoke_web_api::{Problem, token::Claims};
use http::StatusCode;

use super::meetings::replayed;
use crate::{
    asked::Asked,
    caller::Caller,
    meeting::{listing::instant_ms, place},
    named,
    openapi::{ListRefusals, NamedRefusals},
    state::{Shared, database},
};

/// One more would be one too many to be named.
const MOST: i64 = MAX_DELEGATES as i64;

/// Who may act for the caller; for users.
#[utoipa::path(get, path = "/api/v1/scheduler/delegates", tag = "people",
    responses(
        (status = 200, description = "Who may act for the caller", body = Delegates),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("bearer" = [])))]
pub(crate) async fn list(State(state): State<Shared>, caller: Caller) -> Result<Json<Delegates>, Refusal> {
    let owner = user(&caller)?.sub.clone();
    let found = state.store.read_little(move |tx| delegates::of_owner(tx, &owner, MOST)).await;
    Ok(Json(shown(found.map_err(|fault: DbFault| database(fault))?)))
}

/// For whom the caller may act; for users.
#[utoipa::path(get, path = "/api/v1/scheduler/delegations", tag = "people",
    responses(
        (status = 200, description = "For whom the caller may act", body = Delegations),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("bearer" = [])))]
pub(crate) async fn delegations(
    State(state): State<Shared>,
    caller: Caller,
) -> Result<Json<Delegations>, Refusal> {
    let delegate = user(&caller)?.sub.clone();
    let read = move |tx: &mut Tx<'_>| delegates::of_delegate(tx, &delegate, MAX_SHOWN_DELEGATIONS);
    let found = state.store.read_little(read).await.map_err(|fault: DbFault| database(fault))?;
    Ok(Json(Delegations { organizers: found.into_iter().map(one).collect() }))
}

/// Lets a user act for the caller: do with the caller's meetings what their organizer may, and schedule meetings of the caller's. They
/// can't hand meetings over, and name neither co-organizers nor delegates. For users.
#[utoipa::path(put, path = "/api/v1/scheduler/delegates/{jid}", tag = "people",
    params(
        ("jid" = String, Path, description = "The user (user@domain)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "Who may act for the caller", body = Delegates),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "There is no such user", body = Problem, content_type = "application/problem+json"),
        NamedRefusals),
    security(("bearer" = [])))]
pub(crate) async fn name(
    State(state): State<Shared>,
    Path(jid): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let claims = user(&asked.caller)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request = MeetingRequest::default();
    let owner = place::organizer_of(&state, UserAsked::Id(&claims.sub), &request).await?;
    let owner = owner.ok_or_else(|| Problem::unauthorized("This user is no longer in the directory."))?;
    let delegate = place::organizer_of(&state, UserAsked::Jid(jid.trim()), &request).await?;
    let delegate =
        delegate.ok_or_else(|| Problem::not_found("There is no such user; expected user@domain."))?;
    let [owner, delegate] = [owner.user, delegate.user].map(|user| Somebody {
        id: user.id,
        jid: user.jid,
        name: user.name,
        email: user.email,
    });
    if owner.id == delegate.id {
        let words = "You act for yourself already.";
        return Err(Problem::new(409, "Conflict", words).coded("isYourself").into());
    }
    let (now, by) = (state.now_ms(), owner.jid.clone());
    tracing::info!(target: "MeetingService", "{} may act for {by}", delegate.jid);
    let written = named::write(&state, &asked, StatusCode::OK, move |tx| {
        let known = delegates::of_owner(tx, &owner.id, MOST)?;
        if !has_room(&known, &delegate.id) {
            let words = format!("At most {MAX_DELEGATES} users may act for one; take one of them out first.");
            return Err(Problem::new(409, "Conflict", words).coded("tooManyDelegates").into());
        }
        delegates::put(tx, &owner, &delegate, now)?;
        Ok(shown(delegates::of_owner(tx, &owner.id, MOST)?))
    });
    Ok(written.await?)
}

/// Lets a user act for the caller no longer; for users.
#[utoipa::path(delete, path = "/api/v1/scheduler/delegates/{jid}", tag = "people",
    params(
        ("jid" = String, Path, description = "The user (user@domain), as GET shows them"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "Who may act for the caller", body = Delegates),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        (status = 404, description = "The caller has no such delegate", body = Problem, content_type = "application/problem+json"),
        NamedRefusals),
    security(("bearer" = [])))]
pub(crate) async fn remove(
    State(state): State<Shared>,
    Path(jid): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let (owner, by) = (user(&asked.caller)?.sub.clone(), asked.caller.name().to_owned());
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let jid = jid.trim().to_lowercase();
    tracing::info!(target: "MeetingService", "{jid} may act for {by} no longer");
    let written = named::write(&state, &asked, StatusCode::OK, move |tx| {
        let known = delegates::of_owner(tx, &owner, MOST)?;
        // Somebody who was removed may have left the name to somebody else.
        let mut named = known.iter().filter(|(known, _)| known.jid.to_lowercase() == jid).peekable();
        if named.peek().is_none() {
            return Err(Problem::not_found("There is no such user among your delegates.").into());
        }
        named.try_for_each(|(found, _)| delegates::remove(tx, &owner, &found.id))?;
        Ok(shown(delegates::of_owner(tx, &owner, MOST)?))
    });
    Ok(written.await?)
}

fn user(caller: &Caller) -> Result<&Claims, Problem> {
    match caller {
        Caller::User(claims) => Ok(claims),
        Caller::Operator(_) => Err(Problem::forbidden("Only users have delegates; sign in as one.")),
    }
}

/// Whether this user can be one more, or is among them.
fn has_room(known: &[Since], id: &str) -> bool {
    known.len() < MAX_DELEGATES || known.iter().any(|(known, _)| known.id == id)
}

fn shown(found: Vec<Since>) -> Delegates {
    Delegates { delegates: found.into_iter().map(one).collect() }
}

fn one((user, since): Since) -> Delegate {
    Delegate { name: user.name, email: user.email, user_jid: user.jid, since: instant_ms(since) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_twenty_first_is_one_too_many_and_the_twentieth_can_be_named_again() {
        let somebody = |number: usize| {
            let text = number.to_string();
            (Somebody { id: text.clone(), jid: text.clone(), name: text.clone(), email: text }, 0)
        };
        let known: Vec<Since> = (1..=MAX_DELEGATES).map(somebody).collect();
        assert!(has_room(&known[1..], "21") && has_room(&known, "20") && !has_room(&known, "21"));
    }
}
