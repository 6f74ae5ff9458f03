//! `GET` and `POST /feeds`, `GET` and `DELETE /feeds/{id}`.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use convoke_http::Refusal;
use convoke_model::Uuid;
use convoke_runtime::random;
use convoke_scheduler_api::{
    PREFIX,
    feed::{Feed, FeedRequest, Feeds, MAX_FEED_NAME_CHARS, MAX_FEEDS},
};
use convoke_store::{DbFault, feeds, feeds::FeedRow};
use convoke_web_api::{FieldFault, Problem};
use http::{StatusCode, header};

use super::{SECRET_BYTES, digest, shown, user};
use crate::{
    asked::Asked,
    caller::Caller,
    handlers::{json, meetings::replayed},
    named::{self, Written, text, write_keeping},
    openapi::{AnswerRefusals, BodyRefusals, ListRefusals, ReadRefusals},
    state::{Shared, database},
};

/// Shows the caller's calendars, without their addresses.
#[utoipa::path(get, path = "/api/v1/scheduler/feeds", tag = "feeds",
    responses(
        (status = 200, description = "The calendars", body = Feeds),
        (status = 403, description = "The caller is an operator", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("bearer" = [])))]
pub(crate) async fn list(State(state): State<Shared>, caller: Caller) -> Result<Json<Feeds>, Refusal> {
    let feeds = of(&state, &caller).await?;
    Ok(Json(Feeds { feeds: feeds.into_iter().map(shown).collect() }))
}

/// Shows a calendar, without its address.
#[utoipa::path(get, path = "/api/v1/scheduler/feeds/{id}", tag = "feeds",
    params(("id" = String, Path, description = "The calendar's id (a GUID)")),
    responses(
        (status = 200, description = "The calendar", body = Feed),
        (status = 403, description = "The caller is an operator", body = Problem, content_type = "application/problem+json"),
        ReadRefusals),
    security(("bearer" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Feed>, Refusal> {
    let id = parsed(&id)?;
    let found = of(&state, &caller).await?.into_iter().find(|row| row.id == id);
    Ok(Json(shown(found.ok_or_else(missing)?)))
}

/// Makes a calendar. Its address is in this answer alone, also where the request is sent again under the same name.
#[utoipa::path(post, path = "/api/v1/scheduler/feeds", tag = "feeds", request_body = FeedRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 201, description = "The calendar with its address", body = Feed, headers(("Location" = String))),
        (status = 403, description = "The caller is an operator", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("bearer" = [])))]
pub(crate) async fn create(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
    let claims = user(&asked.caller)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: FeedRequest =
        if asked.body.is_empty() { FeedRequest::default() } else { json(&asked.body)? };
    let name = request.name.as_deref().map(str::trim).filter(|name| !name.is_empty());
    if name.is_some_and(|name| name.chars().count() > MAX_FEED_NAME_CHARS) {
        let reason = format!("A name has at most {MAX_FEED_NAME_CHARS} characters.");
        return Err(Problem::invalid(vec![FieldFault::new("name", "tooLong", reason)]).into());
    }
    let secret = URL_SAFE_NO_PAD.encode(random::bytes::<SECRET_BYTES>());
    let now = state.now_ms();
    let row = FeedRow {
        id: random::guid_at(now),
        digest: digest(&secret),
        user: claims.sub.clone(),
        name: name.unwrap_or(&claims.name).to_owned(),
        created_at: now,
    };
    let most = i64::try_from(MAX_FEEDS).unwrap_or(i64::MAX);
    let new = row.clone();
    let written = write_keeping(&state, &asked, StatusCode::CREATED, text, move |tx| {
        if feeds::insert(tx, &new, most)? {
            return Ok(shown(new.clone()));
        }
        let words = format!("There are {MAX_FEEDS} calendars already; revoke one first.");
        Err(Problem::new(409, "Too many", words).coded("tooManyFeeds").into())
    });
    let feed = match written.await? {
        Written::Now(feed) => feed,
        Written::Before(answer) => return Ok(answer),
    };
    let location = format!("{PREFIX}/feeds/{}", row.id);
    let base = state.settings.web_app_url.trim_end_matches('/');
    let feed = Feed { url: Some(format!("{base}{PREFIX}/feeds/ics/{secret}.ics")), ..feed };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(feed)).into_response())
}

/// Revokes a calendar: its address shows nothing any more.
#[utoipa::path(delete, path = "/api/v1/scheduler/feeds/{id}", tag = "feeds",
    params(
        ("id" = String, Path, description = "The calendar's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 204, description = "It is revoked"),
        (status = 403, description = "The caller is an operator", body = Problem, content_type = "application/problem+json"),
        AnswerRefusals),
    security(("bearer" = [])))]
pub(crate) async fn revoke(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let user = user(&asked.caller)?.sub.clone();
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let id = parsed(&id)?;
    let revoked = named::write_silently(&state, &asked, move |tx| {
        if feeds::delete(tx, &user, id)? { Ok(()) } else { Err(missing().into()) }
    });
    Ok(revoked.await?)
}

async fn of(state: &Shared, caller: &Caller) -> Result<Vec<FeedRow>, Problem> {
    let user = user(caller)?.sub.clone();
    let found: Result<_, DbFault> = state.store.read_little(move |tx| feeds::list(tx, &user)).await;
    found.map_err(database)
}

fn parsed(id: &str) -> Result<Uuid, Problem> {
    convoke_model::id::parse_guid(id).map_err(|_| missing())
}

fn missing() -> Problem {
    Problem::not_found("There is no such calendar among yours.")
}
