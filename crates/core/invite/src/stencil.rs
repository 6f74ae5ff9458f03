//! A mail that many people get, written once: apart from a single mail, because one to 3,000 people differs from person to
//! person by a line of its calendar object at most.

use std::borrow::Cow;

use convoke_meeting::Zone;
use convoke_model::Language;
use jiff::civil::DateTime;

use crate::{
    Answer, CalendarPart, Joining, Kind, MailContent, Person, Snapshot,
    calendar::{self, Form},
    content::one_line,
    page::{self, Page, values},
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
    calendar: Option<(Form, CalendarPart)>,
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
            calendar: kind.method().map(|method| {
                let form = calendar::write(meeting, audience, kind, method);
                let text = form.text().to_owned();
                (form, CalendarPart { text, method, file_name: kind.file_name() })
            }),
        }
    }

    /// The calendar object for one of them, by what they answered to the occurrence with an original, or to the meeting as such;
    /// `None` when it is the same text for all, because it names them already.
    pub fn calendar_for(
        &self,
        person: &Person,
        answer: &dyn Fn(Option<DateTime>) -> Answer,
    ) -> Option<CalendarPart> {
        let (form, part) = self.calendar.as_ref()?;
        match form.for_person(person, answer) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(CalendarPart { text, ..part.clone() }),
        }
    }

    /// The whole mail, its calendar object without the line of a recipient whom it does not name.
    pub fn content(&self) -> MailContent {
        self.content_with(None)
    }

    /// The whole mail for one of them, by what they answered.
    pub fn content_for(&self, person: &Person, answer: &dyn Fn(Option<DateTime>) -> Answer) -> MailContent {
        self.content_with(self.calendar_for(person, answer))
    }

    fn content_with(&self, own: Option<CalendarPart>) -> MailContent {
        MailContent {
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            calendar: own.or_else(|| self.calendar.as_ref().map(|(_, part)| part.clone())),
        }
    }
}
