//! Calendar objects read back: by another program's parser, and each zone by what it says about the clock.

mod samples;

use std::collections::BTreeMap;

use calcard::icalendar::{ICalendar, ICalendarComponentType, ICalendarParameterName, ICalendarProperty};
use convoke_invite::{
    Answer, Attendee, Audience, Entry, Exception, Kind, MAX_LISTED_ATTENDEES, MailContent, Recipient,
    Snapshot, publish, write,
};
use convoke_meeting::{Rule, Series, Zone, series::SeriesParts};
use convoke_model::Language;
use jiff::{ToSpan, civil::DateTime};
use proptest::prelude::*;
use samples::{all_day, guest, series, single, weekly};

fn unfolded(calendar: &str) -> Vec<String> {
    assert!(
        calendar.split("\r\n").all(|line| line.len() <= 75 && !line.contains(['\r', '\n'])),
        "{calendar}"
    );
    calendar.replace("\r\n ", "").split("\r\n").map(str::to_owned).collect()
}

/// The calendar object of a mail that has one.
fn text_of(content: &MailContent) -> &str {
    &content.calendar.as_ref().unwrap().text
}

fn calendar(meeting: &Snapshot, kind: &Kind) -> String {
    text_of(&write(meeting, &guest(Language::English), kind)).to_owned()
}

#[test]
fn another_parser_finds_method_times_and_people() {
    for (kind, method) in [(Kind::Invitation, "REQUEST"), (Kind::Cancellation, "CANCEL")] {
        for meeting in [single(), weekly(), all_day()] {
            let parsed = ICalendar::parse(calendar(&meeting, &kind)).unwrap();
            let root = &parsed.components[0];
            let found = root.property(&ICalendarProperty::Method).unwrap();
            assert_eq!(found.values[0].as_text(), Some(method));
            let events: Vec<_> = parsed
                .components
                .iter()
                .filter(|c| c.component_type == ICalendarComponentType::VEvent)
                .collect();
            assert_eq!(events.len(), 1);
            let event = events[0];
            assert_eq!(event.uid(), Some(meeting.uid.as_str()));
            let start = event.property(&ICalendarProperty::Dtstart).unwrap().values[0]
                .as_partial_date_time()
                .unwrap();
            let expected = meeting.series.start();
            assert_eq!(
                (start.year, start.month),
                (Some(expected.year() as u16), Some(expected.month() as u8))
            );
            let people: Vec<_> = event.properties(&ICalendarProperty::Attendee).collect();
            assert_eq!(people.len(), 4);
            let names: Vec<_> = people
                .iter()
                .filter_map(|person| person.parameter(&ICalendarParameterName::Cn)?.as_text())
                .collect();
            // This parser leaves RFC 6868's quotes as they are written.
            assert_eq!(names, ["Alice Kim", "Bob Lee", "홍길동, ^'팀장^'", "carol@example.test"]);
            assert_eq!(people[1].calendar_address(), Some("bob@example.test"));
        }
    }
}

#[test]
fn until_is_in_utc_beside_a_zoned_start_and_a_date_beside_a_date() {
    let lines = unfolded(&calendar(&weekly(), &Kind::Invitation));
    assert!(lines.contains(&"RRULE:FREQ=WEEKLY;UNTIL=20270101T045959Z;BYDAY=TU".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"EXDATE;TZID=America/New_York:20261013T090000".to_owned()));
    let mut days = all_day();
    days.series = series("2026-12-24", "2026-12-25", "Asia/Seoul", Some("FREQ=DAILY;UNTIL=20261230T150000Z"));
    let lines = unfolded(&calendar(&days, &Kind::Invitation));
    assert!(lines.contains(&"RRULE:FREQ=DAILY;UNTIL=20261231".to_owned()), "{lines:#?}");
    assert!(lines.contains(&"DTEND;VALUE=DATE:20261225".to_owned()));
    assert!(!lines.contains(&"BEGIN:VTIMEZONE".to_owned()));
}

#[test]
fn a_meeting_in_utc_needs_no_zone() {
    let meeting =
        Snapshot { series: series("2026-12-01T10:00", "2026-12-01T11:00", "UTC", None), ..single() };
    let lines = unfolded(&calendar(&meeting, &Kind::Invitation));
    assert!(lines.contains(&"DTSTART:20261201T100000Z".to_owned()));
    assert!(!lines.contains(&"BEGIN:VTIMEZONE".to_owned()));
}

#[test]
fn who_is_removed_is_told_of_nobody_else() {
    let mut recipient = guest(Language::English);
    recipient.person = samples::person("Dan Park", "dan@example.test");
    let lines = unfolded(text_of(&write(&single(), &recipient, &Kind::Removal)));
    let people: Vec<_> = lines.iter().filter(|line| line.starts_with("ATTENDEE")).collect();
    assert_eq!(people.len(), 1, "{people:#?}");
    assert!(people[0].ends_with(":mailto:dan@example.test"));
    assert!(!lines.iter().any(|line| line.starts_with("STATUS")), "the meeting itself is on");
}

