//! `GET /webhooks` and `GET /webhooks/{id}`.

use axum::{
    Json,
    extract::{Path, State},
};
use convoke_http::Refusal;
use convoke_scheduler_api::webhook::{MAX_WEBHOOKS_SHOWN, Webhook, Webhooks};
use convoke_store::{DbFault, webhooks};

use super::{find, owner, shown};
use crate::{
    caller::Caller,
    openapi::{ListRefusals, ReadRefusals},
    state::{Shared, database},
};

/// Shows the caller's webhooks; an operator is shown all.
#[utoipa::path(get, path = "/api/v1/scheduler/webhooks", tag = "webhooks",
    responses((status = 200, description = "The webhooks", body = Webhooks), ListRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(State(state): State<Shared>, caller: Caller) -> Result<Json<Webhooks>, Refusal> {
    let owner = matches!(caller, Caller::User(_)).then(|| owner(&caller));
    let most = i64::try_from(MAX_WEBHOOKS_SHOWN).unwrap_or(i64::MAX);
    let found: Result<_, DbFault> =
        state.store.read(move |tx| webhooks::list(tx, owner.as_deref(), most)).await;
    Ok(Json(Webhooks { webhooks: found.map_err(database)?.into_iter().map(shown).collect() }))
}

/// Shows a webhook.
#[utoipa::path(get, path = "/api/v1/scheduler/webhooks/{id}", tag = "webhooks",
    params(("id" = String, Path, description = "The webhook's id (a GUID)")),
    responses((status = 200, description = "The webhook", body = Webhook), ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Webhook>, Refusal> {
    Ok(Json(shown(find(&state, &caller, &id).await?)))
}
