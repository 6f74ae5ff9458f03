//! What lists show of a meeting: one line of text in each person's row of it, so that a list reads nothing else.
//!
//! It is written once ([`Listing`]) and read by the thousand ([`Listed`]). So the texts that an answer repeats stand in it
//! as JSON has them, and are copied as they are. The fields are parted by tabs, which JSON never holds in a text. Lines after
//! the first tell of occurrences that are not as their series ([`own`]).

mod cursor;
mod headed;
mod own;

use convoke_meeting::{
    Series, Zone,
    series::{Occurrence, unscheduled::UNSCHEDULED_START},
};
use convoke_scheduler_api::meeting::Way;
use convoke_store::lists::ListedRow;
use jiff::{Timestamp, civil::DateTime};

pub(crate) use cursor::Cursor;
pub(crate) use headed::Headed;
use own::Own;

use super::body::{
    Attendee, Body, SeriesTexts, Time, instant, local, parsed, push_instant, push_local, series,
};

/// What is kept for lists.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    body: &'a Body,
    /// All but the link, which is each person's own.
    common: String,
    /// What the `COUNT` of the rule comes to, counted once so that no list has to count.
    last: Option<String>,
}

impl<'a> Listing<'a> {
    /// The listing of a meeting.
    pub(crate) fn of(body: &'a Body) -> Self {
        let (time, organizer) = (&body.time, &body.organizer);
        let common = [
            time.start.clone(),
            time.end.clone(),
            time.zone.clone(),
            time.rrule.clone().unwrap_or_default(),
            time.rdate.join(","),
            time.exdate.join(","),
            quoted(&body.summary),
            quoted(&body.space),
            quoted(&body.space_name),
            quoted(&organizer.name),
            quoted(&organizer.email),
            // Mostly both are the same, and it stands there once.
            if organizer.jid == organizer.email { String::new() } else { quoted(&organizer.jid) },
        ];
        Self { body, common: common.join("\t"), last: last(time) }
    }

    /// The organizer's.
    pub(crate) fn for_organizer(&self) -> String {
        let mut listing = self.line(&self.body.ways, &self.body.organizer.role);
        own::push(&mut listing, self.body, None);
        listing
    }

    /// That of somebody who may do what the organizer may.
    pub(crate) fn for_co_organizer(&self) -> String {
        let mut listing = self.line(&self.body.ways, &self.body.organizer.role);
        if self.last.is_none() {
            listing.push('\t');
        }
        listing.push('\t');
        listing.push_str(CO_ORGANIZER);
        own::push(&mut listing, self.body, None);
        listing
    }

    /// That of somebody who is in the series or in some of its occurrences.
    pub(crate) fn for_attendee(&self, attendee: &Attendee) -> String {
        let mut listing = self.line(&self.body.ways, &attendee.role);
        own::push(&mut listing, self.body, Some(attendee));
        listing
    }

    fn line(&self, ways: &[Way], role: &str) -> String {
        let mut line = format!("{}\t{}", self.common, link(ways, role));
        if let Some(last) = &self.last {
            line.push('\t');
            line.push_str(last);
        }
        line
    }
}

/// The last start that a rule with a `COUNT` gives.
fn last(time: &Time) -> Option<String> {
    let counts = time.rrule.as_ref().is_some_and(|rule| rule.contains("COUNT="));
    let last = counts.then(|| time.series()).flatten()?.last()?;
    Some(local(last, time.all_day))
}

/// The join link of a role, as JSON has it.
fn link(ways: &[Way], role: &str) -> String {
    let way = ways.iter().find(|way| way.role == role);
    way.and_then(|way| way.link.as_deref()).map_or_else(|| "null".to_owned(), quoted)
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same, read. Times, the zone and the rule are plain text, the rest is JSON.
#[derive(Debug, Clone, Copy)]
struct Listed<'a> {
    start: &'a str,
    end: &'a str,
    zone: &'a str,
    rrule: &'a str,
    rdate: &'a str,
    exdate: &'a str,
    summary: &'a str,
    space: &'a str,
    space_name: &'a str,
    organizer_name: &'a str,
    organizer_email: &'a str,
    /// Empty when it is the address.
    organizer_jid: &'a str,
    link: &'a str,
    /// The last start of a rule with a `COUNT`; empty for other meetings, and where it is not known.
    last: &'a str,
    /// [`CO_ORGANIZER`], or empty.
    flag: &'a str,
}

/// What stands in the line of somebody who may do what the organizer may.
const CO_ORGANIZER: &str = "c";

