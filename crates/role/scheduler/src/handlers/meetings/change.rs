//! Carries a change of a meeting out: the rules judge it, whoever asks may look at it first, then it is kept.

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use convoke_meeting::{
    plan::{
        Aim, Concern, Decision, Edit, Notice, Notify, Plan, Scope, Surgery, SurgeryFault, notices, operate,
    },
    series::unscheduled::UNSCHEDULED_START,
};
use convoke_model::{MeetingId, Uuid};
use convoke_runtime::random;
use convoke_scheduler_api::{
    PREFIX,
    history::{self, Operation},
    request::GuestList,
};
use convoke_store::meetings::MeetingRow;
use convoke_web_api::{FieldFault, Problem};
use http::{HeaderValue, StatusCode, header};
use jiff::{Timestamp, civil::DateTime};

use super::{
    Found, answer, check_expected,
    handover::Handover,
    instead,
    keep::{KeepFault, Step, keep},
    preview::Seen,
    unchanged,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    branding::Written,
    meeting::{
        body::{self, Attendee, Body, local, parsed},
        kept::NewMeeting,
        mails, shown,
    },
    state::Shared,
};

/// A change that is asked for.
#[derive(Debug)]
pub(in crate::handlers) struct Change {
    /// How far it reaches.
    pub(in crate::handlers) scope: Scope,
    /// What is to be.
    pub(in crate::handlers) aim: Aim,
    /// What is to become of exceptions that find no place.
    pub(in crate::handlers) decisions: Vec<(DateTime, Decision)>,
    /// The space that it leads into.
    pub(in crate::handlers) place: Option<body::Place>,
    /// What is to be besides what the rules know.
    pub(in crate::handlers) around: Option<Around>,
    /// What is said of people's mails: their languages and zones.
    pub(in crate::handlers) people: Vec<Attendee>,
    /// The proposal that is accepted by it.
    pub(in crate::handlers) accepts: Option<Uuid>,
    /// Whose it is to be.
    pub(in crate::handlers) handover: Option<Handover>,
}

/// What a meeting has besides what the rules of changes know.
#[derive(Debug)]
pub(in crate::handlers) struct Around {
    pub(super) organizer: body::Organizer,
    pub(super) language: String,
    /// As it was when nothing is said.
    pub(super) guest_list: Option<GuestList>,
    /// As they were when nothing is said.
    pub(super) reminders: Option<Vec<u32>>,
    pub(super) template: Option<String>,
    /// By what invitations are written from now on.
    pub(super) written: Written,
    pub(super) is_temporary: bool,
    /// The request of the space that was made for the change.
    pub(super) made: Option<MeetingId>,
}

impl Change {
    /// A change of this scope into this.
    pub(in crate::handlers) fn new(scope: Scope, aim: Aim) -> Self {
        Self {
            scope,
            aim,
            decisions: Vec::new(),
            place: None,
            around: None,
            people: Vec::new(),
            accepts: None,
            handover: None,
        }
    }
}

/// The plan of a meeting.
pub(in crate::handlers) fn plan(found: &Found) -> Result<Plan, Problem> {
    found.body.plan(found.row.is_cancelled).ok_or_else(Problem::internal)
}

/// Judges a change by the rules.
pub(super) fn judge_change(
    plan: &Plan,
    change: &Change,
    wishes: &Wishes,
    now: Timestamp,
) -> Result<Surgery, Problem> {
    let edit = Edit {
        scope: change.scope,
        aim: change.aim.clone(),
        decisions: &change.decisions,
        every: wishes.every,
    };
    let surgery = operate(plan, &edit, now).map_err(refusal)?;
    let all_day = plan.series.is_all_day();
    let undecided: Vec<String> = surgery.undecided().map(|original| local(original, all_day)).collect();
    if undecided.is_empty() || wishes.is_dry {
        return Ok(surgery);
    }
    let words = format!(
        "The changed series has no place for what was said of single occurrences ({}). Say whether they stay as extra dates \
         or go: exceptions=keep or exceptions=drop, or one by one in the field exceptions.",
        undecided.join(", ")
    );
    let fault = |original: String| {
        FieldFault::new("exceptions", "undecided", format!("What becomes of {original}, keep or drop?"))
    };
    let errors = undecided.into_iter().map(fault).collect();
    Err(Problem { errors, ..Problem::new(409, "Exceptions undecided", words).coded("exceptionsUndecided") })
}

