//! `POST /recurrence/understand`: typed words made a recurrence.

use axum::{Json, body::Bytes, extract::State};
use convoke_http::Refusal;
use convoke_meeting::{
    Series, Zone,
    series::SeriesParts,
    words::{
        self,
        read::{Around, Meaning},
    },
};
use convoke_model::Language;
use convoke_scheduler_api::recurrence::{UnderstandRequest, Understood, UnderstoodRecurrence};
use convoke_web_api::{FieldFault, Problem};
use jiff::{ToSpan, Unit, civil::DateTime};

use super::json;
use crate::{
    caller::Caller,
    meeting::{
        body::{local, parsed},
        shown::told,
    },
    openapi::BodyRefusals,
    state::Shared,
};

/// What somebody's words mean as a recurrence.
#[utoipa::path(post, path = "/api/v1/scheduler/recurrence/understand", tag = "meetings",
    request_body = UnderstandRequest,
    responses(
        (status = 200, description = "The rule, its first start and the same in other words", body = Understood),
        BodyRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn understand(
    State(state): State<Shared>,
    _caller: Caller,
    body: Bytes,
) -> Result<Json<Understood>, Refusal> {
    let request: UnderstandRequest = json(&body)?;
    let all_day = request.is_full_day_meeting;
    let mut faults = Vec::new();
    let zone = zone(request.time_zone.as_deref(), &mut faults);
    let language = language(request.language.as_deref(), &mut faults);
    let now = zone.time_zone().to_datetime(state.clock.now());
    let start = start(&request, now, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults).into());
    }
    let around = Around { start, now, zone };
    let understood = words::understand(&request.text, language, &around).map_err(|fault| {
        let reason = format!("at character {}: {}", fault.at + 1, fault.reason);
        Problem::invalid(vec![FieldFault::new("text", "notUnderstood", reason)])
    })?;
    let said = |meaning: Meaning| said(meaning, all_day, &around.zone);
    Ok(Json(Understood { recurrence: said(understood.usual), alternative: understood.alternative.map(said) }))
}

fn zone(name: Option<&str>, faults: &mut Vec<FieldFault>) -> Zone {
    match name.map(Zone::named) {
        Some(Ok(zone)) => zone,
        None => Zone::utc(),
        Some(Err(unknown)) => {
            faults.push(FieldFault::new("timeZone", "unknownZone", unknown.to_string()));
            Zone::utc()
        }
    }
}

fn language(tag: Option<&str>, faults: &mut Vec<FieldFault>) -> Option<Language> {
    let tag = tag?;
    let known = Language::from_locale(tag);
    if known.is_none() {
        faults.push(FieldFault::new("language", "unsupported", "should be en or ko, or left out"));
    }
    known
}

/// The start that there is so far; without one the next whole hour of the zone.
fn start(request: &UnderstandRequest, now: DateTime, faults: &mut Vec<FieldFault>) -> DateTime {
    let Some(text) = request.dt_start.as_deref() else {
        let whole = now.round(Unit::Hour).unwrap_or(now);
        return if whole < now { whole.checked_add(1.hour()).unwrap_or(now) } else { whole };
    };
    parsed(text.trim()).unwrap_or_else(|| {
        let reason = "should be a local time such as 2026-12-01T10:00:00, or a date";
        faults.push(FieldFault::new("dtStart", "invalid", reason));
        now
    })
}

fn said(meaning: Meaning, all_day: bool, zone: &Zone) -> UnderstoodRecurrence {
    let length = if all_day { 1.day() } else { 1.hour() };
    let series = Series::new(SeriesParts {
        start: meaning.start,
        end: meaning.start.saturating_add(length),
        zone: zone.clone(),
        all_day,
        rule: Some(meaning.rule.clone()),
        rdates: Vec::new(),
        exdates: Vec::new(),
    });
    UnderstoodRecurrence {
        rrule: meaning.rule.to_string(),
        dt_start: local(meaning.start, all_day),
        dt_end: meaning.end.filter(|_| !all_day).map(|end| local(end, false)),
        exdate: meaning.left_out.into_iter().map(|time| local(time, all_day)).collect(),
        words: series.as_ref().and_then(told).unwrap_or_default(),
    }
}
