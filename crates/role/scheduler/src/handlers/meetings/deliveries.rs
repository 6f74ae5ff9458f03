//! `/meetings/{id}/deliveries`: what became of the mails, the same again for one person, and what was kept quiet told after all.

use std::collections::HashSet;

use axum::{
    Json,
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_runtime::random;
use convoke_scheduler_api::{
    delivery::{Deliveries, Delivery, MAX_RESENT_AN_HOUR},
    meeting::Meeting,
};
use convoke_store::{
    DbFault, deliveries, meetings,
    outbox::{self, MailRow, USUAL_LANE},
};
use convoke_web_api::Problem;
use http::StatusCode;
use jiff::Timestamp;

use super::{Found, answer, find_to_change, instead, replayed, show};
use crate::{
    asked::{self, Asked},
    caller::Caller,
    meeting::{
        listing::instant_ms,
        mails,
        pending::{Pending, Told},
        shown::mail_state,
    },
    openapi::{AnswerRefusals, ReadRefusals},
    state::{Shared, database},
};

const HOUR_MS: i64 = 3_600_000;

/// Lists what became of the last mail to each person, and who was not told what holds now.
#[utoipa::path(get, path = "/api/v1/scheduler/meetings/{id}/deliveries", tag = "mails",
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses(
        (status = 200, description = "Everybody who was mailed, or waits to be told", body = Deliveries),
        (status = 403, description = "The caller is not the organizer", body = Problem, content_type = "application/problem+json"),
        ReadRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Deliveries>, Refusal> {
    let found = find_to_change(&state, &caller, &id, "see the mails of").await?;
    let (told, pending) = read(&state, &found).await?;
    let organizer = found.body.organizer.email.to_lowercase();
    let waits = pending.iter().flat_map(Pending::people);
    let waits: HashSet<&str> =
        waits.map(|key| if key.is_empty() { organizer.as_str() } else { key }).collect();
    let mailed: HashSet<&str> = told.deliveries.iter().map(|delivery| delivery.recipient.as_str()).collect();
    let of = |delivery: &deliveries::Delivery| Delivery {
        email: delivery.recipient.clone(),
        kind: Some(delivery.kind.clone()),
        state: Some(mail_state(&delivery.state)),
        detail: delivery.detail.clone(),
        at: Some(instant_ms(delivery.at)),
        tries: delivery.attempts,
        is_pending: waits.contains(delivery.recipient.as_str()),
    };
    let others = waits.iter().filter(|person| !mailed.contains(*person)).map(|person| Delivery {
        email: (*person).to_owned(),
        kind: None,
        state: None,
        detail: None,
        at: None,
        tries: 0,
        is_pending: true,
    });
    let mut people: Vec<Delivery> = told.deliveries.iter().map(of).chain(others).collect();
    people.sort_by(|a, b| a.email.cmp(&b.email));
    Ok(Json(Deliveries { people }))
}

/// Sends somebody the meeting as it is, again. It changes nothing: the ETag stays, and If-Match is not looked at.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/deliveries/{email}/resend", tag = "mails",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("email" = String, Path, description = "The address of somebody who is in it"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting; the mail is queued", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem, content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn resend(
    State(state): State<Shared>,
    Path((id, email)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "resend").await?;
    let address = invited(&found, &email, state.clock.now()).ok_or_else(|| {
        Problem::not_found("Nobody with this address is in the meeting; it is sent again to those who are.")
    })?;
    let kind = if found.row.is_cancelled { mails::CANCELLATION } else { mails::RESENT };
    let counted = state.count_mails(&found.body.organizer.id, 1)?;
    let now = state.now_ms();
    let (meeting, revision, named) = (found.row.id, found.row.revision, asked.name());
    let mail = MailRow {
        id: random::guid_at(now),
        meeting,
        revision,
        recipient: address.clone(),
        kind: kind.to_owned(),
        lane: USUAL_LANE,
        told: None,
        about: None,
        attempts: 0,
        created_at: now,
    };
    let written = state.store.write_rows(move |tx| {
        // Two who ask at once are counted one after the other, and nobody is sent what is no longer so.
        if meetings::lock(tx, meeting)?.is_none_or(|row| row.revision != revision) {
            return Err(DbFault::Duplicate("the meeting was changed by somebody else".into()));
        }
        let key = (meeting, address.as_str(), kind);
        let (count, oldest) = deliveries::count_since(tx, key, now - HOUR_MS)?;
        if count >= MAX_RESENT_AN_HOUR {
            return Ok(Err(oldest.unwrap_or(now)));
        }
        outbox::insert(tx, std::slice::from_ref(&mail))?;
        asked::note(tx, named.as_ref(), 200, (meeting, revision), now)?;
        Ok::<_, DbFault>(Ok(()))
    });
    match written.await {
        Ok(Ok(())) => counted.used(),
        Ok(Err(oldest)) => return Err(too_often(oldest, now).into()),
        Err(fault) => return Ok(instead(&state, &asked, kept(fault)).await?),
    }
    state.mails.notify_one();
    Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?))
}

