//! The Scheduler API, one file a verb. The same router serves the HTTPS listener and every C2W link.

pub(crate) mod answers;
pub(crate) mod attendees;
pub(crate) mod delegates;
pub(crate) mod feeds;
pub(crate) mod groups;
pub(crate) mod import;
pub(crate) mod leavers;
pub(crate) mod links;
pub(crate) mod meetings;
pub(crate) mod occurrences;
pub(crate) mod preferences;
pub(crate) mod recurrence;
pub(crate) mod templates;
pub(crate) mod timed_logging;
pub(crate) mod webhooks;
pub(crate) mod zone_changes;

use axum::{
    Router,
    body::Bytes,
    extract::Request,
    http::HeaderValue,
    middleware::{Next, from_fn_with_state},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use convoke_c2w::FromWebBridge;
use convoke_http::Refusal;
use convoke_scheduler_api::PREFIX;
use convoke_web_api::Problem;
use http::{StatusCode, header};
use serde::de::DeserializeOwned;

use crate::{
    openapi,
    state::{Shared, out_of_reach},
};

/// The API's router.
pub(crate) fn router(state: Shared) -> Router {
    let most = state.settings.limits.request_bytes;
    let api = Router::new()
        .route("/meetings", get(meetings::list::list).post(meetings::create::create))
        .route(
            "/meetings/{id}",
            get(meetings::read::read)
                .put(meetings::replace::replace)
                .patch(meetings::patch::modify)
                .delete(meetings::cancel::cancel),
        )
        .route("/meetings/{id}/occurrences", get(meetings::occurrences::list).post(meetings::patch::add_date))
        .route(
            "/meetings/{id}/occurrences/{recurrence}",
            get(meetings::occurrences::read)
                .patch(meetings::occurrences::change)
                .delete(meetings::occurrences::cancel),
        )
        .route("/meetings/{id}/occurrences/{recurrence}/restore", post(meetings::occurrences::restore))
        .route("/meetings/{id}/deliveries", get(meetings::deliveries::list))
        .route("/meetings/{id}/deliveries/{email}/resend", post(meetings::deliveries::resend))
        .route("/meetings/{id}/notifyPending", post(meetings::deliveries::notify_pending))
        .route("/meetings/{id}/coOrganizers", put(meetings::co_organizers::replace))
        .route("/meetings/{id}/handover", post(meetings::handover::hand_over))
        .route("/meetings/{id}/history", get(meetings::history::history))
        .route("/meetings/{id}/restore", post(meetings::restore::restore))
        .merge(answers::router())
        .merge(links::router())
        .route("/delegates", get(delegates::list))
        .route("/delegates/{jid}", put(delegates::name).delete(delegates::remove))
        .route("/delegations", get(delegates::delegations))
        .route("/users/{jid}/handover", get(leavers::progress).post(leavers::hand_over))
        .route("/attendees/parse", post(attendees::parse))
        .route("/groups", get(groups::list))
        .route("/import", post(import::import))
        .route("/preferences", get(preferences::read).put(preferences::set))
        .merge(webhooks::router())
        .merge(feeds::router())
        .route("/templates/preview", post(templates::show))
        .layer(from_fn_with_state(state.clone(), reach))
        .route("/occurrences", post(occurrences::occurrences))
        .route("/zoneChanges", get(zone_changes::list))
        .route("/zoneChanges/{id}", get(zone_changes::read))
        .route("/zoneChanges/{id}/notify", post(zone_changes::notify))
        .route("/recurrence/understand", post(recurrence::understand))
        .route("/timedLogging", get(timed_logging::read).put(timed_logging::set))
        .route("/openapi.json", get(openapi::written));
    let router = Router::new()
        .nest(PREFIX, api)
        .fallback(nothing)
        .method_not_allowed_fallback(not_allowed)
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state);
    convoke_http::limit_body(router, most)
}

/// A scheduler that is cut off from the database says so at once, and the web bridge asks another one.
async fn reach(
    axum::extract::State(state): axum::extract::State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    if state.store.out_of_reach().is_some() {
        return Refusal(out_of_reach()).into_response();
    }
    // What changes something is waited for, so that it is told what became of it.
    let is_safe = request.method().is_safe();
    tokio::select! {
        response = next.run(request) => response,
        () = state.store.is_lost(), if is_safe => Refusal(out_of_reach()).into_response(),
    }
}

/// What every answer has, and that it is counted; one layer, since each costs every request.
///
/// A program that signs in by Basic gets the challenge that it may wait for; browsers behind a web bridge do not, since they
/// would ask their user for a password.
async fn around(
    axum::extract::State(state): axum::extract::State<Shared>,
    request: Request,
    next: Next,
) -> Response {
    let through_web_bridge = request.extensions().get::<FromWebBridge>().is_some();
    let traced = timed_logging::Traced::of(&request, through_web_bridge);
    let mut response = next.run(request).await;
    if let Some(traced) = traced {
        traced.tell(response.status());
    }
    if response.status() == StatusCode::UNAUTHORIZED && !through_web_bridge {
        let value = HeaderValue::from_static("Basic realm=\"Convoke Scheduler\", charset=\"UTF-8\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    state.metrics.count_request(response.status());
    response
}

async fn nothing() -> Response {
    Refusal(Problem::not_found("There is nothing at this address.")).into_response()
}

async fn not_allowed() -> Response {
    Refusal(Problem::new(405, "Method not allowed", "This address does not take this method."))
        .into_response()
}

/// Reads JSON whatever the Content-Type says.
fn json<T: DeserializeOwned>(body: &Bytes) -> Result<T, Problem> {
    serde_json::from_slice(body)
        .map_err(|e| Problem::bad_request(format!("The body is not the JSON that is expected: {e}.")))
}