#[test]
fn a_meeting_of_many_lists_the_organizer_and_the_recipient_and_says_how_many_there_are() {
    let mut meeting = single();
    meeting.attendees = (0..=MAX_LISTED_ATTENDEES)
        .map(|number| Attendee {
            person: samples::person("", &format!("P{number}@example.test")),
            answer: Answer::Tentative,
        })
        .collect();
    let listed = |meeting: &Snapshot, person: &str| {
        let recipient = Recipient { person: samples::person("", person), ..guest(Language::English) };
        let lines = unfolded(text_of(&write(meeting, &recipient, &Kind::Invitation)));
        assert!(lines.iter().any(|line| line.starts_with("ORGANIZER")), "{lines:#?}");
        let count = lines.iter().find(|line| line.starts_with("X-CONVOKE-ATTENDEES"));
        assert_eq!(count.is_some(), meeting.attendees.len() > MAX_LISTED_ATTENDEES, "{lines:#?}");
        lines.into_iter().filter(|line| line.starts_with("ATTENDEE")).collect::<Vec<_>>()
    };
    let people = listed(&meeting, "p7@example.test");
    assert_eq!(people.len(), 2, "{people:#?}");
    assert!(people[0].contains("PARTSTAT=TENTATIVE;RSVP=TRUE:mailto:p7@example.test"), "{people:#?}");
    assert!(people[1].contains("ROLE=CHAIR"), "{people:#?}");
    assert_eq!(listed(&meeting, "alice@example.test").len(), 1, "the organizer stands there once");
    meeting.attendees.pop();
    assert_eq!(listed(&meeting, "p7@example.test").len(), MAX_LISTED_ATTENDEES + 1);
}

/// One STANDARD or DAYLIGHT of a VTIMEZONE.
struct Observance {
    onsets: Series,
    from: i32,
    to: i32,
}

fn observances(lines: &[String]) -> Vec<Observance> {
    let mut found = Vec::new();
    let mut open: Option<BTreeMap<&str, &str>> = None;
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        match (name, value) {
            ("BEGIN", "STANDARD" | "DAYLIGHT") => open = Some(BTreeMap::new()),
            ("END", "STANDARD" | "DAYLIGHT") => found.push(observance(&open.take().unwrap())),
            _ => drop(open.as_mut().map(|fields| fields.insert(name, value))),
        }
    }
    found
}

fn observance(fields: &BTreeMap<&str, &str>) -> Observance {
    let time = |text: &str| DateTime::strptime("%Y%m%dT%H%M%S", text).unwrap();
    let start = time(fields["DTSTART"]);
    let onsets = Series::new(SeriesParts {
        start,
        end: start + 1.second(),
        zone: Zone::utc(),
        all_day: false,
        rule: fields.get("RRULE").map(|rule| Rule::parse(rule).unwrap()),
        rdates: fields.get("RDATE").map_or(Vec::new(), |dates| dates.split(',').map(time).collect()),
        exdates: Vec::new(),
    });
    let seconds = |text: &str| {
        let number = |range: std::ops::Range<usize>| text.get(range).map_or(0, |t| t.parse::<i32>().unwrap());
        let size = number(1..3) * 3_600 + number(3..5) * 60 + if text.len() > 5 { number(5..7) } else { 0 };
        if text.starts_with('-') { -size } else { size }
    };
    Observance {
        onsets: onsets.unwrap(),
        from: seconds(fields["TZOFFSETFROM"]),
        to: seconds(fields["TZOFFSETTO"]),
    }
}

/// The offset that the observances give at an instant: that of the latest onset before it.
fn offset_at(observances: &[Observance], seconds: i64) -> Option<i32> {
    observances
        .iter()
        .filter_map(|observance| {
            let local = jiff::Timestamp::from_second(seconds + i64::from(observance.from)).unwrap();
            let from = local - (24 * 366 * 10).hours();
            let all = observance.onsets.occurrences_in(from, local + 1.second(), 50);
            let first = observance.onsets.first().filter(|first| first.start <= local);
            let latest = all.last().copied().or(first)?;
            Some((latest.start.as_second() - i64::from(observance.from), observance.to))
        })
        .max()
        .map(|(_, to)| to)
}

#[test]
fn every_zone_is_told_so_that_the_clock_can_be_read_from_it() {
    for name in Zone::all_names() {
        for (year, rule) in
            [(2026, "FREQ=WEEKLY"), (2026, "FREQ=DAILY;COUNT=100"), (2030, "FREQ=MONTHLY;COUNT=12")]
        {
            let start = format!("{year}-02-10T09:00:00");
            let mut meeting = single();
            meeting.series = series(&start, &start.replace("T09", "T10"), &name, Some(rule));
            let lines = unfolded(&calendar(&meeting, &Kind::Invitation));
            let observances = observances(&lines);
            if observances.is_empty() {
                assert!(name.contains("UTC"), "{name}");
                continue;
            }
            let zone = meeting.series.zone().time_zone();
            for occurrence in meeting.series.occurrences().take(400).step_by(3) {
                let told = offset_at(&observances, occurrence.start.as_second());
                let real = zone.to_offset(occurrence.start);
                assert_eq!(told, Some(real.seconds()), "{name} at {}\n{lines:#?}", occurrence.start);
            }
        }
    }
}

