//! The mails of one change, from what was kept of the meeting: read once, then each mail is little more than its addresses.

use std::{
    borrow::Cow,
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use convoke_callbridge_api::loopback;
use convoke_invite::{
    Answer, Attendee as Invited, Audience, Change, IvrNumber, Joining, Kind, Person, Personal, Snapshot,
    Stencil, changes,
};
use convoke_mailer::{Envelope, Head, Mailer, Parts, compose};
use convoke_meeting::{Zone, answers::PartStat, plan::Plan};
use convoke_model::{Language, Uuid};
use convoke_scheduler_api::request::GuestList;
use convoke_store::{
    meetings::{MeetingRow, Revision},
    outbox::MailRow,
};
use jiff::{SignedDuration, Timestamp, civil::DateTime};

use crate::{answer_links::LinksOf, templates::Templates};

use super::{
    answers::Answers,
    body::{Attendee, Body},
    copies::{Copies, View, occurrence},
    mails,
    preferred::{Own, Preferences},
    reminding::Reminded,
};

/// Sheets of one change that are remembered: a role, a language, a zone and a kind each.
const MAX_SHEETS: usize = 64;

/// What the database knows of a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Read<'a> {
    /// The meeting.
    pub(crate) row: &'a MeetingRow,
    /// What it says since.
    pub(crate) after: &'a Revision,
    /// What the recipients were told it says, if they were.
    pub(crate) before: Option<&'a Revision>,
    /// What people had answered when the mails were queued.
    pub(crate) answers: &'a Answers,
    /// Where people answer.
    pub(crate) links: Option<&'a LinksOf>,
    /// What people preferred when the mails were queued.
    pub(crate) preferences: &'a Preferences,
}

/// A change of a meeting, ready to be told.
#[derive(Debug)]
pub(crate) struct Letters {
    snapshot: Snapshot,
    changes: Vec<Change>,
    language: Language,
    ways: HashMap<String, Joining>,
    /// By address in lower case; the organizer is not among them.
    people: HashMap<String, Known>,
    organizer_role: String,
    said: SaidOf,
    /// Where people answer.
    links: Option<LinksOf>,
    /// By address in lower case, where they have their mails otherwise than the meeting: language and zone.
    own: Own,
    /// Only the organizer sees who else is invited.
    hides_guests: bool,
    /// What the meeting says, where somebody is reminded of it.
    body: Option<Body>,
    /// Where single occurrences differ.
    copies: Option<Copies>,
    /// The administrators' texts.
    templates: Arc<Templates>,
    sheets: Mutex<HashMap<SheetKey, Arc<Sheet>>>,
}

/// A person whom the meeting names.
#[derive(Debug, Clone)]
pub(super) struct Known {
    person: Person,
    role: String,
}

/// Whose mails are alike.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SheetKey {
    role: String,
    language: Language,
    zone: Option<String>,
    is_organizer: bool,
    is_asked: bool,
    kind: String,
    view: Option<View>,
    /// Of a mail that reminds.
    reminded: Option<Reminded>,
}

/// What those get whose mails are alike.
#[derive(Debug)]
struct Sheet {
    stencil: Stencil,
    parts: Parts,
}

impl Letters {
    /// The letters of a change; `None` when what is kept has been damaged.
    pub(crate) fn of(read: &Read<'_>, templates: Arc<Templates>) -> Option<Self> {
        let body: Body = serde_json::from_str(&read.after.body).ok()?;
        let before: Option<Body> = read.before.and_then(|before| serde_json::from_str(&before.body).ok());
        let said = SaidOf::new(&body, read.answers);
        let snapshot = snapshot(read, &body, &said)?;
        let earlier = before.as_ref().and_then(|before| self::snapshot(read, before, &said));
        let mut people = HashMap::new();
        let everybody = before.iter().flat_map(Body::everybody).chain(body.everybody());
        for attendee in everybody {
            if let Some(known) = known(attendee) {
                people.insert(known.person.email.key(), known);
            }
        }
        let own = read.preferences.own(before.iter().chain([&body]));
        Some(Self {
            changes: earlier.map(|earlier| changes(&earlier, &snapshot)).unwrap_or_default(),
            snapshot,
            language: Language::from_locale(&body.language).unwrap_or_default(),
            ways: body.ways.iter().map(|way| (way.role.clone(), joining(way))).collect(),
            people,
            organizer_role: body.organizer.role.clone(),
            hides_guests: body.guest_list == GuestList::Organizer,
            copies: Copies::of(
                before.as_ref(),
                &body,
                Timestamp::from_millisecond(read.after.changed_at).ok()?,
                &said,
            ),
            said,
            links: read.links.cloned(),
            own,
            templates,
            body: Some(body).filter(|body| !body.reminders.is_empty()),
            sheets: Mutex::default(),
        })
    }

