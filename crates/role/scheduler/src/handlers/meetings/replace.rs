//! `PUT /meetings/{id}`: replaces what can be edited of a meeting and queues the mails that tell of it.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
};
use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{meeting::Meeting, request::MeetingRequest};
use convoke_store::{
    DbFault, meetings,
    outbox::{self, MailOutcome},
    space_tasks,
};
use convoke_web_api::Problem;

use super::{Found, KeepFault, create::judge, find, show};
use crate::{
    caller::{Access, Caller},
    handlers::json,
    meeting::{
        body::Body,
        kept::{body_of, fit, revision, standing},
        mails,
        place::{self, Place},
        shown,
    },
    state::Shared,
};

/// Replaces what can be edited of a meeting.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings", request_body = MeetingRequest,
    params(("id" = String, Path, description = "The meeting's id (a GUID)")),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Meeting),
        (status = 400, description = "The body is not the JSON that is expected"),
        (status = 401, description = "Not signed in"),
        (status = 403, description = "The caller is not the organizer"),
        (status = 404, description = "There is no such meeting among the caller's"),
        (status = 409, description = "It is cancelled, or somebody else changed it at the same time"),
        (status = 413, description = "The body is too large"),
        (status = 422, description = "Fields are at fault"),
        (status = 503, description = "A part is not connected")),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn replace(
    State(state): State<Shared>,
    caller: Caller,
    Path(id): Path<String>,
    body: Bytes,
) -> Result<Json<Meeting>, Refusal> {
    let mut request: MeetingRequest = json(&body)?;
    let found = find(&state, &caller, &id).await?;
    if found.access != Access::Full {
        return Err(Problem::forbidden("Only the organizer can change this meeting.").into());
    }
    if found.row.is_cancelled {
        return Err(Problem::new(409, "Cancelled", "This meeting is cancelled and can't be changed.").into());
    }
    let stays = stays_in_its_space(&request, &found.body);
    if stays {
        // The space is judged as an existing one, so that the template need not be the organizer's any more.
        request.co_space = Some(found.body.space.clone());
        request.co_space_template = None;
    }
    let organizer = organizer_of(&state, &found.body, &request).await?;
    let (checked, place) = judge(&request, &organizer)?;
    let user = &organizer.user;
    let made = matches!(place, Place::Template(..)).then(|| MeetingId(random::guid_at(state.now_ms())));
    let space = match (&place, made) {
        (Place::Template(template, _), Some(made)) => {
            match place::make_space(&state, made, template, &checked.summary, user).await {
                Ok(space) => space,
                Err(problem) => {
                    return Err(KeepFault::from(problem).unmaking(&state, Some(made)).await.into());
                }
            }
        }
        (Place::Existing(space), _) => space.clone(),
        (Place::Template(..), None) => return Err(Problem::internal().into()),
    };
    let mut after = body_of(&request, &checked, &place, &space, user, found.body.sequence + 1);
    if stays {
        after.template.clone_from(&found.body.template);
    }
    if is_same(&found.body, &after) {
        return Ok(Json(show(&state, &caller, &found).await?));
    }
    let (kept, outcomes) = match keep(&state, &caller, &found, after, made, stays).await {
        Ok(kept) => kept,
        Err(fault) => return Err(fault.unmaking(&state, made).await.into()),
    };
    state.mails.notify_one();
    tracing::info!(target: "MeetingService", "meeting {} changed by {} (sequence {})", kept.row.id, caller.name(), kept.row.sequence);
    Ok(Json(shown::meeting(&kept.row, &kept.body, &outcomes, &caller, &kept.access)))
}

/// The organizer as the directory knows them now, with the place that is asked for.
async fn organizer_of(state: &Shared, body: &Body, request: &MeetingRequest) -> Result<Organizer, Problem> {
    let found = place::organizer_of(state, UserAsked::Id(&body.organizer.id), request).await?;
    found.ok_or_else(|| {
        Problem::new(409, "Conflict", "The organizer of this meeting is no longer in the directory.")
    })
}

fn stays_in_its_space(request: &MeetingRequest, body: &Body) -> bool {
    let same = |given: &Option<String>, known: &str| {
        given.as_ref().is_some_and(|given| given.eq_ignore_ascii_case(known))
    };
    match (&request.co_space, &request.co_space_template) {
        (Some(_), None) => same(&request.co_space, &body.space),
        (None, Some(_)) => {
            body.template.as_ref().is_some_and(|known| same(&request.co_space_template, known))
        }
        _ => false,
    }
}

/// Whether nothing has changed that anybody would be told of.
fn is_same(before: &Body, after: &Body) -> bool {
    *before == Body { sequence: before.sequence, ..after.clone() }
}

/// Keeps it, and answers the meeting and what became of its mails, read with the change.
async fn keep(
    state: &Shared,
    caller: &Caller,
    found: &Found,
    body: Body,
    made: Option<MeetingId>,
    stays: bool,
) -> Result<(Found, Vec<MailOutcome>), KeepFault> {
    let now = state.now_ms();
    let mut row = found.row.clone();
    row.revision += 1;
    row.updated_at = now;
    let old_space = (row.is_temporary && !stays).then(|| row.space.clone());
    row.is_temporary = if stays { row.is_temporary } else { made.is_some() };
    fit(&mut row, &body)?;
    let revision = revision(&body, caller.name(), now)?;
    let now_stands = standing(&body);
    let former = (found.row.clone(), standing(&found.body));
    let queued = mails::rows(mails::of_change(Some(&found.body), &body), row.id, row.revision, now);
    let written = state.store.write_rows({
        let row = row.clone();
        move |tx| {
            if let Some(made) = made
                && !space_tasks::settle_intent(tx, &made.to_string())?
            {
                return Ok(None);
            }
            if !meetings::update(tx, &row, &revision, &now_stands, (&former.0, &former.1))? {
                return Err(DbFault::Duplicate("the meeting was changed by somebody else".into()));
            }
            if let Some(space) = &old_space {
                space_tasks::remove_later(tx, space, now)?;
            }
            outbox::insert(tx, &queued)?;
            outbox::outcomes(tx, row.id).map(Some)
        }
    });
    let outcomes = written.await?.ok_or_else(KeepFault::took_too_long)?;
    Ok((Found { row, body, access: Access::Full }, outcomes))
}
