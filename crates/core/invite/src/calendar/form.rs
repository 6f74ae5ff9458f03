//! A calendar object with a place for the line of its recipient.

use std::borrow::Cow;

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

    /// The object for a person who answered so.
    pub(crate) fn for_person(&self, person: &Person, answer: Answer) -> Cow<'_, str> {
        let key = person.email.key();
        let missing = |event: &&OwnPlace| !event.listed.contains(&key);
        if self.events.iter().find(missing).is_none() {
            return Cow::Borrowed(&self.text);
        }
        let mut own = Lines::new();
        event::guest(&mut own, person, answer);
        let own = own.finish();
        let (mut text, mut done) = (String::with_capacity(self.text.len() + own.len()), 0);
        for event in self.events.iter().filter(missing) {
            text.push_str(self.text.get(done..event.at).unwrap_or_default());
            text.push_str(&own);
            done = event.at;
        }
        text.push_str(self.text.get(done..).unwrap_or_default());
        Cow::Owned(text)
    }
}
