//! `GET /zoneChanges`: what new zone data moves, and `POST /zoneChanges/{id}/notify`: telling the people of those meetings.

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::form::Form;
use convoke_http::Refusal;
use convoke_model::{MeetingId, Uuid};
use convoke_scheduler_api::zone_change::{
    MAX_SHOWN_CHANGES, MAX_SHOWN_MOVED, MovedMeeting, ZoneChange, ZoneReport,
};
use convoke_store::{DbFault, Tx, meetings, zones};
use convoke_web_api::{FieldFault, Problem};
use http::StatusCode;

use crate::{
    asked::Asked,
    caller::Caller,
    meeting::{body::Body, listing::instant_ms},
    openapi::{AnswerRefusals, ListRefusals, ReadRefusals},
    state::{Shared, database},
};

/// Lists the changes of zone data, the newest first; for operators.
#[utoipa::path(get, path = "/api/v1/scheduler/zoneChanges", tag = "administration",
    responses(
        (status = 200, description = "The changes, at most 100", body = [ZoneChange]),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        ListRefusals),
    security(("basic" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
) -> Result<Json<Vec<ZoneChange>>, Refusal> {
    operator(&caller)?;
    let read = state.store.read(|tx| {
        let changes = zones::changes(tx, MAX_SHOWN_CHANGES)?;
        changes.into_iter().map(|change| shown(tx, change)).collect::<Result<Vec<_>, DbFault>>()
    });
    Ok(Json(read.await.map_err(database)?))
}

/// Shows a change with the meetings that move; for operators.
#[utoipa::path(get, path = "/api/v1/scheduler/zoneChanges/{id}", tag = "administration",
    params(
        ("id" = String, Path, description = "The change's id (a GUID)"),
        ("cursor" = Option<String>, Query, description = "What next of a former answer said")),
    responses(
        (status = 200, description = "The change and the meetings, at most 100", body = ZoneReport),
        (status = 400, description = "The cursor is not what a former answer said", body = Problem, content_type = "application/problem+json"),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        ReadRefusals),
    security(("basic" = [])))]
pub(crate) async fn read(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Json<ZoneReport>, Refusal> {
    operator(&caller)?;
    let form = Form::parse(query.unwrap_or_default().as_bytes())
        .map_err(|_| Problem::bad_request("There are too many parameters."))?;
    let after = match form.get("cursor").map(|text| text.trim().parse::<MeetingId>()) {
        None => String::new(),
        Some(Ok(after)) => after.to_string(),
        Some(Err(_)) => {
            let fault = FieldFault::new("cursor", "invalid", "It is what next of a former answer said.");
            return Err(Problem::bad_parameters(vec![fault]).into());
        }
    };
    let Ok(id) = id.parse::<Uuid>() else { return Err(unknown().into()) };
    let read = state.store.read(move |tx| {
        let Some(change) = zones::change_of(tx, id)? else { return Ok(None) };
        let moved = zones::moved(tx, id, &after, false, MAX_SHOWN_MOVED)?;
        let next = moved.last().filter(|_| moved.len() as i64 == MAX_SHOWN_MOVED);
        let next = next.map(|last| last.meeting.to_string());
        let moved = moved.into_iter().map(|moved| shown_moved(tx, moved)).collect::<Result<_, DbFault>>()?;
        Ok::<_, DbFault>(Some(ZoneReport { change: shown(tx, change)?, moved, next }))
    });
    Ok(Json(read.await.map_err(database)?.ok_or_else(unknown)?))
}

/// Tells the people of all meetings that move; for operators. Once: who asks again tells nobody twice.
#[utoipa::path(post, path = "/api/v1/scheduler/zoneChanges/{id}/notify", tag = "administration",
    params(("id" = String, Path, description = "The change's id (a GUID)")),
    responses(
        (status = 202, description = "The change; mails are queued from now on", body = ZoneChange),
        (status = 403, description = "The caller is no operator", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "Not all meetings have been looked at yet", body = Problem, content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = [])))]
pub(crate) async fn notify(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    operator(&asked.caller)?;
    let Ok(id) = id.parse::<Uuid>() else { return Err(unknown().into()) };
    let (by, now) = (asked.whence.by.clone(), state.now_ms());
    let written = state.store.write(move |tx| {
        let Some(change) = zones::change_of(tx, id)? else { return Ok(None) };
        if !change.is_looked_through {
            return Ok(Some(Err(still_looking())));
        }
        zones::tell(tx, id, &by, now)?;
        let change = zones::change_of(tx, id)?.unwrap_or(change);
        Ok::<_, DbFault>(Some(Ok(shown(tx, change)?)))
    });
    let change = written.await.map_err(database)?.ok_or_else(unknown)??;
    state.zones.notify_one();
    Ok((StatusCode::ACCEPTED, Json(change)).into_response())
}

fn operator(caller: &Caller) -> Result<(), Problem> {
    match caller {
        Caller::Operator(_) => Ok(()),
        Caller::User(_) => {
            Err(Problem::forbidden("Only operators can see and tell what new zone data moves."))
        }
    }
}

fn unknown() -> Problem {
    Problem::not_found("There is no change of zone data with this id.")
}

fn still_looking() -> Problem {
    let words = "Not all meetings have been looked at yet; ask again when the change is complete.";
    Problem::new(409, "Not complete", words).coded("notComplete")
}

fn shown(tx: &mut Tx<'_>, change: zones::Change) -> Result<ZoneChange, DbFault> {
    let (meetings, told) = zones::count(tx, change.id)?;
    let zones = change.rules.lines().filter_map(|line| Some(line.split_once('\t')?.0.to_owned()));
    Ok(ZoneChange {
        id: change.id.to_string(),
        found_at: instant_ms(change.found_at),
        zones: zones.collect(),
        from_version: change.from_version,
        to_version: change.to_version,
        is_complete: change.is_looked_through,
        meetings,
        told,
        told_by: change.told_by,
    })
}

fn shown_moved(tx: &mut Tx<'_>, moved: zones::Moved) -> Result<MovedMeeting, DbFault> {
    let revision = match meetings::find(tx, moved.meeting)? {
        Some(row) => meetings::revision(tx, row.id, row.revision)?,
        None => None,
    };
    let body = revision.and_then(|revision| serde_json::from_str::<Body>(&revision.body).ok());
    let said = |say: fn(&Body) -> &str| body.as_ref().map(|body| say(body).to_owned()).unwrap_or_default();
    Ok(MovedMeeting {
        meeting: moved.meeting.to_string(),
        summary: said(|body| &body.summary),
        organizer: said(|body| &body.organizer.email),
        time_zone: said(|body| &body.time.zone),
        occurrences: moved.occurrences,
        recurrence: moved.recurrence,
        was: instant_ms(moved.was_at),
        is: instant_ms(moved.is_at),
        told_at: moved.told_at.map(instant_ms),
    })
}
