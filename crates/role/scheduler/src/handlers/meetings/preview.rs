//! What a change would do, for those who look at it before they make it.

use convoke_meeting::plan::{Concern, Fate, Notice, Outcome, Plan, Surgery};
use convoke_scheduler_api::occurrence::{
    ExceptionFate, ExceptionOutcome, LOOKED_AT, PlannedKind, PlannedMail, Preview,
};
use jiff::Timestamp;

use super::Found;
use crate::{
    asked::Asked,
    meeting::{
        body::{Body, local},
        mails::Addresses,
        shown,
    },
};

/// A change that is looked at.
pub(super) struct Seen<'a> {
    pub(super) found: &'a Found,
    pub(super) plan: &'a Plan,
    pub(super) surgery: &'a Surgery,
    pub(super) after: &'a Body,
    pub(super) next: Option<&'a Body>,
    pub(super) now: Timestamp,
}

impl Seen<'_> {
    /// What it would do.
    pub(super) fn preview(
        &self,
        asked: &Asked,
        told: &[Notice],
        told_next: &[Notice],
        changes: bool,
    ) -> Preview {
        let all_day = self.plan.series.is_all_day();
        let shown = |body: &Body, plan: &Plan| {
            let ahead = plan.occurrences_in(self.now, Timestamp::MAX, LOOKED_AT);
            let to = (&asked.caller, &self.found.access);
            let show = |planned| shown::occurrence(body, plan, &planned, None, to);
            ahead.into_iter().filter_map(show).collect::<Vec<_>>()
        };
        let mut after = shown(self.after, &self.surgery.after);
        if let (Some(body), Some(plan)) = (self.next, &self.surgery.next) {
            after.extend(shown(body, plan));
            after.sort_by(|a, b| a.dt_start_utc.cmp(&b.dt_start_utc));
            after.truncate(LOOKED_AT);
        }
        let mail = |notice: &Notice, addresses: &Addresses| {
            Some(PlannedMail {
                email: addresses.of_key(&notice.key)?.to_owned(),
                kind: match notice.concern {
                    Concern::Invited => PlannedKind::Invitation,
                    Concern::Changed | Concern::Replaced => PlannedKind::Update,
                    Concern::Removed => PlannedKind::Removal,
                    Concern::Cancelled => PlannedKind::Cancellation,
                    Concern::Unchanged => PlannedKind::Nothing,
                },
                is_sent: notice.is_told,
            })
        };
        let addresses = |after: &Body| Addresses::of(Some(&self.found.body), after);
        let (of_after, of_next) = (addresses(self.after), addresses(self.next.unwrap_or(self.after)));
        let of_next = told_next.iter().filter_map(|notice| mail(notice, &of_next));
        Preview {
            before: shown(&self.found.body, self.plan),
            after,
            exceptions: self.surgery.fates.iter().map(|fate| shown_fate(fate, all_day)).collect(),
            needs_decision: self.surgery.undecided().next().is_some(),
            mails: told.iter().filter_map(|notice| mail(notice, &of_after)).chain(of_next).collect(),
            new_meeting: self.next.is_some(),
            changes,
        }
    }
}

fn shown_fate(fate: &Fate, all_day: bool) -> ExceptionFate {
    let (outcome, to) = match fate.outcome {
        Outcome::Kept => (ExceptionOutcome::Kept, Some(fate.original)),
        Outcome::Renamed(to) => (ExceptionOutcome::Renamed, Some(to)),
        Outcome::Moved(to) => (ExceptionOutcome::Moved, Some(to)),
        Outcome::Extra(to) => (ExceptionOutcome::Extra, Some(to)),
        Outcome::Dropped => (ExceptionOutcome::Dropped, None),
        Outcome::Undecided => (ExceptionOutcome::Undecided, None),
    };
    ExceptionFate { recurrence: local(fate.original, all_day), outcome, to: to.map(|to| local(to, all_day)) }
}
