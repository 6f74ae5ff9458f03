//! A mail that many people get, written once: apart from a single mail, because one to 3,000 people differs from person to
//! person by a line of its calendar object at most.

use std::{borrow::Cow, fmt};

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
    /// Whether each is asked for an answer, by a link of their own.
    pub is_asked: bool,
}

/// What belongs to one recipient.
#[derive(Clone, Copy)]
pub struct Personal<'a> {
    /// Who.
    pub person: &'a Person,
    /// What they answered to the occurrence with an original, or to the meeting as such.
    pub answer: &'a dyn Fn(Option<DateTime>) -> Answer,
    /// Where they answer, if they are asked to.
    pub answer_link: Option<&'a str>,
}

impl fmt::Debug for Personal<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Personal({})", self.person.email)
    }
}

/// What stands in a text until each recipient's own link does. Whoever types it into a description has their guests read their own links.
pub(crate) const LINK_TO_COME: &str = "https://answer-link.invalid/";

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
            // What has no time stands in no calendar.
            calendar: kind.method().filter(|_| !meeting.series.is_unscheduled()).map(|method| {
                let form = calendar::write(meeting, audience, kind, method);
                let text = form.text().to_owned();
                (form, CalendarPart { text, method, file_name: kind.file_name() })
            }),
        }
    }

    /// The calendar object for one of them; `None` when it is the same text for all, because it names them already.
    pub fn calendar_for(&self, personal: &Personal<'_>) -> Option<CalendarPart> {
        let (form, part) = self.calendar.as_ref()?;
        match form.for_person(personal.person, personal.answer) {
            Cow::Borrowed(_) => None,
            Cow::Owned(text) => Some(CalendarPart { text, ..part.clone() }),
        }
    }

    /// The text and the page for one of them; `None` when they are the same for all, because nobody has a link of their own.
    pub fn texts_for(&self, personal: &Personal<'_>) -> Option<(String, String)> {
        let link = personal.answer_link?;
        Some((self.text.replace(LINK_TO_COME, link), self.html.replace(LINK_TO_COME, link)))
    }

    /// The whole mail, without what belongs to one recipient.
    pub fn content(&self) -> MailContent {
        MailContent {
            subject: self.subject.clone(),
            text: self.text.clone(),
            html: self.html.clone(),
            calendar: self.calendar.as_ref().map(|(_, part)| part.clone()),
        }
    }

    /// The whole mail for one of them.
    pub fn content_for(&self, personal: &Personal<'_>) -> MailContent {
        let all = self.content();
        let (text, html) = self.texts_for(personal).unwrap_or((all.text, all.html));
        MailContent { text, html, calendar: self.calendar_for(personal).or(all.calendar), ..all }
    }
}
