//! `POST /meetings/{id}/restore`: takes a cancellation back and invites everybody again.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use convoke_http::Refusal;
use convoke_meeting::plan::{Surgery, notices};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{
    history::{Operation, Scope as HistoryScope},
    occurrence::Changed,
    request::MeetingRequest,
};
use convoke_store::{DbFault, meetings, meetings::MeetingRow};
use convoke_web_api::Problem;
use http::StatusCode;

use super::{
    Found, answer,
    change::plan,
    check_expected, find_to_change, instead,
    keep::{KeepFault, Step, keep},
    parsed,
    preview::Seen,
    replace::organizer_of,
    replayed, unchanged,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    meeting::{body::Body, history::Deed, mails, place, shown},
    openapi::{ChangeRefusals, Conditioned, Noticed},
    state::{Shared, database},
};

/// How long a cancellation can be taken back, in days.
pub(crate) const MAX_UNDO_DAYS: i64 = 30;

/// Takes back the cancellation of a meeting, up to 30 days later. A meeting that is not cancelled is answered as it is.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/restore", tag = "meetings",
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting, which takes place again; invitations are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        (status = 410, description = "It was cancelled too long ago", body = Problem,
            content_type = "application/problem+json"),
        ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn restore(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let found = find_to_change(&state, &asked.caller, &id, "restore").await?;
    let (now, plan) = (state.clock.now(), plan(&found)?);
    let cancelled = if found.row.is_cancelled {
        Some((found.body.clone(), found.row.cancelled_at.unwrap_or_default()))
    } else {
        rest_cancelled(&state, &found).await?
    };
    let is_restored = cancelled.is_some();
    let (base, cancelled_at) = cancelled.unwrap_or_else(|| (found.body.clone(), now.as_millisecond()));
    check_time(cancelled_at, now.as_millisecond())?;
    let after = base.plan(false).ok_or_else(Problem::internal)?;
    let is_over = after.extent().is_none_or(|(_, end)| end.is_some_and(|end| end <= now));
    let mut told = notices(Some(&plan), &after, wishes.notify, now);
    told.iter_mut().for_each(|notice| notice.is_told &= !is_over);
    if wishes.is_dry {
        let surgery = Surgery { after, next: None, fates: Vec::new() };
        let seen = Seen { found: &found, plan: &plan, surgery: &surgery, after: &base, next: None, now };
        return Ok(Json(seen.preview(&asked, &told, &[], is_restored)).into_response());
    }
    if !is_restored {
        // It takes place already.
        return Ok(unchanged(&state, &asked, &found).await?);
    }
    check_expected(&state, &asked, &found).await?;
    let made = found.row.space_removed_at.map(|_| MeetingId(random::guid_at(now.as_millisecond())));
    let mut body = match settled(&state, base, made).await {
        Ok(body) => body.with_roles_of_its_places(),
        Err(problem) => return Err(KeepFault::from(problem).unmaking(&state, made).await.into()),
    };
    body.sequence = found.body.sequence + 1;
    let row = MeetingRow { is_cancelled: false, cancelled_at: None, ..found.row.clone() };
    let mails = mails::of_restoring(mails::of_notices(&told, Some(&found.body), &body));
    kept(&state, &asked, &found, (row, body), mails, made).await
}

/// Revisions that are looked through for the cancellation of what lay ahead.
const LOOKED_THROUGH: i64 = 50;

/// Of a series that had begun only what lay ahead was cancelled: what the meeting says with that as it was before, and when it
/// was cancelled. What was changed since of what had begun stays.
async fn rest_cancelled(state: &Shared, found: &Found) -> Result<Option<(Body, i64)>, Problem> {
    let id = found.row.id;
    let read = state.store.read_little(move |tx| {
        let changes = meetings::history(tx, id, i64::MAX, LOOKED_THROUGH)?;
        let ended = changes.iter().find_map(|change| match Deed::noted(&change.change, change.revision) {
            (Operation::Cancelled, Some(deed)) if deed.scope != HistoryScope::One => Some(Some(change)),
            (Operation::Restored, Some(deed)) if deed.scope != HistoryScope::One => Some(None),
            _ => None,
        });
        let Some(ended) = ended.flatten() else { return Ok(None) };
        let before = meetings::revision(tx, id, ended.revision - 1)?;
        Ok::<_, DbFault>(before.map(|before| (before, ended.changed_at)))
    });
    let Some((before, cancelled_at)) = read.await.map_err(database)? else { return Ok(None) };
    let before = parsed(&before)?;
    let mut body = found.body.clone();
    body.time = before.time;
    for said in before.overrides {
        match body.overrides.iter_mut().find(|own| own.original == said.original) {
            Some(own) if own.cancelled && !said.cancelled => *own = said,
            Some(_) => {}
            None => body.overrides.push(said),
        }
    }
    body.overrides.sort_by(|a, b| a.original.cmp(&b.original));
    Ok(Some((body, cancelled_at)))
}

fn check_time(cancelled_at: i64, now: i64) -> Result<(), Problem> {
    if now - cancelled_at <= MAX_UNDO_DAYS * 24 * 3_600 * 1_000 {
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
        fates: Vec::new(),
        accepts: None,
    };
    let (kept, beside) = match keep(state, asked, found, step).await {
        Ok(kept) => kept,
        Err(fault) => return Ok(instead(state, asked, fault.unmaking(state, made).await).await?),
    };
    tracing::info!(target: "MeetingService", "meeting {} restored by {}", kept.row.id, asked.caller.name());
    let meeting = shown::meeting(&kept.row, &kept.body, &beside, &asked.caller, &kept.access);
    Ok(answer(StatusCode::OK, meeting))
}

/// What the meeting says again, in its space; when that went with the cancellation, in a new one of the same template.
async fn settled(state: &Shared, mut body: Body, made: Option<MeetingId>) -> Result<Body, Problem> {
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
