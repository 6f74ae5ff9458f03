//! `PUT /meetings/{id}`: replaces what can be edited of a meeting and queues the mails that tell of it.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_callbridge_api::loopback::Organizer;
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_meeting::plan::{Aim, Decision, Face, Scope};
use convoke_model::{MeetingId, SpaceId};
use convoke_runtime::random;
use convoke_scheduler_api::{occurrence::Changed, request::MeetingRequest};
use convoke_web_api::{FieldFault, Problem};
use jiff::civil::DateTime;

use super::{
    Found,
    attendees::{Merged, groups_of_change},
    change::{Around, Change, carry_out, judge_change, plan},
    check_expected,
    create::judge,
    find_to_change,
    keep::KeepFault,
    replayed,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    branding::Written,
    caller::Caller,
    handlers::json,
    meeting::{
        asked_time,
        body::{self, Body},
        place::{self, Place},
        plan::invitee,
    },
    openapi::{BodyRefusals, ChangeRefusals, Conditioned, Noticed},
    state::Shared,
};

/// Stands for the id of a space that is made only when everything else is judged.
const TO_BE_MADE: &str = "to be made";

/// Replaces what can be edited of a meeting.
#[utoipa::path(put, path = "/api/v1/scheduler/meetings/{id}", tag = "meetings", request_body = MeetingRequest,
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
pub(crate) async fn replace(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let mut request: MeetingRequest = json(&asked.body)?;
    let found = find_to_change(&state, &asked.caller, &id, "change").await?;
    let groups = groups_of_change(&state, &found.body, &request.groups).await?;
    let people = Merged::whole(&request, &groups)?;
    request.attendees.clone_from(&people.all);
    let changed = replace_all(&state, &asked, &found, request, (Vec::new(), &wishes)).await;
    Ok(changed.map_err(|problem| people.told(problem))?)
}

/// Makes the whole meeting what is asked for.
pub(super) async fn replace_all(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    mut request: MeetingRequest,
    (decisions, wishes): (Vec<(DateTime, Decision)>, &Wishes),
) -> Result<Response, Problem> {
    if found.row.is_cancelled {
        let words = "This meeting is cancelled and can't be changed.";
        return Err(Problem::new(409, "Cancelled", words).coded("cancelled"));
    }
    asked_time::begin_now(&mut request, state.clock.now())?;
    if request.unscheduled && !found.body.is_unscheduled() {
        let reason = "A meeting that has a time keeps one; cancel it, and make one without a fixed time.";
        return Err(Problem::invalid(vec![FieldFault::new("unscheduled", "conflict", reason)]));
    }
    let stays = stays_in_its_space(&request, &found.body);
    if stays {
        // The space is judged as an existing one, so that the template need not be the organizer's any more.
        request.co_space = Some(found.body.space.clone());
        request.co_space_template = None;
    }
    let space = request.co_space.as_deref().and_then(|id| id.parse::<SpaceId>().ok());
    check_place(&asked.caller, found, space.map(|id| id.to_string()).as_deref())?;
    let organizer = organizer_of(state, &found.body, &request).await?;
    let (checked, place) = judge(&request, &organizer, Some(&found.body), &state.settings.limits)?;
    let user = &organizer.user;
    let (new_organizer, attendees) = place::people(&place, &request, &checked, user);
    let face = |space: &str| Face {
        summary: checked.summary.clone(),
        description: checked.description.clone(),
        place: space.to_owned(),
        organizer_role: new_organizer.role.clone(),
        people: attendees.iter().map(invitee).collect(),
    };
    let change = |space: &str| Change {
        decisions: decisions.clone(),
        ..Change::new(Scope::All, Aim::Series(Box::new(checked.series.clone()), face(space)))
    };
    let plan = plan(found)?;
    // Judged before a space is made for it.
    let there = if let Place::Existing(space) = &place { &space.id } else { TO_BE_MADE };
    judge_change(&plan, &change(there), wishes, state.clock.now())?;
    if matches!(place, Place::Template(..)) && !wishes.is_dry {
        check_expected(state, asked, found).await?;
    }
    let made = matches!(place, Place::Template(..)).then(|| MeetingId(random::guid_at(state.now_ms())));
    let space = match (&place, made.filter(|_| !wishes.is_dry)) {
        (Place::Template(template, _), Some(made)) => {
            match place::make_space(state, made, template, &checked.summary, user).await {
                Ok(space) => space,
                Err(problem) => {
                    return Err(KeepFault::from(problem).unmaking(state, Some(made)).await);
                }
            }
        }
        (Place::Existing(space), _) => space.clone(),
        // Looked at only: a space of the template's name stands for the one that would be made.
        (Place::Template(..), None) => convoke_callbridge_api::loopback::Space {
            id: TO_BE_MADE.into(),
            name: checked.summary.clone(),
            default_access_method: None,
            is_temporary: false,
            access_methods: Vec::new(),
        },
    };
    let is_temporary = if stays { found.row.is_temporary } else { made.is_some() };
    let template = if stays {
        found.body.template.clone()
    } else {
        request.co_space_template.as_ref().map(|t| t.to_lowercase())
    };
    let around = Around {
        organizer: new_organizer.clone(),
        language: checked.language.tag().to_owned(),
        guest_list: checked.guest_list,
        reminders: checked.reminders.clone(),
        template,
        written: if wishes.is_dry { Written::default() } else { state.templates_of(&organizer).await },
        is_temporary,
        made: made.filter(|_| !wishes.is_dry),
    };
    let kept_place =
        body::Place { space: space.id.clone(), space_name: space.name.clone(), ways: place::ways(&space) };
    let change = Change {
        place: Some(kept_place),
        around: Some(around),
        people: attendees.clone(),
        ..change(&space.id)
    };
    carry_out(state, asked, found, change, wishes).await
}

/// The spaces and templates among which a meeting's place is chosen are the organizer's own: whom the organizer lets change the
/// meeting is not let into them, but for those who act for the organizer in everything.
pub(super) fn check_place(caller: &Caller, found: &Found, space: Option<&str>) -> Result<(), Problem> {
    let body = &found.body;
    let is_let_in = caller.owns(body) || caller.is_delegate(body, &found.access);
    if is_let_in || space.is_some_and(|space| body.place(space).is_some()) {
        return Ok(());
    }
    Err(Problem::forbidden("Only the organizer or a delegate can move this meeting to another space."))
}

/// The organizer as the directory knows them now, with the place that is asked for.
pub(super) async fn organizer_of(
    state: &Shared,
    body: &Body,
    request: &MeetingRequest,
) -> Result<Organizer, Problem> {
    let found = place::organizer_of(state, UserAsked::Id(&body.organizer.id), request).await?;
    found.ok_or_else(|| {
        Problem::new(409, "Conflict", "The organizer of this meeting is no longer in the directory.")
    })
}

/// Whether the space or the template that a request names is the one that the meeting has.
pub(super) fn stays_in_its_space(request: &MeetingRequest, body: &Body) -> bool {
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
