//! A meeting in the calendar that somebody has subscribed to: what a mail of all of it would have put there, with that person's own
//! way in.

use std::{borrow::Borrow as _, collections::BTreeSet};

use convoke_callbridge_api::loopback::User;
use convoke_invite::{Audience, Entry};
use convoke_meeting::answers::{About, PartStat, counts};
use convoke_model::Language;
use convoke_scheduler_api::feed::{DAYS_AHEAD, DAYS_BACK};
use convoke_store::{
    answers::AnswerRow,
    meetings::{MeetingRow, Revision},
};
use jiff::{SignedDuration, Timestamp, civil::DateTime};

use super::{
    answers::{Answers, Known},
    body::{Attendee, Body},
    copies::Copies,
    letters::{Read, SaidOf, joining, snapshot},
    mails,
    preferred::Preferences,
};

/// Dates of one meeting that stand alone at most: one a day, as far as a calendar goes.
const MAX_DATES: usize = (DAYS_BACK + DAYS_AHEAD) as usize;

/// Dates of one meeting that are looked at for them.
const MAX_LOOKED_AT: usize = 10_000;

/// For whom a calendar is, at which time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    /// Who.
    pub(crate) user: &'a User,
    /// What they prefer.
    pub(crate) preferences: &'a Preferences,
    /// When.
    pub(crate) now: Timestamp,
}

/// The entry of a meeting, by its row and what it says, for somebody who answered this; `None` when nothing of it is theirs to attend,
/// or they declined all of it.
pub(crate) fn entry(
    (row, said): (&MeetingRow, &str),
    answers: &[AnswerRow],
    reader: &Reader<'_>,
) -> Option<Entry> {
    let Reader { user, preferences, now } = *reader;
    let mut body: Body = serde_json::from_str(said).ok()?;
    let is_organizer = body.organizer.id == user.id;
    let key = if is_organizer { String::new() } else { user.email.to_lowercase() };
    let attendee = body.everybody().into_iter().find(|attendee| attendee.email.to_lowercase() == key);
    if !is_organizer && attendee.is_none() {
        return None;
    }
    let wanted = if is_organizer { Wanted::All } else { wanted(&body, answers, &key, now) };
    let role = attendee.map_or(&body.organizer.role, |attendee| &attendee.role).clone();
    let own = preferences.language(&user.email.to_lowercase(), attendee);
    let language = own.or_else(|| Language::from_locale(&body.language)).unwrap_or_default();
    // Nobody else stands in it, so nobody's answer does, and the dates of a large meeting stay small.
    keep_only(&mut body, &key);
    let answers = Answers::default();
    let revision = Revision {
        body: String::new(),
        changed_by: String::new(),
        changed_at: row.updated_at,
        via: String::new(),
        address: None,
        change: String::new(),
    };
    let read = Read { row, after: &revision, before: None, answers: &answers, links: None, preferences };
    let said = SaidOf::new(&body, &answers);
    let master = snapshot(&read, &body, &said)?;
    let copies = match &wanted {
        Wanted::All => Copies::of(None, &body, now, &said),
        _ => Some(Copies::of_all(&body, now, &said)?),
    };
    let (meeting, way) = match copies {
        None => (master, body.way(&role).map(joining).unwrap_or_default()),
        Some(copies) => {
            let view = match &wanted {
                Wanted::All => copies.view(&key, mails::INVITATION),
                Wanted::AllBut(gone) => copies.all_but(&key, gone),
                Wanted::NoneBut(dates) => copies.none_but(&key, dates),
            };
            let (meeting, way, _) = copies.told(&view?, &convoke_invite::Kind::Invitation, &master)?;
            (meeting, way)
        }
    };
    let audience = Audience { joining: way, language, zone: None, is_organizer, is_asked: false };
    Some(Entry { meeting, audience })
}

/// Which dates somebody wants in their calendar.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    All,
    AllBut(BTreeSet<DateTime>),
    /// Who declined many dates at once shows those that they did not decline one by one: no rule says just those.
    NoneBut(BTreeSet<DateTime>),
}

/// What somebody, by the address in lower case, did not decline.
fn wanted(body: &Body, rows: &[AnswerRow], key: &str, now: Timestamp) -> Wanted {
    if rows.iter().all(|row| row.partstat != PartStat::Declined.word()) {
        return Wanted::All;
    }
    let Some(plan) = body.plan(false) else { return Wanted::All };
    let answers = Answers::of(rows.to_vec());
    let is_declined = |original: DateTime| {
        let holding = answers.holding(&plan, key, Some(original));
        holding.is_some_and(|known| known.partstat() == PartStat::Declined)
    };
    let declined = answers.of_person(key).iter().filter(|known| known.partstat() == PartStat::Declined);
    let abouts: Vec<About> =
        declined.filter(|known| counts(&plan, (*known).borrow())).map(Known::about).collect();
    let single = |about: &About| match about {
        About::One(original) => Some(*original),
        About::All | About::Following(_) => None,
    };
    if let Some(dates) = abouts.iter().map(single).collect::<Option<Vec<_>>>() {
        let gone: BTreeSet<DateTime> = dates.into_iter().filter(|date| is_declined(*date)).collect();
        return if gone.is_empty() { Wanted::All } else { Wanted::AllBut(gone) };
    }
    let days = |days: i64| SignedDuration::from_hours(24 * days);
    let (Ok(from), Ok(until)) = (now.checked_sub(days(DAYS_BACK)), now.checked_add(days(DAYS_AHEAD))) else {
        return Wanted::All;
    };
    let regular = plan.series.occurrences_in(from, until, MAX_LOOKED_AT);
    let all = regular.iter().map(|time| time.original).chain(plan.overrides.keys().copied());
    let (gone, kept): (BTreeSet<DateTime>, BTreeSet<DateTime>) = all.partition(|date| is_declined(*date));
    // What was said of many may have been taken back since.
    if gone.is_empty() && !kept.is_empty() {
        return Wanted::All;
    }
    Wanted::NoneBut(kept.into_iter().take(MAX_DATES).collect())
}

/// Leaves out everybody but one person, by the address in lower case.
fn keep_only(body: &mut Body, key: &str) {
    let is_own = |attendee: &Attendee| attendee.email.to_lowercase() == key;
    body.attendees.retain(is_own);
    for said in &mut body.overrides {
        said.added.retain(is_own);
    }
}
