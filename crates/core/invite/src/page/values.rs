//! What a meeting gives to a template of administrators.

use std::collections::BTreeMap;

use convoke_meeting::words;

use super::{answer_link, described, first, join_link, other_zone};
use crate::{Audience, IvrNumber, Snapshot, Value, Values, content::one_line, texts};

/// The values of a meeting for those who get the same mail.
pub(crate) fn values(meeting: &Snapshot, audience: &Audience) -> Values {
    let texts = texts::of(audience.language);
    let (series, joining) = (&meeting.series, &audience.joining);
    let when = first(series).map(|occurrence| match other_zone(series, audience.zone.as_ref()) {
        Some(zone) => texts::when_there(texts, zone, &occurrence),
        None => texts::when(texts, series, &occurrence),
    });
    let start = |time| match series.is_unscheduled() {
        true => String::new(),
        false => texts::start(texts, time, series.is_all_day()),
    };
    let link = join_link(joining);
    let optional = |text: &Option<String>| text.as_deref().map(one_line).unwrap_or_default();
    let mut values: Values = [
        ("name", one_line(&meeting.summary)),
        ("organizer", one_line(meeting.organizer.shown())),
        ("start", start(series.start())),
        ("end", start(series.end())),
        ("when", when.unwrap_or_default()),
        ("time_zone", series.zone().name().to_owned()),
        ("recurrence", words::recurrence(texts.language(), series).unwrap_or_default()),
        (
            "description",
            described(texts.labels(), &meeting.description).map(|(_, text)| text).unwrap_or_default(),
        ),
        ("role", optional(&joining.role)),
        ("uri", optional(&joining.uri)),
        ("numeric_id", optional(&joining.meeting_id)),
        ("passcode", optional(&joining.passcode)),
        ("join_link", link.clone().unwrap_or_default()),
        ("answer_link", if audience.is_asked { answer_link(meeting) } else { String::new() }),
    ]
    .map(|(name, text)| (name.to_owned(), Value::Text(text)))
    .into();
    let address = |link: String| -> BTreeMap<String, String> {
        let label = texts.labels().join_link.to_owned();
        [("label", label), ("address", link.clone()), ("hyperlink", link)]
            .map(|(name, text)| (name.to_owned(), text))
            .into()
    };
    let addresses = link.into_iter().map(address).collect();
    values.insert("web_bridge_addresses".to_owned(), Value::List(addresses));
    let number = |number: &IvrNumber| -> BTreeMap<String, String> {
        [("label", &number.label), ("number", &number.number)]
            .map(|(name, text)| (name.to_owned(), one_line(text)))
            .into()
    };
    values.insert("ivr_numbers".to_owned(), Value::List(meeting.ivr_numbers.iter().map(number).collect()));
    values
}
