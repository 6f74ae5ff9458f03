//! What lists show of a meeting: a small JSON beside its row, so that a list reads little.
//!
//! It is written once ([`Listing`]) and read by the thousand ([`Listed`]), so reading borrows.

use std::{borrow::Cow, collections::BTreeMap};

use convoke_scheduler_api::{
    instance::{Instance, InstanceOrganizer},
    meeting::Status,
};
use convoke_store::meetings::ListedRow;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::body::{Body, SeriesTexts, Time, instant, local, series};

/// What is kept for lists.
#[derive(Debug, Serialize)]
pub(crate) struct Listing<'a> {
    summary: &'a str,
    time: &'a Time,
    organizer_id: &'a str,
    organizer_jid: &'a str,
    organizer_name: &'a str,
    organizer_email: &'a str,
    organizer_role: &'a str,
    space: &'a str,
    space_name: &'a str,
    /// Join links by role.
    links: BTreeMap<&'a str, &'a str>,
}

impl<'a> Listing<'a> {
    /// The listing of a meeting.
    pub(crate) fn of(body: &'a Body) -> Self {
        let links = body.ways.iter().filter_map(|way| Some((way.role.as_str(), way.link.as_deref()?)));
        Self {
            summary: &body.summary,
            time: &body.time,
            organizer_id: &body.organizer.id,
            organizer_jid: &body.organizer.jid,
            organizer_name: &body.organizer.name,
            organizer_email: &body.organizer.email,
            organizer_role: &body.organizer.role,
            space: &body.space,
            space_name: &body.space_name,
            links: links.collect(),
        }
    }
}

/// The same, read.
#[derive(Debug, Deserialize)]
struct Listed<'a> {
    #[serde(borrow)]
    summary: Cow<'a, str>,
    #[serde(borrow)]
    time: ListedTime<'a>,
    #[serde(borrow)]
    organizer_id: Cow<'a, str>,
    #[serde(borrow)]
    organizer_jid: Cow<'a, str>,
    #[serde(borrow)]
    organizer_name: Cow<'a, str>,
    #[serde(borrow)]
    organizer_email: Cow<'a, str>,
    #[serde(borrow)]
    organizer_role: Cow<'a, str>,
    #[serde(borrow)]
    space: Cow<'a, str>,
    #[serde(borrow)]
    space_name: Cow<'a, str>,
    /// Read only when something is shown.
    #[serde(borrow)]
    links: &'a RawValue,
}

/// [`Time`], read.
#[derive(Debug, Deserialize)]
struct ListedTime<'a> {
    #[serde(borrow)]
    start: Cow<'a, str>,
    #[serde(borrow)]
    end: Cow<'a, str>,
    #[serde(borrow)]
    zone: Cow<'a, str>,
    all_day: bool,
    #[serde(default)]
    rrule: Option<String>,
    #[serde(default)]
    rdate: Vec<String>,
    #[serde(default)]
    exdate: Vec<String>,
}

/// For whom, and which time, a list is.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// The user's id; `None` for an operator.
    pub(crate) user: Option<String>,
    /// From when.
    pub(crate) from: Timestamp,
    /// Until before when.
    pub(crate) until: Timestamp,
    /// Instances at most.
    pub(crate) most: usize,
}

/// A list that is being written: its instances as JSON, to be put in order at the end.
#[derive(Debug, Default)]
pub(crate) struct List {
    json: Vec<u8>,
    shown: Vec<Shown>,
}

/// Where an instance stands in the JSON, and what it is ordered by.
#[derive(Debug)]
struct Shown {
    start: Timestamp,
    summary: String,
    meeting: String,
    json: std::ops::Range<usize>,
}

impl List {
    /// Adds the instances of a meeting that the view shows.
    pub(crate) fn add(&mut self, view: &View, row: &ListedRow<'_>) -> Result<(), serde_json::Error> {
        let listed: Listed<'_> = serde_json::from_str(row.listing)?;
        let time = &listed.time;
        let series = series(&SeriesTexts {
            start: &time.start,
            end: &time.end,
            zone: &time.zone,
            all_day: time.all_day,
            rrule: time.rrule.as_deref(),
            rdate: &time.rdate,
            exdate: &time.exdate,
        });
        let Some(series) = series else { return Err(serde::de::Error::custom("its time can't be read")) };
        let occurrences = series.occurrences_in(view.from, view.until, view.most);
        if occurrences.is_empty() {
            return Ok(());
        }
        let links: BTreeMap<Cow<'_, str>, Cow<'_, str>> = serde_json::from_str(listed.links.get())?;
        let role = if row.role.is_empty() { &listed.organizer_role } else { row.role };
        let link = links.get(role).map(|link| Cow::Borrowed(&**link));
        let is_recurring = series.is_recurring();
        for occurrence in occurrences {
            let all_day = time.all_day;
            let instance = Instance {
                meeting: row.meeting.into(),
                co_space: Cow::Borrowed(&listed.space),
                co_space_name: Cow::Borrowed(&listed.space_name),
                summary: Cow::Borrowed(&listed.summary),
                dt_start: local(occurrence.local_start, all_day).into(),
                dt_end: local(occurrence.local_end, all_day).into(),
                time_zone: Cow::Borrowed(&time.zone),
                recurrence: is_recurring.then(|| local(occurrence.original, all_day).into()),
                is_full_day_meeting: all_day,
                dt_start_utc: instant(occurrence.start).into(),
                dt_end_utc: instant(occurrence.end).into(),
                organizer: InstanceOrganizer {
                    name: Cow::Borrowed(&listed.organizer_name),
                    email: Cow::Borrowed(&listed.organizer_email),
                    user_jid: Cow::Borrowed(&listed.organizer_jid),
                },
                is_organizer: view.user.as_deref() == Some(&*listed.organizer_id),
                rrule: time.rrule.as_deref().map(Cow::Borrowed),
                status: Status::Confirmed,
                join_link: link.clone(),
            };
            let begin = self.json.len();
            serde_json::to_writer(&mut self.json, &instance)?;
            self.shown.push(Shown {
                start: occurrence.start,
                summary: listed.summary.clone().into_owned(),
                meeting: row.meeting.to_owned(),
                json: begin..self.json.len(),
            });
        }
        Ok(())
    }

    /// The JSON array: by start, then by name, then by id.
    pub(crate) fn finish(mut self, most: usize) -> Vec<u8> {
        self.shown.sort_by(|a, b| (a.start, &a.summary, &a.meeting).cmp(&(b.start, &b.summary, &b.meeting)));
        self.shown.truncate(most);
        let mut json = Vec::with_capacity(self.json.len() + self.shown.len() + 2);
        json.push(b'[');
        for shown in &self.shown {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(self.json.get(shown.json.clone()).unwrap_or_default());
        }
        json.push(b']');
        json
    }
}

/// An instant in milliseconds since 1970 as the API writes it.
pub(crate) fn instant_ms(at: i64) -> String {
    instant(Timestamp::from_millisecond(at).unwrap_or_default())
}
