//! `/preferences`: in which language and zone a user has their mails.

use axum::{Json, extract::State, response::Response};
use convoke_http::Refusal;
use convoke_scheduler_api::preferences::{MAX_CHANGES, Preferences};
use convoke_store::{
    DbFault,
    preferences::{self, PreferenceRow},
};
use convoke_web_api::{FieldFault, Problem};
use http::StatusCode;

use super::{json, meetings::replayed};
use crate::{
    asked::Asked,
    caller::Caller,
    meeting::check::{known_language, known_zone},
    named,
    openapi::{BodyRefusals, ListRefusals},
    state::{Shared, database},
};

/// How long preferences are kept that do not hold any more: longer than a mail is tried.
pub(crate) const PREFERENCES_HOLD_MS: i64 = 6 * 24 * 3_600 * 1_000;

/// What one prefers; for users.
#[utoipa::path(get, path = "/api/v1/scheduler/preferences", tag = "people",
    responses(
        (status = 200, description = "What the caller prefers", body = Preferences),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("bearer" = [])))]
pub(crate) async fn read(State(state): State<Shared>, caller: Caller) -> Result<Json<Preferences>, Refusal> {
    let person = person(&caller)?;
    let found = state.store.read_little(move |tx| preferences::of(tx, &person)).await;
    Ok(Json(shown(&found.map_err(|fault: DbFault| database(fault))?)))
}

/// Says in which language and zone one's mails are from now on, wherever a meeting says nothing else; for users.
#[utoipa::path(put, path = "/api/v1/scheduler/preferences", tag = "people", request_body = Preferences,
    params(("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "What the caller prefers", body = Preferences),
        (status = 403, description = "The caller is no user", body = Problem, content_type = "application/problem+json"),
        BodyRefusals),
    security(("bearer" = [])))]
pub(crate) async fn set(State(state): State<Shared>, asked: Asked) -> Result<Response, Refusal> {
    let person = person(&asked.caller)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let preference = checked(&json(&asked.body)?)?;
    let clock = state.clock.clone();
    let kept = named::write(&state, &asked, StatusCode::OK, move |tx| {
        // Not before the transaction: a mail that is queued and sent while this waits for its turn is to stay as it is.
        let now = clock.now_ms();
        let limit = (MAX_CHANGES, now - PREFERENCES_HOLD_MS);
        if preferences::of(tx, &person)? != preference
            && !preferences::put(tx, &person, &preference, now, limit)?
        {
            return Err(too_often().into());
        }
        Ok(shown(&preference))
    });
    Ok(kept.await?)
}

/// Whose mails they are: the address in lower case.
fn person(caller: &Caller) -> Result<String, Problem> {
    caller.address().ok_or_else(|| Problem::forbidden("Only users have preferences; sign in as one."))
}

fn checked(asked: &Preferences) -> Result<PreferenceRow, Problem> {
    let mut faults = Vec::new();
    let mut sound = |field: &str, found: Result<String, String>| {
        found.unwrap_or_else(|reason| {
            faults.push(FieldFault::new(field, "unknown", reason));
            String::new()
        })
    };
    let language = known_language(asked.language.as_deref().unwrap_or_default());
    let language = language.map(|known| known.map(|known| known.tag().to_owned()).unwrap_or_default());
    let preference = PreferenceRow {
        language: sound("language", language),
        time_zone: sound("timeZone", known_zone(asked.time_zone.as_deref().unwrap_or_default())),
    };
    if faults.is_empty() { Ok(preference) } else { Err(Problem::invalid(faults)) }
}

fn shown(preference: &PreferenceRow) -> Preferences {
    let said = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Preferences { language: said(&preference.language), time_zone: said(&preference.time_zone) }
}

fn too_often() -> Problem {
    let words =
        format!("Preferences were changed {MAX_CHANGES} times within six days; leave them for a while.");
    Problem::too_many(words).coded("tooManyChanges")
}
