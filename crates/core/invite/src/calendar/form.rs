//! A calendar object with a place for the line of its recipient.

use std::borrow::Cow;

use jiff::civil::DateTime;

use super::{event, lines::Lines};
use crate::{Answer, Person};

/// The object as all get it, and where the line of one stands whom it does not list.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    text: String,
    events: Vec<OwnPlace>,
}

/// Where the line of a recipient belongs in an event that does not list them.
#[derive(Debug, Clone)]
pub(super) struct OwnPlace {
    /// The place in the text, in bytes.
    pub(super) at: usize,
    /// Who is listed, by addresses in lower case.
    pub(super) listed: Vec<String>,
    /// Which occurrence it is, by its original; `None` for the meeting as such.
    pub(super) recurrence: Option<DateTime>,
}

impl Form {
    /// The events stand in the order of their places.
    pub(super) fn new(text: String, events: Vec<OwnPlace>) -> Self {
        Self { text, events }
    }

    /// The object as all get it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The object for a person, by what they answered to the occurrence with an original, or to the meeting as such.
    pub(crate) fn for_person(
        &self,
        person: &Person,
        answer: &dyn Fn(Option<DateTime>) -> Answer,
    ) -> Cow<'_, str> {
        let key = person.email.key();
        let missing = |event: &&OwnPlace| !event.listed.contains(&key);
        if self.events.iter().find(missing).is_none() {
            return Cow::Borrowed(&self.text);
        }
        let (mut text, mut done) = (String::with_capacity(self.text.len() + 256), 0);
        for event in self.events.iter().filter(missing) {
            let mut own = Lines::new();
            event::guest(&mut own, person, answer(event.recurrence));
            text.push_str(self.text.get(done..event.at).unwrap_or_default());
            text.push_str(&own.finish());
            done = event.at;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        Cow::Owned(text)
    }
}
