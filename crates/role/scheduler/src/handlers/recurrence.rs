//! `POST /recurrence/understand`: typed words made a recurrence.

use axum::{Json, body::Bytes, extract::State};
use convoke_http::Refusal;
use convoke_meeting::{
    Rule, Series, Zone,
    series::SeriesParts,
    words::{self, read::Around},
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
    state::{Shared, State as Shares},
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
    let start = start(&request, &zone, &state, &mut faults);
    if !faults.is_empty() {
        return Err(Problem::invalid(faults).into());
    }
    let around = Around { start, zone };
    let understood = words::understand(&request.text, language, &around).map_err(|fault| {
        let reason = format!("at character {}: {}", fault.at + 1, fault.reason);
        Problem::invalid(vec![FieldFault::new("text", "notUnderstood", reason)])
    })?;
    let said = |rule: Rule, start: DateTime| UnderstoodRecurrence {
        rrule: rule.to_string(),
        dt_start: local(start, all_day),
        words: series(rule, start, all_day, &around.zone).as_ref().and_then(told).unwrap_or_default(),
    };
    Ok(Json(Understood {
        recurrence: said(understood.rule, understood.start),
        dt_end: understood.end.filter(|_| !all_day).map(|end| local(end, false)),
        exdate: understood.left_out.into_iter().map(|time| local(time, all_day)).collect(),
        alternative: understood.alternative.map(|(rule, start)| said(rule, start)),
    }))
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
fn start(request: &UnderstandRequest, zone: &Zone, state: &Shares, faults: &mut Vec<FieldFault>) -> DateTime {
    let now = zone.time_zone().to_datetime(state.clock.now());
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

fn series(rule: Rule, start: DateTime, all_day: bool, zone: &Zone) -> Option<Series> {
    let length = if all_day { 1.day() } else { 1.hour() };
    Series::new(SeriesParts {
        start,
        end: start.checked_add(length).ok()?,
        zone: zone.clone(),
        all_day,
        rule: Some(rule),
        rdates: Vec::new(),
        exdates: Vec::new(),
    })
}