impl<'a> Listed<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut fields = line.split('\t');
        Some(Self {
            start: fields.next()?,
            end: fields.next()?,
            zone: fields.next()?,
            rrule: fields.next()?,
            rdate: fields.next()?,
            exdate: fields.next()?,
            summary: fields.next()?,
            space: fields.next()?,
            space_name: fields.next()?,
            organizer_name: fields.next()?,
            organizer_email: fields.next()?,
            organizer_jid: fields.next()?,
            link: fields.next()?,
            last: fields.next().unwrap_or_default(),
            flag: fields.next().unwrap_or_default(),
        })
    }

    /// Full-day meetings are kept by their dates.
    fn is_all_day(&self) -> bool {
        self.start.len() == "2026-12-01".len()
    }

    fn series(&self, zone: Zone) -> Option<Series> {
        let series = series(SeriesTexts {
            start: self.start,
            end: self.end,
            zone,
            all_day: self.is_all_day(),
            rrule: Some(self.rrule).filter(|rule| !rule.is_empty()),
            rdate: &parts(self.rdate),
            exdate: &parts(self.exdate),
        })?;
        Some(if self.last.is_empty() { series } else { series.bounded_by(parsed(self.last)) })
    }
}

fn parts(list: &str) -> Vec<&str> {
    if list.is_empty() { Vec::new() } else { list.split(',').collect() }
}

/// For whom, and which time, a list is.
#[derive(Debug, Clone)]
pub(crate) struct View {
    /// Whether it is a user's own list, not an operator's of everybody.
    pub(crate) is_user: bool,
    /// Whether only what its user organizes is shown.
    pub(crate) is_organizers: bool,
    /// From when.
    pub(crate) from: Timestamp,
    /// Until before when.
    pub(crate) until: Timestamp,
    /// Instances at most.
    pub(crate) most: usize,
    /// Whether meetings without a fixed time are shown, and no others.
    pub(crate) is_unscheduled: bool,
}

/// A row's listing makes no sense.
#[derive(Debug, thiserror::Error)]
#[error("what its row says can't be read")]
pub(crate) struct Unreadable;

/// A list that is being written: its instances as JSON, to be put in order at the end.
#[derive(Debug)]
pub(crate) struct List {
    json: String,
    shown: Vec<Shown>,
    /// The zones that were met; mostly one.
    zones: Vec<(String, Zone)>,
}

/// Where an instance stands in the JSON, and what it is ordered by.
#[derive(Debug)]
struct Shown {
    start: Timestamp,
    original: DateTime,
    is_organizer: bool,
    meeting: Span,
    summary: Span,
    json: Span,
}

/// Whose instances are written.
struct Meeting<'a> {
    id: &'a str,
    is_recurring: bool,
    is_organizer: bool,
    is_co_organizer: bool,
}

type Span = std::ops::Range<usize>;

/// Bytes of a usual list.
const USUAL_BYTES: usize = 4_096;

impl Default for List {
    fn default() -> Self {
        Self { json: String::with_capacity(USUAL_BYTES), shown: Vec::with_capacity(8), zones: Vec::new() }
    }
}

impl List {
    /// Adds the instances of a meeting that the view shows.
    pub(crate) fn add(&mut self, view: &View, row: &ListedRow<'_>) -> Result<(), Unreadable> {
        let (line, own) = match row.listing.split_once('\n') {
            Some((line, rest)) => (line, Some(Own::parse(rest).ok_or(Unreadable)?)),
            None => (row.listing, None),
        };
        let listed = Listed::parse(line).ok_or(Unreadable)?;
        if view.is_organizers && listed.flag == CO_ORGANIZER {
            return Ok(());
        }
        let zone = self.zone(listed.zone).ok_or(Unreadable)?;
        let series = listed.series(zone).ok_or(Unreadable)?;
        // An endless series goes on in their year, too.
        if series.is_unscheduled() != view.is_unscheduled {
            return Ok(());
        }
        let is_co_organizer = listed.flag == CO_ORGANIZER;
        let is_organizer = view.is_user && row.person.starts_with("u:") && !is_co_organizer;
        let is_recurring = series.is_recurring();
        let meeting = Meeting { id: row.meeting, is_recurring, is_organizer, is_co_organizer };
        let Some(own) = own else {
            for occurrence in series.occurrences_in(view.from, view.until, view.most) {
                self.push(&meeting, &listed, &occurrence);
            }
            return Ok(());
        };
        let most = view.most.saturating_add(own.len());
        for occurrence in series.occurrences_in(view.from, view.until, most) {
            if let Some(listed) = own.regular(&listed, occurrence.original) {
                self.push(&meeting, &listed, &occurrence);
            }
        }
        for (listed, occurrence) in own.others(&listed, &series) {
            if occurrence.start < view.until && occurrence.end > view.from {
                self.push(&meeting, &listed, &occurrence);
            }
        }
        Ok(())
    }

    fn push(&mut self, of: &Meeting<'_>, listed: &Listed<'_>, occurrence: &Occurrence) {
        let begin = self.json.len();
        let (meeting, summary) = self.write(of, listed, occurrence);
        self.shown.push(Shown {
            start: occurrence.start,
            original: occurrence.original,
            is_organizer: of.is_organizer,
            meeting,
            summary,
            json: begin..self.json.len(),
        });
    }

