//! `POST /occurrences`: when a meeting would take place, before there is one.

use axum::{Json, body::Bytes, extract::State};
use convoke_http::Refusal;
use convoke_meeting::{Draft, draft};
use convoke_scheduler_api::occurrences::{MAX_SHOWN, OccurrenceShown, Occurrences, OccurrencesRequest};
use convoke_web_api::{FieldFault, Problem};

use super::json;
use crate::{
    caller::Caller,
    meeting::{
        body::{instant, local},
        check::sentence,
        shown::told,
    },
    openapi::BodyRefusals,
    state::Shared,
};

/// When a meeting would take place.
#[utoipa::path(post, path = "/api/v1/scheduler/occurrences", tag = "meetings", request_body = OccurrencesRequest,
    responses(
        (status = 200, description = "The first occurrences and how many there are", body = Occurrences),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn occurrences(
    State(state): State<Shared>,
    _caller: Caller,
    body: Bytes,
) -> Result<Json<Occurrences>, Refusal> {
    let request: OccurrencesRequest = json(&body)?;
    let draft = Draft {
        dt_start: request.dt_start.as_deref(),
        dt_end: request.dt_end.as_deref(),
        time_zone: request.time_zone.as_deref(),
        rrule: request.rrule.as_deref().map(str::trim).filter(|rule| !rule.is_empty()),
        rdate: &request.rdate,
        exdate: &request.exdate,
        is_full_day_meeting: request.is_full_day_meeting,
    };
    let series = draft::check_within(&draft, state.settings.limits.occurrences).map_err(|findings| {
        let faults = findings.into_iter().map(|f| FieldFault::new(f.field, f.code, sentence(&f.reason)));
        Problem::invalid(faults.collect())
    })?;
    let all_day = series.is_all_day();
    let shown = series.occurrences().take(MAX_SHOWN).map(|occurrence| OccurrenceShown {
        recurrence: local(occurrence.original, all_day),
        dt_start: local(occurrence.local_start, all_day),
        dt_end: local(occurrence.local_end, all_day),
        dt_start_utc: instant(occurrence.start),
        dt_end_utc: instant(occurrence.end),
    });
    Ok(Json(Occurrences { occurrences: shown.collect(), total: series.count(), words: told(&series) }))
}
