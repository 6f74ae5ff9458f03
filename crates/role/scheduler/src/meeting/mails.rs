//! Which mails a change asks for.

use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_store::outbox::{MailRow, USUAL_LANE};

use super::body::Body;

/// Words for [`MailRow::kind`].
pub(crate) const INVITATION: &str = "invitation";
/// The meeting has changed.
pub(crate) const UPDATE: &str = "update";
/// The meeting does not take place.
pub(crate) const CANCELLATION: &str = "cancellation";
/// The meeting takes place without the recipient.
pub(crate) const REMOVAL: &str = "removal";

/// Who gets which mail of a change: one mail a person.
pub(crate) fn of_change(before: Option<&Body>, after: &Body) -> Vec<(String, &'static str)> {
    let mut mails = vec![(after.organizer.email.clone(), if before.is_some() { UPDATE } else { INVITATION })];
    for attendee in &after.attendees {
        let known = before.is_some_and(|before| before.attendee(&attendee.email).is_some());
        mails.push((attendee.email.clone(), if known { UPDATE } else { INVITATION }));
    }
    let gone = before.iter().flat_map(|before| &before.attendees);
    for attendee in gone.filter(|attendee| after.attendee(&attendee.email).is_none()) {
        mails.push((attendee.email.clone(), REMOVAL));
    }
    mails
}

/// Who gets a mail of a cancellation.
pub(crate) fn of_cancellation(body: &Body) -> Vec<(String, &'static str)> {
    let everyone =
        std::iter::once(&body.organizer.email).chain(body.attendees.iter().map(|attendee| &attendee.email));
    everyone.map(|email| (email.clone(), CANCELLATION)).collect()
}

/// The rows of these mails.
pub(crate) fn rows(
    mails: Vec<(String, &'static str)>,
    meeting: MeetingId,
    revision: i64,
    now_ms: i64,
) -> Vec<MailRow> {
    let row = |(recipient, kind): (String, &'static str)| MailRow {
        id: random::guid_at(now_ms),
        meeting,
        revision,
        recipient,
        kind: kind.to_owned(),
        lane: USUAL_LANE,
        told: None,
        about: None,
        attempts: 0,
        created_at: now_ms,
    };
    mails.into_iter().map(row).collect()
}