    /// How many people it knows.
    pub(crate) fn people(&self) -> usize {
        self.people.len()
    }

    /// The envelope and the bytes of a mail, always the same; `None` when what is kept has been damaged.
    ///
    /// `earlier` are the Message-IDs of what this person was sent about the meeting before.
    pub(crate) fn letter(
        &self,
        mail: &MailRow,
        earlier: &[String],
        mailer: &Mailer,
    ) -> Option<(Envelope, Vec<u8>)> {
        // Outlook answers to whom a mail is from, other calendars to its ORGANIZER: both are the same address.
        let answers_to = self.snapshot.answers_to.as_ref();
        let service = answers_to.unwrap_or(mailer.from_address());
        let organizer = &self.snapshot.organizer;
        let is_organizer = mail.recipient.to_lowercase() == organizer.email.key();
        let known = self.people.get(&mail.recipient.to_lowercase());
        let (person, role) = match known {
            Some(known) => (Cow::Borrowed(&known.person), &known.role),
            None if is_organizer => (Cow::Borrowed(organizer), &self.organizer_role),
            None => {
                let email = mail.recipient.parse().ok()?;
                (Cow::Owned(Person { name: String::new(), email }), &self.organizer_role)
            }
        };
        let (language, zone) = self.own.get(&mail.recipient.to_lowercase()).cloned().unwrap_or_default();
        let key = if is_organizer { String::new() } else { mail.recipient.to_lowercase() };
        let reminded = if mail.kind == mails::REMINDER { Some(Reminded::of(mail)?) } else { None };
        let own_role = reminded.as_ref().and_then(Reminded::original).zip(self.copies.as_ref());
        let own_role = own_role.and_then(|(original, copies)| copies.role_of(original, &key));
        let asked = self.links.as_ref().filter(|_| known.is_some() && !is_organizer);
        let answer_link = asked.map(|links| links.address(&key));
        let sheet = self.sheet(SheetKey {
            role: own_role.unwrap_or_else(|| role.clone()),
            language: language.unwrap_or(self.language),
            zone,
            is_organizer,
            is_asked: answer_link.is_some(),
            kind: mail.kind.clone(),
            view: self
                .copies
                .as_ref()
                .filter(|_| reminded.is_none())
                .and_then(|copies| copies.view(&key, &mail.kind)),
            reminded,
        });
        let key = person.email.key();
        let personal = Personal {
            person: &person,
            answer: &|original| self.said.answer(&key, original),
            answer_link: answer_link.as_deref(),
        };
        let mut parts = sheet.parts.clone();
        if let Some(texts) = sheet.stencil.texts_for(&personal) {
            parts = parts.with_texts(&texts);
        }
        if let Some(calendar) = sheet.stencil.calendar_for(&personal) {
            parts = parts.with_calendar(&calendar);
        }
        let head = Head {
            service,
            is_from_person: answers_to.is_none() && mailer.speaks_for(&organizer.email),
            organizer,
            recipient: &person,
            message_id: &message_id(mail.id, mailer),
            earlier,
            date: Timestamp::from_millisecond(mail.created_at).ok()?,
        };
        let bytes = compose(&parts, &head);
        let id = Some(mail.id.to_string());
        Some((Envelope { from: service.clone(), to: person.email.clone(), id }, bytes))
    }