fn refusal(fault: SurgeryFault) -> Problem {
    let words = fault.to_string();
    let (status, title, code) = match fault {
        SurgeryFault::NoSuchOccurrence => (404, "Not found", "notFound"),
        SurgeryFault::AlreadyStarted => (409, "Already started", "alreadyStarted"),
        SurgeryFault::Over => (409, "Over", "over"),
        SurgeryFault::ChangesThePast => (409, "Past", "changesThePast"),
        SurgeryFault::Cancelled => (409, "Cancelled", "cancelled"),
        SurgeryFault::NotCancelled => (409, "Not cancelled", "notCancelled"),
        SurgeryFault::CannotCut => (409, "Can't be parted", "cannotCut"),
        SurgeryFault::NothingAhead => {
            return Problem::invalid(vec![FieldFault::new("dtStart", "past", words)]);
        }
        SurgeryFault::NoTime => {
            return Problem::invalid(vec![FieldFault::new("dtEnd", "endBeforeStart", words)]);
        }
        SurgeryFault::TooManyOverrides => (409, "Too many", "tooManyOverrides"),
    };
    Problem::new(status, title, words).coded(code)
}

/// Carries a change out, or shows what it would do.
pub(in crate::handlers) async fn carry_out(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    change: Change,
    wishes: &Wishes,
) -> Result<Response, Problem> {
    let made = change.around.as_ref().and_then(|around| around.made);
    match carried_out(state, asked, found, change, wishes).await {
        Ok(response) => Ok(response),
        Err(fault) => instead(state, asked, fault.unmaking(state, made).await).await,
    }
}

async fn carried_out(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    change: Change,
    wishes: &Wishes,
) -> Result<Response, KeepFault> {
    let (now, plan) = (state.clock.now(), plan(found)?);
    let surgery = judge_change(&plan, &change, wishes, now)?;
    let places: Vec<body::Place> = change.place.iter().cloned().collect();
    let with = |plan: &Plan| {
        found.body.with_plan(plan, &places).with_said_of(&change.people).with_roles_of_its_places()
    };
    let mut after = with(&surgery.after);
    let mut next = surgery.next.as_ref().map(with);
    if let Some(around) = &change.around {
        for body in std::iter::once(&mut after).chain(&mut next) {
            let role = std::mem::take(&mut body.organizer.role);
            body.organizer = body::Organizer { role, ..around.organizer.clone() };
            body.language.clone_from(&around.language);
            body.guest_list = around.guest_list.unwrap_or(body.guest_list);
            if let Some(reminders) = &around.reminders {
                body.reminders.clone_from(reminders);
            }
        }
        next.as_mut().unwrap_or(&mut after).template.clone_from(&around.template);
    }
    if let Some(handover) = &change.handover {
        handover.carry_out(next.as_mut().unwrap_or(&mut after));
    }
    let is_cancelled = surgery.after.is_cancelled;
    // What the rules don't know, such as a new name of the organizer or new ways in, concerns everybody.
    let is_around = found.body.is_around_another(&after);
    let is_changed = surgery.after != plan || after != found.body || next.is_some();
    if surgery.after == plan && after != found.body {
        after.sequence += 1;
    }
    let mut told = notices(Some(&plan), &surgery.after, wishes.notify, now);
    if is_around {
        for notice in told.iter_mut().filter(|notice| notice.concern == Concern::Unchanged) {
            notice.concern = Concern::Changed;
            notice.is_told |= wishes.notify == Notify::Affected;
        }
    }
    if let Some(handover) = change.handover.as_ref().filter(|_| next.is_none()) {
        told.retain(|notice| !handover.is_to(&notice.key));
    }
    // Of a meeting that is over there is nothing to tell.
    if is_cancelled && found.row.last_end_at.is_some_and(|end| end <= now.as_millisecond()) {
        told.iter_mut().for_each(|notice| notice.is_told = false);
    }
    let told_next =
        surgery.next.as_ref().map(|next| told_of_next(&plan, next, (wishes.notify, now))).unwrap_or_default();
    if wishes.is_dry {
        let seen = Seen { found, plan: &plan, surgery: &surgery, after: &after, next: next.as_ref(), now };
        return Ok(Json(seen.preview(asked, &told, &told_next, is_changed)).into_response());
    }
    // Who asks for what is there already, whoever did it, needs no condition.
    if !is_changed {
        return Ok(unchanged(state, asked, found).await?);
    }
    check_expected(state, asked, found).await?;
    if let Some(around) = &change.around {
        for body in [Some(&mut after), next.as_mut()].into_iter().flatten() {
            around.written.note(body);
        }
    }
    let mut mails = mails::of_notices(&told, Some(&found.body), &after);
    let mut of_next =
        next.as_ref().map(|next| mails::of_notices(&told_next, Some(&found.body), next)).unwrap_or_default();
    if let Some(handover) = change.handover.as_ref().filter(|_| next.is_none()) {
        handover.tell(&mut mails, &found.body, &after, wishes.notify);
    }
    let is_cut_short = matches!((&change.aim, &change.scope), (Aim::Cancelled, Scope::Following(_)));
    if next.is_some() || is_cut_short {
        let plans = (&plan, &surgery.after);
        mails::part(&mut mails, &mut of_next, plans, &after.organizer.email, now);
    }
    let mut row = found.row.clone();
    row.organizer.clone_from(&after.organizer.id);
    row.is_cancelled = is_cancelled;
    row.cancelled_at = is_cancelled.then(|| now.as_millisecond());
    // A space that was chosen, and not made for the meeting, stays when the meeting is over.
    let is_temporary = |body: &Body| match &change.around {
        Some(around) => around.is_temporary,
        None => found.row.is_temporary && body.space == found.row.space,
    };
    let next = match next {
        None => {
            row.is_temporary = is_temporary(&after);
            None
        }
        Some(next) => {
            let id = MeetingId(random::guid_at(state.now_ms()));
            // What was parted before lies behind what is parted now.
            let from = MeetingRow { is_temporary: is_temporary(&next), ..row.clone() };
            row.followed_by = Some(id);
            let mails = std::mem::take(&mut of_next);
            let whence = (&asked.whence_in(&found.body), now.as_millisecond());
            Some(NewMeeting::parted(id, &from, next, mails, whence, &state.settings.web_app_url)?)
        }
    };
    let step = Step {
        op: operation(&change),
        scope: scope(&change.scope),
        recurrence: recurrence(&change.scope, plan.series.is_all_day()),
        row,
        body: after,
        mails,
        made: change.around.as_ref().and_then(|around| around.made),
        next: next.clone(),
        fates: surgery.fates.clone(),
        accepts: change.accepts,
    };
    let (kept, beside) = keep(state, asked, found, step).await?;
    let by = asked.caller.name();
    tracing::info!(target: "MeetingService", "meeting {} changed by {by} (sequence {})", kept.row.id, kept.row.sequence);
    let Some(next) = next else {
        let meeting = shown::meeting(&kept.row, &kept.body, &beside, &asked.caller, &kept.access);
        return Ok(answer(StatusCode::OK, meeting));
    };
    tracing::info!(target: "MeetingService", "meeting {} goes on as {}", kept.row.id, next.row.id);
    let mut response = answer(StatusCode::OK, shown::new_meeting(&next, beside.answers, &asked.caller));
    locate(&mut response, next.row.id);
    Ok(response)
}

