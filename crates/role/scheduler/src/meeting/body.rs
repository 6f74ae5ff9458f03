//! Everything that a meeting says at one revision, as the database keeps it (JSON).

use std::collections::{BTreeMap, HashMap};

use convoke_callbridge_api::loopback::IvrNumber;
use convoke_meeting::{Rule, Series, Zone, series::SeriesParts};
use convoke_scheduler_api::{meeting::Way, request::GuestList};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::Offset,
};
use serde::{Deserialize, Serialize};

/// Everything that a meeting says at one revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Body {
    /// The name.
    pub(crate) summary: String,
    /// Free text.
    pub(crate) description: String,
    /// When it takes place.
    pub(crate) time: Time,
    /// Whose meeting it is.
    pub(crate) organizer: Organizer,
    /// The address that calendars answer to, where it is not the organizer's own. It stays as it was when the meeting was made,
    /// because calendars take updates from the organizer that they know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) answers_to: Option<String>,
    /// Everybody else.
    pub(crate) attendees: Vec<Attendee>,
    /// The space's id.
    pub(crate) space: String,
    /// The space's name.
    pub(crate) space_name: String,
    /// The template that the space was made from.
    pub(crate) template: Option<String>,
    /// The language of the mails.
    pub(crate) language: String,
    /// Every way in.
    pub(crate) ways: Vec<Way>,
    /// SEQUENCE at this revision.
    pub(crate) sequence: i64,
    /// The SEQUENCE from which on answers count.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(crate) answers_since: i64,
    /// The occurrences that say something of their own, by their originals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) overrides: Vec<Override>,
    /// Who sees who else is invited.
    #[serde(default, skip_serializing_if = "is_open")]
    pub(crate) guest_list: GuestList,
    /// Minutes before each occurrence at which everybody is reminded, the longest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) reminders: Vec<u32>,
    /// Users who may do what the organizer may.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) co_organizers: Vec<CoOrganizer>,
    /// The digests of the texts that invitations to it are written by, by the tags of their languages; the built-in ones where
    /// there is none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) templates: BTreeMap<String, String>,
    /// The numbers to dial in by that those texts may show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) ivr_numbers: Vec<IvrNumber>,
    /// What occurrences said that had begun when the series changed: `original` is the first one that says something newer.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) eras: Vec<Override>,
}

/// What one occurrence says instead of its series; what is absent is as there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Override {
    /// Which one, in the form of [`Time::start`].
    pub(crate) original: String,
    /// It does not take place.
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) cancelled: bool,
    /// Its own local start and end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) time: Option<(String, String)>,
    /// Its own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) summary: Option<String>,
    /// Its own text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
    /// Its own space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) place: Option<Place>,
    /// The organizer's role in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) organizer_role: Option<String>,
    /// Who is invited beside those of the series.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) added: Vec<Attendee>,
    /// Addresses in lower case of those who are not invited to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) removed: Vec<String>,
    /// Roles that differ, by addresses in lower case.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) roles: BTreeMap<String, String>,
    /// Its original before its series was moved.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) former: Option<String>,
    /// The SEQUENCE from which on answers to it count, where that is another than its series'.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) answers_since: Option<i64>,
}

/// A space and the ways into it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// The space's id.
    pub(crate) space: String,
    /// The space's name.
    pub(crate) space_name: String,
    /// Every way in.
    pub(crate) ways: Vec<Way>,
}

fn is_open(guest_list: &GuestList) -> bool {
    *guest_list == GuestList::All
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &i64) -> bool {
    *value == 0
}

/// When a meeting takes place, in the API's own texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Time {
    /// Local start.
    pub(crate) start: String,
    /// Local end.
    pub(crate) end: String,
    /// The zone.
    pub(crate) zone: String,
    /// Whether it takes whole days.
    pub(crate) all_day: bool,
    /// How it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rrule: Option<String>,
    /// Further starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) rdate: Vec<String>,
    /// Starts that do not take place.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) exdate: Vec<String>,
}

/// Whose meeting it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Organizer {
    /// The user's id.
    pub(crate) id: String,
    /// `user@domain`.
    pub(crate) jid: String,
    /// As people call them.
    pub(crate) name: String,
    /// Where mail goes.
    pub(crate) email: String,
    /// The name of the access method.
    pub(crate) role: String,
}

