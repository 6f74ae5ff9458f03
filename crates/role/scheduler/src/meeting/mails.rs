//! Which mails a change asks for.

use std::collections::{HashMap, HashSet};

use convoke_meeting::plan::{Calendars, Concern, Notice, Plan};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_store::outbox::{MailRow, USUAL_LANE};
use jiff::Timestamp;

use super::body::Body;

/// Words for [`MailRow::kind`].
pub(crate) const INVITATION: &str = "invitation";
/// The meeting has changed.
pub(crate) const UPDATE: &str = "update";
/// The meeting does not take place.
pub(crate) const CANCELLATION: &str = "cancellation";
/// The meeting takes place without the recipient.
pub(crate) const REMOVAL: &str = "removal";
/// The meeting is somebody else's, and the recipient, whose it was, is not part of it any more.
pub(crate) const HANDED_OVER: &str = "handedOver";
/// A cancellation is taken back.
pub(crate) const RESTORED: &str = "restored";
/// The same again, because somebody asked for it.
pub(crate) const RESENT: &str = "resent";
/// A series has changed from a date on; what is there from then on is a meeting of its own, which the mail tells of.
pub(crate) const SPLIT: &str = "split";
/// An occurrence begins soon.
pub(crate) const REMINDER: &str = "reminder";
/// The clocks of the meeting's zone are to show something else.
pub(crate) const CLOCKS: &str = "clocks";
/// A series ends earlier than it did.
pub(crate) const ENDED: &str = "ended";
/// A series ends earlier than it did, and goes on as the meeting that a mail of [`SPLIT`] tells of.
pub(crate) const CONTINUED: &str = "continued";

/// What people said of the meeting, for its organizer.
pub(crate) const ANSWERS: &str = "answers";
/// The other time that somebody proposed is not taken.
pub(crate) const PROPOSAL_DECLINED: &str = "proposalDeclined";

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

/// Who of those whom a change concerns gets which mail of it.
pub(crate) fn of_notices(
    notices: &[Notice],
    before: Option<&Body>,
    after: &Body,
) -> Vec<(String, &'static str)> {
    let addresses = Addresses::of(before, after);
    let mut mails = Vec::new();
    for notice in notices.iter().filter(|notice| notice.is_told) {
        let Some(address) = addresses.of_key(&notice.key) else { continue };
        mails.extend(kinds(notice.concern).iter().map(|kind| (address.to_owned(), *kind)));
    }
    mails
}

/// Makes the mails of a series that ends earlier say so, and those of the meeting that it goes on as, where it does.
pub(crate) fn part(
    mails: &mut [(String, &'static str)],
    of_next: &mut [(String, &'static str)],
    (before, after): (&Plan, &Plan),
    organizer: &str,
    now: Timestamp,
) {
    let (before, after) = (before.calendars(now), after.calendars(now));
    let series = |copies: &Calendars, address: &str| {
        let key = address.to_lowercase();
        copies.copy_for(if key == organizer.to_lowercase() { "" } else { &key }).and_then(|copy| copy.series)
    };
    let next = of_next.iter().filter(|(_, kind)| *kind == INVITATION);
    let invited: HashSet<String> = next.map(|(address, _)| address.clone()).collect();
    let had = |address: &str| series(&before, address).is_some();
    for (address, kind) in mails.iter_mut().filter(|(_, kind)| *kind == UPDATE) {
        if had(address) && series(&before, address) != series(&after, address) {
            let goes_on = invited.contains(address);
            *kind = if goes_on { CONTINUED } else { ENDED };
        }
    }
    for (address, kind) in of_next.iter_mut().filter(|(_, kind)| *kind == INVITATION) {
        if had(address) {
            *kind = SPLIT;
        }
    }
}

/// The same mails to those who were invited before, as mails that take a cancellation back.
pub(crate) fn of_restoring(mails: Vec<(String, &'static str)>) -> Vec<(String, &'static str)> {
    let restored = |(address, kind)| (address, if kind == INVITATION { RESTORED } else { kind });
    mails.into_iter().map(restored).collect()
}

/// Addresses as they were written, of all whom a change concerns: there can be thousands, so nobody is looked for one by one.
pub(crate) struct Addresses(HashMap<String, String>);

impl Addresses {
    /// Of those who were in a meeting, and of those who are.
    pub(crate) fn of(before: Option<&Body>, after: &Body) -> Self {
        let mut addresses = HashMap::from([(String::new(), after.organizer.email.clone())]);
        for attendee in std::iter::once(after).chain(before).flat_map(Body::everybody) {
            addresses.entry(attendee.email.to_lowercase()).or_insert_with(|| attendee.email.clone());
        }
        Self(addresses)
    }

    /// That of somebody by key; the organizer's is empty.
    pub(crate) fn of_key(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }
}

/// The mails that tell of what a change means to somebody.
fn kinds(concern: Concern) -> &'static [&'static str] {
    match concern {
        Concern::Invited => &[INVITATION],
        Concern::Changed | Concern::Unchanged => &[UPDATE],
        // A mail has one method: what is gone is cancelled by one, what has come is in another.
        Concern::Replaced => &[CANCELLATION, INVITATION],
        Concern::Removed => &[REMOVAL],
        Concern::Cancelled => &[CANCELLATION],
    }
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
