//! What a change did, in words that the history shows: kept as JSON beside each revision.

use convoke_scheduler_api::history::{Operation, Scope};
use serde::{Deserialize, Serialize};

use super::body::Body;

/// What a change did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deed {
    /// Which kind of change it was.
    pub(crate) op: Operation,
    /// How far it reached.
    #[serde(default)]
    pub(crate) scope: Scope,
    /// Which occurrence it began with, or was of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) recurrence: Option<String>,
    /// Whether nothing takes place afterwards.
    #[serde(default)]
    pub(crate) is_cancelled: bool,
    /// The API's fields that changed.
    pub(crate) fields: Vec<String>,
    /// SEQUENCE afterwards.
    pub(crate) sequence: i64,
    /// How many people are mailed.
    pub(crate) notified: usize,
    /// The organizer for whom a delegate did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) on_behalf_of: Option<String>,
}

impl Deed {
    /// A deed of this kind that changed all and of which nothing else is known.
    pub(crate) fn of(op: Operation) -> Self {
        Self {
            op,
            scope: Scope::All,
            recurrence: None,
            is_cancelled: false,
            fields: Vec::new(),
            sequence: 0,
            notified: 0,
            on_behalf_of: None,
        }
    }

    /// The deed that a revision notes; revisions from before deeds were noted only tell whether they made the meeting.
    pub(crate) fn noted(change: &str, revision: i64) -> (Operation, Option<Self>) {
        match serde_json::from_str::<Self>(change) {
            Ok(deed) => (deed.op, Some(deed)),
            Err(_) if revision == 1 => (Operation::Created, None),
            Err(_) => (Operation::Changed, None),
        }
    }
}

/// The API's fields in which two states of a meeting differ.
pub(crate) fn changed_fields(before: &Body, after: &Body) -> Vec<String> {
    let (was, is) = (&before.time, &after.time);
    let fields = [
        ("summary", before.summary != after.summary),
        ("description", before.description != after.description),
        ("dtStart", was.start != is.start),
        ("dtEnd", was.end != is.end),
        ("timeZone", was.zone != is.zone),
        ("isFullDayMeeting", was.all_day != is.all_day),
        ("rrule", was.rrule != is.rrule),
        ("rdate", was.rdate != is.rdate),
        ("exdate", was.exdate != is.exdate),
        ("overrides", before.overrides != after.overrides),
        ("organizer", before.organizer.id != after.organizer.id),
        ("organizerRole", before.organizer.role != after.organizer.role),
        ("attendees", before.attendees != after.attendees),
        ("coSpace", before.space != after.space),
        ("coOrganizers", before.co_organizers != after.co_organizers),
        ("guestList", before.guest_list != after.guest_list),
        ("reminders", before.reminders != after.reminders),
        ("language", before.language != after.language),
        ("accessMethods", before.ways != after.ways),
    ];
    fields.into_iter().filter(|(_, changed)| *changed).map(|(name, _)| name.to_owned()).collect()
}
