//! Which mails a change asks for, and what each of them says.

use convoke_invite::{
    Answer, Attendee as Invited, Joining, Kind, MailContent, Person, Recipient, Snapshot, changes, write,
};
use convoke_model::{EmailAddress, Language, MeetingId};
use convoke_runtime::random;
use convoke_store::outbox::MailRow;
use jiff::Timestamp;

use super::body::{Attendee, Body};

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
        attempts: 0,
        created_at: now_ms,
    };
    mails.into_iter().map(row).collect()
}

/// A revision with what the database knows beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Told<'a> {
    /// What the meeting says.
    pub(crate) body: &'a Body,
    /// What it said before, if there was something before.
    pub(crate) before: Option<&'a Body>,
    /// The calendar's name of it.
    pub(crate) uid: &'a str,
    /// When it was made.
    pub(crate) created_at: Timestamp,
    /// When this revision was.
    pub(crate) changed_at: Timestamp,
}

/// The content of a mail and whom it goes to; `None` when what is kept has been damaged.
pub(crate) fn content(
    told: &Told<'_>,
    recipient: &str,
    kind: &str,
) -> Option<(Person, Recipient, MailContent)> {
    let snapshot = snapshot(told, told.body)?;
    let organizer = &told.body.organizer;
    let known = told.body.attendee(recipient).or_else(|| told.before?.attendee(recipient));
    let (name, role) = match known {
        Some(Attendee { name, role, .. }) => (name, role),
        None => (&organizer.name, &organizer.role),
    };
    let way = told.body.way(role);
    let joining = way.map(|way| Joining {
        role: Some(way.role.clone()).filter(|role| !role.is_empty()),
        link: way.link.clone(),
        meeting_id: way.meeting_id.clone(),
        passcode: way.passcode.clone(),
        uri: way.uri.clone(),
    });
    let recipient = Recipient {
        person: Person { name: name.clone(), email: recipient.parse().ok()? },
        joining: joining.unwrap_or_default(),
        language: Language::from_locale(&told.body.language).unwrap_or_default(),
    };
    let kind = match kind {
        INVITATION => Kind::Invitation,
        CANCELLATION => Kind::Cancellation,
        REMOVAL => Kind::Removal,
        _ => {
            let before = told.before.and_then(|before| self::snapshot(told, before));
            Kind::Update(before.map(|before| changes(&before, &snapshot)).unwrap_or_default())
        }
    };
    let content = write(&snapshot, &recipient, &kind);
    Some((snapshot.organizer, recipient, content))
}

fn snapshot(told: &Told<'_>, body: &Body) -> Option<Snapshot> {
    let invited = |attendee: &Attendee| {
        let email: EmailAddress = attendee.email.parse().ok()?;
        Some(Invited { person: Person { name: attendee.name.clone(), email }, answer: Answer::NeedsAction })
    };
    Some(Snapshot {
        uid: told.uid.to_owned(),
        sequence: u32::try_from(body.sequence).ok()?,
        summary: body.summary.clone(),
        description: body.description.clone(),
        series: body.time.series()?,
        organizer: Person { name: body.organizer.name.clone(), email: body.organizer.email.parse().ok()? },
        attendees: body.attendees.iter().filter_map(invited).collect(),
        space_name: body.space_name.clone(),
        created_at: told.created_at,
        changed_at: told.changed_at,
    })
}
