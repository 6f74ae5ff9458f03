//! `PUT /meetings/{id}/coOrganizers`: names the users who may do with a meeting what its organizer may.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_scheduler_api::{
    history::{Operation, Scope},
    meeting::Meeting,
    request::{CoOrganizersRequest, MAX_CO_ORGANIZERS, MeetingRequest},
};
use convoke_web_api::{FieldFault, Problem};
use http::StatusCode;

use super::{
    Found, answer, check_expected, find_to_change, instead,
    keep::{KeepFault, Step, keep},
    replayed, unchanged,
};
use crate::{
    asked::Asked,
    handlers::json,
    meeting::{
        body::{Body, CoOrganizer},
        place, shown,
    },
    openapi::{BodyRefusals, ChangeRefusals},
    state::Shared,
};

/// Names who may do with a meeting what its organizer may: see, change and cancel it, see and enter answers. They can't name others. Only
/// the organizer and operators name them. Nobody is mailed, and nothing changes in calendars.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}/coOrganizers", tag = "meetings", request_body = CoOrganizersRequest,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        ("If-Match" = Option<String>, Header, description = "The ETag that the meeting was shown with, or *; needed"),
        ("Idempotency-Key" = Option<String>, Header, description = "A name for this request, good for 24 hours")),
    responses(
        (status = 200, description = "The meeting as it is now", body = Meeting, headers(("ETag" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn replace(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: CoOrganizersRequest = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "name co-organizers of").await?;
    if !asked.caller.owns(&found.body) {
        return Err(Problem::forbidden("Only the organizer can name co-organizers of this meeting.").into());
    }
    let co_organizers = users(&state, &found.body, &request.co_organizers).await?;
    if co_organizers == found.body.co_organizers {
        return Ok(unchanged(&state, &asked, &found).await?);
    }
    check_expected(&state, &asked, &found).await?;
    match named(&state, &asked, &found, co_organizers).await {
        Ok(meeting) => Ok(answer(StatusCode::OK, meeting)),
        Err(fault) => Ok(instead(&state, &asked, fault.unmaking(&state, None).await).await?),
    }
}

/// Makes these the co-organizers of a meeting.
pub(crate) async fn named(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    co_organizers: Vec<CoOrganizer>,
) -> Result<Meeting, KeepFault> {
    let step = Step {
        op: Operation::Changed,
        scope: Scope::All,
        recurrence: None,
        row: found.row.clone(),
        body: Body { co_organizers, ..found.body.clone() },
        mails: Vec::new(),
        made: None,
        next: None,
        fates: Vec::new(),
        accepts: None,
    };
    let (kept, beside) = keep(state, asked, found, step).await?;
    let by = asked.caller.name();
    tracing::info!(target: "MeetingService", "meeting {} has other co-organizers by {by}", kept.row.id);
    Ok(shown::meeting(&kept.row, &kept.body, &beside, &asked.caller, &kept.access))
}

/// The users of these names, as the directory knows them; all faults at once.
async fn users(state: &Shared, body: &Body, names: &[String]) -> Result<Vec<CoOrganizer>, Problem> {
    let mut faults = Vec::new();
    let mut fault = |number: usize, code: &str, reason: &str| {
        faults.push(FieldFault::new(format!("coOrganizers[{number}]"), code, reason));
    };
    if names.len() > MAX_CO_ORGANIZERS {
        let reason = format!("A meeting has at most {MAX_CO_ORGANIZERS} co-organizers.");
        return Err(Problem::invalid(vec![FieldFault::new("coOrganizers", "tooMany", reason)]));
    }
    let mut users: Vec<CoOrganizer> = Vec::new();
    for (number, name) in names.iter().enumerate() {
        let request = MeetingRequest::default();
        let Some(found) = place::organizer_of(state, UserAsked::Jid(name.trim()), &request).await? else {
            fault(number, "notFound", "There is no such user; expected user@domain.");
            continue;
        };
        let user = found.user;
        if user.id == body.organizer.id {
            fault(number, "isOrganizer", "This is the organizer, who may do everything already.");
        } else if users.iter().any(|known| known.id == user.id) {
            fault(number, "duplicate", "This user is named twice.");
        } else {
            users.push(CoOrganizer { id: user.id, jid: user.jid, name: user.name, email: user.email });
        }
    }
    if faults.is_empty() { Ok(users) } else { Err(Problem::invalid(faults)) }
}
