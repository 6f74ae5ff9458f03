//! The VEVENT: the meeting itself.

use convoke_meeting::{Series, Until};
use convoke_model::EmailAddress;
use jiff::{civil::DateTime, civil::Time, tz::AmbiguousOffset};

use super::{
    MAX_LISTED_ATTENDEES,
    form::OwnPlace,
    lines::{Lines, date, local, uri},
    zone::is_utc,
};
use crate::{Answer, Audience, Kind, Person, Snapshot, page};

/// Writes the event; answers where the line of a recipient belongs who is not listed.
pub(super) fn write(lines: &mut Lines, meeting: &Snapshot, audience: &Audience, kind: &Kind) -> OwnPlace {
    begin(lines, meeting, audience, kind);
    let people = people(lines, meeting, kind);
    let off = !kind.is_on();
    if !matches!(kind, Kind::Removal | Kind::HandedOver) {
        // The meeting itself is on (RFC 5546 3.2.5: no STATUS when only some are uninvited).
        lines.raw("STATUS", if off { "CANCELLED" } else { "CONFIRMED" });
    }
    end(lines, off);
    people
}

/// Writes the event for somebody who looks and does not answer: attendees may not stand there (RFC 5546 3.2.1).
pub(super) fn publish(lines: &mut Lines, meeting: &Snapshot, audience: &Audience) {
    begin(lines, meeting, audience, &Kind::Invitation);
    organizer(lines, meeting);
    lines.raw("STATUS", "CONFIRMED");
    end(lines, false);
}

fn begin(lines: &mut Lines, meeting: &Snapshot, audience: &Audience, kind: &Kind) {
    let off = !kind.is_on();
    lines.raw("BEGIN", "VEVENT");
    lines.text("UID", &meeting.uid);
    if let Some(original) = meeting.recurrence {
        time(lines, "RECURRENCE-ID", &meeting.series, &[original]);
    }
    lines.raw("SEQUENCE", &meeting.sequence.to_string());
    lines.instant("DTSTAMP", meeting.changed_at);
    lines.instant("CREATED", meeting.created_at);
    lines.instant("LAST-MODIFIED", meeting.changed_at);
    times(lines, &meeting.series);
    lines.text("SUMMARY", &meeting.summary);
    lines.text("DESCRIPTION", &page::calendar_text(meeting, audience, kind));
    if let Some(link) = audience.joining.link.as_deref().filter(|_| !off).and_then(uri) {
        lines.text("LOCATION", link);
        lines.raw("URL", link);
    } else {
        lines.text("LOCATION", &meeting.space_name);
    }
}

fn end(lines: &mut Lines, off: bool) {
    lines.raw("TRANSP", if off { "TRANSPARENT" } else { "OPAQUE" });
    lines.raw("CLASS", "PUBLIC");
    lines.raw("X-MICROSOFT-CDO-BUSYSTATUS", if off { "FREE" } else { "BUSY" });
    lines.raw("END", "VEVENT");
}

fn organizer(lines: &mut Lines, meeting: &Snapshot) {
    let organizer = &meeting.organizer;
    let answers_to = meeting.answers_to.as_ref().unwrap_or(&organizer.email);
    lines.property("ORGANIZER").with_text("CN", organizer.shown()).value(&mailto(answers_to));
}

fn times(lines: &mut Lines, series: &Series) {
    time(lines, "DTSTART", series, &[series.start()]);
    time(lines, "DTEND", series, &[series.end()]);
    if let Some(rule) = series.rule() {
        let until = rule.until().map(|until| calendar_until(until, series));
        lines.raw("RRULE", &rule.with_until(until).to_string());
    }
    time(lines, "RDATE", series, &series.rdates().collect::<Vec<_>>());
    time(lines, "EXDATE", series, &series.exdates().collect::<Vec<_>>());
}

