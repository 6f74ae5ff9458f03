//! `GET /webhooks/{id}/deliveries`, `POST ../{did}/retry` and `POST /webhooks/{id}/test`.

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_runtime::random;
use convoke_scheduler_api::webhook::{
    DeliveryState, MAX_DELIVERIES, MAX_TESTS_A_MINUTE, WebhookDeliveries, WebhookDelivery,
};
use convoke_store::{
    DbFault,
    webhook_deliveries::{self, DeliveryRow},
};
use convoke_web_api::Problem;
use http::StatusCode;

use super::find;
use crate::{
    asked::Asked,
    caller::Caller,
    handlers::meetings::replayed,
    meeting::listing::instant_ms,
    named,
    openapi::{AnswerRefusals, ReadRefusals},
    state::{Shared, database},
};

/// The time in which tests are counted, in milliseconds.
const MINUTE_MS: i64 = 60_000;

/// Shows what is, or was, on its way to a webhook.
#[utoipa::path(get, path = "/api/v1/scheduler/webhooks/{id}/deliveries", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id (a GUID)")),
    responses((status = 200, description = "The newest 100 deliveries", body = WebhookDeliveries), ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<WebhookDeliveries>, Refusal> {
    let id = find(&state, &caller, &id).await?.id;
    let most = i64::try_from(MAX_DELIVERIES).unwrap_or(i64::MAX);
    let found: Result<_, DbFault> = state.store.read(move |tx| webhook_deliveries::list(tx, id, most)).await;
    Ok(Json(WebhookDeliveries { deliveries: found.map_err(database)?.into_iter().map(shown).collect() }))
}

/// Sends a webhook an event that tells of no meeting, so that its receiver can be tried.
#[utoipa::path(post, path = "/api/v1/scheduler/webhooks/{id}/test", tag = "webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses((status = 202, description = "The event is on its way", body = WebhookDelivery), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn test(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let webhook = find(&state, &asked.caller, &id).await?;
    if !webhook.is_enabled {
        return Err(disabled().into());
    }
    let now = state.now_ms();
    let (webhook, event) = (webhook.id, random::guid_at(now));
    let queued = named::write(&state, &asked, StatusCode::ACCEPTED, move |tx| {
        let limit = (now - MINUTE_MS, MAX_TESTS_A_MINUTE);
        let is_queued = webhook_deliveries::queue_test(tx, webhook, event, limit, now)?;
        let row = if is_queued { webhook_deliveries::find(tx, webhook, event)? } else { None };
        let too_many = || {
            let words = format!("A webhook is tested {MAX_TESTS_A_MINUTE} times a minute at most.");
            Problem::too_many(words).to_be_retried_in(60)
        };
        Ok(shown(row.ok_or_else(too_many)?))
    });
    Ok(queued.await?)
}

/// Tells an event again that was delivered, or that was given up.
#[utoipa::path(post, path = "/api/v1/scheduler/webhooks/{id}/deliveries/{did}/retry", tag = "webhooks",
    params(
        ("id" = String, Path, description = "The webhook's id (a GUID)"),
        ("did" = String, Path, description = "The delivery's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses((status = 202, description = "The event is on its way again", body = WebhookDelivery), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn retry(
    State(state): State<Shared>,
    Path((id, delivery)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let webhook = find(&state, &asked.caller, &id).await?;
    let missing = || Problem::not_found("The webhook has no such delivery.");
    let delivery = convoke_model::id::parse_guid(&delivery).map_err(|_| missing())?;
    if !webhook.is_enabled {
        return Err(disabled().into());
    }
    let (webhook, now) = (webhook.id, state.now_ms());
    let retried = named::write(&state, &asked, StatusCode::ACCEPTED, move |tx| {
        let is_retried = webhook_deliveries::retry(tx, webhook, delivery, now)?;
        let row = webhook_deliveries::find(tx, webhook, delivery)?.ok_or_else(missing)?;
        if !is_retried {
            let words = "It is on its way already.";
            return Err(Problem::new(409, "Under way", words).coded("underWay").into());
        }
        Ok(shown(row))
    });
    Ok(retried.await?)
}

fn disabled() -> Problem {
    Problem::new(409, "Disabled", "This webhook is disabled; enable it first.").coded("disabled")
}

fn shown(row: DeliveryRow) -> WebhookDelivery {
    let state = match row.state.as_str() {
        "delivered" => DeliveryState::Delivered,
        "deferred" => DeliveryState::Deferred,
        "failed" => DeliveryState::Failed,
        _ => DeliveryState::Queued,
    };
    let is_waiting = matches!(state, DeliveryState::Queued | DeliveryState::Deferred);
    WebhookDelivery {
        id: row.id.to_string(),
        event: row.event,
        meeting: row.meeting.map(|meeting| meeting.to_string()),
        state,
        tries: row.attempts,
        tried_at: row.detail.is_some().then(|| instant_ms(row.updated_at)),
        detail: row.detail,
        at: instant_ms(row.created_at),
        next_at: is_waiting.then(|| instant_ms(row.next_at)),
    }
}
