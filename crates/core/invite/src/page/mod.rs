//! What a mail says, before it is plain text or HTML: both are written from the same page, so they can't differ.

mod html;
mod plain;
mod values;

pub(crate) use html::of_text;
pub(crate) use values::values;

use convoke_meeting::{Occurrence, Series, Zone, words};

use crate::{
    Audience, Change, Exception, Joining, Kind, Person, Said, Snapshot, Tally,
    content::{one_line, one_line_of},
    snapshot::REQUEST,
    stencil::LINK_TO_COME,
    texts::{self, Labels, Texts},
};

/// How many attendees are named in a mail.
const NAMED_ATTENDEES: usize = 20;

/// How many occurrences that differ are told one by one.
const NAMED_EXCEPTIONS: usize = 10;

/// The parts of a mail, in the order they are read.
pub(crate) struct Page {
    pub(crate) title: String,
    pub(crate) lead: String,
    /// A caption and what changed.
    pub(crate) changed: Option<(&'static str, Vec<String>)>,
    pub(crate) facts: Vec<Fact>,
    /// A caption and the address to join at.
    pub(crate) join: Option<(&'static str, String)>,
    /// Where and how to answer.
    pub(crate) ask: Option<Ask>,
    /// A caption and free text, with its line breaks.
    pub(crate) description: Option<(&'static str, String)>,
}

/// How a recipient is asked for an answer.
pub(crate) struct Ask {
    /// The question.
    pub(crate) question: &'static str,
    /// The same for readers without HTML, which says what the link is for.
    pub(crate) request: &'static str,
    /// Where.
    pub(crate) link: String,
    /// The buttons: what they say, and where each leads.
    pub(crate) buttons: [(&'static str, String); 3],
}

impl Ask {
    fn new(labels: &'static Labels, meeting: &Snapshot) -> Self {
        let link = answer_link(meeting);
        let mark = if link.contains('?') { '&' } else { '?' };
        let button = |label, word: &str| (label, format!("{link}{mark}answer={word}"));
        Self {
            question: labels.ask,
            request: labels.ask_in_text,
            buttons: [
                button(labels.accept, "ACCEPTED"),
                button(labels.maybe, "TENTATIVE"),
                button(labels.decline, "DECLINED"),
            ],
            link,
        }
    }
}

/// Where a recipient answers: about the occurrence that a mail tells of, unless they choose otherwise there.
pub(crate) fn answer_link(meeting: &Snapshot) -> String {
    let original = meeting.recurrence.map(|original| {
        let all_day = meeting.series.is_all_day();
        if all_day { original.date().to_string() } else { original.strftime("%Y-%m-%dT%H:%M:%S").to_string() }
    });
    match original {
        Some(original) => format!("{LINK_TO_COME}?recurrence={original}"),
        None => LINK_TO_COME.to_owned(),
    }
}

pub(crate) struct Fact {
    pub(crate) label: &'static str,
    pub(crate) value: String,
}

impl Page {
    pub(crate) fn of(meeting: &Snapshot, audience: &Audience, kind: &Kind) -> Self {
        let texts = texts::of(audience.language);
        let labels: &'static Labels = texts.labels();
        let lead = if audience.is_organizer {
            texts.notice(kind, true).to_organizer.into_owned()
        } else {
            texts.lead(kind, &one_line(meeting.organizer.shown()))
        };
        let changes: Vec<String> =
            kind.changes().iter().flat_map(|change| changed(texts, change, audience.zone.as_ref())).collect();
        let changed = match kind {
            Kind::Answers { said, tally } => Some((labels.answers, answers(texts, meeting, said, *tally))),
            Kind::ProposalDeclined { proposed } => {
                let when = texts.span(proposed.0, proposed.1, meeting.series.is_all_day());
                Some((labels.proposed, vec![when]))
            }
            _ => Some((labels.changed, changes)).filter(|(_, changes)| !changes.is_empty()),
        };
        let mut facts = time_facts(texts, meeting, audience.zone.as_ref());
        facts.push(Fact { label: labels.organizer, value: one_line(meeting.organizer.shown()) });
        let mut page = Self {
            title: one_line(&meeting.summary),
            lead,
            changed,
            facts,
            join: None,
            ask: (audience.is_asked && kind.method() == Some(REQUEST)).then(|| Ask::new(labels, meeting)),
            description: described(labels, &meeting.description)
                .filter(|_| !matches!(kind, Kind::Answers { .. })),
        };
        if kind.tells_way_in() {
            page.add_attendees(texts, meeting);
            page.facts.extend(join_facts(labels, &audience.joining));
            page.join = join_link(&audience.joining).map(|link| (labels.join, link));
        }
        page
    }

    fn add_attendees(&mut self, texts: &dyn Texts, meeting: &Snapshot) {
        let people: Vec<&Person> = meeting.attendees.iter().map(|attendee| &attendee.person).collect();
        if people.is_empty() {
            return;
        }
        let names: Vec<String> =
            people.iter().take(NAMED_ATTENDEES).map(|person| one_line(person.shown())).collect();
        let mut value = names.join(", ");
        if people.len() > NAMED_ATTENDEES {
            value.push_str(&texts.and_more_people(people.len() - NAMED_ATTENDEES));
        }
        self.facts.push(Fact { label: texts.labels().attendees, value });
    }
}

/// The text that stands in the calendar entry itself: the description, and how to join.
pub(crate) fn calendar_text(meeting: &Snapshot, audience: &Audience, kind: &Kind) -> String {
    let texts = texts::of(audience.language);
    let labels = texts.labels();
    let mut lines = vec![meeting.description.trim().to_owned()];
    if kind.is_on() {
        let joining = &audience.joining;
        let link = join_link(joining).map(|value| Fact { label: labels.join_link, value });
        let facts: Vec<String> = link
            .into_iter()
            .chain(join_facts(labels, joining))
            .map(|fact| format!("{}: {}", fact.label, fact.value))
            .collect();
        lines.push(facts.join("\n"));
    }
    lines.retain(|part| !part.is_empty());
    lines.join("\n\n")
}

/// Answers that are told one by one.
const NAMED_ANSWERS: usize = 50;
/// Characters of a comment that are told; all of it is shown with the meeting.
const TOLD_OF_COMMENT: usize = 300;

/// What people said, a line each, and how all have answered.
fn answers(texts: &dyn Texts, meeting: &Snapshot, said: &[Said], tally: Tally) -> Vec<String> {
    let all_day = meeting.series.is_all_day();
    let one = |said: &Said| {
        let mut line = format!("{}: {}", one_line(said.person.shown()), texts.answer(said.answer));
        if let Some((original, following)) = said.about {
            line.push_str(&texts.about(&texts::start(texts, original, all_day), following));
        }
        if let Some((start, end)) = said.proposed {
            line.push_str(&texts.proposes(&texts.span(start, end, all_day)));
        }
        let comment = one_line_of(&said.comment, TOLD_OF_COMMENT);
        if !comment.is_empty() {
            line.push_str(&texts.quoted(&comment));
        }
        line
    };
    let mut lines: Vec<String> = said.iter().take(NAMED_ANSWERS).map(one).collect();
    if let Some(more) = said.len().checked_sub(NAMED_ANSWERS).filter(|more| *more > 0) {
        lines.push(texts.and_more(more).trim().to_owned());
    }
    lines.push(texts.tally(tally));
    lines
}

fn described(labels: &Labels, description: &str) -> Option<(&'static str, String)> {
    let plain: String = description
        .replace("\r\n", "\n")
        .replace(['\r', '\u{85}', '\u{2028}', '\u{2029}'], "\n")
        .chars()
        .filter(|c| *c == '\n' || !c.is_control())
        .collect();
    let plain = plain.trim();
    (!plain.is_empty()).then(|| (labels.description, plain.to_owned()))
}

fn time_facts(texts: &dyn Texts, meeting: &Snapshot, zone: Option<&Zone>) -> Vec<Fact> {
    let (labels, series) = (texts.labels(), &meeting.series);
    let mut facts = Vec::new();
    let other = other_zone(series, zone);
    if let Some(occurrence) = first(series) {
        let when = texts::when(texts, series, &occurrence);
        match other {
            None => facts.push(Fact { label: labels.when, value: when }),
            Some(zone) => {
                let value = texts::when_there(texts, zone, &occurrence);
                facts.push(Fact { label: labels.when, value });
                facts.push(Fact { label: labels.in_meetings_zone, value: when });
            }
        }
    }
    if let Some(mut value) = words::recurrence(texts.language(), series) {
        if other.is_some() {
            // Its weekdays and dates are those of the meeting's zone.
            value.push_str(&format!(" ({})", series.zone().name()));
        }
        facts.push(Fact { label: labels.repeats, value });
    }
    if let Some(original) = meeting.recurrence {
        let value = texts::start(texts, original, series.is_all_day());
        facts.push(Fact { label: labels.occurrence, value });
    }
    if !meeting.exceptions.is_empty() {
        facts.push(Fact { label: labels.exceptions, value: exceptions(texts, meeting) });
    }
    facts
}

/// What the occurrences that differ are instead: when, and under which name if that is another.
fn exceptions(texts: &dyn Texts, meeting: &Snapshot) -> String {
    let all_day = meeting.series.is_all_day();
    let one = |exception: &Exception| {
        let own = &exception.meeting;
        let was = own.recurrence.map(|original| texts::start(texts, original, all_day)).unwrap_or_default();
        let is = texts.span(own.series.start(), own.series.end(), all_day);
        let name = Some(one_line(&own.summary)).filter(|_| own.summary != meeting.summary);
        format!("{was} → {is}{}", name.map(|name| format!(" ({name})")).unwrap_or_default())
    };
    let mut words: Vec<String> = meeting.exceptions.iter().take(NAMED_EXCEPTIONS).map(one).collect();
    if let Some(more) = meeting.exceptions.len().checked_sub(NAMED_EXCEPTIONS).filter(|more| *more > 0) {
        words.push(texts.and_more(more).trim().to_owned());
    }
    words.join("; ")
}

/// The recipient's zone, where the meeting's times are others there.
fn other_zone<'z>(series: &Series, zone: Option<&'z Zone>) -> Option<&'z Zone> {
    zone.filter(|zone| {
        !series.is_all_day() && !series.is_unscheduled() && zone.name() != series.zone().name()
    })
}

fn first(series: &Series) -> Option<Occurrence> {
    series.first()
}

fn join_link(joining: &Joining) -> Option<String> {
    let link = joining.link.as_deref()?.trim();
    let web = link.starts_with("https://") || link.starts_with("http://");
    (web && !link.contains(|c: char| c.is_control() || c.is_whitespace())).then(|| link.to_owned())
}

fn join_facts(labels: &Labels, joining: &Joining) -> Vec<Fact> {
    [
        (labels.meeting_id, &joining.meeting_id),
        (labels.passcode, &joining.passcode),
        (labels.uri, &joining.uri),
        (labels.role, &joining.role),
    ]
    .into_iter()
    .filter_map(|(label, value)| {
        let value = one_line(value.as_deref()?);
        (!value.is_empty()).then_some(Fact { label, value })
    })
    .collect()
}

fn changed(texts: &dyn Texts, change: &Change, zone: Option<&Zone>) -> Vec<String> {
    let labels = texts.labels();
    match change {
        Change::Summary { before } => vec![texts.was(labels.name, &one_line(before))],
        Change::Organizer { before } => vec![texts.was(labels.organizer, &one_line(before))],
        Change::Space { before } => vec![texts.was(labels.space, &one_line(before))],
        Change::Description => vec![labels.description_changed.to_owned()],
        Change::Time { before } => {
            let when = first(before).map(|occurrence| match other_zone(before, zone) {
                Some(zone) => texts::when_there(texts, zone, &occurrence),
                None => texts::when(texts, before, &occurrence),
            });
            if before.is_unscheduled() {
                return vec![texts.was(labels.when, labels.no_time)];
            }
            let repeats =
                words::recurrence(texts.language(), before).unwrap_or_else(|| labels.no_repeat.to_owned());
            let when = when.map(|when| format!("{when}; {repeats}")).unwrap_or(repeats);
            vec![texts.was(labels.when, &when)]
        }
        Change::Attendees { added, removed } => {
            [(labels.attendees_added, added), (labels.attendees_removed, removed)]
                .into_iter()
                .filter(|(_, names)| !names.is_empty())
                .map(|(label, names)| format!("{label}: {}", some_names(texts, names)))
                .collect()
        }
    }
}

fn some_names(texts: &dyn Texts, names: &[String]) -> String {
    let shown: Vec<String> = names.iter().take(NAMED_ATTENDEES).map(|name| one_line(name)).collect();
    let mut words = shown.join(", ");
    if names.len() > NAMED_ATTENDEES {
        words.push_str(&texts.and_more_people(names.len() - NAMED_ATTENDEES));
    }
    words
}
