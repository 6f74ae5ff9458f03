//! The events of a calendar file, as meetings that are to be made of them: what they say of themselves, with their exceptions.

use std::{collections::HashSet, sync::Arc};

use convoke_meeting::Zone;
use convoke_model::EmailAddress;
use jiff::{Span, civil::DateTime, tz::TimeZone};

use super::{
    CalendarTime, Clock, IncomingFault,
    ical::{self, Component, Property},
    read::{clock_for, mailbox, time_at, time_of},
};

/// Longest UID that is remembered, in characters.
pub const MAX_UID_CHARS: usize = 1_000;
/// Further dates, and dates left out, that are read of an event, each. One more than this is read, so that whoever judges the event
/// sees that there are too many.
pub const MAX_LISTED: usize = 1_000;

/// The events of one UID, or an exception whose series is not in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Which component of the file it is, from 1 on.
    pub place: usize,
    /// The UID that the file gives it; an exception without its series has its RECURRENCE-ID behind it.
    pub uid: String,
    /// What it says.
    pub said: Said,
    /// How it repeats.
    pub rrule: Option<String>,
    /// Further local starts.
    pub rdates: Vec<DateTime>,
    /// Local starts that do not take place.
    pub exdates: Vec<DateTime>,
    /// What single occurrences say.
    pub exceptions: Vec<Exception>,
}

/// What an event, or one occurrence, says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The name.
    pub summary: String,
    /// Free text. Exceptions that say nothing of it share that of their series.
    pub description: Arc<str>,
    /// The zone of its times.
    pub zone: Zone,
    /// Whether it takes whole days.
    pub is_all_day: bool,
    /// Local start.
    pub start: DateTime,
    /// Local end, in the same zone.
    pub end: DateTime,
    /// Everybody whom it names with an address, its organizer among them, each once: the address, and the name. Shared as the
    /// description is.
    pub people: Arc<[(EmailAddress, String)]>,
    /// Whether it does not take place.
    pub is_cancelled: bool,
    /// People whom it names without an address.
    pub unreachable: Vec<String>,
}

/// What one occurrence says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Which component of the file it is.
    pub place: usize,
    /// The occurrence, by its original local start in the zone of its series.
    pub original: DateTime,
    /// What it says, in the zone of its series.
    pub said: Said,
}

/// Why something of a file is no meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventFault {
    /// It has no UID, or one that is too long.
    NoUid,
    /// It has no start, or one that can't be read.
    NoStart,
    /// Its times are of no zone that is known.
    UnknownZone,
    /// It is about an occurrence and those after it, which calendars do not write.
    Following,
    /// A recurrence that can't be read.
    NoRecurrence,
    /// A second event of the same UID, or occurrence.
    Twice,
}

impl EventFault {
    /// A word for it.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoUid => "noUid",
            Self::NoStart => "noStart",
            Self::UnknownZone => "unknownTimeZone",
            Self::Following => "rangeNotSupported",
            Self::NoRecurrence => "noRecurrence",
            Self::Twice => "twice",
        }
    }
}

impl std::fmt::Display for EventFault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoUid => "It has no UID of at most 1,000 characters.",
            Self::NoStart => "It has no start (DTSTART), or one that can't be read.",
            Self::UnknownZone => {
                "Its times are of no zone that is known; say which one is meant with timeZone."
            }
            Self::Following => "It is about an occurrence and those after it (RANGE), which is not read.",
            Self::NoRecurrence => "Which occurrence it is about (RECURRENCE-ID) can't be read.",
            Self::Twice => "The file has the same event before it.",
        })
    }
}

/// What was found in a file: its events, and what of it is none, by the place of the component.
pub type Found = (Vec<Event>, Vec<(usize, EventFault)>);

