//! `POST /meetings`: schedules a meeting and queues its invitations.

use axum::{
    Json,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
};
use convoke_callbridge_api::loopback::{Space, User};
use convoke_http::Refusal;
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_scheduler_api::{PREFIX, meeting::Meeting, request::MeetingRequest};
use convoke_store::{
    DbFault, meetings,
    meetings::{MeetingRow, Revision},
    outbox, space_tasks,
};
use convoke_web_api::Problem;
use http::{StatusCode, header};

use super::{Found, KeepFault, fit, organizer, people, show, text};
use crate::{
    caller::{Access, Caller},
    handlers::json,
    meeting::{
        body::{Body, Time},
        check::{self, Checked},
        mails,
        place::{self, Place},
    },
    state::Shared,
};

/// Schedules a meeting.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings", tag = "meetings", request_body = MeetingRequest,
    responses(
        (status = 201, description = "The meeting; its invitations are queued", body = Meeting),
        (status = 400, description = "The body is not the JSON that is expected"),
        (status = 401, description = "Not signed in"),
        (status = 409, description = "The space can't be made as the template asks"),
        (status = 413, description = "The body is too large"),
        (status = 422, description = "Fields are at fault"),
        (status = 503, description = "A part is not connected")),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn create(
    State(state): State<Shared>,
    caller: Caller,
    body: Bytes,
) -> Result<Response, Refusal> {
    let request: MeetingRequest = json(&body)?;
    let user = organizer(&state, &caller, &request).await?;
    let (checked, place) = judge(&state, &request, &user).await?;
    let id = MeetingId(random::guid());
    let space = match &place {
        Place::Existing(space) => space.clone(),
        Place::Template(template, _) => {
            match place::make_space(&state, id, template, &checked.summary, &user).await {
                Ok(space) => space,
                Err(problem) => {
                    place::unmake_space(&state, id).await;
                    return Err(problem.into());
                }
            }
        }
    };
    let found = keep(&state, &caller, id, &request, &checked, &place, &space, &user).await;
    let made = matches!(place, Place::Template(..)).then_some(id);
    let found = match found {
        Ok(found) => found,
        Err(fault) => return Err(fault.unmaking(&state, made).await.into()),
    };
    state.mails.notify_one();
    state.metrics.meetings.inc();
    tracing::info!(target: "MeetingService", "meeting {id} created by {} with {} attendees", caller.name(), found.body.attendees.len());
    let meeting = show(&state, &caller, &found).await?;
    let location = format!("{PREFIX}/meetings/{id}");
    Ok((StatusCode::CREATED, [(header::LOCATION, location)], Json(meeting)).into_response())
}

/// Checks everything that a request says; all faults at once.
pub(super) async fn judge(
    state: &Shared,
    request: &MeetingRequest,
    user: &User,
) -> Result<(Checked, Place), Problem> {
    let checked = check::check(request, &user.email);
    let mut faults = checked.as_ref().err().cloned().unwrap_or_default();
    let place = place::resolve(state, request, user, &mut faults).await?;
    if let Some(place) = &place {
        place::check_roles(place, request, &mut faults);
    }
    match (checked, place) {
        (Ok(checked), Some(place)) if faults.is_empty() => Ok((checked, place)),
        _ => Err(Problem::invalid(faults)),
    }
}

/// What the meeting says.
pub(super) fn body_of(
    request: &MeetingRequest,
    checked: &Checked,
    place: &Place,
    space: &Space,
    user: &User,
    sequence: i64,
) -> Body {
    // A space that was made just now has the template's default as its own.
    let place = match place {
        Place::Template(..) => &Place::Existing(space.clone()),
        existing @ Place::Existing(_) => existing,
    };
    let (organizer, attendees) = place::people(place, request, checked, user);
    Body {
        summary: checked.summary.clone(),
        description: checked.description.clone(),
        time: Time::of(&checked.series),
        organizer,
        attendees,
        space: space.id.clone(),
        space_name: space.name.clone(),
        template: request.co_space_template.as_ref().map(|template| template.to_lowercase()),
        language: checked.language.tag().to_owned(),
        ways: place::ways(space),
        sequence,
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one meeting, each made a step before")]
async fn keep(
    state: &Shared,
    caller: &Caller,
    id: MeetingId,
    request: &MeetingRequest,
    checked: &Checked,
    place: &Place,
    space: &Space,
    user: &User,
) -> Result<Found, KeepFault> {
    let now = state.now_ms();
    let body = body_of(request, checked, place, space, user, 0);
    let is_temporary = matches!(place, Place::Template(..));
    let mut row = MeetingRow {
        id,
        uid: format!("{id}@{}", uid_host(&state.settings.web_app_url)),
        organizer: user.id.clone(),
        revision: 1,
        sequence: 0,
        is_cancelled: false,
        space: space.id.clone(),
        is_temporary,
        first_start_at: 0,
        last_end_at: None,
        cancelled_at: None,
        listing: String::new(),
        created_at: now,
        updated_at: now,
    };
    let recurring = fit(&mut row, &body)?;
    let revision = Revision { body: text(&body)?, changed_by: caller.name().to_owned(), changed_at: now };
    let people = people(&body);
    let queued = mails::rows(mails::of_change(None, &body), id, row.revision, now);
    let kept = row.clone();
    let written = state.store.write(move |tx| {
        if is_temporary && !space_tasks::settle_intent(tx, &id.to_string())? {
            return Err(DbFault::Contention(
                "the space was removed because the meeting took too long".into(),
            ));
        }
        meetings::insert(tx, &kept, &revision, &people, recurring)?;
        outbox::insert(tx, &queued)
    });
    written.await?;
    Ok(Found { row, body, access: Access::Full })
}

/// What stands after the `@` of a UID: the web app's host, an IPv6 address without its brackets and colons.
fn uid_host(web_app_url: &str) -> String {
    let host = web_app_url.trim_start_matches("https://");
    match host.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((address, _)) => address.replace(':', "-"),
        None => host.split(':').next().unwrap_or(host).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uid_ends_in_the_host_of_the_web_app() {
        assert_eq!(uid_host("https://meet.example.com:8443"), "meet.example.com");
        assert_eq!(uid_host("https://[::1]:8443"), "--1");
    }
}