/// Tells everybody what they were not told, because nobody was notified of a change: `isPending` in the list of deliveries.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/notifyPending", tag = "mails",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting; the mails are queued", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem, content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn notify_pending(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "notify the people of").await?;
    let (told, pending) = read(&state, &found).await?;
    let now = state.now_ms();
    let rows = |pending: &Pending| {
        let mut rows = mails::rows(pending.mails(&found.body), found.row.id, found.row.revision, now);
        rows.iter_mut().for_each(|row| row.told = pending.told);
        rows
    };
    let queued: Vec<MailRow> = pending.iter().flat_map(rows).collect();
    let counted = state.count_mails(&found.body.organizer.id, queued.len())?;
    let (meeting, revision, named) = (found.row.id, found.row.revision, asked.name());
    let written = state.store.write_rows(move |tx| {
        // Two who ask at once tell once: the second finds that people know more.
        let row = meetings::lock(tx, meeting)?;
        let is_as_read = row.is_some_and(|row| row.revision == revision)
            && people_told(&deliveries::of_meeting(tx, meeting)?) == people_told(&told.deliveries);
        if !is_as_read {
            return Err(DbFault::Duplicate("the meeting was changed by somebody else".into()));
        }
        outbox::insert(tx, &queued)?;
        asked::note(tx, named.as_ref(), 200, (meeting, revision), now)
    });
    let written = written.await;
    counted.used_by(&written);
    if let Err(fault) = written {
        return Ok(instead(&state, &asked, kept(fault)).await?);
    }
    state.mails.notify_one();
    Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?))
}

/// Who was told which revision last.
fn people_told(deliveries: &[deliveries::Delivery]) -> Vec<(&str, Option<i64>)> {
    deliveries.iter().map(|delivery| (delivery.recipient.as_str(), delivery.told)).collect()
}

async fn read(state: &Shared, found: &Found) -> Result<(Told, Vec<Pending>), Problem> {
    let row = found.row.clone();
    let told =
        state.store.read(move |tx| Told::read(tx, &row)).await.map_err(|fault: DbFault| database(fault))?;
    let pending = told.pending(&found.row, &found.body, state.clock.now()).ok_or_else(Problem::internal)?;
    Ok((told, pending))
}

/// The address as it is spelt, of somebody whose calendar has something of the meeting: of all of it, or of occurrences that take
/// place.
fn invited(found: &Found, email: &str, now: Timestamp) -> Option<String> {
    let key = email.trim().to_lowercase();
    let is_organizer = found.body.organizer.email.to_lowercase() == key;
    let calendars = found.body.plan(false)?.calendars(now);
    calendars.copy_for(if is_organizer { "" } else { &key })?;
    let everybody = found.body.everybody().into_iter().map(|attendee| &attendee.email);
    everybody.chain([&found.body.organizer.email]).find(|address| address.to_lowercase() == key).cloned()
}

fn kept(fault: DbFault) -> Problem {
    match fault {
        DbFault::Duplicate(_) => {
            let words = "Somebody else changed this meeting meanwhile, or the same request is being carried out; look again.";
            Problem::new(409, "Conflict", words)
        }
        other => database(other),
    }
}

fn too_often(oldest: i64, now: i64) -> Problem {
    let seconds = u32::try_from((oldest + HOUR_MS - now).max(1_000) / 1_000).unwrap_or(3_600);
    let words = format!(
        "This person was sent the meeting {MAX_RESENT_AN_HOUR} times within an hour; try again in {} minutes.",
        seconds.div_ceil(60)
    );
    Problem::new(429, "Too often", words).coded("resentTooOften").to_be_retried_in(seconds)
}
