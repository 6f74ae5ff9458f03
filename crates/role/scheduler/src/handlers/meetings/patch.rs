//! `PATCH /meetings/{id}` changes what is named of a meeting, and `POST /meetings/{id}/occurrences` adds a date to it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_http::Refusal;
use convoke_scheduler_api::{
    occurrence::Changed,
    patch::{ExtraDate, MeetingPatch},
    request::{AttendeeRequest, MeetingRequest},
};
use convoke_web_api::{FieldFault, Problem};

use super::{
    attendees::{Merged, Said, groups_of_change},
    change::plan,
    find_to_change,
    occurrences::{decisions, moved_end},
    replace::{replace_all, stays_in_its_space},
    replayed,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    handlers::json,
    meeting::body::{Attendee, Body, parsed},
    openapi::{BodyRefusals, ChangeRefusals, Conditioned, Noticed},
    state::Shared,
};

const A_START: &str = "It is a local start such as 2026-12-08T10:00:00, or a date of a full-day meeting.";

/// Changes what is named of a meeting; what is not stays as it is.
#[utoipa::path(patch, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings", request_body = MeetingPatch,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        Noticed,
        ("exceptions" = Option<String>, Query, description = "keep or drop: what becomes of occurrences of their own that find no place"),
        Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn modify(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let patch: MeetingPatch = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "change").await?;
    // Without an end of its own, what follows from a start that is none would be blamed.
    let has_start = patch.dt_start.as_deref().is_none_or(|start| parsed(start.trim()).is_some());
    if found.body.is_unscheduled() && patch.dt_end.is_none() && !has_start {
        return Err(Problem::invalid(vec![FieldFault::new("dtStart", "invalid", A_START)]).into());
    }
    let same_space = stays(&found.body, &patch);
    let invited = found.body.attendees.iter().map(|attendee| asked_as(attendee, same_space)).collect();
    let groups = groups_of_change(&state, &found.body, &patch.groups).await?;
    let said = Said {
        instead: patch.attendees.as_ref(),
        add: &patch.add_attendees,
        remove: &patch.remove_attendees,
        groups: &groups,
    };
    let people = Merged::of(invited, &said)?;
    let decisions = decisions(&patch.exceptions)?;
    let request = MeetingRequest { attendees: people.all.clone(), ..patched(&found.body, patch) };
    let changed = replace_all(&state, &asked, &found, request, (decisions, &wishes)).await;
    Ok(changed.map_err(|problem| people.told(problem))?)
}

/// Adds a date to a meeting, off its rule or in place of one that was left out.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/occurrences", tag = "occurrences", request_body = ExtraDate,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now; mails that tell of the change are queued", body = Changed,
            headers(("ETag" = String), ("Content-Location" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn add_date(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let extra: ExtraDate = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "change").await?;
    let fault = |code: &str, reason: &str| Problem::invalid(vec![FieldFault::new("dtStart", code, reason)]);
    if found.body.is_unscheduled() {
        let reason = "A meeting without a fixed time has no dates; give it a time by PATCH of the meeting with dtStart.";
        return Err(fault("conflict", reason).into());
    }
    let start = parsed(extra.dt_start.trim()).ok_or_else(|| fault("invalid", A_START))?;
    let plan = plan(&found)?;
    if let Some(planned) = plan.occurrence(start) {
        return Err(if planned.is_cancelled {
            Problem::new(409, "Cancelled", "This date was cancelled; restore it instead.").coded("cancelled")
        } else {
            Problem::new(409, "There already", "The meeting takes place then already.")
                .coded("takesPlaceAlready")
        }
        .into());
    }
    let body = &found.body;
    let is_left_out = |text: &String| parsed(text) == Some(start);
    let mut request = MeetingRequest {
        attendees: body.attendees.iter().map(|attendee| asked_as(attendee, true)).collect(),
        ..patched(body, MeetingPatch::default())
    };
    if request.exdate.iter().any(is_left_out) {
        request.exdate.retain(|text| !is_left_out(text));
    } else {
        request.rdate.push(extra.dt_start.trim().to_owned());
    }
    Ok(replace_all(&state, &asked, &found, request, (Vec::new(), &wishes)).await?)
}

/// Somebody who is invited, as a request names them; in another space their role is its default.
fn asked_as(attendee: &Attendee, same_space: bool) -> AttendeeRequest {
    AttendeeRequest {
        email: attendee.email.clone(),
        name: Some(attendee.name.clone()),
        role: same_space.then(|| attendee.role.clone()),
        language: None,
        time_zone: None,
    }
}

/// Whether the meeting stays in its space: none is named, or its own.
fn stays(body: &Body, patch: &MeetingPatch) -> bool {
    let names = MeetingRequest {
        co_space: patch.co_space.clone(),
        co_space_template: patch.co_space_template.clone(),
        ..MeetingRequest::default()
    };
    (patch.co_space.is_none() && patch.co_space_template.is_none()) || stays_in_its_space(&names, body)
}

/// The whole meeting as it is to be, but for its people.
fn patched(body: &Body, patch: MeetingPatch) -> MeetingRequest {
    let time = &body.time;
    let same_space = stays(body, &patch);
    let is_unscheduled = body.is_unscheduled();
    let all_day = patch.is_full_day_meeting.unwrap_or(time.all_day);
    let unscheduled = is_unscheduled && patch.dt_start.is_none() && !patch.start_now;
    let dt_end = match (&patch.dt_start, patch.dt_end) {
        (_, Some(end)) => Some(end),
        (Some(start), None) => Some(moved_end(time, start, all_day).unwrap_or_else(|| time.end.clone())),
        (None, None) if is_unscheduled || patch.start_now => None,
        (None, None) => Some(time.end.clone()),
    };
    let own_start = Some(&time.start).filter(|_| !is_unscheduled && !patch.start_now);
    MeetingRequest {
        summary: patch.summary.unwrap_or_else(|| body.summary.clone()),
        description: patch.description.unwrap_or_else(|| body.description.clone()),
        unscheduled,
        start_now: patch.start_now,
        dt_start: patch.dt_start.or_else(|| own_start.cloned()),
        dt_end,
        time_zone: Some(patch.time_zone.unwrap_or_else(|| time.zone.clone())),
        is_full_day_meeting: all_day,
        rrule: patch.rrule.or_else(|| time.rrule.clone()),
        rdate: patch.rdate.unwrap_or_else(|| time.rdate.clone()),
        exdate: patch.exdate.unwrap_or_else(|| time.exdate.clone()),
        attendees: Vec::new(),
        groups: Vec::new(),
        organizer_role: patch.organizer_role.or_else(|| same_space.then(|| body.organizer.role.clone())),
        co_space: if same_space { Some(body.space.clone()) } else { patch.co_space },
        co_space_template: patch.co_space_template.filter(|_| !same_space),
        language: Some(patch.language.unwrap_or_else(|| body.language.clone())),
        organizer: None,
        guest_list: patch.guest_list,
        reminders: patch.reminders,
    }
}
