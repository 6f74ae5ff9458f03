//! Keeps a change of a meeting: the new state, its revision, lists and mails in one transaction, if the meeting still is
//! as the caller saw it.

use convoke_model::MeetingId;
use convoke_scheduler_api::history::{Operation, Scope};
use convoke_store::{
    DbFault, meetings,
    meetings::MeetingRow,
    outbox::{self, MailOutcome},
    space_tasks,
};
use convoke_web_api::{FieldFault, Problem};
use jiff::SignedDuration;

use super::Found;
use crate::{
    asked::{self, Asked},
    caller::Access,
    meeting::{
        body::Body,
        history::{Deed, changed_fields},
        kept::{NewMeeting, fit, revision, standing},
        mails, place,
    },
    state::{Shared, database},
};

/// A change that was judged and can be kept.
#[derive(Debug)]
pub(super) struct Step {
    /// What it is.
    pub(super) op: Operation,
    /// How far it reaches.
    pub(super) scope: Scope,
    /// Which occurrence it begins with, or is of.
    pub(super) recurrence: Option<String>,
    /// The meeting's state, but for what follows from the body and the count of revisions.
    pub(super) row: MeetingRow,
    /// What the meeting says.
    pub(super) body: Body,
    /// Who gets which mail.
    pub(super) mails: Vec<(String, &'static str)>,
    /// The request of the space that was made for it.
    pub(super) made: Option<MeetingId>,
    /// What follows, when it becomes a meeting of its own.
    pub(super) next: Option<NewMeeting>,
}

/// A change could not be kept, or perhaps it was.
pub(super) struct KeepFault {
    problem: Problem,
    /// The database was lost within the commit.
    may_be_kept: bool,
}

impl From<Problem> for KeepFault {
    fn from(problem: Problem) -> Self {
        Self { problem, may_be_kept: false }
    }
}

impl From<DbFault> for KeepFault {
    fn from(fault: DbFault) -> Self {
        let may_be_kept = matches!(fault, DbFault::Unknown(_));
        let problem = match fault {
            DbFault::Duplicate(_) => changed_meanwhile(),
            other => database(other),
        };
        Self { problem, may_be_kept }
    }
}

impl KeepFault {
    /// The space that was made for the change has been given up since, and nothing was written.
    pub(super) fn took_too_long() -> Self {
        let words =
            "Making the space took too long, and it was given up again; nothing was changed. Try again.";
        Problem::not_connected("callBridge", words).into()
    }

    /// Removes the space that was made for the change, and answers why it failed. Of a change that may have been kept the
    /// space stays: the intent tells later whether it was.
    pub(super) async fn unmaking(self, state: &Shared, made: Option<MeetingId>) -> Problem {
        if let Some(made) = made.filter(|_| !self.may_be_kept) {
            place::unmake_space(state, made).await;
        }
        self.problem
    }
}

/// The meeting is not as the caller saw it.
pub(super) fn changed_meanwhile() -> Problem {
    Problem::new(
        412,
        "Changed meanwhile",
        "Somebody else changed this meeting since you looked at it. Look again, and make your change there.",
    )
}

/// Keeps it, and answers the meeting and what became of its mails: read with the change, because a read that fails after
/// the commit would tell of a change that was made as of one that was not.
pub(super) async fn keep(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    step: Step,
) -> Result<(Found, Vec<MailOutcome>), KeepFault> {
    let now = state.now_ms();
    let Step { op, scope, recurrence, mut row, body, mails, made, next } = step;
    row.revision = found.row.revision + 1;
    row.updated_at = now;
    fit(&mut row, &body)?;
    let has_left =
        found.row.is_temporary && found.row.space != row.space && found.row.space_removed_at.is_none();
    let old_space = has_left.then(|| (found.row.space.clone(), needed_until(&body, &found.row.space, state)));
    let deed = Deed {
        op,
        scope,
        recurrence,
        is_cancelled: row.is_cancelled,
        fields: changed_fields(&found.body, &body),
        sequence: body.sequence,
        notified: mails.len(),
    };
    check_size(state, &body)?;
    if let Some(next) = &next {
        check_size(state, &next.body)?;
    }
    let revision = revision(&body, &asked.whence, &deed, now)?;
    let now_stands = standing(&body);
    let former = (found.row.clone(), standing(&found.body));
    let queued = mails::rows(mails, row.id, row.revision, now);
    let named = asked.name();
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
            if let Some(next) = &next {
                next.insert_with_mails(tx)?;
            }
            if let Some((space, needed_until)) = &old_space
                && !meetings::is_shared_space(tx, space, row.id)?
            {
                space_tasks::remove_later(tx, space, (now, *needed_until))?;
            }
            outbox::insert(tx, &queued)?;
            let shown = next.as_ref().map_or((row.id, row.revision), |next| (next.row.id, next.row.revision));
            asked::note(tx, named.as_ref(), 200, shown, now)?;
            outbox::outcomes(tx, row.id).map(Some)
        }
    });
    let outcomes = written.await?.ok_or_else(KeepFault::took_too_long)?;
    state.mails.notify_one();
    Ok((Found { row, body, access: Access::Full }, outcomes))
}

/// Bytes of what a meeting says, its exceptions included, at most: a thousand people are a tenth of it.
pub(crate) const MAX_KEPT_BYTES: usize = 1024 * 1024;

/// Refuses what no list, no mail and no answer should carry: people and exceptions without end.
fn check_size(state: &Shared, body: &Body) -> Result<(), Problem> {
    let (people, most) = (body.everybody().len(), state.settings.limits.attendees);
    if people > most {
        let reason = format!(
            "A meeting has at most {most} attendees in all of its occurrences together; these are {people}."
        );
        return Err(Problem::invalid(vec![FieldFault::new("attendees", "tooMany", reason)]));
    }
    let is_large = !body.overrides.is_empty()
        && serde_json::to_string(body).map_or(0, |text| text.len()) > MAX_KEPT_BYTES;
    if is_large {
        let words = "Too much is said of single occurrences; change all that follow instead, or schedule a new meeting.";
        return Err(Problem::new(409, "Too much", words).coded("tooMuchSaid"));
    }
    Ok(())
}

/// Until when occurrences of a meeting are in a space that it has left otherwise, in milliseconds since 1970: those that run,
/// and single ones ahead.
fn needed_until(body: &Body, space: &str, state: &Shared) -> i64 {
    let now = state.clock.now();
    let Some(plan) = body.plan(false).filter(|_| body.place(space).is_some()) else { return 0 };
    let soon = now.saturating_add(SignedDuration::from_secs(1)).unwrap_or(now);
    let single = plan.overrides.keys().filter_map(|original| plan.occurrence(*original));
    let there = plan.occurrences_in(now, soon, 10).into_iter().chain(single);
    let ends = there.filter(|planned| !planned.is_cancelled && planned.face.place == space);
    ends.map(|planned| planned.time.end.as_millisecond()).max().unwrap_or_default()
}
