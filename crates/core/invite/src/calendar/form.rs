//! A calendar object with a place for the line of its recipient.

use std::borrow::Cow;

use super::{event, lines::Lines};
use crate::{Answer, Person};

/// The object as all get it, and where the line of one stands whom it does not list.
#[derive(Debug, Clone)]
pub(crate) struct Form {
    text: String,
    own_place: usize,
    /// Addresses in lower case.
    listed: Vec<String>,
}

impl Form {
    pub(super) fn new(text: String, own_place: usize, listed: Vec<String>) -> Self {
        Self { text, own_place, listed }
    }

    /// The object as all get it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The object for a person who answered so.
    pub(crate) fn for_person(&self, person: &Person, answer: Answer) -> Cow<'_, str> {
        let key = person.email.key();
        let (Some((before, after)), false) =
            (self.text.split_at_checked(self.own_place), self.listed.contains(&key))
        else {
            return Cow::Borrowed(&self.text);
        };
        let mut own = Lines::new();
        event::guest(&mut own, person, answer);
        Cow::Owned([before, &own.finish(), after].concat())
    }
}