    fn sheet(&self, key: SheetKey) -> Arc<Sheet> {
        let mut sheets = self.sheets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sheet) = sheets.get(&key) {
            return sheet.clone();
        }
        if sheets.len() >= MAX_SHEETS {
            sheets.clear();
        }
        let sheet = Arc::new(self.written(&key));
        sheets.insert(key, sheet.clone());
        sheet
    }

    /// The kind of a mail about a series that ends earlier now.
    fn ended(&self, continues: bool) -> Kind {
        let series = &self.snapshot.series;
        // The end of a whole day is the next one's beginning.
        let last = series.last_end().and_then(|end| end.checked_sub(SignedDuration::from_secs(1)).ok());
        match last {
            Some(last) => Kind::Ended { last: series.zone().time_zone().to_datetime(last).date(), continues },
            None => Kind::Update(self.changes.clone()),
        }
    }

    /// The occurrence that a mail reminds of, with the way into it.
    fn reminded(&self, reminded: &Reminded, role: &str) -> Option<(Snapshot, Joining, Kind)> {
        let planned = self.body.as_ref()?.plan(false)?.occurrence(reminded.original()?)?;
        let way =
            self.body.as_ref()?.place(&planned.face.place)?.ways.into_iter().find(|way| way.role == role);
        let snapshot = occurrence(&self.snapshot, self.body.as_ref()?, &planned, &self.said)?;
        // Which date of the series it is has to be told of those that were moved only.
        let recurrence = snapshot.recurrence.filter(|original| *original != planned.time.local_start);
        let kind = Kind::Reminder { minutes: reminded.minutes };
        Some((Snapshot { recurrence, ..snapshot }, way.as_ref().map(joining).unwrap_or_default(), kind))
    }

    fn written(&self, key: &SheetKey) -> Sheet {
        let kind = match key.kind.as_str() {
            mails::INVITATION => Kind::Invitation,
            mails::CANCELLATION => Kind::Cancellation,
            mails::REMOVAL => Kind::Removal,
            mails::HANDED_OVER => Kind::HandedOver,
            mails::RESTORED => Kind::Restored,
            mails::RESENT => Kind::Resent,
            mails::CLOCKS => Kind::Clocks,
            mails::SPLIT => {
                Kind::Split { first: self.snapshot.series.start(), changes: self.changes.clone() }
            }
            mails::REMINDER => {
                Kind::Reminder { minutes: key.reminded.as_ref().map_or(0, |reminded| reminded.minutes) }
            }
            kind @ (mails::ENDED | mails::CONTINUED) => self.ended(kind == mails::CONTINUED),
            _ => Kind::Update(self.changes.clone()),
        };
        let told = key.view.as_ref().zip(self.copies.as_ref());
        let told = told.and_then(|(view, copies)| copies.told(view, &kind, &self.snapshot));
        let told = told.or_else(|| self.reminded(key.reminded.as_ref()?, &key.role));
        let (snapshot, joining, kind) = match told {
            Some((snapshot, joining, kind)) => (Cow::Owned(snapshot), joining, kind),
            None => {
                (Cow::Borrowed(&self.snapshot), self.ways.get(&key.role).cloned().unwrap_or_default(), kind)
            }
        };
        let (snapshot, kind) = if self.hides_guests && !key.is_organizer {
            (Cow::Owned(without_guests(snapshot.into_owned())), without_names(kind))
        } else {
            (snapshot, kind)
        };
        let zone = key.zone.as_deref().and_then(|name| Zone::named(name).ok());
        let audience = Audience {
            joining,
            language: key.language,
            zone,
            is_organizer: key.is_organizer,
            is_asked: key.is_asked,
        };
        let template = self.templates.of(key.language);
        let stencil = Stencil::with_template(&snapshot, &audience, &kind, template);
        Sheet { parts: Parts::of(&stencil.content()), stencil }
    }
}