    fn zone(&mut self, name: &str) -> Option<Zone> {
        if let Some((_, zone)) = self.zones.iter().find(|(known, _)| known == name) {
            return Some(zone.clone());
        }
        let zone = Zone::named(name).ok()?;
        self.zones.push((name.to_owned(), zone.clone()));
        Some(zone)
    }

    /// Writes an instance, field by field as [`convoke_scheduler_api::instance::Instance`] has them; where the meeting's id
    /// and the name came to stand.
    fn write(&mut self, of: &Meeting<'_>, listed: &Listed<'_>, occurrence: &Occurrence) -> (Span, Span) {
        let all_day = listed.is_all_day();
        let json = &mut self.json;
        json.push_str("{\"meeting\":\"");
        let meeting = push(json, of.id);
        all(
            json,
            &["\",\"coSpace\":", listed.space, ",\"coSpaceName\":", listed.space_name, ",\"summary\":"],
        );
        let summary = push(json, listed.summary);
        // A meeting without a fixed time.
        let is_timeless = occurrence.original == UNSCHEDULED_START;
        if is_timeless {
            json.push_str(",\"dtStart\":null,\"dtEnd\":null,\"timeZone\":\"");
        } else {
            json.push_str(",\"dtStart\":\"");
            push_local(json, occurrence.local_start, all_day);
            json.push_str("\",\"dtEnd\":\"");
            push_local(json, occurrence.local_end, all_day);
            json.push_str("\",\"timeZone\":\"");
        }
        all(json, &[listed.zone, "\",\"recurrence\":"]);
        if of.is_recurring {
            json.push('"');
            push_local(json, occurrence.original, all_day);
            json.push('"');
        } else {
            json.push_str("null");
        }
        all(json, &[",\"isFullDayMeeting\":", truth(all_day)]);
        if is_timeless {
            json.push_str(",\"dtStartUtc\":null,\"dtEndUtc\":null");
        } else {
            json.push_str(",\"dtStartUtc\":\"");
            push_instant(json, occurrence.start);
            json.push_str("\",\"dtEndUtc\":\"");
            push_instant(json, occurrence.end);
            json.push('"');
        }
        let (name, email) = (listed.organizer_name, listed.organizer_email);
        let jid = if listed.organizer_jid.is_empty() { email } else { listed.organizer_jid };
        all(json, &[",\"organizer\":{\"name\":", name, ",\"email\":", email, ",\"userJid\":", jid]);
        let co_organizer = if of.is_co_organizer { ",\"isCoOrganizer\":true" } else { "" };
        all(json, &["},\"isOrganizer\":", truth(of.is_organizer), co_organizer, ",\"rrule\":"]);
        match listed.rrule {
            "" => json.push_str("null"),
            rule => all(json, &["\"", rule, "\""]),
        }
        all(json, &[",\"status\":\"CONFIRMED\",\"joinLink\":", listed.link, "}"]);
        (meeting, summary)
    }

    /// The JSON array: by start, then by name, then by id, after the instance that `after` names; and the name of the last one,
    /// where there are more than `most`. A meeting that stands in two of the caller's lists is shown once, as the organizer's.
    pub(crate) fn finish(mut self, most: usize, after: Option<&Cursor>) -> (Vec<u8>, Option<Cursor>) {
        let text = |span: &Span| self.json.get(span.clone()).unwrap_or_default();
        let key = |a: &Shown| (a.start, text(&a.summary), text(&a.meeting), a.original, !a.is_organizer);
        self.shown.sort_by(|a, b| key(a).cmp(&key(b)));
        self.shown.dedup_by(|a, b| a.original == b.original && text(&a.meeting) == text(&b.meeting));
        if let Some(after) = after {
            let is_after = |a: &Shown| {
                (a.start, text(&a.summary), text(&a.meeting), a.original)
                    > (after.start, after.summary.as_str(), after.meeting.as_str(), after.original)
            };
            self.shown.retain(is_after);
        }
        let is_cut = self.shown.len() > most;
        self.shown.truncate(most);
        let next = self.shown.last().filter(|_| is_cut).map(|last| Cursor {
            start: last.start,
            summary: text(&last.summary).to_owned(),
            meeting: text(&last.meeting).to_owned(),
            original: last.original,
        });
        let mut json = Vec::with_capacity(self.json.len() + self.shown.len() + 2);
        json.push(b'[');
        for shown in &self.shown {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(text(&shown.json).as_bytes());
        }
        json.push(b']');
        (json, next)
    }
}

fn truth(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn all(json: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| json.push_str(part));
}

/// Appends a text; where it came to stand.
fn push(json: &mut String, text: &str) -> Span {
    let begin = json.len();
    json.push_str(text);
    begin..json.len()
}

/// An instant in milliseconds since 1970 as the API writes it.
pub(crate) fn instant_ms(at: i64) -> String {
    instant(Timestamp::from_millisecond(at).unwrap_or_default())
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
