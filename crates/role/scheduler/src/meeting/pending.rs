//! Whose calendars show something else than the meeting says, because nobody was notified of a change.

use std::collections::{BTreeMap, HashMap, HashSet};

use convoke_meeting::plan::{Concern, Notice, Notify, Plan, notices};
use convoke_store::{DbFault, Tx, deliveries, deliveries::Delivery, meetings, meetings::MeetingRow};
use jiff::Timestamp;

use super::{body::Body, history::Deed, mails};

/// Revisions that people were told last and that are looked at, the newest first; who was told an older one counts as told
/// nothing of it.
const MAX_REVISIONS: usize = 50;

/// What became of the mails about a meeting, and what people were told by them.
#[derive(Debug)]
pub(crate) struct Told {
    /// The last mail to each person.
    pub(crate) deliveries: Vec<Delivery>,
    /// What the meeting said at the revisions that people were told last, with whether it was cancelled.
    said: BTreeMap<i64, (Body, bool)>,
}

/// People who were told the same last, and what they have to be told now.
#[derive(Debug)]
pub(crate) struct Pending {
    /// The revision that they were told; none for who was told nothing.
    pub(crate) told: Option<i64>,
    /// What the meeting said then.
    before: Option<Body>,
    notices: Vec<Notice>,
}

impl Told {
    /// Reads it.
    pub(crate) fn read(tx: &mut Tx<'_>, row: &MeetingRow) -> Result<Self, DbFault> {
        let deliveries = deliveries::of_meeting(tx, row.id)?;
        let numbers: HashSet<i64> = deliveries.iter().filter_map(|delivery| delivery.told).collect();
        let mut numbers: Vec<i64> = numbers.into_iter().filter(|number| *number < row.revision).collect();
        numbers.sort_unstable_by(|a, b| b.cmp(a));
        numbers.truncate(MAX_REVISIONS);
        let mut said = BTreeMap::new();
        for number in numbers {
            let Some(revision) = meetings::revision(tx, row.id, number)? else { continue };
            let Ok(body) = serde_json::from_str::<Body>(&revision.body) else { continue };
            let (_, deed) = Deed::noted(&revision.change, number);
            said.insert(number, (body, deed.is_some_and(|deed| deed.is_cancelled)));
        }
        Ok(Self { deliveries, said })
    }

    /// What has to be told to whom; `None` when what is kept has been damaged. Of a meeting that is over nobody has to be told.
    pub(crate) fn pending(&self, row: &MeetingRow, body: &Body, now: Timestamp) -> Option<Vec<Pending>> {
        if row.last_end_at.is_some_and(|end| end <= now.as_millisecond()) {
            return Some(Vec::new());
        }
        let plan = body.plan(row.is_cancelled)?;
        let organizer = body.organizer.email.to_lowercase();
        let told: HashMap<&str, i64> = self
            .deliveries
            .iter()
            .filter_map(|delivery| Some((delivery.recipient.as_str(), delivery.told?)))
            .collect();
        let told_of = |key: &str| told.get(if key.is_empty() { organizer.as_str() } else { key }).copied();
        let mut found = Vec::new();
        let mut look = |told: Option<i64>, before: Option<&Body>, was: Option<&Plan>| {
            let mut notices = notices(was, &plan, Notify::Affected, now);
            let is_around = before.is_some_and(|before| before.is_around_another(body));
            // Who was an attendee and is the organizer now is told as that.
            let handed_over = before.is_some_and(|before| before.organizer.id != body.organizer.id);
            notices.retain(|notice| !(handed_over && notice.key == organizer));
            notices.retain_mut(|notice| {
                if is_around && notice.concern == Concern::Unchanged {
                    notice.concern = Concern::Changed;
                    notice.is_told = true;
                }
                notice.is_told && told_of(&notice.key).filter(|at| self.is_known(*at, row)) == told
            });
            if !notices.is_empty() {
                found.push(Pending { told, before: before.cloned(), notices });
            }
        };
        look(None, None, None);
        for (number, (before, was_cancelled)) in &self.said {
            let was = before.plan(*was_cancelled)?;
            look(Some(*number), Some(before), Some(&was));
        }
        Some(found)
    }

    fn is_known(&self, number: i64, row: &MeetingRow) -> bool {
        number >= row.revision || self.said.contains_key(&number)
    }
}

impl Pending {
    /// Who has to be told, by address in lower case; the organizer's is empty.
    pub(crate) fn people(&self) -> impl Iterator<Item = &str> {
        self.notices.iter().map(|notice| notice.key.as_str())
    }

    /// Who gets which mail of it.
    pub(crate) fn mails(&self, body: &Body) -> Vec<(String, &'static str)> {
        mails::of_notices(&self.notices, self.before.as_ref(), body)
    }
}
