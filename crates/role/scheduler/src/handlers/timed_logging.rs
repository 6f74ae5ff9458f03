//! `/timedLogging`: what is logged in detail, and for how many seconds yet.

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use convoke_http::Refusal;
use convoke_runtime::detail::{MAX_SECONDS, Topic};
use convoke_scheduler_api::timed_logging::TimedLogging;
use convoke_web_api::{FieldFault, Problem};
use http::{Method, StatusCode};
use tokio::time::Instant;

use super::{json, meetings::replayed};
use crate::{
    asked::Asked,
    caller::Caller,
    named,
    openapi::{BodyRefusals, ListRefusals},
    state::{Shared, State as Shares},
};

/// What can be logged in detail.
pub(crate) static TOPICS: [Topic; 3] = [
    Topic { name: WEB_BRIDGE, words: "web bridge", targets: &["C2WService", "C2WSupervisor", "convoke_c2w"] },
    Topic { name: API, words: "api", targets: &["SchedulerApi"] },
    Topic { name: EMAIL, words: "email", targets: &["EmailService", "EmailWire", "convoke_mailer"] },
];

const WEB_BRIDGE: &str = "webBridge";
const API: &str = "api";
const EMAIL: &str = "email";

/// Longest part of a path that is logged; longer ones are secrets.
const MAX_PART: usize = 50;

/// Shows what is logged in detail; for operators.
#[utoipa::path(get, path = "/api/v1/scheduler/timedLogging", tag = "administration",
    responses(
        (status = 200, description = "The seconds that are left of each topic", body = TimedLogging),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("basic" = [])))]
pub(crate) async fn read(State(state): State<Shared>, caller: Caller) -> Result<Json<TimedLogging>, Refusal> {
    operator(&caller)?;
    Ok(Json(shown(&state)))
}

/// Logs topics in detail for so many seconds, in this scheduler; 0 switches one off, what is absent stays. For operators.
#[utoipa::path(put, path = "/api/v1/scheduler/timedLogging", tag = "administration", request_body = TimedLogging,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours; needs the database")),
    responses(
        (status = 200, description = "The seconds that are left of each topic", body = TimedLogging),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("basic" = [])))]
pub(crate) async fn set(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
    operator(&asked.caller)?;
    // Without a name the database is not asked: what is logged in detail is wanted most when it is away.
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let wanted: TimedLogging = json(&asked.body)?;
    let topics = [(WEB_BRIDGE, wanted.web_bridge), (API, wanted.api), (EMAIL, wanted.email)];
    let reason = format!("A topic is logged in detail for 0 to {MAX_SECONDS} seconds.");
    let too_long = |(topic, seconds): &(&str, Option<u32>)| {
        let fault = || FieldFault::new(*topic, "tooLarge", reason.as_str());
        seconds.is_some_and(|seconds| seconds > MAX_SECONDS).then(fault)
    };
    let faults: Vec<FieldFault> = topics.iter().filter_map(too_long).collect();
    if !faults.is_empty() {
        return Err(Problem::invalid(faults).into());
    }
    let set = move |state: &Shares| {
        for (topic, seconds) in topics {
            if let Some(seconds) = seconds {
                state.detailed_log.set(topic, seconds);
            }
        }
        shown(state)
    };
    if asked.name().is_none() {
        return Ok(Json(set(&state)).into_response());
    }
    let there = state.clone();
    Ok(named::write(&state, &asked, StatusCode::OK, move |_| Ok(set(&there))).await?)
}

fn operator(caller: &Caller) -> Result<(), Problem> {
    match caller {
        Caller::Operator(_) => Ok(()),
        Caller::User(_) => Err(Problem::forbidden("Only operators can see and set what is logged.")),
    }
}

fn shown(state: &Shares) -> TimedLogging {
    let left = state.detailed_log.left();
    let of = |name: &str| left.iter().find(|(topic, _)| *topic == name).map(|(_, seconds)| *seconds);
    TimedLogging { web_bridge: of(WEB_BRIDGE), api: of(API), email: of(EMAIL) }
}

/// A request that is logged in detail.
pub(super) struct Traced {
    method: Method,
    path: String,
    begun: Instant,
    through_web_bridge: bool,
}

impl Traced {
    /// Nothing when requests are not logged, as usual.
    pub(super) fn of(request: &axum::extract::Request, through_web_bridge: bool) -> Option<Self> {
        let is_wanted = tracing::enabled!(target: "SchedulerApi", tracing::Level::DEBUG)
            || (through_web_bridge && tracing::enabled!(target: "C2WService", tracing::Level::DEBUG));
        is_wanted.then(|| Self {
            method: request.method().clone(),
            path: without_secrets(request.uri().path()),
            begun: Instant::now(),
            through_web_bridge,
        })
    }

    /// Logs what became of it.
    pub(super) fn tell(self, status: StatusCode) {
        let Self { method, path, begun, through_web_bridge } = self;
        let took = begun.elapsed().as_micros();
        if through_web_bridge {
            tracing::debug!(target: "C2WService", "{method} {path} answered {} after {took} us", status.as_u16());
        }
        tracing::debug!(target: "SchedulerApi", "{method} {path} answered {} after {took} us", status.as_u16());
    }
}

/// A path without parts that are secrets by their length; what stands behind a question mark is left out with it.
fn without_secrets(path: &str) -> String {
    let part = |part: &str| {
        if part.len() > MAX_PART || part.contains(|c: char| c.is_control()) {
            "...".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_in_paths_are_not_logged() {
        let secret = "s".repeat(MAX_PART + 1);
        assert_eq!(without_secrets(&format!("/a/{secret}.ics")), "/a/...");
        assert_eq!(
            without_secrets("/meetings/1b4e28ba-2fa1-41d2-883f-0016d3cca427"),
            "/meetings/1b4e28ba-2fa1-41d2-883f-0016d3cca427"
        );
    }
}