#[test]
fn a_zone_with_stable_rules_is_told_by_two_yearly_ones() {
    let lines = unfolded(&calendar(&weekly(), &Kind::Invitation));
    let rules: Vec<_> = lines.iter().filter(|line| line.starts_with("RRULE:FREQ=YEARLY")).collect();
    assert_eq!(rules, ["RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU"]);
}

proptest! {
    #[test]
    fn no_text_adds_a_line_to_the_calendar(
        texts in proptest::collection::vec("(?s)(\\PC|\r|\n|[\"^:;,\\\\]|ATTENDEE|\u{2028}|\u{85}){0,40}", 6),
    ) {
        let mut meeting = single();
        meeting.summary = texts[0].clone();
        meeting.description = texts[1].clone();
        meeting.organizer.name = texts[2].clone();
        meeting.attendees[0].person.name = texts[3].clone();
        meeting.space_name = texts[4].clone();
        let mut recipient = guest(Language::Korean);
        recipient.joining.link = Some(format!("https://x.test/{}", texts[5]));
        recipient.joining.uri = Some(texts[5].clone());
        let content = write(&meeting, &recipient, &Kind::Invitation);
        let lines = unfolded(text_of(&content));
        let names = |name: &str| lines.iter().filter(|line| line.starts_with(name)).count();
        prop_assert_eq!(names("ATTENDEE;"), 4);
        prop_assert_eq!(names("ATTENDEE"), 4);
        prop_assert_eq!((names("BEGIN:"), names("END:"), names("ORGANIZER;")), (4, 4, 1));
        prop_assert!(lines.iter().all(|line| line.is_empty() || line.contains(':')));
        prop_assert!(!content.subject.contains(char::is_control));
        let parsed = ICalendar::parse(text_of(&content));
        prop_assert!(parsed.is_ok());
    }
}

/// Trap 3.
#[test]
fn cancel_carries_dtstart_and_dtend() {
    for kind in [Kind::Cancellation, Kind::Removal] {
        for meeting in [single(), weekly(), all_day()] {
            let lines = unfolded(&calendar(&meeting, &kind));
            assert!(lines.contains(&"METHOD:CANCEL".to_owned()));
            for name in ["DTSTART", "DTEND"] {
                let event = lines.iter().skip_while(|line| *line != "BEGIN:VEVENT");
                assert_eq!(event.filter(|line| line.starts_with(name)).count(), 1, "{name} in {lines:#?}");
            }
        }
    }
}

#[test]
fn a_calendar_to_subscribe_to_explains_each_zone_once_and_names_no_attendee() {
    let audience = Audience {
        joining: guest(Language::English).joining,
        language: Language::English,
        zone: None,
        is_organizer: false,
        is_asked: false,
    };
    let own = |day: &str| Snapshot {
        recurrence: Some(format!("{day}T09:00:00").parse().unwrap()),
        series: series(&format!("{day}T11:00:00"), &format!("{day}T12:00:00"), "America/New_York", None),
        ..weekly()
    };
    let exception = |day: &str| Exception { meeting: own(day), joining: audience.joining.clone() };
    let with_one = Snapshot { exceptions: vec![exception("2026-10-20")], ..weekly() };
    let alone = Snapshot { exceptions: vec![exception("2026-11-03")], uid: "x".into(), ..own("2026-10-27") };
    let entries: Vec<Entry> = [single(), with_one, all_day(), weekly(), alone]
        .into_iter()
        .map(|meeting| Entry { meeting, audience: audience.clone() })
        .collect();
    let text = publish("Bob, \"Lee\"\r\nX:1", &entries);
    assert_eq!(text, publish("Bob, \"Lee\"\r\nX:1", &entries));
    let lines = unfolded(&text);
    let count = |line: &str| lines.iter().filter(|found| *found == line).count();
    assert_eq!(
        &lines[4..7],
        ["METHOD:PUBLISH", "NAME:Bob\\, \"Lee\"\\nX:1", "X-WR-CALNAME:Bob\\, \"Lee\"\\nX:1"]
    );
    assert_eq!(
        (count("TZID:America/New_York"), count("TZID:Asia/Seoul"), count("BEGIN:VTIMEZONE")),
        (1, 1, 2)
    );
    assert_eq!((count("BEGIN:VEVENT"), count("STATUS:CONFIRMED")), (7, 7));
    assert!(!lines.iter().any(|line| line.starts_with("ATTENDEE")), "{text}");
    assert_eq!(count("RECURRENCE-ID;TZID=America/New_York:20261020T090000"), 1);
    assert_eq!(lines.iter().filter(|line| line.starts_with("RECURRENCE-ID")).count(), 1);
    assert_eq!(
        (count("UID:20261027T090000-x"), count(&format!("UID:20261103T090000-{}", single().uid))),
        (1, 1)
    );
    assert_eq!(
        ICalendar::parse(&text)
            .unwrap()
            .components
            .iter()
            .filter(|c| c.component_type == ICalendarComponentType::VEvent)
            .count(),
        7
    );
}
