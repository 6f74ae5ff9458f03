//! `PUT /meetings/{id}/answer` and `PUT /meetings/{id}/attendees/{email}/answer`: somebody's own answer, and one that the
//! organizer enters for somebody who said it in another way.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::{Zone, answers::About, plan::Plan};
use convoke_scheduler_api::{
    answer::{AnswerRequest, MAX_COMMENT_CHARS},
    meeting::Meeting,
};
use convoke_store::DbFault;
use convoke_web_api::{FieldFault, Problem};

use super::{refusal, shown};
use crate::{
    asked::{self, Asked},
    handlers::{
        json,
        meetings::{Found, change::plan, find, find_to_change, instead, replayed},
    },
    meeting::{
        answering::{self, Outcome, Proposed, Said, Source},
        answers::partstat_of,
        body::parsed,
    },
    openapi::AnswerRefusals,
    state::{Shared, database},
};

/// Gives the caller's own answer to an invitation. It is no change of the meeting: nobody but the organizer is told, the ETag stays,
/// and If-Match is not looked at. A later answer takes the place of an earlier one.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}/answer", tag = "answers", request_body = AnswerRequest,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses((status = 200, description = "The meeting, with the answer", body = Meeting, headers(("ETag" = String))), AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn own(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: AnswerRequest = json(&asked.body)?;
    let found = find(&state, &asked.caller, &id).await?;
    let Some(person) = asked.caller.invited_as(&found.body) else {
        let words = "You are not among the attendees of this meeting: nobody waits for your answer.";
        return Err(Problem::new(409, "Conflict", words).coded("notInvited").into());
    };
    give(&state, &asked, &found, (person, Source::Web), &request).await
}

/// Enters the answer of an attendee who gave it in another way. The attendee is not told.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}/attendees/{email}/answer", tag = "answers",
    request_body = AnswerRequest,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("email" = String, Path, description = "The attendee's address"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting, with the answer", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn entered(
    State(state): State<Shared>,
    Path((id, email)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: AnswerRequest = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "enter answers to").await?;
    let person = email.to_lowercase();
    if !found.body.everybody().iter().any(|attendee| attendee.email.to_lowercase() == person) {
        return Err(Problem::not_found("Nobody with this address is invited to the meeting.").into());
    }
    give(&state, &asked, &found, (person, Source::Organizer), &request).await
}

async fn give(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    (person, source): (String, Source),
    request: &AnswerRequest,
) -> Result<Response, Refusal> {
    let now = state.now_ms();
    let entered = (source == Source::Organizer).then(|| asked.whence_in(&found.body));
    let (entered_by, on_behalf_of) = entered.map(|by| (by.by, by.on_behalf_of)).unzip();
    let checked = checked(&plan(found)?, request)?;
    let said = Said {
        meeting: found.row.id,
        person,
        about: checked.about,
        partstat: partstat_of(request.partstat.unwrap_or_default()),
        comment: request.comment.clone(),
        proposed: checked.proposed,
        source,
        sequence: None,
        stamped_at: now,
        entered_by,
        on_behalf_of: on_behalf_of.flatten(),
        address: asked.whence.address.clone(),
    };
    let (named, shows) = (asked.name(), (found.row.id, found.row.revision));
    let taken = state.store.write_rows(move |tx| {
        let outcome = answering::take(tx, &said, now)?;
        if outcome == Outcome::Taken {
            asked::note(tx, named.as_ref(), 200, shows, now)?;
        }
        Ok::<_, DbFault>(outcome)
    });
    let outcome = match taken.await {
        Ok(outcome) => outcome,
        Err(fault) => return Ok(instead(state, asked, database(fault)).await?),
    };
    if let Some(problem) = refusal(outcome) {
        return Err(problem.into());
    }
    state.mails.notify_one();
    Ok(shown(state, asked, found).await?)
}

/// What of a request is about which dates.
pub(in crate::handlers) struct Checked {
    pub(in crate::handlers) about: About,
    pub(in crate::handlers) proposed: Option<Proposed>,
}

/// Judges an answer by its fields; all that is at fault is told.
pub(in crate::handlers) fn checked(plan: &Plan, request: &AnswerRequest) -> Result<Checked, Problem> {
    let mut faults = Vec::new();
    let mut fault = |field: &str, code: &str, reason: &str| faults.push(FieldFault::new(field, code, reason));
    if request.partstat.is_none() {
        fault(
            "partstat",
            "required",
            "It is ACCEPTED, TENTATIVE, DECLINED, or NEEDS-ACTION to take an answer back.",
        );
    }
    if request.comment.chars().count() > MAX_COMMENT_CHARS {
        fault("comment", "tooLong", "It has at most 1,000 characters.");
    }
    let name = request.recurrence.as_deref().map(parsed);
    if name == Some(None) {
        fault(
            "recurrence",
            "invalid",
            "It is the original local start of an occurrence, such as 2026-12-08T10:00:00.",
        );
    }
    let about = match (name.flatten(), request.range.as_deref()) {
        (None, None) => About::All,
        (Some(name), None) => About::One(name),
        (Some(name), Some("THISANDFUTURE")) => About::Following(name),
        (_, Some(_)) => {
            fault("range", "invalid", "It is THISANDFUTURE, with a recurrence, or left out.");
            About::All
        }
    };
    let time = |text: &Option<String>| text.as_deref().map(|text| parsed(text.trim()));
    let (start, end) = (time(&request.dt_start), time(&request.dt_end));
    for (field, time) in [("dtStart", start), ("dtEnd", end)] {
        if time == Some(None) {
            fault(field, "invalid", "It is a local time such as 2026-12-08T10:00:00, or a date.");
        }
    }
    let zone = match request.time_zone.as_deref().map(Zone::named) {
        None => None,
        Some(Ok(zone)) => Some(zone),
        Some(Err(_)) => {
            fault("timeZone", "unknown", "It is an IANA zone such as Asia/Seoul.");
            None
        }
    };
    let proposed = match (start.flatten(), end) {
        (Some(start), Some(Some(end))) => Some(Proposed { start, end, zone }),
        (Some(start), None) => {
            let own = match about {
                About::All => None,
                About::One(name) | About::Following(name) => plan.occurrence(name).map(|found| found.time),
            };
            let times = own.map(|time| (time.local_start, time.local_end));
            let (was, until) = times.unwrap_or((plan.series.start(), plan.series.end()));
            let end = start.checked_add(was.duration_until(until)).unwrap_or(start);
            Some(Proposed { start, end, zone })
        }
        (None, Some(_)) if start.is_none() => {
            fault("dtStart", "required", "Another time begins with a start.");
            None
        }
        _ => None,
    };
    if faults.is_empty() { Ok(Checked { about, proposed }) } else { Err(Problem::invalid(faults)) }
}
