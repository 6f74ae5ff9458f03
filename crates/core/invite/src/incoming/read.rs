//! A foreign object as what it says.

use convoke_meeting::Zone;
use convoke_model::EmailAddress;
use jiff::{
    Span, Timestamp,
    civil::{Date, DateTime, Time},
    tz::TimeZone,
};

use super::{
    Answering, CalendarTime, Clock, Incoming, IncomingFault, Method, Said,
    ical::{self, Component, Property, unescaped},
    windows_zones,
};
use crate::Answer;

/// Events of one object that are looked at: one program answers for many occurrences in one mail.
pub const MAX_EVENTS: usize = 100;
/// People whom an event names, as programs repeat the whole list.
pub const MAX_ATTENDEES: usize = 5_000;
/// Characters of what somebody wrote to an answer; the rest is cut off.
pub const MAX_COMMENT_CHARS: usize = 1_000;
/// Before a UID of others in an Exchange id: `vCal-Uid` and the number 1 ([MS-OXOCAL] 2.2.1.27).
const FOREIGN_UID: &[u8] = b"vCal-Uid\x01\x00\x00\x00";
/// How an Exchange id begins.
const EXCHANGE_ID: &str = "040000008200e00074c5b7101a82e008";

/// Reads an object. `method` is what the mail says that it is (Content-Type); the object's own METHOD counts where both speak.
pub fn read(calendar: &str, method: Option<&str>) -> Result<Incoming, IncomingFault> {
    let calendar = ical::parse(calendar)?;
    let own = calendar.property("METHOD").map(|property| property.value.trim().to_owned());
    let method = own.filter(|own| !own.is_empty()).or_else(|| method.map(|method| method.trim().to_owned()));
    let method = method_of(&method.ok_or(IncomingFault::NoMethod)?);
    let events: Vec<&Component> =
        calendar.components.iter().filter(|component| component.name == "VEVENT").collect();
    let mut uids = events.iter().map(|event| event.property("UID").map(|uid| plain_uid(&uid.text())));
    let uid = uids.next().flatten().filter(|uid| !uid.is_empty()).ok_or(IncomingFault::NoEvent)?;
    if uids.any(|other| other.as_ref() != Some(&uid)) {
        return Err(IncomingFault::NoEvent);
    }
    if events.len() > MAX_EVENTS {
        return Err(IncomingFault::TooLarge);
    }
    let said = events.iter().map(|event| said(event, &calendar, &method)).collect::<Result<_, _>>()?;
    Ok(Incoming { method, uid, said })
}

fn method_of(name: &str) -> Method {
    match name.to_ascii_uppercase().as_str() {
        "REPLY" => Method::Reply,
        "COUNTER" => Method::Counter,
        "REFRESH" => Method::Refresh,
        "DECLINECOUNTER" => Method::DeclineCounter,
        other => Method::Other(other.chars().take(50).collect()),
    }
}

/// A UID in lower case, taken out of the id that Exchange has put it into.
fn plain_uid(uid: &str) -> String {
    let lower = uid.trim().to_lowercase();
    let inner = lower.starts_with(EXCHANGE_ID).then(|| bytes_of_hex(&lower)).flatten().and_then(|bytes| {
        let at = bytes.windows(FOREIGN_UID.len()).position(|part| part == FOREIGN_UID)?;
        let uid = &bytes[at + FOREIGN_UID.len()..];
        let ends = uid.iter().position(|byte| *byte == 0).unwrap_or(uid.len());
        String::from_utf8(uid[..ends].to_vec()).ok()
    });
    inner.map_or(lower, |inner| inner.to_lowercase())
}

fn bytes_of_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| char::from(digit).to_digit(16);
    text.as_bytes()
        .chunks(2)
        .map(|pair| match pair {
            [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
            _ => None,
        })
        .collect()
}

