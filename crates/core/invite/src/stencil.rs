//! A mail that many people get, written once: apart from a single mail, because one to 3,000 people differs from person to
//! person by a line of its calendar object at most.

use std::borrow::Cow;

use convoke_meeting::Zone;
use convoke_model::Language;

use crate::{
    Answer, CalendarPart, Joining, Kind, MailContent, Person, Snapshot,
    calendar::{self, Form},
    content::one_line,
    page::{self, Page, values},
    snapshot::REQUEST,
    template::Template,
    texts,
};

/// Those to whom a meeting's mail says the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Audience {
    /// Their way in.
    pub joining: Joining,
    /// The language of the mail.
    pub language: Language,
    /// Their own zone, if it is known.
    pub zone: Option<Zone>,
    /// Whether it is the one whose meeting it is.
    pub is_organizer: bool,
}

/// A mail without what belongs to one recipient.
#[derive(Debug, Clone)]
pub struct Stencil {
    subject: String,
    text: String,
    html: String,
    /// With its method.
    calendar: Option<(Form, &'static str)>,
}

impl Stencil {
    /// Writes what all of them are told, an invitation by the administrators' template where there is one. A template that
    /// would become too much counts as none.
    pub fn with_template(
        meeting: &Snapshot,
        audience: &Audience,
        kind: &Kind,
        template: Option<&Template>,
    ) -> Self {
        let built_in = Self::of(meeting, audience, kind);
        let template = template.filter(|_| matches!(kind, Kind::Invitation | Kind::Resent));
        let Some(made) = template.and_then(|template| template.render(&values(meeting, audience)).ok())
        else {
            return built_in;
        };
        Self {
            subject: made.subject.unwrap_or(built_in.subject),
            html: page::of_text(&made.text, audience.language.tag(), &one_line(&meeting.summary)),
            text: made.text,
            ..built_in
        }
    }

    /// Writes what all of them are told.
    pub fn of(meeting: &Snapshot, audience: &Audience, kind: &Kind) -> Self {
        let texts = texts::of(audience.language);
        let page = Page::of(meeting, audience, kind);
        let notice = texts.notice(kind, audience.is_organizer);
        Self {
            subject: one_line(&format!("{}: {}", notice.subject, meeting.summary)),
            text: page.to_text(),
            html: page.to_html(audience.language.tag()),
            calendar: kind.method().map(|method| (calendar::write(meeting, audience, kind, method), method)),
        }
    }

    /// The calendar object for one of them, who answered so; the same text for all whom it names already. `None` where the mail
    /// has none.
    pub fn calendar_for(&self, person: &Person, answer: Answer) -> Option<Cow<'_, str>> {
        self.calendar.as_ref().map(|(form, _)| form.for_person(person, answer))
    }

    /// The whole mail, its calendar object without the line of a recipient whom it does not name.
    pub fn content(&self) -> MailContent {
        self.content_with(self.calendar.as_ref().map(|(form, _)| form.text().to_owned()))
    }

    /// The whole mail for one of them, who answered so.
    pub fn content_for(&self, person: &Person, answer: Answer) -> MailContent {
        self.content_with(self.calendar_for(person, answer).map(Cow::into_owned))
    }

    fn content_with(&self, calendar: Option<String>) -> MailContent {
        let method = self.calendar.as_ref().map(|(_, method)| *method);
        MailContent {
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            calendar: calendar.zip(method).map(|(text, method)| CalendarPart {
                text,
                method,
                file_name: if method == REQUEST { "invite.ics" } else { "cancel.ics" },
            }),
        }
    }
}
