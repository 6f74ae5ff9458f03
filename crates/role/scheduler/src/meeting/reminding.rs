//! The reminders of a meeting that go out next, as the database keeps them, and the mails of one that is due.

use convoke_meeting::{answers::PartStat, plan::Plan, reminders};
use convoke_model::MeetingId;
use convoke_runtime::random;
use convoke_store::{
    DbFault, Tx,
    meetings::MeetingRow,
    outbox::MailRow,
    reminders::{self as kept, ReminderRow},
};
use jiff::{Timestamp, civil::DateTime};
use serde::{Deserialize, Serialize};

use super::{
    answers::Answers,
    body::{Body, local, parsed},
    mails,
};

/// The lane of mails that somebody waits for.
const URGENT_LANE: i64 = 0;

/// What a mail that reminds is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(crate) struct Reminded {
    /// The occurrence, by its original local start.
    recurrence: String,
    /// When it begins, in milliseconds since 1970.
    pub(crate) starts_at: i64,
    /// In so many minutes, as seen when the mail was queued.
    pub(crate) minutes: u32,
}

impl Reminded {
    /// What a mail says that it is about; `None` when that has been damaged.
    pub(crate) fn of(mail: &MailRow) -> Option<Self> {
        serde_json::from_str(mail.about.as_deref()?).ok()
    }

    /// The occurrence's name.
    pub(crate) fn original(&self) -> Option<DateTime> {
        parsed(&self.recurrence)
    }

    /// Whether it is too late to be told.
    pub(crate) fn is_late(&self, now: Timestamp) -> bool {
        Timestamp::from_millisecond(self.starts_at).is_ok_and(|start| !reminders::can_be_told(start, now))
    }

    /// Whether what the mail says is still so, for its recipient (an address in lower case).
    pub(crate) fn still_holds(&self, row: &MeetingRow, body: &Body, recipient: &str, now: Timestamp) -> bool {
        let holds = || {
            let (plan, original) = (body.plan(row.is_cancelled)?, self.original()?);
            let start = Timestamp::from_millisecond(self.starts_at).ok()?;
            let is_in = body.organizer.email.to_lowercase() == recipient
                || plan.occurrence(original)?.face.person(recipient).is_some();
            Some(is_in && reminders::still_holds(&plan, original, start, now))
        };
        holds().unwrap_or(false)
    }
}

/// Makes the reminders of a meeting those of what it says now, in the transaction that writes it. One that is due and waits
/// for its turn stays, if its occurrence does.
pub(crate) fn renew(tx: &mut Tx<'_>, row: &MeetingRow, body: &Body, had: bool) -> Result<(), DbFault> {
    if body.reminders.is_empty() && !had {
        return Ok(());
    }
    let (Ok(now), Some(plan)) = (Timestamp::from_millisecond(row.updated_at), body.plan(row.is_cancelled))
    else {
        return kept::put(tx, row.id, &[]);
    };
    let mut known = kept::of(tx, row.id)?;
    if let Some(from) = row.follows.filter(|_| known.is_empty()) {
        // What was parted from another meeting takes along what is due of its dates.
        known =
            kept::of(tx, from)?.into_iter().map(|waits| ReminderRow { meeting: row.id, ..waits }).collect();
    }
    let waiting = known.into_iter().filter(|waits| waits.next_at <= row.updated_at);
    let waiting: Vec<ReminderRow> = waiting
        .filter(|waits| {
            let start = Timestamp::from_millisecond(waits.starts_at).ok();
            let there = parsed(&waits.recurrence).zip(start);
            there.is_some_and(|(original, start)| reminders::still_holds(&plan, original, start, now))
        })
        .collect();
    let next = |minutes: &u32| {
        let waits = waiting.iter().find(|waits| waits.minutes == i64::from(*minutes));
        waits.cloned().or_else(|| after(row.id, &plan, *minutes, (now, None), now))
    };
    let rows: Vec<ReminderRow> = body.reminders.iter().filter_map(next).collect();
    kept::put(tx, row.id, &rows)
}

/// The one that comes after this one.
pub(crate) fn following(plan: &Plan, sent: &ReminderRow, now: Timestamp) -> Option<ReminderRow> {
    let at = Timestamp::from_millisecond(sent.next_at).ok()?;
    let minutes = u32::try_from(sent.minutes).ok()?;
    after(sent.meeting, plan, minutes, (at, parsed(&sent.recurrence)), now)
}

fn after(
    meeting: MeetingId,
    plan: &Plan,
    minutes: u32,
    after: (Timestamp, Option<DateTime>),
    now: Timestamp,
) -> Option<ReminderRow> {
    let due = reminders::next(plan, minutes, after, now)?;
    Some(ReminderRow {
        meeting,
        minutes: minutes.into(),
        recurrence: local(due.original, plan.series.is_all_day()),
        starts_at: due.start.as_millisecond(),
        next_at: due.at.as_millisecond(),
    })
}

/// The mails of a reminder that is due: to the organizer and to all who are in the occurrence and have not declined it. None
/// when it is too late, or the occurrence is not there any more.
pub(crate) fn mails(
    (row, body): (&MeetingRow, &Body),
    plan: &Plan,
    due: &ReminderRow,
    answers: &Answers,
    now: Timestamp,
) -> Vec<MailRow> {
    let there = parsed(&due.recurrence).zip(Timestamp::from_millisecond(due.starts_at).ok());
    let holds = there.filter(|(original, start)| reminders::still_holds(plan, *original, *start, now));
    let planned = holds.and_then(|(original, _)| plan.occurrence(original));
    let Some(planned) = planned else { return Vec::new() };
    let original = planned.time.original;
    let declined = |key: &str| {
        let said = answers.holding(plan, key, Some(original));
        said.is_some_and(|said| said.partstat() == PartStat::Declined)
    };
    let left = planned.time.start.duration_since(now).as_millis();
    let minutes = u32::try_from((left + 30_000) / 60_000).unwrap_or(0);
    let about = Reminded { recurrence: due.recurrence.clone(), starts_at: due.starts_at, minutes };
    let about = serde_json::to_string(&about).ok();
    let people = planned.face.people.iter().filter(|person| !declined(&person.key()));
    let addresses = std::iter::once(&body.organizer.email).chain(people.map(|person| &person.email));
    let mail = |address: &String| MailRow {
        id: random::guid_at(now.as_millisecond()),
        meeting: row.id,
        revision: row.revision,
        recipient: address.clone(),
        kind: mails::REMINDER.to_owned(),
        lane: URGENT_LANE,
        told: None,
        about: about.clone(),
        attempts: 0,
        created_at: now.as_millisecond(),
    };
    addresses.map(mail).collect()
}
