//! Who is told of a change, and how.

use jiff::Timestamp;

use super::{Calendars, Copy, Plan};

/// Who is to be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Notify {
    /// Everybody who is in it, or was.
    All,
    /// Those whose calendars show something else now.
    #[default]
    Affected,
    /// Those who were not in it before.
    New,
    /// Nobody.
    Nobody,
}

/// What a change means to one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Concern {
    /// They are invited, having been in nothing before.
    Invited,
    /// What they are in has changed.
    Changed,
    /// Single occurrences that they were in are gone, and others have come: no one object of a calendar says both.
    Replaced,
    /// It takes place without them.
    Removed,
    /// It does not take place.
    Cancelled,
    /// What they are in has not changed.
    Unchanged,
}

/// What a change means to one person, and whether they are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The person; empty for the organizer.
    pub key: String,
    /// What it means.
    pub concern: Concern,
    /// Whether they are told.
    pub is_told: bool,
}

/// What the change from one plan to the next at `now` means to everybody: the organizer first, then the others by key.
pub fn notices(before: Option<&Plan>, after: &Plan, notify: Notify, now: Timestamp) -> Vec<Notice> {
    let mut people = after.everybody();
    people.extend(before.iter().flat_map(|before| before.everybody()));
    let (was_copies, is_copies) = (before.map(|before| before.calendars(now)), after.calendars(now));
    let notice = |key: String| {
        let was = was_copies.as_ref().and_then(|copies| copies.copy_for(&key));
        let concern = match (was, is_copies.copy_for(&key)) {
            (None, None) => return None,
            (None, Some(_)) => Concern::Invited,
            (Some(was), None) if is_cancelled(&was, &is_copies) => Concern::Cancelled,
            (Some(_), None) => Concern::Removed,
            (Some(was), Some(is)) if is_replaced(&was, &is) => Concern::Replaced,
            (Some(was), Some(is)) if was != is => Concern::Changed,
            (Some(_), Some(_)) => Concern::Unchanged,
        };
        let is_told = match notify {
            Notify::All => true,
            Notify::Affected => concern != Concern::Unchanged,
            Notify::New => concern == Concern::Invited,
            Notify::Nobody => false,
        };
        Some(Notice { key, concern, is_told })
    };
    std::iter::once(String::new()).chain(people).filter_map(notice).collect()
}

/// Whether nothing of what somebody was in takes place any more.
fn is_cancelled(was: &Copy, after: &Calendars) -> bool {
    match &was.series {
        Some(_) => after.is_cancelled(),
        None => was.own.keys().all(|original| after.is_off(*original)),
    }
}

/// Whether somebody who is in single occurrences only, now, has to lose something and to get something.
fn is_replaced(was: &Copy, is: &Copy) -> bool {
    let loses = was.series.is_some() || was.own.keys().any(|original| !is.own.contains_key(original));
    let gets =
        was.series.is_some() || is.own.iter().any(|(original, own)| was.own.get(original) != Some(own));
    is.series.is_none() && loses && gets
}