/// A user who may do what the organizer may.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CoOrganizer {
    /// The user's id.
    pub(crate) id: String,
    /// `user@domain`.
    pub(crate) jid: String,
    /// As people call them.
    pub(crate) name: String,
    /// Where mail goes.
    pub(crate) email: String,
}

/// Someone invited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attendee {
    /// Where mail goes.
    pub(crate) email: String,
    /// As people call them.
    pub(crate) name: String,
    /// The name of the access method.
    pub(crate) role: String,
    /// The language of their mails, where it is not the meeting's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// The zone that their mails tell times in, where it is not the meeting's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) zone: Option<String>,
}

impl Body {
    /// Whether something that concerns everybody differs in another state of the meeting, beside what the rules of changes
    /// know: the ways into the same space, the organizer, the language.
    pub(crate) fn is_around_another(&self, other: &Self) -> bool {
        let person =
            |organizer: &Organizer| (organizer.id.clone(), organizer.name.clone(), organizer.email.clone());
        let same_space = self.space == other.space;
        (same_space && (self.ways != other.ways || self.space_name != other.space_name))
            || person(&self.organizer) != person(&other.organizer)
            || self.language != other.language
            || self.guest_list != other.guest_list
    }

    /// With what was said of these people's mails: an empty language or zone is the meeting's, an unsaid one stays.
    pub(crate) fn with_said_of(mut self, people: &[Attendee]) -> Self {
        let said: HashMap<String, &Attendee> = people
            .iter()
            .filter(|person| person.language.is_some() || person.zone.is_some())
            .map(|person| (person.email.to_lowercase(), person))
            .collect();
        if said.is_empty() {
            return self;
        }
        let added = self.overrides.iter_mut().flat_map(|said| &mut said.added);
        for attendee in self.attendees.iter_mut().chain(added) {
            let Some(said) = said.get(&attendee.email.to_lowercase()) else { continue };
            for (is, said) in [(&mut attendee.language, &said.language), (&mut attendee.zone, &said.zone)] {
                if let Some(said) = said {
                    *is = Some(said.clone()).filter(|said| !said.is_empty());
                }
            }
        }
        self
    }

    /// Whether it has no fixed time.
    pub(crate) fn is_unscheduled(&self) -> bool {
        self.time.series().is_some_and(|series| series.is_unscheduled())
    }

    /// The way in of a role.
    pub(crate) fn way(&self, role: &str) -> Option<&Way> {
        self.ways.iter().find(|way| way.role == role)
    }

    /// The attendee with this address, in any case.
    pub(crate) fn attendee(&self, email: &str) -> Option<&Attendee> {
        let email = email.to_lowercase();
        self.attendees.iter().find(|attendee| attendee.email.to_lowercase() == email)
    }
}

impl Time {
    /// The texts of a series.
    pub(crate) fn of(series: &Series) -> Self {
        let all_day = series.is_all_day();
        Self {
            start: local(series.start(), all_day),
            end: local(series.end(), all_day),
            zone: series.zone().name().to_owned(),
            all_day,
            rrule: series.rule().map(ToString::to_string),
            rdate: series.rdates().map(|time| local(time, all_day)).collect(),
            exdate: series.exdates().map(|time| local(time, all_day)).collect(),
        }
    }

    /// The series of the texts, which were checked when they were kept; `None` when they have been damaged.
    pub(crate) fn series(&self) -> Option<Series> {
        series(SeriesTexts {
            start: &self.start,
            end: &self.end,
            zone: Zone::named(&self.zone).ok()?,
            all_day: self.all_day,
            rrule: self.rrule.as_deref(),
            rdate: &self.rdate,
            exdate: &self.exdate,
        })
    }
}

/// The texts of a series, wherever they are kept.
pub(crate) struct SeriesTexts<'a, S> {
    pub(crate) start: &'a str,
    pub(crate) end: &'a str,
    pub(crate) zone: Zone,
    pub(crate) all_day: bool,
    pub(crate) rrule: Option<&'a str>,
    pub(crate) rdate: &'a [S],
    pub(crate) exdate: &'a [S],
}

