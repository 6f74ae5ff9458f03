//! `/webhooks`: addresses that are told what happens to meetings, those of the user who makes them or, made by an operator, all.

pub(crate) mod change;
pub(crate) mod deliveries;
pub(crate) mod list;

use axum::{
    Router,
    routing::{get, post},
};
use convoke_fetch::{Target, TargetFault};
use convoke_model::Uuid;
use convoke_scheduler_api::webhook::{Webhook, WebhookRequest, WebhookTopic};
use convoke_store::{DbFault, webhooks, webhooks::WebhookRow};
use convoke_web_api::{FieldFault, Problem};

use crate::{
    caller::Caller,
    meeting::listing::instant_ms,
    state::{Shared, State, database},
};

/// The routes.
pub(super) fn router() -> Router<Shared> {
    Router::new()
        .route("/webhooks", get(list::list).post(change::create))
        .route("/webhooks/{id}", get(list::read).put(change::replace).delete(change::remove))
        .route("/webhooks/{id}/test", post(deliveries::test))
        .route("/webhooks/{id}/deliveries", get(deliveries::list))
        .route("/webhooks/{id}/deliveries/{did}/retry", post(deliveries::retry))
}

fn missing() -> Problem {
    Problem::not_found("There is no such webhook among yours.")
}

/// Whose webhooks a caller makes: a user's own, or those of operators, which have no owner.
fn owner(caller: &Caller) -> String {
    match caller {
        Caller::User(claims) => claims.sub.clone(),
        Caller::Operator(_) => String::new(),
    }
}

/// Finds a webhook of the caller's; operators have all.
async fn find(state: &Shared, caller: &Caller, id: &str) -> Result<WebhookRow, Problem> {
    let id: Uuid = convoke_model::id::parse_guid(id).map_err(|_| missing())?;
    let found: Result<_, DbFault> = state.store.read_little(move |tx| webhooks::find(tx, id)).await;
    let is_own = |row: &WebhookRow| match caller {
        Caller::User(claims) => row.owner == claims.sub,
        Caller::Operator(_) => true,
    };
    found.map_err(database)?.filter(is_own).ok_or_else(missing)
}

/// What a request says, checked.
struct Checked {
    url: String,
    events: Vec<String>,
    is_enabled: bool,
}

fn check(state: &State, request: WebhookRequest) -> Result<Checked, Problem> {
    let mut faults = Vec::new();
    match Target::parse(request.url.trim(), state.settings.webhooks.allow_private) {
        Err(fault) => faults.push(FieldFault::new("url", code(fault), fault.to_string())),
        Ok(target) if state.fetcher.refuses(&target) => {
            let reason = "Addresses within the server's own network are not told anything.";
            faults.push(FieldFault::new("url", "notAllowed", reason));
        }
        Ok(_) => {}
    }
    let wanted = request.events.unwrap_or_else(|| WebhookTopic::ALL.to_vec());
    if wanted.is_empty() {
        faults.push(FieldFault::new("events", "required", "Name at least one, or leave it out for all."));
    }
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let events = WebhookTopic::ALL.into_iter().filter(|topic| wanted.contains(topic));
    Ok(Checked {
        url: request.url.trim().to_owned(),
        events: events.map(|topic| topic.word().to_owned()).collect(),
        is_enabled: request.is_enabled.unwrap_or(true),
    })
}

fn code(fault: TargetFault) -> &'static str {
    match fault {
        TargetFault::TooLong => "tooLong",
        _ => "invalid",
    }
}

fn shown(row: WebhookRow) -> Webhook {
    let topic = |topic: &WebhookTopic| row.events.iter().any(|word| word == topic.word());
    Webhook {
        id: row.id.to_string(),
        events: WebhookTopic::ALL.into_iter().filter(topic).collect(),
        url: row.url,
        hears_of_all: row.owner.is_empty(),
        made_by: row.made_by,
        is_enabled: row.is_enabled,
        disabled_because: row.disabled_because,
        failures: row.failures,
        created_at: instant_ms(row.created_at),
        secret: None,
    }
}
