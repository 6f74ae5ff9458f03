//! `POST /webhooks`, `PUT /webhooks/{id}` and `DELETE /webhooks/{id}`.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use convoke_fetch::SigningKey;
use convoke_http::Refusal;
use convoke_runtime::random;
use convoke_scheduler_api::{
    PREFIX,
    webhook::{MAX_WEBHOOKS, Webhook, WebhookRequest},
};
use convoke_store::webhooks::{self, Added, WebhookRow};
use convoke_web_api::Problem;
use http::{StatusCode, header};

use super::{check, find, missing, owner, shown};
use crate::{
    asked::Asked,
    handlers::{json, meetings::replayed},
    named::{self, Written, text, write_keeping},
    openapi::{AnswerRefusals, BodyRefusals},
    state::Shared,
};

/// Makes a webhook. Its secret is in this answer alone, also where the request is sent again under the same name.
#[utoipa::path(post, path = "/api/v1/scheduler/webhooks", tag = "webhooks", request_body = WebhookRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 201, description = "The webhook with its secret", body = Webhook, headers(("Location" = String))),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn create(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let checked = check(&state, json(&asked.body)?)?;
    let key = SigningKey::new(&random::bytes());
    let now = state.now_ms();
    let row = WebhookRow {
        id: random::guid_at(now),
        owner: owner(&asked.caller),
        made_by: asked.caller.name().to_owned(),
        url: checked.url,
        secret: key.text().to_owned(),
        events: checked.events,
        is_enabled: checked.is_enabled,
        disabled_because: None,
        failures: 0,
        created_at: now,
        failing_since: None,
        next_at: 0,
    };
    let most = i64::try_from(MAX_WEBHOOKS).unwrap_or(i64::MAX);
    let new = row.clone();
    let written =
        write_keeping(&state, &asked, StatusCode::CREATED, text, move |tx| {
            match webhooks::insert(tx, &new, most)? {
                Added::Done => Ok(shown(new.clone())),
                Added::TooMany => {
                    let words = format!("There are {MAX_WEBHOOKS} webhooks already; remove one first.");
                    Err(Problem::new(409, "Too many", words).coded("tooManyWebhooks").into())
                }
                Added::OwnerGone => {
                    Err(Problem::unauthorized("This user is no longer in the directory.").into())
                }
            }
        });
    let webhook = match written.await? {
        Written::Now(webhook) => Webhook { secret: Some(row.secret), ..webhook },
        Written::Before(answer) => return Ok(answer),
    };
    tracing::info!(target: "WebhookService", "webhook {} made by {}", row.id, row.made_by);
    let location = format!("{PREFIX}/webhooks/{}", row.id);
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(webhook)).into_response())
}

/// Replaces what a webhook is; one that was disabled begins anew. Its secret stays.
#[utoipa::path(put, path = "/api/v1/scheduler/webhooks/{id}", tag = "webhooks", request_body = WebhookRequest,
    params(
        ("id" = String, Path, description = "The webhook's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses((status = 200, description = "The webhook", body = Webhook), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn replace(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let id = find(&state, &asked.caller, &id).await?.id;
    let checked = check(&state, json(&asked.body)?)?;
    let changed = named::write(&state, &asked, StatusCode::OK, move |tx| {
        let changed = webhooks::change(tx, id, &checked.url, &checked.events, checked.is_enabled)?;
        Ok(shown(changed.ok_or_else(missing)?))
    });
    Ok(changed.await?)
}

/// Removes a webhook; what is on its way to it is not told any more.
#[utoipa::path(delete, path = "/api/v1/scheduler/webhooks/{id}", tag = "webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses((status = 204, description = "It is gone"), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn remove(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let id = find(&state, &asked.caller, &id).await?.id;
    let removed = named::write_silently(&state, &asked, move |tx| Ok(webhooks::delete(tx, id)?)).await?;
    tracing::info!(target: "WebhookService", "webhook {id} removed by {}", asked.caller.name());
    Ok(removed)
}