/// The series of these texts; `None` when they have been damaged.
pub(crate) fn series<S: AsRef<str>>(texts: SeriesTexts<'_, S>) -> Option<Series> {
    let times = |texts: &[S]| texts.iter().map(|text| parsed(text.as_ref())).collect::<Option<Vec<_>>>();
    Series::new(SeriesParts {
        start: parsed(texts.start)?,
        end: parsed(texts.end)?,
        zone: texts.zone,
        all_day: texts.all_day,
        rule: match texts.rrule {
            Some(text) => Some(Rule::parse(text).ok()?),
            None => None,
        },
        rdates: times(texts.rdate)?,
        exdates: times(texts.exdate)?,
    })
}

/// A local time as the API writes it: a date for full-day meetings.
pub(crate) fn local(time: DateTime, all_day: bool) -> String {
    let mut text = String::with_capacity(19);
    push_local(&mut text, time, all_day);
    text
}

/// The same, behind a text.
pub(crate) fn push_local(text: &mut String, time: DateTime, all_day: bool) {
    write_date(text, time);
    if !all_day {
        write_time(text, time);
    }
}

/// An instant as the API writes it, in whole seconds.
pub(crate) fn instant(at: Timestamp) -> String {
    let mut text = String::with_capacity(20);
    push_instant(&mut text, at);
    text
}

/// The same, behind a text.
pub(crate) fn push_instant(text: &mut String, at: Timestamp) {
    let time = Offset::UTC.to_datetime(at);
    write_date(text, time);
    write_time(text, time);
    text.push('Z');
}

/// Digits one by one: lists write these texts by the thousand, and a format string costs ten times as much.
fn write_digits(text: &mut String, number: i16, count: u32) {
    for place in (0..count).rev() {
        let digit = number / 10_i16.pow(place) % 10;
        text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
    }
}

/// `2026-12-01`; years are 0 to 9999 here.
fn write_date(text: &mut String, time: DateTime) {
    write_digits(text, time.year(), 4);
    for part in [time.month(), time.day()] {
        text.push('-');
        write_digits(text, i16::from(part), 2);
    }
}

/// `T10:00:00`.
fn write_time(text: &mut String, time: DateTime) {
    for (separator, part) in [('T', time.hour()), (':', time.minute()), (':', time.second())] {
        text.push(separator);
        write_digits(text, i16::from(part), 2);
    }
}

/// A local time, or a date for full-day meetings, as the API writes it.
pub(crate) fn parsed(text: &str) -> Option<DateTime> {
    if text.len() == 10 {
        return Some(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()));
    }
    text.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_the_series_that_was_checked() {
        let lists = (vec!["2026-12-24T10:00:00".to_owned()], vec!["2026-12-08T10:00:00".to_owned()]);
        let draft = convoke_meeting::Draft {
            dt_start: Some("2026-12-01T10:00:00"),
            dt_end: Some("2026-12-01T10:30:00"),
            time_zone: Some("asia/seoul"),
            rrule: Some("FREQ=WEEKLY;BYDAY=TU;COUNT=12"),
            rdate: &lists.0,
            exdate: &lists.1,
            is_full_day_meeting: false,
        };
        let series = convoke_meeting::draft::check(&draft).unwrap();
        let time = Time::of(&series);
        assert_eq!((time.zone.as_str(), time.start.as_str()), ("Asia/Seoul", "2026-12-01T10:00:00"));
        assert_eq!(time.series(), Some(series));
    }

    #[test]
    fn a_full_day_meeting_is_kept_by_its_dates() {
        let draft = convoke_meeting::Draft {
            dt_start: Some("2026-12-01"),
            dt_end: Some("2026-12-03"),
            time_zone: Some("Europe/Berlin"),
            is_full_day_meeting: true,
            ..convoke_meeting::Draft::default()
        };
        let series = convoke_meeting::draft::check(&draft).unwrap();
        let time = Time::of(&series);
        assert_eq!((time.start.as_str(), time.end.as_str()), ("2026-12-01", "2026-12-03"));
        assert_eq!(time.series(), Some(series));
    }

    #[test]
    fn times_are_written_as_a_format_string_would() {
        for second in [-62_000_000_000_i64, -1, 0, 1_795_380_413, 4_102_444_799, 253_000_000_000] {
            let at = Timestamp::from_second(second).unwrap();
            let time = Offset::UTC.to_datetime(at);
            assert_eq!(instant(at), at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string());
            assert_eq!(local(time, false), time.strftime("%Y-%m-%dT%H:%M:%S").to_string());
            assert_eq!(local(time, true), time.date().to_string());
        }
    }
}