/// Reads the events of a file. Times without a zone, and those of one that nobody knows, are of `zone` where that is given, else of the one
/// that the file names for all of it.
pub fn events(text: &str, zone: Option<&Zone>) -> Result<Found, IncomingFault> {
    let calendar = ical::parse(text)?;
    let named = calendar.property("X-WR-TIMEZONE").and_then(|name| Zone::of_name(name.value.trim()));
    let reader = Reader { calendar: &calendar, zone: zone.cloned().or(named) };
    let (mut events, mut faults): (Vec<Event>, Vec<(usize, EventFault)>) = Default::default();
    let all: Vec<(usize, &Component)> =
        (1..).zip(calendar.components.iter().filter(|component| component.name == "VEVENT")).collect();
    let (single, series): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|(_, event)| event.property("RECURRENCE-ID").is_some());
    for (place, event) in series {
        match reader.event(place, event) {
            Ok(event) if events.iter().any(|known| known.uid == event.uid) => {
                faults.push((place, EventFault::Twice));
            }
            Ok(event) => events.push(event),
            Err(fault) => faults.push((place, fault)),
        }
    }
    for (place, component) in single {
        if let Err(fault) = reader.exception(place, component, &mut events) {
            faults.push((place, fault));
        }
    }
    events.sort_by_key(|event| event.place);
    faults.sort_by_key(|(place, _)| *place);
    Ok((events, faults))
}

struct Reader<'c> {
    calendar: &'c Component,
    /// Where none is said.
    zone: Option<Zone>,
}

impl Reader<'_> {
    fn event(&self, place: usize, event: &Component) -> Result<Event, EventFault> {
        let uid = uid(event)?;
        let start = self.time(event, "DTSTART").ok_or(EventFault::NoStart)?;
        let zone = self.zone_of(&start).ok_or(EventFault::UnknownZone)?;
        let said = self.said(event, &start, &zone)?;
        let starts = |name: &str| -> Vec<DateTime> {
            let lists = event.properties(name).flat_map(|list| self.list(list));
            lists.filter_map(|time| self.local(&time, &zone)).take(MAX_LISTED + 1).collect()
        };
        let rrule = event.property("RRULE").map(|rule| rule.value.trim().to_owned());
        Ok(Event {
            place,
            uid,
            rrule: rrule.filter(|rule| !rule.is_empty()),
            rdates: starts("RDATE"),
            exdates: starts("EXDATE"),
            said,
            exceptions: Vec::new(),
        })
    }

    /// Adds an occurrence to its series, or as a meeting of its own where that is not in the file.
    fn exception(
        &self,
        place: usize,
        component: &Component,
        events: &mut Vec<Event>,
    ) -> Result<(), EventFault> {
        let uid = uid(component)?;
        let recurrence = component.property("RECURRENCE-ID").ok_or(EventFault::NoRecurrence)?;
        if recurrence.parameter("RANGE").is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE")) {
            return Err(EventFault::Following);
        }
        let name = time_of(recurrence, self.calendar).ok_or(EventFault::NoRecurrence)?;
        let Some(series) = events.iter_mut().find(|event| event.uid == uid) else {
            let event = self.event(place, component)?;
            let uid = format!("{uid} {}", recurrence.value.trim());
            if events.iter().any(|known| known.uid == uid) {
                return Err(EventFault::Twice);
            }
            events.push(Event { uid, rrule: None, rdates: Vec::new(), exdates: Vec::new(), ..event });
            return Ok(());
        };
        let zone = series.said.zone.clone();
        let mut original = self.local(&name, &zone).ok_or(EventFault::UnknownZone)?;
        if name.is_date && !series.said.is_all_day {
            original = original.date().to_datetime(series.said.start.time());
        }
        if series.exceptions.iter().any(|known| known.original == original) {
            return Err(EventFault::Twice);
        }
        let start = self.time(component, "DTSTART").ok_or(EventFault::NoStart)?;
        let mut said = self.said(component, &start, &zone)?;
        if component.property("SUMMARY").is_none() {
            said.summary.clone_from(&series.said.summary);
        }
        if component.property("DESCRIPTION").is_none() {
            said.description = Arc::clone(&series.said.description);
        }
        // Programs leave the people out where they are those of the series.
        if component.property("ATTENDEE").is_none() {
            said.people = Arc::clone(&series.said.people);
        }
        series.exceptions.push(Exception { place, original, said });
        Ok(())
    }

    fn said(&self, event: &Component, start: &CalendarTime, zone: &Zone) -> Result<Said, EventFault> {
        let begin = self.local(start, zone).ok_or(EventFault::UnknownZone)?;
        let end = self.time(event, "DTEND").and_then(|end| self.local(&end, zone));
        let length = event.property("DURATION").and_then(|length| length.value.trim().parse::<Span>().ok());
        // A day without an end is that day (RFC 5545 3.6.1).
        let usual = if start.is_date { begin.checked_add(Span::new().days(1)) } else { Ok(begin) };
        let lasting = length.map_or(usual, |length| begin.checked_add(length));
        let text = |name: &str| event.property(name).map(Property::text).unwrap_or_default();
        let (people, unreachable) = people(event);
        Ok(Said {
            summary: one_line(&text("SUMMARY")),
            description: text("DESCRIPTION")
                .chars()
                .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
                .collect::<String>()
                .into(),
            zone: zone.clone(),
            is_all_day: start.is_date,
            start: begin,
            end: end.or(lasting.ok()).ok_or(EventFault::NoStart)?,
            people: people.into(),
            is_cancelled: text("STATUS").trim().eq_ignore_ascii_case("CANCELLED"),
            unreachable,
        })
    }

    fn time(&self, event: &Component, name: &str) -> Option<CalendarTime> {
        time_of(event.property(name)?, self.calendar)
    }

    /// The times of a list; of a period its start.
    fn list<'p>(&self, list: &'p Property) -> impl Iterator<Item = CalendarTime> + 'p {
        let clock = clock_for(list, self.calendar);
        list.value.split(',').filter_map(move |value| {
            let start = value.split_once('/').map_or(value, |(start, _)| start);
            time_at(start, &clock)
        })
    }

    fn zone_of(&self, time: &CalendarTime) -> Option<Zone> {
        match &time.clock {
            Clock::Zone(zone) => Some(zone.clone()),
            Clock::Utc => Zone::of_name("UTC"),
            Clock::Floating | Clock::Offsets(_) => {
                // Whole days are days wherever they are.
                self.zone.clone().or_else(|| time.is_date.then(|| Zone::of_name("UTC")).flatten())
            }
        }
    }

    /// What the clock of `zone` shows at a time.
    fn local(&self, time: &CalendarTime, zone: &Zone) -> Option<DateTime> {
        let from = match &time.clock {
            Clock::Zone(own) if own == zone => return Some(time.local),
            Clock::Zone(own) => own.time_zone().clone(),
            Clock::Utc => TimeZone::UTC,
            Clock::Floating | Clock::Offsets(_) => return Some(time.local),
        };
        if time.is_date {
            return Some(time.local);
        }
        Some(zone.time_zone().to_datetime(from.to_timestamp(time.local).ok()?))
    }
}

fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

fn uid(event: &Component) -> Result<String, EventFault> {
    let uid = event.property("UID").map(|uid| uid.text().trim().to_owned()).unwrap_or_default();
    if (1..=MAX_UID_CHARS).contains(&uid.chars().count()) { Ok(uid) } else { Err(EventFault::NoUid) }
}

/// Everybody with an address, the organizer last where they are not named otherwise, and those without one. Rooms and things come to nothing.
fn people(event: &Component) -> (Vec<(EmailAddress, String)>, Vec<String>) {
    let (mut people, mut unreachable): (Vec<(EmailAddress, String)>, Vec<String>) = Default::default();
    let mut known = HashSet::new();
    for property in event.properties("ATTENDEE").chain(event.properties("ORGANIZER")) {
        let kind = property.parameter("CUTYPE").map(str::to_ascii_uppercase);
        if matches!(kind.as_deref(), Some("ROOM" | "RESOURCE")) {
            continue;
        }
        let name = property.parameter("CN").unwrap_or_default();
        let name: String = one_line(name).chars().take(200).collect();
        match mailbox(property) {
            Some(email) if !known.insert(email.key()) => {}
            // A name that is only the address says nothing.
            Some(email) => {
                let name = if name.eq_ignore_ascii_case(email.as_str()) { String::new() } else { name };
                people.push((email, name));
            }
            None => unreachable.push(if name.is_empty() {
                property.value.chars().take(200).collect()
            } else {
                name
            }),
        }
    }
    (people, unreachable)
}