/// Local times with their zone, dates for an all-day meeting, or UTC for that zone; nothing when there are none.
fn time(lines: &mut Lines, name: &str, series: &Series, times: &[DateTime]) {
    if times.is_empty() {
        return;
    }
    let listed = |write: &dyn Fn(DateTime) -> String| {
        times.iter().map(|time| write(*time)).collect::<Vec<_>>().join(",")
    };
    let property = lines.property(name);
    if series.is_all_day() {
        property.with("VALUE", "DATE").value(&listed(&|time| date(time.date())));
    } else if is_utc(series.zone()) {
        property.value(&listed(&|time| format!("{}Z", local(time))));
    } else {
        property.with("TZID", series.zone().name()).value(&listed(&local));
    }
}

/// `UNTIL` in the only form that is right beside this DTSTART (RFC 5545 3.3.10): a date, or else UTC.
fn calendar_until(until: Until, series: &Series) -> Until {
    let zone = series.zone().time_zone();
    if series.is_all_day() {
        return Until::Date(match until {
            Until::Date(date) => date,
            Until::Local(time) => time.date(),
            Until::Utc(instant) => zone.to_datetime(instant).date(),
        });
    }
    let last = match until {
        Until::Utc(_) => return until,
        Until::Local(time) => time,
        Until::Date(date) => date.to_datetime(Time::constant(23, 59, 59, 0)),
    };
    // Where the clock repeats the hour the later one is meant, so that no occurrence is lost.
    let resolved = zone.to_ambiguous_timestamp(last);
    let instant = match resolved.offset() {
        AmbiguousOffset::Fold { .. } => resolved.later(),
        _ => resolved.compatible(),
    };
    instant.map_or(until, Until::Utc)
}

fn people(lines: &mut Lines, meeting: &Snapshot, kind: &Kind) -> OwnPlace {
    self::organizer(lines, meeting);
    let organizer = &meeting.organizer;
    let at = lines.len();
    if matches!(kind, Kind::Removal | Kind::HandedOver) {
        // Who is removed is told of nobody else (RFC 5546 3.2.5).
        return OwnPlace { at, listed: Vec::new(), recurrence: meeting.recurrence };
    }
    let guests = if meeting.attendees.len() > MAX_LISTED_ATTENDEES {
        lines.raw("X-CONVOKE-ATTENDEES", &meeting.attendees.len().to_string());
        [].as_slice()
    } else {
        meeting.attendees.as_slice()
    };
    let mut listed: Vec<String> = guests.iter().map(|guest| guest.person.email.key()).collect();
    if !listed.contains(&organizer.email.key()) {
        attendee(lines, organizer, "CHAIR", "ACCEPTED", "FALSE");
        listed.push(organizer.email.key());
    }
    for attendee in guests {
        guest(lines, &attendee.person, attendee.answer);
    }
    OwnPlace { at, listed, recurrence: meeting.recurrence }
}

pub(super) fn guest(lines: &mut Lines, person: &Person, answer: Answer) {
    let state = match answer {
        Answer::NeedsAction => "NEEDS-ACTION",
        Answer::Accepted => "ACCEPTED",
        Answer::Declined => "DECLINED",
        Answer::Tentative => "TENTATIVE",
    };
    attendee(lines, person, "REQ-PARTICIPANT", state, "TRUE");
}

fn attendee(lines: &mut Lines, person: &Person, role: &str, state: &str, answer_wanted: &str) {
    lines
        .property("ATTENDEE")
        .with_text("CN", person.shown())
        .with("CUTYPE", "INDIVIDUAL")
        .with("ROLE", role)
        .with("PARTSTAT", state)
        .with("RSVP", answer_wanted)
        .value(&mailto(&person.email));
}

/// RFC 6068: what a URI gives another meaning is percent-encoded.
fn mailto(email: &EmailAddress) -> String {
    let mut uri = String::from("mailto:");
    for c in email.as_str().chars() {
        if "?#&/^`{|}".contains(c) {
            uri.push_str(&format!("%{:02X}", u32::from(c)));
        } else {
            uri.push(c);
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_stays_an_address_in_a_uri() {
        let email: EmailAddress = "a?cc=b&c#d+e@x.test".parse().unwrap();
        assert_eq!(mailto(&email), "mailto:a%3Fcc=b%26c%23d+e@x.test");
    }

    #[test]
    fn instants_are_in_utc() {
        assert_eq!(
            super::super::lines::utc("2026-12-01T10:00:00+09:00".parse().unwrap()),
            "20261201T010000Z"
        );
    }
}
