//! Calendar files read as meetings that are to be made of them.

use std::sync::Arc;

use convoke_invite::incoming::{Event, EventFault, IncomingFault, MAX_LISTED, events};
use convoke_meeting::Zone;

fn file(events_of: &str) -> String {
    format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events_of}END:VCALENDAR\r\n")
}

fn found(text: &str) -> (Vec<Event>, Vec<(usize, EventFault)>) {
    events(&file(text), None).unwrap()
}

/// Zone, start and end of what an event says.
fn time(event: &Event) -> String {
    let said = &event.said;
    format!("{} {} {}", said.zone.name(), said.start, said.end)
}

#[test]
fn a_series_comes_with_its_dates_exceptions_and_people() {
    let (events, faults) = found(
        "BEGIN:VEVENT\nUID:s@x\nDTSTART;TZID=Korea Standard Time:20261201T100000\nDURATION:PT30M\nRRULE:FREQ=WEEKLY;COUNT=5\n\
         EXDATE;TZID=Asia/Seoul:20261208T100000\nRDATE:20261204T010000Z,20261205T010000Z\nSUMMARY:Weekly\\, all\n\
         DESCRIPTION:One\\ntwo\nORGANIZER;CN=Boss:mailto:boss@x.test\n\
         ATTENDEE;CN=\"Kim, Alice\":MAILTO:Alice@x.test\nATTENDEE;CN=bob@x.test:mailto:bob@x.test\n\
         ATTENDEE;CUTYPE=ROOM;CN=Room 1:mailto:room@x.test\nATTENDEE;CN=Nobody:invalid:nomail\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID:20261215T010000Z\nDTSTART;TZID=Asia/Seoul:20261215T140000\n\
         DTEND;TZID=Asia/Seoul:20261215T150000\nSUMMARY:Moved\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID;VALUE=DATE:20261222\nDTSTART:20261222T010000Z\nSTATUS:CANCELLED\nEND:VEVENT\n",
    );
    assert_eq!((events.len(), faults), (1, vec![]));
    let series = &events[0];
    assert_eq!(time(series), "Asia/Seoul 2026-12-01T10:00:00 2026-12-01T10:30:00");
    assert_eq!((series.uid.as_str(), series.rrule.as_deref()), ("s@x", Some("FREQ=WEEKLY;COUNT=5")));
    assert_eq!(series.exdates, ["2026-12-08T10:00:00".parse().unwrap()]);
    assert_eq!(
        series.rdates,
        ["2026-12-04T10:00:00".parse().unwrap(), "2026-12-05T10:00:00".parse().unwrap()]
    );
    assert_eq!((series.said.summary.as_str(), &*series.said.description), ("Weekly, all", "One\ntwo"));
    let people: Vec<String> =
        series.said.people.iter().map(|(email, name)| format!("{name} <{email}>")).collect();
    assert_eq!(people, ["Kim, Alice <Alice@x.test>", " <bob@x.test>", "Boss <boss@x.test>"]);
    assert_eq!(series.said.unreachable, ["Nobody"]);
    let told: Vec<_> = series
        .exceptions
        .iter()
        .map(|one| {
            (
                one.place,
                one.original.to_string(),
                one.said.summary.as_str(),
                one.said.is_cancelled,
                one.said.start.to_string(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (2, "2026-12-15T10:00:00".to_owned(), "Moved", false, "2026-12-15T14:00:00".to_owned()),
            (3, "2026-12-22T10:00:00".to_owned(), "Weekly, all", true, "2026-12-22T10:00:00".to_owned()),
        ]
    );
    assert_eq!(series.exceptions[0].said.people, series.said.people);
}

#[test]
fn days_and_zones_are_as_programs_write_them() {
    let (events, faults) = found(
        "X-WR-TIMEZONE:Europe/Berlin\nBEGIN:VEVENT\nUID:1\nDTSTART;VALUE=DATE:20261224\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:2\nDTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:3\nDTSTART:20261201T100000\nDTEND:20261201T110000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:4\nDTSTART:20261201T100000Z\nDTEND;TZID=Asia/Seoul:20261201T200000\nEND:VEVENT\n",
    );
    assert_eq!(faults, []);
    let times: Vec<String> = events.iter().map(time).collect();
    assert_eq!(
        times,
        [
            "Europe/Berlin 2026-12-24T00:00:00 2026-12-25T00:00:00",
            "Europe/Berlin 2026-12-24T00:00:00 2026-12-27T00:00:00",
            "Europe/Berlin 2026-12-01T10:00:00 2026-12-01T11:00:00",
            "UTC 2026-12-01T10:00:00 2026-12-01T11:00:00",
        ]
    );
    let floating = file("BEGIN:VEVENT\nUID:3\nDTSTART:20261201T100000\nEND:VEVENT\n");
    let seoul = Zone::named("Asia/Seoul").unwrap();
    assert_eq!(time(&events_in(&floating, &seoul)[0]), "Asia/Seoul 2026-12-01T10:00:00 2026-12-01T10:00:00");
}

fn events_in(text: &str, zone: &Zone) -> Vec<Event> {
    events(text, Some(zone)).unwrap().0
}

#[test]
fn what_is_no_meeting_is_told_by_its_place() {
    let (events, faults) = found(
        "BEGIN:VEVENT\nDTSTART:20261201T100000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:b\nDTSTART:20261201T100000\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:c\nDTSTART:20261201T100000Z\nEND:VEVENT\nBEGIN:VEVENT\nUID:c\nDTSTART:20261202T100000Z\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:c\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261201T100000Z\nDTSTART:20261202T100000Z\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:c\nRECURRENCE-ID:soon\nDTSTART:20261202T100000Z\nEND:VEVENT\n\
         BEGIN:VEVENT\nUID:d\nRECURRENCE-ID:20261201T100000Z\nDTSTART:20261202T100000Z\nSUMMARY:Alone\nEND:VEVENT\n\
         BEGIN:VTODO\nUID:t\nEND:VTODO\n",
    );
    let uids: Vec<_> = events.iter().map(|event| event.uid.as_str()).collect();
    assert_eq!(uids, ["c", "d 20261201T100000Z"], "an exception without its series is a meeting of its own");
    use EventFault::{Following, NoRecurrence, NoStart, NoUid, Twice, UnknownZone};
    assert_eq!(
        faults,
        [(1, NoUid), (2, NoStart), (3, UnknownZone), (5, Twice), (6, Following), (7, NoRecurrence)]
    );
    assert_eq!(convoke_invite::incoming::events("hello", None), Err(IncomingFault::NoCalendar));
}

/// What is long by itself costs no more than its length: files come from anybody who can sign in.
#[test]
fn long_lists_of_people_and_dates_are_read_once_and_shared() {
    let people: String = (0..9_000).map(|number| format!("ATTENDEE:mailto:a{number}@x.test\n")).collect();
    let dates: Vec<String> =
        (0..10_000).map(|number| format!("20261201T{:02}{:02}00", number % 24, number % 60)).collect();
    let exceptions: String = (1..=500)
        .map(|day| {
            format!(
                "BEGIN:VEVENT\nUID:s@x\nRECURRENCE-ID:{0}T010000Z\nDTSTART:{0}T020000Z\nEND:VEVENT\n",
                20_270_000 + 100 * (1 + day % 12) + 1 + day % 27
            )
        })
        .collect();
    let text = format!(
        "BEGIN:VEVENT\nUID:s@x\nDTSTART:20261201T100000Z\nRRULE:FREQ=DAILY\nEXDATE;TZID={}Asia/Seoul:{}\n{people}END:VEVENT\n{exceptions}",
        "a/".repeat(10_000),
        dates.join(",")
    );
    let (events, _) = found(&text);
    let series = &events[0];
    assert_eq!((series.exdates.len(), series.said.people.len()), (MAX_LISTED + 1, 9_000));
    assert!(series.exceptions.len() > 100);
    assert!(series.exceptions.iter().all(|own| Arc::ptr_eq(&own.said.people, &series.said.people)));
}
