//! What lists show of a meeting: one line of text in each person's row of it, so that a list reads nothing else.
//!
//! It is written once ([`Listing`]) and read by the thousand ([`Listed`]). So the texts that an answer repeats stand in it
//! as JSON has them, and are copied as they are. The fields are parted by tabs, which JSON never holds in a text; whatever
//! follows a line feed is left for later.

use convoke_meeting::{Series, Zone, series::Occurrence};
use convoke_store::meetings::ListedRow;
use jiff::{Timestamp, civil::DateTime};

use super::body::{Body, SeriesTexts, instant, push_instant, push_local, series};

/// What is kept for lists.
#[derive(Debug)]
pub(crate) struct Listing<'a> {
    body: &'a Body,
    /// All but the link, which is each person's own.
    common: String,
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
        Self { body, common: common.join("\t") }
    }

    /// The listing for somebody of this role.
    pub(crate) fn for_role(&self, role: &str) -> String {
        let link = self.body.way(role).and_then(|way| way.link.as_deref());
        format!("{}\t{}", self.common, link.map_or_else(|| "null".to_owned(), quoted))
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same, read. Times, the zone and the rule are plain text, the rest is JSON.
#[derive(Debug)]
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
}

impl<'a> Listed<'a> {
    fn parse(listing: &'a str) -> Option<Self> {
        let mut fields = listing.split('\n').next()?.split('\t');
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
        })
    }

    /// Full-day meetings are kept by their dates.
    fn is_all_day(&self) -> bool {
        self.start.len() == "2026-12-01".len()
    }

    fn series(&self, zone: Zone) -> Option<Series> {
        series(SeriesTexts {
            start: self.start,
            end: self.end,
            zone,
            all_day: self.is_all_day(),
            rrule: Some(self.rrule).filter(|rule| !rule.is_empty()),
            rdate: &parts(self.rdate),
            exdate: &parts(self.exdate),
        })
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
    /// From when.
    pub(crate) from: Timestamp,
    /// Until before when.
    pub(crate) until: Timestamp,
    /// Instances at most.
    pub(crate) most: usize,
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
        let listed = Listed::parse(row.listing).ok_or(Unreadable)?;
        let zone = self.zone(listed.zone).ok_or(Unreadable)?;
        let series = listed.series(zone).ok_or(Unreadable)?;
        let is_organizer = view.is_user && row.person.starts_with("u:");
        for occurrence in series.occurrences_in(view.from, view.until, view.most) {
            let begin = self.json.len();
            let (meeting, summary) =
                self.write(row.meeting, &listed, &occurrence, series.is_recurring(), is_organizer);
            self.shown.push(Shown {
                start: occurrence.start,
                original: occurrence.original,
                is_organizer,
                meeting,
                summary,
                json: begin..self.json.len(),
            });
        }
        Ok(())
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
    fn write(
        &mut self,
        meeting: &str,
        listed: &Listed<'_>,
        occurrence: &Occurrence,
        is_recurring: bool,
        is_organizer: bool,
    ) -> (Span, Span) {
        let all_day = listed.is_all_day();
        let json = &mut self.json;
        json.push_str("{\"meeting\":\"");
        let meeting = push(json, meeting);
        all(
            json,
            &["\",\"coSpace\":", listed.space, ",\"coSpaceName\":", listed.space_name, ",\"summary\":"],
        );
        let summary = push(json, listed.summary);
        json.push_str(",\"dtStart\":\"");
        push_local(json, occurrence.local_start, all_day);
        json.push_str("\",\"dtEnd\":\"");
        push_local(json, occurrence.local_end, all_day);
        all(json, &["\",\"timeZone\":\"", listed.zone, "\",\"recurrence\":"]);
        if is_recurring {
            json.push('"');
            push_local(json, occurrence.original, all_day);
            json.push('"');
        } else {
            json.push_str("null");
        }
        all(json, &[",\"isFullDayMeeting\":", truth(all_day), ",\"dtStartUtc\":\""]);
        push_instant(json, occurrence.start);
        json.push_str("\",\"dtEndUtc\":\"");
        push_instant(json, occurrence.end);
        let (name, email) = (listed.organizer_name, listed.organizer_email);
        let jid = if listed.organizer_jid.is_empty() { email } else { listed.organizer_jid };
        all(json, &["\",\"organizer\":{\"name\":", name, ",\"email\":", email, ",\"userJid\":", jid]);
        all(json, &["},\"isOrganizer\":", truth(is_organizer), ",\"rrule\":"]);
        match listed.rrule {
            "" => json.push_str("null"),
            rule => all(json, &["\"", rule, "\""]),
        }
        all(json, &[",\"status\":\"CONFIRMED\",\"joinLink\":", listed.link, "}"]);
        (meeting, summary)
    }

    /// The JSON array: by start, then by name, then by id. A meeting that stands in two of the caller's lists is shown once,
    /// as the organizer's.
    pub(crate) fn finish(mut self, most: usize) -> Vec<u8> {
        let text = |span: &Span| self.json.get(span.clone()).unwrap_or_default();
        let key = |a: &Shown| (a.start, text(&a.summary), text(&a.meeting), a.original, !a.is_organizer);
        self.shown.sort_by(|a, b| key(a).cmp(&key(b)));
        self.shown.dedup_by(|a, b| a.original == b.original && text(&a.meeting) == text(&b.meeting));
        self.shown.truncate(most);
        let mut json = Vec::with_capacity(self.json.len() + self.shown.len() + 2);
        json.push(b'[');
        for shown in &self.shown {
            if json.len() > 1 {
                json.push(b',');
            }
            json.extend_from_slice(text(&shown.json).as_bytes());
        }
        json.push(b']');
        json
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
mod tests {
    use convoke_scheduler_api::{instance::Instance, meeting::Way};

    use super::*;
    use crate::meeting::body::{Attendee, Organizer, Time};

    fn body() -> Body {
        let way = |role: &str, link: Option<&str>| Way {
            role: role.into(),
            link: link.map(str::to_owned),
            meeting_id: None,
            passcode: None,
            uri: None,
        };
        Body {
            summary: "1:1 \"quoted\" \\ 주간\u{2028}".into(),
            description: "not listed".into(),
            time: Time {
                start: "2026-10-20T10:00:00".into(),
                end: "2026-10-20T10:30:00".into(),
                zone: "Europe/Berlin".into(),
                all_day: false,
                rrule: Some("FREQ=WEEKLY;BYDAY=TU;COUNT=9".into()),
                rdate: vec!["2026-10-21T08:00:00".into(), "2026-10-22T08:00:00".into()],
                exdate: vec!["2026-10-27T10:00:00".into(), "2026-11-24T10:00:00".into()],
            },
            organizer: Organizer {
                id: "alice".into(),
                jid: "alice@x".into(),
                name: "Alice \t \"A\"".into(),
                email: "a@x".into(),
                role: "host".into(),
            },
            attendees: vec![Attendee { email: "b@x".into(), name: "Bob".into(), role: "guest".into() }],
            space: "s1".into(),
            space_name: "Alice's\n".into(),
            template: None,
            language: "en".into(),
            ways: vec![way("host", Some("https://x/\"h\"")), way("guest", None)],
            sequence: 0,
        }
    }

    fn view(from: &str, until: &str) -> View {
        View { is_user: true, from: from.parse().unwrap(), until: until.parse().unwrap(), most: 100 }
    }

    fn listed(view: &View, rows: &[(&str, &str, &str)]) -> serde_json::Value {
        let mut list = List::default();
        for (meeting, person, listing) in rows {
            list.add(view, &ListedRow { meeting, person, listing }).unwrap();
        }
        let json = list.finish(view.most);
        // Every field, in the order that the API's own type has them.
        let instances: Vec<Instance<'_>> = serde_json::from_slice(&json).unwrap();
        assert_eq!(serde_json::to_vec(&instances).unwrap(), json);
        serde_json::from_slice(&json).unwrap()
    }

    #[test]
    fn a_series_is_shown_as_the_api_has_it_across_a_change_of_clocks() {
        let body = body();
        let (own, guest) = (Listing::of(&body).for_role("host"), Listing::of(&body).for_role("guest"));
        let view = view("2026-10-21T00:00:00Z", "2026-11-04T00:00:00Z");
        let shown = listed(&view, &[("m1", "u:alice", &own)]);
        let starts: Vec<&str> =
            shown.as_array().unwrap().iter().map(|i| i["dtStartUtc"].as_str().unwrap()).collect();
        assert_eq!(starts, ["2026-10-21T06:00:00Z", "2026-10-22T06:00:00Z", "2026-11-03T09:00:00Z"]);
        let expected = serde_json::json!({
            "meeting": "m1", "coSpace": "s1", "coSpaceName": "Alice's\n", "summary": body.summary,
            "dtStart": "2026-11-03T10:00:00", "dtEnd": "2026-11-03T10:30:00", "timeZone": "Europe/Berlin",
            "recurrence": "2026-11-03T10:00:00", "isFullDayMeeting": false,
            "dtStartUtc": "2026-11-03T09:00:00Z", "dtEndUtc": "2026-11-03T09:30:00Z",
            "organizer": {"name": body.organizer.name, "email": "a@x", "userJid": "alice@x"},
            "isOrganizer": true, "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=9", "status": "CONFIRMED",
            "joinLink": "https://x/\"h\"",
        });
        assert_eq!(shown[2], expected);
        let invited = listed(&view, &[("m1", "e:b@x", &guest)]);
        assert_eq!((&invited[0]["joinLink"], &invited[0]["isOrganizer"]), (&().into(), &false.into()));
        let everybodys = listed(&View { is_user: false, ..view }, &[("m1", "u:alice", &own)]);
        assert_eq!(everybodys[0]["isOrganizer"], false);
    }

    #[test]
    fn a_full_day_meeting_is_shown_by_its_dates() {
        let time = Time {
            start: "2026-12-01".into(),
            end: "2026-12-03".into(),
            zone: "Asia/Seoul".into(),
            all_day: true,
            rrule: None,
            rdate: Vec::new(),
            exdate: Vec::new(),
        };
        let organizer = Organizer { jid: "a@x".into(), ..body().organizer };
        let text = Listing::of(&Body { time, organizer, ..body() }).for_role("nobody");
        let shown = listed(&view("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z"), &[("m1", "e:b@x", &text)]);
        assert_eq!((&shown[0]["dtStart"], &shown[0]["dtEnd"]), (&"2026-12-01".into(), &"2026-12-03".into()));
        assert_eq!(shown[0]["dtStartUtc"], "2026-11-30T15:00:00Z");
        assert_eq!(
            (&shown[0]["organizer"]["email"], &shown[0]["organizer"]["userJid"]),
            (&"a@x".into(), &"a@x".into())
        );
        assert_eq!((&shown[0]["isFullDayMeeting"], &shown[0]["recurrence"]), (&true.into(), &().into()));
    }

    #[test]
    fn instances_stand_by_start_then_name_then_id_and_once_each() {
        let at = |start: &str, name: &str| {
            let time = Time {
                start: start.into(),
                end: "2026-12-01T23:00:00".into(),
                rrule: None,
                rdate: Vec::new(),
                exdate: Vec::new(),
                ..body().time
            };
            Listing::of(&Body { time, summary: name.into(), ..body() }).for_role("host")
        };
        let (early, late) = (at("2026-12-01T08:00:00", "B"), at("2026-12-01T09:00:00", "A"));
        let early_a = at("2026-12-01T08:00:00", "A");
        let rows = [
            ("m4", "u:alice", late.as_str()),
            ("m3", "e:b@x", &early),
            ("m2", "e:a@x", &early),
            ("m2", "u:alice", &early),
            ("m9", "e:b@x", &early_a),
        ];
        let mut view = view("2026-12-01T00:00:00Z", "2026-12-02T00:00:00Z");
        let shown = listed(&view, &rows);
        let order: Vec<(&str, bool)> = shown
            .as_array()
            .unwrap()
            .iter()
            .map(|i| (i["meeting"].as_str().unwrap(), i["isOrganizer"].as_bool().unwrap()))
            .collect();
        assert_eq!(order, [("m9", false), ("m2", true), ("m3", false), ("m4", true)]);
        view.most = 2;
        assert_eq!(listed(&view, &rows).as_array().unwrap().len(), 2);
    }

    #[test]
    fn a_damaged_row_is_told_and_what_may_follow_a_line_is_left_alone() {
        let text = Listing::of(&body()).for_role("host");
        let view = view("2026-10-21T00:00:00Z", "2026-11-04T00:00:00Z");
        let mut list = List::default();
        let cut = text.rsplit_once('\t').unwrap().0;
        for damaged in ["", "x", cut, &text.replace("Europe/Berlin", "Nowhere"), &text.replace("WEEKLY", "X")]
        {
            assert!(list.add(&view, &ListedRow { meeting: "m", person: "u:a", listing: damaged }).is_err());
        }
        assert_eq!(list.finish(100), b"[]");
        let longer = format!("{text}\nmore");
        assert_eq!(listed(&view, &[("m", "u:a", &longer)]), listed(&view, &[("m", "u:a", &text)]));
    }
}
