//! `POST /meetings/{id}/handover`: a meeting, or what of it follows a date, gets another organizer.

use axum::{
    extract::{Path, State},
    response::Response,
};
use convoke_callbridge_api::loopback::User;
use convoke_callbridge_client::UserAsked;
use convoke_http::Refusal;
use convoke_meeting::plan::{Aim, Face, Invitee, Notify, Plan, Scope, SurgeryFault};
use convoke_scheduler_api::{
    occurrence::Changed,
    request::{HandoverRequest, MeetingRequest},
};
use convoke_web_api::{FieldFault, Problem};
use jiff::civil::DateTime;

use super::{
    Found,
    change::{Change, carry_out, judge_change, original, plan},
    check_expected, find_to_change, replayed, unchanged,
    wishes::Wishes,
};
use crate::{
    asked::Asked,
    handlers::json,
    meeting::{
        body::{self, Body},
        mails, place,
    },
    openapi::{BodyRefusals, ChangeRefusals, Conditioned, Noticed},
    state::{Shared, call_bridge},
};

/// Makes another user the organizer of what lies ahead of a meeting, or of an occurrence and those after it, which become a meeting of
/// their own then. The organizer of now stays as an attendee unless `stays` is false. Only the organizer and operators hand a meeting
/// over, and into a space that was not made for the meeting only to one of its members.
#[utoipa::path(post, path = "/api/v1/scheduler/meetings/{id}/handover", tag = "meetings", request_body = HandoverRequest,
    params(
        ("id" = String, Path, description = "The meeting's id (a GUID)"),
        Noticed, Conditioned),
    responses(
        (status = 200, description = "The meeting as it is now, or the one that follows; mails that tell of the change are queued",
            body = Changed, headers(("ETag" = String), ("Content-Location" = String))),
        BodyRefusals, ChangeRefusals),
    security(("basic" = []), ("bearer" = [])))]
pub(crate) async fn hand_over(
    State(state): State<Shared>,
    Path(id): Path<String>,
    asked: Asked,
) -> Result<Response, Refusal> {
    let wishes = Wishes::parse(&asked.query)?;
    if let Some(answer) = replayed(&state, &asked).await? {
        return Ok(answer);
    }
    let request: HandoverRequest = json(&asked.body)?;
    let from = request.recurrence.as_deref().map(original).transpose()?;
    let found = find_to_change(&state, &asked.caller, &id, "hand over").await?;
    if !asked.caller.owns(&found.body) {
        return Err(Problem::forbidden("Only the organizer can hand over this meeting.").into());
    }
    let wanted = Wanted { organizer: request.organizer.trim(), from, stays: request.stays.unwrap_or(true) };
    Ok(carry(&state, &asked, &found, &wanted, &wishes).await?)
}

/// A hand-over that is asked for.
#[derive(Debug)]
pub(crate) struct Wanted<'a> {
    /// To whom: `user@domain`.
    pub(crate) organizer: &'a str,
    /// From which occurrence on; all that lies ahead when absent.
    pub(crate) from: Option<DateTime>,
    /// Whether the organizer of now stays, as an attendee.
    pub(crate) stays: bool,
}

/// Hands a meeting over, or shows what that would do.
pub(crate) async fn carry(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    wanted: &Wanted<'_>,
    wishes: &Wishes,
) -> Result<Response, Problem> {
    let there = MeetingRequest { co_space: Some(found.body.space.clone()), ..MeetingRequest::default() };
    let Some(found_user) = place::organizer_of(state, UserAsked::Jid(wanted.organizer), &there).await? else {
        return Err(no_such_user());
    };
    if found_user.user.id == found.body.organizer.id {
        return unchanged(state, asked, found).await;
    }
    let handover = Handover::new(&found_user.user);
    let plan = plan(found)?;
    let face = handover.face(&plan, &found.body.organizer, wanted.stays);
    let change = match wanted.from {
        None => Change::new(Scope::All, Aim::Series(Box::new(plan.series.clone()), face)),
        Some(original) => {
            let no_such = || Problem::not_found("The meeting has no occurrence with this recurrence.");
            let original = plan.occurrence(original).ok_or_else(no_such)?.time.original;
            let series = plan.series_from(original).ok_or_else(|| {
                Problem::new(409, "Can't be parted", SurgeryFault::CannotCut.to_string()).coded("cannotCut")
            })?;
            Change::new(Scope::Following(original), Aim::Series(Box::new(series), face))
        }
    };
    let change = Change { handover: Some(handover), ..change };
    // Judged before somebody is let into a space for it.
    judge_change(&plan, &change, wishes, state.clock.now())?;
    if found_user.space.is_none() {
        admit(state, asked, found, &found_user.user, wishes.is_dry).await?;
    }
    carry_out(state, asked, found, change, wishes).await
}

