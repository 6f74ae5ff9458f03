//! `POST /meetings/{id}/restore`: takes a cancellation back and invites everybody again.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_meeting::plan::{Notify, notices};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{
    history::{Operation, Scope as HistoryScope},
    meeting::Meeting,
    request::MeetingRequest,
};
use convoke_store::{DbFault, meetings, meetings::MeetingRow};
use convoke_web_api::Problem;
use http::StatusCode;

use super::{
    Found, answer, check_expected, find_to_change, instead,
    keep::{KeepFault, Step, keep},
    parsed,
    replace::organizer_of,
    replayed, show,
};
use crate::{
    asked::Asked,
    meeting::{body::Body, history::Deed, mails, place, shown},
    openapi::ChangeRefusals,
    state::{Shared, database},
};

/// How long a cancellation can be taken back, in days.
pub(crate) const MAX_UNDO_DAYS: i64 = 30;

/// Takes back the cancellation of a meeting, up to 30 days later. A meeting that is not cancelled is answered as it is.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/restore", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the meeting was shown with, or *; needed"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting, which takes place again; invitations are queued", body = Meeting,
            headers(("ETag" = String))),
        (status = 410, description = "It was cancelled too long ago", body = Problem,
            content_type = "application/problem+json"),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn restore(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "restore").await?;
    if !found.row.is_cancelled {
        return restore_what_lay_ahead(&state, &asked, found).await;
    }
    check_expected(&state, &asked, &found).await?;
    let now = state.now_ms();
    check_time(found.row.cancelled_at, now)?;
    let made = found.row.space_removed_at.map(|_| MeetingId(random::guid_at(now)));
    let mut body = match settled(&state, &found, made).await {
        Ok(body) => body,
        Err(problem) => return Err(KeepFault::from(problem).unmaking(&state, made).await.into()),
    };
    body.sequence += 1;
    let mut row = found.row.clone();
    row.is_cancelled = false;
    row.cancelled_at = None;
    let is_over = row.last_end_at.is_some_and(|end| end <= now);
    let told = body.plan(false).map(|plan| notices(None, &plan, Notify::All)).unwrap_or_default();
    let mails = if is_over { Vec::new() } else { mails::of_restoring(mails::of_notices(&told, None, &body)) };
    kept(&state, &asked, &found, (row, body), mails, made).await
}

/// Of a series that had begun only what lay ahead was cancelled: it comes back as it was before.
async fn restore_what_lay_ahead(state: &Shared, asked: &Asked, found: Found) -> Result<Response, Refusal> {
    let (id, revision) = (found.row.id, found.row.revision);
    let read = state.store.read_little(move |tx| {
        let last = meetings::revision(tx, id, revision)?;
        Ok::<_, DbFault>(last.zip(meetings::revision(tx, id, revision - 1)?))
    });
    let before = read.await.map_err(database)?.filter(|(last, _)| {
        let (op, deed) = Deed::noted(&last.change, revision);
        op == Operation::Cancelled && deed.is_some_and(|deed| deed.scope != HistoryScope::One)
    });
    let Some((last, before)) = before else {
        // It takes place already.
        return Ok(answer(StatusCode::OK, show(state, &asked.caller, &found).await?));
    };
    check_expected(state, asked, &found).await?;
    check_time(Some(last.changed_at), state.now_ms())?;
    let mut body = parsed(&before)?;
    body.sequence = found.body.sequence + 1;
    let (was, is) = found.body.plan(false).zip(body.plan(false)).ok_or_else(Problem::internal)?;
    let mails = mails::of_notices(&notices(Some(&was), &is, Notify::All), Some(&found.body), &body);
    let row = found.row.clone();
    kept(state, asked, &found, (row, body), mails, None).await
}

fn check_time(cancelled_at: Option<i64>, now: i64) -> Result<(), Problem> {
    let longest = MAX_UNDO_DAYS * 24 * 3_600 * 1_000;
    if cancelled_at.is_some_and(|at| now - at <= longest) {
        return Ok(());
    }
    let words = format!("It was cancelled more than {MAX_UNDO_DAYS} days ago; schedule it anew.");
    Err(Problem::new(410, "Too late", words).coded("tooLateToRestore"))
}

async fn kept(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    (row, body): (MeetingRow, Body),
    mails: Vec<(String, &'static str)>,
    made: Option<MeetingId>,
) -> Result<Response, Refusal> {
    let step = Step {
        op: Operation::Restored,
        scope: HistoryScope::All,
        recurrence: None,
        row,
        body,
        mails,
        made,
        next: None,
    };
    let (kept, outcomes) = match keep(state, asked, found, step).await {
        Ok(kept) => kept,
        Err(fault) => return Ok(instead(state, asked, fault.unmaking(state, made).await).await?),
    };
    tracing::info!(target: "MeetingService", "meeting {} restored by {}", kept.row.id, asked.caller.name());
    let meeting = shown::meeting(&kept.row, &kept.body, &outcomes, &asked.caller, &kept.access);
    Ok(answer(StatusCode::OK, meeting))
}

/// What the meeting says again, in its space; when that went with the cancellation, in a new one of the same template.
async fn settled(state: &Shared, found: &Found, made: Option<MeetingId>) -> Result<Body, Problem> {
    let mut body = found.body.clone();
    let Some(made) = made else { return Ok(body) };
    let request = MeetingRequest { co_space_template: body.template.clone(), ..MeetingRequest::default() };
    let organizer = organizer_of(state, &body, &request).await?;
    let template = body.template.clone().filter(|_| organizer.template_roles.is_some());
    let Some(template) = template else {
        let words = "Its space was removed, and its template is no longer the organizer's; schedule it anew.";
        return Err(Problem::new(409, "Space gone", words).coded("spaceGone"));
    };
    let space = place::make_space(state, made, &template, &body.summary, &organizer.user).await?;
    body.ways = place::ways(&space);
    body.space = space.id;
    body.space_name = space.name;
    let Some(default) = space.default_access_method.or_else(|| body.ways.first().map(|way| way.role.clone()))
    else {
        return Ok(body);
    };
    // A role that the template no longer has becomes the default.
    let has = |role: &str| body.ways.iter().any(|way| way.role == role);
    if !has(&body.organizer.role) {
        body.organizer.role.clone_from(&default);
    }
    let roles: Vec<bool> = body.attendees.iter().map(|attendee| has(&attendee.role)).collect();
    for (attendee, known) in body.attendees.iter_mut().zip(roles) {
        if !known {
            attendee.role.clone_from(&default);
        }
    }
    Ok(body)
}
