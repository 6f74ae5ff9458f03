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
use convoke_store::{DbFault, webhooks, webhooks::WebhookRow};
use convoke_web_api::Problem;
use http::{StatusCode, header};

use super::{check, find, missing, owner, shown};
use crate::{
    asked::Asked,
    caller::Caller,
    handlers::json,
    openapi::{AnswerRefusals, BodyRefusals, ReadRefusals},
    state::{Shared, database},
};

/// Makes a webhook. Its secret is in this answer alone.
#[utoipa::path(post, path = "/api/v1/scheduler/webhooks", tag = "webhooks", request_body = WebhookRequest,
    responses(
        (status = 201, description = "The webhook with its secret", body = Webhook, headers(("Location" = String))),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn create(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
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
    };
    let most = i64::try_from(MAX_WEBHOOKS).unwrap_or(i64::MAX);
    let new = row.clone();
    let added: Result<_, DbFault> = state.store.write(move |tx| webhooks::insert(tx, &new, most)).await;
    if !added.map_err(database)? {
        let words = format!("There are {MAX_WEBHOOKS} webhooks already; remove one first.");
        return Err(Problem::new(409, "Too many", words).coded("tooManyWebhooks").into());
    }
    tracing::info!(target: "WebhookService", "webhook {} made by {}", row.id, row.made_by);
    let location = format!("{PREFIX}/webhooks/{}", row.id);
    let webhook = Webhook { secret: Some(row.secret.clone()), ..shown(row) };
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(webhook)).into_response())
}

/// Replaces what a webhook is; one that was disabled begins anew. Its secret stays.
#[utoipa::path(put, path = "/api/v1/scheduler/webhooks/{id}", tag = "webhooks", request_body = WebhookRequest,
    params(("id" = String, Path, description = "The webhook's id (a GUID)")),
    responses((status = 200, description = "The webhook", body = Webhook), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn replace(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Json<Webhook>, Refusal> {
    let id = find(&state, &asked.caller, &id).await?.id;
    let checked = check(&state, json(&asked.body)?)?;
    let changed: Result<_, DbFault> = state
        .store
        .write_rows(move |tx| webhooks::change(tx, id, &checked.url, &checked.events, checked.is_enabled))
        .await;
    Ok(Json(shown(changed.map_err(database)?.ok_or_else(missing)?)))
}

/// Removes a webhook with all that is on its way to it.
#[utoipa::path(delete, path = "/api/v1/scheduler/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id (a GUID)")),
    responses((status = 204, description = "It is gone"), ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn remove(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Refusal> {
    let id = find(&state, &caller, &id).await?.id;
    let removed: Result<_, DbFault> = state.store.write_rows(move |tx| webhooks::delete(tx, id)).await;
    removed.map_err(database)?;
    tracing::info!(target: "WebhookService", "webhook {id} removed by {}", caller.name());
    Ok(StatusCode::NO_CONTENT)
}
