//! Keeps a change of a meeting: the new state, its revision, lists and mails in one transaction, if the meeting still is
//! as the caller saw it.

use convoke_meeting::plan::Fate;
use convoke_model::{MeetingId, Uuid};
use convoke_scheduler_api::history::{Operation, Scope};
use convoke_store::{DbFault, answers, meetings, meetings::MeetingRow, outbox, proposals, space_tasks};
use convoke_web_api::{FieldFault, Problem};
use jiff::SignedDuration;

use super::Found;
use crate::{
    asked::{self, Asked},
    caller::Access,
    meeting::{
        answers::Answers,
        body::Body,
        carried::Carried,
        history::{Deed, changed_fields},
        kept::{NewMeeting, fit, revision, standing},
        mails, place, reminding,
        shown::Beside,
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
    /// What becomes of exceptions.
    pub(super) fates: Vec<Fate>,
    /// The proposal that is accepted by it.
    pub(super) accepts: Option<Uuid>,
}

/// A change could not be kept, or perhaps it was.
pub(crate) struct KeepFault {
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
    /// Whether it may be kept nevertheless.
    pub(super) fn may_be_kept(&self) -> bool {
        self.may_be_kept
    }

    /// The space that was made for the change has been given up since, and nothing was written.
    pub(crate) fn took_too_long() -> Self {
        let words =
            "Making the space took too long, and it was given up again; nothing was changed. Try again.";
        Problem::not_connected("callBridge", words).into()
    }

    /// Removes the space that was made for the change, and answers why it failed. Of a change that may have been kept the
    /// space stays: the intent tells later whether it was.
    pub(crate) async fn unmaking(self, state: &Shared, made: Option<MeetingId>) -> Problem {
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

/// Keeps it, and answers the meeting, what became of its mails, and what people said of it or of what follows: read with the change, because a read that fails after
/// the commit would tell of a change that was made as of one that was not.
pub(super) async fn keep(
    state: &Shared,
    asked: &Asked,
    found: &Found,
    step: Step,
) -> Result<(Found, Beside), KeepFault> {
    let now = state.now_ms();
    let Step { op, scope, recurrence, mut row, body, mails, made, next, fates, accepts } = step;
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
        on_behalf_of: None,
    };
    for body in std::iter::once(&body).chain(next.as_ref().map(|next| &next.body)) {
        check_size(&found.body, body, state.settings.limits.attendees)?;
    }
    let of_next = next.as_ref().map_or(0, |next| next.mails.len());
    let counted = state.count_mails(&found.body.organizer.id, mails.len() + of_next)?;
    let revision = revision(&body, &asked.whence_in(&found.body), &deed, now)?;
    let now_stands = standing(&body);
    let former = (found.row.clone(), standing(&found.body));
    let carried = Carried::of(&found.body, &body, next.as_ref(), fates).ok_or_else(Problem::internal)?;
    let queued = mails::rows(mails, row.id, row.revision, now);
    let named = asked.name();
    let had_reminders = !found.body.reminders.is_empty();
    let written = state.store.write_rows({
        let row = row.clone();
        let kept_body = body.clone();
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
            carried.write(tx, row.id)?;
            if let Some(proposal) = accepts
                && !proposals::settle(tx, proposal, "accepted", &revision.changed_by, now)?
            {
                return Err(DbFault::Duplicate("the proposal was settled by somebody else".into()));
            }
            if let Some((space, needed_until)) = &old_space
                && !meetings::is_shared_space(tx, space, row.id)?
            {
                space_tasks::remove_later(tx, space, (now, *needed_until))?;
            }
            reminding::renew(tx, &row, &kept_body, had_reminders)?;
            outbox::insert(tx, &queued)?;
            let shown = next.as_ref().map_or((row.id, row.revision), |next| (next.row.id, next.row.revision));
            asked::note(tx, named.as_ref(), 200, shown, now)?;
            let answers = Answers::of(answers::of_meeting(tx, shown.0)?);
            Ok(Some(Beside { outcomes: outbox::outcomes(tx, row.id)?, answers }))
        }
    });
    let written = written.await;
    // A space that took too long to make left nothing queued.
    match &written {
        Ok(None) => counted.give_back(),
        written => counted.used_by(written),
    }
    let beside = written?.ok_or_else(KeepFault::took_too_long)?;
    state.mails.notify_one();
    Ok((Found { row, body, access: Access::Full }, beside))
}

/// Bytes of what a meeting says, its exceptions included, at most: a thousand people are a tenth of it.
pub(crate) const MAX_KEPT_BYTES: usize = 1024 * 1024;

/// Refuses what no list, no mail and no answer should carry: people and exceptions without end. A meeting that has more of them
/// already, from before the limit was lowered, can still be changed into one that has no more, and be cancelled.
fn check_size(before: &Body, after: &Body, most: usize) -> Result<(), Problem> {
    let people = after.everybody().len();
    if people > most && people > before.everybody().len() {
        let reason = format!(
            "A meeting has at most {most} attendees in all of its occurrences together; these are {people}."
        );
        return Err(Problem::invalid(vec![FieldFault::new("attendees", "tooMany", reason)]));
    }
    // What has no exceptions is as large as a request at most.
    if after.overrides.is_empty() {
        return Ok(());
    }
    let bytes = |body: &Body| serde_json::to_string(body).map_or(0, |text| text.len());
    let size = bytes(after);
    if size > MAX_KEPT_BYTES && size > bytes(before) {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// A weekly meeting of two people, to one date of which these are invited beside them.
    fn body(added: &[&str], description: &str) -> Body {
        let added: Vec<serde_json::Value> = added
            .iter()
            .map(|name| serde_json::json!({"email": format!("{name}@x"), "name": "", "role": "guest"}))
            .collect();
        let body = serde_json::json!({
            "summary": "Weekly", "description": "", "space": "s1", "space_name": "One", "template": null, "language": "en",
            "time": {"start": "2026-12-01T10:00:00", "end": "2026-12-01T10:30:00", "zone": "Asia/Seoul", "all_day": false,
                "rrule": "FREQ=WEEKLY"},
            "organizer": {"id": "a", "jid": "a@x", "name": "Alice", "email": "a@x", "role": "host"}, "ways": [], "sequence": 0,
            "attendees": [{"email": "b@x", "name": "", "role": "guest"}, {"email": "c@x", "name": "", "role": "guest"}],
            "overrides": [{"original": "2026-12-08T10:00:00", "added": added, "description": description}],
        });
        serde_json::from_value(body).unwrap()
    }

    fn refused(before: &Body, after: &Body, most: usize) -> Option<(u16, String)> {
        check_size(before, after, most).err().map(|problem| (problem.status, problem.detail))
    }

    #[test]
    fn people_of_single_occurrences_count_and_a_lowered_limit_holds_nobody_fast() {
        let (none, one, two) = (body(&[], ""), body(&["d"], ""), body(&["d", "e"], ""));
        assert_eq!(refused(&none, &one, 3), None);
        let words = "A meeting has at most 3 attendees in all of its occurrences together; these are 4.";
        assert_eq!(refused(&one, &two, 3), Some((422, words.to_owned())));
        assert_eq!((refused(&two, &two, 1), refused(&two, &one, 1)), (None, None));
    }

    #[test]
    fn what_is_said_of_single_occurrences_is_a_mebibyte_at_most() {
        let small = body(&[], "");
        let rest = serde_json::to_string(&small).unwrap().len();
        let largest = body(&[], &"x".repeat(MAX_KEPT_BYTES - rest));
        let larger = body(&[], &"x".repeat(MAX_KEPT_BYTES - rest + 1));
        assert_eq!(refused(&small, &largest, 10), None);
        let words = "Too much is said of single occurrences; change all that follow instead, or schedule a new meeting.";
        assert_eq!(refused(&small, &larger, 10), Some((409, words.to_owned())));
        assert_eq!(refused(&larger, &larger, 10), None);
    }
}