fn said(event: &Component, calendar: &Component, method: &Method) -> Result<Said, IncomingFault> {
    let time = |name: &str| event.property(name).and_then(|property| time_of(property, calendar));
    let recurrence = event.property("RECURRENCE-ID");
    let is_following = recurrence
        .and_then(|property| property.parameter("RANGE"))
        .is_some_and(|range| range.eq_ignore_ascii_case("THISANDFUTURE"));
    // Outlook names the occurrence that it would move by the start that it had.
    let moved = (*method == Method::Counter).then(|| time("X-MS-OLK-ORIGINALSTART")).flatten();
    let recurrence = match recurrence {
        Some(property) => Some(time_of(property, calendar).unwrap_or(NO_TIME)),
        None => moved,
    };
    let start = time("DTSTART");
    let length = event.property("DURATION").and_then(|length| length.value.trim().parse::<Span>().ok());
    let lasting = start.as_ref().zip(length).and_then(|(start, length)| {
        Some(CalendarTime { local: start.local.checked_add(length).ok()?, ..start.clone() })
    });
    let mut attendees = Vec::new();
    for property in event.properties("ATTENDEE") {
        if attendees.len() >= MAX_ATTENDEES {
            return Err(IncomingFault::TooLarge);
        }
        attendees.extend(answering(property));
    }
    let comments: Vec<String> = event.properties("COMMENT").map(Property::text).collect();
    Ok(Said {
        recurrence,
        is_following,
        attendees,
        sequence: event.property("SEQUENCE").and_then(|number| number.value.trim().parse().ok()),
        stamped_at: time("DTSTAMP").and_then(|stamp| instant(&stamp)),
        comment: shortened(&comments.join("\n")),
        start,
        end: time("DTEND").or(lasting),
    })
}

/// A time that no occurrence has: a name that can't be read names none, rather than all of them.
const NO_TIME: CalendarTime = CalendarTime { local: DateTime::MIN, is_date: false, clock: Clock::Floating };

/// The address of somebody whom a property names. Apple's can be a path on its server; then EMAIL has the one that mail goes to (RFC 7986
/// 6.2).
pub(super) fn mailbox(property: &Property) -> Option<EmailAddress> {
    address(&property.value).or_else(|| property.parameter("EMAIL").and_then(address))
}

fn answering(property: &Property) -> Option<Answering> {
    let person = mailbox(property)?.key();
    let answer = match property.parameter("PARTSTAT").map(str::to_ascii_uppercase).as_deref() {
        None | Some("NEEDS-ACTION") => Some(Answer::NeedsAction),
        Some("ACCEPTED") => Some(Answer::Accepted),
        Some("DECLINED") => Some(Answer::Declined),
        Some("TENTATIVE") => Some(Answer::Tentative),
        Some(_) => None,
    };
    let comment = property.parameter("X-RESPONSE-COMMENT").map(|text| without_entities(&unescaped(text)));
    Some(Answering { person, answer, comment: shortened(&comment.unwrap_or_default()) })
}