/// The meeting for somebody who is not to see who else is invited.
pub(super) fn without_guests(mut snapshot: Snapshot) -> Snapshot {
    snapshot.attendees = Vec::new();
    for exception in &mut snapshot.exceptions {
        exception.meeting.attendees = Vec::new();
    }
    snapshot
}

/// The same without changes that name who else has come or gone.
fn without_names(kind: Kind) -> Kind {
    let open = |changes: Vec<Change>| {
        changes.into_iter().filter(|change| !matches!(change, Change::Attendees { .. })).collect()
    };
    match kind {
        Kind::Update(changes) => Kind::Update(open(changes)),
        Kind::Split { first, changes } => Kind::Split { first, changes: open(changes) },
        kind => kind,
    }
}

/// The Message-ID of a mail, without angle brackets: the same for every try.
pub(crate) fn message_id(mail: Uuid, mailer: &Mailer) -> String {
    format!("{mail}@{}", mailer.from_address().domain())
}

/// The way in of a role.
pub(super) fn joining(way: &convoke_scheduler_api::meeting::Way) -> Joining {
    Joining {
        role: Some(way.role.clone()).filter(|role| !role.is_empty()),
        link: way.link.clone(),
        meeting_id: way.meeting_id.clone(),
        passcode: way.passcode.clone(),
        uri: way.uri.clone(),
    }
}

/// The person of an attendee, and what they answered.
pub(super) fn known(attendee: &Attendee) -> Option<Known> {
    let person = Person { name: attendee.name.clone(), email: attendee.email.parse().ok()? };
    Some(Known { person, role: attendee.role.clone() })
}

/// What people had answered to a meeting as it is told.
#[derive(Debug, Clone)]
pub(super) struct SaidOf {
    answers: Answers,
    /// Nothing where nobody had.
    plan: Option<Plan>,
}

impl SaidOf {
    pub(super) fn new(body: &Body, answers: &Answers) -> Self {
        let plan = if answers.is_empty() { None } else { body.plan(false) };
        Self { answers: answers.clone(), plan }
    }

    /// What somebody, by the address in lower case, had answered to an occurrence, or to the meeting as such.
    pub(super) fn answer(&self, key: &str, original: Option<DateTime>) -> Answer {
        let known = self.plan.as_ref().and_then(|plan| self.answers.holding(plan, key, original));
        known.map_or(Answer::NeedsAction, |known| told(known.partstat()))
    }
}

/// An answer in the words of mails.
pub(super) fn told(partstat: PartStat) -> Answer {
    match partstat {
        PartStat::NeedsAction => Answer::NeedsAction,
        PartStat::Accepted => Answer::Accepted,
        PartStat::Tentative => Answer::Tentative,
        PartStat::Declined => Answer::Declined,
    }
}

/// A number to dial in by, as mails tell it.
pub(crate) fn number(number: &loopback::IvrNumber) -> IvrNumber {
    IvrNumber { label: number.label.clone(), number: number.number.clone() }
}

/// A meeting as mails tell it.
pub(super) fn snapshot(read: &Read<'_>, body: &Body, said: &SaidOf) -> Option<Snapshot> {
    let invited = |attendee: &Attendee| {
        let person = known(attendee)?.person;
        let answer = said.answer(&person.email.key(), None);
        Some(Invited { person, answer })
    };
    Some(Snapshot {
        uid: read.row.uid.clone(),
        sequence: u32::try_from(body.sequence).ok()?,
        summary: body.summary.clone(),
        description: body.description.clone(),
        series: body.time.series()?,
        recurrence: None,
        exceptions: Vec::new(),
        organizer: Person { name: body.organizer.name.clone(), email: body.organizer.email.parse().ok()? },
        answers_to: body.answers_to.as_deref().and_then(|address| address.parse().ok()),
        attendees: body.attendees.iter().filter_map(invited).collect(),
        space_name: body.space_name.clone(),
        ivr_numbers: body.ivr_numbers.iter().map(number).collect(),
        created_at: Timestamp::from_millisecond(read.row.created_at).ok()?,
        changed_at: Timestamp::from_millisecond(read.after.changed_at).ok()?,
    })
}
