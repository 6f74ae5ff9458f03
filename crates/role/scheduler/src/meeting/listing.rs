//! What lists show of a meeting: a small JSON beside its row, so that a list reads little.

use std::collections::BTreeMap;

use convoke_scheduler_api::{
    instance::{Instance, InstanceOrganizer},
    meeting::Status,
};
use convoke_store::meetings::Listed;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::body::{Body, Time, local};

/// What lists show of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listing {
    summary: String,
    time: Time,
    organizer_id: String,
    organizer_jid: String,
    organizer_name: String,
    organizer_email: String,
    organizer_role: String,
    space: String,
    space_name: String,
    /// Join links by role.
    links: BTreeMap<String, String>,
}

impl Listing {
    /// The listing of a meeting.
    pub(crate) fn of(body: &Body) -> Self {
        let links = body.ways.iter().filter_map(|way| Some((way.role.clone(), way.link.clone()?)));
        Self {
            summary: body.summary.clone(),
            time: body.time.clone(),
            organizer_id: body.organizer.id.clone(),
            organizer_jid: body.organizer.jid.clone(),
            organizer_name: body.organizer.name.clone(),
            organizer_email: body.organizer.email.clone(),
            organizer_role: body.organizer.role.clone(),
            space: body.space.clone(),
            space_name: body.space_name.clone(),
            links: links.collect(),
        }
    }

    /// Who the organizer is (a user's id).
    pub(crate) fn organizer_id(&self) -> &str {
        &self.organizer_id
    }
}

/// The instances of a listed meeting in the window, at most `most`.
pub(crate) fn instances(
    listed: &Listed,
    listing: &Listing,
    is_organizer: bool,
    window: (Timestamp, Timestamp),
    most: usize,
) -> Vec<Instance> {
    let Some(series) = listing.time.series() else { return Vec::new() };
    let role = if listed.role.is_empty() { &listing.organizer_role } else { &listed.role };
    let all_day = listing.time.all_day;
    let occurrences = series.occurrences_in(window.0, window.1, most);
    let shown = occurrences.into_iter().map(|occurrence| Instance {
        meeting: listed.meeting.clone(),
        co_space: listing.space.clone(),
        co_space_name: listing.space_name.clone(),
        summary: listing.summary.clone(),
        dt_start: local(occurrence.local_start, all_day),
        dt_end: local(occurrence.local_end, all_day),
        time_zone: listing.time.zone.clone(),
        recurrence: series.is_recurring().then(|| local(occurrence.original, all_day)),
        is_full_day_meeting: all_day,
        dt_start_utc: instant(occurrence.start),
        dt_end_utc: instant(occurrence.end),
        organizer: InstanceOrganizer {
            name: listing.organizer_name.clone(),
            email: listing.organizer_email.clone(),
            user_jid: listing.organizer_jid.clone(),
        },
        is_organizer,
        rrule: listing.time.rrule.clone(),
        status: Status::Confirmed,
        join_link: listing.links.get(role).cloned(),
    });
    shown.collect()
}

/// An instant as the API writes it, in whole seconds.
pub(crate) fn instant(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// The same from milliseconds since 1970.
pub(crate) fn instant_ms(at: i64) -> String {
    instant(Timestamp::from_millisecond(at).unwrap_or_default())
}