/// An address, from a `mailto:` in any case, percent-encoded or bare. One with letters that no address of ours can
/// have is none: `%25` and a second `@` are how a name in somebody else's domain hides.
fn address(value: &str) -> Option<EmailAddress> {
    let value = value.trim();
    let bare = match value.split_at_checked(7) {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("mailto:") => rest,
        _ => value,
    };
    let bare = bare.split_once('?').map_or(bare, |(address, _)| address);
    percent_decoded(bare)?.parse().ok()
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = [*high, *low];
                bytes.push(u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?);
                rest = after;
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

/// Google writes what people type as HTML into a parameter.
fn without_entities(text: &str) -> String {
    [("&#39;", "'"), ("&quot;", "\""), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .iter()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

fn shortened(text: &str) -> String {
    let shown = text.trim().chars().filter(|letter| *letter == '\n' || !letter.is_control());
    shown.take(MAX_COMMENT_CHARS).collect()
}

/// The time that a property says.
pub(super) fn time_of(property: &Property, calendar: &Component) -> Option<CalendarTime> {
    time_at(&property.value, &clock_for(property, calendar))
}

/// The clock of a property's times, but for those in UTC.
pub(super) fn clock_for(property: &Property, calendar: &Component) -> Clock {
    property.parameter("TZID").map_or(Clock::Floating, |name| clock_of(name, calendar))
}

/// A time on a clock, or in UTC where it says so.
pub(super) fn time_at(value: &str, clock: &Clock) -> Option<CalendarTime> {
    let value = value.trim();
    let (value, is_utc) = match value.strip_suffix(['Z', 'z']) {
        Some(value) => (value, true),
        None => (value, false),
    };
    let (date, time) = match value.split_once(['T', 't']) {
        Some((date, time)) => (date, Some(time)),
        None => (value, None),
    };
    let date = date_of(date)?;
    let local = DateTime::from_parts(date, time.map_or(Some(Time::MIN), time_of_day)?);
    let clock = if is_utc { Clock::Utc } else { clock.clone() };
    Some(CalendarTime { local, is_date: time.is_none(), clock })
}

fn number(text: &str) -> Option<i8> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn date_of(text: &str) -> Option<Date> {
    if text.len() != 8 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Date::new(text[..4].parse().ok()?, number(&text[4..6])?, number(&text[6..])?).ok()
}

fn time_of_day(text: &str) -> Option<Time> {
    if text.len() != 6 || !text.is_ascii() {
        return None;
    }
    // A leap second is its second before, as in our rules.
    Time::new(number(&text[..2])?, number(&text[2..4])?, number(&text[4..])?.min(59), 0).ok()
}

/// The clock of a TZID: a zone by its IANA name, by what Windows calls it, by an IANA name at the end of a path (as Mozilla and
/// libical write it), or by what the object says of it.
fn clock_of(name: &str, calendar: &Component) -> Clock {
    let name = name.trim();
    let by_name = Zone::of_name;
    let at_end = || {
        // The longest names of zones have three parts; those of paths may have any number before them.
        let mut parts: Vec<&str> = name.rsplit('/').filter(|part| !part.is_empty()).take(4).collect();
        parts.reverse();
        (1..parts.len()).find_map(|without| by_name(&parts[without..].join("/")))
    };
    let by_windows = || windows_zones::iana_name(name).and_then(by_name);
    if let Some(zone) = by_name(name).or_else(by_windows).or_else(at_end) {
        return Clock::Zone(zone);
    }
    let own = calendar.components.iter().find(|component| {
        component.name == "VTIMEZONE" && component.property("TZID").is_some_and(|id| id.value.trim() == name)
    });
    let Some(own) = own else { return Clock::Floating };
    let location = own.property("X-LIC-LOCATION").and_then(|place| by_name(place.value.trim()));
    if let Some(zone) = location {
        return Clock::Zone(zone);
    }
    let mut offsets: Vec<i32> = own
        .components
        .iter()
        .filter_map(|part| part.property("TZOFFSETTO"))
        .filter_map(|offset| offset_of(offset.value.trim()))
        .collect();
    offsets.sort_unstable();
    offsets.dedup();
    if offsets.is_empty() { Clock::Floating } else { Clock::Offsets(offsets) }
}

/// `+0900` or `-023030` in seconds.
fn offset_of(text: &str) -> Option<i32> {
    let (sign, digits) = match text.split_at_checked(1)? {
        ("-", digits) => (-1, digits),
        ("+", digits) => (1, digits),
        _ => return None,
    };
    if !digits.is_ascii() || !matches!(digits.len(), 4 | 6) {
        return None;
    }
    let part = |at: usize| digits.get(at..at + 2).map_or(Some(0), number).map(i32::from);
    Some(sign * (part(0)? * 3600 + part(2)? * 60 + part(4)?))
}

/// The instant of a time stamp; one without a clock is taken as UTC, as it has to be.
fn instant(time: &CalendarTime) -> Option<Timestamp> {
    let zone = match &time.clock {
        Clock::Zone(zone) => zone.time_zone().clone(),
        _ => TimeZone::UTC,
    };
    zone.to_timestamp(time.local).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(lines: &str) -> Incoming {
        let text = format!(
            "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:m@x\n{lines}\nEND:VEVENT\nEND:VCALENDAR"
        );
        read(&text, None).unwrap()
    }

    fn first_person(line: &str) -> Option<String> {
        reply(line).said[0].attendees.first().map(|one| one.person.clone())
    }

    /// Trap 4: calendars write the scheme in any case and encode the address; what then is no address of ours is nobody.
    #[test]
    fn mailto_is_read_in_any_case_and_percent_encoded_names_are_refused_as_recipients() {
        for value in [
            "mailto:bob@example.test",
            "MAILTO:Bob@Example.TEST",
            "MailTo:bob%40example.test",
            "bob@example.test",
            "mailto:bob@example.test?subject=x",
        ] {
            assert_eq!(
                first_person(&format!("ATTENDEE:{value}")),
                Some("bob@example.test".to_owned()),
                "{value}"
            );
        }
        for value in [
            "mailto:bob%25evil.test@example.test",
            "mailto:bob%40evil.test@example.test",
            "mailto:bob%0d%0aBcc:x@example.test",
            "mailto:bob%zz@example.test",
            "invalid:nomail",
            "",
        ] {
            assert_eq!(first_person(&format!("ATTENDEE:{value}")), None, "{value}");
        }
    }

    #[test]
    fn apples_path_is_an_address_by_its_email_parameter() {
        let line = "ATTENDEE;CN=Bob;EMAIL=\"bob@example.test\";PARTSTAT=DECLINED:/aMTIzNDU2/principal/";
        assert_eq!(first_person(line), Some("bob@example.test".to_owned()));
        assert_eq!(reply(line).said[0].attendees[0].answer, Some(Answer::Declined));
    }

    #[test]
    fn an_exchange_id_gives_back_the_uid_that_it_holds() {
        let uid = "19577d25-f7cf-4524-9a26-5fd418dd5f96@example.test";
        let data: Vec<u8> = [FOREIGN_UID, uid.as_bytes(), b"\0"].concat();
        let hex: String = data.iter().map(|byte| format!("{byte:02X}")).collect();
        let id = format!("{}{}{:02X}000000{hex}", EXCHANGE_ID.to_uppercase(), "00".repeat(20), data.len());
        assert_eq!(plain_uid(&id), uid);
        assert_eq!(plain_uid(" 19577D25-F7CF@Example.test"), "19577d25-f7cf@example.test");
        let foreign = format!("{EXCHANGE_ID}0000");
        assert_eq!(plain_uid(&foreign), foreign);
    }

    #[test]
    fn zones_are_known_by_every_name_that_calendars_give_them() {
        let clock = |name: &str| {
            reply(&format!("DTSTART;TZID={name}:20261201T100000")).said[0].start.clone().unwrap().clock
        };
        let seoul = Clock::Zone(Zone::named("Asia/Seoul").unwrap());
        for name in [
            "Asia/Seoul",
            "Korea Standard Time",
            "\"Korea Standard Time\"",
            "/mozilla.org/20050126_1/Asia/Seoul",
            "/freeassociation.sourceforge.net/Asia/Seoul",
        ] {
            assert_eq!(clock(name), seoul, "{name}");
        }
        assert_eq!(clock("Nowhere"), Clock::Floating);
    }

    #[test]
    fn a_zone_of_the_objects_own_counts_by_its_offsets() {
        let text = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VTIMEZONE\nTZID:대한민국 표준시\nBEGIN:STANDARD\nTZOFFSETTO:+0900\n\
                    END:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:m@x\nDTSTART;TZID=대한민국 표준시:20261201T100000\n\
                    END:VEVENT\nEND:VCALENDAR";
        let said = read(text, None).unwrap().said;
        assert_eq!(said[0].start.as_ref().unwrap().clock, Clock::Offsets(vec![32_400]));
        assert_eq!(offset_of("-023030"), Some(-9_030));
        assert_eq!(offset_of("0900"), None);
    }

    #[test]
    fn the_method_may_stand_in_the_mail_alone() {
        let text = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:m@x\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(read(text, Some("reply")).unwrap().method, Method::Reply);
        assert_eq!(read(text, None), Err(IncomingFault::NoMethod));
    }

    #[test]
    fn an_object_of_two_meetings_is_none() {
        let text = "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:m@x\nEND:VEVENT\nBEGIN:VEVENT\nUID:n@x\nEND:VEVENT\nEND:VCALENDAR";
        assert_eq!(read(text, None), Err(IncomingFault::NoEvent));
        assert_eq!(read("BEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR", None), Err(IncomingFault::NoEvent));
    }

    #[test]
    fn a_name_of_an_occurrence_that_cannot_be_read_is_not_the_whole_series() {
        assert_eq!(reply("RECURRENCE-ID:tomorrow").said[0].recurrence, Some(NO_TIME));
    }

    #[test]
    fn words_are_taken_from_where_programs_put_them() {
        let google =
            reply("ATTENDEE;PARTSTAT=DECLINED;X-RESPONSE-COMMENT=\"it&#39\\;s late\":mailto:bob@x.test");
        assert_eq!(google.said[0].attendees[0].comment, "it's late");
        assert_eq!(reply("COMMENT;LANGUAGE=en-US:Uh huh\\, here\\n").said[0].comment, "Uh huh, here");
        assert_eq!(reply(&format!("COMMENT:{}", "x".repeat(5_000))).said[0].comment.len(), MAX_COMMENT_CHARS);
    }
}
