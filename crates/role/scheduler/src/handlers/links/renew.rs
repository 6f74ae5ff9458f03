//! `POST /meetings/{id}/attendees/{email}/link`: revokes the personal link of an attendee, and mails a new one.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::plan::Notify;
use convoke_model::MeetingId;
use convoke_scheduler_api::meeting::Meeting;
use convoke_store::{DbFault, Tx, answer_links, meetings, outbox};
use convoke_web_api::Problem;
use http::StatusCode;

use super::view::MAX_HALVES;
use crate::{
    asked::{self, Asked},
    handlers::meetings::{answer, find_to_change, instead, replayed, show, wishes::Wishes},
    meeting::{body::Body, mails},
    openapi::AnswerRefusals,
    state::{Shared, database},
};

/// Makes the personal link of an attendee void, because it came into other hands, and sends them the invitation again with a new one.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/attendees/{email}/link", tag = "answers",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("email" = String, Path, description = "The attendee's address"),
        ("notify" = Option<String>, Query, description = "none: the new link is not mailed now"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting; the former link is void", body = Meeting, headers(("ETag" = String))),
        (status = 403, description = "The caller is not the organizer", body = Problem,
            content_type = "application/problem+json"),
        AnswerRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn renew(
    State(state): State<Shared>,
    Path((id, email)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "renew links to").await?;
    let person = email.to_lowercase();
    let everybody = found.body.everybody();
    let Some(attendee) = everybody.iter().find(|attendee| attendee.email.to_lowercase() == person) else {
        return Err(Problem::not_found("Nobody with this address is invited to the meeting.").into());
    };
    let address = attendee.email.clone();
    let (id, revision, now, named) = (found.row.id, found.row.revision, state.now_ms(), asked.name());
    // Who is in single dates only, and all of these are cancelled or over, has nothing to be sent.
    let calendars = found.body.plan(false).map(|plan| plan.calendars(state.clock.now()));
    let has_something = calendars.is_some_and(|calendars| calendars.copy_for(&person).is_some());
    let is_mailed = wishes.notify != Notify::Nobody && !found.row.is_cancelled && has_something;
    let (follows, key) = (found.row.follows, person.clone());
    let read = state.store.read(move |tx| earlier(tx, follows, &key, now));
    let earlier = read.await.map_err(|fault: DbFault| database(fault))?;
    let still = earlier.iter().filter_map(|half| Some((half.id, half.mailed?)));
    let mailed: Vec<(MeetingId, i64)> =
        std::iter::once((id, revision)).chain(still).filter(|_| is_mailed).collect();
    let counted = state.count_mails(&found.body.organizer.id, mailed.len())?;
    let rows = |(id, revision)| mails::rows(vec![(address.clone(), mails::RESENT)], id, revision, now);
    let mails: Vec<_> = mailed.into_iter().flat_map(rows).collect();
    let renewed = state.store.write_rows(move |tx| {
        for meeting in std::iter::once(id).chain(earlier.iter().map(|half| half.id)) {
            answer_links::revoke(tx, meeting, &person)?;
        }
        outbox::insert(tx, &mails)?;
        asked::note(tx, named.as_ref(), 200, (id, revision), now)
    });
    let renewed: Result<(), DbFault> = renewed.await;
    counted.used_by(&renewed);
    if let Err(fault) = renewed {
        return Ok(instead(&state, &asked, database(fault)).await?);
    }
    state.mails.notify_one();
    Ok(answer(StatusCode::OK, show(&state, &asked.caller, &found).await?))
}

/// A meeting that the one of a link goes on from: its link leads here when it is over.
struct Earlier {
    id: MeetingId,
    /// The revision of which the person needs another invitation, because their link to what is left of it becomes void too.
    mailed: Option<i64>,
}

fn earlier(
    tx: &mut Tx<'_>,
    mut follows: Option<MeetingId>,
    person: &str,
    now_ms: i64,
) -> Result<Vec<Earlier>, DbFault> {
    let mut halves = Vec::new();
    while let Some(id) = follows.filter(|_| halves.len() < MAX_HALVES) {
        let Some(row) = meetings::find(tx, id)? else { break };
        let is_ahead = !row.is_cancelled && row.last_end_at.is_none_or(|end| end > now_ms);
        let mut mailed = None;
        if is_ahead && let Some(revision) = meetings::revision(tx, id, row.revision)? {
            let body: Body = serde_json::from_str(&revision.body)
                .map_err(|_| DbFault::Failed(format!("meeting {id} can't be read")))?;
            let is_invited = body.everybody().iter().any(|attendee| attendee.email.to_lowercase() == person);
            mailed = is_invited.then_some(row.revision);
        }
        halves.push(Earlier { id, mailed });
        follows = row.follows;
    }
    Ok(halves)
}
