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
use convoke_web_api::Problem;

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
    let old_space =
        (found.row.is_temporary && found.row.space != row.space && found.row.space_removed_at.is_none())
            .then(|| found.row.space.clone());
    let deed = Deed {
        op,
        scope,
        recurrence,
        fields: changed_fields(&found.body, &body),
        sequence: body.sequence,
        notified: mails.len(),
    };
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
            if let Some(space) = &old_space
                && !meetings::is_shared_space(tx, space, row.id)?
            {
                space_tasks::remove_later(tx, space, now)?;
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
