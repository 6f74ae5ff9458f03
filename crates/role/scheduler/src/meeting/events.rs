//! What a webhook is told of a meeting: the meeting as it was at the event's revision, for its organizer's eyes, without ways of
//! joining it. Every try of a delivery says the same.

use convoke_model::MeetingId;
use convoke_scheduler_api::{meeting::Meeting, webhook::WebhookEvent};
use convoke_store::{
    DbFault, Tx,
    answers::{self, LoggedAnswer},
    meetings::{self, Change, MeetingRow, Revision},
    webhook_deliveries::DeliveryRow,
};

use super::{
    answers::Answers,
    body::Body,
    history::Deed,
    listing::instant_ms,
    shown::{self, Beside},
};
use crate::{
    caller::{Access, Caller},
    handlers::{answers::list::logged, meetings::history::entry},
};

/// What an event is told from.
#[derive(Debug)]
pub(crate) struct Told {
    row: MeetingRow,
    revision: Revision,
    answers: Answers,
    answer: Option<LoggedAnswer>,
}

impl Told {
    /// Reads it; `None` when the meeting is gone.
    pub(crate) fn read(
        tx: &mut Tx<'_>,
        meeting: MeetingId,
        delivery: &DeliveryRow,
    ) -> Result<Option<Self>, DbFault> {
        let Some(row) = meetings::find(tx, meeting)? else { return Ok(None) };
        let Some(revision) = meetings::revision(tx, meeting, delivery.revision)? else { return Ok(None) };
        let answers = Answers::of(answers::as_of(tx, meeting, delivery.created_at)?);
        let answer = match delivery.about.parse() {
            Ok(answer) => answers::find_logged(tx, answer)?,
            Err(_) => None,
        };
        Ok(Some(Self { row, revision, answers, answer }))
    }

    /// The meeting as it was; `None` when what is kept of it can't be read.
    fn meeting(self) -> Option<(Meeting, Revision, Option<LoggedAnswer>)> {
        let body: Body = serde_json::from_str(&self.revision.body).ok()?;
        let (_, deed) = Deed::noted(&self.revision.change, 0);
        let mut row = self.row;
        row.sequence = body.sequence;
        row.is_cancelled = deed.is_some_and(|deed| deed.is_cancelled);
        row.updated_at = self.revision.changed_at;
        // Nor what the row says beside, which may be of later: every try says the same.
        let extent = body.plan(false).and_then(|plan| plan.extent());
        row.last_end_at = extent.and_then(|(_, last)| last).map(|last| last.as_millisecond());
        (row.follows, row.followed_by) = (None, None);
        let organizer = Caller::of_user(&body.organizer.id, &body.organizer.jid, &body.organizer.email);
        let beside = Beside { outcomes: Vec::new(), answers: self.answers };
        let mut meeting = shown::meeting(&row, &body, &beside, &organizer, &Access::Full);
        meeting.join = None;
        meeting.access_methods.clear();
        for occurrence in &mut meeting.overrides {
            occurrence.join_link = None;
        }
        Some((meeting, self.revision, self.answer))
    }
}

/// What is told of a delivery; `None` when what is kept of its meeting can't be read. `told` is nothing for a test.
pub(crate) fn event(delivery: &DeliveryRow, told: Option<Told>) -> Option<WebhookEvent> {
    let mut event = WebhookEvent {
        id: delivery.id.to_string(),
        event: delivery.event.clone(),
        at: instant_ms(delivery.created_at),
        meeting: None,
        change: None,
        answer: None,
        is_shortened: false,
    };
    let Some(mut told) = told else { return Some(event) };
    told.row.revision = delivery.revision;
    let (meeting, revision, answer) = told.meeting()?;
    event.meeting = Some(meeting);
    // From which address somebody came is for the organizer, and not for whatever receives this.
    if delivery.about.is_empty() {
        let change = Change {
            revision: delivery.revision,
            changed_by: revision.changed_by,
            changed_at: revision.changed_at,
            via: revision.via,
            address: None,
            change: revision.change,
        };
        event.change = Some(entry(change));
    } else {
        event.answer = Some(logged(&answer?, false)?);
    }
    Some(event)
}