/// Nobody in the directory has the name of the new organizer.
pub(crate) fn no_such_user() -> Problem {
    let reason = "There is no such user; expected user@domain.";
    Problem::invalid(vec![FieldFault::new("organizer", "notFound", reason)])
}

/// Makes the new organizer a member of the space that was made for the meeting. One that was chosen is not the organizer's to give away.
async fn admit(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    user: &User,
    is_dry: bool,
) -> Result<(), Problem> {
    if !found.row.is_temporary {
        let words = "The new organizer is not a member of the meeting's space. Make them one, or move the meeting to another space first.";
        return Err(Problem::new(409, "Conflict", words).coded("notAMember"));
    }
    if is_dry {
        return Ok(());
    }
    check_expected(state, asked, found).await?;
    state.call_bridge.add_member(&found.body.space, &user.jid).await.map_err(call_bridge)
}

/// Whose a meeting is to be.
#[derive(Debug)]
pub(in crate::handlers) struct Handover {
    to: body::Organizer,
}

impl Handover {
    fn new(user: &User) -> Self {
        let User { id, jid, name, email, .. } = user.clone();
        Self { to: body::Organizer { id, jid, name, email, role: String::new() } }
    }

    /// Whether the new organizer has this key.
    pub(super) fn is_to(&self, key: &str) -> bool {
        self.to.email.to_lowercase() == key
    }

    /// What the meeting says with its new organizer: who is that is no attendee, and who was is one who stays.
    fn face(&self, plan: &Plan, former: &body::Organizer, stays: bool) -> Face {
        let mut face = plan.face.clone();
        face.people.retain(|person| !self.is_to(&person.key()));
        if stays && face.person(&former.email.to_lowercase()).is_none() {
            let (email, name) = (former.email.clone(), former.name.clone());
            face.people.push(Invitee { email, name, role: former.role.clone() });
        }
        face
    }

    /// Makes it so. The organizer is in every date, as what they are.
    pub(super) fn carry_out(&self, body: &mut Body) {
        let role = std::mem::take(&mut body.organizer.role);
        body.organizer = body::Organizer { role, ..self.to.clone() };
        body.co_organizers.retain(|user| user.id != self.to.id);
        for said in &mut body.overrides {
            said.added.retain(|attendee| !self.is_to(&attendee.email.to_lowercase()));
            said.removed.retain(|key| !self.is_to(key));
            said.roles.retain(|key, _| !self.is_to(key));
        }
    }

    /// Tells the new organizer of it as who had nothing of it before, and the former one, when they don't stay.
    pub(super) fn tell(
        &self,
        mails: &mut Vec<(String, &'static str)>,
        before: &Body,
        after: &Body,
        notify: Notify,
    ) {
        let was_in = before.everybody().iter().any(|attendee| self.is_to(&attendee.email.to_lowercase()));
        for (address, kind) in mails.iter_mut().filter(|(_, kind)| *kind == mails::UPDATE && !was_in) {
            if self.is_to(&address.to_lowercase()) {
                *kind = mails::INVITATION;
            }
        }
        let former = &before.organizer.email;
        if after.attendee(former).is_none() && matches!(notify, Notify::All | Notify::Affected) {
            mails.push((former.clone(), mails::HANDED_OVER));
        }
    }
}