/// Says that it is the meeting that follows which is answered.
pub(super) fn locate(response: &mut Response, id: MeetingId) {
    if let Ok(location) = HeaderValue::from_str(&format!("{PREFIX}/meetings/{id}")) {
        response.headers_mut().insert(header::CONTENT_LOCATION, location);
    }
}

/// Everybody in what follows gets a new calendar entry; "only new ones" are those who were in nothing before.
fn told_of_next(plan: &Plan, next: &Plan, (notify, now): (Notify, Timestamp)) -> Vec<Notice> {
    let known = plan.everybody();
    let mut told = notices(None, next, notify, now);
    if notify == Notify::New {
        for notice in &mut told {
            notice.is_told = !notice.key.is_empty() && !known.contains(&notice.key);
        }
    }
    told
}

fn operation(change: &Change) -> Operation {
    match change.aim {
        Aim::Cancelled => Operation::Cancelled,
        Aim::Restored => Operation::Restored,
        _ if change.handover.is_some() => Operation::HandedOver,
        _ => Operation::Changed,
    }
}

fn scope(scope: &Scope) -> history::Scope {
    match scope {
        Scope::All => history::Scope::All,
        Scope::Following(_) => history::Scope::Following,
        Scope::One(_) => history::Scope::One,
    }
}

fn recurrence(scope: &Scope, all_day: bool) -> Option<String> {
    match scope {
        Scope::All => None,
        Scope::Following(original) | Scope::One(original) => Some(local(*original, all_day)),
    }
}

/// The original that an address names.
pub(in crate::handlers) fn original(text: &str) -> Result<DateTime, Problem> {
    // What has no fixed time has no dates that could be named.
    parsed(text).filter(|time| *time != UNSCHEDULED_START).ok_or_else(|| {
        let reason =
            "It is the original local start of an occurrence, such as 2026-12-08T10:00:00, or its date.";
        Problem::bad_parameters(vec![FieldFault::new("recurrence", "invalid", reason)])
    })
}
