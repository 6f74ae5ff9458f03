//! How an invitation would look by a template, for somebody who writes one.

use crate::{Audience, Kind, MailContent, Personal, Snapshot, Stencil, Template, TooMuch, page::values};

/// What a template became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Previewed {
    /// The mail, without a calendar object.
    pub content: MailContent,
    /// The names that it asks for and nobody gives.
    pub unknown: Vec<String>,
    /// It would become too much: the built-in text stands for it.
    pub is_too_much: bool,
}

/// The invitation to one of these people, by a template or by the built-in text.
pub fn preview(
    meeting: &Snapshot,
    audience: &Audience,
    personal: &Personal<'_>,
    template: Option<&Template>,
) -> Previewed {
    let stencil = Stencil::with_template(meeting, audience, &Kind::Invitation, template);
    let given = values(meeting, audience);
    Previewed {
        content: MailContent { calendar: None, ..stencil.content_for(personal) },
        unknown: template.map(|template| template.unknown(&given)).unwrap_or_default(),
        is_too_much: template.is_some_and(|template| template.render(&given) == Err(TooMuch)),
    }
}
